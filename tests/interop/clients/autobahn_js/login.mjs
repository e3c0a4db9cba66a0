/** The login scenario. */
// Plain JavaScript, for Node.js.
// deno-lint-ignore-file explicit-module-boundary-types
import autobahn from "autobahn";
import { done, expectEqual } from "./steps.mjs";

const { auth_cra: cra, auth_cryptosign: cryptosign, nacl, util } = autobahn;

/** How each method answers the CHALLENGE with a secret. */
const ANSWERS = {
  ticket: (secret) => secret,
  wampcra(secret, { challenge, salt, iterations, keylen }) {
    const key = salt === undefined
      ? secret
      : cra.derive_key(secret, salt, iterations, keylen);
    return cra.sign(key, challenge);
  },
  cryptosign: (secret, extra) =>
    cryptosign.sign_challenge(keyPair(secret), extra),
};

/** Joins by `method`; is refused with the wrong secret, where it has one. */
export async function play(method, join, _prefix, credentials) {
  const [authid, secret, wrongSecret] = credentials;
  const joined = await join(loginOf(method, authid, secret));
  const { details } = joined;
  expectEqual(details.authmethod, method, "authmethod");
  if (authid !== undefined) expectEqual(details.authid, authid, "authid");
  const role = authid === undefined ? "anonymous" : "user";
  expectEqual(details.authrole, role, "authrole");
  done("login: welcome");
  await joined.leave();
  done("login: leave");
  if (wrongSecret === undefined) return;
  const reason = await join(loginOf(method, authid, wrongSecret)).then(
    () => "none",
    ({ message }) => message,
  );
  expectEqual(reason, "wamp.error.authentication_denied", "refusal");
  done("login: refusal");
}

/** The options of a connection that logs in. */
function loginOf(method, authid, secret) {
  const authmethods = [method];
  if (authid === undefined) return { authmethods };
  const authextra = method === "cryptosign"
    ? { pubkey: cryptosign.public_key(keyPair(secret)) }
    : {};
  const onchallenge = (_session, _method, extra) =>
    ANSWERS[method](secret, extra);
  return { authmethods, authid, authextra, onchallenge };
}

function keyPair(secret) {
  return nacl.sign.keyPair.fromSeed(util.htob(secret));
}
