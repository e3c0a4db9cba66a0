/**
 * The router's own procedures and events, below `wamp.` (checklist §11).
 */
import { ErrorUri } from "../../wamp/error_uri.ts";
import { type Call, requestError, SendOutcome } from "../../wamp/message.ts";
import { MessageCode } from "../../wamp/message_code.ts";
import {
  type CallOptions,
  EMPTY_DICT,
  isPassthru,
} from "../../wamp/options.ts";
import type { Payload } from "../../wamp/payload.ts";
import { UnsupportedValueError } from "../../wamp/value_sink.ts";
import { payloadOf, readValues } from "../../wamp/values.ts";
import type { Peer } from "../peer.ts";
import type { Counters, MetaProcedures, RealmObserver } from "../ports.ts";
import { authorizationProcedures } from "./authorization_procedures.ts";
import { GET_EVENTS, queryEventHistory } from "./event_history_query.ts";
import { killProcedures } from "./kill_procedures.ts";
import { MetaEvents, NO_META_EVENTS } from "./meta_events.ts";
import type { MetaAnswer, MetaProcedure } from "./meta_procedure.ts";
import type { RealmView } from "./realm_view.ts";
import { registrationProcedures } from "./registration_procedures.ts";
import { sessionProcedures } from "./session_procedures.ts";
import { subscriptionProcedures } from "./subscription_procedures.ts";
import { testamentProcedures } from "./testament_procedures.ts";
import { publishTestament, Testaments } from "./testaments.ts";

/** The meta API of one realm. */
export class MetaApi implements MetaProcedures {
  /** To be told what changes in the realm. */
  readonly events: RealmObserver;
  readonly #realm: RealmView;
  readonly #counters: Counters;
  readonly #testaments = new Testaments();
  readonly #procedures: ReadonlyMap<string, MetaProcedure>;

  /** @param isEnabled False: there are no procedures and no events. */
  constructor(realm: RealmView, counters: Counters, isEnabled: boolean) {
    this.#realm = realm;
    this.#counters = counters;
    this.events = isEnabled ? new MetaEvents(realm) : NO_META_EVENTS;
    this.#procedures = isEnabled ? this.#allProcedures() : new Map();
  }

  /** How many sessions have testaments. */
  get testatorCount(): number {
    return this.#testaments.count;
  }

  call(caller: Peer, message: Call): boolean {
    const procedure = this.#procedures.get(message.procedure);
    if (procedure === undefined) return false;
    const lacking = missingFeature(message);
    if (lacking !== undefined) {
      // Further chunks are late: the call has had its answer.
      caller.endedCalls.add(message.request);
      this.#answer(caller, message.request, {
        error: ErrorUri.FEATURE_NOT_SUPPORTED,
        text: `The router's own procedures do not support ${lacking}`,
      });
    } else {
      const answer = answerOf(procedure, caller, message.payload);
      this.#answer(caller, message.request, answer);
    }
    return true;
  }

  /**
   * Publishes what `peer`, which is leaving, leaves behind (TS-04).
   *
   * @param tells False: forgets it only (MS-09).
   */
  execute(peer: Peer, tells: boolean): void {
    for (const testament of this.#testaments.take(peer)) {
      if (tells) publishTestament(testament, peer, this.#realm.broker);
    }
  }

  #allProcedures(): ReadonlyMap<string, MetaProcedure> {
    const realm = this.#realm;
    return new Map(Object.entries<MetaProcedure>({
      ...sessionProcedures(realm),
      ...killProcedures(realm),
      ...authorizationProcedures(realm),
      ...testamentProcedures(realm, this.#testaments),
      ...registrationProcedures(realm),
      ...subscriptionProcedures(realm),
      [GET_EVENTS]: (caller, values, payload) =>
        queryEventHistory(caller, values, payload, realm),
    }));
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
      payload: payloadOf(answer.args, answer.kwargs),
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

function answerOf(
  procedure: MetaProcedure,
  caller: Peer,
  payload: Payload,
): MetaAnswer {
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

/** What a call to the router itself cannot be (PG-03, PP-03). */
function missingFeature({ options }: Call): string | undefined {
  if ((options as CallOptions).progress === true) {
    return "progressive_call_invocations";
  }
  return isPassthru(options) ? "payload_passthru_mode" : undefined;
}
