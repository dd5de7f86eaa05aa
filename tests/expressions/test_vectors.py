"""The shared vectors mean the same in Python, on SQLite and on PostgreSQL."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from engine.expressions import FUNCTIONS
from engine.expressions.batch import answer

FOLDER = Path(__file__).parent.parent / "vectors"
FAMILIES = sorted(path.stem for path in FOLDER.glob("*.json"))


def vectors(family: str) -> list[dict[str, Any]]:
    return json.loads((FOLDER / f"{family}.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def wanted(vector: dict[str, Any], backend: str) -> dict[str, Any]:
    if "error" not in vector:
        return {"value": vector["value"]}
    if backend != "python" and "position" not in vector:
        return {"value": None}  # an error value is null in SQL
    return {"error": {"code": vector["error"], "position": vector.get("position")}}


def differences(family: str, backend: str, connection: Connection | None) -> Iterator[str]:
    for vector in vectors(family):
        got = answer(json.dumps(vector), backend, connection)
        not_in_sql = got.get("error", {}).get("code") == "formula.not_in_sql"
        if got != wanted(vector, backend) and not (not_in_sql and backend != "python"):
            yield f"{vector['formula']} with {vector.get('values')}: {got}, not {wanted(vector, backend)}"


@pytest.mark.parametrize("family", FAMILIES)
def test_python_gives_what_the_vectors_say(family: str) -> None:
    assert list(differences(family, "python", None)) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_databases_give_the_same_or_refuse(family: str, database: tuple[str, Connection]) -> None:
    assert list(differences(family, *database)) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_whatever_a_database_refuses_the_other_refuses_too(
    family: str, sqlite: Connection, postgres: Connection
) -> None:
    uneven = []
    for vector in vectors(family):
        line = json.dumps(vector)
        refused = [
            answer(line, name, connection).get("error", {}).get("code") == "formula.not_in_sql"
            for name, connection in (("sqlite", sqlite), ("postgres", postgres))
        ]
        if refused[1] and not refused[0]:
            continue  # PostgreSQL may know less: then list filters are worked out there in Python
        if refused[0] != refused[1]:
            uneven.append(vector["formula"])
    assert uneven == []


def test_there_are_enough_and_every_function_is_among_them() -> None:
    everything = [vector["formula"] for family in FAMILIES for vector in vectors(family)]
    assert len(everything) >= 1000
    text = " ".join(everything).upper()
    missing = [one.name for one in FUNCTIONS if f"{one.name}(" not in text and f"{one.alias}(" not in text]
    assert set(missing) <= {"PREV", "ROWNO", "PARENT", "LASTPERIOD", "PERIO"}
