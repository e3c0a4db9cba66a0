/**
 * `explain`: what the router would decide on a request, and by which rule.
 *
 * @module
 */

import {
  choice,
  type OptionValues,
  required,
  text,
} from "../base/command_option.ts";
import { formatPlace } from "../base/source_text.ts";
import type {
  ActionName,
  PermissionConfig,
  RouterConfig,
} from "../config/config.ts";
import { allRealms, findRealm } from "../config/find_realm.ts";
import { suggest } from "../schema/nearest.ts";
import {
  type AccessRequest,
  describeReason,
  type Explanation,
  outcomeOf,
  RoleReview,
} from "../review/role_review.ts";
import { defineCommand, ExitCode } from "./command.ts";
import { findConfig } from "./find_config.ts";
import { CONFIG_OPERAND, CONFIG_OPTIONS, readConfig } from "./read_config.ts";
import { print, printError } from "./terminal.ts";

const ACTIONS = [
  "call",
  "register",
  "publish",
  "subscribe",
  "force-reregister",
] as const;

const OPTIONS = {
  realm: required("REALM", "the realm of the session that asks"),
  role: required("ROLE", "the role of that session"),
  call: text("URI", "ask about CALL"),
  register: text("URI", "ask about REGISTER"),
  publish: text("URI", "ask about PUBLISH"),
  subscribe: text("URI", "ask about SUBSCRIBE"),
  "force-reregister": text(
    "URI",
    "ask about taking a procedure from sessions that did not agree to it",
  ),
  match: choice(
    "POLICY",
    ["exact", "prefix", "wildcard"],
    "exact",
    "of --register, --force-reregister and --subscribe",
  ),
  ...CONFIG_OPTIONS,
};

/** `explain`. */
export const EXPLAIN = defineCommand({
  name: "explain",
  summary: "say what a role may do, and by which rule",
  operands: [CONFIG_OPERAND],
  options: OPTIONS,
  synopsis: "ACTION",
  help:
    `Says what the router would decide on a request, and by which rule. ACTION is one of
--call URI, --register URI, --publish URI, --subscribe URI, --force-reregister URI.

Prints one line each:
  allowed, denied, or asked
  why: CODE: TEXT          CODE is one of
                             rule           the rule says so
                             no_rule        no rule matches: denied
                             part_denied    the rule denies a part of what the
                                            pattern matches
                             guarded        this procedure needs a rule of its own:
                                            to call it, a rule that begins like it;
                                            to register it, a rule for exactly this
                                            authorizer or authenticator
                             invalid_uri    denied by no rule: the URI is not
                                            valid in the realm
                             reserved_uri   denied by no rule: only the router can
                                            register and publish there
                             authorizer     asked: the role has an authorizer
  rule: FILE:LINE:COLUMN: KEY: PATTERN allows ACTIONS
                           the rule that made the decision, if one did`,
  exitCodes:
    `Exit code: 0 allowed, denied or asked, 1 there is no such realm or role, 2 wrong
usage or config.`,
  problems: wrongQuestion,
  async run({ operands: [operand], options }) {
    const read = await readConfig(findConfig(operand), options);
    if (read === undefined) return ExitCode.WRONG_USAGE;
    const review = findRole(read.config, options.realm, options.role);
    if (typeof review === "string") {
      printError(`error: ${review}\n`);
      return ExitCode.FAILED;
    }
    const request = requestOf(options);
    if (request.uri.includes("*")) {
      printError(
        'note: "*" is an ordinary character here, as in what clients send; for a pattern give --match, and leave a component empty where any will do\n',
      );
    }
    print(explanation(review.explain(request), request));
    return ExitCode.FINE;
  },
});

/** What is wrong with the options that say what is asked. */
function wrongQuestion(
  options: Partial<OptionValues<typeof OPTIONS>>,
): string[] {
  const [action, other] = actionsIn(options);
  if (action === undefined) {
    const list = ACTIONS.map((name) => `--${name}`).join(", ");
    return [`"explain" needs one of ${list} with a URI`];
  }
  const { match } = options;
  const problems: string[] = [];
  if (other !== undefined) {
    problems.push(
      `only one action can be asked, found --${action} and --${other}`,
    );
  }
  if (match === "exact" && options[action] === "") {
    problems.push(`--${action} takes a URI, found nothing`);
  }
  const takesPatterns = action !== "call" && action !== "publish";
  if (match !== undefined && match !== "exact" && !takesPatterns) {
    problems.push(
      `--match ${match} is only for --register, --force-reregister and --subscribe: clients ${action} one URI`,
    );
  }
  return problems;
}

function actionsIn(
  options: Partial<OptionValues<typeof OPTIONS>>,
): (typeof ACTIONS[number])[] {
  return ACTIONS.filter((name) => options[name] !== undefined);
}

/** What is asked, by options without problems. */
function requestOf(options: OptionValues<typeof OPTIONS>): AccessRequest {
  const [name] = actionsIn(options);
  const action: ActionName = name === "force-reregister"
    ? "force_reregister"
    : name;
  return { action, uri: options[name] ?? "", match: options.match };
}

/** The role that is asked about, or what is wrong with its name or realm's. */
function findRole(
  config: RouterConfig,
  realmName: string,
  roleName: string,
): RoleReview | string {
  const realm = findRealm(config, realmName);
  if (realm === undefined) {
    const names = allRealms(config).map(({ name }) => name);
    return `there is no realm ${JSON.stringify(realmName)}; ${
      suggest(realmName, names)
    }`;
  }
  const role = realm.roles.find(({ name }) => name === roleName);
  if (role !== undefined) return new RoleReview(config, realm, role);
  const names = realm.roles.map(({ name }) => name);
  return `realm ${JSON.stringify(realm.name)} has no role ${
    JSON.stringify(roleName)
  }; ${suggest(roleName, names)}`;
}

/** A line each for the outcome, its reason, and the rule that made it. */
function explanation(found: Explanation, request: AccessRequest): string {
  const { allowed, reason, rule } = found;
  const lines = [
    outcomeOf(allowed),
    `why: ${reason}: ${describeReason(found, request)}`,
  ];
  if (rule !== undefined) lines.push(`rule: ${ruleLine(rule)}`);
  return `${lines.join("\n")}\n`;
}

function ruleLine({ uri, match, allow, source }: PermissionConfig): string {
  const allowed = (Object.keys(allow) as ActionName[])
    .filter((action) => allow[action]);
  const where = source === undefined
    ? "implied, as the file has no realms"
    : `${formatPlace(source)}: ${source.path}`;
  const what = allowed.length === 0 ? "nothing" : allowed.join(", ");
  return `${where}: ${match} ${JSON.stringify(uri)} allows ${what}`;
}
