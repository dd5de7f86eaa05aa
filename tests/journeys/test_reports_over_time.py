"""What reports do by themselves as days pass: an alert is told to whom it is for, a group is told a summary. The clock is theirs alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import practice_clinic
from tests.journeys.test_dashboards import opened
from tests.journeys.test_flows_over_time import put_forward

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def clinic(story):
    with practice_clinic(story) as served:
        yield served


@pytest.fixture(scope="module")
def sessions():
    return {}


def rule_on_the_screen(screen):
    return screen.page.locator(".alert-rule", has_text="客户总数").last


def test_an_alert_is_set_fires_is_read_and_rests_until_it_may_be_told_again(open_as):
    ops = open_as("ops")
    rule = {
        "metric": "total_customers", "compare": "fixed", "threshold": "1", "direction": "above", "min_sample": 1,
        "schedule": "daily_0830", "notify_roles": ["director"],
    }  # fmt: skip
    ops.call("POST", "/api/forms/kpi_rule/records", {"values": rule})
    director = open_as("director").go("/alerts")
    expect(rule_on_the_screen(director)).to_contain_text("高于 1")
    ops.go("/alerts")
    put_forward(ops, "1 天")

    # Told in the director's own drawer, with the numbers that are the director's.
    director.go("/dashboards/branch")
    director.page.get_by_role("button", name="通知").click()
    notice = director.page.locator(".notice", has_text="客户总数").first
    expect(notice).to_have_class(re.compile("notice-new"))
    notice.click()
    # The notice leads to the alert, in sight among all others, with the way to its number.
    director.page.wait_for_url(re.compile(r"/alerts\?rule="))
    asked = director.page.locator(".alert-rule.is-asked")
    expect(asked).to_contain_text("客户总数")
    expect(asked).to_be_in_viewport()
    expect(director.page.locator(".alert-said", has_not_text="客户总数")).to_have_count(0)
    director.page.get_by_role("button", name="通知").click()
    expect(director.page.locator(".notice", has_text="客户总数").first).not_to_have_class(
        re.compile("notice-new")
    )
    director.press("Escape")

    director.go("/dashboards/branch")

    # It stands among what is off, says since when, to whom it was told and when again.
    card = director.page.locator(".dash-cell-alerts")
    expect(card).to_contain_text("客户总数")
    card.get_by_role("link", name="全部预警").click()
    mine = rule_on_the_screen(director)
    expect(mine.locator(".alert-groups")).to_contain_text("已提醒")
    expect(director.page.locator(".alert-said", has_text="客户总数").first).to_contain_text("异常")
    director.speaks()

    # Who knows of it says so, until when and why; the others see it, and it can be taken back.
    director.button("知道了", mine).click()
    panel = director.page.locator(".alert-know")
    panel.get_by_text("恢复正常为止").click()
    panel.get_by_role("textbox").fill("周三开会定")
    director.accessible()
    director.button("知道了", panel).click()
    director.toast("已记下")
    expect(mine.locator(".alert-known")).to_contain_text("我已知悉 · 恢复正常为止 · 周三开会定")
    expect(director.page.locator(".alert-said", has_text="已知悉").first).to_contain_text("周三开会定")
    director.button("撤回", mine).click()
    expect(director.button("知道了", mine)).to_be_visible()


def test_a_chat_group_is_told_of_a_dashboard_word_for_word_as_the_outbox_shows(open_as):
    screen = opened(open_as, "ops", "/dashboards/group")
    screen.button("定时发给我").click()
    dialog = screen.page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="发给").click()
    screen.options().filter(has_text="企微").first.click()
    expect(dialog.get_by_text("管理员还没有填机器人地址")).to_be_visible()
    # A group is told words, so there is no format to choose.
    expect(dialog.get_by_role("combobox", name="格式")).to_have_count(0)
    dialog.locator(".ant-btn-primary").click()
    screen.toast("已订阅")
    line = dialog.locator(".ant-list-item", has_text="集团驾驶舱")
    expect(line).to_contain_text("企微")
    screen.button("立即发送", line).click()
    screen.toast("稍后见群或发件箱")
    message = screen.eventually(
        lambda: next(
            (one for one in screen.call("GET", "/api/outbox")["messages"] if one["channel"] == "robot_wecom"),
            None,
        )
    )
    screen.go("/flows/outbox")
    shown = screen.page.locator(".outbox li", has_text="集团驾驶舱").first
    expect(shown).to_contain_text("集团驾驶舱")
    assert "实收" in message["text"]
    expect(shown).to_contain_text("实收")
    screen.speaks()
