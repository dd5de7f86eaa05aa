"""A consultant's day with leads: note one, move it along the board, change one's mind."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def column(screen, name):
    return screen.page.locator(".kcol", has=screen.page.locator(f".kcol-name >> text='{name}'"))


def drag(screen, card, target):
    card.scroll_into_view_if_needed()
    start, end = card.bounding_box(), target.bounding_box()
    mouse = screen.page.mouse
    mouse.move(start["x"] + 30, start["y"] + 12)
    mouse.down()
    mouse.move(start["x"] + 45, start["y"] + 20, steps=3)
    mouse.move(end["x"] + end["width"] / 2, end["y"] + 120, steps=10)
    mouse.up()


def lead_values(screen):
    channels = screen.call("POST", "/api/forms/lead/options/channel_id", {"q": "抖音", "values": {}})
    return {"channel_id": channels[0]["id"], "intent_items": ["implant"]}


def test_a_lead_is_noted_with_its_gaps_told_at_the_field_and_in_a_list(open_as):
    screen = open_as("consultant").new("/p/leads")
    screen.save()
    jump = screen.page.locator(".jump")
    expect(jump).to_contain_text("姓名/称呼")
    expect(jump).to_contain_text("意向项目")
    expect(screen.slot("name").locator(".slot-problem")).to_be_visible()
    jump.get_by_role("button", name="姓名/称呼").click()
    screen.page.keyboard.type("欧阳小满")
    screen.fill("phone", "+86 199-0000-4321")
    screen.choose("channel_id", "抖音")
    screen.choose("intent_items", "种植")
    screen.press("Escape")
    screen.save()
    screen.toast("已新建 欧阳小满")
    lead = screen.first("lead", search="欧阳小满")
    assert lead["phone"] == "19900004321"


def test_a_card_is_dragged_along_and_back(open_as):
    screen = open_as("consultant")
    values = {**lead_values(screen), "name": "端木小溪", "phone": "19900004322"}
    made = screen.call("POST", "/api/forms/lead/records", {"values": values})["record"]
    screen.go("/p/leads/lead_board")
    card = column(screen, "新线索").locator(".kcard", has_text="端木小溪")
    drag(screen, card, column(screen, "已联系"))
    undo = screen.toast("已移到“已联系”")
    expect(column(screen, "已联系").locator(".kcard", has_text="端木小溪")).to_be_visible()
    assert screen.record("lead", made["id"])["stage"] == "contacted"
    undo.get_by_role("button").click()
    expect(column(screen, "新线索").locator(".kcard", has_text="端木小溪")).to_be_visible()
    assert screen.record("lead", made["id"])["stage"] == "new"


def test_a_move_asks_for_what_its_column_requires(open_as):
    screen = open_as("consultant")
    values = {**lead_values(screen), "name": "闻人小雨", "phone": "19900004323", "stage": "contacted"}
    made = screen.call("POST", "/api/forms/lead/records", {"values": values})["record"]
    screen.go("/p/leads/lead_board")
    card = column(screen, "已联系").locator(".kcard", has_text="闻人小雨")
    card.hover()
    card.get_by_role("button", name="移动到").click()
    screen.page.get_by_role("menuitem", name="流失").click()
    asked = screen.page.locator(".ant-modal", has_text="移到“流失”前请补充")
    expect(asked).to_be_visible()
    expect(asked.locator(".ant-btn-primary")).to_be_disabled()
    asked.locator(".ant-select").click()
    screen.page.locator(".ant-select-item-option").first.click()
    asked.locator(".ant-btn-primary").click()
    screen.toast("已移到“流失”")
    assert screen.record("lead", made["id"])["lost_reason"]


def test_many_are_changed_at_once_and_changed_back(open_as):
    screen = open_as("lead").go("/p/leads/lead_all")
    rows = screen.page.locator(".grid .row")
    expect(rows.nth(3)).to_be_visible()
    before = screen.page.locator(".grid .row", has_text="D无效").count()
    for row in range(3):
        rows.nth(row).locator(".tick").check()
    screen.button("批量修改").click()
    dialog = screen.page.locator(".ant-modal", has_text="批量修改 3 条")
    dialog.locator(".ant-select").first.click()
    screen.page.keyboard.type("意向等级")
    screen.options().filter(has_text="意向等级").click()
    dialog.locator(".ant-select").nth(1).click()
    screen.options().filter(has_text="D无效").click()
    dialog.locator(".ant-btn-primary").click()
    done = screen.toast("已修改 3 条")
    expect(screen.page.locator(".grid .row", has_text="D无效").nth(2)).to_be_visible()
    done.get_by_role("button").click()
    screen.toast("已撤销批量修改")
    expect(screen.page.locator(".grid .row", has_text="D无效")).to_have_count(before)


def test_what_is_deleted_comes_back_from_the_bin(open_as):
    screen = open_as("director").go("/p/leads/lead_all")
    row = screen.page.locator(".grid .row").nth(1)
    name = row.locator(".cell").nth(1).inner_text().strip()
    row.locator(".tick").check()
    screen.button("删除").click()
    screen.toast("已删除 1 条")
    screen.page.get_by_role("button", name="更多").last.click()
    screen.page.get_by_role("menuitem", name="回收站").click()
    screen.says("回收站：选中后可以恢复")
    gone = screen.page.locator(".grid .row", has_text=name).first
    gone.locator(".tick").check()
    screen.button("恢复").click()
    screen.toast("已恢复 1 条")
    screen.page.get_by_role("button", name="更多").last.click()
    screen.page.get_by_role("menuitem", name="退出回收站").click()
    expect(screen.page.locator(".grid .row", has_text=name).first).to_be_visible()


def test_a_lead_of_the_pool_is_taken_by_the_first_who_asks_and_comes_back_to_others(open_as):
    consultant, chief = open_as("consultant"), open_as("lead")
    values = {**lead_values(consultant), "name": "濮阳公海", "phone": "19933445566", "intent_level": "a"}
    made = consultant.call("POST", "/api/forms/lead/records", {"values": values})["record"]
    path = f"/api/forms/lead/records/{made['id']}"
    chief.call("PATCH", path, {"values": {"stage": "pool"}})
    for screen in (consultant, chief):
        screen.go("/p/leads/lead_pool")
        screen.page.get_by_role("textbox", name="搜索", exact=True).fill("濮阳公海")
        expect(screen.page.locator(".grid-foot")).to_contain_text("共 1 条")
    consultant.page.locator(".grid-body .row .cell-first").first.click()
    consultant.says("199****5566")
    consultant.page.locator(".record").get_by_role("button", name="领取", exact=True).click()
    consultant.toast("已领取 1 条")
    consultant.says("19933445566")
    me = consultant.call("GET", "/api/me")["user"]
    found = consultant.record("lead", made["id"])
    assert (found["owner_id"], found["stage"], found["assign_mode"]) == (me["id"], "new", "claimed")

    # The other still looks at the list of a moment ago.
    chief.page.locator(".grid-body .row").first.get_by_role("checkbox").click()
    chief.button("领取", chief.page.get_by_role("toolbar", name="已选记录")).click()
    chief.toast(f"这条已被{me['name']}领取")
    expect(chief.page.locator(".grid-foot")).to_have_count(0)

    chief.call("PATCH", path, {"values": {"stage": "pool"}})
    consultant.go("/p/leads/lead_pool")
    consultant.page.get_by_role("textbox", name="搜索", exact=True).fill("濮阳公海")
    consultant.page.locator(".grid-body .row .cell-first").first.click()
    consultant.page.locator(".record").get_by_role("button", name="领取", exact=True).click()
    consultant.toast("您刚退回过这条")
    consultant.speaks()
