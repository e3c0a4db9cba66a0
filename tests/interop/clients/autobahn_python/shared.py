"""Both sides of the shared scenario."""

import txaio
from autobahn.wamp.types import PublishOptions, RegisterOptions

from steps import done, expect, leave

#: How many programs serve.
CALLEES = 2


async def play(role, join, prefix):
    """Plays `serve` or `use`."""
    side = {"serve": serve, "use": use}[role]
    await side(await join(), prefix)


async def serve(session, prefix):
    """One of the programs that share a procedure."""
    identity = session.session_id
    options = RegisterOptions(invoke="roundrobin")
    await session.register(lambda: identity, f"{prefix}.callee", options)
    finished = txaio.create_future()
    await session.subscribe(lambda: txaio.resolve(finished, None), f"{prefix}.done")
    done("serve: register and subscribe")
    print("ready", flush=True)
    await finished
    await leave(session)
    done("serve: leave")


async def use(session, prefix):
    """Calls all of them in turn."""
    procedure = f"{prefix}.callee"
    registration = await session.call("wamp.registration.match", procedure)
    callees = await session.call("wamp.registration.list_callees", registration)
    expect(CALLEES, len(callees), "callees")
    called = [await session.call(procedure) for _ in range(2 * CALLEES)]
    once, again = called[:CALLEES], called[CALLEES:]
    expect(once, again, "callees of the second turn")
    expect(sorted(callees), sorted(once), "callees of a turn")
    done("use: callees in turn")
    await session.publish(f"{prefix}.done", options=PublishOptions(acknowledge=True))
    await leave(session)
    done("use: leave")
