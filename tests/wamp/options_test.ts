import { assertEquals, assertThrows } from "@std/assert";
import { HELLO_DETAILS } from "../../src/wamp/features.ts";
import * as options from "../../src/wamp/options.ts";
import { ProtocolError } from "../../src/wamp/error_uri.ts";

type Known = Parameters<typeof options.checkDict>[1];

/** Values of every kind that a serializer can read. */
const KINDS: Record<string, unknown> = {
  bool: true,
  integer: 1,
  negative: -1,
  fraction: 1.5,
  wide: 2n ** 60n,
  text: "x",
  list: [],
  integers: [1, 2 ** 53],
  texts: ["a", ""],
  dicts: [{}],
  dict: {},
  binary: new Uint8Array(0),
};

const BOOL = ["bool"];
const TEXT = ["text"];
const COUNT = ["integer"];
const IDS = ["list", "integers"];
const TEXTS = ["list", "texts"];
const DICTS = ["list", "dicts"];
const DICT = ["dict"];
const ANY = Object.keys(KINDS);
const NOTHING: string[] = [];

const PASSTHRU = {
  ppt_scheme: TEXT,
  ppt_serializer: TEXT,
  ppt_cipher: TEXT,
  ppt_keyid: TEXT,
};

/** Each dict's known keys with the kinds they may have (§15.2). */
const TABLE: [string, Known, Record<string, string[]>][] = [
  ["HELLO.Details", HELLO_DETAILS, {
    authmethods: TEXTS,
    authid: TEXT,
    authrole: TEXT,
    authextra: DICT,
    agent: TEXT,
    roles: ANY,
  }],
  ["PUBLISH.Options", options.PUBLISH_OPTIONS, {
    acknowledge: BOOL,
    exclude_me: BOOL,
    exclude: IDS,
    exclude_authid: TEXTS,
    exclude_authrole: TEXTS,
    eligible: IDS,
    eligible_authid: TEXTS,
    eligible_authrole: TEXTS,
    disclose_me: BOOL,
    retain: BOOL,
    _clear_retained: BOOL,
    rkey: TEXT,
    transaction_hash: TEXT,
    forward_for: DICTS,
    ...PASSTHRU,
  }],
  ["SUBSCRIBE.Options", options.SUBSCRIBE_OPTIONS, {
    match: NOTHING,
    get_retained: BOOL,
    nkey: TEXT,
    forward_for: DICTS,
  }],
  ["CALL.Options", options.CALL_OPTIONS, {
    receive_progress: BOOL,
    progress: BOOL,
    timeout: COUNT,
    disclose_me: BOOL,
    runmode: TEXT,
    rkey: TEXT,
    forward_for: DICTS,
    ...PASSTHRU,
  }],
  ["CANCEL.Options", options.CANCEL_OPTIONS, {
    mode: NOTHING,
    forward_for: DICTS,
  }],
  ["REGISTER.Options", options.REGISTER_OPTIONS, {
    match: NOTHING,
    invoke: NOTHING,
    disclose_caller: BOOL,
    forward_timeout: BOOL,
    concurrency: COUNT,
    force_reregister: BOOL,
    forward_for: DICTS,
  }],
  ["YIELD.Options", options.YIELD_OPTIONS, {
    progress: BOOL,
    forward_for: DICTS,
    ...PASSTHRU,
  }],
  ["ERROR.Details", options.ERROR_DETAILS, {
    forward_for: DICTS,
    ...PASSTHRU,
  }],
];

function isAllowed(dict: options.Dict, known: Known): boolean {
  try {
    options.checkDict(dict, known, "X");
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

for (const [name, known, keys] of TABLE) {
  Deno.test(`${name}: known keys have the types of §15.2 (MF-07, SE-03)`, () => {
    assertEquals(Object.keys(known.keys).sort(), Object.keys(keys).sort());
    for (const [key, kinds] of Object.entries(keys)) {
      const found = Object.keys(KINDS).filter((kind) =>
        isAllowed({ [key]: KINDS[kind] }, known)
      );
      assertEquals(found, kinds, `${name}.${key}`);
    }
  });

  Deno.test(`${name}: null counts as absent, unknown keys are ignored (MF-05, MF-08, FD-01)`, () => {
    for (const key of Object.keys(keys)) {
      assertEquals(isAllowed({ [key]: null }, known), true, key);
    }
    for (const [kind, value] of Object.entries(KINDS)) {
      const unknown = { x_unknown: value, constructor: value, toString: value };
      assertEquals(isAllowed(unknown, known), true, kind);
    }
    assertEquals(isAllowed(options.EMPTY_DICT, known), true);
  });
}

Deno.test("options with a set of values (MF-07, A-44)", () => {
  const rows: [Known, string, string[]][] = [
    [options.SUBSCRIBE_OPTIONS, "match", ["exact", "prefix", "wildcard"]],
    [options.REGISTER_OPTIONS, "match", ["exact", "prefix", "wildcard"]],
    [options.REGISTER_OPTIONS, "invoke", [
      "single",
      "roundrobin",
      "random",
      "first",
      "last",
    ]],
    [options.CANCEL_OPTIONS, "mode", ["skip", "kill", "killnowait"]],
  ];
  for (const [known, key, values] of rows) {
    for (const value of values) {
      assertEquals(isAllowed({ [key]: value }, known), true, value);
    }
    for (const value of ["", "foo", "Exact", values.join(), values]) {
      assertEquals(isAllowed({ [key]: value }, known), false, `${value}`);
    }
  }
});

Deno.test("IDs in options are in [1, 2^53], texts are texts (ID-01, MF-07)", () => {
  for (const key of ["exclude", "eligible"]) {
    for (const id of [0, -1, 0.5, "1", null, true, 2n ** 53n + 1n, [1]]) {
      const dict = { [key]: [1, id] };
      assertEquals(isAllowed(dict, options.PUBLISH_OPTIONS), false, `${id}`);
    }
  }
  for (const text of [1, null, true, ["x"], new Uint8Array(1)]) {
    const dict = { exclude_authid: ["x", text] };
    assertEquals(isAllowed(dict, options.PUBLISH_OPTIONS), false, `${text}`);
    const methods = { authmethods: ["x", text] };
    assertEquals(isAllowed(methods, HELLO_DETAILS), false, `${text}`);
  }
});

Deno.test("a violation names the option (PV-01)", () => {
  const error = assertThrows(
    () =>
      options.checkDict(
        { match: "foo" },
        options.SUBSCRIBE_OPTIONS,
        "SUBSCRIBE.Options",
      ),
    ProtocolError,
    "SUBSCRIBE.Options.match",
  );
  assertEquals(error.uri, "wamp.error.protocol_violation");
});
