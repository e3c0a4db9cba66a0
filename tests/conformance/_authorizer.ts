/** Authorizers for tests: procedures of a session whose role has rules. */
import { assertEquals } from "@std/assert";
import { ROLE_DEFAULTS } from "../../src/config/build_realms.ts";
import type { RealmConfig, RoleConfig } from "../../src/config/config.ts";
import type { RawClient } from "../support/raw_client.ts";
import type { Scenario, ScenarioOptions } from "../support/scenario.ts";
import { openRealm } from "../support/test_server.ts";

const ASKED: RoleConfig = {
  ...ROLE_DEFAULTS,
  name: "asked",
  authorizer: "com.authorize",
  authorizerCache: 1000,
};

/**
 * A router whose TCP clients are under an authorizer, and whose clients on the
 * Unix socket may do everything.
 */
export function authorized(
  more: Partial<RoleConfig> = {},
  realm: Partial<RealmConfig> = {},
): ScenarioOptions {
  const open = openRealm("realm1", ["trusted"], [
    "com.authorize",
    "com.authenticate",
  ]);
  const asked = { ...ASKED, ...more };
  return {
    kinds: ["tcp", "unix"],
    roles: { tcp: "asked", unix: "trusted" },
    realms: [{ ...open, roles: [...open.roles, asked], ...realm }],
  };
}

/** A session that may do everything. */
export async function joinTrusted(router: Scenario): Promise<RawClient> {
  return await router.join({ kind: "unix" });
}

/** The session of the authorizer. */
export async function authorizer(router: Scenario): Promise<Authorizer> {
  const callee = await joinTrusted(router);
  await callee.register("com.authorize");
  return new Authorizer(callee);
}

/** What an authorizer was asked. */
export interface Question {
  readonly session: Record<string, unknown>;
  readonly uri: string;
  readonly action: string;
  readonly options: Record<string, unknown>;
  /** Answers with that result. */
  answer(...result: unknown[]): Promise<void>;
  /** Answers with an ERROR. */
  refuse(uri: string): Promise<void>;
}

/** An authorizer, question by question. */
export class Authorizer {
  readonly callee: RawClient;

  constructor(callee: RawClient) {
    this.callee = callee;
  }

  /** The next question. */
  async asked(): Promise<Question> {
    const invocation = await this.callee.receive();
    assertEquals(invocation[0], 68);
    const request = invocation[1];
    const [session, uri, action, options] = invocation[4];
    return {
      session,
      uri,
      action,
      options,
      answer: (...result) => this.callee.send([70, request, {}, result]),
      refuse: (error) => this.callee.send([8, 68, request, {}, error]),
    };
  }

  /** Answers the next question, which is about `uri`. */
  async decide(uri: string, result: unknown): Promise<Question> {
    const question = await this.asked();
    assertEquals(question.uri, uri);
    await question.answer(result);
    return question;
  }

  /** Expects that nothing was asked. */
  async expectNoQuestion(): Promise<void> {
    await this.callee.expectNothing();
  }
}
