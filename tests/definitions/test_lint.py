"""The check of an app tells every problem, with its place, in words an author understands."""

import pytest

from tests.definitions.making import app_of, field, form, formula, found, link, problems, rows, words

A = form(
    "a",
    field("name"),
    field("amount", "number"),
    link("b_id", "b"),
    field("on", "date"),
    field("yes", "boolean"),
)
B = form("b", field("title"), link("a_id", "a"), link("c_id", "c"), field("price", "money"))
C = form("c", field("code"), link("b_id", "b"), field("stage", "stage", stages=[
    {"key": "new", "label": words("新"), "next": ["done"]}, {"key": "done", "label": words("完成")}]))  # fmt: skip


def with_a(*fields, **more):
    """An app whose form `a` has these fields on top."""
    return app_of({**A, "fields": [*A["fields"], *fields], **more}, B, C)


def added(*fields, **more):
    """What is wrong with form `a` given these fields, paths cut to what follows the form."""
    return {(code, path.removeprefix("/forms/a")) for code, path in found(with_a(*fields, **more))}


def test_a_right_app_has_no_problems():
    assert found(app_of(A, B, C)) == set()


class TestFormat:
    def test_an_unknown_property_is_told_with_the_nearest_one(self):
        problem = problems(with_a(field("x", requird=True)))[0]
        assert (problem.code, problem.path) == ("schema.unknown_property", "/forms/a/fields/5/requird")
        assert "required" in problem.hint("zh")

    def test_settings_belong_to_their_control(self):
        assert added(field("x", "rating", max=99)) == {("schema.bad_range", "/fields/5/max")}
        assert added(field("x", "text", max=5)) == {("schema.unknown_property", "/fields/5/max")}

    def test_an_unknown_control_is_told_with_the_nearest_one(self):
        problem = problems(with_a(field("x", "ratng")))[0]
        assert (problem.code, problem.path) == ("registry.unknown_kind", "/forms/a/fields/5/control")
        assert "rating" in problem.hint("en")

    def test_columns_of_a_sub_table_are_fields_too(self):
        assert added(rows("items", field("x", colour="red"))) == {
            ("schema.unknown_property", "/fields/5/fields/0/colour")
        }

    @pytest.mark.parametrize("key", ["Name", "1st", "na-me", "", "a" * 64, "naïve"])
    def test_keys_are_plain(self, key):
        assert ("schema.bad_key", "/fields/5/key") in added(field(key))

    def test_every_file_is_checked_to_the_end(self):
        app = app_of(
            {**A, "icn": 1, "fields": "none"}, B, C, roles=[{"key": "r", "name": words("r"), "grants": 5}]
        )
        assert {
            ("schema.unknown_property", "/forms/a/icn"),
            ("schema.wrong_type", "/forms/a/fields"),
            ("schema.wrong_type", "/roles/r/grants"),
        } == found(app)

    def test_a_rule_does_exactly_one_thing(self):
        rule = {"key": "r", "check": "{yes}", "message": words("m"), "lock": True}
        assert added(rules=[rule]) == {("schema.choose_one", "/rules/0")}

    def test_a_hostile_pattern_neither_hangs_nor_passes(self):
        assert added(field("x", pattern="(?=a)b")) == {("field.refused_pattern", "/fields/5/pattern")}

    @pytest.mark.timeout(5)
    def test_patterns_of_the_format_cannot_be_made_to_hang(self):
        assert ("schema.bad_key", "/fields/5/key") in added(field("a" * 5000 + "!"))


class TestKeys:
    def test_a_key_used_twice_is_told(self):
        assert ("definition.duplicate_key", "/fields/5/key") in added(field("name"))
        section = {"key": "s", "items": []}
        assert added(layout=[section, section]) == {("definition.duplicate_key", "/layout/1/key")}

    @pytest.mark.parametrize("key", ["id", "no", "created_at", "revision", "form", "row", "name__s"])
    def test_keys_the_system_needs_are_refused(self, key):
        assert added(field(key)) == {("form.reserved_key", "/fields/5/key")}

    def test_rows_need_their_own_place_and_record(self):
        assert added(rows("items", field("position"))) == {("form.reserved_key", "/fields/5/fields/0/key")}


class TestReferences:
    @pytest.mark.parametrize(
        ("more", "problem"),
        [
            ({"own_by": ["nmae"]}, ("reference.no_field", "/own_by/0")),
            (
                {"layout": [{"key": "s", "items": ["name", "nmae"]}]},
                ("reference.no_field", "/layout/0/items/1"),
            ),
            (
                {"layout": [{"key": "s", "items": ["name", "name"]}]},
                ("layout.placed_twice", "/layout/0/items/1"),
            ),
            ({"unique": [{"key": "u", "fields": ["x"]}]}, ("reference.no_field", "/unique/0/fields/0")),
            ({"rules": [{"key": "r", "lock": ["x"]}]}, ("reference.no_field", "/rules/0/lock/0")),
            ({"rules": [{"key": "r", "set": {"x": "1"}}]}, ("reference.no_field", "/rules/0/set/x")),
            ({"public": {"fields": ["x"]}}, ("reference.no_field", "/public/fields/0")),
            ({"page": {"header": ["b_id.x"]}}, ("reference.no_field", "/page/header/0")),
            (
                {"page": {"tabs": [{"key": "t", "kind": "related", "form": "x"}]}},
                ("reference.no_form", "/page/tabs/0/form"),
            ),
            (
                {"page": {"tabs": [{"key": "t", "kind": "related", "form": "c"}]}},
                ("reference.no_link_back", "/page/tabs/0"),
            ),
            (
                {"page": {"tabs": [{"key": "t", "kind": "timeline", "of": ["b", "c"]}]}},
                ("reference.no_link_back", "/page/tabs/0/of/1"),
            ),
            (
                {"page": {"actions": [{"key": "go", "name": words("go"), "flow": "x"}]}},
                ("reference.no_object", "/page/actions/0/flow"),
            ),
        ],
    )
    def test_names_that_lead_nowhere_are_told(self, more, problem):
        assert added(**more) == {problem}

    @pytest.mark.parametrize(
        ("view", "problem"),
        [
            ({"kind": "table", "columns": ["x"]}, ("reference.no_field", "/views/0/columns/0")),
            ({"kind": "table", "sort": ["-x"]}, ("reference.no_field", "/views/0/sort/0")),
            (
                {"kind": "table", "columns": ["b_id.c_id.b_id.a_id.name"]},
                ("schema.bad_pattern", "/views/0/columns/0"),
            ),
            ({"kind": "table", "sort": ["photo"]}, ("reference.wrong_field", "/views/0/sort/0")),
            ({"kind": "kanban"}, ("view.needs", "/views/0")),
            ({"kind": "kanban", "by": "amount"}, ("reference.wrong_field", "/views/0/by")),
            ({"kind": "calendar", "start": "name"}, ("reference.wrong_field", "/views/0/start")),
            ({"kind": "tree", "parent": "b_id"}, ("reference.wrong_field", "/views/0/parent")),
            ({"kind": "table", "totals": {"x": "sum"}}, ("reference.no_field", "/views/0/totals/x")),
            ({"kind": "table", "roles": ["x"]}, ("reference.no_object", "/views/0/roles/0")),
        ],
    )
    def test_views_name_fields_that_are_there_and_fit(self, view, problem):
        photo = field("photo", "image")
        assert added(photo, views=[{"key": "v", "name": words("v"), **view}]) == {problem}

    @pytest.mark.parametrize(
        ("extra", "problem"),
        [
            (link("x", "nowhere"), ("reference.no_form", "/fields/5/to")),
            (field("x", "select", options="list:nowhere"), ("reference.no_object", "/fields/5/options")),
            (field("x", "lookup", path="b_id.x"), ("reference.no_field", "/fields/5/path")),
            (
                field("x", "rollup", of="b", by="x", aggregate="count"),
                ("reference.no_field", "/fields/5/by"),
            ),
            (
                field("x", "rollup", of="b", by="a_id", aggregate="sum", field="x"),
                ("reference.no_field", "/fields/5/field"),
            ),
            (field("x", "rollup", of="b", aggregate="count"), ("rollup.needs", "/fields/5")),
            (
                field(
                    "x", "stage", stages=[{"key": "n", "label": words("n"), "next": ["m"], "requires": ["y"]}]
                ),
                ("reference.no_object", "/fields/5/stages/0/next/0"),
            ),
            (field("x", unique={"within": ["y"]}), ("reference.no_field", "/fields/5/unique/within/0")),
            (
                field("x", "pick_copy", to="b", copies=[{"from": "price", "to": "y"}]),
                ("reference.no_field", "/fields/5/copies/0/to"),
            ),
        ],
    )
    def test_settings_name_things_that_are_there(self, extra, problem):
        assert problem in added(extra)

    def test_what_is_copied_is_a_field_of_the_record_picked(self):
        def copied(name):
            return field("x", "pick_copy", to="b", copies=[{"from": name, "to": "name"}])

        assert added(copied("price")) == set()
        assert added(copied("name")) == {("reference.no_field", "/fields/5/copies/0/from")}

    def test_paths_cross_three_links_and_no_more(self):
        assert added(field("x", "lookup", path="b_id.c_id.b_id.title")) == set()
        assert added(field("x", "lookup", path="b_id.c_id.b_id.a_id.name"))

    def test_roles_and_pages_name_things_that_are_there(self):
        role = {"key": "r", "name": words("r"), "home": "hom", "grants": {
            "aa": {"view": "all"}, "a": {"view": "own", "fields": {"nam": "read", "name": "read", "*": "none"}}}}  # fmt: skip
        page = {"key": "p", "name": words("p"), "kind": "views", "roles": ["x"],
                "tabs": [{"key": "t", "form": "a", "view": "v"}], "today": [{"key": "l", "form": "z"}]}  # fmt: skip
        assert found(app_of(A, B, C, roles=[role], pages=[page])) == {
            ("reference.no_object", "/roles/r/home"),
            ("reference.no_form", "/roles/r/grants/aa"),
            ("reference.no_field", "/roles/r/grants/a/fields/nam"),
            ("reference.no_object", "/pages/p/roles/0"),
            ("reference.no_object", "/pages/p/tabs/0/view"),
            ("reference.no_form", "/pages/p/today/0/form"),
        }

    def test_a_broken_form_is_told_once_and_not_again_by_all_that_name_it(self):
        assert found(app_of(A, {**B, "oops": 1}, C)) == {("schema.unknown_property", "/forms/b/oops")}


class TestFormulas:
    def test_names_over_links_rows_and_the_outer_record_are_known(self):
        items = rows("items", field("qty", "number"), formula("double", "{qty} * {form.amount}"),
                     link("b", "b", filter="{price} > 1 AND {a_id.name} = {form.qty} & \"\""))  # fmt: skip
        assert (
            added(items, formula("deep", "{b_id.c_id.code}"), formula("mine", "{owner_id} = {created_by}"))
            == set()
        )

    def test_an_unknown_name_is_told_at_its_formula(self):
        assert added(field("x", visible_if="{nmae} = 1")) == {
            ("formula.unknown_field", "/fields/5/visible_if")
        }

    def test_a_condition_is_true_or_false(self):
        assert added(field("x", required_if='{name} & "x"')) != set()
        assert added(field("x", required_if="{yes}")) == set()

    @pytest.mark.parametrize("place", ["visible_if", "required_if", "read_only_if", "default_formula"])
    def test_broken_text_is_told_at_each_place(self, place):
        assert {path for _, path in added(field("x", **{place: "1 +"}))} == {f"/fields/5/{place}"}

    def test_a_value_that_is_set_fits_its_field(self):
        assert added(rules=[{"key": "r", "set": {"on": "{yes}"}}]) != set()
        assert added(rules=[{"key": "r", "set": {"on": "{created_at}"}}]) == set()

    def test_filters_of_links_see_the_target_and_this_record(self):
        assert added(link("x", "c", filter="{b_id} = {form.b_id}")) == set()
        assert added(link("x", "c", filter="{b_id} = {b_id.nope}")) != set()

    def test_scopes_and_levels_of_roles_are_conditions(self):
        grants = {"a": {"view": "{yes}", "edit": "{on}", "fields": {"name": "masked until {nope}"}}}
        where = {
            path
            for _, path in found(app_of(A, B, C, roles=[{"key": "r", "name": words("r"), "grants": grants}]))
        }
        assert where == {"/roles/r/grants/a/edit", "/roles/r/grants/a/fields/name"}

    def test_circles_are_told_with_their_way(self):
        app = with_a(formula("x", "{y} + 1"), formula("y", "{z} + 1"), formula("z", "{x} + 1"))
        told = [problem for problem in problems(app) if problem.code == "formula.goes_round"]
        assert len(told) == 1
        assert "a.x → a.y → a.z → a.x" in told[0].message("en")

    def test_circles_over_other_forms_are_found(self):
        app = app_of(
            {
                **A,
                "fields": [
                    *A["fields"],
                    field("sum_b", "rollup", of="b", by="a_id", aggregate="sum", field="part"),
                ],
            },
            {**B, "fields": [*B["fields"], formula("part", "{a_id.sum_b} + 1")]},
            C,
        )
        assert "formula.goes_round" in {code for code, _ in found(app)}

    def test_encrypted_fields_are_not_computed_with(self):
        assert added(field("s", sensitive=True), formula("x", '{s} & "!"')) == {
            ("field.sensitive_read", "/fields/6")
        }


class TestConflicts:
    def rules(self, first, second):
        return added(rules=[
            {"key": "one", "when": first, "set": {"name": "\"1\""}},
            {"key": "two", "when": second, "set": {"name": "\"2\""}},
        ])  # fmt: skip

    def test_two_rules_that_may_set_one_field_are_told(self):
        assert self.rules("{amount} > 1", "{yes}") == {("rules.both_set", "/rules/1")}

    def test_rules_for_different_values_of_one_field_do_not_clash(self):
        assert self.rules('{name} = "a" AND {yes}', '{name} = "b"') == set()

    def test_a_field_nobody_can_fill_is_told(self):
        assert added(field("x", required=True, read_only=True)) == {("rules.never_filled", "/fields/5")}
        assert added(field("x", required=True, read_only=True, default="y")) == set()


def test_every_problem_speaks_both_languages():
    app = with_a(field("x", visible_if="{nmae}"), field("name"), link("y", "z"), oops=1)
    for problem in problems(app):
        for lang in ("zh", "en"):
            assert problem.message(lang)
            assert "{" not in problem.message(lang).replace("{…}", "")
            assert problem.hint(lang)
