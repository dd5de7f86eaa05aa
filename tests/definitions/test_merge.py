"""Three-way merge: nothing is lost, nothing is decided behind anybody's back."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definitions.app import App
from engine.definitions.merge import merge
from tests.definitions.making import field, form, words


def app(*forms: dict[str, Any], **manifest: Any) -> App:
    return App({"key": "app", **manifest}, {"forms": {one["key"]: one for one in forms}})


BASE = form("lead", field("name"), field("phone"), field("note"), icon="filter", tags=["a", "b"])


def lead(**changes: Any) -> App:
    return app({**BASE, **changes})


def merged(theirs: App, ours: App, **choices: Any) -> Any:
    return merge(lead(), theirs, ours, **choices)


def keys(result: Any) -> list[str]:
    return [one["key"] for one in result.app.of("forms")["lead"]["fields"]]


def test_changes_to_different_properties_are_both_kept():
    result = merged(lead(icon="user"), lead(name=words("客资")))
    assert result.conflicts == ()
    assert result.app == lead(icon="user", name=words("客资"))


def test_the_same_change_on_both_sides_is_no_clash():
    assert merged(lead(icon="user"), lead(icon="user")).conflicts == ()


def test_two_values_for_one_property_clash_and_ours_stays_until_chosen():
    result = merged(lead(icon="user"), lead(icon="star"))
    clash = result.conflicts[0]
    assert (clash.path, clash.base, clash.theirs, clash.ours) == (
        "/forms/lead/icon",
        "filter",
        "user",
        "star",
    )
    assert result.app.of("forms")["lead"]["icon"] == "star"
    chosen = merged(lead(icon="user"), lead(icon="star"), choices={"/forms/lead/icon": "theirs"})
    assert chosen.conflicts == ()
    assert chosen.app.of("forms")["lead"]["icon"] == "user"


def test_fields_added_on_both_sides_stand_behind_the_field_they_followed():
    theirs = lead(fields=[field("name"), field("wechat"), field("phone"), field("note")])
    ours = lead(fields=[field("name"), field("phone"), field("budget"), field("note")])
    assert keys(merged(theirs, ours)) == ["name", "wechat", "phone", "budget", "note"]


def test_a_field_moved_by_one_and_edited_by_the_other_is_moved_and_edited():
    theirs = lead(fields=[field("note"), field("name"), field("phone")])
    ours = lead(fields=[field("name", required=True), field("phone"), field("note")])
    result = merged(theirs, ours)
    assert result.conflicts == ()
    assert keys(result) == ["note", "name", "phone"]
    assert result.app.of("forms")["lead"]["fields"][1]["required"] is True


def test_a_deletion_against_an_edit_asks_and_keeps_the_edit_meanwhile():
    gone = lead(fields=[field("name"), field("note")])
    edited = lead(fields=[field("name"), field("phone", required=True), field("note")])
    for theirs, ours in ((gone, edited), (edited, gone)):
        result = merged(theirs, ours)
        assert [clash.path for clash in result.conflicts] == ["/forms/lead/fields/phone"]
        assert "phone" in keys(result)
    side = "theirs"
    assert "phone" not in keys(merged(gone, edited, choices={"/forms/lead/fields/phone": side}))


def test_a_deletion_of_what_the_other_left_alone_is_done():
    assert keys(merged(lead(fields=[field("name"), field("note")]), lead(icon="x"))) == ["name", "note"]


def test_two_new_orders_clash():
    theirs = lead(fields=[field("note"), field("name"), field("phone")])
    ours = lead(fields=[field("phone"), field("name"), field("note")])
    result = merged(theirs, ours)
    assert [clash.path for clash in result.conflicts] == ["/forms/lead/fields#order"]
    assert keys(result) == ["phone", "name", "note"]


def test_words_added_to_one_list_by_both_sides_are_all_there():
    result = merged(lead(tags=["a", "b", "x"]), lead(tags=["y", "a"]))
    assert result.conflicts == ()
    assert result.app.of("forms")["lead"]["tags"] == ["y", "a", "x"]


def test_whole_objects_come_and_go():
    theirs = app(BASE, form("plan", field("title")))
    assert sorted(merged(theirs, lead()).app.of("forms")) == ["lead", "plan"]
    assert merge(lead(), app(), lead()).app.of("forms") == {}


KEYS = ["a", "b", "c", "d", "e", "f"]
items = st.lists(
    st.tuples(
        st.sampled_from(KEYS), st.integers(0, 2), st.lists(st.sampled_from(KEYS), unique=True, max_size=3)
    ),
    unique_by=lambda one: one[0],
    max_size=6,
)
apps = st.builds(
    lambda fields, icon, extra: app(
        {
            "key": "lead",
            **({"icon": icon} if icon else {}),
            "fields": [{"key": key, "n": n, "names": names} for key, n, names in fields],
        },
        *([{"key": "plan", "n": extra}] if extra else []),
    ),
    items,
    st.sampled_from(["", "x", "y"]),
    st.integers(0, 2),
)


@settings(max_examples=200, deadline=None)
@given(apps, apps)
def test_without_a_change_on_one_side_the_other_is_the_answer(base, changed):
    for result in (merge(base, changed, base), merge(base, base, changed), merge(base, changed, changed)):
        assert result.app == changed
        assert result.conflicts == ()


@settings(max_examples=300, deadline=None)
@given(apps, apps, apps)
def test_without_clashes_it_does_not_matter_who_is_who(base, one, other):
    result, turned = merge(base, one, other), merge(base, other, one)
    assert {clash.path for clash in result.conflicts} == {clash.path for clash in turned.conflicts}
    if not result.conflicts:
        assert result.app == turned.app


@settings(max_examples=300, deadline=None)
@given(apps, apps, apps)
def test_no_edit_is_lost(base, theirs, ours):
    result = merge(base, theirs, ours)
    clashed = {clash.path for clash in result.conflicts}
    before, after = _facts(base), _facts(result.app)
    for side in (theirs, ours):
        for path, value in _facts(side).items():
            if before.get(path) != value and not any(path == c or path.startswith(c + "/") for c in clashed):
                assert after.get(path) == value, path


def _facts(one: App) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for key, form_ in one.of("forms").items():
        facts[f"/forms/{key}"] = True
        for name in ("icon", "n"):
            if name in form_:
                facts[f"/forms/{key}/{name}"] = form_[name]
        for item in form_.get("fields", ()):
            facts[f"/forms/{key}/fields/{item['key']}"] = True
            facts[f"/forms/{key}/fields/{item['key']}/n"] = item["n"]
            for name in item["names"]:
                facts[f"/forms/{key}/fields/{item['key']}/names/{name}"] = True
    return facts
