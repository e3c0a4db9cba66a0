/**
 * Which rights a rule can be about. What no client can do by any rule, no rule
 * denies: `{ "uri": "wamp.session.kill", "allow": { "call": true } }` says nothing
 * about subscribing, since no event can have that topic.
 */
import { META_TOPICS } from "../router/meta/meta_topics.ts";
import type { Right } from "../router/ports.ts";
import { isRouterUri, uriMatches } from "../wamp/uri.ts";
import type { Pattern } from "./pattern_relation.ts";

/** Whether a session could use `right` on some URI that `pattern` matches. */
export function canBeAbout(pattern: Pattern, right: Right): boolean {
  if (!isRouters(pattern)) return true;
  switch (right) {
    case "call":
      return true;
    case "subscribe":
      return META_TOPICS.some((topic) =>
        uriMatches(pattern.uri, pattern.match, topic)
      );
    default:
      return false;
  }
}

/** Whether every URI that it matches is one of the router's own. */
function isRouters({ uri, match }: Pattern): boolean {
  // The prefix "wamp" matches "wampum" too.
  return isRouterUri(uri) && !(match === "prefix" && uri === "wamp");
}
