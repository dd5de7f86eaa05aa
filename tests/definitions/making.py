"""Small makers of definitions."""

from collections.abc import Mapping
from typing import Any

from engine.definitions import App, assemble, lint
from engine.problems import Problem
from form_engine.control import CONTROLS

Json = dict[str, Any]


def words(zh: str) -> Json:
    return {"zh": zh, "en": zh}


def field(key: str, control: str = "text", **more: Any) -> Json:
    return {"key": key, "control": control, "label": words(key), **more}


def form(key: str, *fields: Json, **more: Any) -> Json:
    return {"key": key, "name": words(key), "fields": list(fields), **more}


def formula(key: str, text: str, **more: Any) -> Json:
    return field(key, "formula", formula=text, **more)


def link(key: str, to: str, **more: Any) -> Json:
    return field(key, "link", to=to, **more)


def rows(key: str, *fields: Json, **more: Any) -> Json:
    return field(key, "subtable", fields=list(fields), **more)


def manifest(**more: Any) -> Json:
    return {"key": "app", "name": words("应用"), "version": "1.0.0", **more}


def module(key: str, *objects: tuple[str, Json], **more: Any) -> Mapping[str, Json]:
    found = {f"{kind}/{one['key']}": one for kind, one in objects}
    return {"module": {"key": key, "name": words(key), **more}, **found}


def source(*objects: tuple[str, Json], **more: Any) -> Mapping[str, Json]:
    return {"app": manifest(**more), **{f"{kind}/{one['key']}": one for kind, one in objects}}


def app_of(*forms: Json, **kinds: list[Json]) -> App:
    """Return an app of these forms; further objects by kind: `pages=[...]`."""
    given = [("forms", one) for one in (BRANCH, *forms) if one]
    given += [(kind, one) for kind, found in kinds.items() for one in found]
    return assemble(source(*given), {})


BRANCH = form("branch", field("name"))
"""Every form points at a branch, so every app has this one."""


def problems(app: App) -> list[Problem]:
    return lint(app, CONTROLS)


def found(app: App) -> set[tuple[str, str]]:
    """Return (code, path) of every problem."""
    return {(problem.code, problem.path) for problem in problems(app)}
