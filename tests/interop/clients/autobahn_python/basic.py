"""Both sides of the basic scenario; the same code under asyncio and Twisted."""

import txaio
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import CallResult, PublishOptions

from steps import done, expect, leave

ARGS = [
    0, -7, 1.5, 2**53 - 1, "Grüße, 世界 👋", "", True, None,
    [1, [2, []]], {"a": {"b": []}}, b"\x00\xff\x10",
]  # fmt: skip
KWARGS = {"name": "x", "large": 2**40, "octets": b"\x00\xff\x10"}
LARGE_BYTES = 300_000
CALLS_AT_ONCE = 200
ACKNOWLEDGE = PublishOptions(acknowledge=True)


async def play(role, join, prefix):
    """Plays `serve`, `use` or `both`."""
    serving = None
    if role != "use":
        server = Server(await join(), prefix)
        await server.set_up()
        serving = server
    if role != "serve":
        await User(await join(), prefix).run()
    if serving is not None:
        await serving.until_done()


class Server:
    """The side that registers and subscribes."""

    def __init__(self, session, prefix):
        self.session = session
        self.prefix = prefix
        self.question = txaio.create_future()
        self.done = txaio.create_future()

    async def set_up(self):
        done("serve: join")
        self.echo_registration = await self.register(CallResult, "echo")
        await self.register(self.fail, "fail")
        await self.register(self.asked, "asked")
        await self.register(self.answer, "answer")
        await self.register(self.finish, "finish")
        done("serve: register")
        self.question_subscription = await self.subscribe(
            lambda *args, **kwargs: txaio.resolve(self.question, (args, kwargs)),
            "question",
        )
        await self.subscribe(lambda: txaio.resolve(self.done, None), "done")
        done("serve: subscribe")
        print("ready", flush=True)

    async def until_done(self):
        await self.done
        await leave(self.session)
        done("serve: leave")

    def register(self, endpoint, name):
        return self.session.register(endpoint, f"{self.prefix}.{name}")

    def subscribe(self, handler, name):
        return self.session.subscribe(handler, f"{self.prefix}.{name}")

    def fail(self, /, *args, **kwargs):
        raise ApplicationError(f"{self.prefix}.error.refused", *args, **kwargs)

    async def asked(self):
        args, kwargs = await self.question
        return CallResult(*args, **kwargs)

    async def answer(self, /, *args, **kwargs):
        topic = f"{self.prefix}.answered"
        await self.session.publish(topic, *args, options=ACKNOWLEDGE, **kwargs)

    async def finish(self):
        await self.echo_registration.unregister()
        await self.question_subscription.unsubscribe()


class User:
    """The side that calls and publishes."""

    def __init__(self, session, prefix):
        self.session = session
        self.prefix = prefix

    async def run(self):
        done("use: join")
        await self.call_echo()
        done("use: call")
        await self.call_large()
        done("use: large payload")
        await self.call_many()
        done("use: calls at once")
        await self.call_fail()
        done("use: application error")
        await self.expect_error("wamp.error.no_such_procedure", "nothing")
        done("use: no such procedure")
        await self.publish_question()
        done("use: publish")
        await self.receive_answer()
        done("use: event")
        await self.call("finish")
        await self.expect_error("wamp.error.no_such_procedure", "echo")
        done("use: unregister")
        await self.publish("done")
        await leave(self.session)
        done("use: leave")

    def call(self, procedure, /, *args, **kwargs):
        return self.session.call(f"{self.prefix}.{procedure}", *args, **kwargs)

    def publish(self, topic, /, *args, **kwargs):
        uri = f"{self.prefix}.{topic}"
        return self.session.publish(uri, *args, options=ACKNOWLEDGE, **kwargs)

    async def expect_error(self, uri, procedure, /, *args, **kwargs):
        try:
            result = await self.call(procedure, *args, **kwargs)
        except ApplicationError as error:
            expect(uri, error.error, procedure)
            return error
        raise AssertionError(f"{procedure}: {uri} is due, not {result!r}")

    async def call_echo(self):
        echo = await self.call("echo", *ARGS, **KWARGS)
        expect((ARGS, KWARGS), (list(echo.results), echo.kwresults), "echo")
        echo = await self.call("echo", **KWARGS)
        expect(([], KWARGS), (list(echo.results), echo.kwresults), "keywords alone")
        expect(None, await self.call("echo"), "empty echo")

    async def call_large(self):
        text = "x" * LARGE_BYTES
        expect(True, await self.call("echo", text) == text, "large payload")

    async def call_many(self):
        calls = [self.call("echo", number) for number in range(CALLS_AT_ONCE)]
        results = await txaio.gather(calls, consume_exceptions=False)
        expect(list(range(CALLS_AT_ONCE)), results, "calls at once")

    async def call_fail(self):
        uri = f"{self.prefix}.error.refused"
        error = await self.expect_error(uri, "fail", *ARGS, **KWARGS)
        expect((ARGS, KWARGS), (list(error.args), error.kwargs), "error's payload")

    async def publish_question(self):
        await self.publish("question", *ARGS, **KWARGS)
        asked = await self.call("asked")
        found = (list(asked.results), asked.kwresults)
        expect((ARGS, KWARGS), found, "event at the other side")

    async def receive_answer(self):
        events = []
        subscription = await self.session.subscribe(
            lambda *args, **kwargs: events.append((list(args), kwargs)),
            f"{self.prefix}.answered",
        )
        # The event comes before the result: one session published and yielded.
        await self.call("answer", *ARGS, **KWARGS)
        expect([(ARGS, KWARGS)], events, "events")
        await subscription.unsubscribe()
        await self.call("answer", *ARGS, **KWARGS)
        expect(1, len(events), "events after UNSUBSCRIBED")
