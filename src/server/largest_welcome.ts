import { ByteWriter } from "../base/byte_writer.ts";
import type { RealmConfig } from "../config/config.ts";
import type { Serializer } from "../serializer/serializer.ts";
import { welcomeDetails } from "../session/welcome.ts";
import { ID_MAX } from "../wamp/id.ts";
import { MessageCode } from "../wamp/message_code.ts";

/** As long as the authid of an anonymous session. */
const AUTHID = "x".repeat(28);

/**
 * How long a WELCOME without features can get: a client that cannot take so
 * much is refused in the handshake (RS-10, A-02).
 */
export function largestWelcomeBytes(
  realms: readonly RealmConfig[],
  serializers: readonly Serializer[],
): number {
  let largest = 0;
  for (const realm of realms) {
    for (const role of realm.roles) {
      const details = welcomeDetails(realm, {
        authid: AUTHID,
        authrole: role.name,
        authmethod: "anonymous",
        authprovider: "static",
      }, false);
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
