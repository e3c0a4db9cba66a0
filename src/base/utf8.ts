/**
 * Whether bytes are UTF-8 (RFC 3629), without decoding them.
 */

/** From this length on, a scan by words of four bytes is faster. */
const WORDS_MIN_BYTES = 48;

/** Whether `bytes[start, end)` is well-formed UTF-8. */
export function isUtf8(
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  let position = start;
  if (end - start >= WORDS_MIN_BYTES) {
    position = skipAsciiWords(bytes, start, end);
  }
  while (position < end) {
    if (bytes[position] < 0x80) position++;
    else {
      position = skipUtf8Sequence(bytes, position, end);
      if (position < 0) return false;
    }
  }
  return true;
}

/**
 * The position behind the sequence of several bytes at `position`; -1 where it
 * is none: overlong, a surrogate, beyond U+10FFFF, or cut off.
 */
export function skipUtf8Sequence(
  bytes: Uint8Array,
  position: number,
  end: number,
): number {
  const lead = bytes[position];
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (size > end - position) return -1;
  const second = bytes[position + 1];
  if (second < lowestSecond(lead) || second > highestSecond(lead)) return -1;
  for (let i = 2; i < size; i++) {
    if ((bytes[position + i] & 0xc0) !== 0x80) return -1;
  }
  return position + size;
}

function lowestSecond(lead: number): number {
  if (lead === 0xe0) return 0xa0;
  return lead === 0xf0 ? 0x90 : 0x80;
}

function highestSecond(lead: number): number {
  if (lead === 0xed) return 0x9f;
  return lead === 0xf4 ? 0x8f : 0xbf;
}

/** Passes over whole words of ASCII; may stop short of its end. */
function skipAsciiWords(
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const shift = bytes.byteOffset;
  let word = (start + shift + 3) >> 2;
  const lastWord = (end + shift) >> 2;
  // The few bytes before the first word are left to be looked at one by one.
  for (let i = start; i < word * 4 - shift; i++) {
    if (bytes[i] > 0x7f) return start;
  }
  const words = new Int32Array(bytes.buffer, 0, lastWord);
  while (word < lastWord && (words[word] & 0x8080_8080) === 0) word++;
  return word * 4 - shift;
}
