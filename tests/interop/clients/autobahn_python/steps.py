"""What all scenarios share."""

import txaio


def done(step):
    print("ok", step, flush=True)


def expect(wanted, found, what):
    if wanted != found:
        raise AssertionError(f"{what}: {wanted!r} is due, not {found!r}")


async def leave(session):
    session.leave()
    await session.left


class Inbox:
    """What handlers got, to be waited for."""

    def __init__(self):
        self.items = []
        self.wanted = []

    def put(self, item):
        for wish in self.wanted:
            if wish[0](item):
                self.wanted.remove(wish)
                txaio.resolve(wish[1], item)
                return
        self.items.append(item)

    async def take(self, matches):
        """Takes out the first item that matches, there already or to come."""
        for item in self.items:
            if matches(item):
                self.items.remove(item)
                return item
        taken = txaio.create_future()
        self.wanted.append((matches, taken))
        return await taken
