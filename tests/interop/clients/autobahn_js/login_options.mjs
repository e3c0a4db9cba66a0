/** How Autobahn|JS logs in by each method, with its own helpers. */
// Plain JavaScript, for Node.js.
// deno-lint-ignore-file explicit-module-boundary-types
import autobahn from "autobahn";

/**
 * What `autobahn.Connection` has to be told to log in so; without an authid
 * HELLO has none.
 */
export function loginOptions({ method, authid, secret }) {
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
    default:
      throw new Error(`Autobahn|JS has no method "${method}"`);
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
