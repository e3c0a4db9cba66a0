/** What one session is asked about, and which answer counts for which question. */
import { assertEquals } from "@std/assert";
import {
  DynamicRole,
  SessionAuthorizer,
} from "../../src/authz/dynamic_role.ts";

const IDENTITY = {
  authid: "anna",
  authrole: "asked",
  authmethod: "anonymous",
  authprovider: "static",
};
const GET_EVENTS = "wamp.subscription.get_events";

/** A session's authorizer, and what it asked: action and URI. */
function sessionWith(answer: (uri: string) => unknown) {
  const asked: string[] = [];
  const role = new DynamicRole({
    realm: "realm1",
    procedure: "com.authorize",
    trustLevel: undefined,
    trustedProcedures: new Set(),
    cacheSize: 1000,
    ask: ([, uri, action]) => {
      asked.push(`${action} ${uri}`);
      return Promise.resolve(answer(String(uri)));
    },
  });
  const join = () => new SessionAuthorizer(role, 1, IDENTITY);
  return { asked, join };
}

/** Asks as often as it takes, as for one message. */
async function settle(ask: () => Promise<void> | undefined): Promise<void> {
  for (let wait = ask(); wait !== undefined; wait = ask()) await wait;
}

Deno.test("AZ-09: an answer counts for its own question alone, when the message is not given again", async () => {
  const { asked, join } = sessionWith((uri) => uri === "com.a");
  const session = join();
  await session.consult("call", "com.a", "exact", {});
  await settle(() => session.consult("subscribe", "com.b", "exact", {}));
  assertEquals(asked, ["call com.a", "subscribe com.b"]);
  assertEquals(session.allows("subscribe", "com.b", "exact"), false);
});

Deno.test("AZ-08 AZ-09: an answer counts for its own options alone, when the message is not given again", async () => {
  const { asked, join } = sessionWith(() => true);
  const session = join();
  await session.consult("call", "com.a", "exact", {});
  const options = { disclose_me: true };
  await settle(() => session.consult("call", "com.a", "exact", options));
  assertEquals(asked.length, 2);
});

Deno.test("EH-10 AZ-08: a history is read by what was decided of a plain SUBSCRIBE, not of another", async () => {
  const { asked, join } = sessionWith(() => ({ allow: true, cache: true }));
  const session = join();
  const read = () =>
    session.consultSecond("subscribe", "com.h", "prefix", { match: "prefix" });
  const retained = { match: "prefix", get_retained: true };
  await settle(() => session.consult("subscribe", "com.h", "prefix", retained));
  await settle(read);
  assertEquals(asked.length, 2);
  const plain = { match: "prefix" };
  await settle(() => session.consult("subscribe", "com.h", "prefix", plain));
  assertEquals(asked.length, 3);
  await settle(() => session.consult("call", GET_EVENTS, "exact", {}));
  assertEquals(asked.length, 4);
  assertEquals(read(), undefined);
});

Deno.test("EH-10: what is remembered of a history's topic holds for the message, whatever it pushes out", async () => {
  const { asked, join } = sessionWith((uri) => ({
    allow: true,
    cache: uri === GET_EVENTS ? "role" : "session",
  }));
  await settle(() => join().consult("call", GET_EVENTS, "exact", {}));
  const session = join();
  await settle(() => session.consult("subscribe", "com.h", "exact", {}));
  for (let i = 0; i < 127; i++) {
    await settle(() => session.consult("publish", `com.p${i}`, "exact", {}));
  }
  asked.length = 0;
  await settle(() =>
    session.consultSecond("subscribe", "com.h", "exact", {}) ??
      session.consult("call", GET_EVENTS, "exact", {})
  );
  assertEquals(asked, []);
  assertEquals(session.allows("subscribe", "com.h", "exact"), true);
});

Deno.test("AZ-04: why there is no decision is told of the question that has none", async () => {
  const { join } = sessionWith((uri) => uri === GET_EVENTS ? true : "perhaps");
  const session = join();
  await settle(() =>
    session.consultSecond("subscribe", "com.h", "exact", {}) ??
      session.consult("call", GET_EVENTS, "exact", {})
  );
  assertEquals(session.allows("subscribe", "com.h", "exact"), false);
  const { decider } = session.denial("subscribe", "com.h", "exact");
  assertEquals(decider.includes("it was not asked"), false);
});
