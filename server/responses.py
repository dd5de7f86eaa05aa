"""JSON answers by msgspec (FastAPI's own encoder costs about five times as much), and problems over HTTP."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from engine.problems import Code, Problem, Rejected, pointer
from engine.text import Words
from server.reading import UnreadableError

_encode = msgspec.json.Encoder(decimal_format="string").encode

BAD_BODY = Code(
    "http.bad_body",
    zh="请求内容无法读取：{why}",
    en="The request could not be read: {why}",
    hint_zh="请刷新页面后重试；若为接口调用，请检查 JSON 格式",
    hint_en="Reload the page and try again; for API calls check the JSON",
)
_EXPECTED: Mapping[str, Words] = {
    "missing": {"zh": "缺少内容", "en": "something is missing"},
    "dict": {"zh": "应为 JSON 对象，请求头 Content-Type 应为 application/json",
             "en": "a JSON object is expected, with the header Content-Type: application/json"},
    "int": {"zh": "应为整数", "en": "a whole number is expected"},
    "bool": {"zh": "应为 true 或 false", "en": "true or false is expected"},
    "string": {"zh": "应为文字", "en": "text is expected"},
    "value": {"zh": "应为上传的文件", "en": "an uploaded file is expected"},
    "": {"zh": "格式不对", "en": "it is not in the form expected"},
}  # fmt: skip
"""What FastAPI misses, by the kind of its finding, in our own words."""

NO_ROUTE = Code(
    "http.not_found",
    zh="没有这个地址",
    en="There is nothing at this address",
    hint_zh="请从菜单重新进入",
    hint_en="Go back to the menu",
)
WRONG_METHOD = Code("http.method", zh="此地址不支持该操作", en="This address does not allow that action")
TOO_LARGE = Code(
    "http.too_large",
    zh="请求超过 {limit_mb} MB",
    en="The request is larger than {limit_mb} MB",
    hint_zh="请拆分后再提交",
    hint_en="Split it and try again",
)
BROKEN = Code(
    "http.broken",
    zh="系统出错了，您的输入未丢失（编号 {reference}）",
    en="Something broke on our side; nothing you entered was lost (reference {reference})",
    hint_zh="请稍后重试，并把编号告诉管理员",
    hint_en="Try again in a moment and give the reference to your administrator",
)


def answer(content: Any, status: int = 200) -> Response:
    """Return `content` as JSON; Decimals become strings, dates ISO text."""
    return Response(_encode(content), status, media_type="application/json")


def refuse(problems: Iterable[Problem], status: int, **more: Any) -> Response:
    """Return `application/problem+json` (RFC 9457) with every problem in both languages."""
    found = list(problems)
    body = {
        "type": "about:blank",
        "status": status,
        "title": found[0].message("en") if found else "",
        "code": found[0].code if found else "",
        "problems": [problem.to_json() for problem in found],
        **more,
    }
    return Response(_encode(body), status, media_type="application/problem+json")


def _unreadable(error: Mapping[str, Any]) -> Problem:
    place = pointer(*(part for part in error["loc"] if part not in ("body", "query", "path")))
    kind = str(error["type"]).partition("_")[0]
    return BAD_BODY.at(place, why=_EXPECTED.get(str(error["type"])) or _EXPECTED.get(kind, _EXPECTED[""]))


def install_problem_handlers(app: FastAPI) -> None:
    """Turn every exception into a problem; a Python sentence never reaches the browser."""

    def rejected(_: Request, error: Exception) -> Response:
        assert isinstance(error, Rejected)
        return refuse(error.problems, error.status)

    def unreadable(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return refuse([_unreadable(one) for one in error.errors()[:20]], 422)

    def http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if isinstance(error, UnreadableError):
            return refuse(error.problems, error.status_code)
        code = {404: NO_ROUTE, 405: WRONG_METHOD}.get(error.status_code)
        problem = code.at("") if code else BAD_BODY.at("", why=_EXPECTED[""])
        return refuse([problem], error.status_code)

    app.add_exception_handler(Rejected, rejected)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(HTTPException, http)
