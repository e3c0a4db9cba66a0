/**
 * What the bodies of requests to the bridge ask for.
 *
 * @module
 */

import type { BridgeRequest } from "./bridge_session.ts";
import { readJson } from "./json_body.ts";
import type { RequestFault } from "./request_fault.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads `{URI_KEY: URI, "args": […], "kwargs": {…}, "options": {…}}`, of which only
 * the URI must be there; null, false, 0 and "" in place of another count as absent.
 *
 * @param uriKey `procedure` or `topic`.
 */
export function readBridgeBody(
  body: Uint8Array,
  uriKey: string,
): BridgeRequest | RequestFault {
  const value = readObject(body);
  if (value === undefined) {
    return {
      status: 400,
      text: "the body must be an object in JSON, in UTF-8",
    };
  }
  const { [uriKey]: uri, args, kwargs, options } = value;
  if (uri === undefined) return wrong(`"${uriKey}" is missing in the body`);
  if (typeof uri !== "string") return wrong(`"${uriKey}" must be a string`);
  if (args && !Array.isArray(args)) return wrong('"args" must be a list');
  if (kwargs && !isObject(kwargs)) return wrong('"kwargs" must be an object');
  if (options && !isObject(options)) {
    return wrong('"options" must be an object');
  }
  return {
    uri,
    args: Array.isArray(args) ? args : [],
    kwargs: isObject(kwargs) ? kwargs : {},
    options: isObject(options) ? options : {},
  };
}

function readObject(body: Uint8Array): JsonObject | undefined {
  try {
    const value = readJson(body);
    return isObject(value) ? value : undefined;
  } catch {
    // What is wrong with it is what the answer says.
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null &&
    !Array.isArray(value) && !(value instanceof Uint8Array);
}

function wrong(text: string): RequestFault {
  return { status: 400, text };
}
