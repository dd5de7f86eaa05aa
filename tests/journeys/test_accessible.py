"""axe-core finds nothing serious on the main screens, light and dark."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

MAIN = (
    "/workbench/workbench",
    "/p/leads/lead_all",
    "/p/leads/lead_board",
    "/p/schedule/appointment_by_chair",
    "/import/lead",
)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_main_screens(open_as, dark):
    open_as(None, dark=dark).go("/sign-in").accessible()
    screen = open_as("director", dark=dark)
    for path in MAIN:
        screen.go(path)
        expect(screen.page.locator("h1").first).to_be_visible()
        screen.accessible()
    patient = screen.first("customer", sort=["-last_visit_at"])
    screen.go(f"/r/customer/{patient['id']}")
    expect(screen.page.locator(".timeline-item").first).to_be_visible()
    screen.accessible()


@pytest.mark.parametrize("path", ["/p/leads/lead_all", "/p/schedule/appointment_coming"])
def test_forms(open_as, path):
    open_as("frontdesk").new(path).accessible()


def test_charts(open_as):
    screen = open_as("doctor")
    for path, part in (
        ("/p/clinical/clinical_record_all", "#f-clinical_record-tooth_chart"),
        ("/p/clinical/perio_exam_all", "#f-perio_exam-chart"),
    ):
        screen.new(path)
        expect(screen.page.locator(part)).to_be_visible()
        screen.accessible()
