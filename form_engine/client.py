"""What the browser gets of a form: only what this person may know of it, with every formula as a tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from engine.definitions.shape import SYSTEM_FIELDS, FieldShape
from engine.expressions import Checked
from engine.expressions.tree import to_tree
from engine.text import Words, say
from form_engine.control import OPERATORS

if TYPE_CHECKING:
    from engine.definitions.outline import FieldOutline
    from form_engine.plan import ActionPlan, FieldPlan, FormPlan, RulePlan, SectionPlan, TabPlan, ViewPlan

Json = dict[str, Any]
VERBS = ("view", "create", "edit", "delete", "import", "export", "print")
SHOWN_SYSTEM = ("no", "branch_id", "owner_id", "created_at", "created_by", "updated_at", "updated_by")
_SAID = ("help", "placeholder", "width", "column_width", "on_hidden", "print", "mask", "search")


class Levelled(Protocol):
    """What one may have of a field: never more than `ceiling`."""

    @property
    def ceiling(self) -> Any: ...


class ClientRights(Protocol):
    """What the client plan asks of `engine.access.policy.Rights`."""

    @property
    def roles(self) -> Iterable[Any]: ...
    def right(self, name: str) -> Any: ...
    def verb(self, form: str, verb: str) -> bool: ...
    def effective(self, form: str, field: str) -> Levelled: ...


def client_plan(plan: FormPlan, rights: ClientRights) -> Json:
    """Return the form as GET /api/forms/{form} gives it. Hidden fields are absent, and so is all that names them."""
    return _Client(plan, rights).plan_json()


_STANDS_ON = ("by", "start", "parent", "resource", "group")
"""What a view cannot do without, beside its filter and its sort."""


class _Client:
    def __init__(self, plan: FormPlan, rights: ClientRights) -> None:
        self.plan = plan
        self.rights = rights
        self.roles = {str(role.key) for role in rights.roles}
        self.levels = dict(self._levels())

    def _levels(self) -> Iterator[tuple[str, str]]:
        # By path within the form: `items.price` for a column of a sub-table.
        for key in (*SYSTEM_FIELDS, *self.plan.by_key):
            one = self.plan.by_key.get(key)
            if one is not None and one.shape is None:
                yield key, "read" if self._reaches(one) else "none"
                continue
            yield key, self.rights.effective(self.plan.key, key).ceiling.word
            if one is not None and one.rows is not None:
                for inner in one.rows.fields:
                    path = f"{key}.{inner.key}"
                    known = inner.shape is not None
                    level = self.rights.effective(self.plan.key, path).ceiling.word if known else "read"
                    yield path, level
                    yield from _deeper(inner, path, level)

    def sees(self, path: str) -> bool:
        """Tell whether the first field of `path` may be known of; what lies behind links the gate decides."""
        head, _, rest = path.partition(".")
        one = self.plan.by_key.get(head)
        if one is not None and one.rows is not None and rest:
            return self.levels.get(path, "none") != "none"
        return self.levels.get(head, "none") != "none"

    def _reaches(self, one: FieldPlan) -> bool:
        """Tell whether what a field shows of another form's records is there for this person."""
        form, field = one.config.get("form"), one.config.get("field")
        if one.control.role != "virtual" or not isinstance(form, str):
            return True
        return self.rights.verb(form, "view") and (
            not isinstance(field, str) or self.rights.effective(form, field).ceiling.word in ("read", "write")
        )

    def tree(self, checked: Checked | None) -> Any:
        """Return the tree of a formula; None where it names a field this person may not know of."""
        if checked is None or not self._may_name(checked):
            return None
        return to_tree(checked)

    def _may_name(self, checked: Checked, inside: str = "") -> bool:
        return all(self._names(path, inside) for path in checked.fields)

    def _names(self, path: tuple[str, ...], inside: str) -> bool:
        if path[0] == "form" and "form" not in self.plan.by_key:
            return len(path) > 1 and self.sees(path[1])
        # A formula of a row names its columns; one over another form's records is that form's business.
        if inside:
            return self.levels.get(f"{inside}.{path[0]}", self.levels.get(path[0], "none")) != "none"
        return self.sees(".".join(path))

    def plan_json(self) -> Json:
        """Return the whole plan."""
        plan = self.plan
        fields = [self._field(one, "") for one in plan.fields if self.sees(one.key)]
        return {
            "key": plan.key,
            "name": plan.name,
            "icon": plan.icon,
            "module": plan.module,
            "fields": fields,
            "system": [self._system(key) for key in SHOWN_SYSTEM if self.sees(key)],
            "rules": [told for rule in plan.rules if (told := self._rule(rule)) is not None],
            "layout": self._layout(),
            "views": [self._view(view) for view in plan.views.values() if self._may_open(view)],
            "page": self._page(),
            "title": self.tree(plan.title),
            "order": [key for key in plan.order if self.sees(key)],
            "verbs": {verb: self.rights.verb(plan.key, verb) for verb in VERBS},
            "public": self._public(),
            "splits": self._splits(),
            "pools": self._pools(),
        }

    def _pools(self) -> list[Json]:
        """Return the pools from which this person may take records, and how a record that lies there is to be known."""
        if not self.rights.verb(self.plan.key, "edit"):
            return []
        return [
            {
                "key": pool["key"],
                "name": pool["name"],
                "owner": pool.get("owner", "owner_id"),
                "marks": pool.get("on_enter", {}),
                "view": pool.get("view"),
            }
            for pool in self.plan.definition.get("pools", ())
        ]

    def _splits(self) -> bool:
        """Tell whether the form's records are targets that this person may deal out."""
        may_write = all(self.rights.verb(self.plan.key, verb) for verb in ("create", "edit"))
        return "below" in self.plan.definition.get("goals", {}) and may_write

    def _public(self) -> Json | None:
        """Return what one fills in to make a link to the form; None for whom that is no business."""
        public = self.plan.definition.get("public")
        if public is None or not self.rights.right("share") or not self.rights.verb(self.plan.key, "create"):
            return None
        return {"link": [key for key in public.get("link", ()) if self.levels.get(key) == "write"]}

    def _may_open(self, view: ViewPlan) -> bool:
        # The server refuses to filter by what somebody cannot see, so that view is no use to them.
        said = view.definition
        named = [
            *(key.removeprefix("-") for key in view.sort),
            *(said[name] for name in _STANDS_ON if name in said),
        ]
        return (
            self._for_me(view.roles)
            and (view.filter is None or self._may_name(view.filter))
            and all(self.sees(name) for name in named)
        )

    def _for_me(self, roles: Iterable[str]) -> bool:
        wanted = set(roles)
        return not wanted or bool(wanted & self.roles)

    def _field(self, one: FieldPlan, inside: str) -> Json:
        control, said = one.control, one.definition
        path = f"{inside}.{one.key}" if inside else one.key
        value_type = one.shape.value_type if one.shape is not None else None
        operators = control.operators_for(value_type)
        told: Json = {
            "key": one.key,
            "control": control.kind,
            "role": control.role,
            "label": one.label,
            "level": self.levels.get(path, "none"),
            "value_type": value_type,
            "operators": list(OPERATORS.get(operators, ())) if not inside else [],
            "operator_group": operators,
            "required": one.required,
            "read_only": one.read_only,
            "config": self._config(one),
        }
        told.update({name: said[name] for name in _SAID if name in said})
        if one.default is not None:
            told["default"] = one.default
        for name, checked in (
            ("required_if", one.required_if),
            ("visible_if", one.visible_if),
            ("read_only_if", one.read_only_if),
            ("default_formula", one.default_formula),
            ("computed", one.formula),
        ):
            if checked is not None and self._may_name(checked, inside):
                told[name] = to_tree(checked)
        if one.shape is not None:
            told["stored"] = one.shape.stored
            for name in ("to", "scale"):
                if name in one.shape.config:
                    told[name] = one.shape.config[name]
            if control.role == "computed" and "options" in one.shape.config:
                # A choice that is looked up is shown in the words of where it comes from.
                told["config"]["options"] = one.shape.config["options"]
        if one.rows is not None:
            told["fields"] = [
                self._field(inner, one.key)
                for inner in one.rows.fields
                if self.sees(f"{one.key}.{inner.key}")
            ]
            told["order"] = list(one.rows.order)
        return told

    def _config(self, one: FieldPlan) -> Json:
        # Formulas stay here: filters and rollups run on the server, conditions go along as trees.
        kept = _LINKED_BY if one.control.role == "virtual" else ()
        config = {
            name: value for name, value in one.config.items() if name not in _SERVER_ONLY or name in kept
        }
        form = one.config.get(one.control.about)
        if form is not None and self.rights.verb(form, "view"):
            config[one.control.about] = form
        for place, checked in one.conditions.items():
            _put(config, place.split("/"), to_tree(checked) if self._may_name(checked) else None)
        if one.kept:
            config["kept"] = [
                {"key": kept.name, "label": words, **_told_of(kept.end, kept.outline)}
                for kept, words in zip(one.kept, self._kept_labels(one), strict=True)
            ]
        if one.filter is not None:
            # The picker asks the server; it must ask again when one of these changes.
            config["filter_reads"] = sorted(
                path[1] for path in one.filter.fields if path[0] == "form" and len(path) > 1
            )
        return config

    def _kept_labels(self, one: FieldPlan) -> Iterator[Words]:
        """Yield what the parts of a snapshot are called: “Customer · Name”."""
        for kept in one.kept:
            yield {lang: " · ".join(say(words, lang) for words in kept.labels) for lang in ("zh", "en")}

    def _system(self, key: str) -> Json:
        kind, config, _ = SYSTEM_FIELDS[key]
        told = self.plan.system.get(key, {})
        extra = {name: told[name] for name in ("help", "required", "read_only") if name in told}
        default = self.plan.system_defaults.get(key)
        if default is not None and self._may_name(default):
            extra["default_formula"] = to_tree(default)
        return {
            "key": key,
            "label": self.plan.label(key),
            "value_type": kind,
            "level": self.levels[key],
            "operator_group": _SYSTEM_OPERATORS.get(kind, "T"),
            **({"to": config["to"]} if "to" in config else {}),
            **extra,
        }

    def _rule(self, rule: RulePlan) -> Json | None:
        # The server runs every rule; the browser those whose fields it knows.
        if not all(self._may_name(checked) for checked in rule.conditions()):
            return None
        told: Json = {"key": rule.key, "when": self.tree(rule.when)}
        if rule.check is not None:
            told.update(check=self.tree(rule.check), message=rule.message, at=rule.at)
        if rule.lock:
            told.update(lock=list(rule.lock_fields) or True, unlock=list(rule.unlock_fields))
        if rule.set:
            told["set"] = {key: to_tree(checked) for key, checked in rule.set.items() if self.sees(key)}
        return told

    def _layout(self) -> list[Json]:
        told = [one for section in self.plan.layout if (one := self._section(section))["items"]]
        placed = {key for section in self.plan.layout for key in section.items}
        placed |= {key for field in self.plan.fields for key in _arranged(field)}
        rest = [one.key for one in self.plan.fields if one.key not in placed and self.sees(one.key)]
        if rest:
            # A field nobody placed is still shown: nothing is lost because a layout forgot it.
            title = {"zh": "其他", "en": "More"} if self.plan.layout else {}
            told.append({"key": "other", "section": title, "columns": 2, "folded": bool(told), "items": rest})
        return told

    def _section(self, section: SectionPlan) -> Json:
        told: Json = {
            "key": section.key,
            "section": section.section,
            "columns": section.columns,
            "folded": section.folded,
            "items": [key for key in section.items if self.sees(key)],
        }
        if section.visible_if is not None and self._may_name(section.visible_if):
            told["visible_if"] = to_tree(section.visible_if)
        return told

    def _view(self, view: ViewPlan) -> Json:
        told = {name: value for name, value in view.definition.items() if name not in ("filter", "roles")}
        for name in ("columns", "card"):
            if name in told:
                told[name] = [path for path in told[name] if self.sees(path)]
        if "sort" in told:
            told["sort"] = [path for path in told["sort"] if self.sees(path.lstrip("-"))]
        if "totals" in told:
            told["totals"] = {key: how for key, how in told["totals"].items() if self.sees(key)}
        told["narrows"] = view.filter is not None
        told["color_if"] = {
            color: to_tree(checked) for color, checked in view.color_if.items() if self._may_name(checked)
        }
        return told

    def _page(self) -> Json:
        page = self.plan.page
        told: Json = {
            "header": [path for path in page.get("header", ()) if self.sees(path)],
            "tabs": [self._tab(tab) for tab in self.plan.tabs.values() if self._tab_is_mine(tab)],
            "actions": [self._action(one) for one in self.plan.actions.values() if self._is_offered(one)],
        }
        if "banner" in page and self.sees(page["banner"]):
            told["banner"] = page["banner"]
        if self.rights.verb(self.plan.key, "print"):
            told["print"] = "marked" if page.get("marked") or self._is_marked() else "plain"
        return told

    def _is_marked(self) -> bool:
        """Tell whether what this person prints says who printed it and when: where no role of theirs prints without."""
        right = self.rights.right("print")
        return isinstance(right, Mapping) and bool(right.get("marked"))

    def _tab_is_mine(self, tab: TabPlan) -> bool:
        if not self._for_me(tab.definition.get("roles", ())):
            return False
        items = tab.definition.get("items")
        if items and not any(self.sees(path) for path in items):
            return False
        return tab.kind != "related" or self.rights.verb(tab.definition["form"], "view")

    def _tab(self, tab: TabPlan) -> Json:
        told = {
            name: value
            for name, value in tab.definition.items()
            if name not in ("filter", "roles", "visible_if")
        }
        if "of" in told:
            told["of"] = [form for form in told["of"] if self.rights.verb(form, "view")]
        if tab.kind == "related":
            told["by"] = tab.links.get(told["form"])
            told["add"] = bool(told.get("add")) and self.rights.verb(told["form"], "create")
        if "items" in told:
            told["items"] = [path for path in told["items"] if self.sees(path)]
        if tab.visible_if is not None and self._may_name(tab.visible_if):
            told["visible_if"] = to_tree(tab.visible_if)
        return told

    def _is_offered(self, action: ActionPlan) -> bool:
        may_print = not action.definition.get("print") or self.rights.verb(self.plan.key, "print")
        return may_print and self._for_me(action.roles)

    def _action(self, action: ActionPlan) -> Json:
        kept = ("key", "name", "icon", "color", "confirm", "ask", "flow", "print")
        told = {name: value for name, value in action.definition.items() if name in kept}
        if action.visible_if is not None and self._may_name(action.visible_if):
            told["visible_if"] = to_tree(action.visible_if)
        told["sets"] = sorted(key for key in action.set if self.sees(key))
        created = action.definition.get("create")
        if created is not None:
            told["create"] = {
                "form": created["form"],
                "values": {key: to_tree(one) for key, one in action.create.items() if self._may_name(one)},
            }
        return told


def _told_of(shape: FieldShape, outline: FieldOutline | None) -> Json:
    """Return what the browser needs to show a value of another field, kept as it was."""
    settings = outline.config if outline is not None else {}
    told: Json = {
        "control": outline.kind if outline is not None else "",
        "level": "read",
        "value_type": shape.value_type,
        "config": {
            **{name: value for name, value in settings.items() if name not in _SERVER_ONLY},
            **{name: shape.config[name] for name in ("options", "to") if name in shape.config},
        },
    }
    if outline is not None and outline.definition.get("print") is False:
        told["print"] = False
    if shape.rows is not None:
        inside = outline.rows.fields if outline is not None and outline.rows is not None else {}
        told["fields"] = [
            {"key": key, "label": inner.label, **_told_of(inner, inside.get(key))}
            for key, inner in shape.rows.fields.items()
        ]
    return told


_SERVER_ONLY = ("fields", "formula", "filter", "where", "path", "of", "by", "aggregate", "sort")
_LINKED_BY = ("by",)
"""What a related list or graph needs to ask for its records; the gate still decides which."""
_SYSTEM_OPERATORS: Mapping[str, str] = {"datetime": "D", "person": "U", "reference": "R", "integer": "N"}


def _deeper(one: FieldPlan, path: str, level: str) -> Iterator[tuple[str, str]]:
    # Rows within rows are as open as the column that holds them.
    for inner in one.rows.fields if one.rows is not None else ():
        yield f"{path}.{inner.key}", level
        yield from _deeper(inner, f"{path}.{inner.key}", level)


def _arranged(one: FieldPlan) -> Iterator[str]:
    # Fields that a pane of tabs, steps or folds holds.
    if one.control.role == "layout":
        for value in one.config.values():
            for pane in value if isinstance(value, list) else ():
                if isinstance(pane, Mapping):
                    yield from pane.get("items", ())


def _put(config: Json, place: list[str], value: Any) -> None:
    # Replaces a formula deep in the settings without touching the plan's own copy.
    head, rest = place[0], place[1:]
    if not rest:
        config[head] = value
        return
    inner = config.get(head)
    copy: Any = (
        dict(inner) if isinstance(inner, Mapping) else {str(i): one for i, one in enumerate(inner or ())}
    )
    _put(copy, rest, value)
    config[head] = copy if isinstance(inner, Mapping) else list(copy.values())
