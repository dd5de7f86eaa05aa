"""References: whatever one object names in another must be there."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.definitions.app import App
from engine.definitions.outline import LIST_PREFIX, FieldOutline, FormOutline, Forms
from engine.definitions.scopes import LINKS, Types
from engine.definitions.shape import SYSTEM_FIELDS
from engine.problems import Code, Problem, pointer
from engine.text import nearest
from engine.value_type import VALUE_TYPES

NO_FORM = Code(
    "reference.no_form",
    zh="没有名为“{name}”的表单",
    en="There is no form “{name}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
NO_FIELD = Code(
    "reference.no_field",
    zh="表单“{form}”里没有字段“{name}”",
    en="Form “{form}” has no field “{name}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
NO_OBJECT = Code(
    "reference.no_object",
    zh="没有名为“{name}”的{what}",
    en="There is no {what} “{name}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
WRONG_FIELD = Code(
    "reference.wrong_field",
    zh="字段“{name}”不能用在这里：需要{wanted}",
    en="Field “{name}” cannot be used here: {wanted} is needed",
    hint_zh="换一个合适的字段",
    hint_en="Choose another field",
)
PLACED_TWICE = Code(
    "layout.placed_twice",
    zh="字段“{name}”在布局里放了两次",
    en="Field “{name}” is placed twice in the layout",
    hint_zh="只保留一处",
    hint_en="Keep one place",
)
VIEW_NEEDS = Code(
    "view.needs",
    zh="这种视图需要指定“{name}”",
    en="This kind of view needs “{name}”",
    hint_zh="在视图设置里选择对应的字段",
    hint_en="Choose the field in the view's settings",
)
ROLLUP_NEEDS = Code(
    "rollup.needs",
    zh="这个汇总没有说明哪些记录属于当前记录",
    en="The rollup does not say which records belong to this one",
    hint_zh="写上 by（对方表单里指向本表单的关联字段），或在 where 里用 {form.字段}",
    hint_en="Give `by`, the link in the other form that points here, or use {form.field} in `where`",
)
NO_LINK_BACK = Code(
    "reference.no_link_back",
    zh="表单“{form}”没有指向“{to}”的关联字段",
    en="Form “{form}” has no link to “{to}”",
    hint_zh="换一个表单，或先加上关联字段",
    hint_en="Choose another form or add a link field first",
)

_WHAT: Mapping[str, Mapping[str, str]] = {
    "lists": {"zh": "选项表", "en": "option list"},
    "roles": {"zh": "角色", "en": "role"},
    "pages": {"zh": "页面", "en": "page"},
    "views": {"zh": "视图", "en": "view"},
    "flows": {"zh": "流程", "en": "flow"},
    "reports": {"zh": "报表", "en": "report"},
    "dashboards": {"zh": "看板", "en": "dashboard"},
    "stages": {"zh": "阶段", "en": "stage"},
    "actions": {"zh": "按钮动作", "en": "action"},
    "options": {"zh": "选项", "en": "option"},
}
_KINDS_WANTED: Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
    "start": (("date", "datetime", "date_range", "time_range"), {"zh": "日期或时间", "en": "a date or time"}),
    "end": (("date", "datetime"), {"zh": "日期或时间", "en": "a date or time"}),
    "by": (
        ("choice", "reference", "person", "boolean"),
        {"zh": "单选、阶段、关联或成员", "en": "a choice, stage, link or person"},
    ),
    "image": (("files",), {"zh": "图片", "en": "pictures"}),
    "resource": (
        ("reference", "person", "choice"),
        {"zh": "关联、成员或单选", "en": "a link, person or choice"},
    ),
    "parent": (("reference",), {"zh": "指向本表单的关联", "en": "a link to this form"}),
}
_VIEW_NEEDS: Mapping[str, tuple[str, ...]] = {
    "kanban": ("by",),
    "calendar": ("start",),
    "tree": ("parent",),
    "board": ("resource", "start"),
}


class References:
    """Checks the names of one app."""

    def __init__(self, app: App, forms: Forms, types: Types, sound: App) -> None:
        self.app = app
        self.sound = sound
        """Without objects that break their schema: what names something. `app` has all that may be named."""
        self.forms = forms
        self.types = types

    def problems(self) -> Iterator[Problem]:
        """Yield every name that leads nowhere."""
        for form in self.forms.values():
            if form.is_sound:
                yield from self._form(form)
        for key, role in self.sound.of("roles").items():
            yield from self._role(role, pointer("roles", key))
        for key, page in self.sound.of("pages").items():
            yield from self._page(page, pointer("pages", key))
        for kind in ("segments", "messages", "prints"):
            for key, one in self.sound.of(kind).items():
                if isinstance(one.get("form"), str):
                    yield from self._form_name(one["form"], pointer(kind, key, "form"))
        yield from self._dashboards()
        yield from self._sample()

    def _form(self, form: FormOutline) -> Iterator[Problem]:
        for one in form.all_fields():
            yield from self._field(one)
        definition, path = form.definition, form.path
        yield from self._keys(form, definition.get("own_by", ()), path + "/own_by")
        for index, rule in form.items("rules"):
            at = f"{path}/rules/{index}"
            if "at" in rule:
                yield from self._path(form, rule["at"], at + "/at")
            for part in ("lock", "unlock"):
                if isinstance(rule.get(part), list):
                    yield from self._keys(form, rule[part], f"{at}/{part}")
            yield from self._written(form, rule.get("set"), at + "/set")
            span = rule.get("no_overlap", {})
            yield from self._keys(form, span.get("by", ()), at + "/no_overlap/by")
            for part in ("start", "end"):
                if part in span:
                    yield from self._typed(form, part, span[part], f"{at}/no_overlap/{part}")
            if "capacity" in span:
                yield from self._path(form, span["capacity"], at + "/no_overlap/capacity")
            yield from self._within(form, rule.get("within"), at + "/within")
            yield from self._found(form, rule.get("found"), at + "/found")
        for index, unique in form.items("unique"):
            yield from self._keys(form, unique["fields"], f"{path}/unique/{index}/fields")
        yield from self._layout(form)
        for index, view in form.items("views"):
            yield from self._view(form, view, f"{path}/views/{index}")
        yield from self._record_page(form, definition.get("page", {}), path + "/page")
        public = definition.get("public", {})
        for part in ("fields", "required", "link"):
            yield from self._keys(form, public.get(part, ()), f"{path}/public/{part}")
        for part in ("labels", "options"):
            yield from self._keys(form, public.get(part, {}), f"{path}/public/{part}", by_name=True)
        yield from self._written(form, public.get("set"), path + "/public/set")
        for key in definition.get("system", {}):
            if key not in SYSTEM_FIELDS:
                yield self._no_field(form, key, f"{path}/system/{key}", SYSTEM_FIELDS)
        yield from self._keys(form, definition.get("on_delete", {}), path + "/on_delete", by_name=True)

    def _within(self, form: FormOutline, spec: Any, path: str) -> Iterator[Problem]:
        """Yield what a rule about duty names wrongly, here or in the form that plans it."""
        if not isinstance(spec, Mapping):
            return
        for part in ("start", "end"):
            yield from self._typed(form, part, spec[part], f"{path}/{part}")
        yield from self._keys(form, spec["by"], path + "/by", by_name=True)
        yield from self._form_name(spec["of"], path + "/of")
        planned = self.forms.get(spec["of"])
        if planned is None:
            return
        yield from self._keys(planned, tuple(spec["by"].values()), path + "/by")
        for part in ("day", "opens", "closes"):
            yield from self._keys(planned, (spec[part],), f"{path}/{part}")
        if "pauses" in spec:
            yield from self._keys(planned, (spec["pauses"]["rows"],), path + "/pauses/rows")

    def _found(self, form: FormOutline, spec: Any, path: str) -> Iterator[Problem]:
        """Yield what a rule about records of another form names wrongly, here or there."""
        if not isinstance(spec, Mapping):
            return
        yield from self._keys(form, spec["by"], path + "/by", by_name=True)
        yield from self._form_name(spec["in"], path + "/in")
        if (there := self.forms.get(spec["in"])) is not None:
            yield from self._keys(there, tuple(spec["by"].values()), path + "/by")

    def _field(self, one: FieldOutline) -> Iterator[Problem]:
        yield from self._lists(one)
        yield from self._settings(one, one.config, one.control.config_schema, "")
        yield from self._stages(one)
        yield from self._more(one)
        if (
            one.config.get("aggregate")
            and "by" not in one.config
            and "{form." not in one.config.get("where", "")
        ):
            yield ROLLUP_NEEDS.at(one.path)
        unique = one.definition.get("unique")
        if isinstance(unique, Mapping):
            yield from self._keys(one.form, unique.get("within", ()), one.path + "/unique/within")

    def _lists(self, one: FieldOutline) -> Iterator[Problem]:
        lists = self.app.of("lists")
        for name, value in one.definition.items():
            if isinstance(value, str) and value.startswith(LIST_PREFIX) and name in one.config:
                key = value.removeprefix(LIST_PREFIX)
                if key not in lists:
                    yield self._no_object("lists", key, f"{one.path}/{name}", lists)

    def _settings(self, one: FieldOutline, value: Any, schema: Any, at: str) -> Iterator[Problem]:
        # Settings say by "x-kind" what they name; "field" is a field beside this one, "path" may cross links.
        if not isinstance(schema, Mapping):
            return
        kind = schema.get("x-kind")
        if isinstance(value, str) and kind in ("field", "path", "form", "role", "action"):
            yield from self._named(one, str(kind), value, one.path + at)
        elif isinstance(value, Mapping):
            properties, rest = schema.get("properties", {}), schema.get("additionalProperties")
            for name, item in value.items():
                yield from self._settings(one, item, properties.get(name, rest), at + pointer(name))
        elif isinstance(value, list) and kind != "options":
            for index, item in enumerate(value):
                yield from self._settings(one, item, schema.get("items"), f"{at}/{index}")

    def _named(self, one: FieldOutline, kind: str, value: str, path: str) -> Iterator[Problem]:
        if kind == "form":
            yield from self._form_name(value, path)
        elif "by" in one.config and "form" in one.config:
            # A related list names fields of the form it shows; `_more` checks them.
            return
        elif path.startswith(f"{one.path}/copies/"):
            # What is copied is a field of the record picked; `_more` checks it, too.
            return
        elif kind == "action":
            top = one.form.parent or one.form
            actions = [action["key"] for action in top.definition.get("page", {}).get("actions", ())]
            if value not in actions:
                yield self._no_object("actions", value, path, actions)
        elif kind == "role":
            if value not in self.app.of("roles"):
                yield self._no_object("roles", value, path, self.app.of("roles"))
        elif (far := self._far(one, path)) is not None:
            yield from self._path(far, value, path)
        else:
            yield from self._path(one.form, value, path)

    def _far(self, one: FieldOutline, path: str) -> FormOutline | None:
        # A rollup's `by`, `field` and `sort` are fields of the form it looks into; a tree's `parent` of its target.
        name = path.removeprefix(one.path + "/")
        if name in ("by", "field", "sort") and "of" in one.config:
            return self.forms.get(str(one.config["of"]))
        return self.forms.get(str(one.config.get("to"))) if name == "parent" else None

    def _more(self, one: FieldOutline) -> Iterator[Problem]:
        config, path = one.config, one.path
        for index, copied in enumerate(config.get("copies", ())):
            far = self.forms.get(str(config.get("to")))
            if far is not None:
                yield from self._path(far, copied["from"], f"{path}/copies/{index}/from")
            yield from self._path(one.form, copied["to"], f"{path}/copies/{index}/to")
        if one.rows is not None:
            yield from self._keys(one.rows, config.get("unique_rows", ()), path + "/unique_rows")
        shown = self.forms.get(str(config.get("form"))) if "by" in config else None
        if shown is not None:
            yield from self._path(shown, config["by"], path + "/by")
            yield from self._paths(shown, config.get("columns", ()), path + "/columns")
        if one.control.role == "layout":
            for name, panes in config.items():
                for index, pane in enumerate(panes if isinstance(panes, list) else ()):
                    if isinstance(pane, Mapping) and isinstance(pane.get("items"), list):
                        yield from self._keys(one.form, pane["items"], f"{path}/{name}/{index}/items")

    def _stages(self, one: FieldOutline) -> Iterator[Problem]:
        stages = one.config.get("stages")
        if not isinstance(stages, list) or not all(isinstance(stage, Mapping) for stage in stages):
            return
        keys = {stage["key"] for stage in stages}
        for index, stage in enumerate(stages):
            at = f"{one.path}/stages/{index}"
            for place, name in enumerate(stage.get("next", ())):
                if name not in keys:
                    yield self._no_object("stages", name, f"{at}/next/{place}", keys)
            yield from self._keys(one.form, stage.get("requires", ()), at + "/requires")

    def _layout(self, form: FormOutline) -> Iterator[Problem]:
        placed: set[str] = set()
        for index, section in form.items("layout"):
            at = f"{form.path}/layout/{index}/items"
            yield from self._keys(form, section["items"], at)
            for place, key in enumerate(section["items"]):
                if key in placed:
                    yield PLACED_TWICE.at(f"{at}/{place}", name=key)
                placed.add(key)

    def _view(self, form: FormOutline, view: Mapping[str, Any], path: str) -> Iterator[Problem]:
        for part in ("columns", "card"):
            yield from self._paths(form, view.get(part, ()), f"{path}/{part}")
        for index, name in enumerate(view.get("sort", ())):
            yield from self._path(form, name.removeprefix("-"), f"{path}/sort/{index}")
            yield from self._sortable(form, name.removeprefix("-"), f"{path}/sort/{index}")
        yield from self._keys(form, view.get("totals", {}), path + "/totals", by_name=True)
        for part in ("by", "group", "start", "end", "resource", "parent", "image", "color", "title"):
            if part in view:
                yield from self._typed(form, part, view[part], f"{path}/{part}")
        for needed in _VIEW_NEEDS.get(view["kind"], ()):
            if needed not in view:
                yield VIEW_NEEDS.at(path, name=needed)
        yield from self._roles(view.get("roles", ()), path + "/roles")

    def _sortable(self, form: FormOutline, name: str, path: str) -> Iterator[Problem]:
        seen = self.types.see(form, tuple(name.split(".")))
        if seen is None or seen.value_type is None:
            return
        is_secret = seen.field is not None and seen.field.definition.get("sensitive")
        if is_secret or seen.is_list or not VALUE_TYPES.get(seen.value_type).is_sortable:
            wanted = {"zh": "可以排序的字段", "en": "a field that can be sorted by"}
            yield WRONG_FIELD.at(path, name=name, wanted=wanted)

    def _typed(self, form: FormOutline, part: str, name: str, path: str) -> Iterator[Problem]:
        seen = self.types.see(form, tuple(name.split(".")))
        if seen is None:
            yield self._no_field(form, name, path)
            return
        wanted = _KINDS_WANTED.get(part)
        if wanted is None or seen.value_type is None:
            return
        fits = seen.value_type in wanted[0]
        if part == "parent":
            fits = fits and seen.config.get("to") == form.key
        if not fits:
            yield WRONG_FIELD.at(path, name=name, wanted=wanted[1])

    def _record_page(self, form: FormOutline, page: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from self._paths(form, page.get("header", ()), path + "/header")
        if "banner" in page:
            yield from self._path(form, page["banner"], path + "/banner")
        for index, tab in enumerate(page.get("tabs", ())):
            yield from self._tab(form, tab, f"{path}/tabs/{index}")
        for index, action in enumerate(page.get("actions", ())):
            at = f"{path}/actions/{index}"
            yield from self._keys(form, action.get("ask", ()), at + "/ask")
            yield from self._written(form, action.get("set"), at + "/set")
            yield from self._roles(action.get("roles", ()), at + "/roles")
            created = action.get("create", {})
            if "form" in created:
                yield from self._form_name(created["form"], at + "/create/form")
                if created["form"] in self.forms:
                    yield from self._written(
                        self.forms[created["form"]], created.get("values"), at + "/create/values"
                    )
            if "flow" in action and action["flow"] not in self.app.of("flows"):
                yield self._no_object("flows", action["flow"], at + "/flow", self.app.of("flows"))

    def _tab(self, form: FormOutline, tab: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from self._paths(form, tab.get("items", ()), path + "/items")
        yield from self._roles(tab.get("roles", ()), path + "/roles")
        for index, name in enumerate(tab.get("of", ())):
            yield from self._form_name(name, f"{path}/of/{index}")
            if name in self.forms and not self._links(self.forms[name], form.key):
                yield NO_LINK_BACK.at(f"{path}/of/{index}", form=name, to=form.key)
        if tab["kind"] != "related":
            return
        if "form" not in tab:
            yield VIEW_NEEDS.at(path, name="form")
            return
        yield from self._form_name(tab["form"], path + "/form")
        other = self.forms.get(tab["form"])
        if other is None:
            return
        yield from self._paths(other, tab.get("columns", ()), path + "/columns")
        for index, name in enumerate(tab.get("sort", ())):
            yield from self._path(other, name.removeprefix("-"), f"{path}/sort/{index}")
        if "by" in tab:
            yield from self._path(other, tab["by"], path + "/by")
            if other.has(tab["by"]) and tab["by"] not in self._links(other, form.key):
                wanted = {"zh": f"指向“{form.key}”的关联", "en": f"a link to “{form.key}”"}
                yield WRONG_FIELD.at(path + "/by", name=tab["by"], wanted=wanted)
        elif not self._links(other, form.key) and "filter" not in tab:
            yield NO_LINK_BACK.at(path, form=tab["form"], to=form.key)

    def _links(self, form: FormOutline, to: str) -> list[str]:
        return links_to(form, to, self.types)

    def _role(self, role: Mapping[str, Any], path: str) -> Iterator[Problem]:
        if isinstance(role.get("home"), str) and role["home"] not in self.app.of("pages"):
            yield self._no_object("pages", role["home"], path + "/home", self.app.of("pages"))
        grants = role.get("grants")
        for name, grant in grants.items() if isinstance(grants, Mapping) else ():
            at = path + pointer("grants", name)
            if name == "*" or not isinstance(grant, Mapping):
                continue
            yield from self._form_name(name, at)
            levels = grant.get("fields")
            if name in self.forms and isinstance(levels, Mapping):
                for field in levels:
                    if field != "*":
                        yield from self._path(self.forms[name], field, at + pointer("fields", field))
        for index, test in enumerate(role.get("tests", ()) if isinstance(role.get("tests"), list) else ()):
            if isinstance(test, Mapping) and isinstance(test.get("form"), str):
                yield from self._form_name(test["form"], f"{path}/tests/{index}/form")

    def _page(self, page: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from self._roles(page.get("roles", ()), path + "/roles")
        if isinstance(page.get("form"), str):
            yield from self._form_name(page["form"], path + "/form")
        if isinstance(page.get("dashboard"), str) and page["dashboard"] not in self.app.of("dashboards"):
            yield self._no_object(
                "dashboards", page["dashboard"], path + "/dashboard", self.app.of("dashboards")
            )
        for part in ("tabs", "today", "numbers"):
            for index, item in enumerate(page.get(part, ()) if isinstance(page.get(part), list) else ()):
                if isinstance(item, Mapping) and isinstance(item.get("form"), str):
                    yield from self._page_item(item, f"{path}/{part}/{index}")

    def _page_item(self, item: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from self._form_name(item["form"], path + "/form")
        yield from self._roles(item.get("roles", ()), path + "/roles")
        form = self.forms.get(item["form"])
        if form is None or not form.is_sound:
            return
        # Views that break their schema are there all the same.
        views = form.keys("views")
        if isinstance(item.get("view"), str) and item["view"] not in views:
            yield self._no_object("views", item["view"], path + "/view", views)
        yield from self._paths(form, item.get("columns", ()), path + "/columns")
        for index, name in enumerate(item.get("sort", ())):
            yield from self._path(form, name.removeprefix("-"), f"{path}/sort/{index}")
        if isinstance(item.get("field"), str):
            yield from self._path(form, item["field"], path + "/field")

    def _dashboards(self) -> Iterator[Problem]:
        reports = self.app.of("reports")
        for key, dashboard in self.sound.of("dashboards").items():
            for index, cell in enumerate(
                dashboard.get("cells", ()) if isinstance(dashboard.get("cells"), list) else ()
            ):
                if (
                    isinstance(cell, Mapping)
                    and isinstance(cell.get("report"), str)
                    and cell["report"] not in reports
                ):
                    yield self._no_object(
                        "reports",
                        cell["report"],
                        f"{pointer('dashboards', key)}/cells/{index}/report",
                        reports,
                    )

    def _sample(self) -> Iterator[Problem]:
        for key, sample in self.app.of("sample").items():
            if isinstance(sample.get("form"), str):
                yield from self._form_name(sample["form"], pointer("sample", key, "form"))

    def _roles(self, names: Iterable[Any], path: str) -> Iterator[Problem]:
        roles = self.app.of("roles")
        for index, name in enumerate(names if isinstance(names, list) else ()):
            if isinstance(name, str) and name not in roles:
                yield self._no_object("roles", name, f"{path}/{index}", roles)

    def _form_name(self, name: str, path: str) -> Iterator[Problem]:
        if name not in self.forms:
            yield NO_FORM.at(path, name=name, nearest=_close(name, self.forms))

    def _written(self, form: FormOutline, values: Any, path: str) -> Iterator[Problem]:
        for key in values if isinstance(values, Mapping) else ():
            yield from self._path(form, key, path + pointer(key))
            own = form.fields.get(key)
            if own is not None and own.control.role != "field":
                wanted = {"zh": "可填写的字段", "en": "a field that can be filled in"}
                yield WRONG_FIELD.at(path + pointer(key), name=key, wanted=wanted)

    def _keys(
        self, form: FormOutline, keys: Iterable[str], path: str, by_name: bool = False
    ) -> Iterator[Problem]:
        for index, key in enumerate(keys):
            if not form.has(key) and form.is_sound:
                yield self._no_field(form, key, path + pointer(key if by_name else index))

    def _paths(self, form: FormOutline, names: Iterable[str], path: str) -> Iterator[Problem]:
        for index, name in enumerate(names):
            yield from self._path(form, name, f"{path}/{index}")

    def _path(self, form: FormOutline, name: str, path: str) -> Iterator[Problem]:
        if self.types.see(form, tuple(name.split("."))) is None:
            yield self._no_field(form, name, path)

    def _no_field(
        self, form: FormOutline, name: str, path: str, known: Iterable[str] | None = None
    ) -> Problem:
        among = known if known is not None else [*form.fields, *SYSTEM_FIELDS]
        return NO_FIELD.at(path, form=form.name, name=name, nearest=_close(name, among))

    def _no_object(self, what: str, name: str, path: str, known: Iterable[str]) -> Problem:
        return NO_OBJECT.at(path, what=_WHAT[what], name=name, nearest=_close(name, known))


def links_to(form: FormOutline, to: str, types: Types) -> list[str]:
    """Return the fields of `form` that hold records of the form `to`, in order."""
    found = []
    for key in [*form.fields, "branch_id"]:
        value_type, config, _ = types.type_of(form, key)
        if value_type in LINKS and config.get("to") == to:
            found.append(key)
    return found


def _close(name: str, among: Iterable[str]) -> str:
    names = list(among)
    return ", ".join(nearest(name, names)) or ", ".join(names[:5]) or "–"
