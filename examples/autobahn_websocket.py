"""Autobahn|Python (asyncio) over WebSocket, with CBOR: one session registers and
subscribes, another calls and publishes.

    python3 -m venv venv && venv/bin/pip install autobahn
    deno run -A main.ts examples/universal.json           (in another terminal)
    venv/bin/python examples/autobahn_websocket.py [URL]
"""

import asyncio
import sys
from urllib.parse import urlsplit

from autobahn.asyncio.wamp import ApplicationSession
from autobahn.asyncio.websocket import WampWebSocketClientFactory
from autobahn.wamp.serializer import CBORSerializer
from autobahn.wamp.types import ComponentConfig

URL = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8080/ws"


async def join(name):
    """Connects and joins the realm."""
    loop = asyncio.get_running_loop()
    session = ApplicationSession(ComponentConfig("realm1"))
    joined = loop.create_future()
    session.on("join", lambda _session, details: joined.set_result(details))
    factory = WampWebSocketClientFactory(
        lambda: session, url=URL, serializers=[CBORSerializer()]
    )
    target = urlsplit(URL)
    await loop.create_connection(factory, target.hostname, target.port)
    details = await asyncio.wait_for(joined, 10)
    print(f"{name}: session {details.session} is open")
    return session


async def main():
    event = asyncio.get_running_loop().create_future()
    server = await join("callee and subscriber")
    await server.register(lambda a, b: a + b, "com.example.add")
    await server.subscribe(event.set_result, "com.example.news")

    client = await join("caller and publisher")
    print("2 + 3 =", await client.call("com.example.add", 2, 3))
    client.publish("com.example.news", "it works")
    print("event:", await asyncio.wait_for(event, 10))

    for session in (server, client):
        await session.leave()


asyncio.run(main())
