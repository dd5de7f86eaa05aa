"""What flows ask people about the records of a form by a time: the names of those flows, of their steps, and of roles."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.definitions.app import App
from engine.definitions.shape import Shapes

Json = Mapping[str, Any]
A_NAME = re.compile(r"^\{([A-Za-z0-9_.]+)\}$")


def deadlines_of(app: App, shapes: Shapes) -> dict[str, dict[str, tuple[Json, ...]]]:
    """Return, by form, the options of `flow`, `step` and `roles` of its deadlines; a step is named `<flow>.<node>`.

    A step about a record that the run alone tells is one of every form that has deadlines.
    """
    found: dict[str, dict[str, dict[str, Json]]] = {}
    anywhere: dict[str, dict[str, Json]] = {"flow": {}, "step": {}}
    for key, flow in app.of("flows").items():
        for node in _steps(flow):
            form = _form(flow, node, shapes)
            if form is not None:
                kinds = anywhere if form == "" else found.setdefault(form, {"flow": {}, "step": {}})
                kinds["flow"][key] = {"key": key, "label": _name(flow, key)}
                step = f"{key}.{node['key']}"
                kinds["step"][step] = {"key": step, "label": _words(flow, key, node)}
    roles = tuple({"key": key, "label": _name(role, key)} for key, role in app.of("roles").items())
    return {
        form: {
            **{kind: tuple({**options, **anywhere[kind]}.values()) for kind, options in kinds.items()},
            "roles": roles,
        }
        for form, kinds in found.items()
    }


def _steps(flow: Json) -> Iterator[Json]:
    for node in flow.get("nodes", ()):
        if isinstance(node, Mapping) and node.get("due") and isinstance(node.get("key"), str):
            yield node


def _form(flow: Json, node: Json, shapes: Shapes) -> str | None:
    """Return the form whose record a step is about; "" where the definition alone does not tell, None without a record."""
    about = str(node.get("form") or flow.get("trigger", {}).get("form") or "")
    if "form" in node or "record" not in node:
        return about if about in shapes else None
    named = A_NAME.match(str(node["record"]))
    form, *path = named[1].split(".") if named is not None else [""]
    for step in path:
        link = shapes[form].field(step) if form in shapes else None
        form = str(link.config.get("to")) if link is not None and link.value_type == "reference" else ""
    return form if form in shapes else ""


def _name(thing: Json, key: str) -> Json:
    return thing.get("name") or {"zh": key, "en": key}


def _words(flow: Json, key: str, node: Json) -> Json:
    flow_name, own = _name(flow, key), _name(node, str(node["key"]))
    return {
        lang: f"{flow_name.get(lang) or flow_name.get('zh', key)} · {own.get(lang) or own.get('zh', '')}"
        for lang in ("zh", "en")
    }


__all__ = ["deadlines_of"]
