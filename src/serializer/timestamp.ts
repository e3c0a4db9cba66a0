/** The years 0000 to 9999, which is what RFC 3339 has room for. */
const SECONDS_MIN = Date.parse("0000-01-01T00:00:00Z") / 1000;
const SECONDS_MAX = Date.parse("9999-12-31T23:59:59Z") / 1000;

/**
 * A point in time as RFC 3339 text in UTC, the form that a format without
 * timestamps gets.
 *
 * @param seconds Since 1970-01-01T00:00:00Z; an integer.
 * @param nanoseconds Of that second.
 * @returns Undefined where there is no such time, or RFC 3339 has no form for it.
 */
export function rfc3339(
  seconds: number,
  nanoseconds: number,
): string | undefined {
  const isInRange = seconds >= SECONDS_MIN && seconds <= SECONDS_MAX;
  if (!isInRange || nanoseconds > 999_999_999) return undefined;
  const text = new Date(seconds * 1000).toISOString().slice(0, -5);
  const fraction = nanoseconds === 0
    ? ""
    : "." + String(nanoseconds).padStart(9, "0").replace(/0+$/, "");
  return `${text}${fraction}Z`;
}
