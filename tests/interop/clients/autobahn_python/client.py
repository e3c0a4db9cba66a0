"""The scenarios of ../../README.md, played by Autobahn|Python.

Usage: client.py FRAMEWORK ROLE ADDRESS SERIALIZER PREFIX CA_FILE [MORE...]
"""

import importlib
import os
import sys
from urllib.parse import urlsplit

import txaio

FRAMEWORK, *ARGUMENTS = sys.argv[1:]
# Has to be said before anything of Autobahn is imported.
getattr(txaio, f"use_{FRAMEWORK}")()

from autobahn.wamp.serializer import CBORSerializer, JsonSerializer, MsgPackSerializer
from autobahn.wamp.types import ComponentConfig

import login
import scenario

SERIALIZERS = {
    "json": JsonSerializer,
    "msgpack": MsgPackSerializer,
    "cbor": CBORSerializer,
}


def main():
    role, address, serializer, prefix, ca_file, *more = ARGUMENTS
    run, open_transport = {"asyncio": on_asyncio, "twisted": on_twisted}[FRAMEWORK]()
    sessions = importlib.import_module(f"autobahn.{FRAMEWORK}.wamp")
    transports = importlib.import_module(f"autobahn.{FRAMEWORK}.rawsocket")

    async def connect(session):
        factory = transports.WampRawSocketClientFactory(
            lambda: session, SERIALIZERS[serializer]()
        )
        await open_transport(factory, urlsplit(address), ca_file)

    async def join():
        """A session; its `left` resolves when it has left in good order."""
        session = sessions.Session(ComponentConfig("realm1"))
        session.left = txaio.create_future()
        joined = txaio.create_future()
        reasons = ["transport lost"]

        def on_disconnect(*_args, **_kwargs):
            if reasons[-1] != "wamp.close.goodbye_and_out":
                # What waits for an answer would wait for ever.
                print("FAILED: the session has ended:", reasons[-1], flush=True)
                os._exit(1)
            txaio.resolve(session.left, None)

        session.on("join", lambda *_: txaio.resolve(joined, None))
        session.on("leave", lambda _, details: reasons.append(details.reason))
        session.on("disconnect", on_disconnect)
        await connect(session)
        await joined
        return session

    if role == "login":
        run(lambda: login.play(sessions.Session, connect, *more))
    else:
        run(lambda: scenario.play(role, join, prefix))


def on_asyncio():
    import asyncio
    import ssl

    async def open_transport(factory, address, ca_file):
        loop = asyncio.get_running_loop()
        if address.scheme == "unix":
            await loop.create_unix_connection(factory, address.path)
            return
        tls = None
        if address.scheme == "tls":
            tls = ssl.create_default_context(cafile=ca_file)
        await loop.create_connection(factory, address.hostname, address.port, ssl=tls)

    return lambda main: asyncio.run(main()), open_transport


def on_twisted():
    from twisted.internet import reactor
    from twisted.internet.defer import ensureDeferred
    from twisted.internet.endpoints import (
        HostnameEndpoint,
        UNIXClientEndpoint,
        wrapClientTLS,
    )
    from twisted.internet.ssl import Certificate, optionsForClientTLS
    from twisted.internet.task import react

    async def open_transport(factory, address, ca_file):
        if address.scheme == "unix":
            await UNIXClientEndpoint(reactor, address.path).connect(factory)
            return
        endpoint = HostnameEndpoint(reactor, address.hostname, address.port)
        if address.scheme == "tls":
            with open(ca_file, encoding="ascii") as file:
                authority = Certificate.loadPEM(file.read())
            options = optionsForClientTLS(address.hostname, trustRoot=authority)
            endpoint = wrapClientTLS(options, endpoint)
        await endpoint.connect(factory)

    return lambda main: react(lambda _: ensureDeferred(main())), open_transport


if __name__ == "__main__":
    main()
