import type { RawClient } from "../support/raw_client.ts";
import type { Scenario } from "../support/scenario.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

/** A session of each serializer, in the order of the handshake's numbers, all subscribed to `com.a`. */
export async function subscribersOf(router: Scenario): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  for (const serializer of SERIALIZERS) {
    const client = await router.join({ serializer });
    await client.subscribe("com.a");
    clients.push(client);
  }
  return clients;
}
