/**
 * No test waits longer than this for anything. A busy machine must not reach it:
 * what comes at all comes within a few milliseconds.
 */
export const DEADLINE_MS = 30_000;

/** `promise`, or a failure that says what was waited for. */
export async function within<Value>(
  promise: Promise<Value>,
  what: string,
  deadlineMs: number = DEADLINE_MS,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`Waited ${deadlineMs} ms in vain for ${what}`)),
      deadlineMs,
    );
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
