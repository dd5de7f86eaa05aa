"""A discount on a plan finds who may grant it: the director, or director and finance together."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def plan_of(screen, title, discount):
    """A plan of bone grafting (¥4,200, not below ¥2,000) with something taken off."""
    patient = screen.first("customer")
    service = screen.first("service_item", search="骨增量")
    doctor = screen.call("POST", "/api/forms/plan/options/doctor_id", {"q": "刘长江", "values": {}})[0]
    price = f"{4200 * discount / 100:.2f}"
    line = {"service_item": service["id"], "qty": "1", "discount": str(discount / 100), "price": price}
    values = {
        "customer_id": patient["id"],
        "title": title,
        "doctor_id": doctor["id"],
        "items": [line],
        "discount_reason": "老客户介绍",
    }
    return screen.call("POST", "/api/forms/plan/records", {"values": values})["record"]


def hand_in(screen, plan):
    """Move it on the record's page to the doctor."""
    screen.go(f"/r/plan/{plan['id']}")
    screen.choose("status", "待医生确认")
    screen.save()
    screen.toast("已保存")


def row(screen, title):
    return screen.page.locator(".task-row", has_text=title)


def approve_in_list(screen, title):
    screen.go("/tasks")
    screen.button("同意", row(screen, title)).click()
    screen.toast("已同意")


def open_task(screen, title):
    screen.go("/tasks")
    row(screen, title).locator("a").first.click()
    expect(screen.page.locator(".decide")).to_be_visible()


def status_is(screen, plan, status):
    screen.eventually(lambda: screen.record("plan", plan["id"])["status"] == status)


def test_a_quarter_off_is_granted_by_the_director_on_the_phone(open_as):
    consultant, doctor, director = open_as("consultant"), open_as("doctor"), open_as("director", phone=True)
    plan = plan_of(consultant, "骨增量 七五折", 75)
    hand_in(consultant, plan)
    approve_in_list(doctor, plan["title"])
    status_is(consultant, plan, "discount_review")
    open_task(director, plan["title"])
    director.says("75%")
    director.fits()
    director.button("同意", director.page.locator(".decide")).click()
    director.toast("已同意")
    status_is(consultant, plan, "ready")
    assert plan["title"] not in open_as("finance").go("/tasks").page.inner_text("#content")


def test_a_third_off_goes_to_director_and_finance_is_sent_back_changed_and_granted(open_as):
    consultant, doctor = open_as("consultant"), open_as("doctor")
    director, finance = open_as("director"), open_as("finance")
    plan = plan_of(consultant, "骨增量 六五折", 65)
    hand_in(consultant, plan)
    approve_in_list(doctor, plan["title"])
    status_is(consultant, plan, "discount_review")
    open_task(director, plan["title"])
    expect(director.page.locator(".task-seats")).to_contain_text("李敏")
    director.button("退回修改", director.page.locator(".decide")).click()
    expect(director.page.get_by_placeholder("请写明意见")).to_be_visible()
    director.page.get_by_label("意见").fill("请改到六八折")
    director.button("退回修改", director.page.locator(".decide")).click()
    director.toast("已退回修改")
    open_task(consultant, "修改折扣")
    consultant.says("请改到六八折")
    consultant.page.locator(".task-fill input[value='2730.00']").fill("2856")
    consultant.button("完成", consultant.page.locator(".decide")).click()
    consultant.toast("已完成")
    consultant.eventually(lambda: consultant.record("plan", plan["id"])["total"] == "2856.00")
    director.eventually(lambda: waits_for(director, plan) == {"杨萍", "李敏", "徐月娥"})
    approve_in_list(director, plan["title"])
    approve_in_list(finance, plan["title"])
    assert waits_for(director, plan) == {"徐月娥"}
    approve_in_list(open_as("finance2"), plan["title"])
    status_is(consultant, plan, "ready")


def waits_for(screen, plan):
    """Who is to decide on the discount now."""
    found = screen.call("GET", f"/api/forms/plan/records/{plan['id']}/flows")
    names = found["labels"]["user"]
    return {
        names[who]
        for one in found["instances"]
        if one["flow"] == "discount_approval"
        for part in one["waits_for"]
        for who in part["people"]
    }
