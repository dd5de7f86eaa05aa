"""A patient's way through the house: booked, received, examined, charged; then found again with the whole story."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from engine.text import initials

pytestmark = pytest.mark.browser


@pytest.fixture
def patient(open_as):
    """A patient of the demo doctor, with name and phone as the director sees them."""
    mine = open_as("doctor").first("customer")
    return open_as("director").record("customer", mine["id"])


def day_ahead(days):
    return (datetime.now(UTC) + timedelta(days=days, hours=8)).strftime("%Y-%m-%d")


def book(screen, name, start, room):
    screen.new("/p/schedule/appointment_coming")
    screen.choose("customer_id", name)
    screen.choose("kind", "复诊")
    screen.fill_day("start_at", start)
    screen.choose("staff_id", "刘长江")
    screen.choose("room_id", room)
    screen.save()


def test_the_front_desk_books_and_is_refused_a_double_booking_with_the_reason(open_as, patient):
    screen = open_as("frontdesk")
    start = f"{day_ahead(60)} 18:10"
    book(screen, patient["no"], start, "1号椅")
    screen.toast("已新建")
    other = next(
        one
        for one in screen.call("POST", "/api/forms/customer/query", {"limit": 5})["records"]
        if one["id"] != patient["id"]
    )
    book(screen, other["no"], start, "2号椅")
    expect(screen.page.locator(".jump")).to_contain_text("该医生这个时段已有预约")


def receive(screen, patient):
    screen.new("/p/schedule/visit_waiting_room")
    screen.choose("customer_id", patient["no"])
    screen.choose("doctor_id", "刘长江")
    screen.save()
    screen.toast("已新建")


def examine(screen, patient):
    """Fill and sign a record: teeth by mouse and by keyboard."""
    page = screen.page
    screen.new("/p/clinical/clinical_record_all")
    screen.choose("customer_id", patient["no"])
    slot = screen.slot("visit_id")
    slot.locator(".ant-select").click()
    page.locator(
        ".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option"
    ).first.click()
    screen.choose("doctor_id", "刘长江")
    screen.slot("visit_type").locator("label", has_text="复诊").last.click()
    screen.slot("allergy_confirm").locator("input").check()
    screen.fill("chief_complaint", "右下后牙冷刺激痛三天")
    screen.fill("exam", "46 近中邻面龋坏，探痛，叩痛（-）")
    chart = page.locator("#f-clinical_record-tooth_chart")
    chart.scroll_into_view_if_needed()
    page.locator("#tc-tooth_chart-46 polygon, #tc-tooth_chart-46 path.tc-surface").first.click()
    chart.focus()
    screen.press("ArrowRight", "o", "ArrowLeft")
    screen.slot("diagnosis").get_by_role("button", name="加一行").click()
    row = screen.slot("diagnosis").locator("tbody tr").first
    screen.choose("diagnosis", "龋", row.locator("td").nth(1))
    screen.fill("advice", "避免冷热刺激，两周后复查")
    pad = screen.slot("doctor_sign").locator("svg.ctl-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 90, steps=6)
    page.mouse.move(box["x"] + 200, box["y"] + 50, steps=6)
    page.mouse.up()
    screen.choose("status", "已完成")
    screen.save()
    screen.toast("已新建")


def probe(screen, patient):
    """Fill a perio chart as it is called out: depths one after the other, bleeding after the depth."""
    screen.new("/p/clinical/perio_exam_all")
    screen.choose("customer_id", patient["no"])
    screen.choose("doctor_id", "刘长江")
    chart = screen.page.locator("#f-perio_exam-chart")
    chart.scroll_into_view_if_needed()
    chart.focus()
    screen.press("3", "2", "5", "b", "4", "3", "3")
    screen.save()
    screen.toast("已新建")


def charge(screen, patient):
    screen.new("/p/cashier/bill_all")
    screen.choose("customer_id", patient["no"])
    items = screen.slot("items")
    items.get_by_role("button", name="加一行").click()
    item = items.get_by_role("group", name="项目").first
    item.locator(".ant-select").click()
    screen.page.locator(
        ".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option"
    ).first.click()
    items.get_by_role("group", name="单价").first.locator("input").fill("268")
    screen.choose("status", "待收费")
    screen.save()
    screen.toast("已新建")


def test_a_visit_from_the_door_to_the_till_is_one_story(open_as, patient):
    desk, doctor = open_as("frontdesk"), open_as("doctor")
    receive(desk, patient)
    examine(doctor, patient)
    record = doctor.first("clinical_record", sort=["-created_at"])
    whole = doctor.record("clinical_record", record["id"])
    teeth = whole["tooth_chart"]["teeth"]
    assert "46" in teeth
    assert len(teeth) == 2
    assert whole["status"] == "done"
    assert whole["doctor_sign"]["strokes"]
    probe(doctor, patient)
    exam = doctor.record("perio_exam", doctor.first("perio_exam", sort=["-created_at"])["id"])
    first = exam["chart"]["teeth"]["18"]
    assert sorted(depth for depth in first["pd"] if depth is not None) == [2, 3, 5]
    assert exam["pd_ge4_sites"] == 2
    charge(desk, patient)
    bill = desk.first("bill", sort=["-created_at"])
    assert bill["receivable"] == "268.00"
    screen = open_as("director").go(f"/r/customer/{patient['id']}")
    today = screen.page.locator(".timeline section", has_text="今天")
    for what in ("到店接待单", "门诊病历", "牙周检查", "收费单"):
        expect(today.locator(".timeline-item", has_text=what).first).to_be_visible()


@pytest.mark.parametrize("by", ["initials", "phone tail", "name", "number"])
def test_a_patient_is_found_by(open_as, patient, by):
    asked = {
        "initials": initials(patient["name"]),
        "phone tail": patient["phone"][-4:],
        "name": patient["name"],
        "number": patient["no"],
    }[by]
    screen = open_as("director").go("/workbench/workbench")
    screen.press("/")
    expect(screen.page.get_by_role("combobox")).to_be_focused()
    screen.page.keyboard.type(asked)
    hit = screen.page.get_by_role("option").filter(has_text=patient["name"]).filter(has_text="患者").first
    expect(hit).to_be_visible()
    hit.click()
    expect(screen.page.locator(".record-name h2")).to_have_text(patient["name"])
