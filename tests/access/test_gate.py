"""Reading through the gate: what one sees, and what one may ask."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from engine.access.actor import system_actor
from engine.access.policy import compile_policy
from engine.access.query import RecordQuery, ScopedQuery, ScopedWrite
from engine.definitions.tables import build_tables
from engine.problems import NotFound, Rejected
from tests.access.clinic import NOW, Clinic, TestUnit, field, form, names, shapes, someone

ALL = {"grants": {"*": {"view": "all"}}, "masks": {"phone": "read", "cost": "read"}}
CLERK = {"grants": {"*": {"view": "all"}}, "masks": {"phone": "masked", "cost": "none"}}


def codes(error: Rejected) -> set[str]:
    return {problem.code for problem in error.problems}


def where(*items: tuple[str, str, object], op: str = "and") -> dict[str, object]:
    return {"op": op, "items": [{"field": f, "op": o, "value": v} for f, o, v in items]}


def test_a_page_shows_live_records_newest_first(clinic: Clinic) -> None:
    clinic.add("customer", name="张三")
    clinic.add("customer", name="李四", cost=Decimal("12.50"))
    clinic.add("customer", name="王五", deleted_at=NOW)
    gate = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    page = gate.page(RecordQuery("customer", ("name", "cost", "visits")))
    assert names(page.records) == ["李四", "张三"]
    assert page.records[0]["cost"] == "12.50"
    assert page.records[0]["visits"] == 0
    assert page.cursor is None


def test_masked_values_show_masked_and_hidden_ones_not_at_all(clinic: Clinic) -> None:
    clinic.add("customer", name="张三", phone="13812345678", cost=Decimal(9))
    gate = clinic.gate(clinic.policy(clerk=CLERK), someone("clerk"))
    record = gate.page(RecordQuery("customer")).records[0]
    assert record["phone"] == "138****5678"
    assert record["name"] == "张三"
    assert "cost" not in record


def test_a_mask_class_nobody_speaks_of_is_masked(clinic: Clinic) -> None:
    clinic.add("customer", name="张三", phone="13812345678", cost=Decimal(9))
    gate = clinic.gate(clinic.policy(x={"grants": {"customer": {"view": "all"}}}), someone("x"))
    record = gate.page(RecordQuery("customer")).records[0]
    assert (record["phone"], record["cost"]) == ("138****5678", "****")


def test_roles_unite_to_the_widest(clinic: Clinic) -> None:
    clinic.add("customer", name="mine", owner_id="me", branch_id="b2")
    clinic.add("customer", name="branch", owner_id="x", branch_id="b1")
    clinic.add("customer", name="other", owner_id="x", branch_id="b2")
    policy = clinic.policy(
        a={"grants": {"customer": {"view": "own"}}}, b={"grants": {"customer": {"view": "branch"}}}
    )
    see = lambda *roles: set(  # noqa: E731 - three lines say more than three functions
        names(clinic.gate(policy, someone(*roles)).page(RecordQuery("customer", ("name",))).records)
    )
    assert see("a") == {"mine"}
    assert see("b") == {"branch"}
    assert see("a", "b") == {"mine", "branch"}


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        ("own", {"mine", "treated"}),
        ("team", {"mine", "treated", "report"}),
        ("branch", {"here"}),
        ("region", {"here", "near"}),
        ("all", {"mine", "treated", "report", "here", "near", "far"}),
        ('{stage} = "pool"', {"far"}),
        ('OR({stage} = "pool", {branch_id} = "b1")', {"far", "here"}),
        ('{customer_id.name} = "张三"', {"treated"}),
    ],
)
def test_each_scope_reaches_its_records(clinic: Clinic, scope: str, seen: set[str]) -> None:
    customer = clinic.add("customer", name="张三")
    clinic.add("visit", name="mine", owner_id="me")
    clinic.add("visit", name="treated", doctor_id="me", customer_id=customer)
    clinic.add("visit", name="report", doctor_id="junior")
    clinic.add("visit", name="here", branch_id="b1")
    clinic.add("visit", name="near", branch_id="b9")
    clinic.add("visit", name="far", stage="pool")
    actor = someone("r", team=frozenset({"junior"}), region_branches=("b9",))
    policy = clinic.policy(r={"grants": {"visit": {"view": scope}}})
    assert policy.problems == ()
    gate = clinic.gate(policy, actor)
    page = gate.page(RecordQuery("visit", ("name",)))
    assert set(names(page.records)) == seen
    assert gate.count(RecordQuery("visit")) == (len(seen), True)


def test_a_wrong_rule_is_reported_and_denies(clinic: Clinic) -> None:
    clinic.add("customer", name="张三", level="vip")
    policy = clinic.policy(
        r={
            "grants": {
                "customer": {
                    "view": '{nothing} = "x"',
                    "fields": {"level": "masked until {oops}", "gone": "read"},
                },
                "visit": {"view": "everything", "fields": {"name": "sometimes"}},
                "ghost": {"view": "all"},
            }
        }
    )
    assert [p.code for p in policy.problems] == [
        "access.bad_scope",
        "access.bad_level",
        "access.unknown_field",
        "access.bad_scope",
        "access.bad_level",
        "access.unknown_form",
    ]
    gate = clinic.gate(policy, someone("r"))
    for key in ("customer", "visit", "ghost"):
        with pytest.raises(NotFound):
            gate.page(RecordQuery(key))


@pytest.mark.parametrize(
    "query",
    [
        {"where": where(("cost", "gt", "1"))},
        {"formulas": ("{cost} > 1",)},
        {"sort": ("cost",)},
        {"fields": ("cost",)},
        {"group": ("cost",)},
        {"aggregates": {"x": ("sum", "cost")}},
        {"where": where(("visits.cost", "gt", "1"))},
    ],
)
def test_a_hidden_field_is_refused_exactly_like_an_unknown_one(
    clinic: Clinic, query: dict[str, object]
) -> None:
    gate = clinic.gate(clinic.policy(clerk=CLERK), someone("clerk"))
    unknown = eval(repr(query).replace("cost", "zzzz"))
    said = []
    for one in (query, unknown):
        with pytest.raises(Rejected) as refused:
            gate.select(RecordQuery("customer", **one))
        said.append(
            {(p.code, p.message("zh").replace("zzzz", "cost"), p.hint("en")) for p in refused.value.problems}
        )
    if "formulas" not in query:
        assert said[0] == said[1]


@pytest.mark.parametrize(
    "query",
    [
        {"where": where(("wechat", "eq", "x"))},
        {"where": where(("wechat", "not_empty", None))},
        {"formulas": ('{wechat} = "x"',)},
        {"sort": ("-wechat",)},
        {"group": ("wechat",)},
        {"aggregates": {"x": ("count", "wechat")}},
        {"where": where(("phone", "eq", "13812345678"))},
    ],
)
def test_a_masked_field_is_shown_but_not_asked_about(clinic: Clinic, query: dict[str, object]) -> None:
    gate = clinic.gate(clinic.policy(clerk=CLERK), someone("clerk"))
    with pytest.raises(Rejected) as refused:
        gate.select(RecordQuery("customer", **query))
    assert codes(refused.value) == {"access.field_masked"}


def test_what_is_computed_is_as_secret_as_its_inputs(clinic: Clinic) -> None:
    clinic.add("visit", name="v", paid=Decimal(100), cost=Decimal(30))
    boss = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    seen = boss.page(RecordQuery("visit", ("profit", "double"))).records[0]
    assert (seen["profit"], seen["double"]) == ("70.00", "200.00")
    gate = clinic.gate(clinic.policy(clerk=CLERK), someone("clerk"))
    assert gate.page(RecordQuery("visit", ("double",))).records[0]["double"] == "200.00"
    with pytest.raises(Rejected, match=r"access\.field_hidden"):
        gate.page(RecordQuery("visit", ("profit",)))


def test_live_values_filter_sort_and_total_like_stored_ones(clinic: Clinic) -> None:
    for paid in (9, 10, 100):
        clinic.add("visit", name=str(paid), paid=Decimal(paid), cost=Decimal(1))
    gate = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    page = gate.page(RecordQuery("visit", ("name",), where=where(("profit", "ge", "9")), sort=("-profit",)))
    assert names(page.records) == ["100", "10"]
    assert gate.aggregate(RecordQuery("visit", aggregates={"t": ("sum", "profit")})) == {"t": "116.00"}


def test_links_lead_only_to_records_one_may_see(clinic: Clinic) -> None:
    mine = clinic.add("customer", name="mine", owner_id="me", level="vip")
    theirs = clinic.add("customer", name="theirs", owner_id="x")
    clinic.add("visit", name="1", customer_id=mine)
    clinic.add("visit", name="2", customer_id=theirs)
    policy = clinic.policy(
        r={"grants": {"visit": {"view": "all"}, "customer": {"view": "own"}}, "masks": {"phone": "read"}}
    )
    gate = clinic.gate(policy, someone("r"))
    query = RecordQuery("visit", ("name", "customer_id", "customer_id.name", "who"), sort=("name",))
    page = gate.page(query)
    assert names(page.records, "customer_id.name") == ["mine", None]
    assert names(page.records, "who") == ["mine", None]
    assert page.labels["customer"] == {mine: "mine vip", theirs: "（无权查看）"}
    inner = where(("name", "contains", "e"))
    found = gate.page(RecordQuery("visit", ("name",), where=where(("customer_id", "where", inner))))
    assert names(found.records) == ["1"]


def test_a_role_may_let_links_name_what_they_do_not_open_by_masked_name_and_number(clinic: Clinic) -> None:
    mine = clinic.add("customer", name="mine", owner_id="me", level="vip")
    near = clinic.add("customer", name="near", owner_id="x", no="C7", branch_id="b1")
    far = clinic.add("customer", name="far", owner_id="x", branch_id="b9")
    for name, whose in (("1", mine), ("2", near), ("3", far)):
        clinic.add("visit", name=name, customer_id=whose)
    policy = clinic.policy(
        r={"grants": {"visit": {"view": "all"}, "customer": {"view": "own", "named": "branch"}}},
        blind={"grants": {"visit": {"view": "all"}, "customer": {"named": "all"}}},
    )
    gate = clinic.gate(policy, someone("r"))
    query = RecordQuery("visit", ("name", "customer_id", "customer_id.name"), sort=("name",))
    page = gate.page(query)
    assert names(page.records, "customer_id.name") == ["mine", None, None]
    assert page.labels["customer"] == {mine: "mine vip", near: "n* · C7", far: "（无权查看）"}
    assert gate.labels("customer", (near, far)) == {near: "n* · C7", far: "（无权查看）"}
    assert gate.page(RecordQuery("customer", ("name",))).records[0]["id"] == mine
    assert gate.count(RecordQuery("customer")) == (1, True)
    # who may look at none of them is told no name either
    assert clinic.gate(policy, someone("blind")).labels("customer", (near,)) == {near: "（无权查看）"}


def test_where_no_person_acted_the_system_is_named(clinic: Clinic) -> None:
    gate = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    assert gate.labels("user", ("system", "public", "x")) == {
        "system": "系统",
        "public": "访客",
        "x": "（无权查看）",
    }
    clinic.add("visit", name="1", created_by="system")
    assert gate.page(RecordQuery("visit", ("name", "created_by"))).labels["user"] == {"system": "系统"}


def test_rollups_count_only_what_one_may_see(clinic: Clinic) -> None:
    customer = clinic.add("customer", name="c")
    clinic.add("visit", name="1", customer_id=customer, owner_id="me", paid=Decimal("10.10"))
    clinic.add("visit", name="2", customer_id=customer, owner_id="x", paid=Decimal("5.05"))
    clinic.add("visit", name="3", customer_id=customer, owner_id="me", deleted_at=NOW)
    boss = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    record = boss.page(RecordQuery("customer", ("visits", "spent"), sort=("-spent",))).records[0]
    assert (record["visits"], record["spent"]) == (2, "15.15")
    policy = clinic.policy(r={"grants": {"visit": {"view": "own"}, "customer": {"view": "all"}}})
    record = clinic.gate(policy, someone("r")).page(RecordQuery("customer", ("visits", "spent"))).records[0]
    assert (record["visits"], record["spent"]) == (1, "10.10")


def test_sub_table_rows_come_with_masks_of_their_own(clinic: Clinic) -> None:
    lines = [
        {"item": "implant", "price": Decimal("8000"), "gain": Decimal("5000")},
        {"item": "crown", "price": Decimal("1200"), "gain": Decimal("700")},
    ]
    clinic.add("visit", name="v", lines=lines)
    clinic.add("visit", name="w")
    boss = clinic.gate(clinic.policy(boss=ALL), someone("boss")).page(RecordQuery("visit", ("name", "lines")))
    assert [row["gain"] for row in boss.records[1]["lines"]] == ["5000.00", "700.00"]
    assert boss.records[0]["lines"] == []
    gate = clinic.gate(clinic.policy(clerk=CLERK), someone("clerk"))
    rows = gate.page(RecordQuery("visit", ("name", "lines"))).records[1]["lines"]
    assert [(row["item"], row["price"], "gain" in row) for row in rows] == [
        ("implant", "8000.00", False),
        ("crown", "1200.00", False),
    ]
    found = gate.page(
        RecordQuery("visit", ("name",), where=where(("lines", "any_item", where(("price", "gt", "5000")))))
    )
    assert names(found.records) == ["v"]
    with pytest.raises(Rejected, match=r"access\.field_hidden"):
        gate.page(RecordQuery("visit", where=where(("lines", "any_item", where(("gain", "gt", "5000"))))))


def test_quick_search_finds_by_name_pinyin_number_and_phone(clinic: Clinic) -> None:
    clinic.add("customer", name="张三", no="CU-0007", phone="13812345678", wechat="zs_wx")
    clinic.add("customer", name="李四", no="CU-0008", phone="13900001111")
    boss = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    clerk = clinic.gate(clinic.policy(clerk=CLERK), someone("clerk"))
    find = lambda gate, text: names(gate.page(RecordQuery("customer", ("name",), search=text)).records)  # noqa: E731
    for text in ("张", "zhangsan", "ZS", "5678", "cu-0007", "13812345678", "zs_wx", "张 5678"):
        assert find(boss, text) == ["张三"], text
    assert find(clerk, "5678") == ["张三"]
    assert find(clerk, "13812345678") == []
    assert find(clerk, "zs_wx") == []
    assert find(boss, "%") == []
    assert find(boss, "张 1111") == []


def test_paging_gives_every_record_once_in_any_order(clinic: Clinic) -> None:
    values = [None, "a", "b", "a", None, "c", "b"]
    for at, value in enumerate(values):
        clinic.add("visit", name=str(at), stage=value, paid=None if at == 3 else Decimal(at % 2))
    gate = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    for sort in (
        ("stage",),
        ("-stage",),
        ("-stage", "paid"),
        ("paid", "-stage"),
        ("-created_at",),
        ("double", "name"),
    ):
        whole = names(gate.page(RecordQuery("visit", ("name",), sort=sort)).records)
        assert len(set(whole)) == 7
        for limit in (1, 2, 3):
            read: list[str] = []
            after = None
            while True:
                page = gate.page(RecordQuery("visit", ("name",), sort=sort, limit=limit, after=after))
                read += names(page.records)
                after = page.cursor
                if after is None:
                    break
            assert read == whole, (sort, limit)


def test_a_cursor_fits_only_its_own_list(clinic: Clinic) -> None:
    for _ in range(3):
        clinic.add("visit", name="x")
    gate = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    cursor = gate.page(RecordQuery("visit", ("name",), limit=1)).cursor
    assert cursor is not None
    for wrong in (cursor[:-3], "x", "", "[]", "A" * 9999, cursor + "A", "汉"):
        with pytest.raises(Rejected, match=r"query\.bad_cursor"):
            gate.page(RecordQuery("visit", ("name",), limit=1, after=wrong))
    with pytest.raises(Rejected, match=r"query\.bad_cursor"):
        gate.page(RecordQuery("visit", ("name",), limit=1, after=cursor, sort=("name",)))


def test_groups_and_totals_are_exact(clinic: Clinic) -> None:
    for stage, paid in (("a", "0.10"), ("a", "0.20"), ("b", "0.05"), (None, None)):
        clinic.add("visit", stage=stage, paid=paid and Decimal(paid))
    gate = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    totals = {"sum": ("sum", "paid"), "avg": ("avg", "paid"), "n": ("count", "paid"), "most": ("max", "paid")}
    groups = gate.groups(RecordQuery("visit", group=("stage",), aggregates=totals))
    assert groups[0] == {
        "values": ["a"],
        "count": 2,
        "totals": {"sum": "0.30", "avg": "0.15", "n": 2, "most": "0.20"},
    }
    assert {tuple(g["values"]) for g in groups} == {("a",), ("b",), (None,)}
    assert gate.aggregate(RecordQuery("visit", aggregates=totals)) == {
        "sum": "0.35",
        "avg": "0.12",
        "n": 3,
        "most": "0.20",
    }


def test_the_recycle_bin_needs_its_right(clinic: Clinic) -> None:
    clinic.add("customer", name="gone", deleted_at=NOW)
    keeper = {"grants": {"customer": {"view": "all", "delete": "all"}}, "rights": {"restore": True}}
    gate = clinic.gate(clinic.policy(k=keeper), someone("k"))
    assert names(gate.page(RecordQuery("customer", ("name",), deleted=True)).records) == ["gone"]
    with pytest.raises(NotFound):
        clinic.gate(clinic.policy(boss=ALL), someone("boss")).page(RecordQuery("customer", deleted=True))


@pytest.mark.parametrize(("class_", "may"), [("general", True), ("personal", True), ("medical", False)])
def test_medical_records_are_destroyed_by_nobody(class_: str, may: bool) -> None:
    known = shapes(form("record", field("name"), class_=class_))
    keeper = {"grants": {"record": {"view": "all", "delete": "all"}}, "rights": {"purge": True}}
    policy = compile_policy({"k": {"key": "k", **keeper}}, known, build_tables(known))
    for actor in (someone("k"), system_actor("w")):
        assert policy.rights(actor).verb("record", "purge") is may
        assert policy.rights(actor).verb("record", "delete")


def test_each_record_says_what_may_be_done_with_it(clinic: Clinic) -> None:
    clinic.add("customer", name="1", owner_id="me")
    clinic.add("customer", name="2", owner_id="x")
    role = {"grants": {"customer": {"view": "all", "edit": "own", "export": "all"}}}
    gate = clinic.gate(clinic.policy(r=role), someone("r"))
    page = gate.page(RecordQuery("customer", ("name",), sort=("name",), can=("edit", "delete", "export")))
    assert [r["_can"] for r in page.records] == [
        {"edit": True, "delete": False, "export": True},
        {"edit": False, "delete": False, "export": True},
    ]


def test_statements_are_as_many_for_fifty_records_as_for_one(clinic: Clinic) -> None:
    policy = clinic.policy(boss=ALL)
    counts = []
    for many in (1, 49):
        for at in range(many):
            customer = clinic.add("customer", name=str(at))
            clinic.add("visit", name=str(at), customer_id=customer, doctor_id="me")
        unit = TestUnit(clinic.connection)
        gate = clinic.gate(policy, someone("boss"))
        gate.unit = unit
        gate.page(RecordQuery("visit", ("name", "customer_id", "doctor_id", "lines")))
        counts.append(len(unit.texts))
    assert counts[0] == counts[1] == 3


def test_the_same_question_by_others_is_not_built_again(clinic: Clinic) -> None:
    policy = clinic.policy(r={"grants": {"visit": {"view": "own"}}})
    query = RecordQuery("visit", ("name",), where=where(("stage", "eq", "a")))
    first = clinic.gate(policy, someone("r", user_id="u1")).select(query)
    other = RecordQuery("visit", ("name",), where=where(("stage", "eq", "b")))
    second = clinic.gate(policy, someone("r", user_id="u2")).select(other)
    assert first.text == second.text
    assert first.params != second.params
    assert len(policy.statements) == 2


def test_only_the_gate_makes_statements() -> None:
    with pytest.raises(TypeError):
        ScopedQuery("visit", "SELECT 1", (), lambda rows, keys: [])
    with pytest.raises(TypeError):
        ScopedWrite("visit", "insert", None, None, someone())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("item", "found"),
    [
        (("name", "eq", "Anna"), "a"),
        (("name", "ne", "Anna"), "bc"),
        (("name", "contains", "NN"), "a"),
        (("name", "not_contains", "nn"), "bc"),
        (("name", "starts", "b"), "b"),
        (("name", "ends", "b"), "b"),
        (("name", "contains", "%"), ""),
        (("name", "in", ["Anna", "Bob"]), "ab"),
        (("name", "empty", None), "c"),
        (("level", "in", ["vip"]), "a"),
        (("level", "not_in", ["vip"]), "bc"),
        (("level", "not_in", ["vip", "old"]), "c"),
        (("tags", "has_any", ["x", "z"]), "ab"),
        (("tags", "has_all", ["x", "y"]), "a"),
        (("tags", "has_none", ["x"]), "bc"),
        (("tags", "exactly", ["z"]), "b"),
        (("tags", "count", {"op": "ge", "value": 2}), "a"),
        (("helpers", "has_any", ["me", "you"]), "ab"),
        (("helpers", "me", None), "a"),
        (("helpers", "empty", None), "c"),
        (("owner_id", "me", None), "b"),
        (("owner_id", "my_branch", None), "b"),
        (("cost", "between", {"from": "1", "to": "2.5"}), "ab"),
        (("cost", "between", {"from": "2"}), "b"),
        (("cost", "lt", "2.50"), "a"),
        (("cost", "in", ["1", "2.5"]), "ab"),
        (("born", "on", "1990-03-07"), "a"),
        (("born", "before", "1990-03-07"), "b"),
        (("born", "relative", {"period": "this_year"}), ""),
        (("born", "relative", {"period": "past"}), "ab"),
        (("born", "anniversary", {"days": 7}), "a"),
        (("born", "anniversary", {"days": 366}), "ab"),
        (("born", "anniversary", {"period": "this_month"}), "a"),
        (("born", "anniversary", {"period": "last_month"}), "b"),
        (("born", "anniversary", {"period": "this_year"}), "ab"),
        (("visits", "eq", 0), "bc"),
        (("created_at", "on", "2026-03-05"), "abc"),
        (("created_at", "relative", {"period": "yesterday"}), ""),
        (("created_at", "relative", {"period": "last_n_days", "n": 7}), "abc"),
        (("created_at", "between", {"from": "2026-03-05", "to": "2026-03-05"}), "abc"),
        (("created_at", "after", "2026-03-05"), ""),
        (("phone", "eq", "13812345678"), "a"),
        (("phone", "in", ["13812345678", "1"]), "a"),
        (("phone", "empty", None), "bc"),
    ],
)
def test_filters(clinic: Clinic, item: tuple[str, str, object], found: str) -> None:
    clinic.person("me", "me", "b1")
    a = clinic.add(
        "customer", name="Anna", level="vip", tags=("x", "y"), helpers=("me",), cost=Decimal(1),
        born=date(1990, 3, 7), phone="13812345678",
    )  # fmt: skip
    clinic.add("visit", customer_id=a)
    clinic.add(
        "customer", name="Bob", level="old", tags=("z",), helpers=("you",), cost=Decimal("2.5"),
        born=date(1980, 2, 29), owner_id="me",
    )  # fmt: skip
    clinic.add("customer")
    gate = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    page = gate.page(RecordQuery("customer", ("name",), where=where(item)))
    assert {(n or "c")[0].lower() for n in names(page.records)} == set(found)


@pytest.mark.parametrize(
    "given",
    [
        [],
        {"op": "xor", "items": []},
        {"op": "and"},
        {"op": "and", "items": [1]},
        {"op": "and", "items": [{"field": "name"}]},
        {"op": "and", "items": [{"field": "name", "op": "gt", "value": "a"}]},
        {"op": "and", "items": [{"field": "name", "op": "eq", "value": None}]},
        {"op": "and", "items": [{"field": "name", "op": "eq", "value": {"$ne": 1}}]},
        {"op": "and", "items": [{"field": "cost", "op": "eq", "value": "x'; DROP TABLE f_customer"}]},
        {"op": "and", "items": [{"field": "name", "op": "eq", "value": "a\x00b"}]},
        {"op": "and", "items": [{"field": "name", "op": "in", "value": "abc"}]},
        {"op": "and", "items": [{"field": "name", "op": "in", "value": ["a"] * 5000}]},
        {"op": "and", "items": [{"field": "born", "op": "relative", "value": {"period": "whenever"}}]},
        {"op": "and", "items": [{"field": "born", "op": "anniversary", "value": {"days": 10**9}}]},
        {"op": "and", "items": [{"field": "born", "op": "anniversary", "value": {"period": "past"}}]},
        {"op": "and", "items": [{"field": "born", "op": "anniversary", "value": {"period": "whenever"}}]},
        {
            "op": "and",
            "items": [{"field": "born", "op": "anniversary", "value": {"period": "last_n_days", "n": 900}}],
        },
        {"op": "and", "items": [{"field": "phone", "op": "contains", "value": "1"}]},
        {"op": "and", "items": [{"field": "name", "op": "eq", "value": "a"}] * 200},
    ],
)
def test_hostile_filters_are_refused(clinic: Clinic, given: object) -> None:
    gate = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    with pytest.raises(Rejected):
        gate.page(RecordQuery("customer", where=given))  # type: ignore[arg-type]


def test_a_deep_filter_is_refused_before_it_can_hurt(clinic: Clinic) -> None:
    deep: dict[str, object] = {"op": "and", "items": []}
    for _ in range(5000):
        deep = {"op": "or", "items": [deep]}
    gate = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    with pytest.raises(Rejected, match=r"filter\.too_big"):
        gate.page(RecordQuery("customer", where=deep))


def test_instants_are_compared_by_the_askers_day(clinic: Clinic) -> None:
    # 23:30 in Shanghai on the 4th, and 00:30 on the 5th
    clinic.add("visit", name="4", at=datetime(2026, 3, 4, 15, 30, tzinfo=UTC))
    clinic.add("visit", name="5", at=datetime(2026, 3, 4, 16, 30, tzinfo=UTC))
    gate = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
    for value, op in (("2026-03-04", "on"), ("2026-03-05", "before")):
        page = gate.page(RecordQuery("visit", ("name",), where=where(("at", op, value))))
        assert names(page.records) == ["4"], op
    page = gate.page(RecordQuery("visit", ("name",), where=where(("at", "relative", {"period": "today"}))))
    assert names(page.records) == ["5"]


def test_a_title_made_of_an_option_says_its_label_in_the_askers_language(clinic: Clinic) -> None:
    opened = clinic.add("visit", stage="open")
    other = clinic.add("visit", stage="gone", no="V2")
    policy = clinic.policy(boss=ALL)
    assert clinic.gate(policy, someone("boss")).labels("visit", (opened, other)) == {
        opened: "进行中",
        other: "gone",
    }
    assert clinic.gate(policy, someone("boss", lang="en")).labels("visit", (opened,)) == {opened: "Open"}
