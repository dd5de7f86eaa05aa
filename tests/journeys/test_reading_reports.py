"""Reports as they are read: wide rankings, one chart that fails, a slow line, the other language, targets dealt out."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.test_dashboards import cell, drawn, more_of, offer, opened

pytestmark = pytest.mark.browser

ASK = "**/api/dashboards/*/ask"
ALSO = re.compile(r"另有 ([\d,]+) 条退款")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def offered(screen, number, words):
    """Return the line of a number's menu, opened anew where numbers that came in meanwhile have closed it."""
    line = offer(screen, words)

    def is_there():
        if not line.is_visible():
            number.click()
        return line.is_visible()

    screen.eventually(is_there)
    return line


def wide(scroll):
    return scroll.evaluate("(room) => room.scrollWidth > room.clientWidth + 1")


def test_a_ranking_of_many_columns_is_read_without_scrolling_aside_and_whole_when_enlarged(open_as):
    screen = opened(open_as, "admin")
    ranking = cell(screen, "分院排行")
    table = ranking.locator(".chart-table")
    expect(table).to_have_class(re.compile("is-folded"))
    assert not wide(ranking.locator(".chart-scroll"))
    heads = table.locator("thead th")
    expect(heads.nth(1)).to_contain_text("实收")
    expect(heads.nth(1).locator("small")).to_contain_text("环比")
    expect(table.locator("tbody tr").first.locator(".cell-before")).to_have_text("1")
    more_of(screen, "分院排行")
    offer(screen, "放大").click()
    whole = screen.page.locator(".dash-cell-large .chart-table")
    expect(whole).not_to_have_class(re.compile("is-folded"))
    expect(whole.locator("thead th", has_text="实收 上期")).to_be_visible()
    screen.speaks()


def test_on_a_phone_a_list_of_many_columns_is_read_as_cards_and_whole_when_enlarged(open_as):
    screen = opened(open_as, "director", "/reports/debts", phone=True)
    table = screen.page.locator(".chart-table").first
    expect(table).to_have_class(re.compile("is-cards"))
    assert not wide(screen.page.locator(".chart-scroll").first)
    first = table.locator("tbody tr").first
    for name in ("患者", "应收", "欠款"):
        expect(first.locator(f'td[data-name="{name}"]')).to_be_visible()
    assert not wide(screen.page.locator(".reports-shown"))
    more_of(screen, "欠款")
    offer(screen, "放大").click()
    whole = screen.page.locator(".dash-cell-large .chart-table")
    expect(whole).not_to_have_class(re.compile("is-cards"))
    expect(whole.locator("thead th", has_text="欠款")).to_be_visible()


def spoilt(route, title_key):
    """Answer as the server does, but for one chart, whose answer is a problem."""
    answer = route.fetch()
    body = answer.json()
    trouble = {
        "code": "report.broken",
        "message": {"zh": "这张图没有算出来", "en": "This chart was not worked out"},
        "hint": {"zh": "请重试", "en": "Try again"},
    }
    cells = [
        {"cell": one["cell"], "problem": trouble} if one["cell"] == title_key else one
        for one in body["cells"]
    ]
    route.fulfill(response=answer, body=json.dumps({"cells": cells}))


def test_a_chart_that_fails_fails_alone_and_is_tried_again_alone(open_as):
    screen = open_as("admin")
    screen.page.route(ASK, lambda route: spoilt(route, "paid_card"))
    screen.go("/dashboards/group")
    drawn(screen)
    broken = cell(screen, "实收")
    expect(broken.get_by_role("alert")).to_contain_text("这张图没有算出来")
    expect(screen.page.locator(".dash-cell [role=alert]")).to_have_count(1)
    screen.page.unroute(ASK)
    with screen.page.expect_request(ASK) as asked:
        screen.button("重试", broken).click()
    assert [one["cell"] for one in asked.value.post_data_json["cells"]] == ["paid_card"]
    expect(broken.locator(".kpi-value")).to_be_visible()


def test_numbers_that_could_not_be_fetched_anew_say_so_and_stay(open_as):
    screen = opened(open_as, "director")
    number = cell(screen, "实收").locator(".kpi-value")
    before = number.inner_text()
    screen.page.route(ASK, lambda route: route.abort())
    screen.button("刷新").click()
    stale = cell(screen, "实收").get_by_role("button", name="没更新，重试")
    expect(stale).to_be_visible()
    expect(number).to_have_text(before)
    screen.page.unroute(ASK)
    stale.click()
    expect(stale).to_have_count(0)


def test_the_other_part_of_a_number_opens_its_own_records_and_leads_back_to_the_first(open_as):
    screen = opened(open_as, "admin", "/dashboards/group?f.period=last+12+months")
    line = offered(screen, cell(screen, "实收").locator(".kpi-value"), ALSO)
    count = ALSO.search(line.inner_text())[1]
    line.click()
    screen.page.wait_for_url("**/behind/**part=1**")
    expect(screen.page.get_by_text(f"共 {count} 条")).to_be_visible()
    parts = screen.page.locator(".page-behind nav.tabs .tab")
    expect(parts).to_have_count(2)
    expect(parts.nth(1)).to_have_attribute("aria-current", "page")
    parts.first.click()
    expect(parts.first).to_have_attribute("aria-current", "page")
    bills = re.search(r"[\d,]+$", parts.first.inner_text())[0]
    expect(screen.page.get_by_text(f"共 {bills} 条")).to_be_visible()


def test_without_the_net_the_way_back_stays_and_a_board_comes_by_itself_when_it_is_there_again(open_as):
    screen = opened(open_as, "director")
    page, tabs = screen.page, screen.page.locator("nav.tabs .tab")
    boards = tabs.count()
    page.context.set_offline(True)
    tabs.nth(1).click()
    expect(page.get_by_text("网络连接不上")).to_be_visible()
    expect(tabs).to_have_count(boards)
    page.context.set_offline(False)
    drawn(screen)
    expect(page.get_by_text("网络连接不上")).to_have_count(0)


def test_what_is_slow_holds_its_place_and_nothing_moves_for_whom_motion_is_too_much(open_as):
    screen = open_as("director")
    held = []

    def hold(route):
        held.append(route)

    screen.page.route(ASK, hold)
    screen.page.goto("/dashboards/branch")
    wait = screen.page.locator(".dash-cell-shimmer").first
    expect(wait).to_be_visible()
    assert wait.evaluate("(one) => getComputedStyle(one).animationName") == "none"
    place = cell(screen, "销售漏斗").bounding_box()
    for route in held:
        route.continue_()
    screen.page.unroute(ASK)
    drawn(screen)
    after = cell(screen, "销售漏斗").bounding_box()
    assert (place["x"], place["width"]) == (after["x"], after["width"])


@pytest.mark.parametrize(
    ("login", "board"), [("director", "branch"), ("consultant", "personal"), ("marketing", "marketing")]
)
def test_a_board_speaks_english_to_who_reads_english(open_as, login, board):
    screen = open_as(login)
    screen.call("PATCH", "/api/me", {"lang": "en"})
    try:
        screen.go(f"/dashboards/{board}")
        drawn(screen)
        screen.speaks()
        words = screen.page.locator(
            ".dash-cell-head h3, .dash-board-filters, .dash-cell-beside, thead th"
        ).all_inner_texts()
        assert [one for one in words if CHINESE.search(one)] == []
    finally:
        screen.call("PATCH", "/api/me", {"lang": "zh"})


def test_a_card_is_reached_and_asked_by_keys_alone(open_as):
    screen = opened(open_as, "director")
    number = cell(screen, "实收").locator(".kpi-value")
    number.focus()
    screen.press("Enter")
    line = offer(screen, re.compile(r"查看 [\d,]+ 条明细"))
    expect(line).to_be_visible()
    screen.press("Escape")
    expect(line).to_have_count(0)
    cell(screen, "实收").get_by_role("button", name="实收 更多").focus()
    screen.press("Enter")
    offer(screen, "为什么是这个数").press("Enter")
    panel = screen.page.get_by_role("dialog")
    expect(panel.get_by_text("怎么算的")).to_be_visible()
    expect(panel.get_by_text("统计范围")).to_be_visible()
    screen.accessible()
    screen.press("Escape")
    expect(panel).to_have_count(0)


def target_of_branch(screen):
    """Write a target of the branch for a month of its own and return its id."""
    branch = screen.call("GET", "/api/me")["branches"][0]["id"]
    values = {
        "month": "2031-03-01",
        "metric": "paid",
        "level": "branch",
        "subject": branch,
        "target": "30000.01",
    }
    return screen.call("POST", "/api/forms/sales_target/records", {"values": values})["record"]["id"]


def test_a_target_is_dealt_out_to_the_cent_looked_at_first_and_taken_back(open_as):
    screen = open_as("director")
    target = target_of_branch(screen)
    parts = {
        "filter": {"op": "and", "items": [{"field": "month", "op": "eq", "value": "2031-03-01"}]},
        "limit": 50,
    }

    def count():
        return len(screen.call("POST", "/api/forms/sales_target/query", parts)["records"])

    screen.go(f"/r/sales_target/{target}")
    screen.button("拆分目标").click()
    dialog = screen.page.get_by_role("dialog")
    expect(dialog.get_by_text("合计 30,000.01")).to_be_visible()
    rows = dialog.get_by_role("row")
    people = rows.count() - 1
    assert people > 1
    assert count() == 1
    # Somebody takes no part; the rest bear the whole.
    rows.nth(1).get_by_role("checkbox").uncheck()
    expect(dialog.get_by_text("合计 30,000.01")).to_be_visible()
    expect(rows.nth(1)).to_contain_text("–")
    dialog.get_by_text("平均", exact=True).click()
    expect(dialog.get_by_text("合计 30,000.01")).to_be_visible()
    screen.accessible()
    dialog.locator(".ant-btn-primary").click()
    done = screen.toast(f"已新建 {people - 1} 个")
    assert count() == people
    screen.button("撤销", done).click()
    screen.toast("已撤销拆分")
    assert count() == 1


def test_the_clinics_own_year_is_set_seen_in_the_reports_and_put_back(open_as):
    screen = open_as("ops").go("/")
    screen.page.locator(".me").click()
    screen.page.get_by_role("menuitem", name="财年").click()
    year = screen.page.get_by_role("combobox", name="财年从几月开始")
    expect(screen.page.get_by_text(re.compile("本财年：.*1月1日"))).to_be_visible()

    def begin_in(month):
        year.click()
        screen.options().filter(has_text=re.compile(f"^{month} 月$")).click()
        screen.button("保存").click()
        screen.toast("已保存")

    begin_in(4)
    expect(screen.page.get_by_text(re.compile("本财年：.*4月1日"))).to_be_visible()
    expect(screen.page.get_by_text(re.compile("改于"))).to_be_visible()
    screen.accessible()
    # A reader's report goes by it at once, and says so.
    reader = opened(open_as, "director", "/dashboards/branch?f.period=this+fiscal+year")
    expect(reader.page.locator(".dash-board-filter", has_text="本财年（4 月起）")).to_be_visible()
    begin_in(1)
    # Who does not manage settings is not offered them.
    other = open_as("consultant").go("/")
    other.page.locator(".me").click()
    expect(other.page.get_by_role("menuitem", name="个人")).to_be_visible()
    expect(other.page.get_by_role("menuitem", name="财年")).to_have_count(0)
