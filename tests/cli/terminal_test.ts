import { assertEquals, assertThrows } from "@std/assert";
import { OutputError, print, printError } from "../../src/cli/terminal.ts";

function failingWith(error: Error) {
  return {
    writeSync(): number {
      throw error;
    },
  };
}

Deno.test("print() goes on where a write was short", () => {
  const written: number[] = [];
  print("abcdefg", {
    writeSync(bytes) {
      const count = Math.min(3, bytes.length);
      written.push(...bytes.subarray(0, count));
      return count;
    },
  });
  assertEquals(String.fromCharCode(...written), "abcdefg");
});

Deno.test("print() tells that it cannot write, and whether nobody reads any more", () => {
  const cases: [error: Error, isUnwanted: boolean][] = [
    [new Deno.errors.BrokenPipe("gone"), true],
    [new Error("full"), false],
  ];
  for (const [cause, isUnwanted] of cases) {
    const error = assertThrows(
      () => print("abc", failingWith(cause)),
      OutputError,
      `cannot write to standard output: ${cause.message}`,
    );
    assertEquals(error.isUnwanted, isUnwanted);
  }
});

Deno.test("printError() does not throw where nobody reads any more, or nothing can be written", () => {
  printError("abc", failingWith(new Deno.errors.BrokenPipe("gone")));
  printError("abc", failingWith(new Error("full")));
});
