"""Each control has its browser twin; what both sides know is the same."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from form_engine.control import CONTROLS, OPERATORS, Control
from form_engine.controls._body import ZONES
from form_engine.controls._divisions import divisions
from form_engine.controls._perio import SITES
from form_engine.controls._teeth import SURFACES, teeth
from form_engine.controls._tooth_codes import STATES
from tests.kinds import making

WORD = re.compile(r"""\bt\(\s*["`]([a-z]+)\.([A-Za-z0-9]+)["`]""")


@pytest.fixture(scope="module")
def twins(repository: Path) -> Path:
    return repository / "designer_ui" / "src" / "controls"


@pytest.mark.parametrize("control", making.ALL, ids=making.name)
def test_it_has_a_twin_of_the_same_kind(control: Control, twins: Path) -> None:
    text = (twins / f"{control.kind}.tsx").read_text("utf-8")
    assert f'"{control.kind}"' in text
    assert "export default" in text


def test_no_twin_is_without_its_control(twins: Path) -> None:
    assert {path.stem for path in twins.glob("*.tsx")} == set(CONTROLS.all())


def test_both_sides_offer_the_same_ways_to_filter(twins: Path) -> None:
    text = (twins.parent / "shared" / "filters.ts").read_text("utf-8")
    listed = re.search(r"export const OPERATORS[^=]*= \{(.*?)\n\};", text, re.S)
    assert listed is not None
    groups = {
        key: set(re.findall(r'"(\w+)"', ops))
        for key, ops in re.findall(
            r'^ +"?([A-Z-])"?: \[(.*?)\],?$', listed.group(1).replace("\n    ", " "), re.M
        )
    }
    # Conditions over what lies behind a field are built elsewhere.
    nested = {"where", "any_item"}
    assert groups == {key: set(ops) - nested for key, ops in OPERATORS.items()}


def words_of(twins: Path) -> dict[str, Any]:
    return dict(json.loads((twins / "i18n" / "controls.json").read_text("utf-8")))


def paths_of(words: Any, prefix: str = "") -> set[str]:
    if not isinstance(words, dict):
        return {prefix}
    return {path for key, part in words.items() for path in paths_of(part, f"{prefix}.{key}")}


def test_the_twins_say_everything_in_both_languages(twins: Path) -> None:
    words = words_of(twins)
    assert paths_of(words["zh"]) == paths_of(words["en"])


def test_every_word_that_a_twin_asks_for_is_there(twins: Path) -> None:
    words = words_of(twins)["zh"]
    for path in twins.rglob("*.tsx"):
        for group, key in WORD.findall(path.read_text("utf-8")):
            assert key in words.get(group, {}), f"{path.name} asks for {group}.{key}"


def test_twins_hold_no_chinese_of_their_own(twins: Path) -> None:
    # Data (names of teeth, zones, relations) is data; sentences belong to the word lists.
    for path in (*twins.glob("*.tsx"), *(twins / "heavy").glob("*.tsx")):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text("utf-8"), flags=re.S)
        found = set(re.findall(r"[\u4e00-\u9fff]+", code)) - {"本人", "年", "月", "日"}
        assert not found, (path.name, found)


def test_both_sides_know_the_same_places(twins: Path) -> None:
    known = json.loads((twins / "data" / "divisions.json").read_text("utf-8"))
    assert known == {code: division.name for code, division in divisions().items()}


def test_both_sides_know_the_same_teeth(twins: Path) -> None:
    known = {row["fdi"]: row for row in json.loads((twins / "data" / "teeth.json").read_text("utf-8"))}
    assert set(known) == set(teeth())
    for fdi, tooth in teeth().items():
        row = known[fdi]
        assert (row["zh"], row["en"], row["universal"], row["palmer"]) == (
            tooth.zh,
            tooth.en,
            tooth.universal,
            tooth.palmer,
        )
        assert tuple(row["surfaces"]) == tooth.surfaces


def test_both_sides_know_the_same_states_and_zones(twins: Path) -> None:
    model = (twins / "parts" / "tooth" / "model.ts").read_text("utf-8")
    states = re.search(r"STATES[^=]*= \[(.*?)\n\];", model, re.S)
    assert states is not None
    assert re.findall(r'key: "(\w+)"', states[1]) == [state["key"] for state in STATES]
    assert [s for s in SURFACES if f'"{s}"' in model] == list(SURFACES)
    drawn = (twins / "parts" / "body" / "zones.ts").read_text("utf-8")
    shapes = set(re.findall(r'^\s*\[?\s*"(\w+)",\s*"', drawn, re.M))
    assert {re.sub(r"_(l|r)$", "", zone).split("_", 1)[1] for zone in ZONES} <= shapes
    assert len(SITES) == 6


def test_the_shipped_data_is_bare_facts(repository: Path) -> None:
    folder = repository / "form_engine" / "controls" / "_data"
    with (folder / "cn_divisions.csv").open(encoding="utf-8") as lines:
        assert next(csv.reader(lines)) == ["code", "name", "parent"]
