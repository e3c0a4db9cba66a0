/**
 * Roles about whose sessions a procedure decides (checklist AZ-08 to AZ-10), with
 * Crossbar.io's contract.
 *
 * Routing is synchronous and an authorizer is not, so a session asks with
 * {@linkcode SessionAuthorizer.consult} before it hands a message on, and what is
 * behind that message waits (AZ-09). The realm then finds the decision here.
 */
import { textKey } from "../base/text_key.ts";
import type { Authorizer, Denial, Disclosure, Role } from "../router/ports.ts";
import { ErrorUri } from "../wamp/error_uri.ts";
import type { Identity } from "../wamp/features.ts";
import { type Dict, EMPTY_DICT } from "../wamp/options.ts";
import type { Action, Right } from "../wamp/router_uris.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import {
  canForceReregister,
  type Decision,
  type DecisionBits,
  decisionIn,
  isAllowed,
  isDecided,
  isDisclosed,
  readDecision,
  type Undecided,
  withDecision,
} from "./decision.ts";
import { DecisionCache, decisionKey } from "./decision_cache.ts";
import { describeTrusted } from "./rule_decision.ts";

/**
 * Calls the authorizer, and gives its first positional result. Rejects where it
 * is not registered, answers with an ERROR, goes away or is late.
 *
 * @param signal Aborted when nobody waits for the answer any more.
 */
export type AskAuthorizer = (
  args: readonly [session: Dict, uri: string, action: Action, options: Dict],
  signal: AbortSignal,
) => Promise<unknown>;

/** Options for {@linkcode DynamicRole}. */
export interface DynamicRoleOptions {
  readonly realm: string;
  /** The authorizer's URI. */
  readonly procedure: string;
  readonly ask: AskAuthorizer;
  /** Requests about which decisions are remembered for several sessions. */
  readonly cacheSize: number;
  readonly trustLevel: number | undefined;
  /** Procedures of clients whose word the router takes: nobody is asked about them. */
  readonly trustedProcedures: ReadonlySet<string>;
}

/** What the sessions of the role have in common. */
export class DynamicRole implements Role {
  readonly options: DynamicRoleOptions;
  readonly #cache: DecisionCache;

  constructor(options: DynamicRoleOptions) {
    this.options = options;
    this.#cache = new DecisionCache(options.cacheSize);
  }

  authorizerOf(session: number, identity: Identity): Authorizer {
    return new SessionAuthorizer(this, session, identity);
  }

  /** What is remembered under `key` for sessions of `authid`; 0: nothing. */
  remembered(authid: string, action: Action, key: string): DecisionBits {
    // What was decided for it in particular comes before what was for all.
    const own = this.#cache.get(authidKey(authid, key));
    return isDecided(own, action) ? own : this.#cache.get(key);
  }

  /** Remembers what was decided for more than one session. */
  remember(
    authid: string,
    action: Action,
    key: string,
    decision: Decision,
  ): void {
    const { scope } = decision;
    if (scope === "role") this.#cache.set(key, action, decision);
    else if (scope === "authid") {
      this.#cache.set(authidKey(authid, key), action, decision);
    }
  }

  forget(authid: string | undefined): number {
    if (authid === undefined) return this.#cache.forget();
    const start = authidKey(authid, "");
    return this.#cache.forget((key) => key.startsWith(start));
  }
}

/** A line break ends the authid: what follows has none. */
function authidKey(authid: string, key: string): string {
  return `${authid}\n${key}`;
}

/** Requests about which a session's decisions are remembered for itself. */
const REMEMBERED_MAX = 128;

/** What a session asks for. */
export interface Question {
  readonly action: Action;
  readonly uri: string;
  readonly match: MatchPolicy;
  /** By what the answer is remembered; undefined: not at all. */
  readonly key: string | undefined;
}

const NO_QUESTION: Question = {
  action: "call",
  uri: "",
  match: "exact",
  key: undefined,
};

const DENIED: Decision = {
  allow: false,
  disclose: false,
  forceReregister: false,
  scope: "once",
};

/** Decides for one session. */
export class SessionAuthorizer implements Authorizer {
  readonly #role: DynamicRole;
  readonly #authid: string;
  readonly #details: Dict;
  readonly #own = new DecisionCache(REMEMBERED_MAX);
  /** What was decided about testaments that are not due yet, by the keys of their topics. */
  #testaments: Map<string, DecisionBits> | undefined = undefined;
  /** Whether the session has ended: what is asked then is for its testaments. */
  #isOver = false;
  /** What the message at hand asks for, and what was decided. */
  #question = NO_QUESTION;
  #bits: DecisionBits = 0;
  /** Why there is no decision; undefined where there is one. */
  #failure: string | undefined = undefined;
  /** Whether the question at hand was answered, and its message not yet handled. */
  #isAnswered = false;
  /** What the message at hand asks for beside that, and what was said. */
  #second: Question & { said: Decision | Undecided } | undefined = undefined;
  /** Whether the message at hand has all its answers, and the next one none. */
  #isMessageDone = false;
  #flushes = 0;
  #asking: AbortController | undefined = undefined;

  constructor(role: DynamicRole, session: number, identity: Identity) {
    const { authid, authrole, authmethod, authprovider } = identity;
    const { realm } = role.options;
    this.#role = role;
    this.#authid = authid;
    this.#details = {
      realm,
      session,
      authid,
      authrole,
      authmethod,
      authprovider,
    };
  }

  get trustLevel(): number | undefined {
    return this.#role.options.trustLevel;
  }

  /**
   * Sees to it that there is a decision.
   *
   * @returns Undefined where there is one. Otherwise the message has to wait
   * until the promise resolves, and to ask again with the same question.
   */
  consult(
    action: Action,
    uri: string,
    match: MatchPolicy,
    options: Dict,
  ): Promise<void> | undefined {
    this.#begin();
    this.#isMessageDone = true;
    const key = decisionKey(action, uri, match, options);
    const isAnswered = this.#isAnswered && this.#question.key === key &&
      isAbout(this.#question, action, uri, match);
    this.#isAnswered = false;
    // The message was given again.
    if (isAnswered) return undefined;
    const known = this.#isWithheld(action, uri)
      ? withDecision(0, action, DENIED)
      : this.#known(action, key);
    this.#question = { action, uri, match, key };
    this.#bits = known;
    this.#failure = undefined;
    if (known !== 0) return undefined;
    this.#isMessageDone = false;
    return this.#answer(options);
  }

  /**
   * The same for a second right that the message at hand needs. To publish: the topic
   * of a testament. What is decided holds until the testament is due, since then there
   * is no time to ask (TS-05). To subscribe: what has a history, which who may
   * subscribe may read (EH-10).
   */
  consultSecond(
    action: "publish" | "subscribe",
    uri: string,
    match: MatchPolicy,
    options: Dict,
  ): Promise<void> | undefined {
    this.#begin();
    const key = action === "subscribe"
      ? decisionKey(action, uri, match, options)
      : undefined;
    const known = this.#known(action, key);
    if (known !== 0) {
      // What is remembered may be forgotten before the message is handled.
      const said = decisionIn(known, action);
      this.#second = { action, uri, match, key, said };
      return undefined;
    }
    return isAbout(this.#second, action, uri, match)
      ? undefined
      : this.#answerSecond({ action, uri, match, key: undefined }, options);
  }

  /** The message at hand is not needed any more: neither is what is asked for it. */
  withdraw(): void {
    this.#question = NO_QUESTION;
    this.#isMessageDone = true;
    this.#asking?.abort();
  }

  /** The session is gone: nobody waits for a decision any more (AZ-10). */
  cancel(): void {
    this.#isOver = true;
    this.#asking?.abort();
  }

  testamentAdded(topic: string): void {
    const bits = this.#saidSecond("publish", topic, "exact");
    if (bits !== 0) (this.#testaments ??= new Map()).set(textKey(topic), bits);
  }

  testamentsFlushed(topics: Iterable<string>): void {
    for (const topic of topics) this.#testaments?.delete(textKey(topic));
  }

  allows(right: Right, uri: string, match: MatchPolicy): boolean {
    if (right !== "force_reregister") {
      return isAllowed(this.#bitsFor(right, uri, match), right);
    }
    return canForceReregister(this.#bitsFor("register", uri, match));
  }

  denial(action: Action, uri: string, match: MatchPolicy): Denial {
    const { procedure } = this.#role.options;
    if (this.#isWithheld(action, uri)) {
      return {
        error: ErrorUri.NOT_AUTHORIZED,
        text: "Not authorized for",
        decider: describeTrusted(`authorizer ${procedure} cannot`),
      };
    }
    const bits = this.#bitsFor(action, uri, match);
    if (isDecided(bits, action)) {
      return {
        error: ErrorUri.NOT_AUTHORIZED,
        text: "Not authorized for",
        decider: `authorizer ${procedure}`,
      };
    }
    const failure = this.#failureOf(action, uri, match) ?? "it was not asked";
    return {
      error: ErrorUri.AUTHORIZATION_FAILED,
      text: "The authorizer did not decide about",
      decider: `authorizer ${procedure}: ${failure}`,
    };
  }

  discloses(who: Disclosure, uri: string): boolean {
    const action = who === "caller" ? "call" : "publish";
    return isDisclosed(this.#bitsFor(action, uri, "exact"), action);
  }

  forget(): number {
    this.#flushes++;
    return this.#own.forget();
  }

  #begin(): void {
    if (this.#isMessageDone) this.#second = undefined;
    this.#isMessageDone = false;
  }

  #bitsFor(action: Action, uri: string, match: MatchPolicy): DecisionBits {
    if (this.#isOver) {
      return action === "publish"
        ? this.#testaments?.get(textKey(uri)) ?? 0
        : 0;
    }
    if (isAbout(this.#question, action, uri, match)) return this.#bits;
    return isAbout(this.#second, action, uri, match)
      ? this.#saidSecond(action, uri, match)
      : this.#known(action, decisionKey(action, uri, match, EMPTY_DICT));
  }

  /** Whether only a rule could allow it, of which such a role has none. */
  #isWithheld(action: Action, uri: string): boolean {
    return action === "register" &&
      this.#role.options.trustedProcedures.has(uri);
  }

  #failureOf(
    action: Action,
    uri: string,
    match: MatchPolicy,
  ): string | undefined {
    if (!isAbout(this.#second, action, uri, match)) return this.#failure;
    const said = this.#second?.said;
    return said !== undefined && "failure" in said ? said.failure : undefined;
  }

  /** What was said beside the message's own question; 0: nothing. */
  #saidSecond(action: Action, uri: string, match: MatchPolicy): DecisionBits {
    if (!isAbout(this.#second, action, uri, match)) return 0;
    const said = this.#second?.said;
    return said !== undefined && "allow" in said
      ? withDecision(0, action, said)
      : 0;
  }

  /** What is remembered under `key`; 0: nothing. */
  #known(action: Action, key: string | undefined): DecisionBits {
    if (key === undefined) return 0;
    const own = this.#own.peek(key);
    if (isDecided(own, action)) return own;
    const shared = this.#role.remembered(this.#authid, action, key);
    if (!isDecided(shared, action)) return 0;
    // From now on it is found at the first look.
    this.#own.set(key, action, decisionIn(shared, action));
    return shared;
  }

  async #answer(options: Dict): Promise<void> {
    const { action, uri, key } = this.#question;
    const flushes = this.#flushes;
    const decision = await this.#ask(action, uri, options);
    this.#isAnswered = true;
    if ("failure" in decision) {
      this.#failure = decision.failure;
      return;
    }
    this.#bits = withDecision(0, action, decision);
    if (decision.scope === "once" || key === undefined) return;
    // What was asked before a flush may be what the flush is for.
    if (flushes !== this.#flushes) return;
    this.#own.set(key, action, decision);
    this.#role.remember(this.#authid, action, key, decision);
  }

  async #answerSecond(question: Question, options: Dict): Promise<void> {
    const { action, uri } = question;
    this.#second = { ...question, said: await this.#ask(action, uri, options) };
  }

  async #ask(
    action: Action,
    uri: string,
    options: Dict,
  ): Promise<Decision | Undecided> {
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const args = [this.#details, uri, action, options] as const;
      return readDecision(await this.#role.options.ask(args, asking.signal));
    } catch (error) {
      return { failure: error instanceof Error ? error.message : `${error}` };
    } finally {
      this.#asking = undefined;
    }
  }
}

function isAbout(
  asked: Question | undefined,
  action: Action,
  uri: string,
  match: MatchPolicy,
): boolean {
  return asked !== undefined && asked.action === action &&
    asked.uri === uri && asked.match === match;
}
