/**
 * Giving up, in processes of their own: it cannot be taken back.
 */
import { assertEquals } from "@std/assert";
import { giveUp } from "../../src/permissions/give_up.ts";
import {
  formatFlag,
  lastingPermissions,
  requiredPermissions,
} from "../../src/permissions/required_permissions.ts";
import { subjectWith, tcp, unix } from "./_config.ts";

/** What a program of ours can do after it gave up; run as a script of its own. */
const PROBE = new URL("_probe.ts", import.meta.url);

interface Outcome {
  readonly [attempt: string]: string;
}

async function probe(
  flags: readonly string[],
  socket: string,
): Promise<Outcome> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", ...flags, PROBE.href, socket],
  });
  const { stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  if (text === "") throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

const REFUSED = {
  "connect out": "NotCapable",
  "connect to itself": "NotCapable",
  "listen": "NotCapable",
  "run a program": "NotCapable",
  "read a file": "NotCapable",
  "read through node": "NotCapable",
  "read a variable": "NotCapable",
  "read about the system": "NotCapable",
  "load a library": "NotCapable",
  "import a file": "TypeError",
};

Deno.test("giveUp() leaves a process its open listeners and nothing else", async () => {
  assertEquals(await probe(["-A"], ""), {
    "too broad": "",
    "write a file": "NotCapable",
    ...REFUSED,
    "accept": "done",
  });
});

Deno.test("giveUp() keeps the right to look after sockets, and no other if it was granted alone", async () => {
  const folder = await Deno.makeTempDir();
  const socket = `${folder}/s`;
  try {
    const narrow = [
      "--allow-net",
      `--allow-read=${socket},${folder}/.s~`,
      "--allow-env",
      "--allow-run",
      `--allow-write=${socket},${folder}/.s~`,
    ];
    assertEquals(await probe(narrow, socket), {
      "too broad": "",
      "write a file": "NotCapable",
      ...REFUSED,
      "accept": "done",
      "write in the private folder": "NotFound",
      "look at the socket": "done",
      "remove the socket": "done",
    });
    // What was granted as a whole cannot be narrowed.
    assertEquals(await probe(["-A"], socket), {
      "too broad": "read,write",
      "write a file": "done",
      ...REFUSED,
      "read a file": "done",
      "read through node": "done",
      "import a file": "TypeError",
      "accept": "done",
      "write in the private folder": "NotFound",
      "look at the socket": "done",
      "remove the socket": "done",
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("giveUp() keeps the right to listen again only where no more was granted", async () => {
  const { config, ...rest } = await subjectWith([tcp("::1", 1)]);
  const cases: [granted: string[], revoked: string[]][] = [
    [["[::1]:1"], []],
    [["[::1]:1", ""], ["--allow-net"]],
  ];
  for (const [granted, expected] of cases) {
    const revoked: string[] = [];
    const { tooBroad } = giveUp(
      requiredPermissions({ config, ...rest }),
      lastingPermissions(config),
      {
        querySync(descriptor) {
          const { host = "" } = descriptor as { host?: string };
          const isGranted = descriptor.name === "net" && granted.includes(host);
          return {
            state: isGranted ? "granted" : "prompt",
          } as Deno.PermissionStatus;
        },
        revokeSync(descriptor) {
          if (descriptor.name === "net") revoked.push("--allow-net");
          return { state: "prompt" } as Deno.PermissionStatus;
        },
      },
    );
    assertEquals([revoked, tooBroad], [expected, []]);
  }
});

Deno.test("giveUp() revokes each right to read and write that does not last, and tells what was granted as more", async () => {
  const subject = await subjectWith([unix("/run/s"), tcp("::1", 1, [])]);
  const revoked: string[] = [];
  const status = (state: Deno.PermissionState) =>
    ({ state }) as Deno.PermissionStatus;
  const lasting = lastingPermissions(subject.config);
  const { tooBroad } = giveUp(requiredPermissions(subject), lasting, {
    // As with --allow-read=/tls.
    querySync: (descriptor) =>
      status(
        descriptor.name === "read" && descriptor.path === "/tls/key"
          ? "granted"
          : "prompt",
      ),
    revokeSync(descriptor) {
      const { path, host } = descriptor as { path?: string; host?: string };
      const value = path ?? host;
      const name = descriptor.name as "write";
      revoked.push(formatFlag({ name, value, reason: "" }));
      return status("prompt");
    },
  });
  assertEquals(revoked.toSorted(), [
    "--allow-env",
    "--allow-ffi",
    "--allow-import",
    "--allow-net=unix:/run/.s~/s",
    "--allow-net=unix:/run/s",
    "--allow-read=/tls/cert",
    "--allow-read=/tls/key",
    "--allow-read=config.json",
    "--allow-run",
    "--allow-sys",
  ]);
  assertEquals(tooBroad, ["read"]);
});
