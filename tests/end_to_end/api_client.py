"""The API of a stack, asked over HTTP as anybody asks it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import urllib3

from local.stack import EmbeddedStack

POOL = urllib3.PoolManager(retries=False, timeout=60)


@dataclass(frozen=True)
class Reply:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    stack: EmbeddedStack,
    method: str,
    path: str,
    token: str | None,
    *,
    query: Mapping[str, str] | None = None,
    body: object = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """One request; `token` None: without one."""
    url = stack.api_url + quote(path) + (f"?{urlencode(query)}" if query else "")
    given = dict(headers or {}) | ({} if token is None else {"Authorization": f"Bearer {token}"})
    content = None
    if body is not None:
        given.setdefault("Content-Type", "application/json")
        content = json.dumps(body).encode()
    answer = POOL.request(method, url, body=content, headers=given)
    return Reply(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.data)
