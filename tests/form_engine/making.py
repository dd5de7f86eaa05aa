"""Small makers for form tests: an app from a few fields, compiled; a submission against it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from engine.definitions.app import App
from form_engine.compile import compile_app
from form_engine.plan import AppPlan, FormPlan
from form_engine.state import NoRelated, SubmitContext
from form_engine.submit import Submission, submit

NOW = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)


def words(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def field(key: str, control: str = "text", **more: Any) -> dict[str, Any]:
    return {"key": key, "control": control, "label": words(key), **more}


def form(key: str, *fields: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"key": key, "name": words(key), "fields": list(fields), **more}


def app(*forms: Mapping[str, Any], roles: Mapping[str, Any] | None = None, **kinds: Any) -> AppPlan:
    objects = {"forms": {one["key"]: dict(one) for one in forms}, "roles": dict(roles or {}), **kinds}
    return compile_app(App({"key": "test", "name": words("test"), "version": "1.0.0"}, objects))


def plan(*fields: Mapping[str, Any], **more: Any) -> FormPlan:
    return app(form("thing", *fields, **more)).forms["thing"]


class Records:
    """Related records by form and id, for formulas that follow links."""

    def __init__(self, **forms: Mapping[str, Mapping[str, Any]]) -> None:
        self.forms = forms

    def value(self, form: str, record_id: str, path: tuple[str, ...]) -> Any:
        found: Any = self.forms.get(form, {}).get(record_id)
        for part in path:
            found = found.get(part) if isinstance(found, Mapping) else None
        return found


def context(**more: Any) -> SubmitContext:
    given = {"now": NOW, "today": date(2026, 3, 5), "related": NoRelated(), **more}
    return SubmitContext(**given)


def save(on: FormPlan, given: Any, stored: Mapping[str, Any] | None = None, **more: Any) -> Submission:
    return submit(on, given, stored, context(**more))


def told(submission: Submission) -> dict[str, str]:
    """Return the codes by path."""
    return {problem.path: problem.code for problem in submission.problems}
