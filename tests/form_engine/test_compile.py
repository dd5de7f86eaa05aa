"""Definitions compiled into plans: what is kept, what is live, in which order, with which indexes."""

import pytest

from engine.definitions.app import App
from engine.problems import Rejected
from form_engine.compile import compile_app, compile_published
from tests.form_engine.making import app, field, form, words


def formula(key, text, **more):
    return field(key, "formula", formula=text, **more)


def link(key, to, **more):
    return field(key, "link", to=to, **more)


BRANCH = form("branch", field("name"))
ITEM = form("item", field("name"), field("price", "money"))


def bill(*fields, **more):
    lines = field(
        "lines", "subtable", fields=[
            link("item_id", "item"), field("qty", "number"), field("price", "money"),
            formula("amount", "{qty} * {price}", format="money"), formula("share", "{amount} / {form.paid}"),
        ],
    )  # fmt: skip
    return form("bill", field("paid", "money"), lines, link("customer_id", "customer"), *fields, **more)


CUSTOMER = form(
    "customer",
    field("name", "person_name"),
    field("bills", "rollup", of="bill", by="customer_id", aggregate="count"),
    field("owed", "rollup", of="bill", by="customer_id", aggregate="sum", field="paid"),
)


def compiled(*fields, **more):
    return app(BRANCH, ITEM, CUSTOMER, bill(*fields, **more))


def shape(*fields, key="x", **more):
    return compiled(*fields, **more).shapes["bill"].fields[key]


class TestComputed:
    @pytest.mark.parametrize(
        ("text", "stored"),
        [
            ("{paid} * 2", True),
            ("COUNTA({lines.amount})", True),
            ('{branch_id} & ""', True),
            ("{customer_id.name}", False),
            ("{customer_id.owed}", False),
            ("{created_at}", False),
            ("{revision} + 1", False),
        ],
    )
    def test_a_result_is_kept_when_only_a_write_of_its_own_record_can_change_it(self, text, stored):
        assert shape(formula("x", text)).stored is stored

    def test_what_reads_a_live_value_is_live(self):
        plan = compiled(formula("x", "{y} + 1"), formula("y", "{customer_id.owed} + 1"))
        assert [plan.shapes["bill"].fields[key].stored for key in "xy"] == [False, False]

    def test_an_author_may_ask_for_a_live_value(self):
        assert shape(formula("x", "{paid} * 2", stored=False)).stored is False

    def test_rollups_and_lookups_are_live_and_typed_by_what_they_read(self):
        plan = compiled(field("x", "lookup", path="customer_id.name"))
        assert (shape(field("x", "lookup", path="customer_id.name")).value_type) == "text"
        fields = plan.shapes["customer"].fields
        assert [(fields[key].value_type, fields[key].stored) for key in ("bills", "owed")] == [
            ("integer", False),
            ("money", False),
        ]

    def test_a_row_may_keep_what_it_reads_of_its_record(self):
        rows = compiled().shapes["bill"].fields["lines"].rows
        assert rows.fields["share"].stored is True
        assert rows.parent == "bill"

    def test_fields_are_worked_out_after_those_they_read(self):
        plan = compiled(formula("a", "{b} + {c}"), formula("b", "{c} * 2"), formula("c", "{paid} + 1"))
        order = plan.forms["bill"].order
        assert order.index("c") < order.index("b") < order.index("a")

    def test_results_are_kept_in_the_type_their_format_says(self):
        assert shape(formula("x", "{paid} * 2", format="money")).value_type == "money"
        assert shape(formula("x", "{paid} > 2")).value_type == "boolean"
        assert shape(formula("x", "{customer_id}")).config == {"to": "customer"}


class TestPlans:
    def test_option_lists_are_resolved(self):
        lists = {
            "cities": {
                "key": "cities",
                "name": words("城市"),
                "options": [{"key": "hz", "label": words("杭州")}],
            }
        }
        plan = app(BRANCH, form("lead", field("city", "select", options="list:cities")), lists=lists)
        assert plan.forms["lead"].by_key["city"].config["options"][0]["key"] == "hz"

    def test_rules_hold_checked_formulas(self):
        rule = {
            "key": "small",
            "when": "{paid} > 0",
            "check": "{paid} < 100",
            "message": words("太大"),
            "at": "paid",
        }
        plan = compiled(
            rules=[rule, {"key": "done", "lock": ["paid"]}, {"key": "fill", "set": {"paid": "1"}}]
        )
        check, lock, fill = plan.forms["bill"].rules
        assert check.when is not None
        assert check.check is not None
        assert (lock.lock, lock.lock_fields) == (True, ("paid",))
        assert list(fill.set) == ["paid"]

    def test_link_filters_know_the_target_and_this_record(self):
        plan = compiled(link("x", "bill", filter="{customer_id} = {form.customer_id}"))
        one = plan.forms["bill"].by_key["x"]
        assert one.filter.fields == {("customer_id",), ("form", "customer_id")}

    def test_related_tabs_know_the_field_that_points_here(self):
        page = {
            "tabs": [
                {"key": "b", "kind": "related", "form": "bill"},
                {"key": "t", "kind": "timeline", "of": ["bill"]},
            ]
        }
        plan = app(BRANCH, ITEM, {**CUSTOMER, "page": page}, bill())
        assert [tab.links for tab in plan.forms["customer"].tabs.values()] == [{"bill": "customer_id"}] * 2

    def test_formulas_deep_in_settings_are_kept_with_their_place(self):
        panes = field("p", "tabs", panes=[{"key": "one", "items": ["paid"], "visible_if": "{paid} > 1"}])
        assert list(compiled(panes).forms["bill"].by_key["p"].conditions) == ["panes/0/visible_if"]

    def test_views_get_the_indexes_they_need(self):
        views = [
            {
                "key": "of",
                "kind": "table",
                "name": words("v"),
                "filter": "{customer_id} = ME()",
                "sort": ["-paid"],
            },
            {"key": "all", "kind": "table", "name": words("v"), "sort": ["paid"]},
        ]
        views[0]["filter"] = "{customer_id} = {owner_id}"
        assert set(compiled(views=views).shapes["bill"].indexes) == {
            ("customer_id", "owner_id", "-paid"),
            ("customer_id", "-paid"),
            ("owner_id", "-paid"),
            ("paid",),
        }

    def test_who_sees_only_his_own_gets_indexes_for_each_way_a_record_is_his(self):
        views = [{"key": "all", "kind": "table", "name": words("v"), "sort": ["paid"]}]
        grants = {"bill": {"view": "OR(OWN(), {paid} > 10)"}}
        role = {"key": "seller", "name": words("r"), "grants": grants}
        made = app(BRANCH, ITEM, CUSTOMER, bill(views=views), roles={"seller": role})
        assert set(made.shapes["bill"].indexes) == {("paid",), ("owner_id", "paid"), ("created_by", "paid")}

    def test_live_fields_are_never_indexed(self):
        views = [{"key": "v", "kind": "table", "name": words("v"), "sort": ["x"]}]
        extra = formula("x", "{customer_id.owed} + 1")
        assert compiled(extra, views=views).shapes["bill"].indexes == ()


class TestRefusals:
    def refused(self, *fields, **more):
        with pytest.raises(Rejected) as caught:
            compiled(*fields, **more)
        return {(problem.code, problem.path) for problem in caught.value.problems}

    def test_every_problem_is_told_at_once(self):
        assert self.refused(field("x", "nope"), field("y", visible_if="{zz}")) == {
            ("registry.unknown_kind", "/forms/bill/fields/3/control"),
            ("formula.unknown_field", "/forms/bill/fields/4/visible_if"),
        }

    def test_a_default_that_does_not_fit_is_told(self):
        assert self.refused(field("x", "rating", max=5, default=9)) == {
            ("field.bad_default", "/forms/bill/fields/3/default")
        }

    def test_advice_does_not_stop_an_app(self):
        compiled(field("x", required=True, read_only=True))

    def test_a_wrong_role_is_told(self):
        with pytest.raises(Rejected):
            app(
                BRANCH,
                roles={"r": {"key": "r", "name": words("r"), "grants": {"branch": {"view": "sometimes("}}}},
            )


class TestPublished:
    """What was checked when it was published is not checked again, unless the program no longer takes it."""

    def test_it_has_the_same_plan(self):
        given = compiled(field("x", "number", required_if="{paid} > 1")).app
        full, quick = compile_app(given), compile_published(given)
        assert quick.shapes == full.shapes
        assert {key: one.order for key, one in quick.forms.items()} == {
            key: one.order for key, one in full.forms.items()
        }
        assert quick.analysis.formulas.keys() == full.analysis.formulas.keys()

    @pytest.mark.parametrize(
        "broken", [{"key": "x", "control": "nope"}, {"key": "x"}, {"key": "x", "control": "text", "visible_if": "{zz}"}]
    )  # fmt: skip
    def test_what_the_program_no_longer_takes_is_told_as_ever(self, broken):
        sound = compiled().app
        wrong = {**sound.of("forms"), "item": {**ITEM, "fields": [*ITEM["fields"], broken]}}
        given = App(sound.manifest, {"forms": wrong})
        with pytest.raises(Rejected) as full:
            compile_app(given)
        with pytest.raises(Rejected) as quick:
            compile_published(given)
        assert quick.value.problems == full.value.problems
