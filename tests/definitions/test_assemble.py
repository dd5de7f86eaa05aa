"""Modules, own objects, overlays, profiles and words make one app."""

import pytest

from engine.definitions import assemble
from engine.problems import Rejected
from tests.definitions.making import field, form, link, module, source, words


def leads():
    return form(
        "lead",
        field("name", required=True),
        field("phone", "mobile"),
        field("note"),
        layout=[{"key": "basics", "items": ["name", "phone", "note"]}],
    )


def assembled(overlays, base=None):
    modules = {"leads": module("leads", ("forms", base or leads()))}
    return assemble(source(modules=["leads"], overlays=overlays), modules).of("forms")["lead"]


def refused(*given):
    with pytest.raises(Rejected) as caught:
        assemble(*given)
    return {(problem.code, problem.path) for problem in caught.value.problems}


def keys(items):
    return [item["key"] for item in items]


def test_objects_of_modules_and_of_the_app_stand_side_by_side():
    app = assemble(
        source(("forms", form("plan", field("title"))), modules=["leads"]),
        {"leads": module("leads", ("forms", leads()))},
    )
    assert sorted(app.of("forms")) == ["lead", "plan"]


def test_an_overlay_changes_single_properties():
    form_ = assembled({"forms/lead": {"fields": {"name": {"required": False, "help": words("称呼")}}}})
    assert form_["fields"][0] == field("name", required=False, help=words("称呼"))


def test_null_takes_a_property_away():
    assert "required" not in assembled({"forms/lead": {"fields": {"name": {"required": None}}}})["fields"][0]


def test_a_new_item_stands_where_it_says():
    extra = {"control": "text", "label": words("牙位"), "after": "name"}
    first = {"control": "text", "label": words("序号"), "before": None}
    form_ = assembled({"forms/lead": {"fields": {"tooth": extra, "nr": first}}})
    assert keys(form_["fields"]) == ["nr", "name", "tooth", "phone", "note"]
    assert "after" not in form_["fields"][2]


def test_an_item_can_be_moved_and_removed():
    form_ = assembled({"forms/lead": {"fields": {"note": {"after": "name"}, "phone": {"remove": True}}}})
    assert keys(form_["fields"]) == ["name", "note"]


def test_an_overlay_may_list_items_with_their_keys():
    form_ = assembled({"forms/lead": {"fields": [{"key": "phone", "required": True}]}})
    assert form_["fields"][1]["required"] is True


def test_single_words_of_a_list_are_added_moved_and_removed():
    change = {"name": {"after": "phone"}, "note": {"remove": True}, "stage": {"before": "phone"}}
    form_ = assembled({"forms/lead": {"layout": {"basics": {"items": change}}}})
    assert form_["layout"][0]["items"] == ["stage", "phone", "name"]


def test_a_list_of_words_is_replaced_by_a_list():
    form_ = assembled({"forms/lead": {"layout": {"basics": {"items": ["phone"]}}}})
    assert form_["layout"][0]["items"] == ["phone"]


def test_an_overlay_may_lie_in_a_file_of_its_own():
    own = {**source(modules=["leads"]), "overlays/forms/lead": {"key": "lead", "icon": "filter"}}
    app = assemble(own, {"leads": module("leads", ("forms", leads()))})
    assert app.of("forms")["lead"]["icon"] == "filter"


def test_a_module_is_not_altered_by_what_an_app_lays_over_it():
    base = leads()
    assembled({"forms/lead": {"fields": {"name": {"required": False}}}}, base)
    assert base == leads()


def test_wrong_overlays_are_all_told_with_their_place():
    overlays = {
        "forms/laed": {"icon": "x"},
        "forms/lead": {
            "fields": {"a": {"after": "nmae"}, "b": {"remove": True}, "c": "text"},
            "name": "线索",
        },
    }
    modules = {"leads": module("leads", ("forms", leads()))}
    base = "/app/overlays/forms~1lead"
    assert refused(source(modules=["leads"], overlays=overlays), modules) == {
        ("app.unknown_overlay", "/app/overlays/forms~1laed"),
        ("overlay.no_anchor", f"{base}/fields/a"),
        ("overlay.nothing_to_remove", f"{base}/fields/b"),
        ("overlay.wrong_shape", f"{base}/fields/c"),
        ("overlay.wrong_shape", f"{base}/name"),
    }


def test_missing_modules_and_objects_met_twice_are_told():
    modules = {"leads": module("leads", ("forms", leads()), needs=["people"])}
    assert refused(source(("forms", leads()), modules=["leads", "leeds"]), modules) == {
        ("app.missing_module", "/app/modules/0"),
        ("app.unknown_module", "/app/modules/1"),
        ("app.object_twice", "/forms/lead"),
    }


def stock_app(profile=None):
    page = {
        "key": "all",
        "name": words("全部"),
        "kind": "views",
        "tabs": [{"key": "a", "form": "lead"}, {"key": "b", "form": "item"}],
    }
    stock_page = {
        "key": "stock",
        "name": words("库存"),
        "kind": "views",
        "tabs": [{"key": "a", "form": "item"}],
    }
    lead = form("lead", link("item_id", "item"))
    modules = {
        "stock": module("stock", ("forms", form("item", field("name"))), ("pages", stock_page)),
        "leads": module("leads", ("forms", lead), ("pages", page)),
    }
    profiles = {"lite": {"modules": ["leads"]}, "chain": {"modules": "all"}}
    return assemble(source(modules=["leads", "stock"], profiles=profiles), modules, profile)


def test_a_profile_switches_modules_off_and_keeps_their_forms():
    app = stock_app("lite")
    assert app.modules == ("leads",)
    assert app.of("forms")["item"]["off"] is True
    assert "off" not in app.of("forms")["lead"]


def test_a_profile_does_without_single_forms():
    profiles = {"small": {"modules": "all", "off": ["visit"]}, "wrong": {"off": ["visits"]}}
    made = source(
        ("forms", form("lead", field("name"))), ("forms", form("visit", field("name"))), profiles=profiles
    )
    assert assemble(made, {}, "small").of("forms")["visit"]["off"] is True
    assert "off" not in assemble(made, {}, "small").of("forms")["lead"]
    with pytest.raises(Rejected, match=r"app\.unknown_form"):
        assemble(made, {}, "wrong")


def test_pages_of_a_module_that_is_off_disappear_with_every_tab_on_its_forms():
    app = stock_app("lite")
    assert list(app.of("pages")) == ["all"]
    assert keys(app.of("pages")["all"]["tabs"]) == ["a"]


def test_the_full_profile_has_everything():
    app = stock_app("chain")
    assert sorted(app.of("pages")) == ["all", "stock"]
    assert app.modules == ("leads", "stock")


def test_an_unknown_profile_is_refused():
    with pytest.raises(Rejected, match=r"app\.unknown_profile"):
        stock_app("huge")


def test_what_the_app_calls_its_customers_is_filled_in_both_languages():
    lead = form("lead", field("name", label={"zh": "{customer_label}姓名", "en": "{customer_label} name"}))
    app = assemble(source(("forms", lead), words={"customer": {"zh": "患者", "en": "Patient"}}), {})
    assert app.of("forms")["lead"]["fields"][0]["label"] == {"zh": "患者姓名", "en": "Patient name"}


def test_an_app_overrides_the_words_of_its_modules():
    lead = form("lead", field("name", label={"zh": "{customer_label}"}))
    modules = {"leads": module("leads", ("forms", lead), words={"customer": words("客户")})}
    assert (
        assemble(source(modules=["leads"]), modules).of("forms")["lead"]["fields"][0]["label"]["zh"] == "客户"
    )
    own = source(modules=["leads"], words={"customer": words("顾客")})
    assert assemble(own, modules).of("forms")["lead"]["fields"][0]["label"]["zh"] == "顾客"


def test_formulas_and_texts_for_jinja_keep_their_braces():
    lead = form("lead", field("name", help={"zh": "{{ customer_label }}"}), title="{customer_label}")
    built = assemble(source(("forms", lead)), {}).of("forms")["lead"]
    assert built["title"] == "{customer_label}"
    assert built["fields"][0]["help"]["zh"] == "{{ customer_label }}"


def test_a_word_nobody_defined_is_told():
    lead = form("lead", field("name", label={"zh": "{custmer_label}"}))
    assert refused(source(("forms", lead)), {}) == {("app.unknown_word", "/forms/lead/fields/0/label/zh")}


def figures_app(profile: str):
    """Leads and stock with metrics and reports about both, a list of metrics, and boards of two levels."""
    both = {"key": "worth", "name": words("两者"), "formula": "{held} / {lead.count}"}
    held = {"key": "held", "name": words("库存"), "form": "item", "aggregate": "count"}
    leads = {"key": "leads", "name": words("线索"), "form": "lead", "aggregate": "count"}
    report = {"name": words("表"), "kind": "aggregate"}
    cells = [
        {"key": "a", "report": "of_leads", "at": [0, 0, 6, 3]},
        {"key": "b", "report": "of_worth", "at": [6, 0, 6, 3]},
        {"key": "c", "panel": "alerts", "form": "item", "at": [12, 0, 6, 3]},
    ]
    options = [{"key": key, "label": words(key)} for key in ("leads", "held", "worth")]
    made = source(
        ("forms", form("lead", field("name"), link("item_id", "item"))),
        ("metrics", both), ("metrics", held), ("metrics", leads),
        ("reports", {**report, "key": "of_leads", "measures": ["leads"]}),
        ("reports", {**report, "key": "of_worth", "measures": ["lead.count", {"key": "x", "of": "worth"}]}),
        ("reports", {**report, "key": "by_item", "measures": ["leads"], "by": ["lead.item_id"]}),
        ("dashboards", {"key": "mine", "name": words("我"), "levels": ["personal"], "cells": cells}),
        ("dashboards", {"key": "group", "name": words("集团"), "levels": ["group"], "cells": cells}),
        ("lists", {"key": "numbers", "name": words("指标"), "names": "metrics", "options": options}),
        modules=["stock"],
        profiles={"lite": {"modules": [], "levels": ["personal"]}, "chain": {"modules": "all"}},
    )  # fmt: skip
    modules = {"stock": module("stock", ("forms", form("item", field("name"))))}
    return assemble(made, modules, profile)


def test_figures_about_what_is_off_are_not_offered():
    app = figures_app("lite")
    assert set(app.of("metrics")) == {"leads"}
    assert set(app.of("reports")) == {"of_leads"}
    assert [one["key"] for one in app.of("dashboards")["mine"]["cells"]] == ["a"]
    assert [one["key"] for one in app.of("lists")["numbers"]["options"]] == ["leads"]


def test_a_profile_has_the_boards_of_its_levels():
    assert set(figures_app("lite").of("dashboards")) == {"mine"}


def test_with_all_modules_everything_is_there():
    app = figures_app("chain")
    assert set(app.of("metrics")) == {"leads", "held", "worth"}
    assert set(app.of("reports")) == {"of_leads", "of_worth", "by_item"}
    assert set(app.of("dashboards")) == {"mine", "group"}
    assert len(app.of("dashboards")["mine"]["cells"]) == 3
    assert len(app.of("lists")["numbers"]["options"]) == 3
