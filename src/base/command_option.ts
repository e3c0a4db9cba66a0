/**
 * An option of a command line, described once: the parser, the help text and the
 * type of its value follow from it.
 *
 * @module
 */

/** An option; `placeholder` stands for its value in the help text. */
export type CommandOption =
  | { readonly type: "flag"; readonly help: string }
  | ValueOption<"text" | "required">
  | ChoiceOption<string>
  | IntegerOption;

interface ValueOption<Type> {
  readonly type: Type;
  readonly placeholder: string;
  /** What it does, for the help text. */
  readonly help: string;
}

interface ChoiceOption<Word> extends ValueOption<"choice"> {
  readonly values: readonly Word[];
  readonly byDefault: Word;
}

interface IntegerOption extends ValueOption<"integer"> {
  readonly min: number;
  readonly max: number;
}

/** The options of a command, by their names without dashes. */
export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** What a command gets for an option. */
type OptionValue<O extends CommandOption> = O extends { type: "flag" } ? boolean
  : O extends IntegerOption ? number | undefined
  : O extends ChoiceOption<infer Word> ? Word
  : O extends { type: "required" } ? string
  : string | undefined;

/** What a command gets for its options. */
export type OptionValues<O extends CommandOptions> = {
  readonly [Name in keyof O]: OptionValue<O[Name]>;
};

/** An option that is there or not. */
export function flag(help: string): { type: "flag"; help: string } {
  return { type: "flag", help };
}

/** An option with any text. */
export function text(placeholder: string, help: string): ValueOption<"text"> {
  return { type: "text", placeholder, help };
}

/** An option with any text, which must be given. */
export function required(
  placeholder: string,
  help: string,
): ValueOption<"required"> {
  return { type: "required", placeholder, help };
}

/** An option with one of `values`. */
export function choice<const Word extends string>(
  placeholder: string,
  values: readonly Word[],
  byDefault: Word,
  help: string,
): ChoiceOption<Word> {
  return { type: "choice", placeholder, values, byDefault, help };
}

/** An option with an integer from `min` to `max`. */
export function integer(
  placeholder: string,
  [min, max]: readonly [min: number, max: number],
  help: string,
): IntegerOption {
  return { type: "integer", placeholder, min, max, help };
}
