"""Trial runs, on both databases: what would happen is told, and nothing of it stays or leaves."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import inspect, text
from typer.testing import CliRunner

from engine.access.actor import system_actor
from engine.clock import VirtualClock
from engine.events import dispatch
from flow_engine.simulation import Trial
from server.app import VERSION, routers
from server.cli import app as cli
from server.openapi import document
from tests.installations import BOTH, pg_database
from tests.server.conftest import Town, codes, new_customer, phone, town_with

__all__ = ["pg_database"]

END = {"key": "end", "kind": "end"}
HELLO = {
    "key": "hello", "name": {"zh": "问候", "en": "Hello"}, "class": "care", "form": "customer",
    "channels": {"sms": {"zh": "{{ name }}，您好", "en": "Hello {{ name }}"}},
}  # fmt: skip
CARE = {
    "key": "care", "name": {"zh": "关怀", "en": "Care"},
    "trigger": {"kind": "record_created", "form": "customer", "when": "{age} > 10"}, "start": "ask",
    "nodes": [
        {"key": "ask", "kind": "approve", "name": {"zh": "主管", "en": "Boss"}, "who": {"role": "admin"},
         "due": {"in": "1d", "late": [{"remind": "who"}, {"after": "1d", "do": "rejected"}]},
         "to": {"approved": "call", "rejected": "end"}},
        {"key": "call", "kind": "http", "connection": "lab", "method": "POST", "path": '"/x"', "as": "said", "waits": True,
         "to": {"ok": "rest", "failed": "end"}},
        {"key": "rest", "kind": "wait", "for": "3d", "to": "hello"},
        {"key": "hello", "kind": "message", "message": "hello", "whom": "{customer}", "waits": True, "to": {"sent": "mark", "failed": "mark"}},
        {"key": "mark", "kind": "update", "record": "{customer}", "set": {"color": '"green"'}, "to": "paid"},
        {"key": "paid", "kind": "receive", "message": "paid", "correlate": "{customer.id}", "to": "talk"},
        {"key": "talk", "kind": "create", "form": "talk", "set": {"customer_id": "{customer.id}", "content": '"x"'}, "to": "end"},
        END,
    ],
}  # fmt: skip
ANSWERS = {
    "tasks": [{"node": "ask", "way": "approved", "after": "2h", "comment": "好"}],
    "calls": [{"node": "call", "result": {"status": 200, "body": {"ok": True}}}],
    "messages": [{"name": "paid", "after": "5d"}],
}


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Return a house with one clinic whose app has a flow that does a bit of everything. Its pool has one connection."""

    def with_flows(files):
        files["flows/care"], files["messages/hello"] = CARE, HELLO
        files["roles/admin"]["rights"]["flows"] = True

    with town_with(request, tmp_path_factory, with_flows) as made:
        yield made


def everything(town: Town) -> dict[str, list]:
    """Return all rows of all tables, and on PostgreSQL how far its sequences are."""
    workspace = town.clinic().workspace
    with workspace.read() as unit:
        tables = inspect(unit.connection).get_table_names(schema=workspace.room.schema)
        found = {
            table: sorted(map(repr, unit.connection.execute(text(f'SELECT * FROM "{table}"'))))
            for table in tables
        }
        if unit.is_postgres:
            rows = unit.connection.execute(
                text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = :s ORDER BY 1"),
                {"s": workspace.room.schema},
            )
            found["sequences"] = [tuple(row) for row in rows]
    # who is signed in changes by the asking itself
    return {key: rows for key, rows in found.items() if "session" not in key}


def tried(client, **body) -> dict:
    told = client.post("/api/flows/care/simulate", json={"form": "customer", "until": "30d", **body})
    assert told.status_code == 200, told.text
    return told.json()


def days(told: dict) -> list[tuple[int, str, str | None]]:
    """Return the timeline as (day, kind, node)."""
    first = told["began_at"][:10]
    found = []
    for line in told["timeline"]:
        day = (int(line["at"][8:10]) - int(first[8:10])) % 31
        found.append((day, line["kind"], line.get("node")))
    return found


INVENTED = {"name": "张试", "age": 30}


class TestWhatIsTold:
    def test_an_invented_record_goes_the_whole_way_with_the_answers_given(self, town, boss):
        told = tried(boss, record={**INVENTED, "phone": phone()}, answers=ANSWERS)
        assert (told["status"], told["cut"], told["troubles"]) == ("done", None, [])
        seen = days(told)
        assert (0, "change", None) in seen
        assert (0, "task", "ask") in seen
        assert (0, "decided", "ask") in seen
        assert (0, "call", "call") in seen
        assert (3, "message", "hello") in seen
        assert (5, "message", "paid") in seen
        assert seen[-1] == (5, "finished", None) or seen[-1][:2] == (5, "finished")
        assert told["triggers"][0]["verdict"] == "started"

    def test_people_messages_waits_and_changes_are_told_in_words(self, town, boss):
        told = tried(boss, record={**INVENTED, "phone": phone()}, answers=ANSWERS)
        by_kind = {}
        for line in told["timeline"]:
            by_kind.setdefault((line["kind"], line.get("node")), line)
            assert line["text"]["zh"]
            assert line["text"]["en"]
        assert by_kind["task", "ask"]["names"] == ["boss"]
        assert by_kind["decided", "ask"]["by"] == "boss"
        assert by_kind["decided", "ask"]["comment"] == "好"
        assert by_kind["waits", "rest"]["until"] > by_kind["waits", "rest"]["at"]
        sent = next(
            one for one in told["timeline"] if one["kind"] == "message" and one.get("state") == "sent"
        )
        assert sent["body"] == "张试，您好"
        assert sent["channel"] == "sms"
        change = next(one for one in told["timeline"] if one["kind"] == "change" and one["verb"] == "updated")
        assert change["fields"] == {"color": [None, "green"]}
        assert change["title"] == "张试"

    def test_left_alone_it_waits_reminds_and_gives_up_by_itself(self, town, boss):
        told = tried(boss, record={**INVENTED, "phone": phone()})
        seen = days(told)
        assert (0, "task", "ask") in seen
        assert (1, "timer", "ask") in seen
        assert (2, "passed", "ask") in seen
        assert told["status"] == "done"
        assert not any(kind == "message" for _, kind, _ in seen)

    def test_what_has_not_come_by_the_end_is_told_as_waiting(self, town, boss):
        told = tried(boss, record={**INVENTED, "phone": phone()}, until="12h")
        assert told["status"] == "running"
        [waiting] = told["waiting"]
        assert waiting["node"] == "ask"
        assert waiting["people"] == [town.ids["alpha", "boss"]]

    def test_a_chosen_record_is_taken_as_it_is_and_its_trigger_judged(self, town, boss):
        record = new_customer(boss, phone=phone(), age=5)
        told = tried(boss, record_id=record["id"], answers={"others": "agree"})
        assert [one["verdict"] for one in told["triggers"]] == ["condition"]
        assert (0, "decided", "ask") in days(told)
        assert (3, "message", "hello") in days(told)

    def test_a_record_may_change_meanwhile(self, town, boss):
        record = new_customer(boss, phone=phone(), age=30)
        answers = {"changes": [{"after": "2h", "values": {"note": "改了"}}]}
        told = tried(boss, record_id=record["id"], answers=answers)
        changes = [one for one in told["timeline"] if one["kind"] == "change"]
        assert [one["fields"] for one in changes] == [{"note": [None, "改了"]}]

    def test_a_flow_that_is_not_published_is_tried_by_its_definition(self, town, boss):
        nodes = [{"key": "rest", "kind": "wait", "for": "2d", "to": "end"}, END]
        told = tried(
            boss, record={**INVENTED, "phone": phone()}, definition={**CARE, "start": "rest", "nodes": nodes}
        )
        assert (0, "waits", "rest") in days(told)
        assert told["status"] == "done"

    def test_answers_that_are_refused_are_told_and_the_task_stays(self, town, boss):
        answers = {"tasks": [{"node": "ask", "way": "nonsense"}]}
        told = tried(boss, record={**INVENTED, "phone": phone()}, until="6h", answers=answers)
        refused = [one for one in told["timeline"] if one["kind"] == "refused"]
        assert [one["problems"][0]["code"] for one in refused] == ["task.no_way"]
        assert told["waiting"][0]["node"] == "ask"


BIRTHDAY = {
    **CARE, "start": "end", "nodes": [END],
    "trigger": {"kind": "became_true", "form": "customer", "when": "AND(NOT(ISBLANK({born})), {born} < TODAY())"},
}  # fmt: skip


class TestWhatComesTrueWithTime:
    """A flow whose condition hangs on the clock is tried from where the clock makes it true."""

    def in_days(self, town, count: int) -> str:
        now = town.clinic().workspace.clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
        return str((now + timedelta(days=count)).date())

    def test_it_begins_when_the_condition_comes_true(self, town, boss):
        record = {**INVENTED, "phone": phone(), "born": self.in_days(town, 3)}
        told = tried(boss, record=record, definition=BIRTHDAY)
        assert [one["verdict"] for one in told["triggers"]] == ["not_yet"]
        at = next(one["at"] for one in told["timeline"] if one["kind"] == "started")
        began = datetime.fromisoformat(at).astimezone(ZoneInfo("Asia/Shanghai"))
        assert (str(began.date()), began.hour, began.minute) == (self.in_days(town, 4), 0, 0)
        assert (told["status"], told["cut"]) == ("done", None)

    def test_a_chosen_record_for_which_it_will_not_come_true_is_tried_at_once(self, town, boss):
        record = new_customer(boss, phone=phone(), born=self.in_days(town, 60))
        told = tried(boss, record_id=record["id"], definition=BIRTHDAY)
        assert (0, "started", None) in days(told)

    def test_past_records_are_gone_over_as_of_the_day_on_which_it_came_true(self, town, boss):
        body = {"since": "2d", "until": "1d", "definition": BIRTHDAY}
        before = boss.post("/api/flows/care/shadow", json=body).json()["cases"]
        new_customer(boss, phone=phone(), born=self.in_days(town, -1))
        new_customer(boss, phone=phone(), born=self.in_days(town, 1))
        assert boss.post("/api/flows/care/shadow", json=body).json()["cases"] == before + 1


class TestHalting:
    """Breakpoints: the trial halts before a node, and is done again to go on."""

    def halted(self, town, boss, **body) -> dict:
        record = {**INVENTED, "phone": "13900001111"}
        return tried(boss, record=record, answers=ANSWERS, **body)

    def test_it_halts_before_a_node_and_says_what_the_flow_knows_and_what_would_come(self, town, boss):
        before = everything(town)
        told = self.halted(town, boss, **{"break": ["ask"]})
        stop = told["stopped"]
        assert (told["cut"], stop["node"], stop["name"]["zh"], stop["kind"]) == (
            "stop",
            "ask",
            "主管",
            "approve",
        )
        assert stop["record"]["name"] == "张试"
        assert [(one["kind"], one["names"]) for one in stop["ahead"] if one["kind"] == "task"] == [
            ("task", ["boss"])
        ]
        assert "task" not in {one["kind"] for one in told["timeline"]}
        assert everything(town) == before

    def test_it_goes_on_to_the_next_break_or_by_a_step(self, town, boss):
        first = self.halted(town, boss, **{"break": ["ask", "mark"]})["stopped"]
        told = self.halted(town, boss, **{"break": ["ask", "mark"]}, after=first["move"])
        assert told["stopped"]["node"] == "mark"
        assert told["stopped"]["variables"]["said"]
        assert any(one["kind"] == "decided" for one in told["timeline"])
        step = self.halted(town, boss, step=True, after=first["move"])
        assert (step["stopped"]["node"], step["stopped"]["move"]) == ("call", first["move"] + 1)
        end = self.halted(town, boss, **{"break": ["ask"]}, after=first["move"])
        assert (end["stopped"], end["status"]) == (None, "done")

    def test_what_a_node_would_change_is_ahead_and_not_done_yet(self, town, boss):
        told = self.halted(town, boss, **{"break": ["mark"]})
        assert "color" not in told["stopped"]["record"]
        assert [one["fields"] for one in told["stopped"]["ahead"] if one["kind"] == "change"] == [
            {"color": [None, "green"]}
        ]

    def test_a_node_that_is_not_there_is_refused(self, town, boss):
        body = {"form": "customer", "record": {**INVENTED, "phone": phone()}, "break": ["nowhere"]}
        assert codes(boss.post("/api/flows/care/simulate", json=body)) == {"/break/nowhere": "trial.no_node"}


class TestNothingStays:
    def test_no_row_no_job_no_audit_no_number(self, town, boss):
        record = new_customer(boss, phone=phone(), age=30)
        before = everything(town)
        tried(boss, record={**INVENTED, "phone": phone()}, answers=ANSWERS)
        tried(boss, record_id=record["id"], answers=ANSWERS)
        assert everything(town) == before

    def test_what_waits_in_the_house_is_left_to_the_house(self, town, boss):
        record = new_customer(boss, phone=phone(), age=30)
        clinic = town.clinic()
        dispatch(clinic.workspace, (clinic.flows.listen,))
        told = tried(boss, record={**INVENTED, "phone": phone()}, answers={"others": "agree"})
        assert {one["instance_id"] for one in told["timeline"] if "instance_id" in one} == {
            told["instance_id"]
        }
        running = boss.get("/api/instances", params={"record_id": record["id"]}).json()["instances"]
        assert [one["status"] for one in running] == ["running"]

    def test_a_trial_that_breaks_off_leaves_nothing_either(self, town, boss, monkeypatch):
        before = everything(town)
        monkeypatch.setattr("flow_engine.simulation.trial.Trial._go_on", lambda *_: 1 / 0)
        told = boss.post(
            "/api/flows/care/simulate", json={"form": "customer", "record": {**INVENTED, "phone": phone()}}
        )
        assert told.status_code == 500
        assert everything(town) == before

    def test_a_flow_that_never_ends_is_cut_short(self, town, boss, monkeypatch):
        monkeypatch.setattr("flow_engine.simulation.trial.MOST_LINES", 50)
        nodes = [{"key": "rest", "kind": "wait", "for": "1m", "to": "rest"}, END]
        definition = {**CARE, "start": "rest", "nodes": nodes}
        told = tried(boss, record={**INVENTED, "phone": phone()}, definition=definition, until="400d")
        assert told["cut"] == "lines"
        assert told["status"] == "running"


class TestWhoMayTryAndWhat:
    def test_only_those_who_manage_flows(self, town, ann):
        told = ann.post("/api/flows/care/simulate", json={})
        assert codes(told) == {"": "flow.managers_only"}
        assert told.status_code == 403
        assert ann.post("/api/flows/care/shadow", json={}).status_code == 403

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, "trial.no_record"),
            ({"form": "customer", "record_id": "nobody"}, "trial.gone"),
            ({"form": "customer", "record": {"age": 400, "name": "x"}}, None),
            ({"form": "customer", "record": {}, "until": "9000d"}, "trial.too_far"),
            ({"form": "customer", "record": {}, "until": "soon"}, "calendar.span"),
            ({"form": "customer", "record": {}, "answers": {"tasks": [{"nod": "ask"}]}}, None),
            ({"form": "customer", "record": {}, "answers": {"tasks": [{"node": "ask", "by": "nobody at all"}]}}, "trial.login"),
            ({"form": "customer", "record": {}, "definition": {"key": "care"}}, None),
        ],
    )  # fmt: skip
    def test_what_cannot_be_tried_is_refused_in_words(self, town, boss, body, code):
        told = boss.post("/api/flows/care/simulate", json=body)
        assert told.status_code == 422, told.text
        assert code is None or code in codes(told).values()

    def test_the_answer_is_as_documented(self, town, boss):
        schema = document(routers(), VERSION)
        shape = {**schema["components"]["schemas"]["Trial"], "components": schema["components"]}
        told = tried(boss, record={**INVENTED, "phone": phone()}, answers=ANSWERS)
        assert list(Draft202012Validator(shape).iter_errors(told)) == []


class TestShadow:
    def test_it_tells_whom_the_flow_would_have_contacted(self, town, boss):
        names = ["影一", "影二"]
        for name in names:
            new_customer(boss, name=name, phone=phone(), age=60)
        new_customer(boss, name="小儿", phone=phone(), age=3)
        before = everything(town)
        body = {"since": "2d", "until": "10d", "answers": {"others": "agree"}}
        told = boss.post("/api/flows/care/shadow", json=body)
        assert told.status_code == 200, told.text
        found = told.json()
        assert {one["to"]["name"] for one in found["contacts"]} >= set(names)
        assert "小儿" not in {one["to"]["name"] for one in found["contacts"]}
        assert found["skipped"]["condition"] >= 1
        assert found["run"] == found["cases"]
        assert found["is_whole"]
        assert found["people"] == len({one["to"]["id"] for one in found["contacts"]})
        assert {one["message_name"]["zh"] for one in found["contacts"]} == {"问候"}
        assert {one["words"]["zh"]: one["count"] for one in found["left_out"]}["条件不成立"] >= 1
        assert {one["name"] for one in found["tasks"]} == {"boss"}
        assert everything(town) == before

    def test_it_tells_who_would_not_have_been_contacted_and_why(self, town, boss):
        new_customer(boss, name="没有电话", age=60)
        body = {"since": "2d", "until": "10d", "answers": {"others": "agree"}}
        found = boss.post("/api/flows/care/shadow", json=body).json()
        (held,) = (one for one in found["held"] if one["to"]["name"] == "没有电话")
        assert (held["reason"], held["why"]["zh"]) == ("no_address", "没有可用的联系方式")
        assert "没有电话" not in {one["to"]["name"] for one in found["contacts"]}

    def test_its_answer_is_as_documented(self, town, boss):
        schema = document(routers(), VERSION)
        shape = {**schema["components"]["schemas"]["ShadowRun"], "components": schema["components"]}
        found = boss.post("/api/flows/care/shadow", json={"since": "2d", "until": "10d"}).json()
        assert list(Draft202012Validator(shape).iter_errors(found)) == []

    def test_it_goes_over_no_more_than_asked(self, town, boss):
        for _ in range(3):
            new_customer(boss, phone=phone(), age=60)
        found = boss.post("/api/flows/care/shadow", json={"since": "2d", "until": "1d", "limit": 2}).json()
        assert found["cases"] == 2
        assert not found["is_whole"]


def test_the_command_prints_the_timeline(town, tmp_path, monkeypatch):
    home = town.house.settings.home
    if town.house.settings.database_url is not None:
        monkeypatch.setenv("DATABASE_URL", town.house.settings.database_url)
    (tmp_path / "record.json").write_text(json.dumps({"values": {**INVENTED, "phone": phone()}}), "utf-8")
    (tmp_path / "answers.json").write_text(json.dumps(ANSWERS), "utf-8")
    asked = [
        "simulate",
        "care",
        "--record",
        str(tmp_path / "record.json"),
        "--home",
        str(home),
        "--until",
        "30d",
    ]
    asked += ["--answers", str(tmp_path / "answers.json")]
    told = CliRunner().invoke(cli, [*asked, "--json"])
    assert told.exit_code == 0, told.output
    found = json.loads(told.output)
    assert found["status"] == "done"
    assert any(one["kind"] == "message" for one in found["timeline"])
    plain = CliRunner().invoke(cli, asked)
    assert "待办" in plain.output
    assert "发送消息" in plain.output
    past = CliRunner().invoke(
        cli, [*asked[:2], "--home", str(home), "--shadow", "3d", "--until", "1d", "--json"]
    )
    assert past.exit_code == 0
    assert json.loads(past.output)["flow"] == "care"


def test_the_command_halts_before_a_node_and_goes_on(town, tmp_path, monkeypatch):
    if town.house.settings.database_url is not None:
        monkeypatch.setenv("DATABASE_URL", town.house.settings.database_url)
    (tmp_path / "record.json").write_text(json.dumps({"values": {**INVENTED, "phone": phone()}}), "utf-8")
    asked = [
        "simulate",
        "care",
        "--record",
        str(tmp_path / "record.json"),
        "--home",
        str(town.house.settings.home),
    ]
    plain = CliRunner().invoke(cli, [*asked, "--break", "ask"])
    assert plain.exit_code == 0, plain.output
    assert "■ ask · 主管 (approve) --after 1" in plain.output
    assert "→ " in plain.output
    further = CliRunner().invoke(cli, [*asked, "--step", "--after", "1", "--json"])
    assert json.loads(further.output)["stopped"]["node"] == "end", "nobody answers, so it is given up"


@pytest.mark.parametrize("path", ["simulate", "shadow"])
def test_staff_save_while_a_trial_is_under_way(town, boss, monkeypatch, path):
    clinic, saved, run = town.clinic(), [], Trial.run
    new_customer(boss)

    def save():
        saved.append(
            clinic.service.create(clinic.person(town.ids["alpha", "boss"]), "customer", {"name": "李四"})
        )

    def slow(trial, *given):
        thread = threading.Thread(target=save)
        thread.start()
        thread.join(20)
        assert not thread.is_alive()
        return run(trial, *given)

    monkeypatch.setattr(Trial, "run", slow)
    record = {**INVENTED, "phone": phone()}
    body = (
        {"form": "customer", "until": "1d", "record": record}
        if path == "simulate"
        else {"since": "1d", "until": "1d", "most": 1}
    )
    told = boss.post(f"/api/flows/care/{path}", json=body)
    assert told.status_code == 200, told.text
    assert saved
    assert [one.name for one in Path(clinic.workspace.folder).glob("apart*")] == []


def test_units_of_a_trial_are_savepoints(town):
    from engine.store.rehearsal import on_trial

    clinic = town.clinic()
    clinic.flows  # noqa: B018 - a version is taken up before
    with on_trial(clinic.workspace, VirtualClock()) as workspace:
        tried = clinic.on_trial(workspace, clinic.flows.plans, {})
        by = system_actor("alpha")
        with pytest.raises(ZeroDivisionError), tried.service.writing(by):
            tried.workspace.clock.now().year / 0
        made = tried.service.create(by, "customer", {"name": "还在", "phone": phone()})
        assert tried.service.get(by, "customer", made["record"]["id"])["record"]["name"] == "还在"


def test_a_trial_leaves_the_audit_alone_so_that_nobody_waits_for_its_head(town):
    from engine.store.rehearsal import on_trial

    clinic = town.clinic()
    clinic.flows  # noqa: B018 - a version is taken up before
    with on_trial(clinic.workspace, VirtualClock()) as workspace:
        tried = clinic.on_trial(workspace, clinic.flows.plans, {})
        before = audited(workspace)
        tried.service.create(system_actor("alpha"), "customer", {"name": "未记", "phone": phone()})
        assert audited(workspace) == before


def audited(workspace):
    with workspace.read() as unit:
        return unit.connection.execute(text("SELECT count(*) FROM cc_audit")).scalar()
