"""What one does at the workbench without leaving it."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def task(screen, title):
    """A task of this person that is due today."""
    me = screen.call("GET", "/api/me")["user"]["id"]
    now = screen.page.evaluate("new Date().toISOString()")
    values = {"title": title, "kind": "other", "assignee_id": me, "plan_at": now, "due_at": now}
    return screen.call("POST", "/api/forms/followup_task/records", {"values": values})["record"]


def test_a_task_is_put_off_and_called_back(open_as):
    screen = open_as("consultant").go("/me")
    made = task(screen, "给端木女士回电话")
    screen.go("/workbench/workbench")
    line = screen.page.locator(".work-row", has_text="给端木女士回电话")
    line.hover()
    line.get_by_role("button", name="推迟").click()
    screen.page.get_by_role("menuitem", name="三天后").click()
    said = screen.toast("已推迟")
    assert screen.record("followup_task", made["id"])["due_at"] > made["due_at"]
    said.get_by_role("button").click()
    screen.eventually(lambda: screen.record("followup_task", made["id"])["due_at"] == made["due_at"])
    expect(line).to_be_visible()
