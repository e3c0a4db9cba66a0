/** Authenticators for tests: procedures of a session that joins anonymously. */
import { assertEquals } from "@std/assert";
import type { AuthConfig } from "../../src/auth/methods.ts";
import type { DynamicConfig } from "../../src/auth/dynamic_form.ts";
import { clientKey, type WireDict } from "../support/login.ts";
import { helloDetails, type RawClient } from "../support/raw_client.ts";
import type { Scenario } from "../support/scenario.ts";

/** The authenticator failed, or could not be asked. */
export const FAILED = "wamp.error.authentication_failed";
/** The key of the client. */
export const KEY = clientKey("55".repeat(32));
/** The nonce of the client. */
export const NONCE = "egVDf3DMJh0=";

/** A procedure in `realm2`. */
export function dynamic(more: Partial<DynamicConfig> = {}): DynamicConfig {
  return {
    authenticator: "com.authenticate",
    realm: "realm2",
    defaultRole: undefined,
    ...more,
  };
}

/** The method by a procedure; the procedure's own session joins anonymously. */
export function asked(
  method: keyof NonNullable<AuthConfig["dynamic"]>,
  more: Partial<DynamicConfig> = {},
): Partial<AuthConfig> {
  return {
    anonymous: { role: "guest", realm: "realm2" },
    dynamic: { [method]: dynamic(more) },
  };
}

/** The session of an authenticator, in `realm2` unless `realm` says otherwise. */
export async function authenticator(
  router: Scenario,
  realm = "realm2",
): Promise<RawClient> {
  const callee = await router.open();
  await callee.hello(
    { ...helloDetails(), authmethods: ["anonymous"] },
    realm,
  );
  await callee.register("com.authenticate");
  return callee;
}

/** The next question, with its arguments; `answer` sends what it says. */
export async function question(callee: RawClient): Promise<WireDict> {
  const invocation = await callee.receive();
  assertEquals(invocation[0], 68);
  return {
    args: invocation[4],
    answer: (...payload: unknown[]) =>
      callee.send([70, invocation[1], {}, ...payload]),
    refuse: (uri: string, ...payload: unknown[]) =>
      callee.send([8, 68, invocation[1], {}, uri, ...payload]),
  };
}
