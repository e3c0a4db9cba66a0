/** Both sides of the advanced scenario. */
// Plain JavaScript, for Node.js.
// deno-lint-ignore-file explicit-module-boundary-types
import process from "node:process";
import { User } from "./advanced_use.mjs";
import { done, later } from "./steps.mjs";

const STEPS = 3;

/** Plays `serve`, `use` or `both`. */
export async function play(role, join, prefix) {
  const server = role === "use"
    ? undefined
    : new Server(await join(), await join(), prefix);
  await server?.setUp();
  if (role !== "serve") await new User(await join(), join, prefix).run();
  await server?.untilDone();
}

/** The side that registers and subscribes, with two sessions. */
class Server {
  #first;
  #second;
  #prefix;
  #done = later();

  constructor(first, second, prefix) {
    this.#first = first;
    this.#second = second;
    this.#prefix = prefix;
  }

  async setUp() {
    done("serve: join");
    const { session } = this.#first;
    const called = (_args, _kwargs, { procedure }) => procedure;
    await this.#register("branch.", called, { match: "prefix" });
    await this.#register(".leaf", called, { match: "wildcard" });
    await this.#register("count", (_args, _kwargs, { progress }) => {
      for (let step = 0; step < STEPS; step++) progress([step]);
      return STEPS;
    });
    await this.#register("wait", () => {
      session.publish(this.#uri("waiting"));
      // It never learns of an INTERRUPT: there is no procedure `interrupted`.
      return later().promise;
    });
    for (const name of ["caller", "told"]) {
      await this.#register(
        name,
        (_args, _kwargs, { caller }) => caller ?? null,
      );
    }
    await this.#registerShared();
    done("serve: register");
    await this.#hear(this.#first, "first", {
      "news": "exact",
      "news.": "prefix",
      ".alert": "wildcard",
      "told": "exact",
    });
    await this.#hear(this.#second, "second", { "news": "exact" });
    await session.subscribe(this.#uri("done"), () => this.#done.resolve());
    done("serve: subscribe");
    process.stdout.write("ready\n");
  }

  async untilDone() {
    await this.#done.promise;
    await this.#first.leave();
    await this.#second.leave();
    done("serve: leave");
  }

  #uri(name) {
    return `${this.#prefix}.${name}`;
  }

  #register(name, endpoint, options) {
    return this.#first.session.register(this.#uri(name), endpoint, options);
  }

  async #registerShared() {
    const callees = { first: this.#first, second: this.#second };
    for (const [name, { session }] of Object.entries(callees)) {
      const answer = [name, session.id];
      const options = { invoke: "roundrobin" };
      await session.register(this.#uri("callee"), () => answer, options);
    }
  }

  /** Subscribes; the procedure `heard.NAME` returns what events came. */
  async #hear({ session }, name, topics) {
    const heard = [];
    for (const [topic, match] of Object.entries(topics)) {
      await session.subscribe(
        this.#uri(topic),
        (args, _kwargs, { topic, publisher = null }) =>
          heard.push([topic, publisher, args]),
        { match },
      );
    }
    await session.register(this.#uri(`heard.${name}`), () => heard);
  }
}
