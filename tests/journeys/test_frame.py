"""The frame around the work: language, light and dark, keyboard."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CHINESE = re.compile(r"[一-鿿]+")


def frame_words(page):
    parts = (".nav", ".head", ".tools", ".grid-header, .grid-head", ".top-search", ".branch-label")
    return " ".join(
        text
        for part in parts
        for one in page.locator(part).all()
        if (text := one.evaluate("e => [e.innerText, e.ariaLabel ?? ''].join(' ')"))
    )


def test_the_app_speaks_english_when_asked(open_as):
    screen = open_as("auditor").go("/workbench/workbench")
    page = screen.page
    page.locator("button.me").click()
    page.get_by_role("menuitem", name="English").click()
    expect(page.locator(".head h1")).to_have_text("Workbench")
    for path in ("/workbench/workbench", "/p/leads/lead_all", "/p/schedule", "/p/cashier/bill_all"):
        screen.go(path)
        expect(page.locator(".head h1")).to_be_visible()
        words = frame_words(page).replace(page.locator(".nav-brand, .nav-top").first.inner_text(), "")
        left = set(CHINESE.findall(words)) - set(
            CHINESE.findall(
                page.locator(".head .hint").first.inner_text() if page.locator(".head .hint").count() else ""
            )
        )
        assert left == set(), path
        screen.speaks()
    page.locator("button.me").click()
    page.get_by_role("menuitem", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))


@pytest.mark.parametrize(
    "path",
    [
        "/workbench/workbench",
        "/p/leads/lead_board",
        "/p/leads/lead_all",
        "/p/schedule",
        "/p/cashier/bill_all",
        "/p/stock",
        "/p/settings",
        "/import/lead",
        "/me",
    ],
)
def test_no_screen_says_a_machine_word(open_as, path):
    screen = open_as("director").go(path)
    expect(screen.page.locator("h1").first).to_be_visible()
    screen.speaks()


def test_dark_is_chosen_and_kept(open_as):
    screen = open_as("ops").go("/p/leads/lead_all")
    page = screen.page
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("button.me").click()
    page.get_by_role("menuitem", name="外观").hover()
    page.get_by_role("menuitem", name="深色").click()
    expect(page.locator("body")).not_to_have_css("background-color", light)
    screen.go("/p/leads/lead_board")
    expect(page.locator("body")).not_to_have_css("background-color", light)


def test_a_list_is_worked_by_keyboard(open_as):
    screen = open_as("director").go("/p/leads/lead_all")
    page = screen.page
    rows = page.locator(".grid .row")
    expect(rows.first).to_be_visible()
    screen.press("j", "j")
    expect(rows.nth(1)).to_have_class(re.compile("row-active"))
    screen.press("k")
    expect(rows.nth(0)).to_have_class(re.compile("row-active"))
    screen.press("ArrowDown", "ArrowRight", "ArrowLeft", "ArrowUp", " ")
    drawer = page.locator(".record-name h2")
    expect(drawer).to_be_visible()
    opened = drawer.inner_text()
    screen.press("e")
    expect(page.locator(".form #slot-name")).to_be_visible()
    screen.press("Escape")
    expect(drawer).to_have_count(0)
    screen.press("n")
    expect(page.locator(".drawer-form .form-foot")).to_be_visible()
    screen.press("Escape")
    expect(page.locator(".drawer-form .form-foot")).to_have_count(0)
    screen.press("/")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type(opened)
    expect(page.get_by_role("option", selected=True)).to_contain_text(opened)
    screen.press("Enter")
    expect(drawer).to_have_text(opened)


def test_a_cell_is_changed_in_place_with_enter(open_as):
    screen = open_as("director").go("/p/leads/lead_all")
    page = screen.page
    first = page.locator(".grid .row").first
    name = first.locator(".cell").nth(1)
    expect(name).to_be_visible()
    was = name.inner_text().strip()
    screen.press("j", "Enter")
    page.keyboard.press("Control+A")
    page.keyboard.type(f"{was}改")
    screen.press("Enter")
    expect(page.locator(".grid .row", has_text=f"{was}改").first).to_be_visible()
    screen.press("Control+z")
    expect(page.locator(".grid .row", has_text=f"{was}改")).to_have_count(0)
