/** The side of the advanced scenario that calls, publishes, and asks the router. */
// Plain JavaScript, for Node.js.
// deno-lint-ignore-file explicit-module-boundary-types
import { done, expectEqual, expectError, Inbox } from "./steps.mjs";

const TIMEOUT_MS = 100;
const META_TOPICS = [
  "session.on_join",
  "session.on_leave",
  "subscription.on_create",
  "subscription.on_delete",
  "registration.on_create",
  "registration.on_delete",
];

/** One session, and guests of it that come and go. */
export class User {
  #joined;
  #session;
  #join;
  #prefix;
  #meta = new Inbox();
  /** The IDs of the serving sessions, by name. */
  #callees = {};

  constructor(joined, join, prefix) {
    this.#joined = joined;
    this.#session = joined.session;
    this.#join = join;
    this.#prefix = prefix;
  }

  async run() {
    done("use: join");
    await this.#watch();
    await this.#seeGuest();
    done("use: meta events and procedures");
    await this.#killGuest();
    done("use: kill");
    await this.#callPatterns();
    done("use: patterns");
    await this.#callShared();
    done("use: shared registration");
    await this.#callWithProgress();
    done("use: progressive results");
    await this.#cancel();
    done("use: cancel");
    const late = this.#call("wait", { timeout: TIMEOUT_MS });
    await expectError("wamp.error.timeout", late);
    await this.#expectInterrupted();
    done("use: timeout");
    await this.#beDisclosed();
    done("use: disclosed to callees");
    await this.#publishToSome();
    done("use: lists, topics and disclosure of events");
    await this.#publish("done", []);
    await this.#joined.leave();
    done("use: leave");
  }

  #uri(name) {
    return `${this.#prefix}.${name}`;
  }

  #call(name, options) {
    return this.#session.call(this.#uri(name), [], {}, options);
  }

  #publish(name, args, options) {
    const all = { acknowledge: true, ...options };
    return this.#session.publish(this.#uri(name), args, {}, all);
  }

  /** Calls a procedure of the router. */
  #ask(procedure, ...args) {
    return this.#session.call(`wamp.${procedure}`, args);
  }

  async #watch() {
    for (const topic of META_TOPICS) {
      await this.#session.subscribe(
        `wamp.${topic}`,
        (args) => this.#meta.put({ topic, args }),
      );
    }
  }

  /** The arguments of a meta event whose first one is `session`. */
  async #takeMeta(topic, session) {
    const { args } = await this.#meta.take((event) =>
      event.topic === topic && event.args[0] === session
    );
    return args;
  }

  /** Sees a guest in meta events and procedures, and gets its testament. */
  async #seeGuest() {
    const guest = await this.#join();
    const { id } = guest.session;
    const { args: [joined] } = await this.#meta.take(({ topic, args }) =>
      topic === "session.on_join" && args[0].session === id
    );
    expectEqual(joined.authrole, "anonymous", "on_join's authrole");
    const known = await this.#ask("session.get", id);
    expectEqual(known.authid, joined.authid, "session.get's authid");
    const sessions = await this.#ask("session.list");
    expectEqual(sessions.includes(id), true, "in session.list");
    // The own session and the guest, and those of other cases.
    const count = await this.#ask("session.count", ["anonymous"]);
    expectEqual(count >= 2, true, "two in session.count");
    const none = await this.#ask("session.count", ["nobody"]);
    expectEqual(none, 0, "session.count");
    await this.#seeSubscription(guest);
    await this.#seeRegistration(guest);
    const testaments = new Inbox();
    await this.#session.subscribe(
      this.#uri("will"),
      (args, kwargs) => testaments.put({ args, kwargs }),
    );
    const testament = { args: ["gone"], kwargs: { who: id } };
    await guest.session.call("wamp.session.add_testament", [
      this.#uri("will"),
      testament.args,
      testament.kwargs,
    ]);
    guest.drop();
    expectEqual(await testaments.take(), testament, "testament");
    await this.#takeMeta("subscription.on_delete", id);
    await this.#takeMeta("registration.on_delete", id);
    await this.#takeMeta("session.on_leave", id);
  }

  async #seeSubscription({ session }) {
    const topic = this.#uri("room.");
    await session.subscribe(topic, () => {}, { match: "prefix" });
    const [, { id, uri, match }] = await this.#takeMeta(
      "subscription.on_create",
      session.id,
    );
    expectEqual([uri, match], [topic, "prefix"], "subscription.on_create");
    const found = await this.#ask("subscription.lookup", topic, {
      match: "prefix",
    });
    expectEqual(found, id, "subscription.lookup");
    const matching = await this.#ask("subscription.match", `${topic}one`);
    expectEqual(matching, [id], "subscription.match");
    await this.#expectListed("subscription.list", "prefix", id);
    const subscribers = await this.#ask("subscription.list_subscribers", id);
    expectEqual(subscribers, [session.id], "subscription.list_subscribers");
  }

  async #seeRegistration({ session }) {
    const procedure = this.#uri("bell");
    await session.register(procedure, () => {}, { invoke: "last" });
    const [, { id, uri, invoke }] = await this.#takeMeta(
      "registration.on_create",
      session.id,
    );
    expectEqual([uri, invoke], [procedure, "last"], "registration.on_create");
    const found = await this.#ask("registration.match", procedure);
    expectEqual(found, id, "registration.match");
    await this.#expectListed("registration.list", "exact", id);
    const known = await this.#ask("registration.get", id);
    expectEqual(known.uri, procedure, "registration.get");
    const callees = await this.#ask("registration.list_callees", id);
    expectEqual(callees, [session.id], "registration.list_callees");
  }

  /** Finds an ID among those of its kind of match, and in no other. */
  async #expectListed(procedure, match, id) {
    const lists = Object.entries(await this.#ask(procedure));
    const kinds = lists.filter(([, found]) => found.includes(id));
    expectEqual(kinds.map(([kind]) => kind), [match], procedure);
  }

  async #killGuest() {
    const guest = await this.#join();
    const { id } = guest.session;
    guest.dueEnd = this.#uri("error.sent_away");
    const reason = { reason: guest.dueEnd };
    await this.#session.call("wamp.session.kill", [id], reason);
    await guest.left;
    await this.#takeMeta("session.on_leave", id);
    const gone = this.#ask("session.get", id);
    await expectError("wamp.error.no_such_session", gone);
  }

  async #callPatterns() {
    for (const name of ["branch.a.b", "branch.c", "any.leaf", "other.leaf"]) {
      expectEqual(await this.#call(name), this.#uri(name), "procedure called");
    }
    const unmatched = this.#call("a.b.leaf");
    await expectError("wamp.error.no_such_procedure", unmatched);
  }

  async #callShared() {
    const names = [];
    for (let count = 0; count < 4; count++) {
      const [name, session] = await this.#call("callee");
      names.push(name);
      this.#callees[name] = session;
    }
    const due = ["first", "second", "first", "second"];
    expectEqual(names, due, "callees in turn");
    const id = await this.#ask("registration.lookup", this.#uri("callee"));
    const callees = await this.#ask("registration.list_callees", id);
    expectEqual(
      callees.toSorted(),
      Object.values(this.#callees).toSorted(),
      "registration.list_callees",
    );
  }

  async #callWithProgress() {
    const steps = [];
    const call = this.#call("count", { receive_progress: true });
    call.then(undefined, undefined, (step) => steps.push(step));
    expectEqual(await call, 3, "final result");
    expectEqual(steps, [0, 1, 2], "progressive results");
  }

  async #cancel() {
    const waiting = new Inbox();
    await this.#session.subscribe(
      this.#uri("waiting"),
      () => waiting.put("waiting"),
    );
    const call = this.#call("wait");
    await waiting.take();
    // In other modes Autobahn|JS takes the ERROR for a violation.
    call.cancel({ mode: "kill" });
    await expectError("wamp.error.canceled", call);
    await this.#expectInterrupted();
  }

  async #expectInterrupted() {
    const interrupted = await this.#call("interrupted").catch((error) => {
      // A callee whose library knows no INTERRUPT has no such procedure.
      if (error.error === "wamp.error.no_such_procedure") return true;
      throw error;
    });
    expectEqual(interrupted, true, "callee's INTERRUPT");
  }

  async #beDisclosed() {
    const { id } = this.#session;
    expectEqual(await this.#call("caller"), null, "caller, not disclosed");
    const asked = await this.#call("caller", { disclose_me: true });
    expectEqual(asked, id, "caller that asks for it");
    const told = await this.#call("told");
    expectEqual(told, id, "caller that a permission discloses");
  }

  async #publishToSome() {
    const own = new Inbox();
    await this.#session.subscribe(
      this.#uri("news"),
      ([text]) => own.put(text),
    );
    const { first, second } = this.#callees;
    const { authid } = await this.#ask("session.get", first);
    const exclude_authrole = ["anonymous"];
    await this.#publish("news", ["all"]);
    await this.#publish("news", ["eligible"], { eligible: [second] });
    await this.#publish("news", ["exclude"], { exclude: [second] });
    await this.#publish("news", ["role"], { exclude_authrole });
    await this.#publish("news", ["authid"], { eligible_authid: [authid] });
    await this.#publish("news.local", ["prefix"]);
    await this.#publish("any.alert", ["wildcard"]);
    await this.#publish("told", ["disclosed"]);
    await this.#publish("any.alert", ["disclosed"], { disclose_me: true });
    await this.#publish("news", ["me"], { exclude_me: false });
    await own.take((text) => text === "me");
    expectEqual(own.items, [], "the publisher's other events");
    const [news, local, alert, told] = [
      "news",
      "news.local",
      "any.alert",
      "told",
    ].map((name) => this.#uri(name));
    expectEqual(await this.#call("heard.first"), [
      [news, null, ["all"]],
      [news, null, ["exclude"]],
      [news, null, ["authid"]],
      [local, null, ["prefix"]],
      [alert, null, ["wildcard"]],
      [told, this.#session.id, ["disclosed"]],
      [alert, this.#session.id, ["disclosed"]],
      [news, null, ["me"]],
    ], "events of the first session");
    expectEqual(await this.#call("heard.second"), [
      [news, null, ["all"]],
      [news, null, ["eligible"]],
      [news, null, ["me"]],
    ], "events of the second session");
  }
}
