/**
 * `explain`: what the router would decide on a request, and by which rule.
 *
 * @module
 */

import { formatPlace } from "../base/source_place.ts";
import type {
  ActionName,
  PermissionConfig,
  RouterConfig,
} from "../config/config.ts";
import { allRealms, findRealm } from "../config/find_realm.ts";
import { suggest } from "../config/nearest.ts";
import { describeReason, inOneWord } from "../review/describe.ts";
import { type ReviewedDecision, RoleReview } from "../review/role_review.ts";
import type { Arguments } from "./arguments.ts";
import { ExitCode } from "./exit_code.ts";
import type { Question } from "./question.ts";
import { readConfig } from "./read_config.ts";
import { print, printError } from "./terminal.ts";

/** Runs `explain`. */
export async function explainCommand(
  args: Arguments,
  question: Question,
): Promise<ExitCode> {
  const read = await readConfig(args);
  if (read === undefined) return ExitCode.WRONG_USAGE;
  const review = findRole(read.config, question);
  if (typeof review === "string") {
    printError(`error: ${review}\n`);
    return ExitCode.FAILED;
  }
  if (question.uri.includes("*")) {
    printError(
      'note: the "*" is an ordinary character, as it is for clients; say --match for a pattern of theirs, where an empty component stands for any\n',
    );
  }
  print(explanation(review.decide(question), question));
  return ExitCode.FINE;
}

/** The role that is asked about, or what is wrong with its name or realm's. */
function findRole(
  config: RouterConfig,
  question: Question,
): RoleReview | string {
  const realm = findRealm(config, question.realm);
  if (realm === undefined) {
    const names = allRealms(config).map(({ name }) => name);
    return `there is no realm ${JSON.stringify(question.realm)}; ${
      suggest(question.realm, names)
    }`;
  }
  const role = realm.roles.find(({ name }) => name === question.role);
  if (role !== undefined) return new RoleReview(config, realm, role);
  const names = realm.roles.map(({ name }) => name);
  return `realm ${JSON.stringify(realm.name)} has no role ${
    JSON.stringify(question.role)
  }; ${suggest(question.role, names)}`;
}

/** A line each for the outcome, its reason, and the rule that made it. */
function explanation(decision: ReviewedDecision, question: Question): string {
  const { allowed, reason, rule } = decision;
  const lines = [
    inOneWord(allowed),
    `why: ${reason}: ${describeReason(decision, question)}`,
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
