/**
 * The principals of the login scenario. All secrets are public: nothing but
 * these tests may use them.
 */

/** What a client logs in with. */
export interface Login {
  /** Tells it from others in the names of cases. */
  readonly name: string;
  /** As WELCOME calls it. */
  readonly method: "anonymous" | "ticket" | "wampcra" | "scram" | "cryptosign";
  /** Authid, right secret and wrong secret; none for anonymous sessions. */
  readonly credentials: readonly string[];
}

/** By nothing. */
export const ANONYMOUS: Login = {
  name: "anonymous",
  method: "anonymous",
  credentials: [],
};

/** By a secret that is sent. */
export const TICKET: Login = {
  name: "ticket",
  method: "ticket",
  credentials: ["joe", "open-sesame", "open-barley"],
};

/** By a secret that signs. */
export const WAMPCRA: Login = {
  name: "wampcra",
  method: "wampcra",
  credentials: ["joe", "Grüße, 世界", "Grüße, Welt"],
};

/** By what is derived from a secret, which then signs. */
export const WAMPCRA_SALTED: Login = {
  name: "wampcra with salt",
  method: "wampcra",
  credentials: ["salty", "secret1", "secret2"],
};

/** By a password that only the client knows. */
export const SCRAM: Login = {
  name: "scram",
  method: "scram",
  credentials: ["joe", "pencil", "pen"],
};

/** By a private key; both keys are those of RFC 8032's tests. */
export const CRYPTOSIGN: Login = {
  name: "cryptosign",
  method: "cryptosign",
  credentials: [
    "joe",
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
  ],
};

/** A transport's `auth`, for all of the above. */
export const AUTH = {
  anonymous: { type: "static", role: "anonymous" },
  ticket: {
    type: "static",
    principals: { joe: { ticket: "open-sesame", role: "user" } },
  },
  wampcra: {
    type: "static",
    users: {
      joe: { secret: "Grüße, 世界", role: "user" },
      // As `main.ts secret wampcra` printed it.
      salty: {
        derived_secret: "KQo0ajb1HSbsQjopSuNYtOALlMi65mqhRXFYsMFHJqM=",
        salt: "524F4q3wRABjeeJukKjUwg==",
        iterations: 10_000,
        keylen: 32,
        role: "user",
      },
    },
  },
  scram: {
    type: "static",
    principals: {
      // With keys as Autobahn|Python derives them, which are others than
      // those of `main.ts secret scram`.
      joe: {
        kdf: "argon2id-13",
        iterations: 3,
        memory: 8192,
        salt: "7b84a5a2f48de6c6234dca6c3bb43314",
        "stored-key":
          "755e5087f0ae17977c00fd40527048dea3c52cac1edbac10278855595fd52c50",
        "server-key":
          "a8fad4bb16051b41cab21287b3dfa5151fe3891286b22cb3ccb7886d3a8817a1",
        role: "user",
      },
    },
  },
  cryptosign: {
    type: "static",
    principals: {
      joe: {
        authorized_keys: [
          "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        ],
        role: "user",
      },
    },
  },
};
