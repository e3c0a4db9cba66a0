/** Black- and whitelisting of subscribers (checklist §8.3). */
import { assertEquals } from "@std/assert";
import type { RawClient } from "../support/raw_client.ts";
import {
  expectViolation,
  type Scenario,
  scenario,
} from "../support/scenario.ts";
import {
  brokerFeatures,
  type Identified,
  joinAs,
  realmOfTwoRoles,
} from "./_identities.ts";

/** Two of role anonymous, one of role admin. */
type Subscribers = Readonly<Record<"anna" | "bert" | "admin", Identified>>;

/** Options, who gets the event, and what is shown by it. */
type Row = readonly [
  what: string,
  options: (subscribers: Subscribers) => Record<string, unknown>,
  receivers: string,
];

const UNKNOWN_ID = 4_503_599_627_370_497;

const ROWS: readonly Row[] = [
  ["BW-02: without lists", () => ({}), "anna bert admin"],
  [
    "BW-01: exclude by session",
    ({ anna }) => ({ exclude: [anna.session] }),
    "bert admin",
  ],
  [
    "BW-01: exclude_authid",
    ({ bert, admin }) => ({ exclude_authid: [bert.authid, admin.authid] }),
    "anna",
  ],
  [
    "BW-01: exclude_authrole",
    () => ({ exclude_authrole: ["admin"] }),
    "anna bert",
  ],
  [
    "BW-01: eligible by session",
    ({ anna, admin }) => ({ eligible: [admin.session, anna.session] }),
    "anna admin",
  ],
  [
    "BW-01: eligible_authid",
    ({ bert }) => ({ eligible_authid: [bert.authid] }),
    "bert",
  ],
  [
    "BW-01: eligible_authrole",
    () => ({ eligible_authrole: ["admin"] }),
    "admin",
  ],
  [
    "BW-02: in all eligible lists",
    ({ anna, bert, admin }) => ({
      eligible: [anna.session, admin.session],
      eligible_authid: [bert.authid, anna.authid],
      eligible_authrole: ["anonymous", "admin"],
    }),
    "anna",
  ],
  [
    "BW-02: in no exclude list",
    ({ anna, bert }) => ({
      exclude: [anna.session],
      exclude_authid: [bert.authid],
      exclude_authrole: ["nobody"],
    }),
    "admin",
  ],
  [
    "BW-02: all six lists",
    ({ anna, bert, admin }) => ({
      eligible: [anna.session, bert.session, admin.session],
      eligible_authid: [anna.authid, bert.authid, admin.authid],
      eligible_authrole: ["anonymous"],
      exclude: [bert.session],
      exclude_authid: [],
      exclude_authrole: [],
    }),
    "anna",
  ],
  ["BW-03: an empty eligible list", () => ({ eligible: [] }), ""],
  ["BW-03: an empty eligible_authid list", () => ({ eligible_authid: [] }), ""],
  [
    "BW-03: an empty eligible_authrole list",
    () => ({ eligible_authrole: [] }),
    "",
  ],
  [
    "BW-03: an empty eligible list beside one that is not",
    () => ({ eligible: [], eligible_authrole: ["anonymous", "admin"] }),
    "",
  ],
  [
    "BW-03: empty exclude lists",
    () => ({ exclude: [], exclude_authid: [], exclude_authrole: [] }),
    "anna bert admin",
  ],
  [
    "MF-08: lists that are null",
    () => ({ eligible: null, exclude: null }),
    "anna bert admin",
  ],
  [
    "BW-04: eligible and excluded",
    ({ anna, bert }) => ({
      eligible: [anna.session, bert.session],
      exclude_authid: [anna.authid],
    }),
    "bert",
  ],
  [
    "BW-04: unknown sessions, authids and roles in exclude lists",
    () => ({
      exclude: [UNKNOWN_ID],
      exclude_authid: ["nobody"],
      exclude_authrole: ["", "nobody"],
    }),
    "anna bert admin",
  ],
  [
    "BW-04: unknown ones in eligible lists",
    ({ anna }) => ({ eligible: [UNKNOWN_ID, anna.session, anna.session] }),
    "anna",
  ],
];

/** Subscribes to `com.a` in three ways, and to the end of a round. */
async function subscribeAll(client: RawClient): Promise<void> {
  await client.subscribe("com.a");
  await client.subscribe("com.", { match: "prefix" });
  await client.subscribe("com.", { match: "wildcard" });
  await client.subscribe("test.end");
}

/** The payloads of the events on `com.a` up to the end of the round. */
async function takeRound(client: RawClient): Promise<unknown[]> {
  const payloads: unknown[] = [];
  while (true) {
    const event = await client.receive();
    assertEquals(event[0], 36);
    if (event[4] === undefined) return payloads;
    // The lists are nobody's business (BW-06).
    const keys = Object.keys(event[3]).filter((key) => key !== "topic");
    assertEquals(keys, []);
    payloads.push(event[4][0]);
  }
}

async function joinAll(router: Scenario): Promise<Subscribers> {
  const subscribers = {
    anna: await joinAs(router),
    bert: await joinAs(router),
    admin: await joinAs(router, "admin"),
  };
  for (const { client } of Object.values(subscribers)) {
    await subscribeAll(client);
  }
  return subscribers;
}

scenario(
  "BW-01 BW-02 BW-03 BW-04 BW-06: lists say who gets an event, on every matching subscription",
  async (router) => {
    const publisher = await router.join();
    const subscribers = await joinAll(router);
    for (const [what, options, receivers] of ROWS) {
      await publisher.send([16, 1, options(subscribers), "com.a", [what]]);
      await publisher.send([16, 2, {}, "test.end"]);
      for (const [name, { client }] of Object.entries(subscribers)) {
        const due = receivers.split(" ").includes(name)
          ? [what, what, what]
          : [];
        assertEquals(await takeRound(client), due, `${what}: ${name}`);
      }
    }
  },
  { ...realmOfTwoRoles(), everySerializer: true },
);

scenario(
  "BW-05: exclude_me acts beside the lists",
  async (router) => {
    const { client, session, authid } = await joinAs(router);
    await client.subscribe("com.a");
    for (
      const eligible of [{ eligible: [session] }, { eligible_authid: [authid] }]
    ) {
      await client.send([16, 1, eligible, "com.a"]);
      await client.expectNothing();
      await client.send([16, 2, { ...eligible, exclude_me: false }, "com.a"]);
      assertEquals((await client.receive())[0], 36);
    }
    await client.send([
      16,
      3,
      { exclude_me: false, exclude: [session] },
      "com.a",
    ]);
    await client.expectNothing();
  },
);

/** Values of the wrong type: PV (MF-07). */
const WRONG_LISTS: readonly Record<string, unknown>[] = [
  { exclude: "x" },
  { exclude: ["x"] },
  { exclude: [0] },
  { exclude: [1.5] },
  { eligible: 1 },
  { eligible: [null] },
  { exclude_authid: [1] },
  { exclude_authrole: "admin" },
  { eligible_authid: 5 },
  { eligible_authrole: [["admin"]] },
];

scenario(
  "MF-07 BW-01: a list of the wrong type is a protocol violation",
  async (router) => {
    const subscriber = await router.join();
    await subscriber.subscribe("com.a");
    for (const options of WRONG_LISTS) {
      const publisher = await router.join();
      await publisher.send([16, 1, options, "com.a"]);
      await expectViolation(publisher);
    }
    await subscriber.expectNothing();
  },
);

scenario(
  "HW-13: the broker announces subscriber_blackwhite_listing",
  async (router) => {
    const features = await brokerFeatures(router);
    assertEquals(features["subscriber_blackwhite_listing"], true);
  },
);
