/** How a command ended, for the shell. */
export const ExitCode = {
  FINE: 0,
  /** The address is in use, something broke, ... */
  FAILED: 1,
  /** Wrong options, a config with errors, missing permissions. */
  WRONG_USAGE: 2,
  /** Ended at once by a second signal. */
  INTERRUPTED: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = typeof ExitCode[keyof typeof ExitCode];
