/**
 * The two kinds of SCRAM that clients speak: the specification's, and that of
 * Crossbar.io and Autobahn|Python, which is offered under another name and
 * differs in small things.
 */
import type { Dict } from "../wamp/options.ts";
import type { ScramKdf } from "./scram_keys.ts";
import { preparedName } from "./saslprep.ts";
import { fromBase64, toBase64 } from "./secret_digests.ts";

/** What both sides sign. */
export interface ScramExchange {
  /** As the client wrote it. */
  readonly authid: string;
  readonly clientNonce: string;
  /** The client's and the router's nonce, joined. */
  readonly nonce: string;
  /** In base64. */
  readonly salt: string;
  readonly iterations: number;
  /** What the channel is bound by, in base64. */
  readonly binding: string;
}

/** What a client is told in CHALLENGE. */
export interface ScramParameters {
  readonly kdf: ScramKdf;
  readonly salt: string;
  readonly iterations: number;
  readonly memory: number | undefined;
  readonly nonce: string;
}

/** How one kind of client speaks. */
export interface ScramDialect {
  /** The authmethod. */
  readonly name: string;
  /** Whether AUTHENTICATE must repeat the nonce (SR-05). */
  readonly repeatsNonce: boolean;
  /** Where WELCOME.Details.authextra has the server's signature (SR-07). */
  readonly verifierKey: string;
  joinNonces(client: string, ours: Uint8Array): string;
  authMessage(exchange: ScramExchange): string;
  /** CHALLENGE.Extra. */
  challenge(parameters: ScramParameters): Dict;
}

/** As the specification has it. */
export const WAMP_SCRAM: ScramDialect = {
  name: "wamp-scram",
  repeatsNonce: true,
  verifierKey: "verifier",
  joinNonces: (client, ours) => client + toBase64(ours),
  authMessage: (exchange) => {
    const { authid, clientNonce, nonce, salt, iterations, binding } = exchange;
    return `n=${escapeName(authid)},r=${clientNonce},` +
      `r=${nonce},s=${salt},i=${iterations},c=${binding},r=${nonce}`;
  },
  challenge: ({ kdf, salt, iterations, memory = null, nonce }) => ({
    nonce,
    salt,
    kdf,
    iterations,
    memory,
  }),
};

/** As Crossbar.io has it. */
export const CROSSBAR_SCRAM: ScramDialect = {
  name: "scram",
  repeatsNonce: false,
  verifierKey: "scram_server_signature",
  joinNonces(client, ours) {
    const first = fromBase64(client) ?? new Uint8Array(0);
    const joined = new Uint8Array(first.length + ours.length);
    joined.set(first);
    joined.set(ours, first.length);
    return toBase64(joined);
  },
  authMessage: (exchange) => {
    const { authid, clientNonce, nonce, salt, iterations } = exchange;
    return `n=${preparedName(authid) ?? authid},r=${clientNonce},` +
      `r=${nonce},s=${salt},i=${iterations},c=,r=${nonce}`;
  },
  challenge: ({ kdf, salt, iterations, memory, nonce }) => ({
    nonce,
    kdf: kdf === "argon2id13" ? "argon2id-13" : kdf,
    salt,
    iterations,
    // Its clients read a number even where there is nothing to say.
    memory: memory ?? -1,
  }),
};

function escapeName(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}
