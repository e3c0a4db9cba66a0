"""The scenario `login`; the same code under asyncio and Twisted."""

import json

import txaio
from autobahn.wamp.auth import create_authenticator
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import ComponentConfig

from scenario import done, expect

SECRETS = {
    "ticket": "ticket",
    "wampcra": "secret",
    "scram": "password",
    "cryptosign": "privkey",
}


async def play(new_session, connect, realm, attempts):
    for attempt in json.loads(attempts):
        login = Login(new_session(ComponentConfig(realm)), attempt)
        await connect(login.session)
        await login.run()
        done(f"login: {attempt['name']}")


class Login:
    """One session, and what it comes to."""

    def __init__(self, session, attempt):
        self.session = session
        self.attempt = attempt
        self.welcome = None
        self.reasons = []
        self.joined_or_left = txaio.create_future()
        self.disconnected = txaio.create_future()
        session.add_authenticator(authenticator_for(attempt))
        session.on("join", self.on_join)
        session.on("leave", self.on_leave)
        session.on("disconnect", self.on_disconnect)

    def on_join(self, _session, details):
        self.welcome = details
        txaio.resolve(self.joined_or_left, None)

    def on_leave(self, _session, details):
        self.reasons.append((details.reason, details.message))

    def on_disconnect(self, *_args, **_kwargs):
        if self.welcome is None:
            txaio.resolve(self.joined_or_left, None)
        txaio.resolve(self.disconnected, None)

    async def run(self):
        wanted = self.attempt["outcome"]
        await self.joined_or_left
        if "reason" in wanted:
            expect(None, self.welcome, self.attempt["name"])
            await self.disconnected
            expect([(wanted["reason"], wanted["message"])], self.reasons, "ABORT")
            return
        self.expect_welcome(wanted)
        await self.session.call(wanted["allowed"])
        await self.expect_denied(wanted["denied"])
        self.session.leave()
        await self.disconnected
        [(reason, _message)] = self.reasons
        expect("wamp.close.goodbye_and_out", reason, "GOODBYE")

    def expect_welcome(self, wanted):
        details = self.welcome
        if details is None:
            raise AssertionError(f"{self.attempt['name']}: {self.reasons}")
        expect(self.attempt["method"], details.authmethod, "authmethod")
        expect(wanted["authrole"], details.authrole, "authrole")
        expect(wanted["authid"] or details.authid, details.authid, "authid")

    async def expect_denied(self, procedure):
        try:
            result = await self.session.call(procedure)
        except ApplicationError as error:
            expect("wamp.error.not_authorized", error.error, procedure)
            return
        raise AssertionError(f"{procedure}: an error is due, not {result!r}")


def authenticator_for(attempt):
    method = attempt["method"]
    options = {}
    if attempt["authid"] is not None:
        options["authid"] = attempt["authid"]
    if method in SECRETS:
        options[SECRETS[method]] = attempt["secret"]
    return create_authenticator(method, **options)
