"""What both halves of the targetprocess-py driver share: clients and ways to list."""

from contextlib import asynccontextmanager

import targetprocess_py as tp
from check import env

NOBODY = 99999999


def admin():
    return (env("TP_LOGIN"), env("TP_PASSWORD"))


@asynccontextmanager
async def connect(mode=tp.ClientMode.READONLY, basic=None, token=None):
    """A client on the https side, by personal token unless a (login, password) is given."""
    credential = {"basic_auth": basic} if basic else {"token": token or env("TP_TOKEN")}
    async with tp.TargetProcessClient(env("TP_HTTPS_URL"), mode=mode, **credential) as client:
        yield client


async def rows(listing):
    return [item async for item in listing]


async def one(manager, **query):
    """The first row of a listing."""
    found = await rows(manager.list(limit=1, **query))
    if not found:
        raise LookupError(f"the account has no {manager.entity_type} for {query}")
    return found[0]
