"""What flows do by themselves as days pass. The clock is everybody's, so these have a clinic of their own."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import practice_clinic
from tests.journeys.signing import send_lead

pytestmark = pytest.mark.browser

CHINA = ZoneInfo("Asia/Shanghai")
STEPS = ("线索清洗", "初次沟通", "需求诊断", "邀约到店", "到店接待", "方案与成交", "治疗后回访")


@pytest.fixture(scope="module")
def clinic(story):
    with practice_clinic(story) as served:
        yield served


@pytest.fixture(scope="module")
def sessions():
    return {}


def put_forward(screen, step):
    """Press the clock of the practice clinic on: 1 小时, 1 天 or 1 周."""
    bar = screen.page.locator(".practice-bar")
    with screen.page.expect_response("**/api/practice/advance", timeout=180_000) as answer:
        bar.get_by_role("button", name=step).click()
    assert answer.value.ok
    expect(bar.get_by_role("button", name=step)).to_be_enabled()
    expect(bar.get_by_role("status")).to_contain_text(f"已快进 {step}")


def sent_from_website(clinic, screen, number, name):
    """A lead of the website, cleaned and given to somebody."""
    now = screen.call("GET", "/api/practice")["now"]
    body = {
        "id": f"web-{number}",
        "channel": "抖音",
        "name": name,
        "phone": f"+86 199-7000-{number}",
        "item": "implant",
        "message": "想了解种植牙",
        "consent": True,
    }
    assert send_lead(clinic, now, body) == 202
    return screen.eventually(lambda: given(screen, name))


def given(screen, name):
    found = screen.call("POST", "/api/forms/lead/query", {"search": name})["records"]
    return next(
        (one for one in found if one["name"] == name and one["owner_id"] and one["assigned_at"]), None
    )


def person(screen):
    return screen.call("GET", "/api/me")["user"]


def flows_about(screen, lead):
    path = f"/api/instances?form=lead&record_id={lead['id']}&limit=50"
    return {one["flow"]: one for one in screen.call("GET", path)["instances"]}


def do_step(screen, step, name):
    """Open the task of a step from my list and say that it is done."""
    screen.go("/tasks")
    screen.page.locator(".task-row", has_text=f"{step} · {name}").locator("a").first.click()
    expect(screen.page.locator(".task-head")).to_contain_text(step)
    if step == STEPS[0]:
        screen.fill("wechat", "gongye-wx")
    screen.button("完成", screen.page.locator(".decide")).click()
    screen.toast("已完成")


def test_a_lead_of_the_website_is_given_out_in_turn_and_goes_the_seven_steps(clinic, open_as):
    boss, screen = open_as("admin"), open_as("consultant")
    now, me = boss.call("GET", "/api/practice")["now"], person(screen)
    assert send_lead(clinic, now, {"id": "web-1000", "name": "假冒者"}, secret="guessed") == 403
    leads = []
    while len(leads) < 3 or me["id"] not in {lead["owner_id"] for lead in leads}:
        leads.append(sent_from_website(clinic, boss, 4400 + len(leads), f"公冶{len(leads)}号"))
    assert len({lead["owner_id"] for lead in leads[:3]}) == 3
    mine = next(lead for lead in leads if lead["owner_id"] == me["id"])
    assert mine["phone"].startswith("1997000")
    for number, step in enumerate(STEPS, 1):
        screen.eventually(lambda n=number: boss.record("lead", mine["id"])["sop_step"] == n)
        do_step(screen, step, mine["name"])
    boss.eventually(lambda: flows_about(boss, mine)["lead_sop"]["status"] == "done")
    boss.go(f"/instances/{flows_about(boss, mine)['lead_sop']['instance_id']}")
    boss.says("第7步 治疗后回访")
    assert boss.record("lead", mine["id"])["wechat"] == "gongye-wx"


def test_a_lead_left_alone_for_a_day_escalates_and_returns_to_the_pool(clinic, open_as):
    boss, screen = open_as("admin"), open_as("lead")
    name, lead = "", None
    for turn in range(12):
        name = f"巫马{turn}号"
        lead = sent_from_website(clinic, boss, 4500 + turn, name)
        if given(screen, name):
            break
    assert given(screen, name), "nobody of the team of this lead consultant got one"
    screen.go("/tasks")
    put_forward(screen, "1 天")
    boss.eventually(lambda: "lead_uncontacted" in flows_about(boss, lead))
    for _ in range(3):
        put_forward(screen, "1 小时")
    screen.page.get_by_role("button", name="通知").click()
    screen.says(name)
    screen.go("/tasks")
    put_forward(screen, "1 天")
    back = boss.record("lead", lead["id"])
    assert (back["stage"], back["owner_id"], back["lost_note"]) == (
        "pool",
        None,
        "24小时未联系，系统退回公海",
    )
    screen.go("/p/leads/lead_pool")
    screen.says(name)


def extraction(screen, boss, nurse):
    """An extraction by this doctor, of a patient whose consent is signed."""
    signed = {"op": "and", "items": [{"field": "status", "op": "eq", "value": "signed"}]}
    consent = screen.first("consent", filter=signed)
    staff = screen.call("POST", "/api/forms/treatment_log/options/assistant_id", {"q": nurse, "values": {}})
    doctors = screen.call("POST", "/api/forms/treatment_log/options/doctor_id", {"q": "刘长江", "values": {}})
    patient = f"/api/forms/customer/records/{consent['customer_id']}"
    boss.call("PATCH", patient, {"values": {"doctor_id": doctors[0]["id"]}})
    values = {
        "customer_id": consent["customer_id"],
        "service_item_id": screen.first("service_item", search="普通拔牙")["id"],
        "doctor_id": doctors[0]["id"],
        "assistant_id": staff[0]["id"],
        "consent_id": consent["id"],
    }
    return screen.call("POST", "/api/forms/treatment_log/records", {"values": values})["record"]


def calls_after(screen, treatment):
    """Days from today to the planned follow-ups, by their day after surgery."""
    where = {
        "op": "and",
        "items": [
            {"field": "source_id", "op": "eq", "value": treatment["id"]},
            {"field": "rule_key", "op": "eq", "value": "F-D3"},
        ],
    }
    found = screen.call("POST", "/api/forms/followup_task/query", {"filter": where})["records"]
    return {one["day_no"]: one for one in found}


def days_from(now, later):
    """Whole days between two instants as the clinic counts them."""
    first, last = (datetime.fromisoformat(one).astimezone(CHINA).date() for one in (now, later))
    return (last - first).days


def told(screen, treatment):
    """How far the record of a treatment is, in words."""
    words = {"planned": "待执行", "in_progress": "进行中", "done": "已完成", "stopped": "中止"}
    return words[screen.record("treatment_log", treatment["id"])["status"]]


def test_an_extraction_is_followed_up_and_the_calls_move_with_its_day(open_as):
    doctor, nurse, boss = open_as("doctor"), open_as("nurse"), open_as("admin")
    treatment = extraction(doctor, boss, person(nurse)["name"])
    doctor.go(f"/r/treatment_log/{treatment['id']}")
    for stage in ("进行中", "已完成"):
        doctor.choose("status", stage)
        doctor.save()
        doctor.eventually(lambda at=stage: told(doctor, treatment) == at)
    boss.eventually(lambda: set(calls_after(boss, treatment)) == {1, 7})
    now = boss.call("GET", "/api/practice")["now"]
    calls = calls_after(boss, treatment)
    assert {day: days_from(now, one["plan_at"]) for day, one in calls.items()} == {1: 1, 7: 7}
    assert calls[1]["assignee_id"] == person(nurse)["id"]
    later = datetime.fromisoformat(now).astimezone(CHINA) + timedelta(days=2)
    doctor.page.reload()
    doctor.settle()
    doctor.fill_day("ended_at", f"{later:%Y-%m-%d} 12:00")
    doctor.save()
    doctor.toast("已保存")
    boss.eventually(lambda: days_from(now, calls_after(boss, treatment)[1]["plan_at"]) == 3)
    assert days_from(now, calls_after(boss, treatment)[7]["plan_at"]) == 9
    nurse.go("/tasks")
    # The call is due at an hour of that day, which may be earlier or later than it is now.
    for _ in range(4):
        put_forward(nurse, "1 天")
        if "术后第1天回访" in str(nurse.call("GET", "/api/tasks?limit=200")["tasks"]):
            break
    nurse.says("术后第1天回访")


def test_a_birthday_brings_wishes_with_a_coupon(open_as):
    desk, boss = open_as("frontdesk"), open_as("admin")
    now = boss.call("GET", "/api/practice")["now"]
    born = datetime.fromisoformat(now).astimezone(CHINA) + timedelta(days=1)
    values = {
        "name": "宇文寿星",
        "gender": "female",
        "phone": "19900007777",
        "birthday": f"1990-{born:%m-%d}",
        "first_channel": boss.first("channel")["id"],
        "marketing_optin": ["sms"],
        "optin_evidence": "到店签署",
    }
    patient = desk.call("POST", "/api/forms/customer/records", {"values": values})["record"]
    boss.go("/flows/outbox")
    for _ in range(2):
        put_forward(boss, "1 天")
    wishes = boss.page.locator(".outbox li", has_text="宇文寿星")
    expect(wishes).to_contain_text("宇文寿星生日快乐！送您8折优惠券一张")
    where = {"op": "and", "items": [{"field": "customer_id", "op": "eq", "value": patient["id"]}]}
    coupons = boss.call("POST", "/api/forms/coupon/query", {"filter": where})["records"]
    assert [one["issued_by_rule"] for one in coupons] == ["F-M3"]


def belongs_to(screen, form, field, user):
    where = {"op": "and", "items": [{"field": field, "op": "eq", "value": user["id"]}]}
    return screen.call("POST", f"/api/forms/{form}/query", {"filter": where, "limit": 500})["records"]


def leads_worked_by(screen, user):
    open_stages = ("new", "contacted", "invited", "arrived")
    return [one for one in belongs_to(screen, "lead", "owner_id", user) if one["stage"] in open_stages]


def test_a_consultant_who_leaves_hands_over_everything(clinic, open_as):
    boss, chief = open_as("admin"), open_as("lead")
    gone = person(open_as("consultant2"))
    for turn in range(20):
        sent_from_website(clinic, boss, 4600 + turn, f"太史{turn}号")
        if leads_worked_by(boss, gone):
            break
    assert leads_worked_by(boss, gone)
    assert belongs_to(boss, "customer", "consultant_id", gone)
    staff = boss.call("POST", "/api/forms/staff/query", {"search": gone["name"]})["records"][0]
    now = datetime.fromisoformat(boss.call("GET", "/api/practice")["now"]).astimezone(CHINA)
    boss.go(f"/r/staff/{staff['id']}")
    boss.page.locator(".section-name").last.click()
    boss.fill_day("leave_date", f"{now:%Y-%m-%d}")
    boss.save()
    boss.toast("已保存")
    chief.eventually(lambda: handed_in(chief, gone))
    chief.go("/tasks")
    chief.page.locator(".task-row", has_text=f"交接确认 · {gone['name']}").locator("a").first.click()
    # Everything of hers changes hands in this one act: it takes its time on a slow machine.
    with chief.page.expect_response("**/complete"):
        chief.button("同意", chief.page.locator(".decide")).click()
    chief.toast("已同意")
    boss.eventually(lambda: not leads_worked_by(boss, gone))
    boss.eventually(lambda: not belongs_to(boss, "customer", "consultant_id", gone))
    boss.eventually(lambda: not waiting_for(boss, gone))


def handed_in(screen, user):
    tasks = screen.call("GET", "/api/tasks?box=open&limit=200")["tasks"]
    return any(user["name"] in str(one["subject"]) + one["title"] for one in tasks)


def waiting_for(screen, user):
    """Flows that wait for somebody."""
    found = screen.call("GET", "/api/instances?status=live&limit=200")["instances"]
    return [one["title"] for one in found for part in one["waits_for"] if user["id"] in part["people"]]
