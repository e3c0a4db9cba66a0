/** A few messages of clients as JavaScript values, one of each shape. */
export const SAMPLE_MESSAGES: readonly unknown[][] = [
  [1, "realm1", { roles: { caller: {}, callee: { features: { a: true } } } }],
  [3, { message: "bye" }, "app.error", [1], { a: 2 }],
  [5, "signature", { nonce: "x", list: [1, -2, 3.5] }],
  [6, {}, "wamp.close.close_realm"],
  [8, 68, 7, {}, "app.error", ["no"], { code: 4 }],
  [16, 300, { acknowledge: true, exclude: [1, 2 ** 40] }, "com.topic"],
  [
    16,
    2 ** 53,
    {},
    "com.töpic.with.a.name.longer.than.thirty.one.octets",
    [1, -1, 200, -200, 70_000, -70_000, 2 ** 40, -(2 ** 40), 1.5, null, true],
    { k: ["x".repeat(40), 'ü"\\\n', {}, [], [[]], { a: { b: false } }] },
  ],
  [32, 1, { match: "prefix" }, "com."],
  [34, 2, 5_000_000_000, { x: 1 }],
  [48, 70_000, { timeout: 500 }, "com.proc", [new Uint8Array([0, 1, 255])]],
  [49, 70_000, { mode: "kill" }],
  [64, 3, { invoke: "roundrobin" }, "com.proc"],
  [66, 4, 2 ** 53],
  [70, 200, { progress: true }, ["r".repeat(300)]],
];
