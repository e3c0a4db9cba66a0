/** Sockets of Unix, and what may be where they are made. */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { Logger } from "../../src/base/log.ts";
import {
  checkSocketPlace,
  mayNotWrite,
} from "../../src/transport/socket_place.ts";
import { openUnixListener } from "../../src/transport/unix_listener.ts";

/** Runs `test` with a folder of its own. */
async function inFolder(
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
}

const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

async function listen(path: string, mode = 0o600) {
  return await openUnixListener({ type: "unix", path, mode }, SILENT);
}

/** The socket, and the folder of its second name. */
const WHILE_OPEN = [".s~", "s"];

Deno.test("a Unix listener makes its socket with its mode, and leaves nothing", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/s`;
    const listener = await listen(path, 0o660);
    assertEquals(namesIn(folder), WHILE_OPEN);
    assertEquals(((await Deno.stat(`${folder}/.s~`)).mode ?? 0) & 0o777, 0o700);
    assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o660);
    assertEquals(listener.close(), undefined);
    assertEquals(namesIn(folder), []);
  });
});

Deno.test("a Unix listener leaves a file alone that is not its own any more", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/s`;
    const first = await listen(path);
    await Deno.remove(path);
    const second = await listen(path);
    assertStringIncludes(first.close() ?? "", `${path} is not the socket`);
    assertEquals(namesIn(folder), ["s"]);
    (await Deno.connect({ transport: "unix", path })).close();
    // Neither where a file of another kind took its place.
    await Deno.remove(path);
    await Deno.writeTextFile(path, "mine");
    assertStringIncludes(second.close() ?? "", "it is left alone");
    assertEquals(await Deno.readTextFile(path), "mine");
  });
});

Deno.test("a Unix listener closes where its file or its folder is gone", async () => {
  await inFolder(async (folder) => {
    const inner = `${folder}/run`;
    await Deno.mkdir(inner);
    const listener = await listen(`${inner}/s`);
    await Deno.remove(inner, { recursive: true });
    assertEquals(listener.close(), undefined);
    await Deno.mkdir(inner);
    const other = await listen(`${inner}/s`);
    await Deno.remove(inner, { recursive: true });
    await Deno.writeTextFile(inner, "");
    assertStringIncludes(other.close() ?? "", "cannot be removed: ");
  });
});

Deno.test("a Unix listener clears what a dead process left, in its place and beside it", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/s`;
    await Deno.mkdir(`${folder}/.s~`, { mode: 0o755 });
    for (const left of [path, `${folder}/.s~/s`]) {
      Deno.listen({ transport: "unix", path: left }).close();
    }
    checkSocketPlace(path);
    const listener = await listen(path);
    assertEquals(namesIn(folder), WHILE_OPEN);
    listener.close();
    assertEquals(namesIn(folder), []);
  });
});

Deno.test("a Unix listener keeps files in its private folder that are not its own, and names them", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/s`;
    const beside = `${folder}/.s~`;
    await Deno.mkdir(beside);
    for (const name of ["a", "b", "c", "d", "e", "f", "s"]) {
      await Deno.writeTextFile(`${beside}/${name}`, name);
      const { message } = await assertRejects(() => listen(path), Error);
      assertEquals(
        message,
        `${beside}, where the socket is made, holds what is not the router's: ${
          namesIn(beside).slice(0, 5).join(", ")
        }${namesIn(beside).length > 5 ? ", ..." : ""}; move it away`,
      );
    }
    assertEquals(namesIn(beside).length, 7);
    assertEquals(namesIn(folder), [".s~"]);
  });
});

Deno.test("a Unix listener takes no place of anything but a dead socket", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/s`;
    const cases: [make: () => void, message: string][] = [
      [() => Deno.writeTextFileSync(path, ""), `there is a file at ${path}`],
      [() => Deno.mkdirSync(path), `there is a folder at ${path}`],
      [
        () => Deno.symlinkSync("/nowhere", path),
        `there is a symbolic link at ${path}`,
      ],
    ];
    for (const [make, message] of cases) {
      make();
      const error = await assertRejects(() => listen(path), Error);
      assertStringIncludes(error.message, message);
      assertEquals(namesIn(folder), ["s"]);
      await Deno.remove(path);
    }
    await Deno.writeTextFile(`${folder}/.s~`, "mine");
    const error = await assertRejects(() => listen(path), Error);
    assertStringIncludes(error.message, `${folder}/.s~ is not a folder`);
    assertEquals(await Deno.readTextFile(`${folder}/.s~`), "mine");
    await Deno.remove(`${folder}/.s~`);
    const live = await listen(path);
    await assertRejects(() => listen(path), Error, "another process listens");
    live.close();
  });
});

Deno.test("a Unix listener makes no folders, and says which one is missing", async () => {
  await inFolder(async (folder) => {
    const missing = `${folder}/run/sluice`;
    const message =
      `there is no folder ${missing} for the socket; make it (systemd: RuntimeDirectory=), or choose another path`;
    await assertRejects(() => listen(`${missing}/s`), Error, message);
    assertEquals(namesIn(folder), []);
    await Deno.writeTextFile(`${folder}/file`, "");
    assertThrows(
      () => checkSocketPlace(`${folder}/file/s`),
      Error,
      `${folder}/file is not a folder`,
    );
  });
});

Deno.test("mayNotWrite() is sure only where neither owner nor group nor others may", () => {
  const cases: [uid: number, owner: number, mode: number, expected: boolean][] =
    [
      [1000, 0, 0o755, true],
      [1000, 0, 0o775, false],
      [1000, 0, 0o1777, false],
      [1000, 1000, 0o755, false],
      [1000, 1000, 0o577, true],
      [0, 1000, 0o555, false],
    ];
  for (const [uid, owner, mode, expected] of cases) {
    assertEquals(mayNotWrite(uid, { uid: owner, mode }), expected);
  }
  assert(!mayNotWrite(1000, { uid: null, mode: null }));
});
