/** Values that the specification and the RFCs give (checklist §16). */
import { assert, assertEquals } from "@std/assert";
import { isSignature } from "../../src/auth/cryptosign.ts";
import { generateKeyPair, RouterKey } from "../../src/auth/ed25519_keys.ts";
import {
  clientKeyOf,
  saltedPassword,
  scramKeys,
} from "../../src/auth/scram_keys.ts";
import {
  clientProof,
  isClientProof,
  serverSignature,
} from "../../src/auth/scram_proof.ts";
import { WAMP_SCRAM } from "../../src/auth/scram_dialect.ts";
import { deriveWampCraKey } from "../../src/auth/wampcra.ts";

Deno.test("CR-06 A-28: a salted secret of WAMP-CRA becomes the text of checklist §16", async () => {
  assertEquals(
    await deriveWampCraKey("secret1", {
      salt: "salt123",
      iterations: 1000,
      keylen: 32,
    }),
    "64xfzBvZhGDT7PB0bQwDeI8/WR1M9x6Cw5dt0yP9koc=",
  );
});

/** RFC 7677, section 3. */
const RFC_7677 = {
  salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
  clientNonce: "rOprNGfwEbeRWgbNEkqO",
  nonce: "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
  salted: "c4a49510323ab4f952cac1fa99441939e78ea74d6be81ddf7096e87513dc615d",
  storedKey: "586e5df283e6dceb5c3e791d8b8528ec191e664045ce971792e2e6b5bb13e2a6",
  serverKey: "c1f3cbc1c13a9d35a14c0990eed97629ea225863e566a4314ab99f3f00e5d9d5",
  proof: "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
  verifier: "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
};

Deno.test("SR-06 SR-07 SR-08 SR-09: SCRAM with PBKDF2 gives the values of RFC 7677", async () => {
  const stretching = {
    kdf: "pbkdf2",
    salt: Uint8Array.fromBase64(RFC_7677.salt),
    iterations: 4096,
  } as const;
  const salted = await saltedPassword("pencil", stretching);
  assertEquals(salted.toHex(), RFC_7677.salted);
  const { storedKey, serverKey } = await scramKeys("pencil", stretching);
  assertEquals(storedKey.toHex(), RFC_7677.storedKey);
  assertEquals(serverKey.toHex(), RFC_7677.serverKey);
  const message = WAMP_SCRAM.authMessage({
    authid: "user",
    clientNonce: RFC_7677.clientNonce,
    nonce: RFC_7677.nonce,
    salt: RFC_7677.salt,
    iterations: 4096,
    binding: "biws",
  });
  const proof = clientProof(clientKeyOf(salted), storedKey, message);
  assertEquals(proof.toBase64(), RFC_7677.proof);
  assert(isClientProof(RFC_7677.proof, storedKey, message));
  assert(!isClientProof(RFC_7677.proof, storedKey, `${message}x`));
  assertEquals(
    serverSignature(serverKey, message).toBase64(),
    RFC_7677.verifier,
  );
});

Deno.test("SR-10: SCRAM with Argon2id gives what the reference implementation gives", async () => {
  const stretching = {
    kdf: "argon2id13",
    salt: Uint8Array.fromHex("5b6d99689d12358eec0a4b141236fa81"),
    iterations: 3,
    memory: 8192,
  } as const;
  const salted = await saltedPassword("pencil", stretching);
  assertEquals(
    salted.toHex(),
    "f0d589d0fbe87082adf7c73ae006767eb4455de5127a99a0d0d2cbf25f4fe73b",
  );
});

interface Signed {
  readonly channelId: string | undefined;
  readonly privateKey: string;
  readonly challenge: string;
  readonly signature: string;
}

const KEY_1 =
  "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";
const KEY_2 =
  "d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd";
const KEY_3 =
  "6e1fde9cf9e2359a87420b65a87dc0c66136e66945196ba2475990d8a0c3a25b";
const CHALLENGE_1 = "ff".repeat(32);
const CHALLENGE_2 =
  "b26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d";
const CHALLENGE_3 =
  "b05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2";
const CHANNEL =
  "62e935ae755f3d48f80d4d59f6121358c435722a67e859cc0caa8b539027f2ff";

/** The six of the specification's section on WAMP-cryptosign. */
const SIGNED: readonly Signed[] = [
  {
    channelId: undefined,
    privateKey: KEY_1,
    challenge: CHALLENGE_1,
    signature:
      "b32675b221f08593213737bef8240e7c15228b07028e19595294678c90d11c0cae80a357331bfc5cc9fb71081464e6e75013517c2cf067ad566a6b7b728e5d03ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  },
  {
    channelId: undefined,
    privateKey: KEY_2,
    challenge: CHALLENGE_2,
    signature:
      "d4209ad10d5aff6bfbc009d7e924795de138a63515efc7afc6b01b7fe5201372190374886a70207b042294af5bd64ce725cd8dceb344e6d11c09d1aaaf4d660fb26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d",
  },
  {
    channelId: undefined,
    privateKey: KEY_3,
    challenge: CHALLENGE_3,
    signature:
      "7beb282184baadd08f166f16dd683b39cab53816ed81e6955def951cb2ddad1ec184e206746fd82bda075af03711d3d5658fc84a76196b0fa8d1ebc92ef9f30bb05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2",
  },
  {
    channelId: CHANNEL,
    privateKey: KEY_1,
    challenge: CHALLENGE_1,
    signature:
      "9b6f41540c9b95b4b7b281c3042fa9c54cef43c842d62ea3fd6030fcb66e70b3e80d49d44c29d1635da9348d02ec93f3ed1ef227dfb59a07b580095c2b82f80f9d16ca518aa0c2b707f2b2a609edeca73bca8dd59817a633f35574ac6fd80d00",
  },
  {
    channelId: CHANNEL,
    privateKey: KEY_2,
    challenge: CHALLENGE_2,
    signature:
      "305aaa3ac25e98f651427688b3fc43fe7d8a68a7ec1d7d61c61517c519bd4a427c3015599d83ca28b4c652333920223844ef0725eb5dc2febfd6af7677b73f01d0852a29b460fc92ec943242ac638a053bbacc200512b18b30d15083cbdc9282",
  },
  {
    channelId: CHANNEL,
    privateKey: KEY_3,
    challenge: CHALLENGE_3,
    signature:
      "ee3c7644fd8070532bc1fde3d70d742267da545d8c8f03e63bda63f1ad4214f4d2c4bfdb4eb9526def42deeb7e31602a6ff99eba893e0a4ad4d45892ca75e608d2b75e24a189a7f78ca776ba36fc53f6c3e31c32f251f2c524f0a44202f2902d",
  },
];

for (const [index, row] of SIGNED.entries()) {
  Deno.test(`CS-04: signature ${index + 1} of the specification is made and verified`, async () => {
    const key = await RouterKey.from(Uint8Array.fromHex(row.privateKey));
    const challenge = Uint8Array.fromHex(row.challenge);
    const id = Uint8Array.fromHex(row.channelId ?? "00".repeat(32));
    const message = challenge.map((octet, at) => octet ^ id[at]);
    assertEquals(await key.sign(message), row.signature);
    assert(await verifies(key.pubkey, row.signature));
  });
}

/** The routers' signatures in the specification's examples 1 and 2. */
const ROUTER_KEY =
  "4a3838f6fe75251e613329d53fc69b262d5eac97fb1d73bebbaed4015b53c862";
const CLIENT_KEY =
  "545efb0a2192db8d43f118e9bf9aee081466e1ef36c708b96ee6f62dddad9122";
const EXAMPLES: readonly [what: string, pubkey: string, signed: string][] = [
  [
    "example 1, router",
    ROUTER_KEY,
    "fd5128d2d207ba58a9d1d6f41b72c747964ad9d1294077b3b1eee6130b05843ab12c53c7f2519f73d4feb82db19d8ca0fc26b62bde6518e79a882f5795bc9f00bbae60ea44cdd7b20dc7010a618b0f0803fab25a817520b4b7f057299b524deb",
  ],
  [
    "example 1, client",
    CLIENT_KEY,
    "a3a178fe792ed772a8fc092f8341e455de96670c8901264a7c312dbf940d5743626fe9fbc29b23dcd2169b308eca309de85a89ccd296b24835de3d95b16b77030e9192bc08512c8198da159c1ae600ba91729215f35d56102ee318558e773537",
  ],
  [
    "example 2, router",
    ROUTER_KEY,
    "aa05f4cd7747d36b79443f1d4703a681e107edc085d876b508714e2a3a8135bacaae1c018452c4acb3ad2818aa97a6d23e5ac7e3734c7b1f40e6232a70938205a6f5a1f034a28090b195fb2ce2454a82532f5c8baf6ba1dfb5ddae63c09ce72f",
  ],
];

for (const [what, pubkey, signed] of EXAMPLES) {
  Deno.test(`CS-04 CS-09: the signature of ${what} verifies, and no other`, async () => {
    assert(await verifies(pubkey, signed));
    assert(!await verifies(KEY_1, signed));
    const changed = (signed.startsWith("a") ? "b" : "a") + signed.slice(1);
    assert(!await verifies(pubkey, changed));
  });
}

Deno.test("CS-01: the public key is that of checklist §16", async () => {
  const key = await RouterKey.from(Uint8Array.fromHex(KEY_1));
  assertEquals(
    key.pubkey,
    "1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d",
  );
});

Deno.test("a new key pair signs what its public key verifies, and is new each time", async () => {
  const pair = await generateKeyPair();
  const key = await RouterKey.from(Uint8Array.fromHex(pair.privateKey));
  assertEquals(key.pubkey, pair.publicKey);
  assert(await verifies(pair.publicKey, await key.sign(new Uint8Array(32))));
  assert((await generateKeyPair()).privateKey !== pair.privateKey);
});

Deno.test("CS-05: no octets of a public key make the check throw", async () => {
  for (const octets of ["00", "ff", "ed", "7f"]) {
    assert(!await verifies(octets.repeat(32), SIGNED[0].signature));
  }
});

function verifies(pubkey: string, signed: string): Promise<boolean> {
  const octets = Uint8Array.fromHex(signed);
  return isSignature(
    Uint8Array.fromHex(pubkey),
    octets.subarray(0, 64),
    octets.subarray(64),
  );
}
