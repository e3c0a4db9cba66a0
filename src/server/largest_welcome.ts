import { ByteWriter } from "../base/byte_writer.ts";
import { type AuthConfig, authidsOf, METHOD_LIST } from "../auth/methods.ts";
import type { RealmConfig } from "../config/config.ts";
import type { Serializer } from "../serializer/serializer.ts";
import { welcomeDetails } from "../session/welcome.ts";
import { ID_MAX } from "../wamp/id.ts";
import { MessageCode } from "../wamp/message_code.ts";
import type { Dict } from "../wamp/options.ts";

/** As long as the authid of an anonymous session. */
const AUTHID = "x".repeat(28);

/**
 * How long a WELCOME without features can get: a client that cannot take so
 * much is refused in the handshake (RS-10, A-02). What authenticators assign is
 * not known here.
 */
export function largestWelcomeBytes(
  realms: readonly RealmConfig[],
  auth: AuthConfig,
  serializers: readonly Serializer[],
): number {
  const authid = longestAuthid(auth);
  const authextra = longestAuthextra(auth);
  let largest = 0;
  for (const realm of realms) {
    for (const role of realm.roles) {
      const details = welcomeDetails(
        realm,
        {
          authid,
          authrole: role.name,
          authmethod: "wamp-scram",
          authprovider: "dynamic",
        },
        authextra,
        false,
      );
      for (const serializer of serializers) {
        const out = new ByteWriter(new Uint8Array(1024));
        serializer.encode(
          { code: MessageCode.WELCOME, session: ID_MAX, details },
          out,
        );
        largest = Math.max(largest, out.length);
      }
    }
  }
  return largest;
}

function longestAuthid(auth: AuthConfig): string {
  return [AUTHID, ...authidsOf(auth)]
    .reduce((a, b) => b.length > a.length ? b : a);
}

/** Of the methods that are offered; only SCRAM adds something. */
function longestAuthextra(auth: AuthConfig): Dict | undefined {
  return METHOD_LIST.find(({ name, longestAuthextra }) =>
    longestAuthextra !== undefined &&
    (auth[name] ?? auth.dynamic?.[name]) !== undefined
  )?.longestAuthextra;
}
