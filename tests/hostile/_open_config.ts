/** A config with one realm in which anybody may do anything; `keys` stand at its top. */
export function openConfig(keys: Record<string, unknown>): unknown {
  return {
    ...keys,
    realms: [{
      name: "realm1",
      options: { call_queue: 1_000_000 },
      roles: [{
        name: "anonymous",
        permissions: [{
          uri: "",
          match: "prefix",
          allow: { call: true, register: true, publish: true, subscribe: true },
        }],
      }],
    }],
    transports: [{
      type: "rawsocket",
      serializers: ["json", "msgpack", "cbor"],
      max_message_size: 2 ** 20,
      endpoint: { type: "tcp", interface: "127.0.0.1", port: 0 },
      auth: {
        anonymous: { type: "static", role: "anonymous" },
        ticket: {
          type: "static",
          principals: { alice: { ticket: "secret", role: "anonymous" } },
        },
      },
    }],
  };
}
