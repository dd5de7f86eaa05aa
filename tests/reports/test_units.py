"""What a measure is counted in stands with its numbers: in the table's head, on a card, in a file."""

from typing import Any

from report_engine.figures import figure
from report_engine.output import to_csv
from tests.reports.clinic import House

WAIT = {
    "key": "wait", "name": {"zh": "平均候诊", "en": "Mean wait"}, "form": "lead", "aggregate": "avg", "of": "score", "unit": {"zh": "分钟", "en": "min"},
}  # fmt: skip


def asked(**more: Any) -> dict[str, Any]:
    return {"measures": [WAIT], **more}


def test_the_head_of_a_column_says_the_unit(clinic: House) -> None:
    clinic.add("lead", score=12)
    table = clinic.ask(asked(by=["channel_id"]))
    column = table.columns[table.at("wait")]
    assert column.name == {"zh": "平均候诊（分钟）", "en": "Mean wait (min)"}
    assert "平均候诊（分钟）" in to_csv(table, "zh").decode()


def test_a_card_says_the_unit_behind_its_number(clinic: House) -> None:
    clinic.add("lead", score=12)
    report = asked(chart={"kind": "kpi"})
    assert figure(report, clinic.ask(report), "zh")["value"] == "12 分钟"
    assert figure(report, clinic.ask({**report, "filter": "{score} > 90"}), "zh")["value"] == "–"
