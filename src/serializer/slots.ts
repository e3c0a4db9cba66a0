/** Each format's place among the transcodings of a payload. */
export const Slot = {
  JSON: 0,
  MSGPACK: 1,
  CBOR: 2,
} as const;
