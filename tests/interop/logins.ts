/**
 * The logins of the scenario: who there is in the config, and what a client
 * tries with which outcome. All secrets are public.
 */

/** The realm that is joined so; what it logs of refusals is as it should be. */
export const LOGIN_REALM = "login";

/** A method of authentication, as `authmethods` has it. */
export type LoginMethod =
  | "anonymous"
  | "ticket"
  | "wampcra"
  | "scram"
  | "cryptosign";

/** One login of a client. */
export interface Attempt {
  readonly name: string;
  readonly method: LoginMethod;
  /** Null: HELLO has none. */
  readonly authid: string | null;
  /** Ticket, secret, password, or private key in hex; of no use to anonymous. */
  readonly secret: string;
  readonly outcome: Welcome | Refusal;
}

/** The client joins; it may call one procedure and must not call another. */
interface Welcome {
  /** Null: any. */
  readonly authid: string | null;
  readonly authrole: string;
  readonly allowed: string;
  readonly denied: string;
}

/** ABORT. */
interface Refusal {
  readonly reason: string;
  readonly message: string;
}

const REFUSED: Refusal = {
  reason: "wamp.error.authentication_denied",
  message: "The credentials are wrong",
};

const SESSION_COUNT = "wamp.session.count";
const REGISTRATION_LIST = "wamp.registration.list";

const TICKET = "open sesame";
const SECRET = "plain secret";
const SALTED_SECRET = "salted secret";
const PASSWORD = "pencil";
const PRIVATE_KEY =
  "6aa8b0304f578940b139c9bb5d652553fd4cb5c54417f3d79cf4927637e2173e";
const PUBLIC_KEY =
  "92e00a1b4f182d3513d0a16cb66a7288a78012e9ee8948462d76c94505881c2b";
const OTHER_PRIVATE_KEY =
  "e58230deae478f40d6d31934251dbd0fe9267e1a3d9c1687c1f958d90a55154e";

/** The realm of the config. */
export const REALM: unknown = {
  name: LOGIN_REALM,
  roles: [role("anonymous", REGISTRATION_LIST), role("user", SESSION_COUNT)],
};

/** `auth` of the config's transports. */
export const AUTH: unknown = {
  anonymous: { type: "static", role: "anonymous" },
  ticket: principals({ joe: { ticket: TICKET } }),
  wampcra: {
    type: "static",
    "default-role": "user",
    users: {
      joe: { secret: SECRET },
      // As `main.ts secret wampcra` prints it.
      salty: {
        derived_secret: "WdQ49YZi/VSHRrg95HQASoDtoXcLjdhyHPs1txuaOMc=",
        salt: "rfCq7ZhSTrTIRBiCfM1Pwg==",
        iterations: 4096,
        keylen: 32,
      },
    },
  },
  // As Autobahn|Python derives it for a node of Crossbar.io.
  scram: principals({
    joe: {
      kdf: "argon2id-13",
      iterations: 2,
      memory: 8192,
      salt: "5b6d99689d12358eec0a4b141236fa81",
      "stored-key":
        "66f2fa2aabb3e42fc74fe052ef2f5cbc284c82cdfb9bb6db73c3426e1eb68f59",
      "server-key":
        "51ba378b715697f1ec445b9028290f50bf7290357bcfb61725aa9a6be6a58f38",
    },
  }),
  cryptosign: principals({ joe: { authorized_keys: [PUBLIC_KEY] } }),
};

const ATTEMPTS: readonly Attempt[] = [
  {
    name: "anonymous",
    method: "anonymous",
    authid: null,
    secret: "",
    outcome: {
      authid: null,
      authrole: "anonymous",
      allowed: REGISTRATION_LIST,
      denied: SESSION_COUNT,
    },
  },
  right("ticket", "joe", TICKET),
  wrong("ticket", "joe", "open barley"),
  wrong("ticket", "nobody", TICKET),
  right("wampcra", "joe", SECRET),
  wrong("wampcra", "joe", SALTED_SECRET),
  wrong("wampcra", "nobody", SECRET),
  right("wampcra", "salty", SALTED_SECRET),
  wrong("wampcra", "salty", SECRET),
  right("scram", "joe", PASSWORD),
  wrong("scram", "joe", "pen"),
  right("cryptosign", "joe", PRIVATE_KEY),
  // The key says who it is.
  { ...right("cryptosign", "joe", PRIVATE_KEY), authid: null },
  wrong("cryptosign", "joe", OTHER_PRIVATE_KEY),
];

/** What a client that has `methods` tries, one after the other. */
export function attemptsBy(methods: readonly LoginMethod[]): Attempt[] {
  return ATTEMPTS.filter(({ method }) => methods.includes(method));
}

function role(name: string, procedure: string): unknown {
  return { name, permissions: [{ uri: procedure, allow: { call: true } }] };
}

function principals(all: Readonly<Record<string, unknown>>): unknown {
  return { type: "static", "default-role": "user", principals: all };
}

function right(method: LoginMethod, authid: string, secret: string): Attempt {
  return {
    name: `${method} as ${authid}`,
    method,
    authid,
    secret,
    outcome: {
      authid,
      authrole: "user",
      allowed: SESSION_COUNT,
      denied: REGISTRATION_LIST,
    },
  };
}

function wrong(method: LoginMethod, authid: string, secret: string): Attempt {
  const name = `${method} as ${authid}, wrongly`;
  return { ...right(method, authid, secret), name, outcome: REFUSED };
}
