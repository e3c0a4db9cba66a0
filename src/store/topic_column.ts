/**
 * Topics as texts of a database. SQLite would keep U+0000, which topics may hold
 * (UR-01), but what is read of such a text ends before it. Order and prefixes
 * stay what they are.
 */

const NUL = "\u0000";
const MARK = "\u0001";
const MARKED_NUL = "\u0001\u0001";
const MARKED_MARK = "\u0001\u0002";

/** `topic` as the database has it. */
export function toColumn(topic: string): string {
  return topic.replaceAll(MARK, MARKED_MARK).replaceAll(NUL, MARKED_NUL);
}

/** The topic that the database has as `text`. */
export function fromColumn(text: string): string {
  return text.replaceAll(MARKED_NUL, NUL).replaceAll(MARKED_MARK, MARK);
}
