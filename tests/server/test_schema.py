"""The JSON Schema that is served and the server's own checks say the same of what the schema can say."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from form_engine.submit import submit
from tests.form_engine.making import context
from tests.server.conftest import Town

VALUES: dict[str, list[Any]] = {
    "name": ["张三", "x", "", 5, None, ["a"]],
    "note": ["ok", "长" * 201, "", 1, True],
    "phone": ["13812345678", "12", 13812345678, ""],
    "color": ["red", "purple", 1, ["red"], ""],
    "tags": [["red"], ["red", "blue"], ["purple"], [], [1], {"a": 1}],
    "age": [5, 0, 150, -1, 151, True, [1]],
    "cost": ["12.00", 12, True, [1], {"a": 1}],
    "born": ["2026-03-01", "2026-02-30", 5, ["x"]],
    "items": [[{"item": "a"}], [{"item": "a", "price": "1.00"}], [{"price": "1"}], [1], 5, []],
    "nope": [1],
}  # fmt: skip
SUBMISSION = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from(given) for key, given in VALUES.items()}
)


@pytest.fixture
def schema(boss: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = boss.get("/api/forms/customer/schema").json()
    Draft202012Validator.check_schema(found)
    return found


def test_the_schema_refuses_nothing_that_the_server_takes(town: Town, schema: dict[str, Any]) -> None:
    validator, plan = Draft202012Validator(schema), town.clinic().plan.forms["customer"]

    @settings(
        max_examples=400,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(SUBMISSION)
    def agree(values: dict[str, Any]) -> None:
        problems = submit(plan, values, None, context()).problems
        if not problems:
            told = [error.message for error in validator.iter_errors(values)]
            assert told == [], values

    agree()


STATIC = [
    ("color", "purple"),
    ("tags", ["purple"]),
    ("age", -1),
    ("age", 151),
    ("nope", 1),
    ("items", [1]),
    ("name", 5),
]


@pytest.mark.parametrize(("key", "value"), STATIC, ids=[key for key, _ in STATIC])
def test_what_is_wrong_in_itself_is_refused_by_both(
    town: Town, schema: dict[str, Any], key: str, value: Any
) -> None:
    values = {"name": "张三", key: value}
    plan = town.clinic().plan.forms["customer"]
    assert submit(plan, values, None, context()).problems
    assert list(Draft202012Validator(schema).iter_errors(values))
