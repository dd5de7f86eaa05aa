"""What each sees: the same address, another person, another screen."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PHONE = re.compile(r"(?<!\d)1\d{10}(?!\d)")


@pytest.mark.parametrize("login", ["director", "consultant", "frontdesk", "doctor", "marketing"])
def test_signing_in_by_choosing_a_practice_account(open_as, clinic, login):
    screen = open_as(None).go("/sign-in")
    names = {
        one["login"]: one["name"] for one in screen.call("GET", "/api/workspaces/public")[0]["demo_logins"]
    }
    screen.page.locator(".demo-person", has_text=names[login]).click()
    expect(screen.page.locator(".me-name")).to_have_text(names[login])
    expect(screen.page.locator(".nav .nav-item, nav a").first).to_be_visible()


def test_a_wrong_password_is_told_in_words(open_as):
    screen = open_as(None).go("/sign-in")
    screen.page.locator("input").first.fill("director")
    screen.page.locator("input[type=password]").fill("not-the-one")
    screen.page.locator("button[type=submit]").click()
    expect(screen.page.locator(".ant-alert")).to_contain_text("密码")


def test_marketing_sees_leads_but_no_phone_number(open_as):
    screen = open_as("marketing").go("/p/leads/lead_all")
    expect(screen.page.locator(".grid .row").first).to_be_visible()
    assert PHONE.findall(screen.page.locator("body").inner_text()) == []
    screen.page.locator(".grid .row").first.locator(".cell").nth(1).click()
    expect(screen.page.locator(".record-name")).to_be_visible()
    screen.settle()
    assert PHONE.findall(screen.page.locator("body").inner_text()) == []


def test_a_doctor_has_no_leads_in_the_menu_nor_by_address(open_as):
    screen = open_as("doctor").go("/workbench/workbench")
    nav = screen.page.locator("nav").first
    expect(nav).to_contain_text("诊疗")
    expect(nav).not_to_contain_text("线索")
    screen.go("/p/leads/lead_all")
    expect(screen.page.locator(".grid")).to_have_count(0)


def test_the_branch_is_switched_for_the_schedule(open_as):
    screen = open_as("admin").go("/p/schedule/appointment_by_chair")
    branches = screen.call("GET", "/api/me")["branches"]
    for branch in branches[:2]:
        expect(screen.page.locator(".ant-dropdown:visible")).to_have_count(0)
        # While the screens of the other branch load, the button turns and takes no click.
        screen.page.locator("button.branch:not(.ant-btn-loading)").click()
        screen.page.get_by_role("menuitem", name=branch["name"]).click()
        expect(screen.page.locator(".branch-name")).to_have_text(branch["short_name"])
        expect(screen.page.locator(".ec-col-head").first).to_contain_text(branch["short_name"])
