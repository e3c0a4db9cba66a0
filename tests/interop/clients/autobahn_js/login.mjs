/** The scenario `login`. */
// Plain JavaScript, for Node.js.
// deno-lint-ignore-file explicit-module-boundary-types
import autobahn from "autobahn";
import { loginOptions } from "./login_options.mjs";
import { done, expectEqual } from "./scenario.mjs";

/** Tries `attempts`, a JSON text, one after the other. */
export async function logIn(transports, realm, attempts) {
  for (const attempt of JSON.parse(attempts)) {
    const login = new Login({ transports, realm, ...loginOptions(attempt) });
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
