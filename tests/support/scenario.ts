/**
 * A black-box test: one router, clients that join it under the serializers in
 * turn, and at the end a look whether anything of theirs is left.
 */
import { assertEquals, assertMatch } from "@std/assert";
import type { SerializerName } from "../../src/serializer/serializer.ts";
import { concat } from "./hex.ts";
import {
  frame,
  helloDetails,
  RawClient,
  show,
  type WireMessage,
} from "./raw_client.ts";
import {
  TestServer,
  type TestServerOptions,
  type TransportKind,
} from "./test_server.ts";
import { encodeValue, SERIALIZERS } from "./wire_codec.ts";

/** How a client joins; what is left out is the default. */
export interface JoinOptions {
  /** Default: the next one in turn. */
  readonly serializer?: SerializerName;
  /** By client role: the features it announces. */
  readonly features?: Record<string, Record<string, boolean>>;
  readonly realm?: string;
  /** Default: `tcp`. */
  readonly kind?: TransportKind;
  /** It takes messages of up to 2^(9+limit) octets. */
  readonly limit?: number;
}

/** What a test asks of its router. */
export interface ScenarioOptions extends TestServerOptions {
  /** Runs the body three times, so that each client has each serializer once. */
  readonly everySerializer?: boolean;
}

/** A callee that takes INTERRUPT. */
export const CANCELING = { callee: { call_canceling: true } };

/** The router of one test and its clients. */
export class Scenario {
  readonly server: TestServer;
  readonly #clients: RawClient[] = [];
  #turn: number;

  constructor(server: TestServer, turn: number) {
    this.server = server;
    this.#turn = turn;
  }

  /** A connection whose handshake is done, before HELLO. */
  async open(
    serializer?: SerializerName,
    kind?: TransportKind,
    limit?: number,
  ): Promise<RawClient> {
    const client = await RawClient.open(
      this.server.address(kind),
      serializer ?? SERIALIZERS[this.#turn++ % SERIALIZERS.length],
      limit,
    );
    this.#clients.push(client);
    return client;
  }

  /** A session. */
  async join(options: JoinOptions = {}): Promise<RawClient> {
    const { serializer, kind, limit } = options;
    const client = await this.open(serializer, kind, limit);
    await client.hello(helloDetails(options.features), options.realm);
    return client;
  }

  /** `count` sessions. */
  async joinMany(
    count: number,
    options: JoinOptions = {},
  ): Promise<RawClient[]> {
    const clients: RawClient[] = [];
    for (let i = 0; i < count; i++) clients.push(await this.join(options));
    return clients;
  }

  /** Closes all clients. */
  close(): void {
    for (const client of this.#clients) client.close();
  }
}

/**
 * Registers the test `name`. When `body` is done its clients are closed, and
 * the router must be empty again.
 */
export function scenario(
  name: string,
  body: (router: Scenario) => Promise<void>,
  options: ScenarioOptions = {},
): void {
  const turns = options.everySerializer === true ? SERIALIZERS.length : 1;
  Deno.test(name, async () => {
    await using server = await TestServer.start(options);
    for (let turn = 0; turn < turns; turn++) {
      const router = new Scenario(server, turn);
      try {
        await body(router);
      } finally {
        router.close();
      }
      await server.emptied();
    }
  });
}

/** Sends `messages` in one write. */
export async function sendTogether(
  client: RawClient,
  messages: readonly WireMessage[],
): Promise<void> {
  await client.sendBytes(framesOf(client, messages));
}

/** The octets of `messages` in the client's serializer. */
export function framesOf(
  client: RawClient,
  messages: readonly WireMessage[],
): Uint8Array {
  return concat(
    ...messages.map((message) =>
      frame(0, encodeValue(client.serializer, message))
    ),
  );
}

/** Asserts that `message` is the router's own ERROR: type, request and URI (MF-11). */
export function assertError(
  message: WireMessage,
  requestType: number,
  request: number,
  uri: string,
): void {
  assertEquals(
    message.slice(0, 5),
    [8, requestType, request, {}, uri],
    show(message),
  );
  assertEquals(message.length, 6, show(message));
  assertMatch(message[5][0], /./, "a text for humans");
}

/** Expects the router's own ERROR as the next message. */
export async function expectError(
  client: RawClient,
  requestType: number,
  request: number,
  uri: string,
): Promise<void> {
  assertError(await client.receive(), requestType, request, uri);
}

/** Expects ABORT for a broken protocol, and the connection's end (PV-01). */
export async function expectViolation(client: RawClient): Promise<void> {
  await client.expectAbort("wamp.error.protocol_violation");
}

/**
 * Expects that none of `clients` has been sent anything. `sender`, who may have
 * caused something, comes first: its fence is answered when the router is done
 * with what it sent before.
 */
export async function expectSilence(
  sender: RawClient,
  ...clients: RawClient[]
): Promise<void> {
  await sender.expectNothing();
  for (const client of clients) await client.expectNothing();
}

/** A session that is callee of a call of its own, invocation 1. */
export async function joinWithInvocation(
  router: Scenario,
  serializer?: SerializerName,
): Promise<RawClient> {
  const client = await router.join(
    serializer === undefined ? {} : { serializer },
  );
  await client.register("com.own");
  await client.send([48, client.nextRequest(), {}, "com.own"]);
  await client.receive();
  return client;
}
