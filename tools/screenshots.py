"""Take the pictures of docs/screenshots.md from a practice clinic: `tools/screenshots.py [--base URL]`.

Without `--base` a clinic of its own is opened in a temporary folder. The staff app must be built. Needs system Chromium.
"""

import argparse
import io
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs/screenshots"
PAGE = ROOT / "docs/screenshots.md"
SHEET = ROOT / "tests/data/sample_leads_dental_messy.csv"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
COLOURS = 256
SLOW_MS = 30_000
"""How long a dashboard may take that is asked for the first time."""
MOST_BYTES = 250_000
JSON = {"content-type": "application/json", "x-clinicraft": "1"}

Visit = Callable[["Clerk"], None]


@dataclass(frozen=True)
class Shot:
    """One picture: its file name, what it shows, who is signed in, and how they get there."""

    name: str
    zh: str
    en: str
    login: str | None
    visit: Visit


class Clerk:
    """A signed-in page that goes about its screens."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, path: str) -> None:
        self.page.goto(path)
        self.settle()

    def settle(self) -> None:
        self.page.wait_for_load_state("networkidle")
        expect(self.page.locator(".ant-skeleton-active")).to_have_count(0)
        self.page.evaluate("document.fonts.ready")

    def first(self, form: str, **query: Any) -> str:
        body = json.dumps({"limit": 1, **query})
        answer = self.page.context.request.post(f"/api/forms/{form}/query", data=body, headers=JSON)
        return str(answer.json()["records"][0]["id"])

    def open(self, form: str, record_id: str, tab: str | None = None, part: str | None = None) -> None:
        self.go(f"/r/{form}/{record_id}")
        if tab:
            self.page.get_by_role("tab", name=tab, exact=True).click()
        if part:
            target = self.page.locator(f"#slot-{part}")
            target.wait_for()
            self.settle()
            target.evaluate("part => part.scrollIntoView({block: 'start'})")
        self.settle()


def patient(clerk: Clerk) -> None:
    """The patient with the fullest story of late."""
    lately = {"field": "last_visit_at", "op": "relative", "value": {"period": "last_n_days", "n": 10}}
    clerk.open(
        "customer", clerk.first("customer", filter={"op": "and", "items": [lately]}, sort=["-visit_count"])
    )


def new_lead(clerk: Clerk) -> None:
    clerk.go("/p/leads/lead_all")
    clerk.page.locator(".head .ant-btn-primary, .page .ant-btn-primary").first.click()
    clerk.page.locator(".form-foot").wait_for()
    clerk.settle()
    clerk.page.locator("#slot-name input").fill("周小满")
    clerk.page.locator("#slot-phone input").fill("199 0000 1234")
    clerk.page.locator("#slot-phone input").blur()
    clerk.page.locator(".form-foot .ant-btn-primary").click()
    clerk.page.locator(".jump").wait_for()


def tooth_chart(clerk: Clerk) -> None:
    record = clerk.first("clinical_record", view="mine", sort=["-record_time"])
    clerk.open("clinical_record", record, "资料", "tooth_chart")


def perio_chart(clerk: Clerk) -> None:
    clerk.open("perio_exam", clerk.first("perio_exam", sort=["-exam_date"]), "资料", "chart")


def bill(clerk: Clerk) -> None:
    clerk.open("bill", clerk.first("bill", sort=["-receivable"]), "资料")


def importing(clerk: Clerk) -> None:
    clerk.go("/import/lead")
    clerk.page.locator("input[type=file]").set_input_files(SHEET)
    clerk.page.locator(".import-map tbody tr").first.wait_for()
    clerk.settle()


def board(path: str, title: str | None = None) -> Visit:
    """A dashboard or report with every chart drawn, one of them scrolled to the top."""

    def visit(clerk: Clerk) -> None:
        clerk.page.goto(path)
        clerk.page.locator(".dash-cell").first.wait_for()
        expect(clerk.page.locator(".dash-cell-wait")).to_have_count(0, timeout=SLOW_MS)
        expect(clerk.page.locator(".chart-plot:not(:has(svg))")).to_have_count(0, timeout=SLOW_MS)
        if title is not None:
            target = clerk.page.locator(f'.dash-cell[aria-label="{title}"]')
            target.evaluate("part => part.scrollIntoView({block: 'start'})")
        clerk.page.evaluate("document.fonts.ready")

    return visit


def explained(clerk: Clerk) -> None:
    board("/dashboards/branch")(clerk)
    card = clerk.page.locator('.dash-cell[aria-label="实收"]')
    card.hover()
    card.get_by_role("button", name="实收 更多").click()
    clerk.page.get_by_role("menuitem", name="为什么是这个数").click()
    clerk.page.locator(".explain-value").wait_for(timeout=SLOW_MS)
    expect(clerk.page.locator(".explain-change svg").first).to_be_visible(timeout=SLOW_MS)


def approving(clerk: Clerk) -> None:
    """The page of an approval that waits for whoever looks."""
    mine = clerk.page.context.request.get("/api/tasks?limit=200").json()["tasks"]
    task = next((one for one in mine if one["kind"] == "approve"), mine[0])
    clerk.go(f"/tasks/{task['instance_id']}/{task['task_id']}")
    clerk.page.locator(".task-next").wait_for()


def running(clerk: Clerk) -> None:
    """A discount on its way, with what each choice leads to."""
    found = clerk.page.context.request.get("/api/instances?status=live&flow=discount_approval").json()
    clerk.go(f"/instances/{found['instances'][0]['instance_id']}")
    clerk.page.locator(".step").first.wait_for()
    clerk.page.locator(".flow-ahead").wait_for()


def trying(clerk: Clerk) -> None:
    """Birthdays of the last month, as if the flow had run."""
    clerk.go("/flows/trial")
    clerk.page.get_by_text("过去的记录", exact=True).click()
    flow = clerk.page.get_by_role("combobox", name="流程").last
    flow.click()
    flow.fill("生日关怀")
    clerk.page.locator(".ant-select-item-option", has_text="生日关怀").first.click()
    clerk.page.get_by_role("button", name="试运行").click()
    clerk.page.locator(".shadow-sum").wait_for(timeout=SLOW_MS)


def contacting(clerk: Clerk) -> None:
    """What may be sent to one patient now."""
    clerk.go("/flows/contacts")
    clerk.page.get_by_role("combobox", name="查一个人").click()
    clerk.page.locator(".ant-select-item-option").first.click()
    clerk.page.locator(".contact-may").wait_for()
    clerk.settle()


def at(path: str) -> Visit:
    return lambda clerk: clerk.go(path)


SHOTS = (
    Shot("sign-in", "登录：练习环境点岗位直接进入", "Sign-in, with practice accounts", None, at("/sign-in")),
    Shot(
        "workbench",
        "工作台：现在该做什么",
        "Workbench: what to do now",
        "director",
        at("/workbench/workbench"),
    ),
    Shot(
        "leads-board", "线索看板：拖动卡片推进阶段", "Leads on a board", "director", at("/p/leads/lead_board")
    ),
    Shot(
        "leads-list",
        "线索列表：筛选、分组、就地修改",
        "Leads in a table",
        "director",
        at("/p/leads/lead_all"),
    ),
    Shot(
        "new-lead",
        "新建线索：问题标在字段旁",
        "A new lead, with what is missing told",
        "consultant",
        new_lead,
    ),
    Shot(
        "patient",
        "患者 360：过敏、要点与时间轴",
        "A patient: key facts and one timeline",
        "director",
        patient,
    ),
    Shot("schedule", "按椅位预约", "Schedule by chair", "frontdesk", at("/p/schedule/appointment_by_chair")),
    Shot("tooth-chart", "病历与牙位图", "Clinical record with tooth chart", "doctor", tooth_chart),
    Shot("perio-chart", "牙周大表", "Perio chart", "director", perio_chart),
    Shot("bill", "收费单", "Bill", "frontdesk", bill),
    Shot(
        "dashboard", "集团驾驶舱：一屏看清经营", "The group at a glance", "admin", board("/dashboards/group")
    ),
    Shot(
        "dashboard-channels",
        "渠道 ROI：未到成熟期的月份有标记",
        "Channel ROI, months not mature yet marked",
        "admin",
        board("/dashboards/group", "渠道ROI"),
    ),
    Shot("dashboard-branch", "分院驾驶舱", "A branch", "director", board("/dashboards/branch")),
    Shot(
        "dashboard-heat",
        "爽约与诊室热力图",
        "No-shows and rooms by the hour",
        "director",
        board("/dashboards/branch", "爽约热力图"),
    ),
    Shot("dashboard-mine", "我的驾驶舱", "A consultant’s own", "consultant", board("/dashboards")),
    Shot("explain", "为什么是这个数：公式、范围、变化拆解", "Why this number", "director", explained),
    Shot("report", "报表：图与表、筛选、导出", "A report", "admin", board("/reports/revenue_by_month")),
    Shot(
        "tasks",
        "我的待办：超时的在前，能一键处理的就地处理",
        "My tasks, overdue first",
        "director",
        at("/tasks"),
    ),
    Shot(
        "task",
        "审批：内容、谁在批、接下来会怎样",
        "An approval and what each choice leads to",
        "director",
        approving,
    ),
    Shot("flow", "流程图：走到哪里、为什么停、接下来", "A running flow on its canvas", "director", running),
    Shot("trial", "试运行：早启用会联系谁", "A trial over past records", "director", trying),
    Shot("contacts", "联系规则：谁现在能联系，什么被拦下", "Contact policy", "director", contacting),
    Shot("import", "导入：杂乱表格自动对应", "Import of a messy sheet", "director", importing),
)


@contextmanager
def practice(base: str | None) -> Iterator[str]:
    """Yield where a practice clinic answers; one of its own unless given."""
    if base:
        yield base
        return
    home = tempfile.mkdtemp(prefix="ccshots")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    serve = "from server.main import main; main()"
    command = [sys.executable, "-c", serve, "demo", "--home", home, "--port", port, "--no-browser"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(home, ignore_errors=True)


def passwords(base: str, patience_s: int = 180) -> dict[str, str]:
    """Return the practice passwords by login, once the clinic answers."""
    until = time.monotonic() + patience_s
    while True:
        try:
            with urllib.request.urlopen(f"{base}/api/workspaces/public", timeout=5) as answer:
                return {one["login"]: one["password"] for one in json.load(answer)[0]["demo_logins"]}
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


SESSIONS: dict[str, list[Any]] = {}
"""Cookies by login: the server takes only so many sign-ins a minute."""


def take(browser: Browser, base: str, keys: dict[str, str], shot: Shot, size: str, dark: bool) -> bytes:
    """Return the picture of one screen as PNG."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=1 if size == "desktop" else 1.5,
        has_touch=size == "phone",
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        base_url=base,
    )
    context.set_default_timeout(15_000)
    try:
        if shot.login in SESSIONS:
            context.add_cookies(SESSIONS[shot.login])
        elif shot.login:
            entry = json.dumps({"login": shot.login, "password": keys[shot.login]})
            context.request.post("/api/session", data=entry, headers=JSON)
            SESSIONS[shot.login] = [*context.cookies()]
        clerk = Clerk(context.new_page())
        shot.visit(clerk)
        return clerk.page.screenshot()
    finally:
        context.close()


def optimised(picture: bytes) -> bytes:
    """Return the PNG packed tightly, with a palette where it would be too large."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    if len(out.getvalue()) > MOST_BYTES:
        out = io.BytesIO()
        image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            out, "PNG", optimize=True
        )
    if len(out.getvalue()) > MOST_BYTES:
        raise SystemExit(f"A picture has {len(out.getvalue())} bytes, more than {MOST_BYTES}")
    return out.getvalue()


def listing() -> str:
    """Return docs/screenshots.md."""
    lines = [
        "# Screens · 界面一览",
        "",
        "The practice clinic of `clinicraft demo`, taken by `tools/screenshots.py`: 1440 × 900 and 390 × 844.",
        "",
    ]
    for shot in SHOTS:
        lines += [
            f"## {shot.zh} · {shot.en}",
            "",
            f"![{shot.en}](screenshots/{shot.name}-desktop.png)",
            f"![{shot.en}, phone](screenshots/{shot.name}-phone.png)",
            "",
        ]
    return "\n".join(lines)


def main() -> None:
    """Take all pictures, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--base", help="a practice clinic that is already open")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--dark", action="store_true")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with practice(given.base) as base, sync_playwright() as playwright:
        keys = passwords(base)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for shot in SHOTS:
            for size in SIZES:
                if not given.names or shot.name in given.names:
                    picture = optimised(take(browser, base, keys, shot, size, given.dark))
                    (given.out / f"{shot.name}-{size}.png").write_bytes(picture)
                    print(f"{shot.name}-{size}.png {len(picture) // 1000} kB", flush=True)
        browser.close()
    if given.out == FOLDER:
        PAGE.write_text(listing(), "utf-8")


if __name__ == "__main__":
    main()
