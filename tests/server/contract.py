"""What the contract says of an answer: every answer in these tests is held against the shape it declares."""

import re
from copy import deepcopy
from functools import cache
from typing import Any

import jsonschema_rs
from httpx import Response

from server.app import VERSION, routers
from server.openapi import document
from server.shapes.records import OPEN

Json = dict[str, Any]
JSON = "application/json"


@cache
def told() -> Json:
    """Return the document of the server."""
    return document(routers(), VERSION)


@cache
def closed() -> Json:
    """Return the components with every shape closed, so that an undeclared key is found too."""
    components = deepcopy(told()["components"]["schemas"])
    for name, schema in components.items():
        if name not in OPEN:
            schema["additionalProperties"] = False
    return {"components": {"schemas": components}}


@cache
def _patterns() -> list[tuple[re.Pattern[str], Json]]:
    # A path without places goes before one that would take it for a value.
    paths = sorted(told()["paths"].items(), key=lambda one: one[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", template)), by) for template, by in paths]


def operation(method: str, path: str) -> Json | None:
    """Return the declared operation of a request."""
    for pattern, by in _patterns():
        if method.lower() in by and pattern.fullmatch(path):
            return dict(by[method.lower()])
    return None


@cache
def _checker(name: str, status: str) -> Any:
    shapes = {one["operationId"]: one for by in told()["paths"].values() for one in by.values()}
    return jsonschema_rs.Draft202012Validator(
        {**closed(), **shapes[name]["responses"][status]["content"][JSON]["schema"]}
    )


def hold_against(answer: Response) -> None:
    """Fail where a granted answer is not as declared."""
    shape = operation(answer.request.method, answer.request.url.path)
    media = answer.headers.get("content-type", "").partition(";")[0]
    if shape is None or answer.status_code >= 400 or media not in (JSON, ""):
        return
    name, status = shape["operationId"], str(answer.status_code)
    assert status in shape["responses"], f"{name} does not declare {status}"
    content = shape["responses"][status].get("content", {})
    answer.read()
    if not content:
        assert answer.content == b"", f"{name} declares no content"
    elif media == JSON and JSON in content:
        wrong = [
            f"{one.instance_path}: {one.message[:300]}"
            for one in _checker(name, status).iter_errors(answer.json())
        ]
        assert wrong == [], name
