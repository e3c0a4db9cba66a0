/**
 * What a procedure of the router's own looks like: it is called with values,
 * and gives its answer at once.
 */
import { ErrorUri } from "../../wamp/error_uri.ts";
import type { Payload } from "../../wamp/payload.ts";
import type { PayloadValues } from "../../wamp/values.ts";
import type { Peer } from "../peer.ts";
import { idOf } from "./argument_types.ts";

/** An ERROR: its URI, and words for people (MF-11). */
export interface MetaError {
  readonly error: string;
  readonly text: string;
}

/** RESULT or ERROR of a meta procedure; values as {@linkcode payloadOf} takes them. */
export type MetaAnswer =
  | {
    readonly args: readonly unknown[];
    readonly kwargs?: Readonly<Record<string, unknown>>;
  }
  | MetaError;

/**
 * Answers `caller`, who is authorized to call.
 *
 * @param payload What `values` were read from, in the caller's own format; good
 * until the answer.
 */
export type MetaProcedure = (
  caller: Peer,
  values: PayloadValues,
  payload: Payload,
) => MetaAnswer;

/** Procedures by URI. */
export type ProcedureTable = Readonly<Record<string, MetaProcedure>>;

/** An empty RESULT. */
export const NO_RESULT: MetaAnswer = { args: [] };

/**
 * The procedure that tells one fact about what it is given the ID of.
 *
 * @param what For people: of what the ID is.
 * @param noSuch The answer where there is none of that ID.
 */
export function factProcedure<Subject>(
  what: string,
  find: (id: number) => Subject | undefined,
  noSuch: (id: number) => MetaError,
  fact: (subject: Subject) => unknown,
): MetaProcedure {
  return (_caller, { args }) => {
    const id = idOf(args[0]);
    if (id === undefined) {
      return invalidArgument(`The first argument must be a ${what} ID`);
    }
    const subject = find(id);
    return subject === undefined ? noSuch(id) : { args: [fact(subject)] };
  };
}

/** The answer to arguments that are missing or of a wrong type. */
export function invalidArgument(text: string): MetaError {
  return { error: ErrorUri.INVALID_ARGUMENT, text };
}
