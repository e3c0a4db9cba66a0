/**
 * Texts that look like numbers, chosen so that a `Map` or `Set` of V8 has one bucket for
 * all of them: wherever clients choose texts, they cost no more than others.
 */
import { StaticRules } from "../../src/authz/static_rules.ts";
import { Audience } from "../../src/router/publication.ts";
import { PatternIndex } from "../../src/router/pattern_index.ts";
import { QuotaBook } from "../../src/router/quota.ts";
import { RetainedTopics } from "../../src/store/memory_event_store.ts";
import { WriteBuffer } from "../../src/store/write_buffer.ts";
import { UniqueKeys } from "../../src/serializer/transcoding.ts";
import { readValues } from "../../src/wamp/values.ts";
import { costOfCollidingTexts } from "../support/colliding_texts.ts";
import { assertOnceLess } from "../support/growth.ts";
import {
  encodeValue,
  MSGPACK_CODEC,
  payloadOf,
} from "../support/serializers.ts";
import { event } from "../store/_stores.ts";

/** As many as fit into 32 KiB. */
const COUNT = 3000;

const EVENT = event(1);

type Texts = readonly string[];

const WIDE = {
  sessions: COUNT,
  subscriptions: COUNT,
  registrations: COUNT,
  pendingCalls: COUNT,
  messagesPerSecond: 1000,
  bytesPerSecond: 1_000_000,
};

const PLACES: Readonly<Record<string, (texts: Texts) => void>> = {
  "eligible_authid": (texts) => {
    const audience = new Audience({ eligible_authid: texts });
    for (const authid of texts.slice(0, 100)) {
      audience.includes({ sessionId: 1, identity: { authid, authrole: "a" } });
    }
  },
  "exclude_authrole": (texts) => {
    const audience = new Audience({ exclude_authrole: texts });
    for (const authrole of texts.slice(0, 100)) {
      audience.includes({ sessionId: 1, identity: { authid: "a", authrole } });
    }
  },
  "topics and procedures": (texts) => {
    const index = new PatternIndex<{ uri: string; match: "exact" }>();
    for (const uri of texts) index.add({ uri, match: "exact" });
    for (const uri of texts) index.best(uri);
  },
  "components of patterns": (texts) => {
    const index = new PatternIndex<{ uri: string; match: "wildcard" }>();
    for (const uri of texts) index.add({ uri: `${uri}.`, match: "wildcard" });
    for (const uri of texts) index.best(`${uri}.a`);
  },
  "URIs that rules decide about": (texts) => {
    const rules = new StaticRules([]);
    for (const uri of texts) rules.allows("call", uri, "exact");
    for (const uri of texts) rules.allows("call", uri, "exact");
  },
  "topics of retained events": (texts) => {
    const topics = new RetainedTopics({ maxTopics: COUNT, maxBytes: 2 ** 30 });
    for (const topic of texts) topics.retain({ ...EVENT, topic });
  },
  "topics of events to be written": (texts) => {
    const buffer = new WriteBuffer({ maxEvents: COUNT, maxBytes: 2 ** 30 });
    for (const topic of texts) buffer.retain({ ...EVENT, topic });
  },
  "authids with quotas": (texts) => {
    const book = new QuotaBook({ role: WIDE, authid: WIDE }, () => 0);
    for (const authid of texts) book.join({ authid, address: undefined });
  },
  "keys of dicts that are transcoded": (texts) => {
    const keys = new UniqueKeys(true);
    for (const key of texts) keys.add(key);
    keys.end();
  },
  "keyword arguments of the router's procedures": (texts) => {
    const kwargs = Object.fromEntries(texts.map((text) => [`${text}`, 1]));
    const elements = [[], kwargs].map((one) => encodeValue(MSGPACK_CODEC, one));
    const bytes = new Uint8Array(elements.flatMap((one) => [...one]));
    readValues(payloadOf(MSGPACK_CODEC, bytes, 2));
  },
};

for (const [place, use] of Object.entries(PLACES)) {
  Deno.test(`${place}: texts that look like numbers, chosen to share a bucket, cost no more than others`, async () => {
    await assertOnceLess(() => costOfCollidingTexts(COUNT, use), 5);
  });
}
