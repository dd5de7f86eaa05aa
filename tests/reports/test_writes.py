"""What a report may write on records: known fields that people could write, from formulas that can be worked out."""

from typing import Any

import pytest

from engine.problems import Rejected
from report_engine.written import Writes, every_row, writes_of
from tests.access.clinic import field as f
from tests.access.clinic import form, shapes
from tests.reports.clinic import House

SCORED = {"kind": "rfm", "form": "bill", "settings": {"amount": "paid", "customers": True}}


def writes(clinic: House, fields: dict[str, str], report: dict[str, Any] | None = None) -> Writes:
    asked = {
        "key": "q",
        "name": {"zh": "评分", "en": "Scores"},
        **(report or SCORED),
        "writes": {"fields": fields},
    }
    table = every_row(clinic._bound(asked, None), clinic._desk(None))
    return writes_of(asked, table, clinic.policy.shapes)


def refused(
    clinic: House, fields: dict[str, str], report: dict[str, Any] | None = None
) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as told:
        writes(clinic, fields, report)
    return [(one.code, one.path) for one in told.value.problems]


def test_columns_of_the_report_and_fields_of_the_record_stand_in_one_formula(clinic: House) -> None:
    made = writes(clinic, {"name": '{name} & "·" & {report.group}', "born": "{born}"})
    assert (made.form, made.column) == ("customer", "customer")
    assert made.paths == (("born",), ("name",))


def test_an_unknown_field_is_named_with_the_nearest(clinic: House) -> None:
    assert refused(clinic, {"nmae": "{report.group}"}) == [("report.unknown_field", "/writes/fields/nmae")]


def test_an_unknown_column_is_found_where_it_stands(clinic: House) -> None:
    [(code, path)] = refused(clinic, {"name": "{report.grp}"})
    assert code == "formula.unknown_field"
    assert path.startswith("/writes/fields/name")


def test_a_report_whose_rows_are_no_records_writes_nothing(clinic: House) -> None:
    by_status = {"kind": "aggregate", "form": "bill", "measures": ["bill.count"], "by": ["status"]}
    assert refused(clinic, {"name": "{report.status}"}, by_status) == [
        ("report.writes_no_records", "/writes")
    ]


def test_what_is_worked_out_by_itself_is_not_written(clinic: House) -> None:
    computed = shapes(form("customer", f("name"), f("twice", "integer", formula="2"), title="{name}"))
    asked = {
        "key": "q",
        "name": {"zh": "评分", "en": "Scores"},
        **SCORED,
        "writes": {"fields": {"twice": "1"}},
    }
    table = every_row(clinic._bound(asked, None), clinic._desk(None))
    with pytest.raises(Rejected) as told:
        writes_of(asked, table, computed)
    assert [one.code for one in told.value.problems] == ["report.writes_computed"]
