"""The difference of two versions reads like a report to the director."""

from engine.definitions.app import App
from engine.definitions.diff import diff
from tests.definitions.making import field, form, words


def app(*forms, modules=(), **manifest):
    return App(
        {"key": "app", "name": words("应用"), **manifest},
        {"forms": {one["key"]: one for one in forms}},
        modules,
    )


PHONE = {"key": "phone", "control": "mobile", "label": {"zh": "手机", "en": "Mobile"}}
LEAD = {**form("lead", field("name"), PHONE), "name": {"zh": "线索", "en": "Lead"}}


def lead(**changes):
    return app({**LEAD, **changes})


def told(new, lang="en"):
    return [change.say(lang) for change in diff(lead(), new)]


def test_the_same_app_has_no_differences():
    assert diff(lead(), lead()) == []


def test_a_changed_property_says_from_what_to_what():
    new = lead(fields=[field("name"), {**PHONE, "required": True}])
    assert told(new) == ["form “Lead” › field “Mobile”: required changed from “nothing” to “yes”"]
    assert told(new, "zh") == ["表单“线索”的字段“手机”：必填由“空”改为“是”"]


def test_paths_name_items_by_their_key():
    change = diff(lead(), lead(fields=[field("name"), {**PHONE, "required": True}]))[0]
    assert change.path == "/forms/lead/fields/phone/required"


def test_added_and_removed_items_are_named():
    assert told(lead(fields=[PHONE, field("budget", label={"zh": "预算", "en": "Budget"})])) == [
        "Removed form “Lead” › field “name”",
        "Added form “Lead” › field “Budget”",
    ]


def test_a_new_order_is_one_change():
    assert told(lead(fields=[PHONE, field("name")]), "zh") == ["调整了表单“线索”字段的顺序"]


def test_whole_forms_are_added_and_removed():
    plan = {**form("plan", field("title")), "name": {"zh": "方案", "en": "Plan"}}
    assert told(app(LEAD, plan)) == ["Added form “Plan”"]
    assert [change.say("zh") for change in diff(app(LEAD, plan), lead())] == ["删除表单“方案”"]


def test_lists_of_words_are_shown_as_people_list_them():
    view = {"key": "all", "kind": "table", "name": {"zh": "全部", "en": "All"}, "columns": ["name"]}
    old, new = lead(views=[view]), lead(views=[{**view, "columns": ["name", "phone"]}])
    assert (
        diff(old, new)[0].say("en")
        == "form “Lead” › view “All”: columns changed from “name” to “name, phone”"
    )


def test_modules_and_the_app_itself_are_compared():
    changes = diff(app(LEAD, version="1.0.0"), app(LEAD, version="1.1.0", modules=("stock",)))
    assert [change.path for change in changes] == ["/app/version", "/modules"]


def test_json_for_the_designer_has_both_languages():
    told_ = diff(lead(), lead(icon="x"))[0].to_json()
    assert told_["message"].keys() == {"zh", "en"}
    assert told_["action"] == "changed"
