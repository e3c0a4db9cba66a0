/** What the page does: joins, subscribes, publishes, calls, and serves a procedure. */
import autobahn from "./autobahn.bundle.js";

const CHAT = "com.example.chat";
const byId = (id) => document.getElementById(id);
const buttons = ["publish", "call"].map((id) =>
  byId(id).querySelector("button")
);
let session;

/** `?router=ws://…` says which; else the host that the page is from, at `/ws`. */
function defaultUrl() {
  const given = new URLSearchParams(location.search).get("router");
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return given ?? `${scheme}://${location.host || "127.0.0.1:8080"}/ws`;
}

function tell(what, text) {
  const line = document.createElement("li");
  const word = document.createElement("b");
  word.textContent = what;
  line.append(word, text);
  byId("log").prepend(line);
}

function show(state, text) {
  byId("state").dataset.state = state;
  byId("state").textContent = text;
  for (const button of buttons) button.disabled = state !== "joined";
}

async function joined(opened) {
  session = opened;
  show("joined", `Joined realm1 as session ${session.id}.`);
  await session.subscribe(CHAT, ([text]) => tell("Event", text));
  await session.register("com.example.browser.title", () => {
    tell("Called", "someone asked for this page's title");
    return document.title;
  });
  tell("Ready", `subscribed to ${CHAT}, serving com.example.browser.title`);
}

function join(url) {
  show("joining", `Connecting to ${url} …`);
  const connection = new autobahn.Connection({
    url,
    realm: "realm1",
    max_retries: 0,
  });
  connection.onopen = joined;
  connection.onclose = (reason, { message }) => {
    session = undefined;
    show(
      "closed",
      `Not connected: ${
        message ?? reason
      }. Is the router there, and may this page's origin connect?`,
    );
    return true;
  };
  connection.open();
}

function on(form, act) {
  byId(form).addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await act();
    } catch ({ error, args }) {
      tell("Error", `${error}: ${args}`);
    }
  });
}

on("join", () => join(byId("url").value));
on("publish", async () => {
  const text = byId("text").value;
  await session.publish(CHAT, [text], {}, { acknowledge: true });
  tell("Published", text);
});
on("call", async () => {
  const [first, second] = ["first", "second"].map((id) =>
    Number(byId(id).value)
  );
  const sum = await session.call("com.example.add", [first, second]);
  tell("Result", `${first} + ${second} = ${sum}`);
});
byId("url").value = defaultUrl();
