/** Options for {@linkcode promptSecret}. */
export interface PromptSecretOptions {
  /**
   * Shown for each character typed; empty shows nothing.
   *
   * @default {"*"}
   */
  mask?: string;
  /** Clear the line when done. */
  clear?: boolean;
}

const CLEAR_LINE = "\r\x1b[K";
const utf8 = new TextEncoder();

/**
 * Asks for a secret on the terminal without showing it.
 *
 * Returns `null` when standard input is no terminal.
 */
export function promptSecret(
  message = "Secret",
  options: PromptSecretOptions = {},
): string | null {
  const { mask = "*", clear = false } = options;
  if (!Deno.stdin.isTerminal()) return null;
  const show = (count: number): void => {
    const shown = `${CLEAR_LINE}${message} ${mask.repeat(count)}`;
    Deno.stdout.writeSync(utf8.encode(shown));
  };
  show(0);
  Deno.stdin.setRaw(true, { cbreak: true });
  try {
    return readLine(mask === "" ? () => {} : show);
  } finally {
    Deno.stdin.setRaw(false);
    Deno.stdout.writeSync(utf8.encode(clear ? CLEAR_LINE : "\n"));
  }
}

function readLine(onLength: (count: number) => void): string {
  const typed: number[] = [];
  const byte = new Uint8Array(1);
  while (Deno.stdin.readSync(byte) === 1) {
    if (byte[0] === 0x0a || byte[0] === 0x0d) break;
    if (byte[0] === 0x08 || byte[0] === 0x7f) dropCharacter(typed);
    else typed.push(byte[0]);
    onLength(decode(typed).length);
  }
  return decode(typed);
}

function dropCharacter(typed: number[]): void {
  // The bytes that continue a character in UTF-8 are 10xxxxxx.
  while (((typed.pop() ?? 0) & 0xc0) === 0x80);
}

function decode(typed: number[]): string {
  return new TextDecoder().decode(Uint8Array.from(typed));
}
