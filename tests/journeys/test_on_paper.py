"""Dashboards leave the screen: printed, and saved as files by a click, whole or one chart alone."""

import re
import struct
import zipfile
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.test_dashboards import boxes, cell, drawn, offer, opened

pytestmark = pytest.mark.browser

SIGNED = {"xlsx": b"PK", "csv": b"PK", "pdf": b"%PDF-", "png": b"\x89PNG"}
WORDS = {"xlsx": "导出 Excel", "csv": "导出 CSV", "pdf": "导出 PDF", "png": "导出图片"}
FEW_PAGES = 14


@pytest.fixture(scope="module")
def board(open_once):
    """Return `board(login)`: the screen of somebody's dashboard, drawn once for all tests."""
    screens = {}

    def shown(login):
        if login not in screens:
            screens[login] = opened(open_once, login)
        return screens[login]

    return shown


def saved(screen, click):
    """Return the path and name of the file that a click brings."""
    with screen.page.expect_download() as waiting:
        click()
    return Path(waiting.value.path()), waiting.value.suggested_filename


def printed(screen):
    """Press print without a printer: the page stays as paper has it."""
    screen.page.evaluate("window.print = () => { window.isPrinted = true; }")
    screen.page.get_by_role("button", name="打印").click()
    screen.page.wait_for_function("window.isPrinted === true")
    screen.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")


def apart(one, other):
    """Tell whether two boxes do not cover each other."""
    return (
        one["x"] + one["width"] <= other["x"] + 1
        or other["x"] + other["width"] <= one["x"] + 1
        or one["y"] + one["height"] <= other["y"] + 1
        or other["y"] + other["height"] <= one["y"] + 1
    )


@pytest.mark.parametrize("login", ["admin", "director", "consultant"])
def test_a_dashboard_on_paper_has_its_charts_beside_each_other_and_nothing_of_the_frame(board, login):
    screen = board(login)
    count = screen.page.locator(".dash-board-spot").count()
    printed(screen)
    for gone in (".top", ".side", ".practice-bar", ".skip", ".dash-cell-tool"):
        for one in screen.page.locator(gone).all():
            expect(one).to_be_hidden()
    spots = boxes(screen.page.locator(".dash-board-spot"))
    assert len(spots) == count
    assert [pair for pair in combinations(spots, 2) if not apart(*pair)] == []
    cards = boxes(screen.page.locator(".dash-board-spot > *"))
    widest = max(one["x"] + one["width"] for one in spots)
    assert all(one["x"] + one["width"] <= widest + 1 for one in cards)
    # Nothing of a card hangs out of its place below.
    assert all(
        one["y"] + one["height"] <= spot["y"] + spot["height"] + 1
        for spot, one in zip(spots, cards, strict=True)
    )
    pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", screen.page.pdf(prefer_css_page_size=True)))
    assert 1 <= pages <= FEW_PAGES
    screen.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(screen.page.locator(".top")).to_be_visible()


@pytest.mark.parametrize("form", SIGNED)
def test_a_dashboard_is_saved_as_a_file_by_a_click(board, form):
    screen = board("admin")
    screen.button("导出").click()
    path, name = saved(screen, lambda: offer(screen, WORDS[form]).click())
    data = path.read_bytes()
    assert data.startswith(SIGNED[form])
    assert name.startswith("集团驾驶舱")
    assert len(data) > 2_000
    if form == "xlsx":
        with zipfile.ZipFile(path) as book:
            sheets = [one for one in book.namelist() if one.startswith("xl/worksheets/sheet")]
        # A sheet for each chart, and one that tells what it is.
        charts = [one for one in screen.call("GET", "/api/dashboards/group")["cells"] if one.get("report")]
        assert len(sheets) >= len(charts)
    if form == "csv":
        with zipfile.ZipFile(path) as parts:
            assert all(parts.read(one).startswith(b"\xef\xbb\xbf") for one in parts.namelist())
    if form == "png":
        wide, high = struct.unpack(">II", data[16:24])
        assert wide > 800
        assert high > 600


@pytest.mark.parametrize(("form", "title"), [("png", "销售漏斗"), ("xlsx", "项目占比"), ("png", "实收")])
def test_one_chart_is_saved_alone(board, form, title):
    screen = board("admin")
    card = cell(screen, title)
    card.hover()
    card.get_by_role("button", name=f"{title} 更多").click()
    path, name = saved(screen, lambda: offer(screen, WORDS[form]).click())
    assert path.read_bytes().startswith(SIGNED[form])
    assert name.endswith(f".{form}")
    if form == "xlsx":
        with zipfile.ZipFile(path) as book:
            assert len([one for one in book.namelist() if one.startswith("xl/worksheets/sheet")]) <= 2


def test_a_report_is_saved_with_its_table(open_as):
    screen = open_as("admin").go("/reports/revenue_by_month")
    drawn(screen)
    screen.button("导出").click()
    path, name = saved(screen, lambda: offer(screen, WORDS["csv"]).click())
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert name.endswith(".csv")


def test_who_may_not_take_numbers_out_of_the_house_is_offered_no_file(board):
    screen = board("consultant")
    expect(screen.button("导出")).to_have_count(0)
    expect(screen.page.get_by_role("button", name="打印")).to_be_visible()


def test_a_record_is_printed_as_a_sheet_that_says_who_printed_it(open_as):
    screen = open_as("director")
    asked = {"fields": ["name"], "limit": 1, "sort": ["-created_at"]}
    patient = screen.call("POST", "/api/forms/customer/query", asked)["records"][0]
    page = screen.go(f"/r/customer/{patient['id']}").page
    page.evaluate("(() => { window.print = () => { window.isPrinted = true; }; })()")
    page.locator(".record-acts").get_by_role("button", name="更多操作").click()
    page.get_by_role("menuitem", name="打印", exact=True).click()
    sheet = page.locator(".paper")
    expect(sheet.locator("h1")).to_have_text(patient["name"])
    expect(sheet.locator("footer")).to_contain_text("打印于")
    expect(sheet.locator(".paper-mark span").first).to_have_text(sheet.locator("footer").inner_text())
    assert sheet.locator("input, textarea").count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(sheet).to_have_count(0)
