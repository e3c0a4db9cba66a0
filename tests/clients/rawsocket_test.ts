/** `clients/rawsocket`: against the router, and against peers that misbehave. */
import {
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertThrows,
} from "@std/assert";
import {
  RawSocket,
  type RawSocketCloseEvent,
  type RawSocketErrorEvent,
  rawSocketTo,
} from "../../clients/rawsocket/rawsocket.mjs";
import { within } from "../support/deadline.ts";
import { bytesOf, concat, utf8 } from "../support/hex.ts";
import { frame } from "../support/raw_client.ts";
import { TestServer, TRANSPORT_KINDS } from "../support/test_server.ts";
import {
  decodeValue,
  encodeValue,
  SERIALIZERS,
} from "../support/wire_codec.ts";

const CA = await Deno.readTextFile(
  new URL("../fixtures/ca.crt", import.meta.url),
);
const OPTIONS = { tls: { ca: CA } };
const ROLES = { caller: {}, callee: {}, publisher: {}, subscriber: {} };

/** The next event of that name. */
function next<Kind extends Event>(
  socket: RawSocket,
  name: string,
): Promise<Kind> {
  const { promise, resolve } = Promise.withResolvers<Kind>();
  socket.addEventListener(name, (event) => resolve(event as Kind), {
    once: true,
  });
  return within(promise, `a ${name} event`);
}

/** Messages as they come, in order. */
class Mailbox {
  readonly #socket: RawSocket;
  readonly #serializer: typeof SERIALIZERS[number];
  readonly #came: unknown[][] = [];
  readonly #wishes: ((message: unknown[]) => void)[] = [];

  constructor(socket: RawSocket, serializer: typeof SERIALIZERS[number]) {
    this.#socket = socket;
    this.#serializer = serializer;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      const bytes = typeof data === "string"
        ? utf8(data)
        : new Uint8Array(data);
      const message = decodeValue(serializer, bytes) as unknown[];
      const wish = this.#wishes.shift();
      if (wish === undefined) this.#came.push(message);
      else wish(message);
    };
  }

  say(message: unknown[]): void {
    const bytes = encodeValue(this.#serializer, message);
    const isText = this.#serializer === "json";
    this.#socket.send(isText ? new TextDecoder().decode(bytes) : bytes);
  }

  async hear(): Promise<unknown[]> {
    const came = this.#came.shift();
    if (came !== undefined) return came;
    const { promise, resolve } = Promise.withResolvers<unknown[]>();
    this.#wishes.push(resolve);
    return await within(promise, "a message");
  }
}

for (const kind of TRANSPORT_KINDS) {
  for (const serializer of SERIALIZERS) {
    Deno.test(`a RawSocket over ${kind} in ${serializer} joins, calls, serves, and closes cleanly`, async () => {
      await using server = await TestServer.start({ kinds: [kind] });
      const socket = new RawSocket(
        server.address(kind).replace("127.0.0.1", "localhost"),
        [`wamp.2.${serializer}`],
        OPTIONS,
      );
      assertEquals(socket.readyState, RawSocket.CONNECTING);
      assertThrows(() => socket.send("x"), Error, "not open yet");
      const mailbox = new Mailbox(socket, serializer);
      await next(socket, "open");
      assertEquals([socket.readyState, socket.protocol], [
        RawSocket.OPEN,
        `wamp.2.${serializer}`,
      ]);
      mailbox.say([1, "realm1", { roles: ROLES }]);
      assertEquals((await mailbox.hear())[0], 2);
      mailbox.say([64, 1, {}, "com.echo"]);
      assertEquals((await mailbox.hear())[0], 65);
      mailbox.say([48, 2, {}, "com.echo", ["Grüße, 世界"]]);
      const [type, invocation, , , args] = await mailbox.hear();
      assertEquals([type, args], [68, ["Grüße, 世界"]]);
      mailbox.say([70, invocation, {}, args]);
      assertEquals(await mailbox.hear(), [50, 2, {}, ["Grüße, 世界"]]);
      const pong = next<MessageEvent<Uint8Array>>(socket, "pong");
      socket.ping("there?");
      assertEquals(new TextDecoder().decode((await pong).data), "there?");
      const closed = next<RawSocketCloseEvent>(socket, "close");
      socket.close(4000, "done");
      assertEquals(socket.readyState, RawSocket.CLOSING);
      socket.send("nobody gets it");
      const { code, reason, wasClean } = await closed;
      assertEquals([code, reason, wasClean], [4000, "done", true]);
      assertEquals(socket.readyState, RawSocket.CLOSED);
      await server.emptied();
    });
  }
}

Deno.test("messages of 16 MiB pass both ways, and longer ones are refused where they are sent", async () => {
  await using server = await TestServer.start({
    maxMessageBytes: 2 ** 24,
    limits: { maxOutboxBytes: 2 ** 26 },
  });
  const socket = new RawSocket(server.address(), "wamp.2.json");
  const mailbox = new Mailbox(socket, "json");
  await next(socket, "open");
  assertEquals(socket.maxSendBytes, 2 ** 24);
  mailbox.say([1, "realm1", { roles: ROLES }]);
  await mailbox.hear();
  mailbox.say([64, 1, {}, "com.echo"]);
  await mailbox.hear();
  const head = '[48,2,{},"com.echo",["';
  const text = "x".repeat(2 ** 24 - 1000 - head.length);
  mailbox.say([48, 2, {}, "com.echo", [text]]);
  const [, invocation, , , [heard]] = await mailbox.hear() as [
    0,
    1,
    2,
    3,
    [string],
  ];
  assertEquals(heard.length, text.length);
  mailbox.say([70, invocation, {}, [heard]]);
  const [, , , [back]] = await mailbox.hear() as [0, 1, 2, [string]];
  assertEquals(back === text, true);
  assertThrows(
    () => socket.send("x".repeat(2 ** 24 + 1)),
    RangeError,
    "longer than the router takes (16777216)",
  );
  const closed = next(socket, "close");
  socket.close();
  await closed;
});

Deno.test("subprotocols are tried in their order until the router takes one", async () => {
  await using server = await TestServer.start({ serializers: ["cbor"] });
  const socket = new RawSocket(server.address(), [
    "wamp.2.msgpack.batched",
    "wamp.2.json",
    "wamp.2.cbor",
  ]);
  await next(socket, "open");
  assertEquals(socket.protocol, "wamp.2.cbor");
  const closed = next(socket, "close");
  socket.close();
  await closed;
});

Deno.test("a handshake that is refused is an error in words, then a close", async () => {
  await using server = await TestServer.start({ serializers: ["cbor"] });
  const socket = new RawSocket(server.address(), "wamp.2.json");
  const closed = next<RawSocketCloseEvent>(socket, "close");
  const { message } = await next<RawSocketErrorEvent>(socket, "error");
  assertMatch(
    message,
    /refused: the router does not speak this serializer here/,
  );
  const { code, wasClean } = await closed;
  assertEquals([code, wasClean], [1002, false]);
});

Deno.test("where nobody listens there is an error, then a close", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const socket = new RawSocket(`tcp://127.0.0.1:${port}`);
  const closed = next<RawSocketCloseEvent>(socket, "close");
  await next(socket, "error");
  assertEquals((await closed).code, 1006);
});

/** One connection of a peer whose octets a test writes itself. */
async function withPeer(
  body: (socket: RawSocket, peer: Deno.Conn) => Promise<void>,
  maxMessageBytes = 2 ** 24,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `ws://127.0.0.1:${listener.addr.port}/ignored`;
  const socket = new RawSocket(url, ["wamp.2.msgpack"], { maxMessageBytes });
  socket.binaryType = "arraybuffer";
  const peer = await listener.accept();
  const handshake = new Uint8Array(4);
  await peer.read(handshake);
  assertEquals([handshake[0], handshake[1] & 0x0f], [0x7f, 2]);
  const closed = next(socket, "close");
  await body(socket, peer);
  peer.close();
  socket.close();
  await closed;
  listener.close();
}

Deno.test("frames that come octet by octet are put together", async () => {
  await withPeer(async (socket, peer) => {
    const bytes = concat(
      bytesOf("7F F2 00 00"),
      frame(0, bytesOf("01 02 03")),
      frame(0, new Uint8Array(0)),
      frame(0, new Uint8Array(300).fill(7)),
    );
    const heard: Uint8Array[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.onmessage = ({ data }) => {
      assertInstanceOf(data, ArrayBuffer);
      if (heard.push(new Uint8Array(data)) === 3) resolve();
    };
    for (const octet of bytes) await peer.write(Uint8Array.of(octet));
    await within(promise, "three messages");
    assertEquals(heard, [
      bytesOf("01 02 03"),
      new Uint8Array(0),
      new Uint8Array(300).fill(7),
    ]);
  });
});

Deno.test("a PING is answered with its own bytes, and binary messages can be Blobs", async () => {
  await withPeer(async (socket, peer) => {
    socket.binaryType = "blob";
    const message = next<MessageEvent<Blob>>(socket, "message");
    await peer.write(concat(
      bytesOf("7F F2 00 00"),
      frame(1, utf8("abc")),
      frame(0, bytesOf("93")),
    ));
    assertEquals(await (await message).data.bytes(), bytesOf("93"));
    const pong = new Uint8Array(7);
    await peer.read(pong);
    assertEquals(pong, frame(2, utf8("abc")));
  });
});

Deno.test("what waits to be sent is told, and falls when it is read", async () => {
  await withPeer(async (socket, peer) => {
    const opened = next(socket, "open");
    await peer.write(bytesOf("7F F2 00 00"));
    await opened;
    assertEquals(socket.bufferedAmount, 0);
    const megabyte = new Uint8Array(2 ** 20);
    for (let i = 0; i < 32; i++) socket.send(megabyte);
    const waiting = socket.bufferedAmount;
    assertEquals(waiting > 2 ** 20, true);
    const chunk = new Uint8Array(2 ** 20);
    let read = 0;
    while (read < 32 * (2 ** 20 + 4)) read += await peer.read(chunk) ?? 0;
    assertEquals(socket.bufferedAmount, 0);
  });
});

/** What a peer may send that is no RawSocket, and the code of the close. */
const WRONG: [name: string, octets: Uint8Array, code: number][] = [
  ["HTTP", utf8("HTTP/1.1 400 Bad Request\r\n\r\n"), 1002],
  ["another serializer", bytesOf("7F F1 00 00"), 1002],
  ["a reserved frame", bytesOf("7F F2 00 00 03 00 00 00"), 1002],
  ["reserved bits", bytesOf("7F F2 00 00 10 00 00 00"), 1002],
  ["a message over our limit", bytesOf("7F F2 00 00 00 00 04 01"), 1009],
  ["2^24 bytes over our limit", bytesOf("7F F2 00 00 08 00 00 00"), 1009],
];

for (const [name, octets, code] of WRONG) {
  Deno.test(`a peer that sends ${name} is closed with ${code}`, async () => {
    await withPeer(async (socket, peer) => {
      const closed = next<RawSocketCloseEvent>(socket, "close");
      const failed = next<RawSocketErrorEvent>(socket, "error");
      await peer.write(octets);
      assertMatch((await failed).message, /^[A-Z]/);
      assertEquals([(await closed).code], [code]);
    }, 1024);
  });
}

Deno.test("the router's end is a clean close without a code, and another connection can be made", async () => {
  await using server = await TestServer.start();
  const Exchanged = rawSocketTo(server.address());
  for (let round = 0; round < 2; round++) {
    const socket = new Exchanged("ws://nobody.invalid/ws", "wamp.2.json");
    const mailbox = new Mailbox(socket, "json");
    await next(socket, "open");
    mailbox.say([1, "realm1", { roles: ROLES }]);
    await mailbox.hear();
    const closed = next<RawSocketCloseEvent>(socket, "close");
    mailbox.say([3, {}, "wamp.close.normal"]);
    const { code, wasClean } = await closed;
    assertEquals([code, wasClean], [1005, true]);
  }
});

Deno.test("URLs, protocols and limits that make no sense are told at once", () => {
  for (const url of ["http://a:1", "a:1", "tcp://a", ""]) {
    assertThrows(() => new RawSocket(url), SyntaxError);
  }
  assertThrows(() => new RawSocket("tcp://a:1", ["mqtt"]), SyntaxError, "mqtt");
  assertThrows(
    () => new RawSocket("tcp://a:1", undefined, { maxMessageBytes: 100 }),
    RangeError,
  );
});
