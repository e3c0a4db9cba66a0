/**
 * Masking (RFC 6455 section 5.3): clients xor their payloads with a key of four
 * octets, so that they cannot be taken for anything else on their way.
 */

/** From this length on, words are faster than octets. */
const WORDS_MIN_BYTES = 24;

/** The words of the buffer that was unmasked last. */
let words: Int32Array = new Int32Array(0);

/**
 * Xors `bytes[start, end)` with the key.
 *
 * @param key Its octets, the first one lowest.
 * @param phase With which octet of the key it begins, 0 to 3.
 */
export function unmask(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
  phase: number,
): void {
  let turned = phase === 0 ? key : key >>> 8 * phase | key << 32 - 8 * phase;
  let position = start;
  const shift = bytes.byteOffset;
  if (end - start >= WORDS_MIN_BYTES) {
    while (((position + shift) & 3) !== 0) {
      bytes[position++] ^= turned;
      turned = turned >>> 8 | turned << 24;
    }
    const all = wordsOf(bytes);
    const last = (end + shift) >> 2;
    let word = (position + shift) >> 2;
    while (word < last) all[word++] ^= turned;
    position = last * 4 - shift;
  }
  while (position < end) {
    bytes[position++] ^= turned;
    turned = turned >>> 8 | turned << 24;
  }
}

function wordsOf({ buffer }: Uint8Array): Int32Array {
  if (words.buffer !== buffer) {
    words = new Int32Array(buffer, 0, buffer.byteLength >> 2);
  }
  return words;
}
