"""docs/format.md names every property of every node and trigger, and its example flow is right."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.definitions import assemble
from engine.definitions.analysis import analyse
from flow_engine.compile import PARTS, compile_flow
from flow_engine.compile import problems as problems_of
from flow_engine.soundness import check
from form_engine.control import CONTROLS
from tests.definitions.test_format_page import source

PAGE = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")
SECTION = PAGE[PAGE.index("### Flows: nodes") : PAGE.index("## reports/ metrics/ dashboards/")]
NOTES = (Path(__file__).parents[2] / "docs" / "flow-patterns.md").read_text(encoding="utf-8")


def properties(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from properties(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from properties(inner)


@pytest.mark.parametrize("parts", [PARTS.nodes, PARTS.triggers], ids=["nodes", "triggers"])
def test_every_property_is_named_on_the_page(parts: Mapping[str, Any]):
    words = set(re.findall(r"[A-Za-z_]+", SECTION))
    missing = {kind: sorted(set(properties(schema)) - words - {"zh", "en"}) for kind, schema in parts.items()}
    assert {kind: names for kind, names in missing.items() if names} == {}
    assert set(parts) - words == set()


def test_the_example_flow_compiles_and_is_sound():
    app = assemble(source(), {})
    analysis = analyse(app, CONTROLS)
    assert [one.message("en") for one in problems_of(app, analysis)] == []
    for definition in app.of("flows").values():
        findings = check(compile_flow(definition, analysis), app)
        assert [one.code for one in findings if one.level == "stop"] == []


def test_every_pattern_has_a_row_in_the_notes():
    rows = [int(number) for number in re.findall(r"^\| (\d+) \|", NOTES, re.MULTILINE)]
    assert rows == list(range(1, 44))
    for path in (Path(__file__).parent / "patterns").glob("*.json"):
        assert json.loads(path.read_text("utf-8"))["pattern"] in rows
