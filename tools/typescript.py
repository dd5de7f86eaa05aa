"""TypeScript types from an OpenAPI document: one type a component, one entry an operation.

Type aliases, not interfaces: those are JSON to the compiler, and may be handed on as such.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
HEAD = """/** The HTTP contract as types. Written by `make types` from docs/openapi.json; never edited. */

import type { Json, JsonObject } from "../shared/json";
"""
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def types(document: Schema) -> str:
    """Return the text of schema.d.ts."""
    parts = [HEAD]
    for name, schema in document["components"]["schemas"].items():
        parts.append("\n".join(_component(name, schema)) + "\n")
    parts.append("\n".join(_operations(document["paths"])) + "\n")
    return "\n".join(parts)


def _component(name: str, schema: Schema) -> Iterator[str]:
    if schema.get("description"):
        yield f"/** {schema['description']} */"
    if schema.get("type") != "object":
        yield f"export type {name} = {type_of(schema)};"
        return
    yield f"export type {name} = {{"
    required = schema.get("required", ())
    for key, one in schema.get("properties", {}).items():
        if one.get("description"):
            yield f"  /** {one['description']} */"
        yield f"  {_key(key)}{'' if key in required else '?'}: {type_of(one)};"
    if schema.get("additionalProperties") is True:
        yield "  readonly [field: string]: Json | undefined;"
    yield "};"


def type_of(schema: Schema) -> str:
    """Return the TypeScript type of a schema."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(one) for one in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(type_of(one) for one in schema["anyOf"]))
    kind = schema.get("type")
    if kind == "array":
        item = type_of(schema.get("items", {}))
        return f"({item})[]" if " | " in item else f"{item}[]"
    if kind == "object":
        return _map(schema)
    return _PLAIN[kind] if kind else "Json"


def _map(schema: Schema) -> str:
    if "properties" in schema:
        return "FormData"
    inner = schema.get("additionalProperties", True)
    if inner is True or inner == {}:
        return "JsonObject"
    return f"{{ [key: string]: {type_of(inner)} }}"


def _key(key: str) -> str:
    return key if key.isidentifier() else json.dumps(key)


def _operations(paths: Mapping[str, Any]) -> Iterator[str]:
    yield "/** Every operation: its address, what it takes and what it gives. */"
    yield "export interface Operations {"
    found = sorted(
        (one["operationId"], method, path, one) for path, by in paths.items() for method, one in by.items()
    )
    for name, method, path, operation in found:
        yield f"  /** {operation['summary']} */"
        yield f"  {name}: {{"
        yield f"    method: {json.dumps(method.upper())};"
        yield f"    path: {json.dumps(path)};"
        query = ", ".join(_query(operation.get("parameters", ())))
        if query:
            yield f"    query: {{ {query} }};"
        if "requestBody" in operation:
            yield f"    body: {_body(operation['requestBody'])};"
        yield f"    answer: {_answer(operation['responses'])};"
        yield "  };"
    yield "}"


def _query(parameters: Any) -> Iterator[str]:
    for one in parameters:
        if one["in"] == "query":
            yield f"{_key(one['name'])}{'' if one.get('required') else '?'}: {type_of(one['schema'])}"


def _body(body: Schema) -> str:
    return " | ".join(type_of(one["schema"]) for one in body["content"].values())


def _answer(responses: Schema) -> str:
    found = [
        "Blob" if one["schema"].get("format") == "binary" else type_of(one["schema"])
        for status, response in responses.items()
        if status != "default"
        for one in response.get("content", {}).values()
    ]
    return " | ".join(dict.fromkeys(found)) or "null"
