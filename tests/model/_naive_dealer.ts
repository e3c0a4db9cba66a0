/**
 * A dealer that is simple to the point of being slow: registrations and calls
 * in lists, looked through from end to end.
 */
import { type MatchPolicy, uriMatches } from "../../src/wamp/uri.ts";
import type { NaiveClient } from "./_naive_client.ts";
import { line } from "./_observed.ts";

/** What a callee registers with. */
export interface RegisterChoice {
  readonly match?: MatchPolicy;
  readonly invoke?: string;
  readonly concurrency?: number;
  readonly disclose_caller?: boolean;
  readonly forward_timeout?: boolean;
  readonly force_reregister?: boolean;
}

/** What a caller calls with. */
export interface CallChoice {
  readonly receive_progress?: boolean;
  readonly progress?: boolean;
  readonly timeout?: number;
  readonly disclose_me?: boolean;
}

interface NaiveCallee {
  readonly client: NaiveClient;
  readonly choice: RegisterChoice;
}

/** A registration: its callees in order, and whose turn it is. */
export interface NaiveRegistration {
  readonly id: number;
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly policy: string;
  readonly callees: NaiveCallee[];
  turn: NaiveCallee | undefined;
}

/** A call, from CALL until neither caller nor callee is concerned any more. */
export interface NaiveCall {
  readonly caller: NaiveClient;
  readonly request: number;
  readonly procedure: string;
  readonly choice: CallChoice;
  registration: NaiveRegistration;
  tag: number;
  callee: NaiveCallee | undefined;
  invocation: number;
  /** The caller has its final answer. */
  answered: boolean;
  killing: boolean;
  hasMore: boolean;
  underWay: boolean;
  canReroute: boolean;
  tried: NaiveClient[];
  /** When its timeout is over, wherever it is. */
  overMs: number | undefined;
  /** What was left of it when it came to its callee. */
  leftMs: number;
  /** When the router's own timer is due. */
  dueMs: number | undefined;
}

const NO_AVAILABLE_CALLEE = "wamp.error.no_available_callee";
const MAX_CONCURRENCY_REACHED = "wamp.error.max_concurrency_reached";

/** Says which callee the router took where that is a matter of chance. */
export type Chance = (registration: number) => NaiveClient | undefined;

/** Registrations and calls in lists. */
export class NaiveDealer {
  registrations: NaiveRegistration[] = [];
  calls: NaiveCall[] = [];
  readonly #queueLength: number;
  readonly #chance: Chance;
  #lastId = 0;
  #nowMs = 0;

  constructor(queueLength: number, chance: Chance) {
    this.#queueLength = queueLength;
    this.#chance = chance;
  }

  register(
    client: NaiveClient,
    request: number,
    uri: string,
    choice: RegisterChoice,
  ): void {
    const match = choice.match ?? "exact";
    const policy = choice.invoke ?? "single";
    let found = this.#find(uri, match);
    let orphans: NaiveCall[] = [];
    const isTakenOver = choice.force_reregister === true &&
      (found?.callees.every((callee) =>
        callee.client === client || callee.choice.force_reregister
      ) ?? false);
    if (isTakenOver && found !== undefined) {
      const evicted = found;
      orphans = this.#waitingAt(found);
      this.calls = this.calls.filter((call) => !orphans.includes(call));
      for (const callee of [...evicted.callees]) {
        this.revoke(callee.client, evicted, "wamp.error.unregistered");
      }
      found = undefined;
    }
    if (
      found && (choice.force_reregister || found.policy === "single" ||
        found.policy !== policy)
    ) {
      const error = "wamp.error.procedure_already_exists";
      client.due(line("ERROR", 64, request, error, null));
      return;
    }
    if (found === undefined) {
      const id = ++this.#lastId;
      found = { id, uri, match, policy, callees: [], turn: undefined };
      this.registrations.push(found);
    }
    client.due(line("REGISTERED", request, found.id));
    if (found.callees.some((callee) => callee.client === client)) return;
    found.callees.push({ client, choice });
    for (const call of orphans) {
      call.registration = found;
      call.tried = [];
      this.calls.push(call);
    }
    this.#serveWaiting(found);
  }

  unregister(client: NaiveClient, request: number, id: number): void {
    const found = this.registrations.find((one) =>
      one.id === id && one.callees.some((callee) => callee.client === client)
    );
    if (found === undefined) {
      const error = "wamp.error.no_such_registration";
      client.due(line("ERROR", 66, request, error, null));
      return;
    }
    client.due(line("UNREGISTERED", request, {}));
    this.#removeCallee(found, client);
  }

  revoke(
    client: NaiveClient,
    registration: NaiveRegistration,
    reason: string,
  ): void {
    if (client.features.registrationRevocation) {
      const registrationId = registration.id;
      client.due(
        line("UNREGISTERED", 0, { reason, registration: registrationId }),
      );
    }
    this.#removeCallee(registration, client);
  }

  call(
    caller: NaiveClient,
    request: number,
    procedure: string,
    choice: CallChoice,
    tag: number,
  ): void {
    const registration = this.#best(procedure);
    if (registration === undefined) {
      return this.#refuse(caller, request, "wamp.error.no_such_procedure");
    }
    const call: NaiveCall = {
      caller,
      request,
      procedure,
      choice,
      registration,
      tag,
      callee: undefined,
      invocation: 0,
      answered: false,
      killing: false,
      hasMore: choice.progress === true,
      underWay: false,
      canReroute: false,
      tried: [],
      overMs: choice.timeout ? this.#nowMs + choice.timeout : undefined,
      leftMs: choice.timeout ?? 0,
      dueMs: undefined,
    };
    const callee = this.#choose(registration, []);
    if (callee === undefined) return this.#wait(call);
    call.canReroute = registration.policy !== "single" &&
      callee.client.features.reroute;
    this.calls.push(call);
    this.#invoke(call, callee);
  }

  /** A further piece of a call. */
  chunk(call: NaiveCall, progress: boolean, tag: number): void {
    if (call.killing || call.callee === undefined) return;
    call.underWay = true;
    call.hasMore = progress;
    call.tag = tag;
    this.#sendInvocation(call, progress);
  }

  yield(call: NaiveCall, progress: boolean, tag: number): void {
    if (call.answered) {
      if (!progress) this.#drop(call);
    } else if (progress) {
      if (!wantsProgress(call)) return;
      if (call.dueMs !== undefined) {
        call.dueMs = this.#nowMs + (call.choice.timeout ?? 0);
      }
      call.underWay = true;
      call.caller.due(line("RESULT", call.request, { progress: true }, tag));
    } else {
      call.caller.due(line("RESULT", call.request, {}, tag));
      this.#drop(call);
    }
  }

  error(call: NaiveCall, error: string, tag: number): void {
    if (call.answered) return this.#drop(call);
    if (
      error === "wamp.error.unavailable" && !call.killing && !call.underWay &&
      call.callee?.client.features.reroute
    ) return this.#reroute(call);
    call.caller.due(line("ERROR", 48, call.request, error, tag));
    this.#drop(call);
  }

  cancel(call: NaiveCall, mode: string): void {
    const canInterrupt = call.callee?.client.features.canceling === true;
    if (mode === "kill" && canInterrupt) {
      if (!call.killing) this.#interrupt(call, "kill");
      call.killing = true;
      return;
    }
    this.#refuse(call.caller, call.request, "wamp.error.canceled");
    if (mode !== "skip" && !call.killing) this.#interrupt(call, "killnowait");
    this.#abandon(call);
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    // One after the other, since each may bring a waiting call to its callee.
    while (true) {
      const due = this.calls.filter((call) =>
        call.dueMs !== undefined && call.dueMs <= this.#nowMs
      );
      if (due.length === 0) return;
      for (const call of due) {
        if (call.dueMs === undefined) continue;
        call.dueMs = undefined;
        this.#refuse(call.caller, call.request, "wamp.error.timeout");
        if (!call.killing) this.#interrupt(call, "killnowait");
        this.#abandon(call);
      }
    }
  }

  leave(client: NaiveClient): void {
    for (const registration of [...this.registrations]) {
      this.#removeCallee(registration, client);
    }
    for (const call of [...this.calls]) {
      if (call.caller !== client || call.answered) continue;
      if (call.callee?.client !== client) {
        if (!call.killing) this.#interrupt(call, "killnowait");
        this.#abandon(call);
      } else this.#drop(call);
    }
    for (const call of [...this.calls]) {
      if (call.callee?.client !== client) continue;
      if (!call.answered) {
        this.#refuse(call.caller, call.request, "wamp.error.canceled");
      }
      this.#drop(call);
    }
  }

  #find(uri: string, match: MatchPolicy): NaiveRegistration | undefined {
    return this.registrations.find((one) =>
      one.uri === uri && one.match === match
    );
  }

  #best(procedure: string): NaiveRegistration | undefined {
    return this.registrations
      .filter(({ uri, match }) => uriMatches(uri, match, procedure))
      .sort(byPrecedence)[0];
  }

  #isFree(callee: NaiveCallee): boolean {
    const { concurrency } = callee.choice;
    return !concurrency || this.#pendingAt(callee) < concurrency;
  }

  /** Of those from before it registered anew, none counts. */
  #pendingAt(callee: NaiveCallee): number {
    return this.calls.filter((call) => call.callee === callee).length;
  }

  #choose(
    registration: NaiveRegistration,
    tried: readonly NaiveClient[],
  ): NaiveCallee | undefined {
    const { id, callees, policy } = registration;
    const free = callees.filter((callee) =>
      this.#isFree(callee) && !tried.includes(callee.client)
    );
    switch (policy) {
      case "last":
        return free.at(-1);
      case "least_pending":
        return free.toSorted((a, b) =>
          this.#pendingAt(a) - this.#pendingAt(b)
        )[0];
      case "random": {
        const taken = this.#chance(id);
        // Where nobody got it, it was one who cannot take it, if any.
        return free.find(({ client }) => client === taken) ??
          free.find(({ client }) => !takesChunks(client)) ?? free[0];
      }
      case "roundrobin": {
        const start = registration.turn === undefined
          ? 0
          : callees.indexOf(registration.turn);
        const inTurn = [...callees.slice(start), ...callees.slice(0, start)];
        const next = inTurn.find((callee) => free.includes(callee));
        if (next !== undefined && (callees.length > 1)) {
          const at = (callees.indexOf(next) + 1) % callees.length;
          registration.turn = callees[at];
        }
        return next;
      }
      default:
        return free[0];
    }
  }

  #wait(call: NaiveCall): void {
    if (this.#isQueueFull(call.registration) || call.hasMore) {
      return this.#refuse(call.caller, call.request, MAX_CONCURRENCY_REACHED);
    }
    // What waits is kept, so it can be sent to another as well.
    call.canReroute = true;
    this.calls.push(call);
    this.#startTimer(call);
  }

  #isQueueFull(registration: NaiveRegistration): boolean {
    return this.#waitingAt(registration).length >= this.#queueLength;
  }

  /** Those that were sent away come first. */
  #waitingAt(registration: NaiveRegistration): NaiveCall[] {
    const waiting = this.calls.filter((call) =>
      call.registration === registration && call.callee === undefined
    );
    const isSentAway = ({ tried }: NaiveCall) => tried.length > 0;
    return [
      ...waiting.filter(isSentAway),
      ...waiting.filter((call) => !isSentAway(call)),
    ];
  }

  #serveWaiting(registration: NaiveRegistration): void {
    for (const call of this.#waitingAt(registration)) {
      if (call.overMs !== undefined && call.overMs <= this.#nowMs) {
        call.dueMs = undefined;
        this.#refuse(call.caller, call.request, "wamp.error.timeout");
        this.calls.splice(this.calls.indexOf(call), 1);
        continue;
      }
      const out = this.#outFor(call);
      const callee = this.#choose(registration, out);
      if (callee !== undefined) this.#invoke(call, callee);
      else if (call.tried.length === 0) return;
      else if (
        registration.callees.every(({ client }) => out.includes(client))
      ) {
        this.#refuse(call.caller, call.request, NO_AVAILABLE_CALLEE);
        this.calls.splice(this.calls.indexOf(call), 1);
      }
    }
  }

  /** Whom a call that was sent away cannot go to. */
  #outFor({ tried, registration, hasMore }: NaiveCall): NaiveClient[] {
    if (tried.length === 0) return [];
    const unable = registration.callees.map(({ client }) => client)
      .filter((client) => hasMore && !takesChunks(client));
    return [...tried, ...unable];
  }

  #invoke(call: NaiveCall, callee: NaiveCallee): void {
    if (call.hasMore && !takesChunks(callee.client)) {
      const error = "wamp.error.feature_not_supported";
      this.#refuse(call.caller, call.request, error);
      return this.#drop(call);
    }
    if (call.overMs !== undefined) call.leftMs = call.overMs - this.#nowMs;
    call.callee = callee;
    call.invocation = ++callee.client.lastInvocation;
    this.#sendInvocation(call, call.hasMore);
    if (call.dueMs === undefined && !forwardsTimeout(callee)) {
      this.#startTimer(call);
    }
  }

  #startTimer(call: NaiveCall): void {
    call.dueMs = call.overMs;
  }

  #sendInvocation(call: NaiveCall, progress: boolean): void {
    const { callee, caller, choice, registration } = call;
    if (callee === undefined) return;
    const details = {
      ...(registration.match === "exact" ? {} : { procedure: call.procedure }),
      ...(choice.disclose_me || callee.choice.disclose_caller
        ? caller.disclosure("caller")
        : {}),
      ...(wantsProgress(call) && callee.client.features.calleeProgress
        ? { receive_progress: true }
        : {}),
      ...(forwardsTimeout(callee) && choice.timeout
        ? { timeout: call.leftMs }
        : {}),
      ...(progress ? { progress: true } : {}),
    };
    callee.client.due(
      line("INVOCATION", call.invocation, registration.id, details, call.tag),
    );
  }

  #reroute(call: NaiveCall): void {
    const { callee, registration } = call;
    if (callee === undefined) return;
    call.tried.push(callee.client);
    call.callee = undefined;
    // It is not among those that wait, though it has no callee just now.
    this.calls.splice(this.calls.indexOf(call), 1);
    this.#serveWaiting(registration);
    const { caller, request } = call;
    if (!call.canReroute) {
      return this.#refuse(caller, request, NO_AVAILABLE_CALLEE);
    }
    if (call.overMs !== undefined && call.overMs <= this.#nowMs) {
      return this.#refuse(caller, request, "wamp.error.timeout");
    }
    const out = this.#outFor(call);
    const next = this.#choose(registration, out);
    if (next !== undefined) {
      this.calls.push(call);
      return this.#invoke(call, next);
    }
    if (registration.callees.every(({ client }) => out.includes(client))) {
      return this.#refuse(caller, request, NO_AVAILABLE_CALLEE);
    }
    if (this.#isQueueFull(registration) || call.hasMore) {
      return this.#refuse(caller, request, MAX_CONCURRENCY_REACHED);
    }
    this.calls.push(call);
    if (call.dueMs === undefined) this.#startTimer(call);
  }

  #abandon(call: NaiveCall): void {
    call.answered = true;
    call.dueMs = undefined;
    if (!call.callee?.choice.concurrency) this.#drop(call);
  }

  #drop(call: NaiveCall): void {
    const index = this.calls.indexOf(call);
    if (index >= 0) this.calls.splice(index, 1);
    this.#serveWaiting(call.registration);
  }

  #interrupt(call: NaiveCall, mode: string): void {
    if (call.callee?.client.features.canceling) {
      call.callee.client.due(line("INTERRUPT", call.invocation, { mode }));
    }
  }

  #refuse(caller: NaiveClient, request: number, error: string): void {
    caller.due(line("ERROR", 48, request, error, null));
  }

  #removeCallee(registration: NaiveRegistration, client: NaiveClient): void {
    const { callees } = registration;
    const index = callees.findIndex((callee) => callee.client === client);
    if (index < 0) return;
    const [gone] = callees.splice(index, 1);
    if (registration.turn === gone) {
      registration.turn = callees[index] ?? callees[0];
    }
    if (callees.length > 0) return this.#serveWaiting(registration);
    this.registrations = this.registrations.filter((one) =>
      one !== registration
    );
    for (const call of this.#waitingAt(registration)) {
      this.#refuse(call.caller, call.request, "wamp.error.canceled");
      this.calls.splice(this.calls.indexOf(call), 1);
    }
  }
}

function wantsProgress({ caller, choice }: NaiveCall): boolean {
  return choice.receive_progress === true && caller.features.callerProgress;
}

function takesChunks({ features }: NaiveClient): boolean {
  return features.calleeChunks && features.canceling;
}

function forwardsTimeout({ client, choice }: NaiveCallee): boolean {
  return choice.forward_timeout === true && client.features.timeout;
}

const RANK = { exact: 0, prefix: 1, wildcard: 2 } as const;

/** Exact, longest prefix, wildcard whose literals come first (PB-02 to PB-04). */
function byPrecedence(a: NaiveRegistration, b: NaiveRegistration): number {
  if (a.match !== b.match) return RANK[a.match] - RANK[b.match];
  if (a.match === "prefix") return b.uri.length - a.uri.length;
  const left = a.uri.split(".");
  const right = b.uri.split(".");
  const differs = left.findIndex((part, index) =>
    (part === "") !== (right[index] === "")
  );
  return left[differs] === "" ? 1 : -1;
}
