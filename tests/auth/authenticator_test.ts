/** Asking a dynamic authenticator, with one that is made up (checklist DY). */
import { assert, assertEquals } from "@std/assert";
import {
  type Authenticator,
  AuthenticatorCalls,
  AuthenticatorError,
  AuthenticatorSlots,
} from "../../src/auth/authenticator.ts";
import type { LoginRequest } from "../../src/auth/login_method.ts";
import { FakeTimers } from "../session/_fake_link.ts";

const FAILED = "wamp.error.authentication_failed";

class Bench {
  readonly timers = new FakeTimers();
  readonly slots = new AuthenticatorSlots();

  calls(authenticator: Authenticator): AuthenticatorCalls {
    return new AuthenticatorCalls({
      authmethod: "ticket",
      authenticator,
      defaultRole: undefined,
      timeoutMs: 500,
      maxCalls: 2,
      slots: this.slots,
      timers: this.timers,
    });
  }

  get request(): LoginRequest {
    return {
      realm: "realm1",
      authid: "joe",
      authextra: {},
      session: 7,
      transportDetails: () => ({ peer: "x" }),
    };
  }

  /** The reason and the detail of the refusal that comes of `authenticator`. */
  async refusalBy(
    authenticator: Authenticator,
  ): Promise<[reason: string, detail: string | undefined]> {
    const answer = await this.calls(authenticator).ask(this.request, "joe");
    assert(answer.kind === "refused");
    assertEquals([this.slots.taken, this.timers.count], [0, 0]);
    return [answer.reason, answer.detail];
  }
}

Deno.test("DY-03: whatever an authenticator throws, the login has failed and nothing is left behind", async () => {
  const rows: [what: string, authenticator: Authenticator][] = [
    ["an error", () => Promise.reject(new Error("broken"))],
    ["an error, at once", () => {
      throw new Error("broken");
    }],
    ["no error", () => Promise.reject(undefined)],
  ];
  for (const [what, authenticator] of rows) {
    const [reason] = await new Bench().refusalBy(authenticator);
    assertEquals(reason, FAILED, what);
  }
});

Deno.test("DY-03: its own error is the reason, unless that is no URI", async () => {
  for (
    const [uri, reason] of [
      ["com.example.locked", "com.example.locked"],
      ["wamp.error.no_such_principal", "wamp.error.no_such_principal"],
      ["not a uri", FAILED],
      ["", FAILED],
    ]
  ) {
    const error = new AuthenticatorError(uri, "why");
    const refusal = await new Bench().refusalBy(() => Promise.reject(error));
    assertEquals(refusal[0], reason, uri);
  }
});

Deno.test("DY-03: one that hangs is left after its time, and told so", async () => {
  const bench = new Bench();
  let told = false;
  const refusal = bench.refusalBy((_realm, _authid, _details, signal) => {
    signal.addEventListener("abort", () => told = true);
    return new Promise(() => {});
  });
  bench.timers.pass(501);
  assertEquals((await refusal)[0], FAILED);
  assert(told);
});

Deno.test("DY-03 AU-10: each no of its own can be one to a guess; what broke, was late or is nonsense is not", async () => {
  const own = (uri: string): Authenticator => () =>
    Promise.reject(new AuthenticatorError(uri, "why"));
  const says = (value: unknown): Authenticator => () => Promise.resolve(value);
  const rows: [isGuess: boolean, authenticator: Authenticator][] = [
    [true, own("com.example.invalid_ticket")],
    [true, own("wamp.error.authentication_denied")],
    [true, own("wamp.error.authentication_failed")],
    [true, own("wamp.error.no_such_role")],
    [true, own("wamp.error.runtime_error")],
    [true, own("no uri")],
    [true, own("")],
    [true, says(null)],
    [true, says(undefined)],
    [true, says(false)],
    [false, () => Promise.reject(new Error("no such procedure"))],
    [false, says(true)],
    [false, says(0)],
    [false, says([])],
    [false, says({})],
    [false, says({ role: 1 })],
    [false, says({ role: "user", extra: "x" })],
  ];
  for (const [isGuess, authenticator] of rows) {
    const answer = await new Bench().calls(authenticator).ask(
      new Bench().request,
      "joe",
    );
    assert(answer.kind === "refused");
    assertEquals(answer.isGuess, isGuess, `${authenticator}: ${answer.detail}`);
  }
});

Deno.test("DY-03: no more are asked at a time than may be", async () => {
  const bench = new Bench();
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const calls = bench.calls(() => promise);
  const asked = [1, 2].map(() => calls.ask(bench.request, "joe"));
  assertEquals(bench.slots.taken, 2);
  const third = await calls.ask(bench.request, "joe");
  assert(third.kind === "refused");
  assertEquals(third.reason, FAILED);
  resolve("user");
  for (const one of asked) assertEquals((await one).kind, "answer");
  assertEquals(bench.slots.taken, 0);
});

Deno.test("DY-01: it is told what Crossbar.io tells it", async () => {
  const bench = new Bench();
  const seen: unknown[] = [];
  const calls = bench.calls((realm, authid, details) => {
    seen.push(realm, authid, details);
    return Promise.resolve("user");
  });
  const answer = await calls.ask(bench.request, "joe", { ticket: "t" });
  assertEquals(seen, ["realm1", "joe", {
    authextra: {},
    transport: { peer: "x" },
    session: 7,
    authmethod: "ticket",
    authid: "joe",
    ticket: "t",
  }]);
  assert(answer.kind === "answer");
  assertEquals([answer.role, answer.realm], ["user", "realm1"]);
});
