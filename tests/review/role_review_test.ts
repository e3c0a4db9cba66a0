/** What is told beforehand is what the router does. */
import { assertEquals } from "@std/assert";
import { ROLE_DEFAULTS } from "../../src/config/build_realms.ts";
import type { RealmConfig } from "../../src/config/config.ts";
import { RoleReview } from "../../src/review/role_review.ts";
import type {
  AccessRequest,
  Explanation,
} from "../../src/review/role_review.ts";
import { ACTIONS, rule } from "../authz/_naive_rules.ts";
import type { RawClient } from "../support/raw_client.ts";
import { scenario } from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";

const RULES = [
  rule("prefix", "", "call", "publish"),
  rule("prefix", "com.", "call", "register", "publish", "subscribe"),
  rule("exact", "com.secret", "publish"),
  rule("wildcard", "com..x", "call"),
  rule("exact", "wamp.session.kill", "call"),
  rule("exact", "sluice.authorization.flush", "call"),
  rule("prefix", "org.", "register", "subscribe"),
  rule("exact", "wamp.session.on_join"),
];

function realm(uriCheck: RealmConfig["uriCheck"]): RealmConfig {
  const open = openRealm("realm1");
  const roles = [{ ...open.roles[0], permissions: RULES }];
  return { ...open, uriCheck, roles };
}

const URIS = [
  "",
  "com",
  "com.",
  "com.a",
  "com.A",
  "com.secret",
  "com.secret.",
  "com.a.x",
  "com..x",
  "com..",
  "com.a#b",
  "com. ",
  "org.a",
  "a..b",
  "wamp",
  "wamp.",
  "wampum",
  "wamp.session.count",
  "wamp.session.kill",
  "wamp.session.kill.",
  "wamp.session.on_join",
  "wamp.session.",
  "wamp..kill",
  "sluice.",
  "sluice.authorization.",
  "sluice.authorization.flush",
  "wamp.session.kill_all",
  "x".repeat(4096),
  "x".repeat(4097),
];

/** Every request for one of these URIs. */
const REQUESTS: readonly AccessRequest[] = ACTIONS.flatMap((action) => {
  const takesPatterns = action === "register" || action === "subscribe";
  const policies = takesPatterns
    ? ["exact", "prefix", "wildcard"] as const
    : ["exact"] as const;
  return policies.flatMap((match) =>
    URIS.map((uri): AccessRequest => ({ action, uri, match }))
  );
});

const CODES = {
  call: 48,
  register: 64,
  publish: 16,
  subscribe: 32,
  force_reregister: 64,
};

/** What an ERROR says when the rules or the URI are against it. */
const DENIALS: unknown[] = [
  "wamp.error.not_authorized",
  "wamp.error.invalid_uri",
];

async function outcome(
  client: RawClient,
  { action, uri, match }: AccessRequest,
): Promise<unknown> {
  const takesPatterns = action === "register" || action === "subscribe";
  const options = action === "publish"
    ? { acknowledge: true }
    : takesPatterns
    ? { match }
    : {};
  const answer = await client.request(
    [CODES[action], client.nextRequest(), options, uri],
  );
  return answer[0] === 8 && DENIALS.includes(answer[4]) ? answer[4] : "allowed";
}

for (const uriCheck of ["loose", "strict"] as const) {
  scenario(
    `AZ-05 AZ-06 AZ-07 UR-09: the router decides as RoleReview says, in a realm that is ${uriCheck}`,
    async (router) => {
      const config = realm(uriCheck);
      const review = new RoleReview(
        { transports: [] },
        config,
        config.roles[0],
      );
      const client = await router.join();
      const seen = new Set<Explanation["reason"]>();
      for (const request of REQUESTS) {
        const { allowed, reason } = review.explain(request);
        seen.add(reason);
        const expected = allowed
          ? "allowed"
          : reason === "invalid_uri" || reason === "reserved_uri"
          ? "wamp.error.invalid_uri"
          : "wamp.error.not_authorized";
        const text = `${reason}: ${Deno.inspect(request)}`;
        assertEquals(await outcome(client, request), expected, text);
      }
      assertEquals([...seen].sort(), [
        "guarded",
        "invalid_uri",
        "part_denied",
        "reserved_uri",
        "rule",
      ]);
    },
    { realms: [realm(uriCheck)] },
  );
}

const TRUSTED = "com.decide";

/** Under which the authorizer of role `asked` decides. */
const DECIDED: RealmConfig = {
  ...openRealm("realm1"),
  roles: [
    {
      ...ROLE_DEFAULTS,
      name: "wide",
      permissions: [rule("prefix", "", ...ACTIONS)],
    },
    {
      ...ROLE_DEFAULTS,
      name: "exact",
      permissions: [rule("exact", TRUSTED, "register")],
    },
    {
      ...ROLE_DEFAULTS,
      name: "asked",
      authorizer: TRUSTED,
    },
  ],
};

Deno.test("AZ-05: who may register an authorizer is known beforehand, also where one decides", () => {
  const rows: [
    role: number,
    uri: string,
    Explanation["reason"],
    boolean | undefined,
  ][] = [
    [0, TRUSTED, "guarded", false],
    [0, "com.other", "rule", true],
    [1, TRUSTED, "rule", true],
    [2, TRUSTED, "guarded", false],
    [2, "com.other", "authorizer", undefined],
  ];
  for (const [role, uri, reason, allowed] of rows) {
    const review = new RoleReview(
      { transports: [] },
      DECIDED,
      DECIDED.roles[role],
    );
    const request = { action: "register", uri, match: "exact" } as const;
    const decision = review.explain(request);
    assertEquals([decision.reason, decision.allowed], [reason, allowed], uri);
  }
});
