"""Autobahn|Python (Twisted) over RawSocket and a Unix socket, with MessagePack:
one component registers and subscribes, another calls and publishes.

    python3 -m venv venv && venv/bin/pip install "autobahn[twisted]"
    deno run -A main.ts examples/config.json              (in another terminal)
    venv/bin/python examples/autobahn_unix.py [PATH]
"""

import sys

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import react

from autobahn.twisted.component import Component
from autobahn.wamp.exception import ApplicationError

TRANSPORT = {
    "type": "rawsocket",
    "url": "rs://localhost",  # Autobahn wants it, but connects to the endpoint.
    "endpoint": {
        "type": "unix",
        "path": sys.argv[1] if len(sys.argv) > 1 else "/tmp/sluice.sock",
    },
    "serializer": "msgpack",
    "max_retries": 0,
}

server = Component(transports=[TRANSPORT], realm="realm1")
client = Component(transports=[TRANSPORT], realm="realm1")
ready, received = Deferred(), Deferred()


@server.register("com.example.divide")
def divide(a, b):
    if b == 0:
        raise ApplicationError("com.example.error.zero", "no division by zero")
    return a / b


@server.subscribe("com.example.news")
def on_news(*args, **kwargs):
    print("event:", args, kwargs)
    received.callback(None)


@server.on_ready
def on_ready(session):
    print(f"callee and subscriber: session {session.session_id} is open")
    ready.callback(None)


@client.on_join
async def on_join(session, _details):
    await ready
    print(f"caller and publisher: session {session.session_id} is open")
    print("7 / 2 =", await session.call("com.example.divide", 7, 2))
    try:
        await session.call("com.example.divide", 1, 0)
    except ApplicationError as error:
        print("1 / 0 fails:", error.error, error.args)
    session.publish("com.example.news", "it works", source="publisher")
    await received
    await session.leave()
    await server.stop()


# Ends when both components have left, or one of them could not connect.
react(lambda reactor: gatherResults([server.start(reactor), client.start(reactor)]))
