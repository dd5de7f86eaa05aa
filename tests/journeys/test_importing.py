"""A messy sheet of leads comes in through the wizard, is counted, and goes out again."""

import csv

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def counts(page):
    names = page.locator(".import-counts dt").all_inner_texts()
    values = page.locator(".import-counts dd").all_inner_texts()
    return dict(zip(names, map(int, values), strict=True))


def total(screen):
    return screen.call("POST", "/api/forms/lead/query", {"limit": 1, "count": True})["count"]["value"]


def test_a_messy_sheet_comes_in_and_goes_out(open_as, repository):
    sheet = repository / "tests/data/sample_leads_dental_messy.csv"
    with sheet.open(encoding="utf-8-sig", newline="") as lines:
        given = sum(1 for _ in csv.reader(lines)) - 1
    screen = open_as("director").go("/p/leads/lead_all")
    before = total(screen)
    page = screen.page
    page.get_by_role("button", name="更多").last.click()
    page.get_by_role("menuitem", name="从 Excel 导入").click()
    page.locator("input[type=file]").set_input_files(sheet)
    expect(page.locator(".import-map tbody tr").first).to_be_visible()
    screen.button("试导入").click()
    expect(page.locator(".import-counts")).to_be_visible()
    trial = counts(page)
    assert total(screen) == before
    assert sum(count for name, count in trial.items() if name not in ("总行数",)) >= given
    expect(page.locator(".import-map tbody tr").first).to_be_visible()
    screen.speaks()
    screen.button("开始导入").click()
    screen.says("线索导入完成")
    page.wait_for_selector(".import-counts")
    assert counts(page) == trial
    assert total(screen) == before + trial["新建"]
    screen.button("撤销这次导入").click()
    page.locator(".ant-modal .ant-btn-primary").click()
    screen.says("这次导入已撤销")
    assert total(screen) == before
