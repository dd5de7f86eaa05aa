"""The cases that ship with a role are tried on its compiled rights, by `clinicraft check` among others."""

from typing import Any

import pytest

from engine.definitions import load_template
from engine.definitions.app import App
from form_engine.compile import compile_app, lint_app
from form_engine.role_tests import run_role_tests
from tests.form_engine.making import app, field, form, words

LEAD = form(
    "lead", field("name"), field("phone", "mobile", mask="phone"), field("stage"), own_by=["owner_id"]
)
ROLE = {
    "key": "clerk", "name": words("文员"),
    "grants": {"lead": {"view": 'OR(OWN(), {stage} = "pool")', "edit": "own", "create": "branch", "export": "own",
                        "fields": {"phone": "masked until OWN()", "*": "write"}}},
    "rights": {},
}  # fmt: skip


def told(*cases: dict[str, Any]) -> list[tuple[str, str]]:
    plan = app(LEAD, roles={"clerk": {**ROLE, "tests": list(cases)}})
    return [(problem.code, problem.path) for problem in run_role_tests(plan)]


def case(expect: Any, **more: Any) -> dict[str, Any]:
    return {"form": "lead", "expect": expect, "as": {"branch": "A"}, **more}


@pytest.mark.parametrize(
    "right",
    [
        case(True, can="view", record={"owner": "me"}),
        case(False, can="view", record={"owner": "other"}),
        case(True, can="view", record={"owner": "other", "stage": "pool"}),
        case(True, can="edit", record={"owner": "me"}),
        case(False, can="edit", record={"owner": "other", "stage": "pool"}),
        case(True, can="create", record={"owner": "other", "branch": "A"}),
        case(False, can="create", record={"owner": "other", "branch": "B"}),
        case(False, can="export", record={"owner": "me"}),
        case("write", field="phone", record={"owner": "me"}),
        case("masked", field="phone", record={"owner": "other"}),
    ],
)
def test_a_case_that_holds_says_nothing_and_its_opposite_is_told(right: dict[str, Any]) -> None:
    assert told(right) == []
    opposite = "none" if isinstance(right["expect"], str) else not right["expect"]
    assert told({**right, "expect": opposite}) == [("role.test_failed", "/roles/clerk/tests/0/expect")]


def test_a_case_about_nothing_or_an_unknown_field_is_told() -> None:
    assert told(case(True), case("read", field="nope"), case(True, can="view", record={"nope": 1})) == [
        ("role.test_unclear", "/roles/clerk/tests/0"),
        ("role.test_unclear", "/roles/clerk/tests/1/field"),
        ("role.test_unclear", "/roles/clerk/tests/2/record/nope"),
    ]


def test_both_languages_say_what_was_found() -> None:
    plan = app(LEAD, roles={"clerk": {**ROLE, "tests": [case(False, can="view", record={"owner": "me"})]}})
    (problem,) = run_role_tests(plan)
    assert problem.message("en").endswith("should be “not allowed” and is “allowed”")
    assert problem.message("zh").endswith("应为“不允许”，实际是“允许”")


def test_checking_an_app_runs_them() -> None:
    failing = {**ROLE, "tests": [case(False, can="view", record={"owner": "me"})]}
    manifest = {"key": "test", "name": words("test"), "version": "1.0.0"}
    problems = lint_app(App(manifest, {"forms": {"lead": LEAD}, "roles": {"clerk": failing}}))
    assert "role.test_failed" in {problem.code for problem in problems}


def test_every_case_of_the_dental_roles_holds(repository: Any) -> None:
    plan = compile_app(load_template(repository / "templates" / "dental"))
    assert sum(len(role.get("tests", ())) for role in plan.roles.values()) > 60
    assert [problem.message("en") for problem in run_role_tests(plan)] == []
