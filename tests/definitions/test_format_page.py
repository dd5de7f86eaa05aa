"""docs/format.md: its examples are an app, and it names every property there is."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.definitions import assemble
from engine.definitions.schemas import FILES
from form_engine.compile import compile_app, lint_app
from tests.definitions.making import BRANCH

PAGE = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```json ([a-z_/]+)\n(.*?)```", PAGE, re.DOTALL))


def source() -> dict[str, Any]:
    return {"forms/branch": BRANCH, **{place: json.loads(text) for place, text in BLOCKS.items()}}


def test_the_examples_are_an_app_without_problems():
    app = assemble(source(), {})
    assert [(problem.path, problem.message("en")) for problem in lint_app(app)] == []
    compile_app(app)


def test_every_kind_of_file_has_an_example():
    shown = {place.split("/")[0] for place in BLOCKS}
    assert {kind.kind for kind in FILES} - {"module"} == shown


def properties(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from properties(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from properties(inner)


@pytest.mark.parametrize("kind", list(FILES), ids=lambda kind: kind.kind)
def test_every_property_is_named_on_the_page(kind):
    words = set(re.findall(r"[A-Za-z_]+", PAGE))
    assert set(properties(kind.schema)) - words == set()
