"""The side of the advanced scenario that calls, publishes, and asks the router."""

import txaio
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import (
    CallOptions,
    CloseDetails,
    PublishOptions,
    RegisterOptions,
    SubscribeOptions,
)

from steps import Inbox, done, expect, leave

TIMEOUT_MS = 100
META_TOPICS = (
    "session.on_join", "session.on_leave",
    "subscription.on_create", "subscription.on_delete",
    "registration.on_create", "registration.on_delete",
)  # fmt: skip


class User:
    """One session, and guests of it that come and go."""

    def __init__(self, session, join, prefix):
        self.session = session
        self.join = join
        self.prefix = prefix
        #: Pairs of a meta topic and its arguments.
        self.meta = Inbox()
        #: The IDs of the serving sessions, by name.
        self.callees = {}

    async def run(self):
        done("use: join")
        await self.watch()
        await self.see_guest()
        done("use: meta events and procedures")
        await self.kill_guest()
        done("use: kill")
        await self.call_patterns()
        done("use: patterns")
        await self.call_shared()
        done("use: shared registration")
        await self.call_with_progress()
        done("use: progressive results")
        await self.cancel()
        done("use: cancel")
        await self.run_into_timeout()
        done("use: timeout")
        await self.be_disclosed()
        done("use: disclosed to callees")
        await self.publish_to_some()
        done("use: lists, topics and disclosure of events")
        await self.publish("done")
        await leave(self.session)
        done("use: leave")

    def uri(self, name):
        return f"{self.prefix}.{name}"

    def call(self, procedure, /, *args, **kwargs):
        return self.session.call(self.uri(procedure), *args, **kwargs)

    def publish(self, topic, /, *args, **options):
        options = PublishOptions(acknowledge=True, **options)
        return self.session.publish(self.uri(topic), *args, options=options)

    def ask(self, procedure, /, *args, **kwargs):
        """Calls a procedure of the router."""
        return self.session.call(f"wamp.{procedure}", *args, **kwargs)

    async def watch(self):
        for topic in META_TOPICS:
            await self.session.subscribe(
                lambda *args, topic=topic: self.meta.put((topic, args)),
                f"wamp.{topic}",
            )

    async def see_guest(self):
        """Sees a guest in meta events and procedures, and gets its testament."""
        guest = await self.join()
        identity = guest.session_id
        _, (joined,) = await self.meta.take(
            lambda event: event[0] == "session.on_join"
            and event[1][0]["session"] == identity
        )
        expect("anonymous", joined["authrole"], "on_join's authrole")
        known = await self.ask("session.get", identity)
        expect(joined["authid"], known["authid"], "session.get's authid")
        expect(True, identity in await self.ask("session.list"), "in session.list")
        # The own session and the guest, and those of other cases.
        count = await self.ask("session.count", ["anonymous"])
        expect(True, count >= 2, "two in session.count")
        expect(0, await self.ask("session.count", ["nobody"]), "session.count")
        await self.see_subscription(guest)
        await self.see_registration(guest)
        testaments = Inbox()
        await self.session.subscribe(
            lambda *args, **kwargs: testaments.put((args, kwargs)), self.uri("will")
        )
        await guest.call(
            "wamp.session.add_testament", self.uri("will"), ["gone"], {"who": identity}
        )
        guest.due_end = CloseDetails.REASON_TRANSPORT_LOST
        guest.disconnect()
        testament = await testaments.take(lambda _: True)
        expect((("gone",), {"who": identity}), testament, "testament")
        await self.take_meta("subscription.on_delete", identity)
        await self.take_meta("registration.on_delete", identity)
        await self.take_meta("session.on_leave", identity)

    async def see_subscription(self, guest):
        topic = self.uri("room.")
        options = SubscribeOptions(match="prefix")
        await guest.subscribe(lambda: None, topic, options)
        _, created = await self.take_meta("subscription.on_create", guest.session_id)
        expect((topic, "prefix"), (created["uri"], created["match"]), "on_create")
        found = await self.ask("subscription.lookup", topic, {"match": "prefix"})
        expect(created["id"], found, "subscription.lookup")
        matching = await self.ask("subscription.match", f"{topic}one")
        expect([found], matching, "subscription.match")
        await self.expect_listed("subscription.list", "prefix", found)
        subscribers = await self.ask("subscription.list_subscribers", found)
        expect([guest.session_id], subscribers, "subscription.list_subscribers")

    async def see_registration(self, guest):
        procedure = self.uri("bell")
        await guest.register(lambda: None, procedure, RegisterOptions(invoke="last"))
        _, created = await self.take_meta("registration.on_create", guest.session_id)
        expect((procedure, "last"), (created["uri"], created["invoke"]), "on_create")
        found = await self.ask("registration.match", procedure)
        expect(created["id"], found, "registration.match")
        await self.expect_listed("registration.list", "exact", found)
        known = await self.ask("registration.get", found)
        expect(procedure, known["uri"], "registration.get")
        expect(1, await self.ask("registration.count_callees", found), "count_callees")

    async def expect_listed(self, procedure, match, identity):
        """Finds an ID among those of its kind of match, and in no other."""
        lists = await self.ask(procedure)
        kinds = [kind for kind, found in lists.items() if identity in found]
        expect([match], kinds, procedure)

    async def take_meta(self, topic, session):
        """The arguments of a meta event whose first one is `session`."""
        _, args = await self.meta.take(
            lambda event: event[0] == topic and event[1][0] == session
        )
        return args

    async def kill_guest(self):
        guest = await self.join()
        identity = guest.session_id
        guest.due_end = self.uri("error.sent_away")
        await self.ask("session.kill", identity, reason=guest.due_end)
        await guest.left
        await self.take_meta("session.on_leave", identity)
        await self.expect_error(
            "wamp.error.no_such_session", self.ask("session.get", identity)
        )

    async def call_patterns(self):
        for name in ("branch.a.b", "branch.c", "any.leaf", "other.leaf"):
            expect(self.uri(name), await self.call(name), "procedure called")
        await self.expect_error("wamp.error.no_such_procedure", self.call("a.b.leaf"))

    async def call_shared(self):
        callees = [await self.call("callee") for _ in range(4)]
        names = [name for name, _ in callees]
        expect(["first", "second"] * 2, names, "callees in turn")
        self.callees = dict(callees)
        found = await self.ask("registration.lookup", self.uri("callee"))
        expect(
            sorted(self.callees.values()),
            sorted(await self.ask("registration.list_callees", found)),
            "registration.list_callees",
        )

    async def call_with_progress(self):
        steps = []
        options = CallOptions(on_progress=steps.append)
        expect(3, await self.call("count", options=options), "final result")
        expect([0, 1, 2], steps, "progressive results")

    async def cancel(self):
        waiting = Inbox()
        await self.session.subscribe(
            lambda: waiting.put("waiting"), self.uri("waiting")
        )
        call = self.call("wait")
        await waiting.take(lambda _: True)
        txaio.cancel(call)
        await self.session.errors.take(lambda uri: uri == "wamp.error.canceled")
        await self.expect_cancelled(call)
        await self.expect_interrupted()

    async def expect_interrupted(self):
        try:
            expect(True, await self.call("interrupted"), "callee's INTERRUPT")
        except ApplicationError as error:
            # A callee whose library knows no INTERRUPT has no such procedure.
            if error.error != "wamp.error.no_such_procedure":
                raise

    async def expect_cancelled(self, call):
        try:
            await call
        except BaseException as error:
            # Of asyncio, or of Twisted.
            if type(error).__name__ != "CancelledError":
                raise
        else:
            raise AssertionError("a canceled call has a result")

    async def run_into_timeout(self):
        options = CallOptions(timeout=TIMEOUT_MS)
        await self.expect_error("wamp.error.timeout", self.call("wait", options=options))
        await self.expect_interrupted()

    async def be_disclosed(self):
        expect(None, await self.call("caller"), "caller that is not disclosed")
        own = self.session.session_id
        expect(own, await self.call("told"), "caller that a permission discloses")

    async def publish_to_some(self):
        own = Inbox()
        await self.session.subscribe(own.put, self.uri("news"))
        second = self.callees["second"]
        first = await self.ask("session.get", self.callees["first"])
        await self.publish("news", "all")
        await self.publish("news", "eligible", eligible=[second])
        await self.publish("news", "exclude", exclude=[second])
        await self.publish("news", "role", exclude_authrole=["anonymous"])
        await self.publish("news", "authid", eligible_authid=[first["authid"]])
        await self.publish("news.local", "prefix")
        await self.publish("any.alert", "wildcard")
        await self.publish("told", "disclosed")
        await self.publish("news", "me", exclude_me=False)
        await own.take(lambda item: item == "me")
        expect([], own.items, "the publisher's other events")
        news = self.uri("news")
        expect([
            [news, None, ["all"]],
            [news, None, ["exclude"]],
            [news, None, ["authid"]],
            [f"{news}.local", None, ["prefix"]],
            [self.uri("any.alert"), None, ["wildcard"]],
            [self.uri("told"), self.session.session_id, ["disclosed"]],
            [news, None, ["me"]],
        ], await self.call("heard.first"), "events of the first session")  # fmt: skip
        expect([
            [news, None, ["all"]],
            [news, None, ["eligible"]],
            [news, None, ["me"]],
        ], await self.call("heard.second"), "events of the second session")  # fmt: skip

    async def expect_error(self, uri, request):
        try:
            result = await request
        except ApplicationError as error:
            expect(uri, error.error, "error")
        else:
            raise AssertionError(f"{uri} is due, not {result!r}")
