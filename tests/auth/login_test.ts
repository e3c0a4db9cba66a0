/** A login between HELLO and its verdict (checklist §6.1). */
import { assert, assertEquals } from "@std/assert";
import { Authentication } from "../../src/auth/authentication.ts";
import { FailureLimiter } from "../../src/auth/failure_limiter.ts";
import {
  type AuthCounterName,
  Login,
  type LoginAttempt,
  type LoginStep,
} from "../../src/auth/login.ts";
import {
  denied,
  failed,
  type LoginMethod,
  type Verdict,
} from "../../src/auth/login_method.ts";
import { FakeTimers } from "../session/_fake_link.ts";

const ACCEPTED: Verdict = {
  kind: "accepted",
  realm: "realm1",
  identity: {
    authid: "joe",
    authrole: "user",
    authmethod: "test",
    authprovider: "static",
  },
  authextra: undefined,
};

/** A method that lets in whoever answers "right". */
const METHOD: LoginMethod = {
  name: "test",
  serves: () => true,
  begin: () => ({
    kind: "challenged",
    extra: {},
    answer: (signature) => signature === "right" ? ACCEPTED : denied("wrong"),
  }),
};

class Bench {
  readonly timers = new FakeTimers();
  readonly counted: AuthCounterName[] = [];
  readonly limiter = new FailureLimiter(() => this.timers.nowMs);

  authentication(...methods: LoginMethod[]): Authentication {
    return new Authentication({
      methods,
      limiter: this.limiter,
      maxFailures: 2,
      timers: this.timers,
      counters: { increment: (name) => void this.counted.push(name) },
    });
  }

  login(
    attempt: Partial<LoginAttempt> = {},
    method: LoginMethod = METHOD,
  ): Login {
    const login = this.authentication(method).login({
      authmethods: ["test"],
      realm: "realm1",
      countedRealm: attempt.realm ?? "realm1",
      authid: "joe",
      authextra: {},
      session: 1,
      host: "192.0.2.1",
      transportDetails: () => ({}),
      ...attempt,
    });
    assert(login instanceof Login);
    return login;
  }

  /** Answers wrongly, `times` times. */
  fail(times: number, attempt: Partial<LoginAttempt> = {}): void {
    for (let i = 0; i < times; i++) {
      const login = this.login(attempt);
      login.start();
      assertEquals((login.answer("wrong", {}) as LoginStep).kind, "refused");
    }
  }
}

function kindOf(step: LoginStep | Promise<LoginStep>): string {
  return step instanceof Promise ? "later" : step.kind;
}

Deno.test("AU-05: a login is challenged, answers, and is judged at once where that is possible", () => {
  const bench = new Bench();
  const login = bench.login();
  assertEquals(login.start(), { kind: "challenge", method: "test", extra: {} });
  assertEquals(login.answer("right", {}), ACCEPTED);
  assertEquals([bench.counted, bench.timers.count], [[], 0]);
});

Deno.test("AU-10: an address that failed too often waits, whoever it says it is", async () => {
  const bench = new Bench();
  bench.fail(2, { authid: "a" });
  const login = bench.login({ authid: "b" });
  login.start();
  const answered = login.answer("right", {});
  assertEquals(kindOf(answered), "later");
  bench.timers.pass(1001);
  assertEquals(await answered, ACCEPTED);
  const elsewhere = bench.login({ authid: "b", host: "192.0.2.2" });
  elsewhere.start();
  assertEquals(kindOf(elsewhere.answer("right", {})), "accepted");
});

Deno.test("AU-10: an authid with too many failures waits, from wherever it comes", () => {
  const bench = new Bench();
  bench.fail(1, { host: "192.0.2.1" });
  bench.fail(1, { host: "192.0.2.2" });
  const login = bench.login({ host: "192.0.2.3" });
  login.start();
  assertEquals(kindOf(login.answer("right", {})), "later");
  login.cancel();
  const other = bench.login({ host: "192.0.2.3", realm: "realm2" });
  other.start();
  assertEquals(kindOf(other.answer("right", {})), "accepted");
  assertEquals(bench.timers.count, 0);
});

Deno.test("AU-10: the failures of others do not lock out who got in from its address before", () => {
  const bench = new Bench();
  const before = bench.login({ host: "192.0.2.9" });
  before.start();
  before.answer("right", {});
  bench.fail(1, { host: "192.0.2.1" });
  bench.fail(1, { host: "192.0.2.2" });
  const login = bench.login({ host: "192.0.2.9" });
  login.start();
  assertEquals(kindOf(login.answer("right", {})), "accepted");
});

Deno.test("AU-10: on a Unix socket only authids are counted", () => {
  const bench = new Bench();
  const local = { host: undefined };
  bench.fail(2, { ...local, authid: "a" });
  const other = bench.login({ ...local, authid: "b" });
  other.start();
  assertEquals(kindOf(other.answer("right", {})), "accepted");
  const same = bench.login({ ...local, authid: "a" });
  same.start();
  assertEquals(kindOf(same.answer("right", {})), "later");
  same.cancel();
});

Deno.test("AU-10: beyond 10 s of waiting an answer is refused unseen, in the words of a denial", () => {
  const bench = new Bench();
  bench.fail(2);
  const steps = Array.from({ length: 11 }, () => {
    const login = bench.login();
    login.start();
    return [login, login.answer("right", {})] as const;
  });
  assertEquals(steps.map(([, step]) => kindOf(step)), [
    ...Array.from({ length: 10 }, () => "later"),
    "refused",
  ]);
  const [, last] = steps[10];
  assert(!(last instanceof Promise) && last.kind === "refused");
  assertEquals(last.reason, "wamp.error.authentication_denied");
  for (const [login] of steps) login.cancel();
  assertEquals(bench.timers.count, 0);
});

Deno.test("AU-12: an answer that waits is not looked at any more when its client is gone", async () => {
  const bench = new Bench();
  bench.fail(2);
  let judged = 0;
  const login = bench.login({}, {
    ...METHOD,
    begin: () => ({
      kind: "challenged",
      extra: {},
      answer: () => {
        judged++;
        return ACCEPTED;
      },
    }),
  });
  login.start();
  const answered = login.answer("right", {});
  login.cancel();
  assertEquals((await answered).kind, "refused");
  assertEquals([judged, bench.timers.count], [0, 0]);
});

Deno.test("AU-06: a method that throws is a technical failure, and its words are for the log", async () => {
  const broken = new Error("the words");
  const methods: LoginMethod[] = [
    {
      ...METHOD,
      begin: () => {
        throw broken;
      },
    },
    { ...METHOD, begin: () => Promise.reject(broken) },
    {
      ...METHOD,
      begin: () => ({
        kind: "challenged",
        extra: {},
        answer: () => {
          throw broken;
        },
      }),
    },
  ];
  for (const method of methods) {
    const bench = new Bench();
    const login = bench.login({}, method);
    let step = await login.start();
    if (step.kind === "challenge") step = await login.answer("x", {});
    assert(step.kind === "refused");
    assertEquals(step.reason, "wamp.error.authentication_failed");
    assert(!step.message.includes("the words"));
    assert(step.detail?.includes("the words"));
  }
});

Deno.test("AU-10: only wrong credentials count as failures, not what broke", async () => {
  const bench = new Bench();
  for (let i = 0; i < 5; i++) {
    const login = bench.login({}, { ...METHOD, begin: () => failed("x") });
    await login.start();
  }
  assertEquals(bench.limiter.size, 0);
  assertEquals(
    bench.counted.filter((name) => name === "logins_failed").length,
    5,
  );
});

Deno.test("AU-10: a guess counts also where its client hangs up before the verdict", async () => {
  const bench = new Bench();
  const verdict = Promise.withResolvers<Verdict>();
  const slow: LoginMethod = {
    ...METHOD,
    begin: () => ({
      kind: "challenged",
      extra: {},
      answer: () => verdict.promise,
    }),
  };
  const logins = [1, 2, 3].map(() => bench.login({}, slow));
  for (const login of logins) {
    login.start();
    void login.answer("wrong", {});
    login.cancel();
  }
  verdict.resolve(denied("wrong"));
  await verdict.promise;
  await Promise.resolve();
  const next = bench.login();
  next.start();
  assertEquals(kindOf(next.answer("right", {})), "later");
  next.cancel();
});

Deno.test("AU-10: where HELLO alone is judged it waits for its turn, and its answer does not wait again", async () => {
  const bench = new Bench();
  let asked = 0;
  const method: LoginMethod = {
    ...METHOD,
    refusesAtHello: true,
    begin: (request) => {
      asked++;
      return METHOD.begin(request);
    },
  };
  bench.fail(2);
  const login = bench.login({}, method);
  const begun = login.start();
  assertEquals([kindOf(begun), asked], ["later", 0]);
  bench.timers.pass(1001);
  assertEquals([(await begun).kind, asked], ["challenge", 1]);
  assertEquals(kindOf(login.answer("right", {})), "accepted");
  // One that is gone meanwhile is not asked about.
  const gone = bench.login({}, method);
  const never = gone.start();
  gone.cancel();
  assertEquals([(await never).kind, asked], ["refused", 1]);
  // Beyond 10 s of waiting it is turned away unasked.
  const many = Array.from({ length: 12 }, () => bench.login({}, method));
  const steps = many.map((one) => kindOf(one.start()));
  assertEquals([steps.at(-1), asked], ["refused", 1]);
  for (const one of many) one.cancel();
});

Deno.test("AU-10: all ways to write one name are counted as one, and a name that is not believed is not", () => {
  const bench = new Bench();
  const local = { host: undefined };
  const folding: LoginMethod = {
    ...METHOD,
    countedName: (authid) => authid.toLowerCase(),
  };
  for (const authid of ["joe", "JOE"]) {
    const login = bench.login({ ...local, authid }, folding);
    login.start();
    login.answer("wrong", {});
  }
  assertEquals(bench.limiter.size, 1);
  const unbelieved: LoginMethod = { ...METHOD, countedName: () => undefined };
  const login = bench.login({ ...local, authid: "ann" }, unbelieved);
  login.start();
  login.answer("wrong", {});
  assertEquals(bench.limiter.size, 1);
});

Deno.test("AU-10: an authid without end is counted by its beginning", () => {
  const bench = new Bench();
  const authid = "x".repeat(1_000_000);
  bench.fail(2, { authid, host: undefined });
  assertEquals(bench.limiter.size, 1);
  const login = bench.login({ authid: `${authid}y`, host: undefined });
  login.start();
  assertEquals(kindOf(login.answer("right", {})), "later");
  login.cancel();
});
