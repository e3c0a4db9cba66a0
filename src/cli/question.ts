/**
 * What `explain` is asked, as the command line says.
 *
 * @module
 */

import type { ActionName } from "../config/config.ts";
import { choose } from "./choose.ts";

const ACTIONS = [
  "call",
  "register",
  "publish",
  "subscribe",
  "force-reregister",
] as const;
const POLICIES = ["exact", "prefix", "wildcard"] as const;

/** The options that say it. */
export const QUESTION_OPTIONS = ["realm", "role", ...ACTIONS, "match"] as const;

/** A request of a session with a role in a realm. */
export interface Question {
  readonly realm: string;
  readonly role: string;
  readonly action: ActionName;
  readonly uri: string;
  readonly match: typeof POLICIES[number];
}

type Given = Readonly<
  Partial<Record<typeof QUESTION_OPTIONS[number], string | undefined>>
>;

/** What other commands are asked. */
const NO_QUESTION: Question = {
  realm: "",
  role: "",
  action: "call",
  uri: "",
  match: "exact",
};

/** Reads the options; only `explain` takes them, and needs them. */
export function readQuestion(
  command: string,
  given: Given,
  problems: string[],
): Question {
  if (command !== "explain") {
    for (const name of QUESTION_OPTIONS) {
      if (given[name] === undefined) continue;
      problems.push(`--${name} is only for "explain"`);
    }
    return NO_QUESTION;
  }
  const { realm = "", role = "" } = given;
  if (realm === "") problems.push('"explain" needs --realm NAME');
  if (role === "") problems.push('"explain" needs --role NAME');
  const match = choose("match", given.match, POLICIES, problems) ?? "exact";
  const action = readAction(given, problems);
  if (action === undefined) return NO_QUESTION;
  const uri = given[action] ?? "";
  if (match === "exact" && uri === "") {
    problems.push(`--${action} takes a URI, found nothing`);
  }
  if (match !== "exact" && (action === "call" || action === "publish")) {
    problems.push(
      `--match ${match} is only for --register, --force-reregister and --subscribe: clients ${action} one URI`,
    );
  }
  return {
    realm,
    role,
    action: action === "force-reregister" ? "force_reregister" : action,
    uri,
    match,
  };
}

function readAction(
  given: Given,
  problems: string[],
): typeof ACTIONS[number] | undefined {
  const [action, other] = ACTIONS.filter((name) => given[name] !== undefined);
  if (action === undefined) {
    const list = ACTIONS.map((name) => `--${name}`).join(", ");
    problems.push(`"explain" needs one of ${list} with a URI`);
  } else if (other !== undefined) {
    problems.push(`one action is wanted, found --${action} and --${other}`);
  }
  return action;
}
