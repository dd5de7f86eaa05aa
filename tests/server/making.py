"""A small clinic app as a folder of definitions: every kind of secret, every kind of control that files, links and rules need."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.form_engine.making import field, form, words

Definitions = dict[str, dict[str, Any]]

LISTED = [{"key": key, "label": words(key)} for key in ("new", "open", "won", "lost")]
STAGES = [{**LISTED[0], "next": ["open"]}, {**LISTED[1], "next": ["won", "lost"]}, LISTED[2], LISTED[3]]
COLORS = [{"key": key, "label": words(key)} for key in ("red", "green", "blue")]

CUSTOMER = form(
    "customer",
    field("name", "person_name", required=True, search="name"),
    field("phone", "mobile", mask="phone", sensitive=True, search="phone", unique={"on_clash": "refuse"}),
    field("wechat", mask="phone", max_length=30),
    field("stage", "stage", stages=STAGES, default="new"),
    field("color", "select", options=COLORS),
    field("tags", "multiselect", options=COLORS),
    field("note", "textarea", max_length=200, search="text"),
    field("diagnosis", "textarea", mask="med"),
    field("cost", "money", mask="cost"),
    field("age", "integer", min=0, max=150),
    field("born", "date"),
    field("seen_at", "datetime"),
    field("channel_id", "link", to="channel"),
    field("doctor_id", "user"),
    field("photo", "image"),
    field("items", "subtable", fields=[field("item", required=True), field("price", "money", mask="cost")]),
    field("total", "formula", formula="SUM({items.price})", format="money"),
    field("channel_name", "lookup", path="channel_id.name"),
    field("talks", "rollup", of="talk", by="customer_id", aggregate="count"),
    title="{name}",
    number={"pattern": "C{SEQ:4}", "reset": "never"},
    rules=[{"key": "grown", "check": "OR(ISBLANK({age}), {age} < 120)", "message": words("too old"), "at": "age"},
           {"key": "closed", "when": '{stage} = "won"', "lock": True, "unlock": ["stage"]}],
    views=[{"key": "all", "kind": "table", "name": words("all"), "columns": ["name", "phone", "stage"]},
           {"key": "board", "kind": "kanban", "name": words("board"), "by": "stage", "card": ["name"]}],
    page={"tabs": [{"key": "timeline", "kind": "timeline", "of": ["talk"]}],
          "actions": [{"key": "open", "name": words("open"), "set": {"stage": '"open"'}}]},
    public={"fields": ["name", "phone", "note"], "thanks": words("thanks")},
    **{"import": {"fields": {"name": {"aliases": ["姓名"], "clean": "name"}, "phone": {"aliases": ["手机"]}},
                  "match": [["phone"]]}},
)  # fmt: skip
CHANNEL = form(
    "channel",
    field("name", required=True, unique=True),
    field("parent", "link", to="channel"),
    title="{name}",
    views=[
        {
            "key": "tree",
            "kind": "tree",
            "name": words("tree"),
            "columns": ["name"],
            "parent": "parent",
        }
    ],
)
TALK = form(
    "talk",
    field("customer_id", "link", to="customer", required=True),
    field("content", "textarea", required=True),
    field("at", "datetime"),
    title="{content}",
)
BRANCH = form("branch", field("name", required=True), field("short_name"), title="{name}")
STAFF = form("staff", field("name", required=True), title="{name}")

EVERYTHING = dict.fromkeys(("view", "create", "edit", "delete", "export", "print"), "all")
CLERK_FIELDS = {"diagnosis": "none", "wechat": "read", "photo": "none", "*": "write"}
ROLES = {
    "admin": {"key": "admin", "name": words("admin"), "grants": {"*": {**EVERYTHING, "fields": {"*": "write"}}},
              "masks": {"phone": "read", "med": "read", "cost": "read"},
              "rights": {"import": True, "export": True, "bulk_edit": True, "restore": True, "explain": True, "share": True,
                         "reveal": {"daily": 50}}},
    "clerk": {"key": "clerk", "name": words("clerk"),
              "grants": {"customer": {"view": "own", "create": "all", "edit": "own", "export": "own", "fields": CLERK_FIELDS},
                         "channel": {"view": "all"}, "talk": {"view": "own", "create": "all", "edit": "own"},
                         "*": {"view": "none"}},
              "masks": {"phone": "masked", "med": "none", "cost": "none"},
              "rights": {"reveal": {"daily": 2}, "bulk_edit": True, "export": True, "import": True}},
    "stranger": {"key": "stranger", "name": words("stranger"), "grants": {"*": {"view": "none"}}},
}  # fmt: skip
PAGES = {
    "desk": {"key": "desk", "name": words("desk"), "order": 1, "kind": "workbench",
             "today": [{"key": "mine", "form": "customer", "filter": "OWN()", "name": words("mine"), "columns": ["name", "stage"]}],
             "numbers": [{"key": one, "form": "customer", "name": words(one), "aggregate": one, "field": "cost",
                          "filter": "FALSE()"} for one in ("sum", "avg")]},
    "people": {"key": "people", "name": words("people"), "order": 2, "kind": "views",
               "tabs": [{"key": "all", "name": words("all"), "form": "customer", "view": "all"}]},
}  # fmt: skip


def definitions() -> Definitions:
    """Return the app by file: `forms/customer` and so on, and `app`."""
    made: Definitions = {
        "app": {"key": "small", "name": words("small"), "version": "1.0.0", "engine": ">=0.1", "modules": []}
    }
    for one in (CUSTOMER, CHANNEL, TALK, BRANCH, STAFF):
        made[f"forms/{one['key']}"] = one
    made |= {f"roles/{key}": role for key, role in ROLES.items()}
    made |= {f"pages/{key}": page for key, page in PAGES.items()}
    found: Definitions = json.loads(json.dumps(made))
    return found


def write_app(folder: Path, change: Callable[[Definitions], None] = lambda _made: None) -> Path:
    """Write the app below `folder`, changed as wished; return the folder."""
    made = definitions()
    change(made)
    for name, definition in made.items():
        file = folder / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(definition, ensure_ascii=False), "utf-8")
    return folder


def field_of(made: Definitions, key: str) -> dict[str, Any]:
    """Return a field of the customer form, to change it."""
    return next(one for one in made["forms/customer"]["fields"] if one["key"] == key)
