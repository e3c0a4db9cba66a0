import { assertEquals } from "@std/assert";
import { print } from "../../src/cli/terminal.ts";

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

Deno.test("print() does not throw where nobody reads any more", () => {
  print("abc", {
    writeSync() {
      throw new Deno.errors.BrokenPipe("gone");
    },
  });
});
