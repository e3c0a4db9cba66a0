"""The scenarios of ../../README.md, played by Autobahn|Python.

Usage: client.py FRAMEWORK SCENARIO ROLE ADDRESS SERIALIZER PREFIX CA_FILE [AUTHID SECRET WRONG_SECRET]
"""

import importlib
import os
import sys
from urllib.parse import urlsplit

import txaio

FRAMEWORK, *ARGUMENTS = sys.argv[1:]
# Has to be said before anything of Autobahn is imported.
getattr(txaio, f"use_{FRAMEWORK}")()

from autobahn.wamp.message import Error
from autobahn.wamp.serializer import CBORSerializer, JsonSerializer, MsgPackSerializer
from autobahn.wamp.types import ComponentConfig

from steps import Inbox

SERIALIZERS = {
    "json": JsonSerializer,
    "msgpack": MsgPackSerializer,
    "cbor": CBORSerializer,
}


class Refused(Exception):
    """The router said ABORT; its reason is the only argument."""


def main():
    scenario, role, address, serializer, prefix, ca_file, *credentials = ARGUMENTS
    run, open_transport = {"asyncio": on_asyncio, "twisted": on_twisted}[FRAMEWORK]()
    is_websocket = urlsplit(address).scheme in ("ws", "wss")
    framing = "websocket" if is_websocket else "rawsocket"
    transports = importlib.import_module(f"autobahn.{FRAMEWORK}.{framing}")

    def new_factory(session):
        serialize = SERIALIZERS[serializer]()
        if not is_websocket:
            return transports.WampRawSocketClientFactory(lambda: session, serialize)
        return transports.WampWebSocketClientFactory(
            lambda: session, url=address, serializers=[serialize]
        )

    async def join(authenticator=None):
        """A session; its `left` resolves when it has ended by `due_end`."""
        session = new_session()
        if authenticator is not None:
            session.add_authenticator(authenticator)
        session.left = txaio.create_future()
        session.due_end = "wamp.close.goodbye_and_out"
        joined = txaio.create_future()
        reasons = ["transport lost"]

        def on_disconnect(*_args, **_kwargs):
            if not txaio.is_called(joined):
                txaio.reject(joined, Refused(reasons[-1]))
            elif reasons[-1] == session.due_end:
                txaio.resolve(session.left, None)
            else:
                # What waits for an answer would wait for ever.
                print("FAILED: the session has ended:", reasons[-1], flush=True)
                os._exit(1)

        def on_join(_session, details):
            session.details = details
            txaio.resolve(joined, None)

        session.on("join", on_join)
        session.on("leave", lambda _, details: reasons.append(details.reason))
        session.on("disconnect", on_disconnect)
        await open_transport(new_factory(session), urlsplit(address), ca_file)
        await joined
        return session

    play = importlib.import_module(scenario).play
    run(lambda: play(role, join, prefix, *credentials))


def new_session():
    """A session that keeps the URIs of the ERRORs that it gets in `errors`.

    A call that was canceled has its end already when its ERROR comes, so that
    nothing else shows it.
    """
    sessions = importlib.import_module(f"autobahn.{FRAMEWORK}.wamp")

    class Session(sessions.Session):
        def onMessage(self, msg):
            super().onMessage(msg)
            if isinstance(msg, Error):
                self.errors.put(msg.error)

    session = Session(ComponentConfig("realm1"))
    session.errors = Inbox()
    return session


def on_asyncio():
    import asyncio
    import ssl

    async def open_transport(factory, address, ca_file):
        loop = asyncio.get_running_loop()
        if address.scheme == "unix":
            await loop.create_unix_connection(factory, address.path)
            return
        tls = None
        if address.scheme in ("tls", "wss"):
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
        if address.scheme in ("tls", "wss"):
            with open(ca_file, encoding="ascii") as file:
                authority = Certificate.loadPEM(file.read())
            options = optionsForClientTLS(address.hostname, trustRoot=authority)
            endpoint = wrapClientTLS(options, endpoint)
        await endpoint.connect(factory)

    return lambda main: react(lambda _: ensureDeferred(main())), open_transport


if __name__ == "__main__":
    main()
