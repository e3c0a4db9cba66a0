/**
 * The table: endpoints.
 *
 * @module
 */

import {
  optional,
  refused,
  refusedIgnorable,
  required,
  withDefault,
} from "../../schema/key.ts";
import { object } from "../../schema/object_type.ts";
import {
  fileMode,
  networkInterface,
  pemFile,
  port,
  socketPath,
} from "../../schema/special_types.ts";
import { boolean, choice, integer, list } from "../../schema/value_types.ts";
import { variants } from "../../schema/variant_type.ts";

const BACKLOG_MAX = 65535;

/** `endpoint.tls`. */
export const TLS = object({
  name: "tls",
  help:
    "TLS on a TCP endpoint. Versions 1.2 and 1.3, with the ciphers of Deno's TLS library.",
  keys: {
    key: required(
      pemFile(),
      "The private key: PKCS#8, PKCS#1 or SEC1, not encrypted; for ECDSA (P-256, P-384, P-521), Ed25519 or RSA (2048 to 8192 bits). It can be in one file with the certificates.",
      { property: "keyPath" },
    ),
    certificate: required(
      pemFile(),
      "The server's certificate; the chain may follow it in the same file.",
      { aliases: ["cert"], property: "certificatePath" },
    ),
    chain_certificates: optional(
      list(pemFile()),
      "Certificates between the server's and the root, in that order.",
      { aliases: ["chain"], property: "chainCertificatePaths" },
    ),
    ca_certificates: refused(
      "Deno cannot ask clients for certificates, so they would not be checked",
    ),
    ciphers: refusedIgnorable(
      "Deno offers no choice of ciphers: clients are offered those of TLS 1.3, and of TLS 1.2 those with ECDHE and AES-GCM or ChaCha20-Poly1305",
    ),
    dhparam: refusedIgnorable(
      "Deno's TLS has no finite-field Diffie-Hellman; it agrees keys over elliptic curves",
    ),
  },
});

/** An endpoint of type `tcp`. */
export const TCP_ENDPOINT = object({
  name: "tcp endpoint",
  help: "Listens on a TCP port, with or without TLS.",
  keys: {
    type: required(choice(["tcp"]), "The kind of endpoint."),
    port: required(
      port(),
      'The port. 0 picks a free one and logs it; `"$NAME"` takes it from the environment.',
    ),
    interface: optional(
      networkInterface(),
      'The address to listen on. Absent: all of them (`"0.0.0.0"`, or `"::"` with version 6).',
      {
        aliases: ["host", "hostname", "address", "bind", "ip"],
        property: "hostname",
      },
    ),
    version: optional(
      choice([4, 6]),
      "The version of the Internet Protocol. Absent: that of `interface`, else 4.",
    ),
    backlog: optional(
      integer(1, BACKLOG_MAX),
      "Connections that may wait to be accepted. Absent: 511, as Deno has it.",
    ),
    shared: withDefault(
      boolean(),
      false,
      "Lets several processes listen on the port (`SO_REUSEPORT`, Linux).",
      { aliases: ["reuse_port", "reuseport"], property: "reusePort" },
    ),
    tls: optional(TLS, "TLS with these files. Absent: plain TCP."),
    portrange: refused("ranges of ports are not served: write one `port`"),
    user_timeout: refusedIgnorable("Deno cannot set TCP_USER_TIMEOUT"),
  },
});

/** An endpoint of type `unix`. */
export const UNIX_ENDPOINT = object({
  name: "unix endpoint",
  help:
    "Listens on a Unix domain socket. A socket file left behind by a router that is gone is replaced. While the router listens, a folder beside it (`.NAME~`) holds a second name of the socket, from which the file is put back if somebody removes it. Both are removed at exit, unless the file is another's by then.",
  keys: {
    type: required(choice(["unix"]), "The kind of endpoint."),
    path: required(
      socketPath(),
      "The socket file, in a folder that is there. `${NAME}` is replaced from the environment; a relative path starts at the config's folder. `~` is not expanded, and there are no abstract sockets (`@name`).",
    ),
    mode: withDefault(
      fileMode(),
      0o600,
      "The permission bits of the socket file: who may write may connect.",
      {
        origin: "sluice",
        aliases: ["permissions", "chmod"],
        written: "0600",
      },
    ),
    backlog: optional(
      integer(1, BACKLOG_MAX),
      "Checked, but not applied: Deno has no such setting for Unix sockets.",
    ),
  },
});

/** `endpoint`. */
export const ENDPOINT = variants(
  { tcp: TCP_ENDPOINT, unix: UNIX_ENDPOINT },
  {
    what: "an endpoint",
    unsupported: {
      twisted: "is not served: it names a server of Twisted",
      onion: "is not served: put a Tor daemon in front of a Unix socket",
    },
  },
);
