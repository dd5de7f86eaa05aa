"""One demo clinic behind a real server, one headless Chromium, and pages that watch for faults."""

import fcntl
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
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.screen import LIMIT_MS, Faults, Screen

ROOT = Path(__file__).resolve().parents[2]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
ARGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
SERVE = "from server.main import main; main()"
LOG = "server.log"
WAIT_S, MAKING_S = 300, 1_200


@dataclass(frozen=True)
class Clinic:
    """Where the practice clinic answers, its folder, and the password that all its people have."""

    base: str
    home: Path
    password: str


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a practice clinic that nobody serves: made once for all workers, copied for each clinic."""
    if not (ROOT / "designer_ui/dist/index.html").exists():
        pytest.fail("The staff app is not built: run `tools/npm run build` first")
    mine = tmp_path_factory.getbasetemp()
    shared = mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine
    home, done = shared / "practice_clinic", shared / "practice_clinic.done"
    with (shared / "practice_clinic.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            # What another worker left half made is no clinic.
            shutil.rmtree(home, ignore_errors=True)
            made = _demo(home, "--no-serve", "--scale", "0.005")
            try:
                is_made = made.wait(MAKING_S) == 0
            finally:
                made.kill()
            if not is_made:
                pytest.fail(f"The practice clinic could not be made:\n{_log(home)}")
            done.touch()
    return home


@contextmanager
def practice_clinic(story: Path) -> Iterator[Clinic]:
    """Serve a copy of the practice clinic."""
    home = Path(tempfile.mkdtemp(prefix="ccdemo"))
    shutil.copytree(story, home, dirs_exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    server = _demo(home, "--port", port)
    try:
        base = f"http://127.0.0.1:{port}"
        choices = _choices(base, server, home)
        yield Clinic(base, home, choices[0]["demo_logins"][0]["password"])
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="package")
def clinic(story: Path) -> Iterator[Clinic]:
    with practice_clinic(story) as served:
        yield served


def _demo(home: Path, *options: str) -> subprocess.Popen[bytes]:
    home.mkdir(exist_ok=True)
    command = [sys.executable, "-c", SERVE, "demo", "--home", str(home), "--no-browser", *options]
    with (home / LOG).open("wb") as out:
        return subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=os.environ)


def _log(home: Path) -> str:
    return (home / LOG).read_text("utf-8")[-2000:]


def _choices(base: str, server: subprocess.Popen[bytes], home: Path) -> list[dict]:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/api/workspaces/public", timeout=5) as answer:
                return json.load(answer)
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)  # the server is another process: nothing here can wait on its clock
    pytest.fail(f"The demo server did not come up:\n{_log(home)}")


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


@contextmanager
def opener(clinic: Clinic, browser: Browser, sessions: dict[str, list]) -> Iterator[Opener]:
    """Give `open_as(login, phone=False, dark=False) -> Screen`. Any fault of any page fails what uses it."""
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
        context.set_default_timeout(LIMIT_MS)
        screen = Screen(context.new_page(), faults)
        if login is not None and login in sessions:
            context.add_cookies(sessions[login])
        elif login is not None:
            screen.call("POST", "/api/session", {"login": login, "password": clinic.password})
            sessions[login] = context.cookies()
        return screen

    yield opened
    for context in contexts:
        context.close()
    assert faults.found == []


@pytest.fixture
def open_as(clinic: Clinic, browser: Browser, sessions: dict[str, list]) -> Iterator[Opener]:
    """Return `open_as(login, phone=False, dark=False) -> Screen`. Any fault of any page fails the test."""
    with opener(clinic, browser, sessions) as opened:
        yield opened


@pytest.fixture(scope="module")
def open_once(clinic: Clinic, browser: Browser, sessions: dict[str, list]) -> Iterator[Opener]:
    """Return `open_as` for pages that all tests of a file share."""
    with opener(clinic, browser, sessions) as opened:
        yield opened
