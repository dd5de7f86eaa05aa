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


def test_the_page_of_a_flow_says_what_happens_next(open_as):
    director, lead = open_as("director"), open_as("lead")
    ask_for_discounts(director, ["下一步方案"])
    [task] = waiting_for(lead, ["下一步方案"])
    director.go(f"/instances/{task['instance_id']}")
    ahead = director.page.locator(".flow-ahead")
    for words in ("同意", "拒绝", "流程结束", "退回修改"):
        expect(ahead).to_contain_text(words)


def test_a_flow_is_tried_on_past_records_and_tells_whom_it_would_have_contacted(open_as):
    director = open_as("director")
    director.go("/flows/trial")
    director.page.get_by_text("过去的记录", exact=True).click()
    director.page.get_by_role("combobox", name="流程").last.click()
    director.page.get_by_role("combobox", name="流程").last.fill("生日关怀")
    director.options().filter(has_text="生日关怀").first.click()
    for words, span in (("看过去多久", "7 天"), ("每次往后推演", "1 天")):
        row = director.page.locator(".ant-form-item", has_text=words)
        row.get_by_text(span, exact=True).click()
    director.button("试运行").click()
    expect(director.page.locator(".shadow-sum")).to_contain_text("会联系")


def test_who_may_be_told_what_is_seen_of_one_person_and_of_the_house(open_as):
    director = open_as("director")
    channel = director.first("channel")["id"]
    values = {"name": "规则试", "gender": "female", "phone": "13900007788", "first_channel": channel}
    director.call("POST", "/api/forms/customer/records", {"values": values})
    director.go("/flows/contacts")
    director.says("每天 21:00 至次日 08:30 不发")
    choose_person(director, "查一个人", "规则试")
    answers = director.page.locator(".contact-may")
    expect(answers.locator("li")).to_have_count(4)
    expect(answers.locator("li", has_text="营销")).to_contain_text("不能")
    expect(answers.locator("li", has_text="营销")).to_contain_text("未同意接收营销")


def test_a_trial_halts_before_a_node_shows_what_is_known_and_goes_on(open_as):
    director = open_as("director")
    ask_for_discounts(director, ["停一停方案"])
    director.go("/flows/trial")
    director.page.get_by_role("combobox", name="流程").last.click()
    director.page.get_by_role("combobox", name="流程").last.fill("折扣审批")
    director.options().filter(has_text="折扣审批").first.click()
    record = director.page.get_by_role("combobox", name="拿哪条记录来试").last
    record.click()
    director.options().filter(has_text="停一停方案").first.click()
    director.button("逐步运行").click()
    stop = director.page.locator(".trial-stop")
    expect(stop).to_contain_text("停在")
    first = stop.locator("h3").inner_text()
    director.button("下一步").click()
    expect(stop.locator("h3")).not_to_have_text(first)
    expect(stop).to_contain_text("接下来会发生")
    director.button("运行到底").click()
    expect(stop).to_have_count(0)
    expect(director.page.locator(".trial-lines")).to_contain_text("待办")
