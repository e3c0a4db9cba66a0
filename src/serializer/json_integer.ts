/**
 * JSON numbers as WAMP's own integers, read digit by digit: what a double would
 * round into range is out of range (SJ-03).
 */
import { ID_MAX } from "../wamp/id.ts";

/** Decimal digits of 2^53. */
const DIGITS_MAX = 16;

/**
 * The integer in [0, 2^53] that the JSON number `lexeme` stands for, also in the
 * forms `5.0` and `5e3`; undefined where it stands for anything else.
 */
export function exactInteger(lexeme: string): number | undefined {
  const exponentAt = lexeme.search(/[eE]/);
  const decimal = exponentAt < 0 ? lexeme : lexeme.slice(0, exponentAt);
  const pointAt = decimal.indexOf(".");
  let digits = pointAt < 0
    ? decimal
    : decimal.slice(0, pointAt) + decimal.slice(pointAt + 1);
  let exponent = exponentAt < 0 ? 0 : Number(lexeme.slice(exponentAt + 1));
  if (pointAt >= 0) exponent -= decimal.length - pointAt - 1;

  const isNegative = digits.startsWith("-");
  let first = isNegative ? 1 : 0;
  while (digits[first] === "0") first++;
  let last = digits.length;
  while (last > first && digits[last - 1] === "0") last--;
  if (first === last) return 0;
  exponent += digits.length - last;
  digits = digits.slice(first, last);

  if (isNegative || exponent < 0) return undefined;
  if (digits.length + exponent > DIGITS_MAX) return undefined;
  const value = BigInt(digits + "0".repeat(exponent));
  return value <= BigInt(ID_MAX) ? Number(value) : undefined;
}
