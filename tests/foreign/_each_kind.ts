/** Tests that run over each kind of transport that Autobahn|JS knows. */
import {
  TestServer,
  type TestServerOptions,
  type TransportKind,
} from "../support/test_server.ts";

/** All of them. */
export const KINDS: readonly TransportKind[] = ["tcp", "unix"];

/** A test with a router, which must be empty at its end. */
export function test(
  kind: TransportKind,
  name: string,
  run: (server: TestServer) => Promise<void>,
  options: TestServerOptions = {},
): void {
  Deno.test(`Autobahn|JS, ${kind}: ${name}`, async () => {
    await using server = await TestServer.start({ kinds: [kind], ...options });
    await run(server);
    await server.emptied();
  });
}
