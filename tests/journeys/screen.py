"""What a person does at a screen: go, read, fill, choose, press; and what must never appear there."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response, expect

AXE = Path(__file__).resolve().parents[2] / "designer_ui/node_modules/axe-core/axe.min.js"
JSON = {"content-type": "application/json", "x-clinicraft": "1"}
LIMIT_MS = 60_000
"""How long a journey waits for what must come: a busy machine is slow, and speed is measured in `benchmarks/`."""
expect.set_options(timeout=LIMIT_MS)
TRIES, TRY_MS, QUIET = 600, 100, 3
GRAVE = ("serious", "critical")
SETTLED = """async () => {
  const running = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(running.map((one) => one.finished));
}"""
"""Waits for every animation that comes to an end; a cancelled one counts as ended."""
NOT_SAID = re.compile(
    r"(?<![\w.])(?:[a-z]+[A-Za-z]*\.)+[a-z]+[A-Z_][A-Za-z_]*(?!\w)|undefined|NaN|Invalid Date"
)


@dataclass
class Faults:
    """What must not happen while anybody works: script errors, failed answers of the server, lost files."""

    found: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"script: {error}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # The browser itself writes a line for every refused request; those are judged by their status.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.found.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 500 or response.status in (400, 403, 404, 405):
            self.found.append(f"{response.status}: {response.request.method} {response.url}")


class Screen:
    """One page of one signed-in person."""

    def __init__(self, page: Page, faults: Faults) -> None:
        self.page = page
        self.told = 0
        self.asking: set[Request] = set()
        faults.watch(page)
        page.on("request", self._asks)
        page.on("requestfinished", self._answered)
        page.on("requestfailed", self._answered)

    def _asks(self, request: Request) -> None:
        # The line on which the server tells what is new stays open for good.
        if request.resource_type != "eventsource":
            self.asking.add(request)

    def _answered(self, request: Request) -> None:
        self.asking.discard(request)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the server as this person, past the screen: to prepare, and to look behind it."""
        data = None if body is None else json.dumps(body)
        answer = self.page.context.request.fetch(path, method=method, data=data, headers=JSON)
        assert answer.ok, f"{method} {path}: {answer.status} {answer.text()[:400]}"
        return answer.json() if answer.text() else None

    def eventually(self, found: Callable[[], Any]) -> Any:
        """Return what `found` returns as soon as it is true: what the server does behind takes a moment."""
        for _ in range(TRIES):
            if answer := found():
                return answer
            self.page.wait_for_timeout(TRY_MS)
        pytest.fail("It did not happen")

    def first(self, form: str, **query: Any) -> dict[str, Any]:
        return self.call("POST", f"/api/forms/{form}/query", {"limit": 1, **query})["records"][0]

    def record(self, form: str, record_id: str) -> dict[str, Any]:
        return self.call("GET", f"/api/forms/{form}/records/{record_id}")["record"]

    # Going about.

    def go(self, path: str) -> "Screen":
        self.page.goto(path)
        self.settle()
        return self

    def settle(self) -> None:
        """Wait until the page has asked nothing for a while; the browser itself tells that once for each address."""
        self.page.wait_for_load_state("networkidle")
        quiet = 0
        for _ in range(TRIES):
            self.page.wait_for_timeout(TRY_MS)
            quiet = 0 if self.asking else quiet + 1
            if quiet == QUIET:
                return
        pytest.fail("It still asks: " + ", ".join(one.url for one in self.asking))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def button(self, name: str, within: Locator | None = None) -> Locator:
        # Ant Design puts a space between the two characters of a short button.
        words = re.compile(r"^\s*" + r"\s*".join(re.escape(part) for part in name) + r"\s*$")
        return (within or self.page).get_by_role("button", name=words)

    def says(self, words: str) -> None:
        expect(self.page.get_by_text(words).first).to_be_visible()

    def toast(self, words: str) -> Locator:
        """Wait for a word of the screen that was not waited for before: an earlier one may still stand there."""
        fresh = self.page.locator(".ant-message-notice:not([data-told])", has_text=words).last
        expect(fresh).to_be_visible()
        self.told += 1
        fresh.evaluate("(notice, at) => { notice.dataset.told = at }", self.told)
        return self.page.locator(f".ant-message-notice[data-told='{self.told}']")

    # Forms.

    def new(self, path: str) -> "Screen":
        self.go(path)
        self.page.locator(".head .ant-btn-primary, .page .ant-btn-primary").first.click()
        expect(self.page.locator(".form-foot")).to_be_visible()
        self.settle()
        return self

    def slot(self, key: str) -> Locator:
        return self.page.locator(f".form #slot-{key}, .task-fill #slot-{key}, .ant-modal #slot-{key}").last

    def fill(self, key: str, words: str) -> None:
        box = self.slot(key).locator("input:visible, textarea:visible").first
        box.fill(words)
        box.blur()

    def fill_day(self, key: str, words: str) -> None:
        box = self.slot(key).locator("input").first
        box.click()
        box.fill(words)
        box.press("Enter")

    def choose(self, key: str, words: str, within: Locator | None = None) -> None:
        """Pick from a list or a link picker, by typing where the picker searches."""
        slot = within or self.slot(key)
        slot.locator(".ant-select").first.click()
        box = slot.locator("input[role=combobox]").first
        if box.get_attribute("readonly") is None:
            box.fill(words)
        self.options().filter(has_text=words).first.click()

    def options(self) -> Locator:
        """What the open pick list offers."""
        return self.page.locator(
            ".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option"
        )

    def save(self) -> None:
        self.page.locator(".form-foot .ant-btn-primary").last.click()

    # What must hold of every screen.

    def fits(self) -> None:
        """Nothing sticks out to the side."""
        page = self.page
        assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth"), page.url

    def accessible(self) -> None:
        """axe-core finds nothing serious."""
        if not self.page.evaluate("typeof axe === 'object'"):
            self.page.evaluate(AXE.read_text("utf-8"))
        # Half-way through a fade every text has too little contrast: judge what people read.
        self.page.evaluate(SETTLED)
        found = self.page.evaluate("axe.run({resultTypes: ['violations']})")
        grave = [
            f"{self.page.url}: {one['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
            for one in found["violations"]
            if one["impact"] in GRAVE
            for node in one["nodes"]
        ]
        assert not grave, "\n".join(grave)

    def speaks(self) -> None:
        """No key of a missing translation, no machine word."""
        words = self.page.evaluate("document.body.innerText")
        assert NOT_SAID.findall(words) == [], self.page.url
