"""Groups of customers are set up by conditions that are picked, not written."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
NAME = "半年没来"


def test_a_segment_is_built_like_a_filter_and_can_be_written_as_a_formula(open_as):
    ops = open_as("ops").new("/forms/segment")
    ops.fill("name", NAME)
    rule = ops.slot("rule")
    rule.get_by_role("button", name="加条件").click()
    picker = ops.page.locator(".field-picker:visible")
    picker.locator("input").fill("最近到店")
    picker.get_by_role("button", name="最近到店", exact=True).click()
    editor = ops.page.locator(".filter-editor:visible")
    editor.locator(".filter-range .ant-select").click()
    ops.options().filter(has_text="超过 N 天以前").click()
    editor.locator(".ant-input-number input").fill("180")
    ops.button("完成", editor).click()
    expect(rule.locator(".chip")).to_have_text("最近到店 超过 180 天以前")
    expect(rule.locator(".ctl-matching")).to_contain_text("符合")
    ops.accessible()
    rule.get_by_role("button", name="改写成公式").click()
    expect(rule.locator("textarea")).to_have_value('{last_visit_at} < DATEADD(TODAY(), -180, "day")')
    rule.locator("textarea").fill("{visit_count} > 3")
    rule.locator("textarea").fill('{last_visit_at} < DATEADD(TODAY(), -180, "day")')
    rule.get_by_role("button", name="用条件搭建").click()
    ops.save()
    ops.toast("已新建")
    [made] = ops.call("POST", "/api/forms/segment/query", {"filter": named(NAME)})["records"]
    assert made["rule"] == '{last_visit_at} < DATEADD(TODAY(), -180, "day")'
    old = {"op": "and", "items": [{"field": "last_visit_at", "op": "relative", "value": {"period": "over_n_days_ago", "n": 180}}]}  # fmt: skip
    count = ops.call("POST", "/api/forms/customer/query", {"filter": old, "count": True, "limit": 1})["count"]
    assert count["value"] > 0
    ops.go(f"/r/segment/{made['id']}")
    expect(ops.slot("rule").locator(".ctl-matching")).to_contain_text(f"{count['value']}")


def test_who_does_not_see_customers_writes_a_formula_that_is_looked_at(open_as):
    marketing = open_as("marketing").new("/forms/segment")
    marketing.fill("name", "写错的人群")
    rule = marketing.slot("rule")
    expect(rule.get_by_role("button", name="加条件")).to_have_count(0)
    rule.locator("textarea").fill("{visit_cuont} > 3")
    marketing.save()
    expect(rule).to_contain_text("visit_cuont")
    rule.locator("textarea").fill("{visit_count} > 3")
    marketing.save()
    marketing.toast("已新建")


def named(name):
    return {"op": "and", "items": [{"field": "name", "op": "eq", "value": name}]}
