"""From a bar of a chart to its records, and from there to work: given to somebody, tagged, sent into a flow."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

COUNT = re.compile(r"查看 ([\d,]+) 条明细")
MANY = 23
"""More than are started while one waits."""


def leads(screen, name, count, **more):
    """Make leads of the consultant's that only these steps know."""
    channel = screen.call("POST", "/api/forms/lead/options/channel_id", {"q": "抖音", "values": {}})[0]["id"]
    made = []
    for at in range(count):
        values = {"name": f"{name}{at:02d}", "phone": f"1996{hash_of(name)}{at:02d}", "channel_id": channel, "intent_items": ["implant"],
                  "intent_level": "b", **more}  # fmt: skip
        made.append(screen.call("POST", "/api/forms/lead/records", {"values": values})["record"]["id"])
    return made


def hash_of(name):
    return f"{sum(map(ord, name)) % 100_000:05d}"


def narrowed(screen, words, count):
    """Search the list for a name and wait until it shows exactly those."""
    screen.page.get_by_role("textbox", name="搜索", exact=True).fill(words)
    expect(screen.page.locator(".grid-foot, .grid")).to_contain_text([f"共 {count} 条"])


def bar(screen):
    return screen.page.get_by_role("toolbar", name="已选记录")


def chosen(screen, count):
    """Tick one row, then all that the list shows."""
    screen.page.locator(".grid-body .row").first.get_by_role("checkbox").click()
    bar(screen).get_by_role("button", name=f"选择全部 {count} 条").click()
    expect(bar(screen)).to_contain_text(f"已选全部 {count} 条")


def dialog(screen):
    return screen.page.locator(".ant-modal:visible")


def pick(screen, at, words):
    """Pick from one of the lists in a dialog, the first offered with these words."""
    box = dialog(screen).locator(".bulk .ant-select").nth(at)
    box.click()
    if words:
        box.locator("input").first.fill(words)
    screen.options().filter(has_text=words).first.click()
    dialog(screen).locator(".ant-modal-title").click()


def confirm(screen):
    dialog(screen).locator(".ant-btn-primary").click()


def test_a_bar_leads_to_its_records_and_they_to_work(open_as):
    consultant = open_as("consultant")
    made = leads(consultant, "司徒", MANY)
    own = consultant.call("GET", "/api/me")["user"]["name"]
    other = next(name for name in ("李思雨", "王若楠") if name != own)
    boss = open_as("director").go("/reports/lead_snapshot")
    shown = boss.page.locator(
        ".reports-shown .chart-plot .barlayer .point path, .dash-cell .barlayer .point path"
    )
    expect(shown.first).to_be_visible()
    line = at_bar_of(boss, shown, "新线索")
    count = COUNT.search(line.inner_text())[1]
    line.click()
    boss.page.wait_for_url("**/behind/**")
    expect(boss.page.get_by_text(f"共 {count} 条")).to_be_visible()
    narrowed(boss, "司徒", MANY)

    chosen(boss, MANY)
    boss.button("分配", bar(boss)).click()
    pick(boss, 1, other)
    confirm(boss)
    boss.toast(f"已修改 {MANY} 条")
    owners = {boss.record("lead", one)["owner_id"] for one in made}
    assert len(owners) == 1

    chosen(boss, MANY)
    boss.button("标签", bar(boss)).click()
    pick(boss, 1, "")
    confirm(boss)
    boss.toast(f"已修改 {MANY} 条")
    assert all(boss.record("lead", one)["tags"] for one in made)

    chosen(boss, MANY)
    boss.button("安排跟进", bar(boss)).click()
    dialog(boss).get_by_role("textbox", name="为什么联系、说什么").fill("种植义诊邀约")
    confirm(boss)
    expect(dialog(boss).get_by_role("status")).to_have_text(f"已处理 {MANY} / {MANY} 条，发起 {MANY} 条")
    boss.speaks()
    dialog(boss).locator(".ant-modal-footer button").click()
    expect(bar(boss)).to_have_count(0)
    found = boss.call("POST", "/api/forms/followup_task/query", {"search": "种植义诊邀约", "count": True})
    assert found["count"]["value"] == MANY


def at_bar_of(screen, shapes, name):
    """Click the bars until one is of that name; return what its menu offers."""
    for shape in shapes.all():
        box = shape.bounding_box()
        screen.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        menu = screen.page.locator(".ant-dropdown:not(.ant-dropdown-hidden)")
        expect(menu).to_be_visible()
        if name in menu.inner_text():
            line = menu.get_by_role("menuitem", name=COUNT)
            expect(line).to_be_visible()
            return line
        screen.press("Escape")
        expect(menu).to_have_count(0)
    pytest.fail(f"no bar of {name}")


def test_what_a_flow_is_not_for_is_left_out_with_its_reason_and_told_again_in_the_drawer(open_as):
    consultant = open_as("consultant")
    leads(consultant, "澹台", MANY)
    screen = open_as("director").go("/p/leads/lead_all")
    narrowed(screen, "澹台", MANY)
    chosen(screen, MANY)
    screen.button("退回公海", bar(screen)).click()
    dialog(screen).get_by_role("textbox", name="退回原因").fill("重新分配")
    confirm(screen)
    expect(dialog(screen).get_by_role("status")).to_contain_text(f"发起 {MANY} 条")
    dialog(screen).locator(".ant-modal-footer button").click()
    screen.go("/p/leads/lead_all")
    screen.page.get_by_role("button", name="通知").click()
    screen.page.locator(".notice", has_text=f"“退回公海”已对 {MANY} 条记录启动").first.click()
    screen.page.wait_for_url("**/starts/**")
    expect(screen.page.get_by_role("status")).to_contain_text(f"已处理 {MANY} / {MANY} 条")
    screen.accessible()


def test_on_a_phone_cards_are_chosen_and_sent_into_a_flow(open_as):
    consultant = open_as("consultant")
    made = leads(consultant, "东方", 2)
    screen = open_as("director", phone=True).go("/p/leads/lead_all")
    screen.page.get_by_role("textbox", name="搜索", exact=True).fill("东方")
    expect(screen.page.locator(".cards .card")).to_have_count(2)
    screen.page.get_by_role("button", name="选择记录").click()
    expect(bar(screen)).to_contain_text("点选记录")
    for card in screen.page.locator(".cards .card").all():
        card.click()
    expect(bar(screen)).to_contain_text("已选 2 条")
    screen.fits()
    screen.accessible()
    screen.button("安排跟进", bar(screen)).click()
    dialog(screen).get_by_role("textbox", name="为什么联系、说什么").fill("到店礼")
    confirm(screen)
    screen.toast("已发起 2 个流程")
    for one in made:
        assert screen.record("lead", one)["next_followup_at"] is not None
    # A tap opens a card again.
    expect(bar(screen)).to_have_count(0)
