"""Reports over HTTP: what each person is shown, the records behind a number, and what is refused how."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from engine.access.query import ScopedQuery
from engine.problems import Rejected
from report_engine import query
from report_engine.chart import CHARTS
from report_engine.kind import KINDS
from report_engine.reading import Reading
from server.installing import install
from tests.form_engine.making import words
from tests.installations import BOTH
from tests.server.conftest import Town, problems, town_with
from tests.server.making import Definitions, write_app

REPORTS: Mapping[str, Mapping[str, Any]] = {
    "by_channel": {"kind": "aggregate", "measures": ["customer.count"], "by": ["channel"], "totals": True},
    "by_color": {"kind": "aggregate", "measures": ["customer.count"], "by": ["color"], "form": "customer"},
    "costs": {"kind": "aggregate", "measures": ["customer.cost.sum"], "by": ["channel"]},
    "by_age": {
        "kind": "aggregate",
        "form": "customer",
        "measures": ["customer.count"],
        "by": [{"field": "age", "bins": {"edges": [18, 60]}}],
    },
    "over_time": {
        "kind": "aggregate",
        "measures": ["customer.count"],
        "by": [{"role": "date", "bucket": "month"}],
        "period": "last 3 months",
        "compare": ["previous_period"],
    },
    "talks": {"kind": "aggregate", "measures": ["talk.count", "customer.count"]},
    "secret": {"kind": "aggregate", "measures": ["customer.count"], "roles": ["admin"]},
    "by_generation": {
        "kind": "aggregate",
        "measures": ["customer.count"],
        "by": [
            {
                "key": "generation",
                "name": words("辈分"),
                "formula": 'IF(ISBLANK({customer.age}), NULL, IF({customer.age} < 40, "年轻", "年长"))',
            }
        ],
    },
    "called": {
        "kind": "aggregate",
        "measures": ["customer.count"],
        "by": [{"key": "called", "formula": 'CONCAT({customer.name}, " 先生")'}],
    },
    "lists": {"kind": "list", "form": "customer", "settings": {"columns": ["name", "channel_id"]}},
}
CELLS = [(key, [0, 4 * at, 12, 4]) for at, key in enumerate(REPORTS)]


def with_reports(made: Definitions) -> None:
    customer = made["forms/customer"]
    customer["roles"] = {"channel": "channel_id"}
    for key, report in REPORTS.items():
        made[f"reports/{key}"] = {"key": key, "name": words(key), **report}
    made["dashboards/main"] = {
        "key": "main",
        "name": words("main"),
        "levels": ["group", "personal"],
        "filters": [
            {"key": "day", "role": "date", "default": "last 12 months"},
            {"key": "channel", "role": "channel"},
        ],
        "cells": [{"key": key, "report": key, "at": at} for key, at in CELLS],
    }
    made["dashboards/closed"] = {
        "key": "closed", "name": words("closed"), "roles": ["admin"],
        "cells": [{"key": "a", "report": "by_channel", "at": [0, 0, 12, 4]}],
    }  # fmt: skip
    made["roles/admin"]["rights"]["reports"] = True


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town_with(request, tmp_path_factory, with_reports) as made:
        _fill(made.sign_in("boss"), made.sign_in("ann"))
        yield made


def _write(client: TestClient, form: str, **values: Any) -> str:
    told = client.post(f"/api/forms/{form}/records", json={"values": values})
    assert told.status_code == 201, told.text
    return str(told.json()["record"]["id"])


def _fill(boss: TestClient, ann: TestClient) -> None:
    channels = [_write(boss, "channel", name=name) for name in ("抖音", "美团", "转介绍")]
    for at in range(12):
        channel = channels[at % 2] if at < 10 else None
        client = ann if at % 3 == 0 else boss
        _write(client, "customer", name=f"顾客{at}", color=["red", "green", "blue"][at % 3], age=10 + 6 * at,
               **({"channel_id": channel} if channel else {}))  # fmt: skip


def ask(client: TestClient, *cells: Mapping[str, Any], board: str = "main") -> list[dict[str, Any]]:
    told = client.post(f"/api/dashboards/{board}/ask", json={"cells": list(cells)})
    assert told.status_code == 200, told.text
    found: list[dict[str, Any]] = told.json()["cells"]
    return found


def test_one_sees_the_dashboards_of_ones_roles(town: Town) -> None:
    keys = {
        login: [one["key"] for one in town.sign_in(login).get("/api/dashboards").json()["dashboards"]]
        for login in ("boss", "ann")
    }
    assert keys == {"boss": ["closed", "main"], "ann": ["main"]} or keys == {
        "boss": ["main", "closed"],
        "ann": ["main"],
    }
    told = town.sign_in("ann").get("/api/dashboards/closed")
    assert (told.status_code, problems(told)[0]["code"]) == (404, "report.no_dashboard")


def test_a_dashboard_has_filters_with_choices_and_cells_in_their_places(town: Town) -> None:
    board = town.sign_in("boss").get("/api/dashboards/main").json()
    assert board["level"] == "group"
    day, compare, channel = board["filters"]
    assert (compare["key"], compare["kind"]) == ("compare", "compare")
    assert (day["kind"], day["default"]) == ("period", "last 12 months")
    assert [one["name"]["zh"] for one in channel["options"]] == ["抖音", "美团"]
    assert [(one["key"], one["x"], one["y"], one["w"], one["h"]) for one in board["cells"]][:2] == [
        ("by_channel", 0, 0, 12, 4),
        ("by_color", 0, 4, 12, 4),
    ]
    assert town.sign_in("ann").get("/api/dashboards/main").json()["level"] == "personal"


def test_a_reader_chooses_what_numbers_stand_beside(town: Town) -> None:
    boss = town.sign_in("boss")

    def grown(**filters: str) -> dict[str, Any]:
        (answer,) = ask(boss, {"cell": "over_time", "filters": filters})
        return answer

    today = datetime.fromisoformat(grown()["as_of"]).astimezone(ZoneInfo("Asia/Shanghai")).date()
    month = f"{today:%Y-%m}-01..{today}"
    usual, same, alone = grown(), grown(day="this month", compare=month), grown(compare="none")
    assert lines(usual) == lines(same) == 2
    assert lines(alone) == 1
    (now, then) = same["figure"]["data"]
    assert now["y"][-1:] == then["y"][-1:]
    wrong = grown(compare="2025-13-01..2025-13-02")
    assert wrong["problem"]["code"] == "report.bad_period"


def lines(answer: Mapping[str, Any]) -> int:
    return len(answer["figure"]["data"])


def test_a_report_by_itself_is_compared_where_it_can_be(town: Town) -> None:
    boss = town.sign_in("boss")
    kinds = {
        key: [one["kind"] for one in boss.get(f"/api/reports/{key}").json()["filters"]]
        for key in ("over_time", "by_channel", "lists")
    }
    assert {key: "compare" in found for key, found in kinds.items()} == {
        "over_time": True,
        "by_channel": True,
        "lists": False,
    }


def counts(answer: Mapping[str, Any]) -> list[float]:
    """Return the lengths of a figure's bars, the longest first."""
    trace = answer["figure"]["data"][0]
    return sorted(trace["x"] if trace.get("orientation") == "h" else trace["y"], reverse=True)


def test_everybody_counts_their_own(town: Town) -> None:
    table = {
        login: town.sign_in(login).post("/api/reports/by_color/ask", json={}).json()["table"]
        for login in ("boss", "ann")
    }
    assert {row[0]: row[1] for row in table["boss"]["rows"]} == {"red": 4, "green": 4, "blue": 4}
    assert {row[0]: row[1] for row in table["ann"]["rows"]} == {"red": 4}


def test_what_is_wrong_with_one_chart_is_told_there_alone(town: Town) -> None:
    answers = ask(
        town.sign_in("ann"), {"cell": "by_channel"}, {"cell": "costs"}, {"cell": "secret"}, {"cell": "nix"}
    )
    assert "figure" in answers[0]
    assert [one["problem"]["code"] for one in answers[1:]] == [
        "report.no_right",
        "report.no_such_report",
        "report.no_cell",
    ]


ENDLESS = {
    "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n",
    "postgresql": "SELECT count(*) FROM generate_series(1, 1000000000000)",
}


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whatever reads talks never come to an end, within a limit that is soon over."""
    execute = Reading.execute

    def slowly(self: Reading, scoped: ScopedQuery) -> Any:
        if "f_talk" not in scoped.text:
            return execute(self, scoped)
        usual = self.seconds
        self.limit(0.05)
        try:
            return execute(self, replace(scoped, text=ENDLESS[self.dialect], params={}))
        finally:
            # What the database has broken off must be taken back before it is told anything else.
            self.seconds = usual

    monkeypatch.setattr(Reading, "execute", slowly)


@pytest.mark.usefixtures("slow")
def test_a_chart_that_takes_too_long_is_stopped_and_the_dashboard_stands(town: Town) -> None:
    """Also the charts after it: a statement that the database broke off spoils nothing."""
    boss = town.sign_in("boss")
    answers = ask(boss, *({"cell": one} for one in ("by_channel", "talks", "by_color", "talks", "over_time")))
    assert [one.get("problem", {}).get("code") for one in answers] == [
        None,
        "report.too_slow",
        None,
        "report.too_slow",
        None,
    ]
    said = answers[1]["problem"]
    assert "已停止" in said["message"]["zh"]
    assert "缩短时间范围" in said["hint"]["zh"]
    told = boss.post("/api/reports/talks/ask", json={})
    assert (told.status_code, problems(told)[0]["code"]) == (422, "report.too_slow")


def test_a_chart_of_too_many_groups_is_refused_alone(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "MOST_GROUPS", 2)
    boss = town.sign_in("boss")
    answers = ask(boss, {"cell": "by_color"}, {"cell": "talks"}, {"cell": "lists"})
    assert answers[0]["problem"]["code"] == "report.too_many_groups"
    assert all("figure" in one for one in answers[1:])


@pytest.mark.parametrize("breaks", ["drawing", "asking"])
def test_a_chart_that_breaks_says_so_without_a_machine_word_and_the_dashboard_stands(
    town: Town, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("secret 138 0000 0000")

    target = CHARTS.get("table") if breaks == "drawing" else KINDS.get("list")
    monkeypatch.setattr(type(target), "figure" if breaks == "drawing" else "table", broken)
    boss = town.sign_in("boss")
    first, hurt, last = ask(boss, {"cell": "by_channel"}, {"cell": "lists"}, {"cell": "by_color"})
    assert "figure" in first
    assert "figure" in last
    assert hurt["problem"]["code"] == "report.broken"
    assert (
        hurt["problem"]["params"]["reference"]
        in hurt["problem"]["message"]["zh"] + hurt["problem"]["hint"]["zh"]
    )
    assert "secret" not in json.dumps(hurt)


def test_a_hidden_field_is_worded_like_one_that_is_not_there(town: Town) -> None:
    boss, ann = town.sign_in("boss"), town.sign_in("ann")
    told = ann.post("/api/reports/run", json={"report": {"measures": ["customer.count"]}})
    assert (told.status_code, problems(told)[0]["code"]) == (403, "report.not_builder")
    asked = {"kind": "aggregate", "form": "customer", "measures": ["customer.count"], "by": ["diagnosys"]}
    told = boss.post("/api/reports/run", json={"report": asked})
    assert "diagnosis" in problems(told)[0]["hint"]["en"]


def test_a_report_of_ones_own_is_answered_for_every_form(town: Town) -> None:
    boss = town.sign_in("boss")
    for form in town.clinic().plan.app.of("forms"):
        everything = boss.post(f"/api/forms/{form}/query", json={"count": True}).json()["count"]["value"]
        told = boss.post("/api/reports/run", json={"report": {"measures": [f"{form}.count"]}})
        assert told.status_code == 200, told.text
        assert told.json()["table"]["rows"] == [[everything]]
        assert told.json()["figure"]["kind"]


def test_a_report_of_ones_own_is_answered_by_everything_that_is_offered(town: Town) -> None:
    boss = town.sign_in("boss")
    for fact in boss.get("/api/datasets").json()["facts"]:
        asked = {"kind": "aggregate", "form": fact["key"], "measures": [f"{fact['key']}.count"]}
        for dimension in fact["dimensions"]:
            told = boss.post("/api/reports/run", json={"report": {**asked, "by": [dimension["key"]]}})
            assert told.status_code == 200, (fact["key"], dimension["key"], told.text)
            roles = [one["role"] for one in told.json()["table"]["columns"]]
            assert roles[:2] == ["dimension", "measure"], (fact["key"], dimension["key"])


def test_a_chart_offers_finer_time_by_its_bare_name(town: Town) -> None:
    boss = town.sign_in("boss")
    for bucket, finer, said in (("quarter", "month", "月"), ("month", "day", "天")):
        asked = {"measures": ["customer.count"], "by": [{"role": "date", "bucket": bucket}]}
        told = boss.post("/api/reports/run", json={"report": asked}).json()
        assert {"key": f"date:{finer}", "name": {"zh": said, "en": finer}} in told["deeper"]


def test_filters_clicks_and_drills_narrow_a_chart(town: Town) -> None:
    boss = town.sign_in("boss")
    board = boss.get("/api/dashboards/main").json()
    douyin = next(one["value"] for one in board["filters"][-1]["options"] if one["name"]["zh"] == "抖音")
    narrowed, drilled, other = ask(
        boss,
        {"cell": "by_color", "filters": {"channel": [douyin]}},
        {"cell": "by_channel", "path": [{"dims": {"channel": douyin}, "by": "color"}]},
        {"cell": "by_channel", "narrowed": {"color": "red"}},
    )
    assert counts(narrowed) == [2, 2, 1] == counts(drilled)
    assert sum(counts(other)) == 4


def test_a_click_on_a_calculated_group_narrows_other_charts_and_is_drilled_into(town: Town) -> None:
    boss = town.sign_in("boss")
    ages = [10 + 6 * at for at in range(12)]
    young = [at for at, age in enumerate(ages) if age < 40]
    whole, narrowed, drilled = ask(
        boss,
        {"cell": "by_generation"},
        {"cell": "by_channel", "narrowed": {"generation": "年轻"}},
        {"cell": "by_generation", "path": [{"dims": {"generation": "年轻"}, "by": "color"}]},
    )
    assert sorted(counts(whole)) == sorted([len(young), 12 - len(young)])
    assert sum(counts(narrowed)) == sum(counts(drilled)) == len(young)
    assert counts(drilled) == [2, 2, 1]
    told = boss.post(
        "/api/dashboards/main/explain",
        json={"question": {"cell": "by_generation"}, "dims": {"generation": "年长"}, "measure": None},
    ).json()
    assert told["filters"] == [{"zh": "“辈分” 为 年长", "en": "“辈分” is 年长"}]
    assert [one["name"] for one in told["dimensions"]] == [words("辈分")]
    for kind in ("xlsx", "csv"):
        file = boss.post("/api/reports/by_generation/export", json={"format": kind})
        assert file.status_code == 200, file.text


def behind(client: TestClient, cell: str, dims: Mapping[str, Any], **question: Any) -> tuple[int, int]:
    """Return how many records are said to be behind a point, and how many the list then shows."""
    point = {"question": {"cell": cell, **question}, "dims": dims, "measure": None}
    told = client.post("/api/dashboards/main/records", json=point)
    assert told.status_code == 200, told.text
    found = told.json()
    query = {key: found[key] for key in ("formula", "filter") if key in found}
    shown = client.post(f"/api/forms/{found['form']}/query", json={**query, "limit": 500, "count": True})
    assert shown.status_code == 200, shown.text
    assert len(shown.json()["records"]) == shown.json()["count"]["value"]
    return found["count"], shown.json()["count"]["value"]


@pytest.mark.parametrize("login", ["boss", "ann"])
@pytest.mark.parametrize("report", ["by_channel", "by_color", "by_age", "over_time", "by_generation"])
def test_the_records_behind_a_bar_are_as_many_as_the_bar_says(town: Town, login: str, report: str) -> None:
    client = town.sign_in(login)
    table = client.post(f"/api/reports/{report}/ask", json={}).json()["table"]
    assert table["rows"]
    key = table["columns"][0]["key"]
    for row in table["rows"]:
        assert behind(client, report, {key: row[0]}) == (row[1], row[1])


def test_a_number_is_explained(town: Town) -> None:
    point = {"question": {"cell": "over_time"}, "dims": {}, "measure": "customer.count"}
    told = town.sign_in("boss").post("/api/dashboards/main/explain", json=point).json()
    assert told["value"] == "12"
    assert told["rows"] == 12
    assert told["formula"]["zh"] == "“customer”的条数"
    assert any("17%" in one["en"] for one in told["hints"])
    assert told["change"]["kind"] == "waterfall"


def test_what_reports_can_be_made_of_leaves_out_what_one_may_not_see(town: Town) -> None:
    def offered(login: str) -> set[str]:
        facts = town.sign_in(login).get("/api/datasets").json()["facts"]
        return {f"{fact['key']}.{one['key']}" for fact in facts for one in fact["dimensions"]}

    assert {"customer.cost", "customer.color"} <= offered("boss")
    assert "customer.color" in offered("ann")
    assert not {"customer.cost", "customer.diagnosis", "staff.name"} & offered("ann")


def test_a_new_record_is_counted_at_once(town: Town) -> None:
    boss = town.sign_in("boss")
    before = sum(counts(ask(boss, {"cell": "by_color"})[0]))
    made = _write(boss, "customer", name="新来的", color="red")
    assert sum(counts(ask(boss, {"cell": "by_color"})[0])) == before + 1
    assert boss.delete(f"/api/forms/customer/records/{made}").status_code == 204
    assert sum(counts(ask(boss, {"cell": "by_color"})[0])) == before


def note(client: TestClient, text: str, board: str = "main", cell: str = "by_channel") -> Any:
    return client.post(f"/api/dashboards/{board}/notes", json={"cell": cell, "text": text})


def refused(told: Any) -> list[tuple[str, str]]:
    return [(one["code"], one["path"]) for one in problems(told)]


def notes(client: TestClient, board: str = "main") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/dashboards/{board}/notes").json()["notes"]
    return found


def test_a_note_beside_a_chart_is_read_by_others_and_taken_away_by_its_author_alone(town: Town) -> None:
    boss, ann = town.sign_in("boss"), town.sign_in("ann")
    made = note(boss, "  装修停业三天  ").json()["id"]
    assert [(one["text"], one["cell"], one["is_mine"]) for one in notes(boss)] == [
        ("装修停业三天", "by_channel", True)
    ]
    assert ann.delete(f"/api/dashboards/main/notes/{made}").status_code == 404
    assert boss.delete(f"/api/dashboards/main/notes/{made}").status_code == 204
    assert notes(boss) == []


def test_a_note_needs_words_a_chart_and_a_dashboard_one_may_open(town: Town) -> None:
    boss, ann = town.sign_in("boss"), town.sign_in("ann")
    assert refused(note(boss, "   ")) == [("note.empty", "/text")]
    assert refused(note(boss, "字" * 501)) == [("note.empty", "/text")]
    assert refused(note(boss, "在这里", cell="nowhere")) == [("report.no_cell", "/cell")]
    assert note(ann, "看一看", board="closed", cell="a").status_code == 404
    assert ann.get("/api/dashboards/closed/notes").status_code == 404


def test_a_chart_has_no_room_for_ever_more_notes(town: Town) -> None:
    boss = town.sign_in("boss")
    for at in range(50):
        assert note(boss, f"备注 {at}", cell="costs").status_code == 201
    assert refused(note(boss, "再来一条", cell="costs")) == [("note.too_many", "/text")]


def test_a_report_is_shown_as_another_chart_on_demand(town: Town) -> None:
    boss = town.sign_in("boss")
    told = boss.post("/api/reports/by_channel/ask", json={"chart": "table"}).json()
    assert told["figure"]["kind"] == "table"
    assert told["period"] is None
    again = boss.post("/api/reports/over_time/ask", json={"chart": "nonsense"}).json()
    assert again["figure"]["kind"] != "table"
    assert again["period"] == {"zh": "最近 3 个月", "en": "Last 3 months"}


def test_a_chart_says_which_of_its_numbers_open_and_which_do_not(town: Town) -> None:
    told = ask(town.sign_in("boss"), {"cell": "by_channel"}, {"cell": "lists"})
    assert [one["opens"] for one in told] == [True, True]


def broken(made: Definitions) -> None:
    with_reports(made)
    made["reports/by_color"]["by"] = ["colour"]
    made["reports/by_age"]["chart"] = {"kind": "bars"}
    made["forms/customer"]["measures"] = [{"key": "odd", "aggregate": "sum", "of": "named"}]
    made["metrics/worse"] = {
        "key": "worse",
        "name": words("worse"),
        "formula": "{customer.count} / {talks.count}",
    }
    made["dashboards/main"]["filters"].append({"key": "doctor", "role": "doctr"})
    made["dashboards/main"]["cells"][1]["at"] = [20, 2, 8, 4]


def test_an_app_whose_reports_cannot_be_asked_is_not_installed(town: Town) -> None:
    folder = town.house.settings.home / "broken"
    with pytest.raises(Rejected) as refused:
        install(town.house, "gamma", write_app(folder, broken), words("gamma"))
    told = {one.path: one.code for one in refused.value.problems}
    assert told == {
        "/forms/customer/measures/0/of": "report.unknown_field",
        "/metrics/worse/formula": "report.unknown_measure",
        "/reports/by_color/by/0": "report.unknown_field",
        "/reports/by_age/chart/kind": "report.unknown_chart",
        "/dashboards/main/filters/2/role": "report.unknown_role",
        "/dashboards/main/cells/1/at": "report.no_place",
    }
    hints = {one.path: one.hint("en") for one in refused.value.problems}
    assert "color" in hints["/reports/by_color/by/0"]
    # What works is remembered, what does not is found again.
    sound = write_app(town.house.settings.home / "sound", with_reports)
    assert [install(town.house, key, sound, words(key)).key for key in ("delta", "epsilon")] == [
        "delta",
        "epsilon",
    ]
    with pytest.raises(Rejected) as again:
        install(town.house, "gamma", folder, words("gamma"))
    assert len(again.value.problems) == len(told)


def test_a_wall_is_told_nobodys_name(town: Town) -> None:
    boss = town.sign_in("boss")
    hidden = ask(boss, {"cell": "called", "veiled": True})
    assert "顾客" in str(ask(boss, {"cell": "called"}))
    assert "顾客" not in str(hidden)
    [open_, veiled] = ask(boss, {"cell": "lists"}), ask(boss, {"cell": "lists", "veiled": True})
    assert "顾客1" in str(open_)
    assert "顾*" in str(veiled)
    assert "顾客" not in str(veiled).replace("顾*", "")
    assert "抖音" in str(veiled)
