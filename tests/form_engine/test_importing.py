"""Messy sheets through the whole import, on both databases: every row accounted for, and taken back cleanly."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import update

from engine.access.actor import Actor
from engine.jobs.dispatcher import run_job
from engine.jobs.queue import MOST_ATTEMPTS, LeaseLostError, cancel, claim
from engine.problems import Conflict, Forbidden, NotFound, Rejected
from engine.store.platform import IMPORTS, JOBS
from engine.store.unit import Cause
from form_engine.importing.service import KIND, ImportService
from form_engine.service import RecordService, undoing
from tests.form_engine.conftest import actor_of

DATA = Path(__file__).parent.parent / "data"
CHANNELS = {
    "抖音": "", "小红书": "小红薯", "美团": "", "大众点评": "dianping", "公众号": "", "百度": "", "官网": "", "地推": "",
    "朋友圈广告": "", "转介绍": "老客介绍", "待确认": "",
}  # fmt: skip
BRANCHES = {"总院": "", "城东分院": "城东", "城西分院": "", "高新分院": ""}


class Desk:
    """A clinic ready to take sheets in."""

    def __init__(self, service: RecordService) -> None:
        self.service = service
        self.boss = actor_of(service.workspace, "boss", "manager")
        for name in ("赵客服", "陈客服", "李咨询", "王咨询"):
            actor_of(service.workspace, name, "consultant")
        service.load(
            self.boss,
            "channel",
            [{"name": name, "synonyms": more or None} for name, more in CHANNELS.items()],
        )
        service.load(
            self.boss,
            "branch",
            [{"name": name, "short_name": short or None} for name, short in BRANCHES.items()],
        )
        self.imports = ImportService(service, lambda user_id: self.boss)

    def upload(self, data: bytes, name: str = "leads.csv", actor: Actor | None = None) -> dict[str, Any]:
        return self.imports.upload(actor or self.boss, "lead", name, data)

    def settings(self, seen: dict[str, Any], **more: Any) -> dict[str, Any]:
        mapped = {str(column["index"]): column["field"] for column in seen["columns"] if column["field"]}
        return {"map": mapped, "header_row": seen["header_row"], "sheet": seen["sheet"], **more}

    def bring(self, data: bytes, dry: bool = False, **more: Any) -> dict[str, Any]:
        """Upload and import at once; return the state afterwards."""
        seen = self.upload(data)
        step = self.imports.dry_run if dry else self.imports.run
        step(self.boss, seen["id"], self.settings(seen, **more))
        self.imports.work(seen["id"], dry=dry)
        return self.imports.state(self.boss, seen["id"], limit=1000)

    def leads(self, **request: Any) -> list[dict[str, Any]]:
        return self.service.query(self.boss, "lead", {"limit": 500, **request})["records"]


@pytest.fixture
def desk(service: RecordService) -> Desk:
    return Desk(service)


@pytest.mark.parametrize("sheet", ["dental", "acupuncture", "aesthetic"])
def test_a_messy_sheet_comes_in_with_every_row_accounted_for(desk: Desk, sheet: str) -> None:
    state = desk.bring((DATA / f"sample_leads_{sheet}_messy.csv").read_bytes(), policy="fill")
    counts = state["counts"]
    assert sum(counts.values()) == state["total"] == 300
    assert desk.imports.accounted(state["id"]) == {key: n for key, n in counts.items() if n}
    assert counts["created"] > 220
    assert counts["merged"] + counts["skipped"] > 5
    assert 5 < counts["rejected"] < 50
    rejected = [row for row in state["rows"] if row["outcome"] == "rejected"]
    assert len(rejected) == counts["rejected"]
    assert all(
        problem["message"]["zh"] and problem["hint"]["zh"] for row in rejected for problem in row["problems"]
    )
    leads = desk.leads()
    assert len(leads) == counts["created"]
    assert all(lead["source_ref"] == "import" and lead["no"].startswith("LD-") for lead in leads)
    undone = desk.imports.undo(desk.boss, state["id"])
    assert desk.leads() == []
    assert undone["kept"] == []
    assert desk.service.query(desk.boss, "comm_log", {})["records"] == []


def test_cells_become_what_they_mean(desk: Desk) -> None:
    desk.bring(
        "客户姓名,手机号,性别,来源渠道,意向项目,预算,意向等级,跟进人,分院,留资时间,备注,年龄\n"
        "赵阿姨🌸,+86 199-0004-6889,,小红薯,拔智齿、正畸,2w,高,赵客服,城东,3月1日,3.5 电话没接;3.6 加v,90后\n".encode()
    )
    (lead,) = desk.leads()
    named = desk.service.get(desk.boss, "lead", lead["id"])
    record, labels = named["record"], named["labels"]
    assert record["name"] == "赵阿姨"
    assert record["phone"].endswith("19900046889")
    assert record["gender"] == "o1"
    assert labels["channel"][record["channel_id"]] == "小红书"
    assert record["intent_items"] == ["o3", "o1"]
    assert (record["budget"], record["intent_level"], record["age_band"]) == ("1w_3w", "A", "young")
    assert labels["user"][record["owner_id"]] == "赵客服"
    assert labels["branch"][record["branch_id"]] == "城东分院"
    assert record["created_at"] == "2026-02-28T16:00:00Z"
    talks = desk.service.query(desk.boss, "comm_log", {"sort": ["at"], "fields": ["content", "at"]})[
        "records"
    ]
    assert [(talk["content"], talk["at"][:10]) for talk in talks] == [
        ("电话没接", "2026-03-05"),
        ("加v", "2026-03-06"),
    ]


def rows(*lines: str) -> bytes:
    return ("姓名,手机号,来源,城市\n" + "\n".join(lines) + "\n").encode()


def test_a_dry_run_writes_nothing_and_says_the_same(desk: Desk) -> None:
    data = rows("张三,19900046889,抖音,", "李四,123,抖音,", "王五,19900046889,抖音,")
    dry = desk.bring(data, dry=True)
    assert dry["counts"] == {"created": 1, "merged": 0, "skipped": 1, "rejected": 1}
    assert desk.leads() == []
    assert desk.bring(data)["counts"] == dry["counts"]


@pytest.mark.parametrize(
    ("policy", "outcome", "city", "talks"),
    [
        ("skip", "skipped", "杭州", 0),
        ("fill", "merged", "杭州", 0),
        ("overwrite", "merged", "宁波", 0),
        ("touch", "merged", "杭州", 1),
    ],
)
def test_a_known_phone_follows_the_chosen_policy(
    desk: Desk, policy: str, outcome: str, city: str, talks: int
) -> None:
    desk.bring(rows("张三,19900046889,抖音,杭州"))
    data = "姓名,手机号,来源,城市,微信\n张三,199 0004 6889,美团,宁波,wx_1\n".encode()
    state = desk.bring(data, policy=policy)
    assert state["counts"][outcome] == 1
    (lead,) = desk.leads(fields=["city", "wechat_id"])
    assert lead["city"] == city
    assert lead["wechat_id"] == ("wx_1" if policy in ("fill", "overwrite") else None)
    assert len(desk.service.query(desk.boss, "comm_log", {})["records"]) == talks


def test_an_unknown_channel_gets_its_stand_in_and_is_told(desk: Desk) -> None:
    state = desk.bring(rows("张三,19900046889,火星,"))
    assert state["counts"]["created"] == 1
    assert state["rows"][0]["problems"][0]["code"] == "import.pending"
    assert desk.leads(fields=["channel_name"])[0]["channel_name"] == "待确认"


def test_an_unknown_option_is_refused_with_what_there_is(desk: Desk) -> None:
    state = desk.bring("姓名,手机号,来源,意向等级\n张三,19900046889,抖音,Z\n".encode())
    problem = state["rows"][0]["problems"][0]
    assert (problem["code"], problem["path"]) == ("import.no_option", "/intent_level")
    assert "Z" in problem["message"]["zh"]


def test_a_sheet_is_remembered(desk: Desk) -> None:
    data = "谁,手机号,来源\n张三,19900046889,抖音\n".encode()
    seen = desk.upload(data)
    settings = desk.settings(seen)
    settings["map"]["0"] = "name"
    desk.imports.run(desk.boss, seen["id"], settings)
    desk.imports.work(seen["id"], dry=False)
    again = desk.upload(data)
    assert again["remembered"]
    assert again["columns"][0]["field"] == "name"


def test_after_a_crash_it_goes_on_and_no_row_comes_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("form_engine.importing.service.CHUNK", 2)
    data = rows(*(f"客户{n},1990004{n:04d},抖音," for n in range(5)))
    seen = desk.upload(data)
    desk.imports.run(desk.boss, seen["id"], desk.settings(seen))
    note, calls = desk.imports._note, []

    def crash(*given: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        note(*given)

    monkeypatch.setattr(desk.imports, "_note", crash)
    with pytest.raises(RuntimeError):
        desk.imports.work(seen["id"], dry=False)
    assert len(desk.leads()) == 2
    desk.imports.work(seen["id"], dry=False)
    assert len(desk.leads()) == 5
    assert desk.imports.accounted(seen["id"]) == {"created": 5}


def test_it_runs_as_a_job_with_progress(desk: Desk) -> None:
    seen = desk.upload(rows("张三,19900046889,抖音,"))
    job = desk.imports.run(desk.boss, seen["id"], desk.settings(seen))["job"]
    run = claim(desk.service.workspace, (KIND,), "test")
    assert run is not None
    assert run.job.job_id == job
    result = desk.imports.execute(run)
    run.finish(result)
    assert result["counts"]["created"] == 1
    with pytest.raises(Conflict):
        desk.imports.run(desk.boss, seen["id"], desk.settings(seen))


def test_work_that_was_given_up_is_told_and_may_be_tried_again(desk: Desk) -> None:
    seen = desk.upload(rows("张三,19900046889,抖音,"))
    trial, real = desk.imports.dry_run, desk.imports.run
    give_up(desk, trial(desk.boss, seen["id"], desk.settings(seen))["job"])
    state = desk.imports.state(desk.boss, seen["id"])
    assert (state["state"], state["can_resume"], state["can_undo"]) == ("failed", False, False)
    give_up(desk, real(desk.boss, seen["id"], desk.settings(seen))["job"])
    state = desk.imports.state(desk.boss, seen["id"])
    assert (state["state"], state["can_resume"], state["can_undo"]) == ("failed", True, False)
    with pytest.raises(Conflict):
        desk.imports.undo(desk.boss, seen["id"])
    with pytest.raises(Conflict):
        # Set up otherwise it would not be the same import.
        real(desk.boss, seen["id"], desk.settings(seen, policy="fill"))
    real(desk.boss, seen["id"])
    assert desk.imports.state(desk.boss, seen["id"])["state"] == "running"
    with pytest.raises(Conflict):
        real(desk.boss, seen["id"])


FIVE = rows(*(f"客户{n},1990004{n:04d},抖音," for n in range(5)))


@pytest.fixture
def halfway(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    """An import of five rows that the database stopped for good after two."""
    monkeypatch.setattr("form_engine.importing.service.CHUNK", 2)
    seen = desk.upload(FIVE)
    desk.imports.run(desk.boss, seen["id"], desk.settings(seen))
    note, calls = desk.imports._note, []

    def stop(*given: Any) -> None:
        calls.append(1)
        if len(calls) > 1:
            raise OSError("disk full")
        note(*given)

    workspace = desk.service.workspace
    with monkeypatch.context() as broken:
        broken.setattr(desk.imports, "_note", stop)
        for _ in range(MOST_ATTEMPTS):
            with workspace.write(Cause("system")) as unit:
                unit.connection.execute(update(JOBS).values(run_at="2000-01-01 00:00:00.000000"))
            run = claim(workspace, (KIND,), "test")
            assert run is not None
            run_job(run, {KIND: desk.imports.execute})
    return str(seen["id"])


def test_an_import_that_stopped_halfway_is_told(desk: Desk, halfway: str) -> None:
    state = desk.imports.state(desk.boss, halfway)
    assert (state["state"], state["done"], state["total"]) == ("failed", 2, 5)
    assert (state["can_resume"], state["can_undo"]) == (True, True)
    assert len(desk.leads()) == 2
    told = desk.service.notifications(desk.boss)["items"]
    assert [one["body"]["title"]["en"] for one in told] == [
        "Import stopped: leads.csv, after 2 rows; go on or undo"
    ]


def test_an_import_that_stopped_halfway_can_be_undone(desk: Desk, halfway: str) -> None:
    undone = desk.imports.undo(desk.boss, halfway)
    assert (undone["undone"], undone["kept"]) == (2, [])
    assert desk.leads() == []
    assert desk.imports.state(desk.boss, halfway)["state"] == "undone"
    with pytest.raises(Conflict):
        desk.imports.run(desk.boss, halfway)


def test_an_import_that_stopped_halfway_goes_on_and_is_undone_as_one(desk: Desk, halfway: str) -> None:
    desk.imports.run(desk.boss, halfway)
    run = claim(desk.service.workspace, (KIND,), "test")
    assert run is not None
    run_job(run, {KIND: desk.imports.execute})
    state = desk.imports.state(desk.boss, halfway)
    assert (state["state"], state["counts"]["created"]) == ("done", 5)
    assert desk.imports.accounted(halfway) == {"created": 5}
    assert len(desk.leads()) == 5
    assert desk.imports.undo(desk.boss, halfway)["undone"] == 5
    assert desk.leads() == []


def test_a_worker_left_behind_writes_nothing_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("form_engine.importing.service.CHUNK", 2)
    seen = desk.upload(FIVE)
    desk.imports.run(desk.boss, seen["id"], desk.settings(seen))
    note, calls = desk.imports._note, []

    def overtaken(unit: Any, *given: Any) -> None:
        note(unit, *given)
        calls.append(1)
        if len(calls) == 2:
            # As if another worker had written these rows since this one began.
            unit.connection.execute(update(IMPORTS).values(next_row=4))

    monkeypatch.setattr(desk.imports, "_note", overtaken)
    with pytest.raises(LeaseLostError):
        desk.imports.work(seen["id"], dry=False)
    assert len(desk.leads()) == 2


def give_up(desk: Desk, job: str) -> None:
    with desk.service.workspace.write(Cause("system")) as unit:
        cancel(unit, job)


def test_the_error_sheet_holds_the_rejected_rows_with_reasons(desk: Desk) -> None:
    state = desk.bring(rows("张三,123,抖音,=1+1", "李四,19900046889,抖音,"))
    book = openpyxl.load_workbook(io.BytesIO(desk.imports.errors(desk.boss, state["id"])))
    lines = list(book.active.iter_rows(values_only=True))
    assert lines[0][:4] == ("姓名", "手机号", "来源", "城市")
    assert lines[1][:5] == ("张三", "123", "抖音", "'=1+1", "2")
    assert "123" in lines[1][5]
    assert len(lines) == 2


def test_only_those_with_the_right_import_and_each_only_his_own(desk: Desk) -> None:
    anna = actor_of(desk.service.workspace, "anna", "consultant")
    with pytest.raises(Forbidden):
        desk.upload(rows("张三,19900046889,抖音,"), actor=anna)
    seen = desk.upload(rows("张三,19900046889,抖音,"))
    with pytest.raises(NotFound):
        desk.imports.state(anna, seen["id"])


def test_wrong_settings_are_told_all_at_once(desk: Desk) -> None:
    seen = desk.upload(rows("张三,19900046889,抖音,"))
    with pytest.raises(Rejected) as refused:
        desk.imports.run(
            desk.boss,
            seen["id"],
            {"map": {"0": "nmae", "1": "phone", "2": "phone"}, "policy": "burn", "header_row": -1},
        )
    assert {p.path for p in refused.value.problems} == {"/map/0", "/map/2", "/policy", "/header_row"}


def test_an_undo_and_the_word_that_it_is_undone_come_together_or_not_at_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = desk.bring("姓名,手机\n孙一,13800138101\n孙二,13800138102\n".encode())
    really = undoing.undo

    def dies(*given: Any) -> dict[str, Any]:
        really(*given)
        raise RuntimeError("the machine goes down")

    monkeypatch.setattr(undoing, "undo", dies)
    with pytest.raises(RuntimeError):
        desk.imports.undo(desk.boss, state["id"])
    assert desk.imports.state(desk.boss, state["id"])["state"] == "done"
    assert len(desk.leads()) == 2
    monkeypatch.setattr(undoing, "undo", really)
    assert desk.imports.undo(desk.boss, state["id"])["undone"] == 2
    assert desk.imports.state(desk.boss, state["id"])["state"] == "undone"
    with pytest.raises(Conflict):
        desk.imports.undo(desk.boss, state["id"])
