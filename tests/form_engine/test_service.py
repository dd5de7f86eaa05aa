"""What staff do with records, and what they see of it, on both databases."""

from typing import Any

import pytest

from engine.access.actor import Actor
from engine.problems import Conflict, Forbidden, NotFound, Rejected
from form_engine.service import RecordService
from tests.form_engine.conftest import actor_of


class Staff:
    """The people of the clinic, and a channel to take leads from."""

    def __init__(self, service: RecordService) -> None:
        self.service = service
        self.boss = actor_of(service.workspace, "boss", "manager")
        self.anna = actor_of(service.workspace, "anna", "consultant")
        self.mark = actor_of(service.workspace, "mark", "market")
        self.channel = service.create(self.boss, "channel", {"name": "抖音", "synonyms": "dy、Douyin"})[
            "record"
        ]["id"]

    def lead(self, actor: Actor | None = None, **values: Any) -> dict[str, Any]:
        given = {"name": "张三", "phone": "13800138000", "channel_id": self.channel, **values}
        return self.service.create(actor or self.boss, "lead", given)["record"]


@pytest.fixture
def staff(service: RecordService) -> Staff:
    return Staff(service)


def codes(error: pytest.ExceptionInfo[Rejected]) -> dict[str, str]:
    return {problem.path: problem.code for problem in error.value.problems}


def test_a_new_record_is_numbered_defaulted_computed_and_owned(service: RecordService, staff: Staff) -> None:
    made = service.create(
        staff.boss, "lead", {"name": "张三", "phone": "+86 138-0013-8000", "channel_id": staff.channel}
    )
    record = made["record"]
    assert record["no"] == "LD-2603-00001"
    assert record["stage"] == "new"
    assert record["intent_level"] == "B"
    assert record["score"] == 10
    assert record["owner_id"] == staff.boss.user_id
    assert record["source_ref"] == "manual"
    assert record["channel_name"] == "抖音"
    assert record["talks"] == 0
    assert made["labels"]["channel"] == {staff.channel: "抖音"}
    assert made["title"] == "张三"
    assert made["can"] == {"edit": True, "delete": True}


def test_every_problem_is_told_at_its_place(service: RecordService, staff: Staff) -> None:
    with pytest.raises(Rejected) as refused:
        service.create(staff.boss, "lead", {"phone": "123", "stage": "nowhere", "zz": 1, "channel_id": "x"})
    assert set(codes(refused)) == {
        "/values/name",
        "/values/phone",
        "/values/stage",
        "/values/zz",
        "/values/channel_id",
    }


def test_a_record_that_is_not_there_cannot_be_pointed_at(service: RecordService, staff: Staff) -> None:
    with pytest.raises(Rejected) as refused:
        staff.lead(channel_id="0198c0de-0000-7000-8000-000000000001")
    assert codes(refused) == {"/values/channel_id": "link.no_target"}


def test_one_may_only_see_what_is_in_scope(service: RecordService, staff: Staff) -> None:
    mine = staff.lead(staff.anna)
    other = staff.lead(phone="13800138001")
    seen = service.query(staff.anna, "lead", {"count": True})
    assert [record["id"] for record in seen["records"]] == [mine["id"]]
    assert seen["count"] == {"value": 1, "exact": True}
    with pytest.raises(NotFound):
        service.get(staff.anna, "lead", other["id"])


def test_what_a_role_may_not_write_is_refused_not_dropped(service: RecordService, staff: Staff) -> None:
    with pytest.raises(Rejected) as refused:
        staff.lead(staff.anna, budget="lt5k")
    assert codes(refused) == {"/budget": "access.field_not_writable"}
    with pytest.raises(Forbidden):
        staff.lead(staff.mark)


def test_masked_values_stay_masked_and_can_be_revealed_a_few_times(
    service: RecordService, staff: Staff
) -> None:
    lead = staff.lead()
    seen = service.get(staff.mark, "lead", lead["id"])
    assert seen["record"]["phone"] == "138****8000"
    assert seen["masked"] == ["phone"]
    assert service.reveal(staff.mark, "lead", lead["id"], "phone")["value"].endswith("13800138000")
    told = service.history(staff.mark, "lead", lead["id"])["entries"]
    phones = [one["new"] for entry in told for one in entry["changes"] if one["field"] == "phone"]
    assert set(phones) == {"138****8000"}


def test_disjoint_edits_merge_and_the_same_field_clashes(service: RecordService, staff: Staff) -> None:
    lead = staff.lead()
    service.update(staff.boss, "lead", lead["id"], {"wechat_id": "wx1"}, lead["revision"])
    merged = service.update(staff.boss, "lead", lead["id"], {"city": "杭州"}, lead["revision"])["record"]
    assert (merged["wechat_id"], merged["city"]) == ("wx1", "杭州")
    with pytest.raises(Conflict) as clash:
        service.update(staff.boss, "lead", lead["id"], {"wechat_id": "wx2"}, lead["revision"])
    assert clash.value.problems[0].params["theirs"] == "wx1"


def test_a_taken_phone_names_the_record_only_to_those_who_may_see_it(
    service: RecordService, staff: Staff
) -> None:
    lead = staff.lead()
    with pytest.raises(Conflict) as told:
        staff.lead()
    assert told.value.problems[0].params["existing"]["id"] == lead["id"]
    with pytest.raises(Conflict) as hidden:
        staff.lead(staff.anna)
    assert hidden.value.problems[0].code == "record.taken_unseen"
    assert "张三" not in hidden.value.problems[0].message("zh")


def test_a_stage_moves_along_its_arrows_with_what_it_requires(service: RecordService, staff: Staff) -> None:
    lead = staff.lead()
    with pytest.raises(Rejected) as jump:
        service.update(staff.boss, "lead", lead["id"], {"stage": "won"})
    assert codes(jump) == {"/values/stage": "stage.no_way"}
    with pytest.raises(Rejected) as bare:
        service.update(staff.boss, "lead", lead["id"], {"stage": "lost"})
    assert codes(bare) == {"/values/lost_reason": "stage.requires"}
    moved = service.update(staff.boss, "lead", lead["id"], {"stage": "lost", "lost_reason": "o0"})["record"]
    assert moved["stage"] == "lost"


def test_a_locked_record_refuses_changes_and_the_locking_write_succeeds(
    service: RecordService, staff: Staff
) -> None:
    lead = staff.lead()
    for stage in ("contacted", "invited", "arrived"):
        service.update(staff.boss, "lead", lead["id"], {"stage": stage})
    service.update(staff.boss, "lead", lead["id"], {"stage": "won", "city": "杭州"})
    with pytest.raises(Rejected) as locked:
        service.update(staff.boss, "lead", lead["id"], {"city": "上海"})
    assert codes(locked) == {"/values/city": "record.locked"}


def test_a_button_sets_what_people_may_not(service: RecordService, staff: Staff) -> None:
    lead = staff.lead()
    with pytest.raises(Conflict):
        service.act(staff.boss, "lead", lead["id"], "invite")
    service.update(staff.boss, "lead", lead["id"], {"stage": "contacted"})
    done = service.act(staff.boss, "lead", lead["id"], "invite", {"next_at": "2026-03-09T10:00:00+08:00"})[
        "record"
    ]
    assert done["stage"] == "invited"
    assert done["next_at"].startswith("2026-03-09T02:00")


def test_sub_table_rows_are_computed_and_changed_one_by_one(service: RecordService, staff: Staff) -> None:
    bill = service.create(
        staff.boss,
        "bill",
        {"rate": "2", "items": [{"item": "洗牙", "price": "100"}, {"item": "补牙", "price": "50", "qty": 2}]},
    )["record"]
    assert bill["total"] == "400.00"
    assert [row["amount"] for row in bill["items"]] == ["200.00", "200.00"]
    first = bill["items"][0]["id"]
    changed = service.update(
        staff.boss, "bill", bill["id"], {"items": [{"_op": "update", "id": first, "qty": 3}]}
    )["record"]
    assert changed["total"] == "800.00"
    assert len(changed["items"]) == 2
    fewer = service.update(
        staff.boss, "bill", bill["id"], {"items": [{"_op": "delete", "id": first}], "rate": "1"}
    )["record"]
    assert fewer["total"] == "100.00"
    assert [row["item"] for row in fewer["items"]] == ["补牙"]
    with pytest.raises(Rejected) as refused:
        service.update(staff.boss, "bill", bill["id"], {"items": [{"item": "x", "price": "nix"}, {"qty": 1}]})
    assert set(codes(refused)) == {"/values/items/0/price", "/values/items/1/item", "/values/items/1/price"}


def test_nobody_is_booked_twice(service: RecordService, staff: Staff) -> None:
    def book(start: str, end: str, **more: Any) -> dict[str, Any]:
        times = {"start_at": f"2026-03-06T{start}:00+08:00", "end_at": f"2026-03-06T{end}:00+08:00"}
        return service.create(staff.boss, "appointment", {"doctor": "王医生", **times, **more})["record"]

    first = book("09:00", "10:00")
    book("10:00", "11:00")
    book("09:30", "10:30", doctor="李医生")
    book("09:30", "10:30", status="cancelled")
    with pytest.raises(Conflict) as taken:
        book("09:30", "10:30")
    assert taken.value.problems[0].code == "record.overlaps"
    service.update(staff.boss, "appointment", first["id"], {"status": "cancelled"})
    assert book("09:00", "10:00")


def test_deleting_follows_the_relations_and_comes_back_with_them(
    service: RecordService, staff: Staff
) -> None:
    lead = staff.lead()
    talk = service.create(staff.boss, "comm_log", {"lead_id": lead["id"], "content": "电话"})["record"]
    bill = service.create(
        staff.boss, "bill", {"lead_id": lead["id"], "items": [{"item": "a", "price": "1"}]}
    )["record"]
    times = {"start_at": "2026-03-06T09:00:00Z", "end_at": "2026-03-06T10:00:00Z"}
    visit = service.create(staff.boss, "appointment", {"lead_id": lead["id"], "doctor": "王", **times})[
        "record"
    ]
    with pytest.raises(Conflict) as held:
        service.delete(staff.boss, "lead", lead["id"])
    assert held.value.problems[0].code == "record.in_use"
    service.delete(staff.boss, "appointment", visit["id"])
    service.delete(staff.boss, "lead", lead["id"])
    assert service.get(staff.boss, "bill", bill["id"])["record"]["lead_id"] is None
    with pytest.raises(NotFound):
        service.get(staff.boss, "comm_log", talk["id"])
    service.restore(staff.boss, "lead", lead["id"])
    assert service.get(staff.boss, "comm_log", talk["id"])["record"]["content"] == "电话"


def test_a_bulk_edit_is_taken_back_as_one(service: RecordService, staff: Staff) -> None:
    ids = [staff.lead(phone=f"1380013800{n}", name=f"客户{n}")["id"] for n in range(3)]
    done = service.bulk_update(staff.boss, "lead", {"ids": ids}, {"city": "杭州"})
    assert done["updated"] == 3
    assert done["failed"] == []
    service.undo(staff.boss, done["batch"])
    assert [
        record["city"] for record in service.query(staff.boss, "lead", {"fields": ["city"]})["records"]
    ] == [None] * 3


def test_a_bulk_edit_adds_to_lists_and_takes_away_whatever_else_they_hold(
    service: RecordService, staff: Staff
) -> None:
    def items() -> list[list[str] | None]:
        return [service.get(staff.boss, "lead", one)["record"]["intent_items"] for one in ids]

    first, second, third = "o0", "o1", "o2"
    held = ([first], [second], [first, third])
    ids = [staff.lead(phone=f"1380013801{n}", intent_items=some)["id"] for n, some in enumerate(held)]
    added = service.bulk_update(staff.boss, "lead", {"ids": ids, "add": {"intent_items": [second]}}, {})
    assert added["updated"] == 2
    assert items() == [[first, second], [second], [first, third, second]]
    service.bulk_update(staff.boss, "lead", {"ids": ids, "remove": {"intent_items": [second]}}, {})
    assert items() == [[first], None, [first, third]]
    service.undo(staff.boss, added["batch"])
    strange = service.bulk_update(
        staff.boss, "lead", {"ids": ids[:1], "add": {"intent_items": ["no such"]}}, {}
    )
    assert [one["id"] for one in strange["failed"]] == ids[:1]


@pytest.mark.parametrize("given", [{"city": ["x"]}, {"nothing": ["x"]}, {"intent_items": "x"}])
def test_what_is_no_list_cannot_be_added_to(
    service: RecordService, staff: Staff, given: dict[str, object]
) -> None:
    lead = staff.lead()["id"]
    with pytest.raises(Rejected) as refused:
        service.bulk_update(staff.boss, "lead", {"ids": [lead], "add": given}, {})
    assert [one.code for one in refused.value.problems] == ["bulk.not_a_list"]


def test_the_timeline_holds_everything_newest_first(service: RecordService, staff: Staff) -> None:
    lead = staff.lead()
    for day in (1, 3, 2):
        service.create(
            staff.boss,
            "comm_log",
            {"lead_id": lead["id"], "content": f"第{day}天", "at": f"2026-03-0{day}T09:00:00+08:00"},
        )
    times = {"start_at": "2026-03-02T10:00:00+08:00", "end_at": "2026-03-02T11:00:00+08:00"}
    service.create(staff.boss, "appointment", {"lead_id": lead["id"], "doctor": "王", **times})
    first = service.timeline(staff.boss, "lead", lead["id"], limit=2)
    rest = service.timeline(staff.boss, "lead", lead["id"], first["cursor"], limit=5)
    assert [item["title"] for item in (*first["items"], *rest["items"])] == ["第3天", "王", "第2天", "第1天"]
    assert rest["cursor"] is None
    assert {item["by_name"] for item in first["items"]} == {"boss"}


def test_the_history_names_people_and_records(service: RecordService, staff: Staff) -> None:
    lead = staff.lead()
    service.update(staff.boss, "lead", lead["id"], {"city": "杭州", "owner_id": staff.anna.user_id})
    told = service.history(staff.boss, "lead", lead["id"])
    newest = told["entries"][0]
    assert newest["by_name"] == "boss"
    assert {"field": "city", "old": None, "new": "杭州"} in newest["changes"]
    assert told["labels"]["user"][staff.anna.user_id] == "anna"


def test_people_are_found_by_name_initials_phone_tail_and_number(
    service: RecordService, staff: Staff
) -> None:
    lead = staff.lead()
    for text in ("张三", "zs", "zhangsan", "8000", "13800138000", lead["no"]):
        assert [hit["id"] for hit in service.quick_search(staff.boss, text) if hit["form"] == "lead"] == [
            lead["id"]
        ], text
    assert service.quick_search(staff.anna, "张三") == []
    [hit] = [one for one in service.quick_search(staff.boss, "zs") if one["form"] == "lead"]
    assert hit["title"] == "张三"
    assert "张三" not in hit["detail"]
    assert lead["no"] in hit["detail"]


def test_groups_and_totals_of_a_board(service: RecordService, staff: Staff) -> None:
    staff.lead()
    staff.lead(phone="13800138001", intent_level="A")
    groups = service.groups(staff.boss, "lead", {"view": "board", "totals": {"score": "sum"}})["groups"]
    assert [(group["value"], group["count"], group["totals"]) for group in groups] == [
        ("new", 2, {"score": 50})
    ]
    assert groups[0]["label"]["zh"] == "新线索"


def test_checking_says_what_saving_would_say(service: RecordService, staff: Staff) -> None:
    answer = service.check(staff.boss, "lead", {"name": "张三", "intent_level": "A"})
    assert {problem["path"] for problem in answer["problems"]} == {"/values/phone", "/values/channel_id"}
    assert answer["computed"]["score"] == 40
    assert "lost_reason" in answer["hidden"]


def test_loading_many_goes_through_the_same_rules(service: RecordService, staff: Staff) -> None:
    rows = [{"name": f"客户{n}", "phone": f"139{n:08d}", "channel_id": staff.channel} for n in range(50)]
    ids = service.load(staff.boss, "lead", rows)
    assert len(ids) == 50
    assert service.get(staff.boss, "lead", ids[7])["record"]["score"] == 10
    with pytest.raises(Rejected):
        service.load(staff.boss, "lead", [{"name": "x"}])


def test_saved_views_belong_to_one_person(service: RecordService, staff: Staff) -> None:
    service.keep_views(staff.anna, "lead", [{"key": "hot", "name": "热", "request": {"search": "张"}}])
    assert service.saved_views(staff.anna, "lead")[0]["key"] == "hot"
    assert service.saved_views(staff.boss, "lead") == []


def test_a_list_names_what_its_filter_names_even_where_nothing_is_found(
    service: RecordService, staff: Staff
) -> None:
    def asked(field: str, value: Any) -> dict[str, Any]:
        where = {"op": "and", "items": [{"field": field, "op": "in", "value": value}]}
        return service.query(staff.boss, "lead", {"filter": where, "fields": ["name"]})

    assert asked("channel_id", [staff.channel])["labels"]["channel"] == {staff.channel: "抖音"}
    told = asked("owner_id", [staff.boss.user_id, staff.anna.user_id])["labels"]["user"]
    assert told == {staff.boss.user_id: "boss", staff.anna.user_id: "anna"}
    nobody = "0198c0de-0000-7000-8000-000000000001"
    assert asked("channel_id", [nobody])["labels"]["channel"] == {nobody: "（无权查看）"}
