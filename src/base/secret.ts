/**
 * A text that must not leave the process by accident: it does not show in a log
 * line, an error text, JSON or an inspection.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Call it only where the text is used, and do not keep the result. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return SHOWN;
  }
}

/** What shows in place of a secret. */
const SHOWN = "(secret)";
