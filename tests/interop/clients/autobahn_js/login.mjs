/** The scenario `login`. */
// Plain JavaScript, for Node.js.
// deno-lint-ignore-file explicit-module-boundary-types
import autobahn from "autobahn";
import { done, expectEqual } from "./scenario.mjs";

/** Tries `attempts`, a JSON text, one after the other. */
export async function logIn(transports, realm, attempts) {
  for (const attempt of JSON.parse(attempts)) {
    const login = new Login({ transports, realm, ...optionsFor(attempt) });
    await login.run(attempt);
    done(`login: ${attempt.name}`);
  }
}

/** One connection, and what it comes to. */
class Login {
  #connection;
  /** Resolves with a session and WELCOME.Details, or with nothing. */
  #joined;
  /** Resolves with why the connection was closed. */
  #closed;

  constructor(options) {
    const connection = new autobahn.Connection({
      ...options,
      use_es6_promises: true,
      max_retries: 0,
      on_user_error() {},
    });
    this.#closed = new Promise((resolve) => {
      connection.onclose = (_, { reason, message }) => {
        resolve({ reason, message });
        return true; // No other attempt.
      };
    });
    const opened = new Promise((resolve) => {
      connection.onopen = (session, details) => resolve({ session, details });
    });
    this.#joined = Promise.race([opened, this.#closed.then(() => undefined)]);
    this.#connection = connection;
    connection.open();
  }

  async run({ name, method, outcome }) {
    const joined = await this.#joined;
    if ("reason" in outcome) {
      expectEqual(joined?.details, undefined, name);
      expectEqual(await this.#closed, outcome, name);
      return;
    }
    if (joined === undefined) {
      throw new Error(`${name}: ${JSON.stringify(await this.#closed)}`);
    }
    expectWelcome(joined.details, method, outcome);
    await joined.session.call(outcome.allowed);
    await expectDenied(joined.session, outcome.denied);
    this.#connection.close();
    const { reason } = await this.#closed;
    expectEqual(reason, "wamp.close.goodbye_and_out", "GOODBYE");
  }
}

/** What a connection has to be told to log in so. */
function optionsFor({ method, authid, secret }) {
  const options = {
    authmethods: [method],
    ...(authid !== null && { authid }),
  };
  switch (method) {
    case "anonymous":
      return options;
    case "ticket":
      return { ...options, onchallenge: () => secret };
    case "wampcra":
      return {
        ...options,
        onchallenge: (_session, _method, extra) => craSignature(secret, extra),
      };
    case "cryptosign":
      return { ...options, ...cryptosign(secret) };
  }
}

function craSignature(secret, { challenge, salt, iterations, keylen }) {
  const { sign, derive_key } = autobahn.auth_cra;
  const key = salt === undefined
    ? secret
    : derive_key(secret, salt, iterations, keylen);
  return sign(key, challenge);
}

function cryptosign(privateKey) {
  const { sign_challenge, public_key } = autobahn.auth_cryptosign;
  const pair = autobahn.nacl.sign.keyPair.fromSeed(
    autobahn.util.htob(privateKey),
  );
  return {
    authextra: { pubkey: public_key(pair) },
    onchallenge: (_session, _method, extra) => sign_challenge(pair, extra),
  };
}

function expectWelcome({ authid, authrole, authmethod }, method, wanted) {
  const found = { authid, authrole, authmethod };
  const due = {
    authid: wanted.authid ?? authid,
    authrole: wanted.authrole,
    authmethod: method,
  };
  expectEqual(found, due, "WELCOME");
}

async function expectDenied(session, procedure) {
  const { error } = await session.call(procedure).then(
    (result) => Promise.reject(new Error(`${procedure}: got ${result}`)),
    (error) => error,
  );
  expectEqual(error, "wamp.error.not_authorized", procedure);
}
