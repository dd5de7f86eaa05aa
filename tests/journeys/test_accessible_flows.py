"""axe-core finds nothing serious on the screens of tasks and flows, and no machine word stands there; desktop and phone."""

import pytest
from playwright.sync_api import expect

from tests.journeys.discounts import ask_for_discounts, waiting_for

pytestmark = pytest.mark.browser

TABS = ("", "/incidents", "/outbox", "/contacts", "/coverage", "/trial", "/handover")


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_screens_of_those_who_manage_flows(open_as, phone):
    screen = open_as("director", phone=phone)
    for tab in TABS:
        screen.go(f"/flows{tab}")
        expect(screen.page.locator("h1")).to_be_visible()
        screen.accessible()
        screen.speaks()
        screen.fits()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_my_tasks_and_one_of_them_with_its_flow(open_as, phone):
    screen = open_as("lead", phone=phone)
    titles = [f"{'手机' if phone else '电脑'}上看的方案"]
    ask_for_discounts(open_as("director"), titles)
    task = waiting_for(screen, titles)[0]
    for path in (
        "/tasks",
        "/tasks/done",
        "/tasks/started",
        f"/tasks/{task['instance_id']}/{task['task_id']}",
    ):
        screen.go(path)
        expect(screen.page.locator("h1")).to_be_visible()
        screen.accessible()
        screen.speaks()
        screen.fits()
    screen.go(f"/instances/{task['instance_id']}")
    expect(screen.page.locator(".step").first).to_be_visible()
    screen.accessible()
    screen.fits()
