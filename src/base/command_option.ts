/**
 * An option of a command line, described once: the parser, the help text and the
 * type of its value follow from it.
 *
 * @module
 */

interface OptionBase {
  /** What it does, for the help text. */
  readonly help: string;
}

/** An option that is there or not. */
export interface FlagOption extends OptionBase {
  readonly type: "flag";
}

/** An option with any text as its value. */
export interface TextOption extends OptionBase {
  readonly type: "text";
  /** What stands for the value in the help text, such as `URI`. */
  readonly placeholder: string;
  readonly isRequired?: true;
}

/** An option with one of several words as its value. */
export interface ChoiceOption extends OptionBase {
  readonly type: "choice";
  readonly placeholder: string;
  readonly values: readonly string[];
  readonly byDefault?: string;
}

/** An option with an integer as its value. */
export interface IntegerOption extends OptionBase {
  readonly type: "integer";
  readonly placeholder: string;
  readonly min: number;
  readonly max: number;
}

/** An option of a command. */
export type CommandOption =
  | FlagOption
  | TextOption
  | ChoiceOption
  | IntegerOption;

/** The options of a command, by their names without dashes. */
export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** What a command gets for an option. */
export type OptionValue<O extends CommandOption> = O extends FlagOption
  ? boolean
  : O extends IntegerOption ? number | undefined
  : O extends ChoiceOption ?
      | O["values"][number]
      | (O extends { byDefault: string } ? never : undefined)
  : O extends { isRequired: true } ? string
  : string | undefined;

/** What a command gets for its options. */
export type OptionValues<O extends CommandOptions> = {
  readonly [Name in keyof O]: OptionValue<O[Name]>;
};
