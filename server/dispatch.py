"""The short way to a route: one look into a table, the body read once, one thread.

FastAPI tries the pattern of every route in turn and works out each endpoint's arguments anew, which costs as much as
the database does for a page of a list. Here both are known beforehand, for endpoints that take nothing but path
parameters and a JSON object. Whatever is unusual about a request (another content type, a query string, a body that is
no object) takes FastAPI's way, so it is answered there, in one place.
"""

import asyncio
import inspect
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from fastapi import APIRouter, Request, Response
from fastapi import params as fastapi_params
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.problems import Rejected
from server.reading import StrictRequest, StrictRoute, UnreadableError
from server.responses import refuse

PLAIN = (bool, int, str, type(None))
JSON = b"application/json"


@dataclass(frozen=True, slots=True)
class Way:
    """An endpoint and where its arguments stand. `call` None: FastAPI's to answer."""

    fixed: tuple[tuple[int, str], ...]
    """Segments of the path that must be just so, by their place."""
    named: tuple[tuple[int, str], ...]
    """Path parameters by their place."""
    call: Callable[..., Response] | None
    request: str | None = None
    body: str | None = None
    has_query: bool = False


class Direct:
    """ASGI application that answers what it can and hands the rest to `app`."""

    def __init__(self, app: ASGIApp, routers: Iterable[APIRouter], threads: int) -> None:
        self.app = app
        self._ways = ways(routers)
        self._threads = ThreadPoolExecutor(threads, "clinicraft")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        way, arguments = self._find(scope)
        if way is None or way.call is None:
            await self.app(scope, receive, send)
            return
        request = StrictRequest(scope, receive)
        if way.request is not None:
            arguments[way.request] = request
        try:
            if way.body is not None:
                body = await request.body()
                content = await request.json() if body else None
                if not isinstance(content, dict):
                    await self.app(scope, _again(body, receive), send)
                    return
                arguments[way.body] = content
            run = partial(way.call, **arguments)
            response = await asyncio.get_running_loop().run_in_executor(self._threads, run)
        except Rejected as error:
            response = refuse(error.problems, error.status)
        except UnreadableError as error:
            response = refuse(error.problems, error.status_code)
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> tuple[Way | None, dict[str, Any]]:
        """Return the way to answer a request and its path parameters; no way for one that is out of the ordinary."""
        if scope["type"] != "http" or scope.get("root_path"):
            return None, {}
        parts = scope["path"].split("/")
        for way in self._ways.get((scope["method"], len(parts)), ()):
            if all(parts[at] == text for at, text in way.fixed) and all(parts[at] for at, _ in way.named):
                return (way if _is_usual(way, scope) else None), {name: parts[at] for at, name in way.named}
        return None, {}


def _is_usual(way: Way, scope: Scope) -> bool:
    if way.has_query and scope["query_string"]:
        return False
    return way.body is None or (b"content-type", JSON) in scope["headers"]


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body once more."""
    given: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return given.pop() if given else await receive()

    return again


def ways(routers: Iterable[APIRouter]) -> Mapping[tuple[str, int], tuple[Way, ...]]:
    """Return the ways by method and number of segments, in the order in which FastAPI tries them."""
    found: dict[tuple[str, int], list[Way]] = {}
    for route in (one for router in routers for one in router.routes):
        if not isinstance(route, APIRoute) or ":" in route.path:
            # It may match any number of segments: what comes after it is not ours to judge.
            break
        parts = route.path.split("/")
        for method in route.methods or ():
            found.setdefault((method, len(parts)), []).append(_way(route, parts))
    return {key: tuple(given) for key, given in found.items()}


def _way(route: APIRoute, parts: list[str]) -> Way:
    named = tuple((at, part[1:-1]) for at, part in enumerate(parts) if part.startswith("{"))
    fixed = tuple((at, part) for at, part in enumerate(parts) if not part.startswith("{"))
    refused = Way(fixed, named, None)
    call: Callable[..., Any] = route.endpoint
    if not isinstance(route, StrictRoute) or route.dependencies or inspect.iscoroutinefunction(call):
        return refused
    hints = get_type_hints(call, include_extras=True)
    request, body, has_query = None, None, False
    for name, parameter in inspect.signature(call).parameters.items():
        kind = hints[name]
        if kind is Request:
            request = name
        elif kind is str and any(name == one for _, one in named):
            continue
        elif _is_object(kind) and body is None:
            body = name
        elif isinstance(parameter.default, PLAIN) and get_origin(kind) is not Annotated:
            has_query = True
        else:
            return refused
    return Way(fixed, named, call, request, body, has_query)


def _is_object(kind: Any) -> bool:
    """Tell whether a parameter is a body that may be any JSON object."""
    if get_origin(kind) is not Annotated:
        return False
    of, *more = get_args(kind)
    return (
        of == dict[str, Any] and len(more) == 1 and type(more[0]) is fastapi_params.Body and not more[0].embed
    )
