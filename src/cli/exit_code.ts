/** How a command ended, for the shell. */
export const ExitCode = {
  FINE: 0,
  /** The address is in use, output cannot be written, something broke, ... */
  FAILED: 1,
  /** Wrong options, a config with errors, missing permissions. */
  WRONG_USAGE: 2,
  /** Ended at once by a second SIGHUP: 128 and the signal's number. */
  HUNG_UP: 129,
  /** Ended at once by a second SIGINT. */
  INTERRUPTED: 130,
  /** Ended at once by a second SIGTERM. */
  TERMINATED: 143,
} as const;

/** One of the exit codes. */
export type ExitCode = typeof ExitCode[keyof typeof ExitCode];
