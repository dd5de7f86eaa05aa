"""What reports send out: files, subscriptions and alerts, each as its reader; nobody gets a number that is not theirs."""

import io
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from starlette.testclient import TestClient

from connectors.email_smtp import Email, letter
from engine.access import accounts
from engine.clock import VirtualClock
from engine.ports import Address, Attached, Outgoing, Receipt
from engine.store.platform import JOBS
from engine.store.unit import Cause
from report_engine.exporting.pages import layout
from server.report_books import Wanted
from tests.form_engine.making import field, form, words
from tests.installations import BOTH
from tests.server.conftest import PASSWORD, Town, problems, town_with
from tests.server.making import Definitions

REPORTS: Mapping[str, Mapping[str, Any]] = {
    "by_color": {"kind": "aggregate", "form": "customer", "measures": ["customer.count"], "by": ["color"], "totals": True},
    "costs": {"kind": "aggregate", "measures": ["customer.cost.sum"]},
    "names": {"kind": "list", "form": "customer", "settings": {"columns": ["name", "age"]}},
    "empty": {"kind": "aggregate", "form": "customer", "measures": ["customer.count"], "by": ["color"], "filter": "{age} > 500"},
    "night": {"kind": "aggregate", "form": "customer", "measures": ["customer.count"], "by": ["color"], "filter": '{name} <> "x"', "totals": True, "nightly": True},
    "secret": {"kind": "aggregate", "measures": ["customer.count"], "roles": ["admin"]},
}  # fmt: skip
CHOICES = [{"key": key, "label": words(key)} for key in ("people", "fixed", "missing", "above", "below", "hourly", "daily_0830")]  # fmt: skip
RULE = form(
    "kpi_rule",
    field("metric", "select", options=CHOICES, required=True),
    field("compare", "select", options=CHOICES),
    field("threshold", "number", scale=4),
    field("direction", "select", options=CHOICES),
    field("schedule", "select", options=CHOICES),
    field("notify", "user", multiple=True),
    field("for_times", "integer"),
    field("missing_hours", "integer"),
    field("rearm_hours", "integer"),
    field("quiet_from", "time"),
    field("quiet_until", "time"),
    field("last_fired", "datetime", read_only=True),
    title="{metric}",
)


def with_reports(made: Definitions) -> None:
    made["forms/kpi_rule"] = RULE
    made["metrics/people"] = {
        "key": "people",
        "name": words("people"),
        "form": "customer",
        "aggregate": "count",
    }
    for key, report in REPORTS.items():
        made[f"reports/{key}"] = {"key": key, "name": words(key), **report}
    cells: list[dict[str, Any]] = [
        {"key": key, "report": key, "at": [0, 4 * at, 12, 4]} for at, key in enumerate(REPORTS)
    ]
    cells.append({"key": "text", "name": words("note"), "text": words("=1+1"), "at": [0, 40, 12, 2]})
    made["dashboards/main"] = {"key": "main", "name": words("main"), "cells": cells}


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town_with(request, tmp_path_factory, with_reports) as made:
        boss, ann = made.sign_in("boss"), made.sign_in("ann")
        for at in range(6):
            _write(
                ann if at < 2 else boss,
                "customer",
                name=f"=顾客{at}",
                color=["red", "green"][at % 2],
                age=20 + at,
            )
        yield made


def _write(client: TestClient, kind: str, **values: Any) -> str:
    told = client.post(f"/api/forms/{kind}/records", json={"values": values})
    assert told.status_code == 201, told.text
    return str(told.json()["record"]["id"])


def export(client: TestClient, path: str, **request: Any) -> Any:
    return client.post(f"/api/{path}/export", json=request)


def cells(data: bytes, sheet: str | None = None) -> list[list[Any]]:
    book = load_workbook(io.BytesIO(data))
    page = book[sheet] if sheet else book.worksheets[0]
    return [[cell.value for cell in row] for row in page.iter_rows()]


def advance(town: Town, **by: float) -> None:
    """Let time go by and happen what then is due."""
    clock = town.house.clock
    assert isinstance(clock, VirtualClock)
    clock.advance(timedelta(**by))
    for _ in range(4):
        town.house.work_once()


def drawer(client: TestClient, kind: str) -> list[dict[str, Any]]:
    items = client.get("/api/notifications").json()["items"]
    return [one for one in items if one["kind"] == kind]


# Files.


def test_everybody_exports_what_he_may_see(town: Town) -> None:
    made = {}
    for login in ("boss", "ann"):
        told = export(town.sign_in(login), "reports/by_color")
        assert told.status_code == 200, told.text
        assert "by_color" in told.headers["content-disposition"]
        made[login] = cells(told.content)[-1][:2]
    assert made == {"boss": ["合计", 6], "ann": ["合计", 2]}


def test_each_export_is_in_the_audit(town: Town) -> None:
    export(town.sign_in("boss"), "dashboards/main", format="csv")
    from engine.audit import read_audit

    with town.clinic().workspace.read() as unit:
        last = [one for one in read_audit(unit) if one.action == "report.export"]
    assert any(one.by == town.ids["alpha", "boss"] for one in last)


@pytest.mark.parametrize("kind", ["xlsx", "csv", "pdf", "png"])
def test_a_dashboard_is_exported_whole_and_what_fails_is_told_in_its_place(town: Town, kind: str) -> None:
    told = export(town.sign_in("ann"), "dashboards/main", format=kind)
    assert told.status_code == 200, told.text
    if kind == "xlsx":
        book = load_workbook(io.BytesIO(told.content))
        assert book.sheetnames[1:] == ["note", "by_color", "costs", "names", "empty", "night"]
        assert "没有" in str(cells(told.content, "costs")) or "不" in str(cells(told.content, "costs"))
        assert all(cell.data_type != "f" for page in book for row in page.iter_rows() for cell in row)


def test_one_chart_alone_goes_by_its_own_name_and_tells_its_filters_once(town: Town) -> None:
    exports = town.clinic().report_out.exports
    boss = town.clinic().actor("boss")
    board = town.sign_in("boss").get("/api/dashboards/main").json()
    cell = next(one for one in board["cells"] if not one.get("text"))
    book = exports.books.book(boss, Wanted("dashboards", "main", {}, cell["key"]), town.house.clock.now())
    assert book.name == f"{cell['title']['zh']} · {board['name']['zh']}"
    said = [tuple(one) for one in layout(book)["said"]]
    assert len(said) == len(set(said))


def test_one_chart_alone_can_be_exported(town: Town) -> None:
    told = export(town.sign_in("boss"), "dashboards/main", cell="by_color", format="csv")
    assert told.content.decode("utf-8-sig").splitlines()[-1] == "合计,6"


@pytest.mark.parametrize(
    ("login", "path", "request_", "status", "code"),
    [
        ("nobody", "reports/by_color", {}, 403, "report_export.no_right"),
        ("ann", "reports/secret", {}, 404, "report.no_such_report"),
        ("ann", "reports/none", {}, 404, "report.no_such_report"),
        ("boss", "reports/by_color", {"format": "exe"}, 422, "registry.unknown_kind"),
        ("boss", "reports/by_color", {"filters": [1]}, 422, "report_export.filters"),
    ],
)
def test_exports_are_refused_with_a_reason(
    town: Town, login: str, path: str, request_: dict[str, Any], status: int, code: str
) -> None:
    told = export(town.sign_in(login), path, **request_)
    assert (told.status_code, problems(told)[0]["code"]) == (status, code)


def test_an_export_in_the_background_waits_for_its_owner_only(town: Town) -> None:
    boss = town.sign_in("boss")
    job = export(boss, "reports/names", background=True).json()["job"]
    town.run_jobs()
    assert boss.get(f"/api/jobs/{job}").json()["state"] == "done"
    assert len(cells(boss.get(f"/api/report-exports/{job}").content)) >= 6
    assert town.sign_in("ann").get(f"/api/report-exports/{job}").status_code == 404


# Subscriptions.


def subscribe(
    client: TestClient, key: str, kind: str = "reports", cron: str = "0 9 * * *", **more: Any
) -> Any:
    return client.post("/api/subscriptions", json={"kind": kind, "key": key, "cron": cron, **more})


@pytest.fixture
def ann(town: Town) -> Iterator[TestClient]:
    client = town.sign_in("ann")
    yield client
    again = town.sign_in("ann")
    for one in again.get("/api/subscriptions").json()["subscriptions"]:
        again.delete(f"/api/subscriptions/{one['id']}")


def test_a_subscription_is_sent_at_its_time_with_what_its_reader_may_see(town: Town, ann: TestClient) -> None:
    made = subscribe(ann, "by_color").json()
    assert (made["way"], made["last_sent_at"]) == ("drawer", None)
    before = len(drawer(ann, "report.sent"))
    advance(town, hours=1)
    advance(town, days=1, minutes=1)
    sent = drawer(town.sign_in("ann"), "report.sent")
    assert len(sent) == before + 1
    data = town.sign_in("ann").get(sent[0]["body"]["file"]["path"]).content
    assert cells(data)[-1][:2] == ["合计", 2]
    assert town.sign_in("boss").get(sent[0]["body"]["file"]["path"]).status_code == 404
    assert town.sign_in("ann").get("/api/subscriptions").json()["subscriptions"][0]["last_sent_at"]


def test_what_was_missed_is_sent_once(town: Town, ann: TestClient) -> None:
    subscribe(ann, "by_color")
    before = len(drawer(ann, "report.sent"))
    advance(town, days=5)
    assert len(drawer(town.sign_in("ann"), "report.sent")) == before + 1


def test_letters_carry_the_file_and_say_how_to_stop_them(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Outgoing] = []
    monkeypatch.setattr(
        Email, "send", lambda _self, out, _settings: (sent.append(out), Receipt("sent", "m1"))[1]
    )
    out = town.clinic().report_out.subscriptions
    monkeypatch.setattr(out, "_settings", lambda: {"host": "mail", "from": "a@clinic.cn"})
    with town.clinic().workspace.write(Cause("system")) as unit:
        accounts.create_accounts(
            unit.connection,
            [(accounts.Account("u-mail", "eve@clinic.cn", "伊芙", ("clerk",), ()), "x")],
            unit.now,
        )
    eve = town.clinic().person("u-mail")
    made = out.create(eve, {"kind": "dashboards", "key": "main", "cron": "0 9 * * *", "format": "pdf"})
    assert made["way"] == "mail"
    advance(town, days=1)
    assert len(sent) == 1
    assert sent[0].files[0].data.startswith(b"%PDF-")
    assert "取消" in sent[0].text
    mail = letter("eve@clinic.cn", sent[0], {"from": "a@clinic.cn"})
    [file] = list(mail.iter_attachments())
    assert file.get_content_type() == "application/pdf"
    monkeypatch.setattr(Email, "send", lambda *_: Receipt("refused", error="no such box"))
    advance(town, days=1)
    assert out.mine(eve)[0]["problem"]["code"] == "subscription.not_sent"
    out.cancel(eve, made["id"])


def test_who_has_lost_the_right_gets_nothing_and_is_told_once(town: Town, ann: TestClient) -> None:
    made = subscribe(ann, "by_color").json()
    reports = town.clinic().report_out.reports
    sent = len(drawer(ann, "report.sent"))
    known = dict(reports.app.of("reports")["by_color"])
    app_reports: Any = reports.app.of("reports")
    app_reports["by_color"] = {**known, "roles": ["admin"]}
    try:
        advance(town, days=1)
        advance(town, days=1)
    finally:
        app_reports["by_color"] = known
    lines = drawer(town.sign_in("ann"), "report.sent")
    assert len(lines) == sent + 1
    assert "file" not in lines[0]["body"]
    [one] = town.sign_in("ann").get("/api/subscriptions").json()["subscriptions"]
    assert (one["id"], one["paused"], one["next_at"]) == (made["id"], True, None)
    assert one["problem"]["code"] == "report.no_such_report"


def test_a_report_that_fails_is_told_once_and_goes_on_being_tried(town: Town, ann: TestClient) -> None:
    before = len(drawer(ann, "report.sent"))
    subscribe(ann, "costs")
    advance(town, days=1)
    advance(town, days=1)
    lines = drawer(town.sign_in("ann"), "report.sent")
    assert len(lines) == before + 1
    [one] = town.sign_in("ann").get("/api/subscriptions").json()["subscriptions"]
    assert one["problem"] is not None
    assert one["paused"] is False
    assert one["next_at"] is not None


def test_an_empty_set_is_sent_as_such(town: Town, ann: TestClient) -> None:
    before = len(drawer(ann, "report.sent"))
    subscribe(ann, "empty", format="xlsx")
    advance(town, days=1)
    [line] = drawer(town.sign_in("ann"), "report.sent")[
        : len(drawer(town.sign_in("ann"), "report.sent")) - before
    ]
    data = town.sign_in("ann").get(line["body"]["file"]["path"]).content
    assert "没有数据" in str(cells(data))


def test_paused_and_cancelled_subscriptions_are_not_sent(town: Town, ann: TestClient) -> None:
    one = subscribe(ann, "by_color").json()
    told = ann.patch(f"/api/subscriptions/{one['id']}", json={"paused": True})
    assert (told.json()["paused"], told.json()["next_at"]) == (True, None)
    before = len(drawer(ann, "report.sent"))
    advance(town, days=2)
    assert len(drawer(town.sign_in("ann"), "report.sent")) == before
    again = town.sign_in("ann").patch(
        f"/api/subscriptions/{one['id']}", json={"paused": False, "cron": "30 7 * * 1"}
    )
    assert again.json()["next_at"] is not None
    assert town.sign_in("boss").delete(f"/api/subscriptions/{one['id']}").status_code == 404
    assert town.sign_in("ann").delete(f"/api/subscriptions/{one['id']}").status_code == 204


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"cron": "x"}, "calendar.cron"),
        ({"cron": "0 0 30 2 *"}, "calendar.cron"),
        ({"cron": "* * * * *"}, "subscription.too_often"),
        ({"key": "none"}, "report.no_such_report"),
        ({"key": "secret"}, "report.no_such_report"),
        ({"format": "doc"}, "registry.unknown_kind"),
    ],
)
def test_wrong_subscriptions_are_refused(ann: TestClient, values: dict[str, Any], code: str) -> None:
    told = ann.post(
        "/api/subscriptions", json={"kind": "reports", "key": "by_color", "cron": "0 9 * * *", **values}
    )
    assert problems(told)[0]["code"] == code


# Alerts.


@pytest.fixture
def rule(town: Town) -> Iterator[Any]:
    made: list[str] = []

    def create(**values: Any) -> str:
        notify = [town.ids["alpha", login] for login in ("boss", "ann", "nobody")]
        given = {
            "metric": "people", "compare": "fixed", "threshold": "3", "direction": "above", "schedule": "hourly",
            "notify": notify, **values,
        }  # fmt: skip
        made.append(_write(town.sign_in("boss"), "kpi_rule", **given))
        return made[-1]

    morning(town)
    yield create
    for one in made:
        town.sign_in("boss").delete(f"/api/forms/kpi_rule/records/{one}")
    advance(town, minutes=1)


def morning(town: Town) -> None:
    """Let it be ten o'clock of a day on which nobody has written anything yet, wherever the tests before left off."""
    now = town.house.clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
    ten = now.replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=1)
    advance(town, seconds=(ten - now).total_seconds())


def told_of(town: Town, login: str) -> list[str]:
    lines = drawer(town.sign_in(login), "report.alert")
    return [str(one["body"].get("text", {}).get("zh", "")) for one in lines]


def newest(town: Town) -> None:
    """Write six customers of today, so that what is counted today is known."""
    for at in range(6):
        _write(town.sign_in("ann" if at < 2 else "boss"), "customer", name=f"新{at}")


def test_an_alert_tells_each_recipient_by_his_own_numbers_and_once(town: Town, rule: Any) -> None:
    before = {login: len(told_of(town, login)) for login in ("boss", "ann", "nobody")}
    rule_id = rule()
    advance(town, minutes=1)
    newest(town)
    advance(town, hours=1)
    advance(town, hours=1)
    boss = told_of(town, "boss")
    assert len(boss) - before["boss"] == 1
    # ann sees two customers, not more than three; nobody sees none at all.
    assert len(told_of(town, "ann")) == before["ann"]
    assert len(told_of(town, "nobody")) == before["nobody"]
    record = town.sign_in("boss").get(f"/api/forms/kpi_rule/records/{rule_id}").json()["record"]
    assert record["last_fired"] is not None
    [mine] = town.sign_in("boss").get("/api/alerts").json()["alerts"]
    assert mine["open"] == [boss[0]]
    [hers] = town.sign_in("nobody").get("/api/alerts").json()["alerts"]
    assert hers["open"] == []
    assert hers["problem"] is not None


def test_in_quiet_hours_the_word_waits_until_they_are_over(town: Town, rule: Any) -> None:
    clock = town.house.clock
    hour = clock.now().hour
    rule(quiet_from=f"{(hour + 8) % 24:02d}:00", quiet_until=f"{(hour + 12) % 24:02d}:00")
    before = len(told_of(town, "boss"))
    advance(town, minutes=1)
    newest(town)
    advance(town, hours=1)
    assert len(told_of(town, "boss")) == before
    newest(town)
    advance(town, hours=4)
    newest(town)
    advance(town, hours=1)
    assert len(told_of(town, "boss")) == before + 1


def test_silence_is_told_with_the_last_time(town: Town, rule: Any) -> None:
    newest(town)
    rule(compare="missing", missing_hours=2)
    before = len(told_of(town, "boss"))
    advance(town, hours=1)
    assert len(told_of(town, "boss")) == before
    advance(town, hours=3)
    assert "以来没有新数据" in told_of(town, "boss")[0]


def test_a_rule_can_be_tried_without_telling_anybody(town: Town, rule: Any) -> None:
    rule_id = rule(threshold="0.5")
    newest(town)
    before = len(told_of(town, "boss"))
    said = town.sign_in("boss").post(f"/api/alerts/{rule_id}/try").json()
    assert said["problem"] is None, said
    assert len(said["lines"]) == 1
    assert len(told_of(town, "boss")) == before
    assert town.sign_in("ann").post(f"/api/alerts/{rule_id}/try").status_code in (403, 404)


def test_the_page_of_alerts_says_what_was_told_to_whom_and_keeps_numbers_apart(town: Town, rule: Any) -> None:
    rule_id = rule(notify=[town.ids["alpha", login] for login in ("boss", "nobody")])
    advance(town, minutes=1)
    newest(town)
    advance(town, hours=1)
    page = town.sign_in("boss").get("/api/alerts").json()
    [line] = [one for one in page["alerts"] if one["rule"] == rule_id]
    assert line["tells_me"]
    assert line["is_seen"]
    assert len(line["people"]) == 2
    assert line["condition"]["zh"] == "高于 3 · 每小时看一次"
    [group] = line["groups"]
    assert group["is_open"]
    assert group["text"] == line["open"][0]
    assert group["again_at"] > group["told_at"] >= group["since"]
    said = page["told"][0]
    assert (said["rule"], said["kind"], len(said["people"])) == (rule_id, "told", 1)
    assert said["lines"] == line["open"]
    theirs = town.sign_in("nobody").get("/api/alerts").json()
    [own] = [one for one in theirs["alerts"] if one["rule"] == rule_id]
    # who may not open the rule learns neither who else hears of it nor what they were told
    assert not own["is_seen"]
    assert own["people"] == []
    assert [one for one in theirs["told"] if one["rule"] == rule_id] == []


def line_of(town: Town, login: str, rule_id: str) -> dict[str, Any]:
    page = town.sign_in(login).get("/api/alerts").json()
    return next(one for one in page["alerts"] if one["rule"] == rule_id)


def test_what_somebody_knows_of_is_not_told_again_until_its_time_or_until_it_was_well(
    town: Town, rule: Any
) -> None:
    everybody = ("ann", "ben", "boss")
    rule_id = rule(notify=[town.ids["alpha", login] for login in everybody], threshold="1", rearm_hours=1)
    advance(town, minutes=1)
    newest(town)
    for at in range(2):
        _write(town.sign_in("ben"), "customer", name=f"本{at}")
    advance(town, hours=1)
    ann = town.sign_in("ann")
    counts = {login: len(told_of(town, login)) for login in everybody}
    [group] = line_of(town, "ann", rule_id)["groups"]
    assert group["known"] is None
    until = town.house.clock.now() + timedelta(hours=2, minutes=30)
    said = ann.post(
        f"/api/alerts/{rule_id}/acknowledge",
        json={"group": group["key"], "until": until.isoformat(), "note": "已联系"},
    )
    assert said.status_code == 200, said.text
    known = said.json()["groups"][0]["known"]
    assert (known["note"], datetime.fromisoformat(known["until"])) == ("已联系", until)
    assert known["by"] == town.ids["alpha", "ann"]
    # Two customers of ann's and two of ben's are the same number; the boss sees more than that.
    assert line_of(town, "ben", rule_id)["groups"][0]["known"] == known
    assert line_of(town, "boss", rule_id)["groups"][0]["known"] is None
    newest_told = town.sign_in("boss").get("/api/alerts").json()["told"][0]
    assert (newest_told["kind"], newest_told["by_name"]) == ("known", known["by_name"])
    assert (newest_told["note"], len(newest_told["people"]), newest_told["lines"]) == ("已联系", 2, [])
    advance(town, hours=2)
    assert {login: len(told_of(town, login)) - counts[login] for login in everybody} == {
        "ann": 0,
        "ben": 0,
        "boss": 1,
    }
    advance(town, hours=1)
    assert {login: len(told_of(town, login)) - counts[login] for login in everybody} == {
        "ann": 1,
        "ben": 1,
        "boss": 2,
    }
    assert line_of(town, "ann", rule_id)["groups"][0]["known"] is None


def test_what_is_known_after_all_not_is_told_again_in_its_time(town: Town, rule: Any) -> None:
    rule_id = rule(notify=[town.ids["alpha", "boss"]], threshold="1", rearm_hours=1)
    advance(town, minutes=1)
    newest(town)
    advance(town, hours=1)
    boss, count = town.sign_in("boss"), len(told_of(town, "boss"))
    assert (
        boss.post(f"/api/alerts/{rule_id}/acknowledge", json={}).json()["groups"][0]["known"]["until"] is None
    )
    advance(town, hours=2)
    assert len(told_of(town, "boss")) == count
    assert boss.post(f"/api/alerts/{rule_id}/unacknowledge", json={}).json()["groups"][0]["known"] is None
    assert boss.get("/api/alerts").json()["told"][0]["kind"] == "unknown"
    advance(town, hours=1)
    assert len(told_of(town, "boss")) == count + 1
    [notice] = drawer(boss, "report.alert")[:1]
    assert notice["body"]["path"] == f"/alerts?rule={rule_id}"


@pytest.mark.parametrize(
    ("login", "what", "values", "status", "code"),
    [
        ("boss", "acknowledge", {"group": "nowhere"}, 422, "alert.not_off"),
        ("boss", "unacknowledge", {}, 422, "alert.not_off"),
        ("boss", "acknowledge", {"until": "2020-01-01T00:00:00Z"}, 422, "alert.bad_until"),
        ("boss", "acknowledge", {"until": "morgen"}, 422, "alert.bad_until"),
        ("boss", "acknowledge", {"until": "2999-01-01T00:00:00"}, 422, "alert.bad_until"),
        ("boss", "acknowledge", {"note": "长" * 201}, 422, "alert.bad_note"),
        ("ann", "acknowledge", {}, 404, "alert.not_mine"),
    ],
)
def test_what_cannot_be_known_is_refused(
    town: Town, rule: Any, login: str, what: str, values: dict[str, Any], status: int, code: str
) -> None:
    rule_id = rule(notify=[town.ids["alpha", "boss"]], threshold="1")
    advance(town, minutes=1)
    newest(town)
    advance(town, hours=1)
    told = town.sign_in(login).post(f"/api/alerts/{rule_id}/{what}", json=values)
    assert (told.status_code, problems(told)[0]["code"]) == (status, code)


def test_what_was_told_is_forgotten_after_a_month(town: Town, rule: Any) -> None:
    rule_id = rule()
    advance(town, minutes=1)
    newest(town)
    advance(town, hours=1)

    def told() -> list[Any]:
        page = town.sign_in("boss").get("/api/alerts").json()
        return [one for one in page["told"] if one["rule"] == rule_id and one["kind"] == "told"]

    assert len(told()) == 1
    advance(town, days=31)
    assert told() == []


def test_files_go_along_only_where_there_are_some() -> None:
    plain = letter("a@b.cn", Outgoing("k", Address("staff", "u"), "zh", "s", "t"), {"from": "c@d.cn"})
    assert list(plain.iter_attachments()) == []
    both = Outgoing(
        "k",
        Address("staff", "u"),
        "zh",
        "s",
        "t",
        files=(Attached("报表\n.csv", "text/csv; charset=utf-8", b"x"),),
    )
    [file] = list(letter("a@b.cn", both, {"from": "c@d.cn"}).iter_attachments())
    assert file.get_filename() == "报表 .csv"


# Nights.


def total(town: Town, login: str, key: str) -> tuple[int, str]:
    told = town.sign_in(login).post(f"/api/reports/{key}/ask", json={}).json()
    return told["table"]["totals"][0]["rows"][0][1], told["table"]["as_of"]


def test_nightly_answers_are_each_readers_own_and_say_of_when_they_are(town: Town) -> None:
    advance(town, days=1)
    before = {login: total(town, login, "night") for login in ("boss", "ann")}
    live = {login: total(town, login, "by_color") for login in ("boss", "ann")}
    assert {login: one[0] for login, one in before.items()} == {login: one[0] for login, one in live.items()}
    assert before["boss"][0] > before["ann"][0]
    newest(town)
    after = {login: total(town, login, "night") for login in ("boss", "ann")}
    # New customers come tomorrow, and the answer says of when it is.
    assert after == before
    assert total(town, "boss", "by_color")[0] == before["boss"][0] + 6
    assert after["boss"][1] <= live["boss"][1]
    advance(town, days=1)
    assert total(town, "boss", "night")[0] == before["boss"][0] + 6


def test_a_reader_with_other_rights_never_gets_anothers_answer(town: Town) -> None:
    advance(town, days=1)
    boss = total(town, "boss", "night")[0]
    with town.clinic().workspace.write(Cause("system")) as unit:
        account = accounts.Account("u-new", f"new{boss}", "新人", ("clerk",), ())
        accounts.create_accounts(unit.connection, [(account, town.house.passwords.hash(PASSWORD))], unit.now)
    # Hers was not asked at night: it is worked out now, as she may see it.
    assert total(town, f"new{boss}", "night")[0] == 0


def test_rows_come_back_from_the_night_as_they_went() -> None:
    import datetime as dt
    from decimal import Decimal
    from uuid import UUID

    from report_engine.nights import packed, unpacked

    row = (None, True, 3, 2**70, 0.1, "a", Decimal("1.20"), dt.date(2026, 1, 2), dt.datetime(2026, 1, 2, 3, tzinfo=dt.UTC), b"x", ["a", 1], UUID(int=5))  # fmt: skip
    [back] = unpacked(packed([row]))
    assert back == row
    assert [type(one) for one in back] == [type(one) for one in row]
    with pytest.raises(TypeError):
        packed([(object(),)])


def test_what_two_ask_alike_is_asked_once_and_what_is_ones_own_for_each(town: Town) -> None:
    def night() -> dict[str, Any]:
        advance(town, days=1)
        with town.clinic().workspace.read() as unit:
            c = JOBS.c
            last = select(c.result).where(c.kind == "report.night").order_by(c.created_at.desc(), c.id.desc())
            return dict(json.loads(unit.connection.execute(last.limit(1)).scalar_one()))

    def hire(login: str, role: str) -> None:
        account = accounts.Account(f"u-{login}", login, login, (role,), ())
        with town.clinic().workspace.write(Cause("system")) as unit:
            accounts.create_accounts(
                unit.connection, [(account, town.house.passwords.hash(PASSWORD))], unit.now
            )

    hire("first", "admin")
    one = night()
    hire("second", "admin")
    two = night()
    assert (two["people"], two["asked"]) == (one["people"] + 1, one["asked"])
    hire("third", "clerk")
    three = night()
    # A clerk sees her own customers: nobody asks that for her.
    assert three["asked"] > two["asked"]
