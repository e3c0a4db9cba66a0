// wampy over RawSocket: a session that serves a procedure and hears a topic, and one
// that calls and publishes. With the router running on examples/config.json, and
// after `npm install --no-save wampy`:
//
//   node example.mjs                        127.0.0.1:8080
//   node example.mjs unix:/tmp/sluice.sock  a Unix socket

// deno-lint-ignore-file no-console
import process from "node:process";
import { rawSocketTo } from "./rawsocket.mjs";

const load = (name) => import(name);
const { Wampy } = await load("wampy");
const address = process.argv[2] ?? "tcp://127.0.0.1:8080";

async function join(name) {
  const session = new Wampy("ws://rawsocket", {
    realm: "realm1",
    ws: rawSocketTo(address),
  });
  const { authid } = await session.connect();
  console.log(`${name}: joined as ${authid}`);
  return session;
}

const server = await join("callee and subscriber");
await server.register("com.example.add", ({ argsList: [a, b] }) => ({
  argsList: [a + b],
}));
let heard;
const news = new Promise((resolve) => heard = resolve);
await server.subscribe("com.example.news", ({ argsList: [text] }) => {
  heard(text);
});

const client = await join("caller and publisher");
const { argsList: [sum] } = await client.call("com.example.add", [2, 3]);
console.log("2 + 3 =", sum);
await client.publish("com.example.news", ["it works"]);
console.log("event:", await news);

await client.disconnect();
await server.disconnect();
