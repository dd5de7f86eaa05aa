"""What those who manage flows do, and batches: each task by itself, seen before it is done, undone if it was wrong."""

import pytest
from playwright.sync_api import expect

from tests.journeys.discounts import ask_for_discounts, waiting_for

pytestmark = pytest.mark.browser


def choose_person(screen, label, name):
    box = screen.page.get_by_label(label)
    box.click()
    box.fill(name)
    screen.options().filter(has_text=name).first.click()


def test_many_are_approved_at_once_and_each_tells_how_it_went(open_as):
    director, lead = open_as("director"), open_as("lead")
    titles = [f"批量方案{number}" for number in (1, 2, 3)]
    ask_for_discounts(director, titles)
    first = waiting_for(lead, titles)[0]
    # What others do shows at once; here it is to come too late, so that the press meets a task that is gone.
    lead.page.route("**/api/live", lambda route: route.abort())
    lead.go("/tasks")
    for title in titles:
        lead.page.locator(".task-row", has_text=title).get_by_role("checkbox").check()
    lead.call(
        "POST",
        f"/api/tasks/{first['instance_id']}/{first['task_id']}/complete",
        {"values": {"way": "approved"}, "key": "elsewhere"},
    )
    lead.button("同意", lead.page.locator(".task-bulk")).click()
    lead.toast("2 项已处理")
    refused = lead.page.locator(".task-results")
    expect(refused).to_contain_text("1 项没有处理成功")
    expect(refused.locator("li")).to_contain_text(titles[0])
    for title in titles:
        expect(lead.page.locator(".task-row", has_text=title)).to_have_count(0)


def test_a_hand_over_is_seen_first_and_can_be_undone(open_as):
    director = open_as("director")
    gone = open_as("consultant2")
    name = gone.call("GET", "/api/me")["user"]["name"]
    waiting = [one["title"] for one in gone.call("GET", "/api/tasks?limit=200")["tasks"]]
    director.go("/flows/handover")
    choose_person(director, "谁要离开", name)
    choose_person(director, "交给谁", "高玉梅")
    director.press("Escape")
    director.button("看看会移交什么").click()
    director.says(f"{len(waiting)} 项待办")
    for title in waiting[:3]:
        director.says(title)
    director.button("移交").click()
    director.button("移交", director.page.locator(".ant-modal-confirm")).click()
    director.toast(f"已移交 {len(waiting)} 项待办")
    assert gone.call("GET", "/api/tasks/counts")["open"] == 0
    director.page.locator(".proxy-list li", has_text=f"{name} 交给 高玉梅").get_by_role("button").click()
    director.toast("已交还")
    assert gone.call("GET", "/api/tasks/counts")["open"] == len(waiting)
