"""JSON bodies, read strictly: no NaN, no half characters, no NUL, nothing nested without end."""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import Any, TypeVar

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from engine.problems import Code, Problem, Rejected, pointer
from engine.text import Words

BAD_JSON = Code(
    "http.bad_json",
    zh="请求内容不是正确的 JSON",
    en="The request is not proper JSON",
    hint_zh="请刷新页面后重试；若为接口调用，请检查 JSON 格式与 UTF-8 编码",
    hint_en="Reload the page and try again; for API calls check the JSON and its UTF-8 encoding",
)
TOO_DEEP = Code(
    "http.too_deep",
    zh="请求内容嵌套超过 {most} 层",
    en="The request is nested more than {most} levels deep",
    hint_zh="请简化筛选条件或内容",
    hint_en="Simplify the filter or the content",
)
BAD_CHARACTER = Code(
    "http.bad_character",
    zh="文字中有不可保存的字符（NUL）",
    en="The text holds a character that cannot be kept (NUL)",
    hint_zh="请删除后重新输入，常见于从其他软件复制的内容",
    hint_en="Delete and type it again; it often comes with text copied from elsewhere",
)

WRONG_TYPE = Code(
    "http.wrong_type",
    zh="“{key}”应为{kind}",
    en="“{key}” should be {kind}",
    hint_zh="请对照接口文档 /api/openapi.json",
    hint_en="See the API reference, /api/openapi.json",
)

DEEPEST = 64
_KINDS: Mapping[type, Words] = {
    dict: {"zh": "对象", "en": "an object"},
    list: {"zh": "列表", "en": "a list"},
    str: {"zh": "文字", "en": "text"},
    int: {"zh": "整数", "en": "a whole number"},
}
T = TypeVar("T")


def given(values: Mapping[str, Any], key: str, kind: type[T]) -> T | None:
    """Return what a body says under `key`, None for nothing. Rejected when it is not of the kind."""
    found = values.get(key)
    if found is None:
        return None
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        raise Rejected(WRONG_TYPE.at(pointer(key), key=key, kind=_KINDS[kind]))
    return found


def given_texts(values: Mapping[str, Any], key: str) -> list[str] | None:
    """Return a list of texts, None for nothing. Rejected for anything else."""
    found = given(values, key, list)
    if found is not None and not all(isinstance(one, str) for one in found):
        raise Rejected(WRONG_TYPE.at(pointer(key), key=key, kind=_KINDS[list]))
    return found


class UnreadableError(HTTPException):
    """A body that cannot be read, told as problems. An HTTPException, since FastAPI lets only those pass."""

    def __init__(self, *problems: Problem, status: int = 422) -> None:
        super().__init__(status)
        self.problems = problems


class StrictRequest(Request):
    """A request whose JSON is read by msgspec: quicker than the standard library, and stricter."""

    async def json(self) -> Any:
        """Return the decoded body. UnreadableError for anything that no field could take."""
        body = await self.body()
        try:
            found = msgspec.json.decode(body)
        except RecursionError:
            raise UnreadableError(TOO_DEEP.at("", most=DEEPEST)) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise UnreadableError(BAD_JSON.at("")) from None
        if body.count(b"[") + body.count(b"{") > DEEPEST or b"\\u0000" in body:
            problems = tuple(_unfit(found, ()))
            if problems:
                raise UnreadableError(*problems[:20])
        return found


def _unfit(value: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:
    if len(path) > DEEPEST:
        yield TOO_DEEP.at(pointer(*path[:8]), most=DEEPEST)
    elif isinstance(value, str):
        if "\x00" in value:
            yield BAD_CHARACTER.at(pointer(*path))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _unfit(one, (*path, at))
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if "\x00" in key:
                yield BAD_CHARACTER.at(pointer(*path))
            yield from _unfit(one, (*path, key))


class StrictRoute(APIRoute):
    """A route that reads its body strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's handler, fed with a strict request."""
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return strictly


def api(prefix: str = "/api") -> APIRouter:
    """Return a router of strict routes."""
    return APIRouter(prefix=prefix, route_class=StrictRoute)
