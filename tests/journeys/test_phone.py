"""On a phone: nothing sticks out, lists are cards, a record opens, a lead is noted."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SCREENS = (
    "/workbench/workbench",
    "/p/leads/lead_board",
    "/p/leads/lead_all",
    "/p/schedule",
    "/p/patients",
    "/p/cashier/bill_all",
    "/import/lead",
    "/me",
)


def test_signing_in(open_as):
    screen = open_as(None, phone=True).go("/sign-in")
    screen.fits()
    screen.page.locator(".demo-person").first.click()
    expect(screen.page.locator("h1").first).to_be_visible()
    screen.fits()


def test_every_screen_fits(open_as):
    screen = open_as("director", phone=True)
    for path in SCREENS:
        screen.go(path)
        expect(screen.page.locator("h1").first).to_be_visible()
        screen.fits()
    patient = screen.first("customer", sort=["-last_visit_at"])
    screen.go(f"/r/customer/{patient['id']}")
    expect(screen.page.locator(".timeline-item").first).to_be_visible()
    screen.fits()


def test_the_menu_opens_and_leads_on(open_as):
    screen = open_as("frontdesk", phone=True).go("/workbench/workbench")
    screen.page.locator(".top-menu").click()
    screen.page.get_by_role("link", name="患者").last.click()
    expect(screen.page.locator("h1").first).to_have_text("患者")


def test_a_list_is_cards_and_a_card_opens(open_as):
    screen = open_as("consultant", phone=True).go("/p/leads/lead_all")
    card = screen.page.locator(".cards .card").first
    expect(card).to_be_visible()
    name = card.locator(".card-title").inner_text()
    card.click()
    expect(screen.page.locator(".record-name h2")).to_have_text(name)
    screen.fits()


def test_a_lead_is_noted_on_the_way(open_as):
    screen = open_as("consultant", phone=True).new("/p/leads/lead_all")
    screen.fits()
    screen.fill("name", "南宫小路")
    screen.fill("phone", "19900004399")
    screen.choose("channel_id", "抖音")
    screen.choose("intent_items", "正畸")
    screen.press("Escape")
    screen.save()
    screen.toast("已新建 南宫小路")
