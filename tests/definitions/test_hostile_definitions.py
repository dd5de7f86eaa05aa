"""Whatever stands in a definition, the check answers with problems and never breaks."""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definitions import App, assemble
from engine.problems import Problem, Rejected
from form_engine.compile import lint_app
from tests.definitions.test_format_page import source

GOOD = assemble(source(), {})
ODD = st.sampled_from(
    [None, True, 0, -1, 1.5, "", "x", "lead", "{name}", "list:none", "own", "🦷" * 50, [], [None], ["x"], [[]], [{}],
     {}, {"key": "x"}, {"zh": "x"}, [{"key": "x"}], [{"key": "x", "control": "text"}], {"x": {}}, 10**20],
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, item in value.items():
            found += places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


PLACES = [path for path in places(GOOD.to_json()["objects"]) if len(path) > 2]


def changed(path: tuple[Any, ...], value: Any) -> App:
    data = copy.deepcopy(GOOD.to_json())
    holder = data["objects"]
    for step in path[:-1]:
        holder = holder[step]
    if value == "gone" and isinstance(holder, dict):
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return App.from_json(data)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), ODD | st.just("gone"))
def test_any_part_may_be_anything(path, value):
    for problem in lint_app(changed(path, value)):
        assert isinstance(problem, Problem)
        assert problem.path.startswith("/")
        json.dumps(problem.to_json())


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["forms/lead", "pages/work", "lists/cities", "x", "forms/"]), ODD, max_size=3
    ),
    ODD,
)
def test_any_overlay_is_taken_or_refused(overlays, words):
    given_app = {**source()["app"], "overlays": overlays, "words": words}
    try:
        app = assemble({**source(), "app": given_app}, {})
    except Rejected:
        return
    lint_app(app)
