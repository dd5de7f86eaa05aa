"""One demo clinic behind a real server, one headless Chromium, and pages that watch for faults."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.screen import Faults, Screen

ROOT = Path(__file__).resolve().parents[2]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
ARGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
SERVE = "from server.cli import main; main()"
WAIT_S = 120


@dataclass(frozen=True)
class Clinic:
    """Where the practice clinic answers, and the password of each demo login."""

    base: str
    passwords: dict[str, str]


@pytest.fixture(scope="package")
def clinic() -> Iterator[Clinic]:
    if not (ROOT / "designer_ui/dist/index.html").exists():
        pytest.fail("The staff app is not built: run `tools/npm run build` first")
    home = tempfile.mkdtemp(prefix="ccdemo")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-c", SERVE, "demo", "--home", home, "--port", port, "--no-browser"]
    log = Path(home, "server.log")
    with log.open("wb") as out:
        server = subprocess.Popen(
            [*command, "--scale", "0.005"], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=os.environ
        )
        try:
            base = f"http://127.0.0.1:{port}"
            choices = _choices(base, server, log)
            yield Clinic(base, {one["login"]: one["password"] for one in choices[0]["demo_logins"]})
        finally:
            server.terminate()
            server.wait(20)
            shutil.rmtree(home, ignore_errors=True)


def _choices(base: str, server: subprocess.Popen[bytes], log: Path) -> list[dict]:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/api/workspaces/public", timeout=5) as answer:
                return json.load(answer)
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)  # the server is another process: nothing here can wait on its clock
    pytest.fail(f"The demo server did not come up:\n{log.read_text('utf-8')[-2000:]}")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("Chromium is not installed: `apt-get install chromium`")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(ARGS))
        yield running
        running.close()


Opener = Callable[..., Screen]


@pytest.fixture(scope="package")
def sessions() -> dict[str, list]:
    """Cookies by login, so that each person signs in once."""
    return {}


@pytest.fixture
def open_as(clinic: Clinic, browser: Browser, sessions: dict[str, list]) -> Iterator[Opener]:
    """Return `open_as(login, phone=False, dark=False) -> Screen`. Any fault of any page fails the test."""
    faults = Faults()
    contexts = []

    def opened(login: str | None, phone: bool = False, dark: bool = False) -> Screen:
        context = browser.new_context(
            viewport=PHONE if phone else DESK,
            has_touch=phone,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            base_url=clinic.base,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        screen = Screen(context.new_page(), faults)
        if login is not None and login in sessions:
            context.add_cookies(sessions[login])
        elif login is not None:
            screen.call("POST", "/api/session", {"login": login, "password": clinic.passwords[login]})
            sessions[login] = context.cookies()
        return screen

    yield opened
    for context in contexts:
        context.close()
    assert faults.found == []
