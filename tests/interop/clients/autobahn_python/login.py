"""The login scenario; the same code under asyncio and Twisted."""

from autobahn.wamp.auth import create_authenticator

from steps import done, expect, leave

#: How each method's authenticator calls the secret.
SECRET_NAMES = {
    "ticket": "ticket",
    "wampcra": "secret",
    "scram": "password",
    "cryptosign": "privkey",
}


async def play(method, join, _prefix, authid=None, secret=None, wrong_secret=None):
    """Joins by `method`; is refused with the wrong secret, where it has one."""
    if method == "anonymous":
        session = await join(create_authenticator("anonymous"))
        expect("anonymous", session.details.authrole, "authrole")
    else:
        session = await join(authenticator(method, authid, secret))
        expect(authid, session.details.authid, "authid")
        expect("user", session.details.authrole, "authrole")
    expect(method, session.details.authmethod, "authmethod")
    done("login: welcome")
    await leave(session)
    done("login: leave")
    if wrong_secret is not None:
        try:
            await join(authenticator(method, authid, wrong_secret))
        except Exception as refusal:
            expect(("wamp.error.authentication_denied",), refusal.args, "refusal")
        else:
            raise AssertionError("the wrong secret is taken")
        done("login: refusal")


def authenticator(method, authid, secret):
    options = {"authid": authid, SECRET_NAMES[method]: secret}
    return create_authenticator(method, **options)
