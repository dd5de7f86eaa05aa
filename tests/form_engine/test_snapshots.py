"""A snapshot is the server's copy: taken when its settings say, written by nobody, seen by who may see all in it."""

from typing import Any

import pytest

from engine.problems import Rejected
from engine.store import Cause, Workspace
from form_engine.exporting.service import ExportService
from form_engine.plan import FormPlan
from form_engine.service import RecordService
from tests.form_engine.conftest import actor_of
from tests.form_engine.making import Records, app, field, form, plan, save, told, words
from tests.installations import clinic, installation, pg_database

__all__ = ["clinic", "installation", "pg_database"]

STAGES = [
    {"key": "draft", "label": words("draft"), "next": ["signed"]},
    {"key": "signed", "label": words("signed"), "next": ["draft"]},
]
LINES = field("lines", "subtable", fields=[field("what"), field("price", "money")])


def on(**more: Any) -> FormPlan:
    snap = field("snap", "snapshot", fields_kept=["name", "price"], **more)
    return plan(field("name"), field("price", "money"), field("stage", "stage", stages=STAGES), snap)


class TestTaking:
    def test_it_is_taken_of_a_new_record_and_stays(self) -> None:
        done = save(on(), {"name": "种植", "price": "120"})
        assert told(done) == {}
        kept = done.values["snap"]
        assert kept == {"taken_at": "2026-03-05T06:30:00Z", "values": {"name": "种植", "price": "120.00"}}
        later = save(on(), {"price": "90"}, {"id": "r", **done.values})
        assert "snap" not in later.changed

    def test_it_is_taken_at_the_stages_named_and_holds_what_the_same_write_says(self) -> None:
        at = on(taken="stage", stages=["signed"])
        made = save(at, {"name": "a", "stage": "draft"})
        assert made.values.get("snap") is None
        done = save(at, {"name": "b", "stage": "signed"}, {"id": "r", "name": "a", "stage": "draft"})
        assert done.values["snap"]["values"] == {"name": "b"}
        assert "snap" not in save(at, {"stage": "draft"}, {"id": "r", "stage": "signed"}).changed

    def test_without_stages_named_every_move_counts(self) -> None:
        at = on(taken="stage")
        assert save(at, {"stage": "draft"}).values["snap"]["values"] == {}
        assert save(at, {"stage": "signed"}, {"id": "r", "stage": "draft"}).values["snap"] is not None
        assert "snap" not in save(at, {"name": "x"}, {"id": "r", "stage": "draft"}).changed

    @pytest.mark.parametrize(("again", "price"), [(False, "1.00"), (True, "2.00")])
    def test_coming_there_again_takes_it_anew_only_where_it_says_so(self, again: bool, price: str) -> None:
        at = on(taken="stage", stages=["signed"], again=again)
        old = {"taken_at": "2026-01-01T00:00:00Z", "values": {"price": "1.00"}}
        stored = {"id": "r", "stage": "draft", "price": "1", "snap": old}
        done = save(at, {"stage": "signed", "price": "2"}, stored)
        assert {**stored, **done.values}["snap"]["values"]["price"] == price

    def test_it_keeps_what_is_computed_what_is_linked_and_tables(self) -> None:
        deal = form(
            "deal",
            field("customer_id", "link", to="customer"),
            LINES,
            field("total", "formula", formula="SUM({lines.price})", format="money"),
            field(
                "snap",
                "snapshot",
                fields_kept=["customer_id", "customer_id.name", "lines", "lines.what", "total"],
            ),
        )
        forms = app(form("customer", field("name")), deal).forms
        rows = [{"what": "crown", "price": "100"}, {"price": "20"}]
        done = save(
            forms["deal"],
            {"customer_id": "0198c0de-0000-7000-8000-000000000001", "lines": rows},
            related=Records(customer={"0198c0de-0000-7000-8000-000000000001": {"name": "张三"}}),
        )
        assert told(done) == {}
        assert done.values["snap"]["values"] == {
            "customer_id": "0198c0de-0000-7000-8000-000000000001",
            "customer_id.name": "张三",
            "lines": [{"what": "crown", "price": "100.00"}, {"price": "20.00"}],
            "lines.what": ["crown", None],
            "total": "120.00",
        }

    def test_rows_may_have_snapshots_of_their_own(self) -> None:
        snap = field("snap", "snapshot", fields_kept=["what"])
        lines = field("lines", "subtable", fields=[field("what"), snap])
        done = save(plan(lines), {"lines": [{"what": "a"}]})
        assert done.values["lines"][0]["snap"]["values"] == {"what": "a"}


class TestNobodyWritesIt:
    @pytest.mark.parametrize("cause", ["user", "api", "public", "import", "flow", "system"])
    @pytest.mark.parametrize("sent", [None, {"taken_at": "2020-01-01T00:00:00Z", "values": {"price": "0"}}])
    def test_however_it_comes_in(self, cause: str, sent: Any) -> None:
        done = save(on(), {"name": "a", "snap": sent}, cause=cause)
        assert told(done) == {"/values/snap": "record.by_the_server"}
        assert done.values["snap"]["values"] == {"name": "a"}

    def test_nor_a_default_nor_the_schema_of_the_api(self) -> None:
        at = on(default={"taken_at": "x", "values": {}}, taken="stage")
        assert save(at, {"name": "a"}).values.get("snap") is None
        assert "snap" not in at.json_schema()["properties"]

    def test_it_can_be_required_of_nobody(self) -> None:
        assert told(save(on(taken="stage", required=True), {"name": "a"})) == {}


class TestSettings:
    def refused(self, *fields: dict[str, Any], **snap: Any) -> dict[str, str]:
        with pytest.raises(Rejected) as wrong:
            app(
                form("other", field("name"), LINES),
                form("thing", *fields, field("snap", "snapshot", **snap)),
            )
        return {problem.path: problem.code for problem in wrong.value.problems}

    def test_what_cannot_be_kept_is_told_at_its_place(self) -> None:
        far = field("far", "link", to="other")
        assert self.refused(far, fields_kept=["far.name", "far.lines"]) == {
            "/forms/thing/fields/1/fields_kept/1": "snapshot.not_kept"
        }
        assert self.refused(fields_kept=["snap"]) == {
            "/forms/thing/fields/0/fields_kept/0": "snapshot.not_kept"
        }
        assert list(self.refused(fields_kept=["nowhere"])) == ["/forms/thing/fields/0/fields_kept/0"]

    def test_what_is_encrypted_is_not_copied_in_the_open(self) -> None:
        phone = field("phone", "mobile", sensitive=True)
        assert self.refused(phone, fields_kept=["phone"]) == {
            "/forms/thing/fields/1/fields_kept/0": "snapshot.secret"
        }
        assert plan(phone, field("snap", "snapshot", fields_kept=["phone"], sensitive=True))

    def test_stages_must_be_there(self) -> None:
        stage = field("stage", "stage", stages=STAGES)
        assert self.refused(fields_kept=["no"], taken="stage") == {
            "/forms/thing/fields/0/taken": "snapshot.no_stages"
        }
        assert self.refused(stage, fields_kept=["no"], taken="stage", stages=["paid"]) == {
            "/forms/thing/fields/1/stages/0": "snapshot.no_such_stage"
        }


SEES = {"view": "all", "create": "all", "edit": "all", "export": "all"}
APP = app(
    form("customer", field("name"), title="{name}"),
    form(
        "deal",
        field("customer_id", "link", to="customer"),
        field("name", search="text"),
        field("cost", "money"),
        field("phone", "mobile", mask="phone"),
        field("open", "snapshot", fields_kept=["name", "customer_id"]),
        field("priced", "snapshot", fields_kept=["name", "cost"]),
        field("reached", "snapshot", fields_kept=["phone"]),
        field("sealed", "snapshot", fields_kept=["name"], sensitive=True),
    ),
    roles={
        "boss": {
            "key": "boss", "name": words("boss"), "grants": {"*": SEES}, "masks": {"phone": "read"},
            "rights": {"export": True},
        },
        "nurse": {
            "key": "nurse", "name": words("nurse"), "masks": {"phone": "masked"}, "rights": {"export": True},
            "grants": {"deal": {**SEES, "fields": {"cost": "none", "*": "write"}}},
        },
        "mine": {
            "key": "mine", "name": words("mine"), "masks": {"phone": "read"},
            "grants": {"deal": {**SEES, "fields": {"cost": "none until {name} = \"mine\"", "*": "write"}}},
        },
    },
)  # fmt: skip


class Desk:
    def __init__(self, workspace: Workspace) -> None:
        workspace.create_tables(APP.policy.tables)
        self.service = RecordService(workspace, APP)
        self.boss, self.nurse = actor_of(workspace, "boss", "boss"), actor_of(workspace, "nurse", "nurse")
        self.mine = actor_of(workspace, "mine", "mine")
        self.customer = self.service.create(self.boss, "customer", {"name": "张三"})["record"]["id"]

    def deal(self, name: str = "a") -> str:
        given = {"name": name, "cost": "70", "phone": "13800138000", "customer_id": self.customer}
        return str(self.service.create(self.boss, "deal", given)["record"]["id"])


@pytest.fixture
def desk(clinic: Workspace) -> Desk:
    return Desk(clinic)


class TestWhoSeesIt:
    def test_who_may_read_all_of_it_reads_it_with_the_names_of_its_links(self, desk: Desk) -> None:
        found = desk.service.get(desk.boss, "deal", desk.deal())
        record = found["record"]
        assert record["priced"]["values"] == {"name": "a", "cost": "70.00"}
        assert record["reached"]["values"] == {"phone": "13800138000"}
        assert record["sealed"]["values"] == {"name": "a"}
        assert record["open"]["values"] == {"name": "a", "customer_id": desk.customer}
        assert found["labels"]["customer"] == {desk.customer: "张三"}

    def test_what_is_hidden_or_masked_outside_is_so_inside(self, desk: Desk) -> None:
        deal = desk.deal()
        found = desk.service.get(desk.nurse, "deal", deal)
        assert "priced" not in found["record"]
        assert found["record"]["reached"] == "****"
        assert found["masked"] == ["phone", "reached"]
        assert found["record"]["open"]["values"]["customer_id"] == desk.customer
        assert found["labels"]["customer"] == {desk.customer: "（无权查看）"}

    def test_lists_history_and_exports_say_no_more(self, desk: Desk) -> None:
        deal = desk.deal()
        with pytest.raises(Rejected):
            desk.service.query(desk.nurse, "deal", {"fields": ["priced"]})
        listed = desk.service.query(desk.nurse, "deal", {"fields": ["name", "reached"]})["records"]
        assert [one["reached"] for one in listed] == ["****"]
        for where in ("priced", "reached"):
            with pytest.raises(Rejected):
                desk.service.query(
                    desk.nurse, "deal", {"where": {"all": [{"field": where, "op": "not_empty"}]}}
                )
        entries = desk.service.history(desk.nurse, "deal", deal)["entries"]
        told_of = {one["field"]: one["new"] for entry in entries for one in entry["changes"]}
        assert "priced" not in told_of
        assert told_of["reached"] == "****"
        exports = ExportService(desk.service, lambda _job: desk.nurse)
        made = exports.export(desk.nurse, "deal", {"columns": ["name", "priced", "reached"], "format": "csv"})
        text = made.data.decode("utf-8-sig")
        assert "70" not in text
        assert "13800138000" not in text

    def test_a_condition_on_a_field_counts_for_its_copy(self, desk: Desk) -> None:
        seen = {
            name: desk.service.get(desk.mine, "deal", desk.deal(name))["record"].get("priced")
            for name in ("mine", "theirs")
        }
        assert seen["theirs"] is None
        assert seen["mine"]["values"]["cost"] == "70.00"

    def test_a_masked_copy_cannot_be_revealed_either(self, desk: Desk) -> None:
        deal = desk.deal()
        with pytest.raises(Rejected):
            desk.service.reveal(desk.nurse, "deal", deal, "reached")

    def test_nobody_writes_it_over_the_desk(self, desk: Desk) -> None:
        deal = desk.deal()
        with pytest.raises(Rejected) as refused:
            desk.service.update(desk.boss, "deal", deal, {"priced": None}, None)
        assert [problem.code for problem in refused.value.problems] == ["record.by_the_server"]
        desk.service.update(desk.boss, "deal", deal, {"cost": "1"}, None)
        assert desk.service.get(desk.boss, "deal", deal)["record"]["priced"]["values"]["cost"] == "70.00"

    def test_the_browser_is_told_what_is_in_it(self, desk: Desk) -> None:
        fields = {one["key"]: one for one in APP.forms["deal"].client(APP.policy.rights(desk.boss))["fields"]}
        kept = fields["open"]["config"]["kept"]
        assert [(one["key"], one["value_type"], one["config"].get("to")) for one in kept] == [
            ("name", "text", None),
            ("customer_id", "reference", "customer"),
        ]
        assert fields["open"]["level"] == "read"


THROUGH = app(
    form("customer", field("name"), field("note"), field("guide_id", "link", to="customer"), title="{name}"),
    form("order", field("customer_id", "link", to="customer"), field("amount", "money")),
    form(
        "deal",
        field("name"),
        field("customer_id", "link", to="customer"),
        field("others", "link", to="customer", multiple=True),
        field("called", "lookup", path="customer_id.name"),
        field("greeting", "formula", formula='CONCAT("Dear ", {customer_id.name})', format="text"),
        field("spent", "rollup", of="order", by="customer_id", mine="customer_id", aggregate="sum", field="amount"),
        field(
            "lines",
            "subtable",
            fields=[
                field("who", "link", to="customer"),
                field("line", "snapshot", fields_kept=["who.name"]),
                field("above", "snapshot", fields_kept=["form.customer_id.name"]),
            ],
        ),
        field("plain", "snapshot", fields_kept=["name", "customer_id"]),
        field("direct", "snapshot", fields_kept=["name", "customer_id.name"]),
        field("far", "snapshot", fields_kept=["customer_id.guide_id.note"]),
        field("many", "snapshot", fields_kept=["others.name"]),
        field("by_lookup", "snapshot", fields_kept=["called"]),
        field("by_formula", "snapshot", fields_kept=["greeting"]),
        field("by_rows", "snapshot", fields_kept=["lines.who.name"]),
        field("by_rollup", "snapshot", fields_kept=["spent"]),
        field("sealed", "snapshot", fields_kept=["customer_id.name"], sensitive=True),
    ),
    roles={
        "boss": {"key": "boss", "name": words("boss"), "grants": {"*": SEES}, "rights": {"export": True}},
        "mine": {
            "key": "mine", "name": words("mine"), "rights": {"export": True},
            "grants": {"deal": SEES, "order": SEES, "customer": {**SEES, "view": "own"}},
        },
        "mine_too": {
            "key": "mine_too", "name": words("mine too"),
            "grants": {"deal": SEES, "order": {**SEES, "view": "own"}, "customer": SEES},
        },
    },
)  # fmt: skip
COPIES = ("direct", "far", "many", "by_lookup", "by_formula", "by_rows")


class Far:
    """A desk whose nurse sees all deals, and of customers only her own."""

    def __init__(self, workspace: Workspace) -> None:
        workspace.create_tables(THROUGH.policy.tables)
        self.service = RecordService(workspace, THROUGH)
        self.boss, self.mine = actor_of(workspace, "boss", "boss"), actor_of(workspace, "nurse", "mine")
        self.theirs = self.customer(self.boss, "李四")
        self.own = self.customer(self.mine, "张三")
        self.friend = self.customer(self.mine, "王五")

    def customer(self, by: Any, name: str) -> str:
        guide = self.service.create(by, "customer", {"name": f"{name}家属", "note": "慢"})["record"]["id"]
        given = {"name": name, "guide_id": guide}
        return str(self.service.create(by, "customer", given)["record"]["id"])

    def deal(self, customer: str) -> str:
        rows = [{"who": customer}]
        given = {"name": "a", "customer_id": customer, "others": [customer, self.friend], "lines": rows}
        return str(self.service.create(self.boss, "deal", given)["record"]["id"])

    def seen(self, by: Any, deal: str) -> dict[str, Any]:
        return dict(self.service.get(by, "deal", deal)["record"])


@pytest.fixture
def far(clinic: Workspace) -> Far:
    return Far(clinic)


class TestRowsBehindIt:
    def test_who_reaches_every_record_it_was_read_through_sees_it(self, far: Far) -> None:
        deal = far.deal(far.own)
        for who in (far.boss, far.mine):
            record = far.seen(who, deal)
            told_of = {key: sorted(record[key]["values"].values(), key=str) for key in COPIES}
            assert told_of == {
                "direct": ["a", "张三"],
                "far": ["慢"],
                "many": [["张三", "王五"]],
                "by_lookup": ["张三"],
                "by_formula": ["Dear 张三"],
                "by_rows": [["张三"]],
            }
            assert record["lines"][0]["line"]["values"] == {"who.name": "张三"}
            assert record["lines"][0]["above"]["values"] == {"form.customer_id.name": "张三"}

    def test_who_does_not_sees_none_of_it_but_what_looks_no_further(self, far: Far) -> None:
        record = far.seen(far.mine, far.deal(far.theirs))
        assert [record.get(key) for key in COPIES] == [None] * len(COPIES)
        assert record["plain"]["values"] == {"name": "a", "customer_id": far.theirs}
        assert (record["lines"][0].get("line"), record["lines"][0].get("above")) == (None, None)
        assert "李四" not in str(record)

    def test_lists_exports_history_and_answers_to_writes_say_no_more(self, far: Far) -> None:
        deal = far.deal(far.theirs)
        listed = far.service.query(far.mine, "deal", {"fields": ["name", *COPIES]})["records"]
        assert [one[key] for one in listed for key in COPIES] == [None] * len(COPIES)
        exports = ExportService(far.service, lambda _job: far.mine)
        made = exports.export(far.mine, "deal", {"columns": ["name", *COPIES], "format": "csv"})
        assert "李四" not in made.data.decode("utf-8-sig")
        assert "李四" not in str(far.service.history(far.mine, "deal", deal))
        assert "李四" in str(far.service.history(far.boss, "deal", deal))
        done = far.service.update(far.mine, "deal", deal, {"name": "b"}, None)
        assert "李四" not in str(done)

    def test_another_link_put_in_its_place_opens_nothing(self, far: Far) -> None:
        deal = far.deal(far.theirs)
        given = {"customer_id": far.own, "others": [far.own], "lines": []}
        far.service.update(far.mine, "deal", deal, given, None)
        assert [far.seen(far.mine, deal).get(key) for key in COPIES] == [None] * len(COPIES)
        assert far.seen(far.boss, deal)["direct"]["values"]["customer_id.name"] == "李四"

    def test_what_cannot_name_its_records_is_for_those_who_reach_all(
        self, far: Far, clinic: Workspace
    ) -> None:
        record = far.seen(far.mine, far.deal(far.own))
        assert "sealed" not in record
        assert record["by_rollup"]["values"] == {"spent": "0.00"}
        counts = actor_of(clinic, "clerk", "mine_too")
        record = far.seen(counts, far.deal(far.theirs))
        assert "by_rollup" not in record
        assert record["sealed"]["values"] == {"customer_id.name": "李四"}

    def test_a_copy_that_does_not_say_what_it_was_read_through_is_for_those_who_reach_all(
        self, far: Far
    ) -> None:
        deal = far.deal(far.own)
        table = THROUGH.policy.tables["deal"].table
        with far.service.workspace.write(Cause("system")) as unit:
            old = {"taken_at": "2026-01-01T00:00:00Z", "values": {"customer_id.name": "李四"}}
            unit.connection.execute(table.update().where(table.c.id == deal).values(direct=old))
        assert far.seen(far.mine, deal).get("direct") is None
        assert far.seen(far.boss, deal)["direct"]["values"] == {"customer_id.name": "李四"}
