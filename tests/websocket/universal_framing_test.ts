/** Which of several services a connection gets, by its first octets and its request. */
import { assertEquals } from "@std/assert";
import type { Frame } from "../../src/framing/frame.ts";
import { HANDED_OVER, type OpeningOutcome } from "../../src/framing/framing.ts";
import { RawSocketFraming } from "../../src/rawsocket/rawsocket_framing.ts";
import { UniversalFraming } from "../../src/universal/universal_framing.ts";
import {
  refusingFraming,
  WebSocketFraming,
} from "../../src/websocket/websocket_framing.ts";
import { bytesOf, utf8 } from "../support/hex.ts";
import { octetByOctet } from "./_parse.ts";
import { requestOf } from "./_raw_websocket.ts";

const RAW_SOCKET = new RawSocketFraming({
  codecs: new Map([[1, "rawsocket"]]),
  maxMessageBytes: 1000,
  minPeerLimitBytes: 512,
});

function webSocketAt(path: string | undefined) {
  const codec = { plain: `websocket ${path}` };
  const framing = new WebSocketFraming<string>({
    path,
    codecs: new Map([["wamp.2.json", codec]]),
    allowedOrigins: [],
    allowNullOrigin: false,
    requireSubprotocol: false,
    enableWebstatus: false,
    deflate: undefined,
    maxMessageBytes: 1000,
    maxFrameBytes: 1000,
    requireMasked: true,
    failByDrop: false,
    echoCloseCode: true,
  });
  return { path, framing };
}

/** What there is on a port. */
interface Port {
  readonly rawSocket?: boolean;
  readonly paths: readonly (string | undefined)[];
  readonly http?: boolean;
}

function framingOf({ rawSocket, paths, http }: Port): UniversalFraming<string> {
  return new UniversalFraming<string>({
    rawSocket: rawSocket === true ? RAW_SOCKET : undefined,
    webSockets: paths.map(webSocketAt),
    refusing: refusingFraming(),
    handsOver: http === true,
  });
}

/** What `bytes` get on `port`: a codec, a status, or words. */
function served(
  port: Port,
  bytes: Uint8Array,
  exceededLimit?: string,
): string {
  const seen = [[bytes], octetByOctet(bytes)].map((chunks) => {
    const framing = framingOf(port);
    const unframer = framing.newUnframer();
    const frames: Frame[] = [];
    for (const chunk of chunks) {
      if (frames.length > 0) break;
      unframer.push(chunk, 0, chunk.length, frames);
    }
    if (unframer.fault !== undefined) return "fault";
    const [{ bytes: head, start, end }] = frames;
    const request = head.subarray(start, end);
    return shown(framing.open(request, exceededLimit, unframer));
  });
  assertEquals(seen[0], seen[1]);
  return seen[0];
}

function shown(outcome: OpeningOutcome<string>): string {
  if (outcome === HANDED_OVER) return "http";
  if (outcome.accepted) {
    // Its parser goes on with frames.
    assertEquals(outcome.chosen?.unframer.isBetweenFrames, true);
    return outcome.codec;
  }
  const reply = outcome.reply ?? new Uint8Array(0);
  return reply[0] === 0x7f
    ? "rawsocket refused"
    : new TextDecoder().decode(reply).split(" ")[1];
}

const RAW_REQUEST = bytesOf("7F F1 00 00");
const UPGRADE = requestOf("wamp.2.json");
const get = (path: string) => utf8(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
const upgrade = (path: string) =>
  utf8(new TextDecoder().decode(UPGRADE).replace("/ws", path));

const ALL: Port = { rawSocket: true, paths: ["/ws", "/"], http: true };
const NO_HTTP: Port = { rawSocket: true, paths: ["/ws"] };

/** By port and first octets, what serves them. */
const CASES: [name: string, port: Port, bytes: Uint8Array, what: string][] = [
  ["RawSocket", ALL, RAW_REQUEST, "rawsocket"],
  [
    "RawSocket where it is not spoken",
    { paths: ["/ws"] },
    RAW_REQUEST,
    "fault",
  ],
  ["an upgrade at a path", ALL, upgrade("/ws"), "websocket /ws"],
  ["an upgrade at another", ALL, upgrade("/"), "websocket /"],
  ["an upgrade with a query", ALL, upgrade("/ws?a"), "websocket /ws"],
  ["an upgrade at no path", ALL, upgrade("/nothing"), "404"],
  ["an upgrade at no path, without HTTP", NO_HTTP, upgrade("/nothing"), "404"],
  ["a page", ALL, get("/page"), "http"],
  ["a page at a WebSocket's path", ALL, get("/ws"), "426"],
  ["a page, without HTTP", NO_HTTP, get("/page"), "404"],
  [
    "a WebSocket at any path",
    { paths: [undefined] },
    upgrade("/x"),
    "websocket undefined",
  ],
  ["HTTP/2.0", ALL, utf8("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), "505"],
  ["octets of neither", ALL, new Uint8Array([1, 2, 3, 4]), "fault"],
];

for (const [name, port, bytes, what] of CASES) {
  Deno.test(`WS-13: on a port for several protocols, ${name}: ${what}`, () => {
    assertEquals(served(port, bytes), what);
  });
}

Deno.test("WS-11: over a limit of connections each client is told so in its protocol", () => {
  assertEquals(
    served(ALL, RAW_REQUEST, "max_connections"),
    "rawsocket refused",
  );
  assertEquals(served(ALL, UPGRADE, "max_connections"), "503");
  assertEquals(served(ALL, get("/page"), "max_connections"), "503");
});

Deno.test("WS-13: a port's title names what is spoken there", () => {
  assertEquals(framingOf(ALL).title, "RawSocket, WebSocket or HTTP");
  assertEquals(framingOf(NO_HTTP).title, "RawSocket or WebSocket");
});
