"""Exports: what leaves the house, for whom, and in a form that runs nothing and comes back in."""

import csv
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.escaping import guarded, unguarded
from engine.jobs.queue import LeaseLostError, cancel, claim, read_job
from engine.problems import Forbidden, NotFound
from engine.store import Cause
from form_engine.exporting import service as exporting
from form_engine.exporting.service import Exported, ExportService
from form_engine.importing.sheets import read_book
from form_engine.service import RecordService
from tests.form_engine.conftest import actor_of
from tests.form_engine.test_service import Staff


@pytest.fixture
def staff(service: RecordService) -> Staff:
    return Staff(service)


@pytest.fixture
def exports(service: RecordService, staff: Staff) -> ExportService:
    return ExportService(service, lambda user_id: staff.boss)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1+1",
        " =1",
        "\ufeff=1",
        "|x",
        "%0A=1",
    ],
)
def test_what_looks_like_a_formula_gets_a_quote(text: str) -> None:
    assert guarded(text).startswith("'")
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["-5", "+3.2%", "+86 13800138000", "张三", "a=b", "", "-1,200.50"])
def test_numbers_phones_and_words_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text


@given(st.text())
def test_no_guarded_text_starts_a_formula(text: str) -> None:
    first = guarded(text).lstrip(" \t\r\n\u00a0\u200b\ufeff")[:1]
    assert first not in {"=", "@", "＝", "＠"}


def lines(made: object) -> list[list[str]]:
    assert isinstance(made, Exported)
    return list(csv.reader(io.StringIO(made.data.decode("utf-8-sig"))))


def test_a_csv_holds_labels_and_ids_and_local_times(exports: ExportService, staff: Staff) -> None:
    staff.lead(gender="o1", intent_items=["o0", "o1"], next_at="2026-03-09T10:00:00+08:00", city="=1+1")
    wanted = {
        "format": "csv",
        "columns": ["name", "gender", "intent_items", "channel_id", "next_at", "city", "score"],
        "ids_beside": True,
    }
    head, row = lines(exports.export(staff.boss, "lead", wanted))
    assert head == [
        "name",
        "gender",
        "intent_items",
        "channel_id",
        "channel_id (id)",
        "next_at",
        "city",
        "score",
    ]
    assert row == ["张三", "女", "种植牙;正畸", "抖音", staff.channel, "2026-03-09 10:00:00", "'=1+1", "10"]


def test_masks_hold_in_exports_and_hidden_fields_stay_away(exports: ExportService, staff: Staff) -> None:
    staff.lead()
    head, row = lines(
        exports.export(staff.mark, "lead", {"format": "csv", "columns": ["name", "phone", "cost"]})
    )
    assert (head, row) == (["name", "phone"], ["张三", "138****8000"])


def test_without_the_right_nothing_leaves(exports: ExportService, staff: Staff) -> None:
    with pytest.raises(Forbidden):
        exports.export(staff.anna, "lead", {})


def test_an_xlsx_holds_real_numbers_and_dates_and_comes_back_in(exports: ExportService, staff: Staff) -> None:
    staff.lead(next_at="2026-03-09T10:00:00+08:00", city="=1+1")
    made = exports.export(staff.boss, "lead", {"columns": ["name", "phone", "next_at", "score", "city"]})
    assert isinstance(made, Exported)
    page = openpyxl.load_workbook(io.BytesIO(made.data)).active
    cells = list(next(page.iter_rows(min_row=2)))
    assert [cell.data_type for cell in cells] == ["s", "s", "d", "n", "s"]
    assert cells[2].value.isoformat() == "2026-03-09T10:00:00"
    assert next(str(cell) for cell in read_book(made.data).sheet(None).rows[1]) == "张三"


def test_a_large_export_waits_in_the_background_for_its_owner(
    exports: ExportService, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    monkeypatch.setattr(exporting, "PAGE", 2)
    staff.service.load(
        staff.boss,
        "lead",
        [{"name": f"客户{n}", "phone": f"1390000{n:04d}", "channel_id": staff.channel} for n in range(5)],
    )
    started = exports.export(staff.boss, "lead", {"format": "csv", "columns": ["name"]})
    assert isinstance(started, dict)
    run = claim(staff.service.workspace, (exporting.KIND,), "test")
    assert run is not None
    run.finish(exports.execute(run))
    assert len(lines(exports.fetch(staff.boss, started["job"]))) == 6
    with pytest.raises(NotFound):
        exports.fetch(actor_of(staff.service.workspace, "other", "manager"), started["job"])


def test_a_long_export_tells_how_far_it_is_and_stops_when_cancelled(
    exports: ExportService, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    monkeypatch.setattr(exporting, "TOLD_EVERY", 2)
    people = [{"name": f"客户{n}", "phone": f"1390000{n:04d}", "channel_id": staff.channel} for n in range(5)]
    staff.service.load(staff.boss, "lead", people)
    workspace, request = staff.service.workspace, {"format": "csv", "columns": ["name"]}
    first = exports.export(staff.boss, "lead", request)
    run = claim(workspace, (exporting.KIND,), "test")
    assert isinstance(first, dict)
    assert run is not None
    exports.execute(run)
    with workspace.read() as unit:
        job = read_job(unit, first["job"])
    assert (job.done, job.total) == (4, 5)
    run.finish()
    second = exports.export(staff.boss, "lead", request)
    again = claim(workspace, (exporting.KIND,), "test")
    assert isinstance(second, dict)
    assert again is not None
    with workspace.write(Cause("system")) as unit:
        cancel(unit, second["job"])
    with pytest.raises(LeaseLostError):
        exports.execute(again)
