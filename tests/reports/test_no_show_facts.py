"""What is known of 110,527 real appointments comes out of the report engine, too: of a sample here, of all where they are at hand."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benchmarks.imports import real_appointments
from engine.ids import new_id
from report_engine.dataset import datasets
from report_engine.desk import PlainDesk
from report_engine.pipeline import bound_report, run
from report_engine.table import Table
from tests.access.clinic import Clinic, form, opened, shapes
from tests.access.clinic import field as f
from tests.reports.clinic import ALL, NOW, ZONE, boss, cells

SAMPLE = Path(__file__).resolve().parents[1] / "data/no_show_sample.csv"
FORMS = shapes(
    form(
        "appointment",
        f("patient"), f("booked", "date"), f("day", "date"), f("age", "integer"), f("ahead", "integer"),
        f("sms", "boolean"), f("missed", "boolean"),
    ),
)  # fmt: skip
DEFINITIONS: Mapping[str, Mapping[str, Any]] = {"appointment": {"date": "day"}}
MISSED = {"key": "missed", "form": "appointment", "aggregate": "rate", "filter": "{missed}"}
COUNT = {"key": "count", "form": "appointment", "aggregate": "count"}
BANDS = {"key": "ahead", "field": "appointment.ahead", "bins": {"edges": [0, 1, 2, 4, 8, 15, 31]}}
Row = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """What was counted without the engine."""

    rows: int
    missed: int
    share: str
    by_days_ahead: tuple[str, ...]
    """Same day, 1, 2-3, 4-7, 8-14, 15-30, more; percent."""
    reminded: tuple[tuple[int, str], tuple[int, str]]
    """Booked three days ahead or more: with a reminder and without; how many, percent."""
    patients: int
    most: int
    before_booking: int
    oldest: int
    negative_ages: int


REAL = Facts(
    110_527, 22_319, "20.19", ("4.6", "21.4", "23.7", "25.2", "30.5", "32.6", "33.0"), ((35_482, "27.6"), (24_539, "32.7")),
    62_299, 88, 5, 115, 1,
)  # fmt: skip


def _sample() -> list[Row]:
    with SAMPLE.open(encoding="utf-8") as file:
        return [_row(one, one["no_show"] == "1") for one in csv.DictReader(file)]


def _real(path: Path) -> list[Row]:
    names = {"PatientId": "patient", "ScheduledDay": "booked", "AppointmentDay": "day", "Age": "age", "SMS_received": "sms"}  # fmt: skip
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [
            _row({new: one[old] for old, new in names.items()}, one["No-show"] == "Yes")
            for one in csv.DictReader(file)
        ]


def _row(one: Mapping[str, str], missed: bool) -> Row:
    booked, day = date.fromisoformat(one["booked"][:10]), date.fromisoformat(one["day"][:10])
    return {
        "patient": one["patient"], "booked": booked, "day": day, "age": int(one["age"]), "ahead": (day - booked).days,
        "sms": one["sms"] == "1", "missed": missed,
    }  # fmt: skip


def counted(rows: list[Row]) -> Facts:
    """Count in plain Python what the table of facts says of the whole file."""

    def share(some: list[Row], places: int = 1) -> str:
        return f"{100 * sum(one['missed'] for one in some) / len(some):.{places}f}"

    bands = ((0, 0), (1, 1), (2, 3), (4, 7), (8, 14), (15, 30), (31, 9999))
    ahead = [[one for one in rows if low <= one["ahead"] <= high] for low, high in bands]
    early = [[one for one in rows if one["ahead"] >= 3 and one["sms"] is sms] for sms in (True, False)]
    visits = Counter(one["patient"] for one in rows)
    return Facts(
        len(rows), sum(one["missed"] for one in rows), share(rows, 2), tuple(share(some) for some in ahead),
        ((len(early[0]), share(early[0])), (len(early[1]), share(early[1]))),
        len(visits), max(visits.values()),
        sum(one["ahead"] < 0 for one in rows), max(one["age"] for one in rows), sum(one["age"] < 0 for one in rows),
    )  # fmt: skip


class Asked:
    """A clinic that holds the appointments and nothing else."""

    def __init__(self, connection: Any, rows: list[Row]) -> None:
        self.clinic = Clinic(connection, FORMS)
        table = self.clinic.tables["appointment"].table
        system = {"created_at": NOW, "updated_at": NOW, "revision": 1, "def_version": 1, "branch_id": "b1"}
        for at in range(0, len(rows), 5_000):
            some = [{"id": new_id(), **system, **one} for one in rows[at : at + 5_000]]
            connection.execute(table.insert(), some)
        gate = self.clinic.gate(self.clinic.policy(boss=ALL), boss())
        self._desk = PlainDesk(gate, gate.unit, ZONE)

    def ask(self, **report: Any) -> Table:
        data = datasets(self.clinic.shapes, DEFINITIONS, {})
        return run(bound_report({"kind": "aggregate", **report}, data, NOW, ZONE, None), self._desk)


@pytest.fixture(scope="module", params=["sample-sqlite", "sample-postgresql", "real-sqlite"])
def told(request: pytest.FixtureRequest) -> Iterator[tuple[Asked, Facts]]:
    what, _, database = request.param.partition("-")
    path = real_appointments()
    if what == "real" and path is None:
        pytest.skip("the file of real appointments is not beside the repository")
    rows = _real(path) if what == "real" and path is not None else _sample()
    url = "sqlite://" if database == "sqlite" else request.getfixturevalue("pg_url")
    with opened(url) as connection:
        yield Asked(connection, rows), REAL if what == "real" else counted(rows)


def percent(value: Any, places: int = 1) -> str:
    return f"{Decimal(value) * 100:.{places}f}"


def test_how_many_do_not_come(told: tuple[Asked, Facts]) -> None:
    asked, facts = told
    [row] = asked.ask(measures=[COUNT, {**COUNT, "key": "gone", "filter": "{missed}"}, MISSED]).rows
    assert row[:2] == (facts.rows, facts.missed)
    assert percent(row[2], 2) == facts.share


def test_the_earlier_they_book_the_fewer_come(told: tuple[Asked, Facts]) -> None:
    asked, facts = told
    found = cells(asked.ask(measures=[MISSED], by=[BANDS], filter="{ahead} >= 0"))
    assert tuple(percent(found[band]) for band in range(7)) == facts.by_days_ahead


def test_a_reminder_helps_those_who_booked_early(told: tuple[Asked, Facts]) -> None:
    asked, facts = told
    found = cells(asked.ask(measures=[COUNT, MISSED], by=["appointment.sms"], filter="{ahead} >= 3"))
    assert tuple((found[sms][0], percent(found[sms][1])) for sms in (True, False)) == facts.reminded


def test_how_often_the_same_people_come(told: tuple[Asked, Facts]) -> None:
    asked, facts = told
    people = {"key": "people", "form": "appointment", "aggregate": "count_distinct", "of": "patient"}
    assert asked.ask(measures=[people]).rows == ((facts.patients,),)
    [first] = asked.ask(measures=[COUNT], by=["appointment.patient"], sort=["-count"], limit=1).rows
    assert first[1] == facts.most


def test_dirty_values_are_found(told: tuple[Asked, Facts]) -> None:
    asked, facts = told
    strange = [
        {**COUNT, "key": "early", "filter": "{ahead} < 0"},
        {**COUNT, "key": "unborn", "filter": "{age} < 0"},
        {"key": "oldest", "form": "appointment", "aggregate": "max", "of": "age"},
    ]
    assert asked.ask(measures=strange).rows == ((facts.before_booking, facts.negative_ages, facts.oldest),)
