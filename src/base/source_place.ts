/** A place in a file that people write. */
export interface SourcePlace {
  /** The file as it was named. */
  readonly file: string;
  /** From 1; 0: the file as a whole. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** The key's path, such as `transports[2].endpoint.port`; `""`: the file. */
  readonly path: string;
}

/** The place as editors and terminals know it: `FILE:LINE:COLUMN`. */
export function formatPlace({ file, line, column }: SourcePlace): string {
  return line === 0 ? file : `${file}:${line}:${column}`;
}
