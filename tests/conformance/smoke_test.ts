import { assertEquals } from "@std/assert";
import { RawClient } from "../support/raw_client.ts";
import { TestServer, TRANSPORT_KINDS } from "../support/test_server.ts";
import { SERIALIZERS } from "../support/wire_codec.ts";

for (const kind of TRANSPORT_KINDS) {
  for (const serializer of SERIALIZERS) {
    Deno.test(`${kind} ${serializer}: a call reaches its callee and the result its caller`, async () => {
      await using server = await TestServer.start({ kinds: [kind] });
      using callee = await RawClient.join(server.address(kind), serializer);
      using caller = await RawClient.join(server.address(kind), serializer);
      const registration = await callee.register("com.example.add");
      await caller.send([48, 1, {}, "com.example.add", [1, 2], { k: true }]);
      const invocation = await callee.receive();
      assertEquals(invocation, [68, 1, registration, {}, [1, 2], { k: true }]);
      await callee.send([70, 1, {}, [3]]);
      assertEquals(await caller.receive(), [50, 1, {}, [3]]);
      callee.close();
      caller.close();
      await server.emptied();
    });
  }
}
