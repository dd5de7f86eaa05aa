"""Dashboards as a director reads them: numbers, the records behind them, filters, drills, a phone, the dark."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

WIDE = {"admin": "group", "director": "branch", "consultant": "personal"}
COUNT = re.compile(r"查看 ([\d,]+) 条明细")


def opened(open_as, login, path=None, **look):
    """Return the screen of a dashboard with every chart drawn."""
    screen = open_as(login, **look).go(path or f"/dashboards/{WIDE[login]}")
    drawn(screen)
    return screen


def drawn(screen):
    expect(screen.page.locator(".dash-cell").first).to_be_visible()
    expect(screen.page.locator(".dash-cell-wait, .dash-cell.is-fetching")).to_have_count(0)


def cell(screen, title):
    return screen.page.locator(f'.dash-cell[aria-label="{title}"]')


def click(screen, shape):
    """Click in the middle of something that a chart has drawn."""
    shape.scroll_into_view_if_needed()
    box = shape.bounding_box()
    screen.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def steps(screen):
    found = cell(screen, "销售漏斗").locator(".funnellayer .points .point path")
    expect(found.first).to_be_visible()
    return found


def offer(screen, words):
    return screen.page.locator(".ant-dropdown:not(.ant-dropdown-hidden)").get_by_role("menuitem", name=words)


def number(screen, title):
    return cell(screen, title).locator(".kpi-value")


@pytest.mark.parametrize("login", WIDE)
def test_every_chart_of_ones_own_dashboard_answers(open_as, login):
    screen = opened(open_as, login)
    expect(screen.page.locator(".dash-cell [role=alert]")).to_have_count(0)
    for text in screen.page.locator(".kpi-value").all_inner_texts():
        assert re.search(r"\d|–", text), text
    expect(screen.page.locator(".dash-board-asof")).to_contain_text("数据截至")
    screen.speaks()
    screen.fits()


def test_each_role_has_its_own_dashboards_and_no_others(open_as):
    offered = {}
    for login in ("admin", "director", "consultant", "doctor"):
        lines = open_as(login).call("GET", "/api/dashboards")["dashboards"]
        offered[login] = {one["key"] for one in lines}
    assert offered["admin"] >= {"group", "branch"}
    assert "group" not in offered["director"]
    assert "branch" in offered["director"]
    assert offered["consultant"] == {"personal"}
    assert offered["doctor"] == {"personal_doctor"}
    screen = open_as("consultant").go("/dashboards/group")
    screen.says("没有这个看板")


def test_a_step_of_the_funnel_opens_exactly_its_records(open_as):
    screen = opened(open_as, "admin")
    shown = cell(screen, "销售漏斗").locator(".funnellayer text").first.text_content()
    click(screen, steps(screen).first)
    line = offer(screen, COUNT)
    expect(line).to_be_visible()
    count = COUNT.search(line.inner_text())[1]
    assert re.match(r"[\d,]+", shown)[0] == count
    line.click()
    screen.page.wait_for_url("**/behind/**")
    expect(screen.page.get_by_text(f"共 {count} 条")).to_be_visible()
    screen.page.locator(".grid-body .row").first.get_by_role("checkbox").click()
    expect(screen.page.get_by_role("toolbar").filter(has_text="已选")).to_be_visible()
    screen.page.get_by_role("link", name="回到集团驾驶舱").click()
    expect(steps(screen).first).to_be_visible()


def test_a_filter_changes_every_number_and_stands_in_the_address(open_as):
    screen = opened(open_as, "admin")
    screen.page.get_by_role("combobox", name="时间").click()
    screen.page.locator(".ant-select-item-option", has_text="去年").first.click()
    screen.page.wait_for_url("**f.period=last+year**")
    drawn(screen)
    question = {"cell": "paid_card", "filters": {"period": "last year"}}
    figure = screen.call("POST", "/api/dashboards/group/ask", {"cells": [question]})["cells"][0]["figure"]
    expect(number(screen, "实收")).to_have_text(figure["value"])
    screen.page.reload()
    expect(number(screen, "实收")).to_have_text(figure["value"])


def test_a_reader_chooses_what_every_number_stands_beside(open_as):
    screen = opened(open_as, "admin")
    changes = cell(screen, "实收").locator(".kpi-changes > *")
    expect(changes).to_have_count(2)
    choose = screen.page.get_by_role("combobox", name="对比")
    choose.click()
    screen.page.locator(".ant-select-item-option", has_text="按春节对齐").click()
    screen.page.wait_for_url("**f.compare=spring_festival**")
    expect(changes).to_have_text([re.compile("春节对齐")])
    # What does not follow says so, and why.
    mark = cell(screen, "销售漏斗").get_by_text("无对比")
    expect(mark).to_be_visible()
    mark.hover()
    screen.says("没有可对比的时间")
    expect(cell(screen, "实收").get_by_text("无对比")).to_have_count(0)
    choose.click()
    screen.page.locator(".ant-select-item-option", has_text="不对比").click()
    expect(changes).to_have_count(0)
    choose.click()
    screen.page.locator(".ant-select-item-option", has_text="任选一段日期").click()
    for day in ("2026-03-01", "2026-03-10"):
        screen.page.locator(".ant-picker-input-active input, .ant-picker-input input:focus").first.fill(day)
        screen.press("Enter")
    screen.page.wait_for_url("**f.compare=2026-03-01..2026-03-10**")
    expect(changes).to_have_text([re.compile("较基准期")])
    # What stands in the address is what a colleague sees who is given it.
    screen.page.reload()
    expect(changes).to_have_text([re.compile("较基准期")])
    screen.speaks()
    screen.fits()


def test_one_part_narrows_the_others_and_is_let_go_again(open_as):
    screen = opened(open_as, "admin")
    before = number(screen, "实收").inner_text()
    row = cell(screen, "分院排行").locator("tbody tr").first
    branch = row.locator("td > span").first.inner_text()
    row.click()
    offer(screen, "只看这一项").click()
    chip = screen.page.locator(".dash-board-filters .ant-tag", has_text=branch)
    expect(chip).to_be_visible()
    expect(number(screen, "实收")).not_to_have_text(before)
    chip.get_by_label(f"取消 {branch}").click()
    expect(number(screen, "实收")).to_have_text(before)


def test_a_chart_is_drilled_into_and_climbed_out_of(open_as):
    screen = opened(open_as, "admin")
    table = cell(screen, "分院排行")
    table.locator("tbody tr").first.click()
    offer(screen, re.compile("展开")).first.click()
    way = table.locator(".dash-cell-way")
    expect(way).to_be_visible()
    drawn(screen)
    way.get_by_role("button", name="全部").click()
    expect(way).to_have_count(0)


def test_a_number_is_explained(open_as):
    screen = opened(open_as, "director")
    card = cell(screen, "实收")
    card.hover()
    card.get_by_role("button", name="实收 更多").click()
    offer(screen, "为什么是这个数").click()
    panel = screen.page.get_by_role("dialog")
    expect(panel.get_by_text("怎么算的")).to_be_visible()
    expect(panel.locator(".explain-value b")).to_have_text(re.compile(r"¥[\d,.]+"))
    expect(panel.get_by_text(re.compile(r"[\d,]+ 条记录"))).to_be_visible()


def test_a_note_beside_a_chart_is_there_for_the_next_reader_of_the_branch(open_as):
    screen = opened(open_as, "director")
    card = cell(screen, "实收")
    card.hover()
    card.get_by_role("button", name="实收 更多").click()
    offer(screen, "添加备注").click()
    screen.page.get_by_role("textbox", name="写一条备注").fill("装修停业三天")
    screen.button("添加备注").click()
    expect(screen.page.locator(".dash-notes li", has_text="装修停业三天").first).to_be_visible()
    again = opened(open_as, "director")
    cell(again, "实收").get_by_role("button", name=re.compile(r"\d+ 条备注")).click()
    own = again.page.locator(".dash-notes li", has_text="装修停业三天").first
    again.button("删除", own).click()
    expect(own).to_have_count(0)


def test_a_board_of_ones_own_is_copied_arranged_and_deleted(open_as):
    screen = opened(open_as, "director")
    screen.page.get_by_role("button", name="更多", exact=True).click()
    offer(screen, "复制为我的看板").click()
    screen.page.get_by_role("textbox", name="看板名称").fill("早会")
    screen.page.locator(".ant-modal .ant-btn-primary").click()
    # The board that was copied stands there until its copy is opened.
    expect(screen.page.get_by_role("link", name="早会")).to_have_attribute("aria-current", "page")
    screen.settle()
    drawn(screen)
    count = screen.page.locator(".dash-cell").count()
    screen.page.get_by_role("button", name="更多", exact=True).click()
    offer(screen, "调整布局").click()
    screen.page.locator(".dash-tile").first.get_by_role("button", name=re.compile("移出看板")).click()
    screen.page.locator(".dash-tile").first.get_by_role("button", name=re.compile("加宽")).click()
    screen.page.locator(".dash-board-tools .ant-btn-primary").click()
    screen.toast("布局已保存")
    expect(screen.page.locator(".dash-cell")).to_have_count(count - 1)
    screen.page.get_by_role("button", name="更多", exact=True).click()
    offer(screen, "删除我的看板").click()
    expect(screen.page.get_by_role("link", name="早会")).to_have_count(0)


def test_a_report_shows_its_chart_and_its_table(open_as):
    screen = open_as("admin").go("/reports")
    screen.page.get_by_role("searchbox", name="搜索报表").fill("收入（按月）")
    screen.page.locator(".reports-link", has_text="收入（按月）").click()
    drawn(screen)
    expect(screen.page.locator(".chart-table tbody tr").first).to_be_visible()
    expect(screen.page.locator(".reports-shown .chart-plot svg").first).to_be_visible()
    screen.page.get_by_text("表", exact=True).click()
    expect(screen.page.locator(".reports-shown .chart-plot")).to_have_count(0)
    screen.speaks()


def test_a_phone_shows_one_chart_below_the_other(open_as):
    screen = opened(open_as, "director", phone=True)
    screen.fits()
    screen.speaks()
    boxes = [one.bounding_box() for one in screen.page.locator(".dash-cell-chart:has(.chart-plot)").all()[:3]]
    assert all(box["width"] > 300 for box in boxes)


def test_a_dashboard_can_be_read_in_the_dark_and_without_a_mouse(open_as):
    opened(open_as, "director", dark=True).accessible()
    opened(open_as, "director").accessible()


@pytest.mark.parametrize(
    ("login", "board"),
    [("frontdesk", "branch"), ("finance", "group"), ("marketing", "marketing"), ("lead", "team"), ("ops", "group")],
)  # fmt: skip
def test_a_board_shows_each_role_what_is_for_it_and_leaves_no_hole(open_as, login, board):
    screen = opened(open_as, login, f"/dashboards/{board}")
    expect(screen.page.locator(".dash-cell-state [role=alert], .dash-cell [role=alert]")).to_have_count(0)
    expect(screen.page.get_by_text("没有报表")).to_have_count(0)
    rows = {}
    for box in boxes(screen.page.locator(".dash-board-spot")):
        rows[round(box["y"])] = max(rows.get(round(box["y"]), 0), box["x"] + box["width"])
    # every row of charts goes on to the right edge
    assert max(rows.values()) - min(rows.values()) < 2


def boxes(found):
    return [one.bounding_box() for one in found.all()]


@pytest.fixture
def watched(open_as):
    """Return the id of an alert that is off whenever it is looked at, and is told to the director."""
    ops = open_as("ops")
    rule = {
        "metric": "total_customers", "compare": "fixed", "threshold": "1", "direction": "above", "min_sample": 1,
        "schedule": "mondays", "notify_roles": ["director"],
    }  # fmt: skip
    made = ops.call("POST", "/api/forms/kpi_rule/records", {"values": rule})["record"]["id"]
    yield made
    ops.call("DELETE", f"/api/forms/kpi_rule/records/{made}")


@pytest.mark.parametrize("phone", [False, True])
def test_an_alert_says_what_it_watches_and_can_be_tried(open_as, watched, phone):
    screen = open_as("ops", phone=phone).go("/alerts")
    rule = screen.page.locator(".alert-rule", has_text="客户总数").last
    expect(rule).to_contain_text("高于 1")
    expect(rule).to_contain_text("每周一 8:30")
    screen.button("试一下", rule).click()
    expect(rule.get_by_text("现在会这样提醒您")).to_be_visible()
    screen.fits()
    screen.speaks()


def test_a_rule_is_opened_beside_the_alerts(open_as, watched):
    screen = open_as("ops").go("/alerts")
    screen.button("打开规则", screen.page.locator(".alert-rule", has_text="客户总数").last).click()
    expect(screen.page.locator(".ant-drawer").get_by_text("检查频率")).to_be_visible()


def more_of(screen, title):
    card = cell(screen, title)
    card.hover()
    card.get_by_role("button", name=f"{title} 更多").click()


def test_an_alert_is_begun_from_the_card_it_is_to_watch(open_as):
    screen = opened(open_as, "ops", "/dashboards/group")
    more_of(screen, "实收")
    offer(screen, "设预警").click()
    expect(screen.slot("metric")).to_contain_text("实收")
    expect(screen.slot("compare")).to_contain_text("固定值")
    # Who makes no rules is not offered one.
    other = opened(open_as, "consultant")
    more_of(other, "线索量")
    expect(offer(other, "为什么是这个数")).to_be_visible()
    expect(offer(other, "设预警")).to_have_count(0)


def test_who_is_told_of_nothing_reads_how_to_be_told(open_as):
    open_as("consultant").go("/alerts").says("还没有提醒您的预警")


def test_a_subscription_is_made_seen_beside_the_alerts_and_stopped(open_as):
    screen = opened(open_as, "finance", "/dashboards/group")
    screen.button("定时发给我").click()
    screen.page.get_by_role("dialog").locator(".ant-btn-primary").click()
    screen.toast("已订阅")
    screen.go("/alerts/subscriptions")
    line = screen.page.locator(".sub-list .ant-list-item", has_text="集团驾驶舱").first
    expect(line).to_contain_text("下次")
    expect(line).to_contain_text("还没发过")
    line.get_by_role("switch").click()
    expect(line).to_contain_text("已暂停")
    screen.button("取消", line).click()
    screen.page.locator(".ant-popconfirm .ant-btn-primary").click()
    expect(line).to_have_count(0)
    screen.says("还没有订阅")


def test_a_wall_screen_shows_one_chart_after_another(open_as):
    screen = opened(open_as, "admin")
    with screen.page.expect_request(lambda one: '"veiled":true' in (one.post_data or "")):
        screen.button("大屏轮播").click()
    wall = screen.page.locator(".rotation")
    expect(wall.locator(".rotation-numbers .kpi-value").first).to_be_visible()
    expect(wall.get_by_text("姓名已打码")).to_be_visible()
    first = wall.locator(".rotation-page h3").inner_text()
    screen.press("ArrowRight")
    expect(wall.locator(".rotation-page h3")).not_to_have_text(first)
    screen.press("Escape")
    expect(wall).to_have_count(0)


def test_a_wall_screen_can_be_opened_by_its_address(open_as):
    screen = open_as("director").go("/dashboards/branch?wall=1")
    wall = screen.page.locator(".rotation")
    expect(wall.locator(".rotation-numbers .kpi-value").first).to_be_visible()
    screen.button("关闭", wall).click()
    expect(wall).to_have_count(0)


def test_a_number_follows_a_record_that_a_colleague_writes(open_as):
    screen = opened(open_as, "admin", "/reports/leads_card")
    shown = screen.page.locator(".kpi-value").first
    before = int(shown.inner_text().replace(",", ""))
    other = open_as("consultant")
    values = {"name": "闻人新来", "phone": "19970007788", "channel_id": other.first("channel")["id"], "intent_items": ["implant"]}  # fmt: skip
    other.call("POST", "/api/forms/lead/records", {"values": values})
    expect(shown).to_have_text(f"{before + 1:,}")
