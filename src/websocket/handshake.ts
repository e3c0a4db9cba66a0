/**
 * The opening handshake of WebSocket (RFC 6455 section 4.2): a request is answered
 * with what both sides speak from then on, or with why they cannot.
 */
import { createHash } from "node:crypto";
import type { FrameFault } from "../framing/frame.ts";
import { type HttpReply, writeReply } from "./http_reply.ts";
import { isAllowedOrigin, type OriginRules } from "./origin.ts";
import {
  type DeflateParameters,
  negotiateDeflate,
} from "./permessage_deflate.ts";
import {
  asksForWebSocket,
  type HeadFault,
  isToken,
  listOf,
  onlyValue,
  parseRequestHead,
  pathOf,
  type RequestHead,
  tokensOf,
} from "./request_head.ts";

/** What a service offers. */
export interface HandshakeOffer extends OriginRules {
  /** Where it is; undefined: at any path. */
  readonly path: string | undefined;
  /** In the order in which they are chosen. */
  readonly subprotocols: readonly string[];
  /** Spoken with clients that name none; undefined: those are refused. */
  readonly defaultSubprotocol: string | undefined;
  /** Whether a browser that opens the URL is shown a page. */
  readonly enableWebstatus: boolean;
  /** Compression of messages; undefined: none. */
  readonly deflate: DeflateParameters | undefined;
}

/** What came of a request. */
export type HandshakeOutcome =
  | {
    readonly accepted: true;
    readonly reply: Uint8Array;
    readonly subprotocol: string;
    /** Whether messages may be compressed, both ways. */
    readonly deflates: boolean;
    /** `X-Forwarded-For`, as it came. */
    readonly forwardedFor: string | undefined;
  }
  | {
    readonly accepted: false;
    readonly reply: Uint8Array;
    readonly reason: string;
    readonly configKey?: string;
  };

/** Refusals: an answer, and the config key that decided, where one did. */
interface Refusal extends HttpReply {
  readonly configKey?: string;
}

const VERSION = "13";
const VERSION_FIELD = `Sec-WebSocket-Version: ${VERSION}`;
const UPGRADE_FIELDS = ["Upgrade: websocket", VERSION_FIELD];
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;
const ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT = new TextEncoder();

/**
 * Answers a request.
 *
 * @param exceededLimit The config key by which no further connection is taken.
 */
export function answerHandshake(
  request: Uint8Array,
  offer: HandshakeOffer,
  exceededLimit: string | undefined,
): HandshakeOutcome {
  const head = parseRequestHead(request);
  if ("sentence" in head) return refuse(head, "GET");
  const refusal = exceededLimit === undefined
    ? faultOf(head, offer)
    : limitReached(exceededLimit);
  if (refusal !== undefined) return refuse(refusal, head.method);
  const subprotocol = chooseSubprotocol(head, offer);
  if (typeof subprotocol !== "string") return refuse(subprotocol, head.method);
  const extension = negotiateDeflate(
    listOf(head, "sec-websocket-extensions"),
    offer.deflate,
  );
  const isNamed = head.headers.has("sec-websocket-protocol");
  const reply = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptOf(head)}`,
    ...(isNamed ? [`Sec-WebSocket-Protocol: ${subprotocol}`] : []),
    ...(extension === undefined
      ? []
      : [`Sec-WebSocket-Extensions: ${extension}`]),
    "",
    "",
  ].join("\r\n");
  return {
    accepted: true,
    reply: TEXT.encode(reply),
    subprotocol,
    deflates: extension !== undefined,
    forwardedFor: head.headers.get("x-forwarded-for")?.replaceAll("\n", ","),
  };
}

function refuse(refusal: Refusal, method: string): HandshakeOutcome {
  const { sentence, configKey } = refusal;
  return {
    accepted: false,
    reply: writeReply(refusal, method),
    reason: sentence,
    ...(configKey !== undefined && { configKey }),
  };
}

/** The end of a connection whose head cannot be read on. */
export function headFault({ status, sentence }: HeadFault): FrameFault {
  return { message: sentence, reply: writeReply({ status, sentence }, "GET") };
}

function faultOf(
  head: RequestHead,
  offer: HandshakeOffer,
): Refusal | undefined {
  if (offer.path !== undefined && pathOf(head) !== offer.path) {
    return { status: 404, sentence: `Nothing is served at ${shown(head)}` };
  }
  if (!asksForWebSocket(head)) return withoutUpgrade(head, offer);
  return upgradeFault(head) ?? originFault(head, offer);
}

function limitReached(configKey: string): Refusal {
  const sentence = `The limit of connections is reached (${configKey})`;
  return { status: 503, sentence, configKey };
}

/** Somebody who is no WebSocket client: a browser, perhaps. */
function withoutUpgrade(
  { method }: RequestHead,
  { enableWebstatus }: HandshakeOffer,
): Refusal {
  const sentence =
    "This address speaks WAMP over WebSocket: use a WAMP client, which asks for an upgrade to websocket.";
  if (method !== "GET" && method !== "HEAD") {
    return {
      status: 405,
      sentence,
      headers: ["Allow: GET", ...UPGRADE_FIELDS],
    };
  }
  const refusal = { status: 426, sentence, headers: UPGRADE_FIELDS };
  return enableWebstatus ? { ...refusal, html: STATUS_PAGE } : refusal;
}

const STATUS_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>WAMP over WebSocket</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 36em; margin: 4em auto; padding: 0 1em }</style>
<h1>WAMP over WebSocket</h1>
<p>A WAMP router answers here. It speaks WebSocket, which a browser does from a page's script, not from its address bar.</p>
<p>Use a WAMP client, such as Autobahn or wampy, with this URL; it begins with <code>ws://</code>, or with <code>wss://</code> over TLS.</p>
</html>
`;

/** RFC 6455 section 4.2.1. */
function upgradeFault(head: RequestHead): Refusal | undefined {
  const { method, minorVersion, headers } = head;
  if (method !== "GET") {
    const sentence = `A WebSocket handshake is a GET request, not ${method}`;
    return { status: 405, sentence, headers: ["Allow: GET"] };
  }
  if (minorVersion < 1) {
    const sentence = "A WebSocket handshake needs HTTP/1.1";
    return { status: 505, sentence };
  }
  if (!tokensOf(head, "connection").includes("upgrade")) {
    return bad('The Connection header field has no "Upgrade"');
  }
  const hasBody = headers.has("transfer-encoding") ||
    Number(onlyValue(head, "content-length") ?? 0) > 0;
  if (hasBody) return bad("A WebSocket handshake has no body");
  const version = headers.get("sec-websocket-version");
  if (version !== VERSION) {
    return {
      status: version === undefined ? 400 : 426,
      sentence: `Sec-WebSocket-Version must be ${VERSION}`,
      headers: UPGRADE_FIELDS,
    };
  }
  if (!KEY.test(onlyValue(head, "sec-websocket-key") ?? "")) {
    return bad("Sec-WebSocket-Key must be 16 bytes in base64, once");
  }
  return undefined;
}

function originFault(
  head: RequestHead,
  offer: HandshakeOffer,
): Refusal | undefined {
  if (!head.headers.has("origin")) return undefined;
  const origin = onlyValue(head, "origin");
  if (origin === undefined) {
    return bad("There are several Origin header fields");
  }
  if (isAllowedOrigin(origin, onlyValue(head, "host"), offer)) return undefined;
  return {
    status: 403,
    sentence: `Pages of origin ${
      JSON.stringify(origin.slice(0, 200))
    } may not connect here`,
    configKey: origin === "null" ? "allow_null_origin" : "allowed_origins",
  };
}

function chooseSubprotocol(
  head: RequestHead,
  { subprotocols, defaultSubprotocol }: HandshakeOffer,
): string | Refusal {
  const served = subprotocols.join(", ");
  if (!head.headers.has("sec-websocket-protocol")) {
    return defaultSubprotocol ?? {
      ...bad(`No subprotocol is named; served are ${served}`),
      configKey: "require_websocket_subprotocol",
    };
  }
  const asked = listOf(head, "sec-websocket-protocol");
  if (asked.length === 0 || !asked.every(isToken)) {
    return bad("Sec-WebSocket-Protocol is no list of names");
  }
  return subprotocols.find((name) => asked.includes(name)) ?? {
    ...bad(
      `None of the subprotocols ${
        asked.join(", ").slice(0, 200)
      } is served; served are ${served}`,
    ),
    configKey: "serializers",
  };
}

function acceptOf(head: RequestHead): string {
  return createHash("sha1")
    .update(`${onlyValue(head, "sec-websocket-key")}${ACCEPT_SUFFIX}`)
    .digest("base64");
}

function shown(head: RequestHead): string {
  return pathOf(head).slice(0, 200);
}

function bad(sentence: string): Refusal {
  return { status: 400, sentence };
}
