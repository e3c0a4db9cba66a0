import { assertEquals } from "@std/assert";
import { nearest } from "../../src/schema/nearest.ts";

Deno.test("nearest() finds the word that was meant", () => {
  const words = ["serializer", "serializers", "endpoint", "id", "path", "port"];
  const cases: [word: string, meant: string | undefined][] = [
    ["serialiser", "serializer"],
    ["serialisers", "serializers"],
    ["endpiont", "endpoint"], // two neighbours swapped
    ["Endpoint", "endpoint"],
    ["end_point", "endpoint"],
    ["ids", "id"],
    ["prt", "port"],
    ["pth", "path"],
    ["xyz", undefined],
    ["websocket", undefined],
    ["", undefined],
  ];
  for (const [word, meant] of cases) {
    assertEquals(nearest(word, words), meant, word);
  }
});
