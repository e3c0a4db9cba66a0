/**
 * The router's own procedures, which it answers itself: at once as a rule, or later.
 */
import { ErrorUri } from "../../wamp/error_uri.ts";
import { type Call, requestError, SendOutcome } from "../../wamp/message.ts";
import { MessageCode } from "../../wamp/message_code.ts";
import {
  type CallOptions,
  type Dict,
  EMPTY_DICT,
  isPassthru,
} from "../../wamp/options.ts";
import type { Payload } from "../../wamp/payload.ts";
import {
  type RouterProcedureUri,
  secondRightOf,
} from "../../wamp/router_uris.ts";
import type { MatchPolicy } from "../../wamp/uri.ts";
import { UnsupportedValueError } from "../../wamp/value_sink.ts";
import {
  payloadOf,
  type PayloadValues,
  readValues,
} from "../../wamp/values.ts";
import type { AccessControl } from "../access_control.ts";
import type { Calls } from "../calls.ts";
import type { LongWork, LongWorks } from "../long_work.ts";
import type { Peer } from "../model.ts";
import type { Counters } from "../ports.ts";
import { idOf } from "./argument_types.ts";
import { writeArguments } from "./long_answer.ts";

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
    /** The same, written already. */
    readonly payload?: Payload | undefined;
  }
  | MetaError;

/**
 * Answers `caller`, who is authorized to call. A promise: the session's later
 * answers of the router wait for it, and other sessions do not. That it rejects is
 * an internal error. Long work: done in pieces, and nothing more of the session is
 * handled until it is done.
 *
 * @param payload What `values` were read from, in the caller's own format. Both are
 * good until the procedure returns.
 */
export type MetaProcedure = (
  caller: Peer,
  values: PayloadValues,
  payload: Payload,
) => MetaAnswer | Promise<MetaAnswer> | LongWork<MetaAnswer>;

/** Some procedures of the meta API. */
export type MetaTable = Readonly<
  Partial<Record<RouterProcedureUri, MetaProcedure>>
>;

/** What the second right of a caller has to be about. */
export interface SecondRight {
  readonly action: "publish" | "subscribe";
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly options: Dict;
}

/**
 * What a call with `values` needs a second right for; undefined where it needs none,
 * or is wrong, as its answer will say.
 */
export type FindSecondRight = (
  caller: Peer,
  values: PayloadValues,
) => Omit<SecondRight, "action"> | undefined;

/** An empty RESULT. */
export const NO_RESULT: MetaAnswer = { args: [] };

/** The procedures that a realm answers itself. */
export class MetaProcedures {
  readonly #calls: Calls;
  readonly #access: AccessControl;
  readonly #counters: Counters;
  readonly #longWorks: LongWorks;
  readonly #procedures = new Map<string, MetaProcedure>();
  readonly #secondRights = new Map<string, FindSecondRight>();

  constructor(
    calls: Calls,
    access: AccessControl,
    counters: Counters,
    longWorks: LongWorks,
  ) {
    this.#longWorks = longWorks;
    this.#calls = calls;
    this.#access = access;
    this.#counters = counters;
  }

  /** The URIs of all of them. */
  uris(): Iterable<string> {
    return this.#procedures.keys();
  }

  /**
   * Has the realm answer `procedures` as well: URIs of the router's own, which no
   * client can register.
   *
   * @param secondRights For those whose callers need a second right.
   */
  add(
    procedures: Readonly<Record<string, MetaProcedure>>,
    secondRights: Readonly<Record<string, FindSecondRight>> = {},
  ): void {
    for (const [uri, procedure] of Object.entries(procedures)) {
      this.#procedures.set(uri, procedure);
    }
    for (const [uri, find] of Object.entries(secondRights)) {
      this.#secondRights.set(uri, find);
    }
  }

  /** What `caller` needs a right for beside that to make this call. */
  secondRight(caller: Peer, message: Call): SecondRight | undefined {
    const action = secondRightOf(message.procedure);
    if (action === undefined) return undefined;
    const values = tryReadValues(message.payload);
    const find = this.#secondRights.get(message.procedure);
    const found = values && find?.(caller, values);
    return found && { action, ...found };
  }

  /**
   * Answers the call; false where there is no such procedure.
   *
   * @param receivedMs When it came; 0: just now.
   */
  call(caller: Peer, message: Call, receivedMs: number): boolean {
    const procedure = this.#procedures.get(message.procedure);
    if (procedure === undefined) return false;
    const { request } = message;
    if (caller.isWaiting && !caller.hasRoomForCall) {
      const kind = "pendingCalls";
      const refusal = this.#access.refuseMore(caller, kind, "call", request);
      if (refusal !== undefined) {
        this.#calls.refuse(caller, message, refusal);
        return true;
      }
    }
    const lacking = missingFeature(message);
    const given = lacking === undefined
      ? answerOf(procedure, caller, message.payload)
      : notSupported(lacking);
    const answer = "next" in given ? this.#work(caller, given) : given;
    if (lacking !== undefined) {
      // Further pieces are late: the call has had its answer.
      caller.noteEnded(request);
    }
    if (answer instanceof Promise || caller.isWaiting) {
      this.#answerInTurn(caller, message, receivedMs, answer);
      // One work at a time for each session.
      if ("next" in given) caller.holdUntilAnswered();
    } else this.#answer(caller, request, answer);
    return true;
  }

  #work(
    caller: Peer,
    work: LongWork<MetaAnswer>,
  ): MetaAnswer | Promise<MetaAnswer> {
    let answer = NO_RESULT;
    const done = this.#longWorks.run(function* () {
      answer = yield* written(work, caller);
    }());
    return done === undefined ? answer : done.then(() => answer);
  }

  /** Until then it is a pending call: it can be canceled and has a timeout. */
  #answerInTurn(
    caller: Peer,
    message: Call,
    receivedMs: number,
    answer: MetaAnswer | Promise<MetaAnswer>,
  ): void {
    const call = this.#calls.hold(caller, message, receivedMs);
    caller.inTurn(answer, (answer) => {
      if (!this.#calls.release(call)) return;
      this.#answer(caller, message.request, answer);
    });
  }

  #answer(caller: Peer, request: number, answer: MetaAnswer): void {
    if ("error" in answer) {
      const { error, text } = answer;
      if (error === ErrorUri.PAYLOAD_SIZE_EXCEEDED) {
        this.#counters.increment("calls_too_long");
      }
      caller.outlet.send(requestError(MessageCode.CALL, request, error, text));
      return;
    }
    const outcome = caller.outlet.send({
      code: MessageCode.RESULT,
      request,
      details: EMPTY_DICT,
      payload: answer.payload ?? payloadOf(answer.args, answer.kwargs),
    });
    if (outcome === SendOutcome.TOO_LONG) {
      this.#answer(caller, request, {
        error: ErrorUri.PAYLOAD_SIZE_EXCEEDED,
        text: "The result is longer than the caller accepts",
      });
    } else if (outcome === SendOutcome.UNSUPPORTED_VALUE) {
      this.#answer(caller, request, {
        error: ErrorUri.INVALID_ARGUMENT,
        text: "The result has a value that the caller's serializer cannot hold",
      });
    }
  }
}

/** What `work` answers, in the caller's format. */
function* written(
  work: LongWork<MetaAnswer>,
  caller: Peer,
): LongWork<MetaAnswer> {
  const answer = yield* work;
  const { payloadFormat, maxMessageBytes = Infinity } = caller.outlet;
  if (
    "error" in answer || answer.args.length === 0 ||
    payloadFormat === undefined || caller.hasLeft
  ) return answer;
  const payload = yield* writeArguments(
    answer.args,
    payloadFormat,
    maxMessageBytes,
  );
  return { ...answer, payload };
}

function answerOf(
  procedure: MetaProcedure,
  caller: Peer,
  payload: Payload,
): MetaAnswer | Promise<MetaAnswer> | LongWork<MetaAnswer> {
  try {
    return procedure(caller, readValues(payload), payload);
  } catch (error) {
    if (!(error instanceof UnsupportedValueError)) throw error;
    return {
      error: ErrorUri.INVALID_ARGUMENT,
      text: `The router cannot read a value: ${error.message}`,
    };
  }
}

function tryReadValues(payload: Payload): PayloadValues | undefined {
  try {
    return readValues(payload);
  } catch (error) {
    if (error instanceof UnsupportedValueError) return undefined;
    throw error;
  }
}

/** What a call to the router itself cannot be (PG-03, PP-03). */
function missingFeature({ options }: Call): string | undefined {
  if ((options as CallOptions).progress === true) {
    return "progressive_call_invocations";
  }
  return isPassthru(options) ? "payload_passthru_mode" : undefined;
}

function notSupported(feature: string): MetaError {
  return {
    error: ErrorUri.FEATURE_NOT_SUPPORTED,
    text: `The router's own procedures do not support ${feature}`,
  };
}

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
  return function* (_caller, { args }) {
    const id = idOf(args[0]);
    if (id === undefined) {
      return invalidArgument(`The first argument must be a ${what} ID`);
    }
    const subject = find(id);
    if (subject === undefined) return noSuch(id);
    const answer = { args: [fact(subject)] };
    // It may be a long list, which is written in pieces.
    yield 0;
    return answer;
  };
}

/** The answer to arguments that are missing or of a wrong type. */
export function invalidArgument(text: string): MetaError {
  return { error: ErrorUri.INVALID_ARGUMENT, text };
}
