"""Compiles an app's definitions into plans, once; whatever is wrong is told all at once."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.access.copies import Way, looked_through
from engine.access.policy import compile_policy
from engine.definitions.analysis import Analysis, analyse
from engine.definitions.app import App
from engine.definitions.checks.graph import order
from engine.definitions.checks.references import links_to
from engine.definitions.outline import FieldOutline, FormOutline
from engine.definitions.scopes import RecordScope
from engine.definitions.shape import FormShape
from engine.expressions import Checked, check, parse
from engine.problems import Code, Problem, Rejected, pointer
from form_engine.control import CONTROLS, Control
from form_engine.keeping import kept_of, wrong_snapshots
from form_engine.plan import (
    ActionPlan,
    AppPlan,
    FieldPlan,
    FormPlan,
    Kept,
    PagePlan,
    RulePlan,
    SectionPlan,
    TabPlan,
    ViewPlan,
)
from form_engine.role_tests import run_role_tests

BAD_DEFAULT = Code(
    "field.bad_default",
    zh="默认值不能用在这里：{why}",
    en="The default does not fit this field: {why}",
    hint_zh="按该控件的写法填写默认值，或改用 default_formula",
    hint_en="Write it as the control expects, or use default_formula",
)


def compile_app(app: App) -> AppPlan:
    """Return the plans of `app`. Raise Rejected with every problem that stops it."""
    analysis = analyse(app, CONTROLS)
    problems = list(analysis.refusals)
    if problems:
        raise Rejected(problems)
    plan = _plan_app(analysis)
    problems = [*_wrong_defaults(plan), *plan.policy.problems]
    if problems:
        raise Rejected(problems)
    return plan


def compile_published(app: App) -> AppPlan:
    """Return the plans of a published version. Raise Rejected where this program no longer takes what an earlier one did."""
    try:
        analysis = analyse(app, CONTROLS, is_published=True)
        if not analysis.refusals:
            plan = _plan_app(analysis)
            if not plan.policy.problems:
                return plan
    except Exception:
        # Said in words by the full check; where that finds nothing, this was a fault of the program.
        compile_app(app)
        raise
    return compile_app(app)


def lint_app(app: App) -> list[Problem]:
    """Return every problem of `app`, advice and the roles' own checks included: what `clinicraft check` and the designer show."""
    analysis = analyse(app, CONTROLS)
    problems = list(analysis.problems)
    if not analysis.refusals:
        plan = _plan_app(analysis)
        problems += [*_wrong_defaults(plan), *plan.policy.problems, *run_role_tests(plan)]
    return problems


def _plan_app(analysis: Analysis) -> AppPlan:
    app = analysis.app
    forms = {key: _Compiler(analysis, form).form() for key, form in analysis.forms.items()}
    pages = {key: _page(analysis, key, page) for key, page in app.of("pages").items()}
    policy = compile_policy(app.of("roles"), analysis.shapes)
    return AppPlan(app, forms, analysis.shapes, pages, app.of("lists"), policy, analysis)


def _page(analysis: Analysis, key: str, page: Mapping[str, Any]) -> PagePlan:
    filters = {}
    for part in ("today", "numbers"):
        for index, item in enumerate(page.get(part, ())):
            checked = analysis.formula(f"{pointer('pages', key)}/{part}/{index}/filter")
            if checked is not None:
                filters[f"{part}/{item['key']}"] = checked
    return PagePlan(key, page, filters)


class _Compiler:
    """Turns one form's outline into its plan; formulas are found by their place."""

    def __init__(self, analysis: Analysis, form: FormOutline) -> None:
        self.analysis = analysis
        self.outline = form
        self.definition = form.definition
        self.path = form.path

    def form(self) -> FormPlan:
        """Return the plan of the whole form."""
        said, page = self.definition, self.definition.get("page", {})
        return FormPlan(
            key=self.outline.key,
            name=said["name"],
            definition=said,
            shape=self.analysis.shapes[self.outline.key],
            fields=self._fields(self.outline, self.analysis.shapes[self.outline.key]),
            order=order(self.outline, self.analysis.reads),
            rules=(
                *(self._rule(index, rule) for index, rule in enumerate(said.get("rules", ()))),
                *self._seals(),
            ),
            layout=tuple(self._layout()),
            views={view["key"]: self._view(index, view) for index, view in enumerate(said.get("views", ()))},
            tabs={tab["key"]: self._tab(index, tab) for index, tab in enumerate(page.get("tabs", ()))},
            actions={
                one["key"]: self._action(index, one) for index, one in enumerate(page.get("actions", ()))
            },
            public_set=self._several(f"{self.path}/public/set", said.get("public", {}).get("set", {})),
            public_about=self._listed("about", "value"),
            public_closed=self._listed("closed", "when"),
            title=self._checked("title"),
            is_off=bool(said.get("off", False)),
            system=said.get("system", {}),
            system_defaults=self._several(f"{self.path}/system", said.get("system", {}), "/default_formula"),
        )

    def _checked(self, *place: str | int) -> Checked | None:
        return self.analysis.formula(self.path + pointer(*place))

    def _listed(self, part: str, name: str) -> dict[str, Checked]:
        """Return the formulas of a list in the public part, by key."""
        given = self.outline.definition.get("public", {}).get(part, ())
        found = {one["key"]: self._checked("public", part, index, name) for index, one in enumerate(given)}
        return {key: checked for key, checked in found.items() if checked is not None}

    def _several(self, path: str, values: Mapping[str, Any], tail: str = "") -> dict[str, Checked]:
        found = {key: self.analysis.formula(path + pointer(key) + tail) for key in values}
        return {key: checked for key, checked in found.items() if checked is not None}

    def _fields(self, form: FormOutline, shape: FormShape) -> tuple[FieldPlan, ...]:
        return tuple(self._field(one, shape) for one in form.fields.values())

    def _field(self, one: FieldOutline, shape: FormShape) -> FieldPlan:
        said, own = one.definition, shape.fields.get(one.key)
        control = one.control
        if not isinstance(control, Control):
            raise TypeError(f"{control!r} is not a control")
        unique = said.get("unique")
        found = {name: self.analysis.formula(f"{one.path}/{name}") for name in _FIELD_FORMULAS}
        first = control.starts_with(one.config)
        if first is not None and found["default_formula"] is None and said.get("default") is None:
            found["default_formula"] = self._over_record(first)
        kept, looked = self._kept(one, shape)
        return FieldPlan(
            key=one.key,
            path=one.path,
            control=control,
            config=one.config,
            definition=said,
            label=said.get("label", {}),
            shape=own,
            required=bool(said.get("required", False)),
            read_only=bool(said.get("read_only", False)),
            default=said.get("default"),
            conditions=dict(self._conditions(one)),
            on_hidden=said.get("on_hidden"),
            rows=self._rows(one, own.rows) if one.rows is not None and own is not None and own.rows else None,
            unique=unique if isinstance(unique, Mapping) else {} if unique else None,
            kept=kept,
            looked=looked,
            **found,
        )

    def _kept(self, one: FieldOutline, shape: FormShape) -> tuple[tuple[Kept, ...], tuple[Way, ...]]:
        paths, shapes = one.config.get("fields_kept", ()), self.analysis.shapes
        if not paths:
            return (), ()
        return kept_of(shapes, shape, paths, self.analysis.forms, one.form), looked_through(
            shapes, shape, paths
        ).ways

    def _conditions(self, one: FieldOutline) -> Iterator[tuple[str, Checked]]:
        # What the control's own settings hold beyond the formulas every field may have.
        named = {f"{one.path}/{name}" for name in _FIELD_FORMULAS}
        inner = f"{one.path}/fields/"
        for path, checked in self.analysis.formulas_under(one.path):
            if path not in named and not path.startswith(inner):
                yield path[len(one.path) + 1 :], checked

    def _rows(self, one: FieldOutline, shape: FormShape) -> FormPlan:
        assert one.rows is not None
        return FormPlan(
            key=one.key,
            name=one.definition.get("label", {}),
            definition=one.definition,
            shape=shape,
            fields=self._fields(one.rows, shape),
            order=order(one.rows, self.analysis.reads),
            parent=one.form.name,
        )

    def _rule(self, index: int, rule: Mapping[str, Any]) -> RulePlan:
        lock = rule.get("lock")
        return RulePlan(
            key=rule["key"],
            path=f"{self.path}/rules/{index}",
            when=self._checked("rules", index, "when"),
            check=self._checked("rules", index, "check"),
            message=rule.get("message", {}),
            at=rule.get("at", ""),
            lock=bool(lock),
            lock_fields=tuple(lock) if isinstance(lock, list) else (),
            unlock_fields=tuple(rule.get("unlock", ())),
            set=self._several(f"{self.path}/rules/{index}/set", rule.get("set", {})),
            no_overlap=rule.get("no_overlap"),
            within=rule.get("within"),
            found=rule.get("found"),
            where=self._checked(
                "rules",
                index,
                next((one for one in ("within", "found") if one in rule), "no_overlap"),
                "where",
            ),
        )

    def _seals(self) -> Iterator[RulePlan]:
        """Yield the locks that come of a filled field, such as a signature."""
        for one in self.outline.fields.values():
            covered = one.control.covers(one.config) if isinstance(one.control, Control) else None
            if covered is None:
                continue
            yield RulePlan(
                key=f"{one.key}_seals",
                path=one.path,
                when=self._over_record(f"NOT(ISBLANK({{{one.key}}}))"),
                message=one.definition.get("label", {}),
                lock=True,
                lock_fields=(*covered, one.key) if covered else (),
            )

    def _over_record(self, formula: str) -> Checked:
        return check(parse(formula), RecordScope(self.analysis.types, self.outline))

    def _layout(self) -> Iterator[SectionPlan]:
        for index, section in enumerate(self.definition.get("layout", ())):
            yield SectionPlan(
                key=section.get("key", f"section_{index + 1}"),
                section=section.get("section", {}),
                items=tuple(section["items"]),
                columns=section.get("columns", 2),
                folded=section.get("folded", False),
                visible_if=self._checked("layout", index, "visible_if"),
            )

    def _view(self, index: int, view: Mapping[str, Any]) -> ViewPlan:
        return ViewPlan(
            key=view["key"],
            kind=view["kind"],
            name=view["name"],
            definition=view,
            filter=self._checked("views", index, "filter"),
            columns=tuple(view.get("columns", ())),
            sort=tuple(view.get("sort", ())),
            group=view.get("group"),
            totals=view.get("totals", {}),
            color_if=self._several(f"{self.path}/views/{index}/color_if", view.get("color_if", {})),
            roles=frozenset(view.get("roles", ())),
        )

    def _tab(self, index: int, tab: Mapping[str, Any]) -> TabPlan:
        forms, types = self.analysis.forms, self.analysis.types
        links = {}
        for name in [*tab.get("of", ()), *([tab["form"]] if tab["kind"] == "related" else [])]:
            found = links_to(forms[name], self.outline.key, types)
            if tab.get("by") in found:
                links[name] = tab["by"]
            elif found:
                links[name] = found[0]
        return TabPlan(
            key=tab["key"],
            kind=tab["kind"],
            definition=tab,
            visible_if=self._checked("page", "tabs", index, "visible_if"),
            filter=self._checked("page", "tabs", index, "filter"),
            links=links,
        )

    def _action(self, index: int, action: Mapping[str, Any]) -> ActionPlan:
        path = f"{self.path}/page/actions/{index}"
        return ActionPlan(
            key=action["key"],
            name=action["name"],
            definition=action,
            visible_if=self.analysis.formula(path + "/visible_if"),
            set=self._several(path + "/set", action.get("set", {})),
            create=self._several(path + "/create/values", action.get("create", {}).get("values", {})),
            roles=frozenset(action.get("roles", ())),
        )


_FIELD_FORMULAS = (
    "required_if", "visible_if", "read_only_if", "default_formula", "formula", "filter", "where",
)  # fmt: skip


def _wrong_defaults(plan: AppPlan) -> Iterator[Problem]:
    for form in plan.forms.values():
        yield from _wrong_defaults_of(form)
        yield from wrong_snapshots(form)


def _wrong_defaults_of(form: FormPlan) -> Iterator[Problem]:
    for one in form.fields:
        if one.rows is not None:
            yield from _wrong_defaults_of(one.rows)
        elif one.default is not None and one.is_written:
            yield from _wrong_default(one)


def _wrong_default(one: FieldPlan) -> Iterator[Problem]:
    path = one.path + "/default"
    try:
        value = one.parse(one.default, path)
        if value is not None:
            value = one.control.normalise(value, one.config)
    except Rejected as rejected:
        yield from (_as_default(problem, path) for problem in rejected.problems)
        return
    if value is not None:
        yield from (_as_default(problem, path) for problem in one.control.check(value, one.config, path))


def _as_default(problem: Problem, path: str) -> Problem:
    return BAD_DEFAULT.at(path, why={"zh": problem.message("zh"), "en": problem.message("en")})
