"""Both sides of the advanced scenario; the same code under asyncio and Twisted."""

import advanced_use
import txaio
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import RegisterOptions, SubscribeOptions

from steps import Inbox, done, leave

STEPS = 3


async def play(role, join, prefix):
    """Plays `serve`, `use` or `both`."""
    serving = None
    if role != "use":
        server = Server(await join(), await join(), prefix)
        await server.set_up()
        serving = server
    if role != "serve":
        await advanced_use.User(await join(), join, prefix).run()
    if serving is not None:
        await serving.until_done()


class Server:
    """The side that registers and subscribes, with two sessions."""

    def __init__(self, first, second, prefix):
        self.first = first
        self.second = second
        self.prefix = prefix
        self.interrupted = Inbox()
        self.done = txaio.create_future()

    async def set_up(self):
        done("serve: join")
        await self.register_patterns()
        await self.register_shared()
        await self.register("count", self.count)
        await self.register("wait", self.wait)
        await self.register("interrupted", self.on_interrupted)
        await self.register("caller", self.caller)
        await self.register("told", self.caller)
        done("serve: register")
        await self.hear(self.first, "first", {
            "news": "exact", "news.": "prefix", ".alert": "wildcard", "told": "exact",
        })  # fmt: skip
        await self.hear(self.second, "second", {"news": "exact"})
        await self.first.subscribe(
            lambda: txaio.resolve(self.done, None), f"{self.prefix}.done"
        )
        done("serve: subscribe")
        print("ready", flush=True)

    async def until_done(self):
        await self.done
        await leave(self.first)
        await leave(self.second)
        done("serve: leave")

    def register(self, name, endpoint):
        options = RegisterOptions(details_arg="details")
        return self.first.register(endpoint, f"{self.prefix}.{name}", options)

    async def register_patterns(self):
        for name, match in (("branch.", "prefix"), (".leaf", "wildcard")):
            await self.first.register(
                lambda details: details.procedure,
                f"{self.prefix}.{name}",
                RegisterOptions(match=match, details_arg="details"),
            )

    async def register_shared(self):
        options = RegisterOptions(invoke="roundrobin")
        for name, session in (("first", self.first), ("second", self.second)):
            answer = [name, session.session_id]
            await session.register(
                lambda answer=answer: answer, f"{self.prefix}.callee", options
            )

    async def hear(self, session, name, topics):
        """Subscribes; the procedure `heard.NAME` returns what events came."""
        heard = []

        def on_event(*args, details):
            heard.append([details.topic, details.publisher, list(args)])

        for topic, match in topics.items():
            options = SubscribeOptions(match=match, details_arg="details")
            await session.subscribe(on_event, f"{self.prefix}.{topic}", options)
        await session.register(lambda: heard, f"{self.prefix}.heard.{name}")

    def count(self, details):
        for step in range(STEPS):
            details.progress(step)
        return STEPS

    async def wait(self, details):
        self.first.publish(f"{self.prefix}.waiting")
        try:
            await txaio.create_future()
        except BaseException as error:
            # Of asyncio, or of Twisted.
            if type(error).__name__ != "CancelledError":
                raise
            self.interrupted.put(details.procedure)
            raise ApplicationError("wamp.error.canceled") from None

    async def on_interrupted(self, details):
        await self.interrupted.take(lambda _: True)
        return True

    def caller(self, details):
        return details.caller
