import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { serverEndPoint } from "../../src/auth/channel_binding.ts";

/** A certificate of which only the algorithm of its signature is real. */
function certificate(oid: string, size = 3): Uint8Array<ArrayBuffer> {
  const signed = element(0x30, new Uint8Array(size).fill(7));
  const algorithm = element(0x30, element(0x06, Uint8Array.fromHex(oid)));
  const signature = element(0x03, new Uint8Array(4));
  return element(0x30, new Uint8Array([...signed, ...algorithm, ...signature]));
}

function element(tag: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = content;
  const size = length < 0x80
    ? [length]
    : length < 0x100
    ? [0x81, length]
    : [0x82, length >> 8, length & 0xff];
  return new Uint8Array([tag, ...size, ...content]);
}

function pem(der: Uint8Array): string {
  const lines = der.toBase64().replaceAll(/.{64}/g, "$&\n");
  return `text\n-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** Each algorithm with the hash that RFC 5929 asks for. */
const ALGORITHMS: [name: string, oid: string, hash: string | undefined][] = [
  ["md5WithRSAEncryption", "2a864886f70d010104", "sha256"],
  ["sha1WithRSAEncryption", "2a864886f70d010105", "sha256"],
  ["sha256WithRSAEncryption", "2a864886f70d01010b", "sha256"],
  ["sha384WithRSAEncryption", "2a864886f70d01010c", "sha384"],
  ["sha512WithRSAEncryption", "2a864886f70d01010d", "sha512"],
  ["ecdsa-with-SHA1", "2a8648ce3d0401", "sha256"],
  ["ecdsa-with-SHA256", "2a8648ce3d040302", "sha256"],
  ["ecdsa-with-SHA384", "2a8648ce3d040303", "sha384"],
  ["ecdsa-with-SHA512", "2a8648ce3d040304", "sha512"],
  // It has no hash of its own, for which the RFC defines nothing.
  ["Ed25519", "2b6570", undefined],
];

for (const [name, oid, hash] of ALGORITHMS) {
  Deno.test(`SR-11: tls-server-end-point of a certificate signed by ${name} is ${hash ?? "not to be had"}`, () => {
    for (const size of [3, 200, 2000]) {
      const der = certificate(oid, size);
      const expected = hash && createHash(hash).update(der).digest("hex");
      assertEquals(serverEndPoint(pem(der))?.toHex(), expected);
    }
  });
}

Deno.test("SR-11: of several certificates the first counts", () => {
  const [first, second] = [3, 4].map((size) =>
    pem(certificate("2a8648ce3d040302", size))
  );
  assertEquals(serverEndPoint(first + second), serverEndPoint(first));
});

Deno.test("SR-11: what is no certificate has no end point", () => {
  const der = certificate("2a8648ce3d040302", 200);
  assertEquals(serverEndPoint(""), undefined);
  for (let length = 1; length < der.length; length++) {
    assertEquals(serverEndPoint(pem(der.slice(0, length))), undefined);
  }
});
