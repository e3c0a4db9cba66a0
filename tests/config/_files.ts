/** What `checkFiles()` asks the machine for, where nothing there is wrong. */
import type { FileCheckOptions } from "../../src/config/named_files.ts";

export const NO_FAULTS: Pick<
  FileCheckOptions,
  Exclude<keyof FileCheckOptions, "file" | "readTextFile" | "now">
> = {
  readPemFile: () => Promise.reject(new Error("there is no such file")),
  fileMode: () => 0o600,
  identityFault: () => undefined,
  socketFault: () => undefined,
  directoryFault: () => undefined,
  storeFault: () => undefined,
};
