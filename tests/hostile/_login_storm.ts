/**
 * Clients in a process of their own that log in, every second one wrongly, many
 * at a time: arguments are the router's address, how many, and how many at a
 * time. Says when it has begun, and in the end how many got in.
 */
import { challenged, craSignature } from "../support/login.ts";
import { RawClient } from "../support/raw_client.ts";

async function storm(
  address: string,
  logins: number,
  atOnce: number,
): Promise<number> {
  let begun = 0;
  let welcomed = 0;
  async function work(): Promise<void> {
    while (begun < logins) {
      const isRight = begun++ % 2 === 0;
      using client = await RawClient.open(address, "json");
      const extra = await challenged(client, "wampcra", { authid: "joe" });
      const secret = isRight ? "secret1" : "wrong";
      const [code] = await client.request([
        5,
        craSignature(secret, extra),
        {},
      ]);
      if (code !== (isRight ? 2 : 3)) throw new Error(`answered by ${code}`);
      if (code === 2) welcomed++;
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  return welcomed;
}

function say(what: string | number): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${what}\n`));
}

if (import.meta.main) {
  const [address, logins, atOnce] = Deno.args;
  say("begun");
  say(await storm(address, Number(logins), Number(atOnce)));
}
