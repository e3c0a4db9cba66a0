/**
 * The table: proxies in front of a transport that speaks HTTP.
 *
 * @module
 */

import { withDefault } from "../../schema/key.ts";
import { network } from "../../schema/special_types.ts";
import { boolean, list } from "../../schema/value_types.ts";

const OURS = { origin: "sluice" } as const;

/** What a transport says of proxies in front of it. */
export const PROXY_KEYS = {
  forwarded: withDefault(
    boolean(),
    false,
    "Whether proxies stand before it: then the client's address is the one that `X-Forwarded-For` names, where one of `trusted_proxies` sent it.",
    OURS,
  ),
  trusted_proxies: withDefault(
    list(network(), { min: 1 }),
    ["127.0.0.1", "::1"],
    "Whose word is taken for it: addresses and networks. On a Unix socket, whoever can connect.",
    OURS,
  ),
};
