"""Many records changed at once: more than one waits for go on behind, tell how far they are, and all of it is taken back."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.test_chosen import bar, chosen, dialog, narrowed

pytestmark = pytest.mark.browser

MANY = 203
"""More than are changed while one waits."""
NAME = "批量试标"


def tags(screen):
    """Make tags that only these steps know."""
    for at in range(MANY):
        values = {"name": f"{NAME}{at:03d}", "option_key": f"bulk_{at}", "group_name": "service", "expires_days": 30}  # fmt: skip
        screen.call("POST", "/api/forms/tag/records", {"values": values})


def with_days(screen, days):
    where = {"op": "and", "items": [{"field": "expires_days", "op": "eq", "value": days}]}
    asked = {"search": NAME, "filter": where, "limit": 1, "count": True}
    return screen.call("POST", "/api/forms/tag/query", asked)["count"]["value"]


def test_more_than_one_waits_for_are_changed_behind_and_all_taken_back(open_as):
    screen = open_as("admin")
    tags(screen)
    screen.go("/forms/tag")
    narrowed(screen, NAME, MANY)
    chosen(screen, MANY)
    screen.button("批量修改", bar(screen)).click()
    fields = dialog(screen).locator(".bulk .ant-select").first
    fields.click()
    fields.locator("input").first.fill("有效天数")
    screen.options().filter(has_text="有效天数").first.click()
    dialog(screen).locator(".bulk input.ant-input-number-input").fill("90")
    dialog(screen).get_by_role("button", name=f"修改 {MANY} 条").click()
    told = dialog(screen).get_by_role("status")
    expect(told).to_have_text(f"已处理 {MANY} / {MANY} 条，修改 {MANY} 条")
    screen.speaks()
    assert with_days(screen, 90) == MANY

    dialog(screen).get_by_role("button", name="全部撤销").click()
    screen.toast(f"已撤销 {MANY} 条")
    assert with_days(screen, 30) == MANY
    expect(dialog(screen).get_by_role("button", name="全部撤销")).to_have_count(0)
    dialog(screen).locator(".ant-modal-footer button").click()
    expect(bar(screen)).to_have_count(0)


def test_what_came_of_it_is_told_again_where_one_left_it(open_as):
    screen = open_as("admin").go("/forms/tag")
    if not with_days(screen, 30):
        tags(screen)
    asked = {"filter": {"op": "and", "items": []}, "search": NAME, "values": {"expires_days": 60}}
    job = screen.call("POST", "/api/forms/tag/bulk", asked)["job"]
    screen.eventually(lambda: job in json.dumps(screen.call("GET", "/api/notifications")))
    assert with_days(screen, 60) == MANY
    screen.go("/")
    screen.page.get_by_role("button", name="通知").click()
    screen.page.locator(".notice", has_text=re.compile("批量修改|标签")).first.click()
    screen.page.wait_for_url(f"**/bulk-edits/{job}")
    expect(screen.page.get_by_role("status")).to_contain_text(f"修改 {MANY} 条")
    screen.button("全部撤销").click()
    screen.toast(f"已撤销 {MANY} 条")
    assert with_days(screen, 60) == 0
