/**
 * The types of the config's table that know more than JSON: ports and paths with
 * environment variables in them, addresses, file modes, URIs.
 *
 * @module
 */

import { isValidUri, URI_LENGTH_MAX, type UriCheck } from "../wamp/uri.ts";
import type { CheckContext } from "./check_context.ts";
import type { ConfigNode } from "./document.ts";
import { integer, show, text, type Type, wrongKind } from "./value_types.ts";
import { isRouterUri, ROUTER_PREFIXES } from "../wamp/router_uris.ts";

const PORT_MAX = 65535;
const PORT_TEXT = `integer, 0 to ${PORT_MAX}, or "$NAME"`;

/** A TCP port: a number, or `"$NAME"` for one from the environment. */
export function port(): Type<number> {
  const number = integer(0, PORT_MAX);
  return {
    text: PORT_TEXT,
    check(node, context) {
      if (node.kind === "number") return number.check(node, context);
      if (node.kind !== "string") return wrongKind(node, context, PORT_TEXT);
      const name = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})$/
        .exec(String(node.value));
      if (name === null) return wrongPort(node, context);
      const variable = name[1] ?? name[2];
      const value = context.variable(variable, node);
      if (value === undefined) return undefined;
      if (/^\d{1,5}$/.test(value) && Number(value) <= PORT_MAX) {
        return Number(value);
      }
      const wrong = `environment variable ${variable} is ${
        JSON.stringify(value)
      }, which is not a port`;
      context.error(node, wrong, `set it to an integer from 0 to ${PORT_MAX}`);
      return undefined;
    },
    schema: () => ({
      anyOf: [
        { type: "integer", minimum: 0, maximum: PORT_MAX },
        { type: "string", pattern: "^\\$([A-Za-z_]\\w*|\\{[A-Za-z_]\\w*\\})$" },
      ],
    }),
  };
}

function wrongPort(node: ConfigNode, context: CheckContext): undefined {
  const number = Number(node.value);
  const right = Number.isInteger(number) && number <= PORT_MAX
    ? `write ${number} without quotes`
    : `write an integer from 0 to ${PORT_MAX}, or "$NAME" for one from the environment`;
  context.error(node, `${show(node)} is not a port`, right);
  return undefined;
}

const PATH_TEXT = "path";

/** A path; `${NAME}` is replaced from the environment. Comes out absolute. */
export function path(): Type<string> {
  return {
    text: PATH_TEXT,
    check(node, context) {
      const raw = NON_EMPTY.check(node, context);
      if (raw === undefined) return undefined;
      const fault = pathFault(raw);
      if (fault !== undefined) {
        context.error(node, ...fault);
        return undefined;
      }
      const expanded = expandVariables(raw, node, context);
      return expanded === undefined ? undefined : context.resolvePath(expanded);
    },
    schema: () => ({ type: "string", minLength: 1 }),
  };
}

/** What is not a path, though other programs take it for one; and what is right. */
function pathFault(raw: string): [wrong: string, right?: string] | undefined {
  if (raw.includes("\0")) return ["a path cannot hold the character U+0000"];
  if (/^~([^/]*\/|$)/.test(raw)) {
    const wrong = `${
      JSON.stringify(raw)
    } begins with "~", which is not a folder`;
    const own = raw.replace(/^~(?=\/|$)/, "${HOME}");
    const variable = own === raw ? "" : `, or ${JSON.stringify(own)}`;
    return [wrong, `write the home folder out${variable}`];
  }
  const scheme = /^(?:file|unix):(?:\/\/)?/.exec(raw)?.[0];
  if (scheme === undefined) return undefined;
  const bare = JSON.stringify(raw.slice(scheme.length));
  return [`${JSON.stringify(raw)} is not a path`, `write ${bare}`];
}

/** The path of a file in PEM form. */
export function pemFile(): Type<string> {
  return { ...path(), text: `${PATH_TEXT} of a PEM file` };
}

/**
 * The longest path that fits everywhere into a socket address on Linux (108
 * octets, one of them the end), less what the private folder adds in which a
 * socket is bound before it is moved to its place.
 */
export const SOCKET_PATH_BYTES_MAX = 103;

/** The path of a Unix domain socket. */
export function socketPath(): Type<string> {
  const base = path();
  return {
    ...base,
    check(node, context) {
      if (/^[@\0]/.test(String(node.value))) {
        const wrong = `${show(node)} names an abstract socket`;
        const right = "write the path of a file, such as";
        context.error(
          node,
          wrong,
          `Deno has none; ${right} "/run/router.sock"`,
        );
        return undefined;
      }
      const found = base.check(node, context);
      if (found === undefined) return undefined;
      const length = new TextEncoder().encode(found).length;
      if (length <= SOCKET_PATH_BYTES_MAX) return found;
      const wrong = `the path of the socket has ${length} bytes`;
      context.error(
        node,
        wrong,
        `use one of ${SOCKET_PATH_BYTES_MAX} or fewer`,
      );
      return undefined;
    },
  };
}

/** Permission bits in octal, as a string since JSON has no octal numbers. */
export function fileMode(): Type<number> {
  return {
    text: 'octal string, "0000" to "0777"',
    check(node, context) {
      const { value } = node;
      if (typeof value === "string" && /^0?[0-7]{3}$/.test(value)) {
        return parseInt(value, 8);
      }
      const digits = String(value);
      const right = /^[0-7]{3}$/.test(digits)
        ? `write "0${digits}"`
        : 'write permission bits in octal and in quotes, such as "0660"';
      context.error(node, `${show(node)} is not a file mode`, right);
      return undefined;
    },
    schema: () => ({ type: "string", pattern: "^0?[0-7]{3}$" }),
  };
}

/** An IP address or a host name to listen on. */
export function networkInterface(): Type<string> {
  return {
    text: "IP address or host name",
    check(node, context) {
      const value = NON_EMPTY.check(node, context);
      if (value === undefined || isHost(value)) return value;
      const bare = value.replace(/^\[(.*)\]$/, "$1");
      const right = bare !== value && isIpv6(bare)
        ? `write "${bare}" without brackets`
        : 'write an IP address, such as "127.0.0.1", or a host name; the port has a key of its own';
      context.error(node, `${show(node)} is not an address`, right);
      return undefined;
    },
    schema: () => ({ type: "string", minLength: 1 }),
  };
}

/**
 * A URI that the loose rule allows.
 *
 * @param what What it is, after "write".
 */
export function uri(what = "a URI"): Type<string> {
  const base = text({
    pattern: /^[^\s#.]+(\.[^\s#.]+)*$/u,
    wanted: `${what}: components with a dot between, no white space and no #`,
  });
  return {
    text: base.text,
    check(node, context) {
      const value = base.check(node, context);
      if (value === undefined || value.length <= URI_LENGTH_MAX) return value;
      const wrong = `has ${value.length} characters`;
      context.error(node, wrong, `write ${what} of at most ${URI_LENGTH_MAX}`);
      return undefined;
    },
    schema: (definitions) => ({
      ...base.schema(definitions),
      maxLength: URI_LENGTH_MAX,
    }),
  };
}

/** Whether it is an IPv4 address in its usual form. */
export function isIpv4(host: string): boolean {
  const parts = host.split(".");
  return parts.length === 4 &&
    parts.every((part) =>
      /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256
    );
}

/** Whether it is an IPv6 address, without brackets or zone. */
export function isIpv6(host: string): boolean {
  return host.includes(":") && /^[0-9A-Fa-f:.]+$/.test(host) &&
    URL.canParse(`http://[${host}]/`);
}

/** Whether only this machine can connect to it. */
export function isLoopback(host: string): boolean {
  if (isIpv4(host)) return host.startsWith("127.");
  if (!isIpv6(host)) return host.toLowerCase() === "localhost";
  const { hostname } = new URL(`http://[${host}]/`);
  return hostname === "[::1]" || /^\[::ffff:7f[0-9a-f]{2}:/.test(hostname);
}

/**
 * An IP address, or a network such as `10.0.0.0/8`. A mask in dots comes out as the
 * length of its prefix.
 */
export function network(): Type<string> {
  return {
    text: "IP address or network",
    check(node, context) {
      const value = NON_EMPTY.check(node, context);
      if (value === undefined) return undefined;
      const [address, length, ...more] = value.split("/");
      const right =
        'write an address, such as "192.0.2.1", or a network, such as "192.0.2.0/24"';
      const width = isIpv4(address) ? 32 : isIpv6(address) ? 128 : undefined;
      if (width !== undefined && more.length === 0) {
        if (length === undefined) return value;
        const prefix = isIpv4(length) ? prefixOfMask(length) : length;
        if (/^\d{1,3}$/.test(prefix) && Number(prefix) <= width) {
          return `${address}/${Number(prefix)}`;
        }
      }
      const wrong = `${show(node)} is neither an address nor a network`;
      context.error(node, wrong, right);
      return undefined;
    },
    schema: () => ({ type: "string", minLength: 1 }),
  };
}

/** How many ones a mask begins with; `""` where there are others behind them. */
function prefixOfMask(mask: string): string {
  const bits = mask.split(".")
    .map((part) => Number(part).toString(2).padStart(8, "0")).join("");
  return /^1*0*$/.test(bits) ? String(bits.lastIndexOf("1") + 1) : "";
}

function isHost(value: string): boolean {
  if (isIpv4(value) || isIpv6(value)) return true;
  // A name of digits and dots is an address with a slip.
  return /^(?=.*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(value);
}

const NON_EMPTY = text();

function expandVariables(
  raw: string,
  node: ConfigNode,
  context: CheckContext,
): string | undefined {
  let isComplete = true;
  const expanded = raw.replace(
    /\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)/g,
    (found, braced: string | undefined, bare: string | undefined) => {
      // Crossbar.io takes both spellings; our own forms only the braces.
      if (braced === undefined && context.form !== "crossbar") {
        context.warn(
          node,
          `${found} is taken literally; for an environment variable write \${${bare}}`,
        );
        return found;
      }
      const value = context.variable(braced ?? bare ?? "", node);
      if (value === undefined) isComplete = false;
      return value ?? "";
    },
  );
  if (!isComplete) return undefined;
  if (expanded !== "") return expanded;
  context.error(node, `${show(node)} is an empty path`);
  return undefined;
}

const RESERVED = new Intl.ListFormat("en", { type: "disjunction" })
  .format(ROUTER_PREFIXES);

/**
 * Adds an error where no client can register `procedure`, which the router is to
 * call: an authorizer, an authenticator.
 */
export function checkProcedure(
  procedure: string,
  place: ConfigNode,
  uriCheck: UriCheck,
  context: CheckContext,
): void {
  if (!isRouterUri(procedure) && isValidUri(procedure, "exact", uriCheck)) {
    return;
  }
  context.error(
    place,
    `no client can register "${procedure}"`,
    uriCheck === "strict"
      ? `only lower case letters, digits and _, and not below ${RESERVED}`
      : `it must not be below ${RESERVED}`,
  );
}
