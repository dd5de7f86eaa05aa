"""The OpenAPI document: what each route takes and gives, told beside the route and worked out only when asked for.

Routes answer with ready responses, so FastAPI never sees the shapes; declaring them here costs no request anything.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from server.requests import COOKIE
from server.shapes.base import ProblemBody
from server.shapes.records import OPEN

Schema = dict[str, Any]
Route = TypeVar("Route", bound=Callable[..., Any])
JSON = "application/json"
PROBLEM = "application/problem+json"
WRITES = frozenset({"post", "put", "patch", "delete"})
_REFS = "#/components/schemas/{model}"
_NOTED = "api_shape"


@dataclass(frozen=True, slots=True)
class Shape:
    """What one route takes and gives. `media`: the kinds of file it may give."""

    answer: Any = None
    status: int = 200
    takes: Any = None
    media: tuple[str, ...] = ()
    also: Mapping[int, Any] | None = None
    is_public: bool = False
    needs_body: bool = True


def gives(
    answer: Any = None,
    status: int | None = None,
    *,
    takes: Any = None,
    media: tuple[str, ...] = (),
    also: Mapping[int, Any] | None = None,
    is_public: bool = False,
    needs_body: bool = True,
) -> Callable[[Route], Route]:
    """Note the shape on a route's function. Without an answer or a file it gives 204, nothing."""
    usual = 200 if answer is not None or media else 204
    shape = Shape(answer, status or usual, takes, media, also, is_public, needs_body)

    def note(route: Route) -> Route:
        setattr(route, _NOTED, shape)
        return route

    return note


def shape_of(route: APIRoute) -> Shape:
    """Return what a route declared. LookupError for one that declared nothing: every route must."""
    found = getattr(route.endpoint, _NOTED, None)
    if not isinstance(found, Shape):
        raise LookupError(f"{route.name} does not say what it gives: add @gives(…)")  # noqa: TRY004 - not a wrong type: a missing word
    return found


def routes_of(routers: Iterable[APIRouter]) -> Iterator[APIRoute]:
    """Yield every route of the API."""
    return (route for router in routers for route in router.routes if isinstance(route, APIRoute))


def document(routers: Iterable[APIRouter], version: str) -> Schema:
    """Return the OpenAPI 3.1 document of these routes, keys in a stable order."""
    routes = list(routes_of(routers))
    told: Schema = get_openapi(title="Clinicraft", version=version, routes=routes)
    refs, components = _schemas([ProblemBody, *(one for route in routes for one in _types(shape_of(route)))])
    uploads = told["components"]["schemas"]
    for route in routes:
        for method in route.methods or ():
            operation = told["paths"][route.path_format][method.lower()]
            _describe(operation, method.lower(), route, refs)
            for body in operation.get("requestBody", {}).get("content", {}).values():
                # The fields of an upload stand in its operation: no other needs their name.
                body["schema"] = uploads.get(
                    body["schema"].get("$ref", "").rsplit("/", 1)[-1], body["schema"]
                )
    session = {"type": "apiKey", "in": "cookie", "name": COOKIE}
    told["components"] = {"schemas": components, "securitySchemes": {"session": session}}
    told["info"]["description"] = "Chinese and English. Every refusal is a problem (RFC 9457) in both."
    return dict(_sorted(_untitled(told)))


def _types(shape: Shape) -> Iterator[Any]:
    yield from (one for one in (shape.answer, shape.takes, *(shape.also or {}).values()) if one is not None)


class _Plain(GenerateJsonSchema):
    """Names are keys already: no titles made of them."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _schemas(types: list[Any]) -> tuple[Mapping[str, Schema], Schema]:
    """Return the reference (or schema) of each type by its repr, and the components they refer to."""
    wanted = {_key(one): one for one in types}
    found, rest = TypeAdapter.json_schemas(
        [(key, "validation", TypeAdapter(one)) for key, one in wanted.items()],
        ref_template=_REFS,
        schema_generator=_Plain,
    )
    components: Schema = rest.get("$defs", {})
    for name in OPEN:
        components[name]["additionalProperties"] = True
    return {key: schema for (key, _), schema in found.items()}, components


def _key(one: Any) -> str:
    return str(one)


def _describe(operation: Schema, method: str, route: APIRoute, refs: Mapping[str, Schema]) -> None:
    shape = shape_of(route)
    summary, _, rest = (route.endpoint.__doc__ or "").strip().partition("\n")
    operation["operationId"] = route.name
    operation["summary"] = summary
    operation.pop("description", None)
    if rest.strip():
        operation["description"] = " ".join(rest.split())
    operation["tags"] = [route.endpoint.__module__.rsplit(".", 1)[-1]]
    operation["security"] = [] if shape.is_public else [{"session": []}]
    if method in WRITES:
        guard = {"name": "X-Clinicraft", "in": "header", "required": True, "schema": {"const": "1"}}
        operation["parameters"] = [*operation.get("parameters", []), guard]
    if shape.takes is not None:
        body = {"content": {JSON: {"schema": refs[_key(shape.takes)]}}, "required": shape.needs_body}
        operation["requestBody"] = body
    problem = {"description": "A problem", "content": {PROBLEM: {"schema": refs[_key(ProblemBody)]}}}
    operation["responses"] = {**_responses(shape, refs), "default": problem}


def _responses(shape: Shape, refs: Mapping[str, Schema]) -> Schema:
    content: Schema = {media: {"schema": {"type": "string", "format": "binary"}} for media in shape.media}
    if shape.answer is not None:
        content[JSON] = {"schema": refs[_key(shape.answer)]}
    first: Schema = {"description": "Done", **({"content": content} if content else {})}
    told = {str(shape.status): first}
    for status, one in (shape.also or {}).items():
        told[str(status)] = {"description": "Started", "content": {JSON: {"schema": refs[_key(one)]}}}
    return told


def _untitled(value: Any) -> Any:
    """Return the document without the titles that are only names said again."""
    if isinstance(value, list):
        return [_untitled(one) for one in value]
    if not isinstance(value, dict):
        return value
    is_schema = "type" in value or "anyOf" in value or "$ref" in value or "const" in value
    return {
        key: _untitled(one)
        for key, one in value.items()
        if not (key == "title" and is_schema and isinstance(one, str))
    }


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value
