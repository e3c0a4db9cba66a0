"""Autobahn|Python (asyncio) over RawSocket and TCP, with MessagePack: one
session registers and subscribes, another calls and publishes.

    python3 -m venv venv && venv/bin/pip install autobahn
    deno run -A main.ts examples/config.json              (in another terminal)
    venv/bin/python examples/autobahn_tcp.py [HOST PORT]
"""

import asyncio
import sys

from autobahn.asyncio.rawsocket import WampRawSocketClientFactory
from autobahn.asyncio.wamp import ApplicationSession
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.serializer import MsgPackSerializer
from autobahn.wamp.types import ComponentConfig

HOST, PORT = sys.argv[1:3] if len(sys.argv) > 2 else ("127.0.0.1", "8080")


async def join(name):
    """Connects and joins the realm; a Unix socket wants `create_unix_connection`."""
    loop = asyncio.get_running_loop()
    session = ApplicationSession(ComponentConfig("realm1"))
    joined = loop.create_future()
    session.on("join", lambda _session, details: joined.set_result(details))
    factory = WampRawSocketClientFactory(lambda: session, MsgPackSerializer())
    await loop.create_connection(factory, HOST, int(PORT))
    details = await asyncio.wait_for(joined, 10)
    print(f"{name}: session {details.session} is open")
    return session


async def main():
    event = asyncio.get_running_loop().create_future()

    def divide(a, b):
        if b == 0:
            raise ApplicationError("com.example.error.zero", "no division by zero")
        return a / b

    server = await join("callee and subscriber")
    await server.register(divide, "com.example.divide")
    await server.subscribe(
        lambda *args, **kwargs: event.set_result((args, kwargs)),
        "com.example.news",
    )

    client = await join("caller and publisher")
    print("7 / 2 =", await client.call("com.example.divide", 7, 2))
    try:
        await client.call("com.example.divide", 1, 0)
    except ApplicationError as error:
        print("1 / 0 fails:", error.error, error.args)
    client.publish("com.example.news", "it works", source="publisher")
    print("event:", *await asyncio.wait_for(event, 10))

    for session in (server, client):
        await session.leave()


asyncio.run(main())
