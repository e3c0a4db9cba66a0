/**
 * The help texts.
 *
 * @module
 */

import type { CommandName } from "./arguments.ts";

const OPTIONS = `Options:
  --ignore-unsupported     leave out what a Crossbar.io config has and Sluice
                           cannot serve, with a warning for each
  -h, --help               print this text`;

const LOG_OPTIONS =
  `  --log-level LEVEL        debug, info, warn or error (default: info)
  --log-format FORMAT      text or json, one line each (default: text)`;

const EXIT_CODES =
  `Exit code: 0 fine, 1 failed while running, 2 wrong usage or config.`;

const GENERAL = `Sluice: a WAMP router over RawSocket

Usage:
  main.ts [start] [OPTIONS] CONFIG     start the router
  main.ts check CONFIG                 report what is wrong in a config
  main.ts explain CONFIG ...           say what a role may do, and by which rule
  main.ts permissions CONFIG           print the command with the least permissions
  main.ts schema                       print the JSON Schema of the config
  main.ts keygen [FILE]                make a key pair for WAMP-cryptosign
  main.ts secret wampcra|scram         turn a password into lines for the config
  main.ts version                      print the version
  main.ts COMMAND --help               say more about a command

${OPTIONS}
${LOG_OPTIONS}
  -V, --version            print the version

${EXIT_CODES}
`;

const TEXTS: Readonly<Record<CommandName, string>> = {
  start: `Usage: main.ts [start] [OPTIONS] CONFIG

Starts the router. The log goes to standard error. SIGINT, SIGTERM and SIGHUP stop
it: listeners close, sessions get GOODBYE, what waits for them is sent; a second
signal ends it at once, with 128 and the number of the signal as exit code. The
config is not read anew at SIGHUP. With \`nohup\` and -A SIGHUP stays ignored.

${OPTIONS}
${LOG_OPTIONS}

${EXIT_CODES}
`,
  check: `Usage: main.ts check [OPTIONS] CONFIG

Reports everything that is wrong in the config, and what is good to know: opens
the keys and certificates that it names, looks for permissions that are in vain,
and decides the cases of \`expect\`.

${OPTIONS}

Exit code: 0 when the router would start, 2 when not.
`,
  explain:
    `Usage: main.ts explain CONFIG --realm REALM --role ROLE ACTION URI [OPTIONS]

Says what the router would decide on a request, and by which rule.

ACTION is one of --call, --register, --publish, --subscribe, and
--force-reregister: taking a procedure from sessions that did not agree to it.

Options:
  --match POLICY           exact, prefix or wildcard (default: exact), for
                           --register, --force-reregister and --subscribe
  --ignore-unsupported     as for the other commands
  -h, --help               print this text

Prints one line each:
  allowed, denied, or asked
  why: CODE: TEXT          CODE is one of
                             rule           the rule says so
                             no_rule        no rule matches: denied
                             part_denied    of what the pattern matches, the rule
                                            denies a part
                             guarded        only a rule that begins like this
                                            procedure can allow calling it, or
                                            one for exactly this authorizer or
                                            authenticator registering it
                             invalid_uri    denied by no rule: the URI is not
                                            valid in the realm
                             reserved_uri   denied by no rule: "wamp." is the
                                            router's own
                             authorizer     asked: the role has an authorizer
  rule: FILE:LINE:COLUMN: KEY: PATTERN allows ACTIONS
                           the rule that made the decision, if one did

Exit code: 0 allowed or denied, 1 when there is no such realm or role, 2 wrong
usage or config.
`,
  permissions: `Usage: main.ts permissions [OPTIONS] CONFIG

Prints the command that starts the router with exactly the permissions that this
config needs. Relative paths in it are good for the folder where it is printed. Of
a compiled router it prints the command that compiles one with these permissions.

${OPTIONS}
  --absolute               print absolute paths, good from every folder

Exit code: 0 fine, 2 wrong usage or config.
`,
  schema: `Usage: main.ts schema

Prints the JSON Schema of the config, for editors.
`,
  keygen: `Usage: main.ts keygen [FILE]

Makes an Ed25519 key pair for WAMP-cryptosign and prints it, the public key as it
goes into the config. With FILE, the private key is written there, into a new
file that only its owner can read, and is not printed.
`,
  secret: `Usage: main.ts secret wampcra|scram [OPTIONS]

Asks for a password at the terminal, without showing it, or reads it from
standard input, and prints what stands for it in the config: for a user of
\`auth.wampcra\`, or a principal of \`auth.scram\`. Never the password.

Options:
  --kdf KDF                of scram: argon2id13 (default) or pbkdf2
  --iterations N           rounds (default: wampcra 10000, pbkdf2 100000,
                           argon2id13 3)
  --memory KIB             of argon2id13 (default: 65536)
`,
  version: `Usage: main.ts version

Prints the versions of Sluice and of Deno.
`,
};

/** The help for a command, or for all. */
export function helpText(command: CommandName | undefined): string {
  return command === undefined ? GENERAL : TEXTS[command];
}
