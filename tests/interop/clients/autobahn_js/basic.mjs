/** Both sides of the basic scenario. */
// Plain JavaScript, for Node.js.
// deno-lint-ignore-file explicit-module-boundary-types
import { Buffer } from "node:buffer";
import process from "node:process";
import autobahn from "autobahn";
import { done, expectEqual, expectError, later } from "./steps.mjs";

/** The octets 00 ff 10, as sessions get them in each serializer. */
const OCTETS = {
  json: "\0AP8Q",
  msgpack: Buffer.of(0x00, 0xff, 0x10),
  cbor: Uint8Array.of(0x00, 0xff, 0x10),
}[process.argv[5]];
const ARGS = [
  0,
  -7,
  1.5,
  Number.MAX_SAFE_INTEGER,
  "Grüße, 世界 👋",
  "",
  true,
  null,
  [1, [2, []]],
  { a: { b: [] } },
  OCTETS,
];
const KWARGS = { name: "x", large: 2 ** 40, octets: OCTETS };
const SAMPLE = { args: ARGS, kwargs: KWARGS };
const LARGE_BYTES = 300_000;
const CALLS_AT_ONCE = 200;

/** Plays `serve`, `use` or `both`. */
export async function play(role, join, prefix) {
  const server = role === "use" ? undefined : new Server(await join(), prefix);
  await server?.setUp();
  if (role !== "serve") await new User(await join(), prefix).run();
  await server?.untilDone();
}

/** The side that registers and subscribes. */
class Server {
  #join;
  #prefix;
  #question = later();
  #done = later();

  constructor(join, prefix) {
    this.#join = join;
    this.#prefix = prefix;
  }

  async setUp() {
    done("serve: join");
    const { session } = this.#join;
    const uri = (name) => `${this.#prefix}.${name}`;
    const echo = await session.register(
      uri("echo"),
      (args, kwargs) => new autobahn.Result(args, kwargs),
    );
    await session.register(uri("fail"), (args, kwargs) => {
      throw new autobahn.Error(uri("error.refused"), args, kwargs);
    });
    await session.register(uri("asked"), () => this.#question.promise);
    await session.register(uri("answer"), async (args, kwargs) => {
      await session.publish(uri("answered"), args, kwargs, {
        acknowledge: true,
      });
      // Its MessagePack has no form for undefined.
      return null;
    });
    await session.register(uri("finish"), async () => {
      await session.unregister(echo);
      await session.unsubscribe(question);
      return null;
    });
    done("serve: register");
    const question = await session.subscribe(
      uri("question"),
      (args, kwargs) =>
        this.#question.resolve(new autobahn.Result(args, kwargs)),
    );
    await session.subscribe(uri("done"), () => this.#done.resolve());
    done("serve: subscribe");
    process.stdout.write("ready\n");
  }

  async untilDone() {
    await this.#done.promise;
    await this.#join.leave();
    done("serve: leave");
  }
}

/** The side that calls and publishes. */
class User {
  #join;
  #prefix;

  constructor(join, prefix) {
    this.#join = join;
    this.#prefix = prefix;
  }

  async run() {
    done("use: join");
    expectSample(await this.#call("echo", ARGS, KWARGS), "echo");
    const keywords = await this.#call("echo", undefined, KWARGS);
    expectEqual(keywords.kwargs, KWARGS, "keywords alone");
    expectEqual(await this.#call("echo"), null, "empty echo");
    done("use: call");
    const text = "x".repeat(LARGE_BYTES);
    expectEqual(await this.#call("echo", [text]) === text, true, "large echo");
    done("use: large payload");
    await this.#callMany();
    done("use: calls at once");
    const uri = `${this.#prefix}.error.refused`;
    expectSample(await this.#expectError(uri, "fail", ARGS, KWARGS), "error");
    done("use: application error");
    await this.#expectError("wamp.error.no_such_procedure", "nothing");
    done("use: no such procedure");
    await this.#publish("question", ARGS, KWARGS);
    expectSample(await this.#call("asked"), "event at the other side");
    done("use: publish");
    await this.#receiveAnswer();
    done("use: event");
    await this.#call("finish");
    await this.#expectError("wamp.error.no_such_procedure", "echo");
    done("use: unregister");
    await this.#publish("done");
    await this.#join.leave();
    done("use: leave");
  }

  #call(name, args, kwargs) {
    return this.#join.session.call(`${this.#prefix}.${name}`, args, kwargs);
  }

  #publish(name, args, kwargs) {
    const options = { acknowledge: true };
    const topic = `${this.#prefix}.${name}`;
    return this.#join.session.publish(topic, args, kwargs, options);
  }

  #expectError(uri, name, args, kwargs) {
    return expectError(uri, this.#call(name, args, kwargs));
  }

  async #callMany() {
    const numbers = Array.from({ length: CALLS_AT_ONCE }, (_, index) => index);
    const results = numbers.map((number) => this.#call("echo", [number]));
    expectEqual(await Promise.all(results), numbers, "calls at once");
  }

  async #receiveAnswer() {
    const events = [];
    const { session } = this.#join;
    const subscription = await session.subscribe(
      `${this.#prefix}.answered`,
      (args, kwargs) => events.push({ args, kwargs }),
    );
    // The event comes before the result: one session published and yielded.
    await this.#call("answer", ARGS, KWARGS);
    expectEqual(events, [SAMPLE], "events");
    await session.unsubscribe(subscription);
    await this.#call("answer", ARGS, KWARGS);
    expectEqual(events.length, 1, "events after UNSUBSCRIBED");
  }
}

function expectSample({ args, kwargs }, what) {
  expectEqual({ args, kwargs }, SAMPLE, what);
}
