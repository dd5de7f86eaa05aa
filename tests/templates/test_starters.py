"""What every clinic starts with when an app is installed, practice clinic or not."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.access.actor import system_actor
from engine.access.query import RecordQuery
from engine.access.type_scope import ShapeTypes
from engine.clock import VirtualClock
from engine.expressions import check, parse
from engine.expressions.types import BOOL
from server.clinics import Clinic, House
from server.installing import install, starters
from server.settings import Settings

SEEDED = {
    "只咨询未到店", "到店未成交", "术后超过一年未复购", "沉睡客户", "高价值", "高潜力", "储值余额不足", "疗程将尽", "即将复购",
    "本月生日", "方案已发未接受", "爽约2次以上", "未成年", "孕哺期", "近90天手术", "学生群体", "高消费力",
}  # fmt: skip
"""The groups that section 2.2 of the specification names."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = House(
        Settings(home=tmp_path_factory.mktemp("new"), threads=1),
        VirtualClock(datetime(2026, 11, 22, 3, tzinfo=UTC)),
    )
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def clinic(house: House, repository: Path) -> Clinic:
    return install(house, "dental", repository / "templates" / "dental")


def names(clinic: Clinic, form: str) -> set[str]:
    found: list[dict[str, Any]] = clinic.service.query(system_actor(clinic.key), form, {"limit": 100})[
        "records"
    ]
    return {record["name"] for record in found}


def test_a_new_clinic_can_take_leads_whose_source_nobody_knows(clinic: Clinic) -> None:
    assert {"待确认", "大众点评", "老客转介绍", "自然到店"} <= names(clinic, "channel")


def test_all_seeded_groups_are_there_and_ask_what_the_database_can_answer(clinic: Clinic) -> None:
    assert names(clinic, "segment") == SEEDED
    system = system_actor(clinic.key)
    with clinic.service.reading(system) as desk:
        for record in starters(clinic.plan)["segment"]:
            check(parse(record["rule"]), ShapeTypes(clinic.plan.shapes, "customer"), BOOL)
            query = RecordQuery("customer", ("name",), formulas=(record["rule"],), limit=1)
            assert desk.gate.page(query).records == [], record["name"]


def test_levels_tags_and_the_birthday_coupon_are_there(clinic: Clinic) -> None:
    assert names(clinic, "member_level") == {"普通", "银卡", "金卡", "钻石"}
    assert {"种植意向", "恐牙", "VIP"} <= names(clinic, "tag")
    assert names(clinic, "coupon_template") == {"生日8折券"}


def test_installing_again_brings_nothing_twice(house: House, clinic: Clinic, repository: Path) -> None:
    before = names(clinic, "channel")
    install(house, "dental", repository / "templates" / "dental")
    assert names(clinic, "channel") == before


def test_a_small_clinic_starts_without_what_is_switched_off(house: House, repository: Path) -> None:
    small = install(house, "small", repository / "templates" / "dental", profile="lite")
    assert "待确认" in names(small, "channel")
    with small.service.reading(system_actor(small.key)) as desk:
        assert desk.gate.count(RecordQuery("segment"))[0] == 0


def test_a_new_clinic_watches_the_usual_figures(clinic: Clinic) -> None:
    """The benchmarks a clinic is judged by at first; each is a record that it may change."""
    wanted = {
        "contact_rate": ("below", "0.8"), "visit_rate": ("below", "0.25"), "deal_rate": ("below", "0.5"),
        "timely_rate": ("below", "0.9"), "noshow_rate": ("above", "0.1"), "postop_coverage": ("below", "1"),
    }  # fmt: skip
    rules = clinic.service.query(system_actor(clinic.key), "kpi_rule", {"limit": 100})["records"]
    assert {one["metric"]: (one["direction"], Decimal(one["threshold"])) for one in rules} == {
        key: (way, Decimal(limit)) for key, (way, limit) in wanted.items()
    }
    metrics = clinic.plan.app.of("metrics")
    assert all(key in metrics for key in wanted)
