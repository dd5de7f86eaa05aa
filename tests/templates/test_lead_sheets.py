"""The messy lead sheets of the house in the lead form as clinics get it: every row accounted for, and gone again."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from form_engine.importing.service import ImportService
from tests.templates.conftest import Practice

DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True)
class Fate:
    """What becomes of a sheet of 300 rows. `why`: of the rows left out; `told`: of those that came in."""

    counts: dict[str, int]
    why: dict[str, int]
    told: dict[str, int]
    notes: int


FATES = {
    "dental": Fate(
        counts={"created": 250, "merged": 0, "skipped": 29, "rejected": 21},
        why={
            "record.required name": 4,
            "import.known_already": 29,
            "record.required phone": 11,
            "import.bad_phone phone": 6,
        },
        told={"import.not_said referrer_id": 40, "import.left_blank channel_id": 11},
        notes=210,
    ),
    "acupuncture": Fate(
        counts={"created": 249, "merged": 0, "skipped": 24, "rejected": 27},
        why={
            "import.bad_phone phone": 16,
            "record.required phone": 10,
            "import.known_already": 24,
            "record.required name": 2,
        },
        told={
            "import.pending intent_items": 249,
            "import.not_said referrer_id": 25,
            "import.left_blank channel_id": 22,
        },
        notes=221,
    ),
    "aesthetic": Fate(
        counts={"created": 254, "merged": 0, "skipped": 24, "rejected": 22},
        why={
            "import.known_already": 24,
            "record.required phone": 7,
            "import.bad_phone phone": 11,
            "record.required name": 4,
        },
        told={
            "import.pending intent_items": 333,
            "import.not_said referrer_id": 28,
            "import.not_said lost_reason": 32,
            "import.left_blank channel_id": 18,
        },
        notes=486,
    ),
}


def alive(practice: Practice) -> dict[str, int]:
    """Return how many records of each form are not in the bin."""
    with practice.service.workspace.read() as unit:
        return {
            key: unit.connection.execute(
                select(func.count()).where(one.table.c.deleted_at.is_(None))
            ).scalar_one()
            for key, one in practice.plan.policy.tables.items()
        }


def brought(practice: Practice, sheet: str) -> tuple[ImportService, dict[str, Any]]:
    """Import a sheet with the columns the wizard guesses; return the state afterwards."""
    boss = practice.actor("group_admin")
    imports = ImportService(practice.service, lambda _user: boss)
    data = (DATA / f"sample_leads_{sheet}_messy.csv").read_bytes()
    seen = imports.upload(boss, "lead", f"{sheet}.csv", data)
    chosen = {str(one["index"]): one["field"] for one in seen["columns"] if one["field"]}
    imports.run(boss, seen["id"], {"map": chosen, "header_row": seen["header_row"]})
    imports.work(seen["id"], dry=False)
    return imports, imports.state(boss, seen["id"], limit=1000)


def codes(rows: list[dict[str, Any]]) -> dict[str, int]:
    return dict(Counter(f"{p['code']} {p['path'][1:]}".strip() for row in rows for p in row["problems"]))


@pytest.mark.parametrize("sheet", ["dental", "acupuncture", "aesthetic"])
def test_every_row_of_a_sheet_is_accounted_for_and_undone(practice: Practice, sheet: str) -> None:
    before = alive(practice)
    imports, state = brought(practice, sheet)
    came = {key: number - before[key] for key, number in alive(practice).items() if number != before[key]}
    fate = Fate(
        state["counts"],
        codes([row for row in state["rows"] if row["outcome"] in ("skipped", "rejected")]),
        codes([row for row in state["rows"] if row["outcome"] == "created"]),
        came.pop("comm_log"),
    )
    assert came == {"lead": state["counts"]["created"]}
    assert sum(state["counts"].values()) == state["total"] == 300
    undone = imports.undo(practice.actor("group_admin"), state["id"])
    assert undone["kept"] == []
    assert undone["undone"] == state["counts"]["created"] + fate.notes
    assert alive(practice) == before
    assert fate == FATES[sheet]


def test_what_a_sheet_says_beside_the_lead_is_kept(practice: Practice) -> None:
    boss = practice.actor("group_admin")
    imports = ImportService(practice.service, lambda _user: boss)
    sheet = "姓名,手机,来源,咨询项目,到院时间,成交金额,备注\n黎阿姨,19900203118,美团,皮秒/洗牙,2月20日,1.2万,3.5 电话没接\n何先生,19900203119,美团,面瘫,待定,好多,\n"
    seen = imports.upload(boss, "lead", "few.csv", sheet.encode())
    chosen = {str(one["index"]): one["field"] for one in seen["columns"] if one["field"]}
    imports.run(boss, seen["id"], {"map": chosen, "header_row": seen["header_row"]})
    imports.work(seen["id"], dry=False)
    state = imports.state(boss, seen["id"])
    assert state["counts"]["created"] == 2
    asked = {"filter": {"op": "and", "items": [{"field": "source_ref", "op": "eq", "value": "import"}]}}
    leads = practice.service.query(boss, "lead", {**asked, "sort": ["-name"]})["records"]
    assert [(one["intent_items"], one["message"]) for one in leads] == [
        (["perio"], "皮秒"),
        (["first_visit"], "面瘫"),
    ]
    talks = practice.service.query(boss, "comm_log", {**asked, "fields": ["lead_id", "content"]})["records"]
    said = [sorted(t["content"] for t in talks if t["lead_id"] == one["id"]) for one in leads]
    assert said == [
        [
            "成交金额 12,000.00 元（历史导入，不计业绩；转为客户后补录期初账单）",
            "电话没接",
            "约定到院：2026-02-20（表格导入，未占用医生时间；需要时请补建预约）",
        ],
        [
            "成交金额 好多 元（历史导入，不计业绩；转为客户后补录期初账单）",
            "约定到院：待定（表格导入，未占用医生时间；需要时请补建预约）",
        ],
    ]
    assert "“意向项目”里的“面瘫”不认识，已用“初诊”代替" in [
        problem["message"]["zh"] for row in state["rows"] for problem in row["problems"]
    ]
    imports.undo(boss, state["id"])
