/** The sequence of request IDs, checked where the config says so (PV-06, ID-05). */
import { assertEquals } from "@std/assert";
import { show, type WireMessage } from "../support/raw_client.ts";
import {
  expectViolation,
  scenario,
  sendTogether,
} from "../support/scenario.ts";

/** Requests of each kind, with the ID given. */
const REQUESTS: [name: string, message: (request: number) => WireMessage][] = [
  ["SUBSCRIBE", (request) => [32, request, {}, "com.a"]],
  ["UNSUBSCRIBE", (request) => [34, request, 99]],
  ["PUBLISH", (request) => [16, request, {}, "com.a"]],
  ["REGISTER", (request) => [64, request, {}, "com.a"]],
  ["UNREGISTER", (request) => [66, request, 99]],
  ["CALL", (request) => [48, request, {}, "com.none"]],
];
const STRICT = { limits: { strictRequestIds: true } };

for (const [name, message] of REQUESTS) {
  scenario(
    `PV-06: ${name} out of sequence ends the session where strict_request_ids is on`,
    async (router) => {
      // A gap at the start, a gap, a repetition, a step back.
      for (const requests of [[2], [1, 3], [1, 1], [1, 2, 1]]) {
        const client = await router.join();
        const last = requests.pop() as number;
        for (const request of requests) {
          await client.send([16, request, {}, "com.b"]);
        }
        await client.send(message(last));
        await expectViolation(client);
      }
    },
    STRICT,
  );

  scenario(
    `PV-06: ${name} out of sequence is served where strict_request_ids is off`,
    async (router) => {
      for (const request of [7, 3, 3, 2 ** 53]) {
        const client = await router.join();
        await client.send(message(request));
        if (name === "PUBLISH") await client.expectNothing();
        else {
          const answer = await client.receive();
          const place = answer[0] === 8 ? 2 : 1;
          assertEquals(answer[place], request, show(answer));
        }
      }
    },
  );
}

scenario(
  "PV-06: one sequence over requests of all kinds is served where strict_request_ids is on",
  async (router) => {
    const client = await router.join();
    for (let session = 0; session < 2; session++) {
      if (session > 0) {
        await client.request([6, {}, "wamp.close.normal"]);
        await client.hello();
      }
      const messages = REQUESTS.map(([, message], i) => message(i + 1));
      // CANCEL and answers to invocations are no part of the sequence.
      await sendTogether(client, [...messages, [49, 1, {}]]);
      for (const [type, request] of messages) {
        if (type === 16) continue;
        const answer = await client.receive();
        assertEquals(answer[answer[0] === 8 ? 2 : 1], request, show(answer));
      }
      await client.send([16, 7, { acknowledge: true }, "com.b"]);
      assertEquals((await client.receive()).slice(0, 2), [17, 7]);
    }
  },
  { ...STRICT, everySerializer: true },
);
