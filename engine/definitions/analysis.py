"""The analysis of an app: everything that can be said about it before it runs, problems included."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from engine.definitions.app import App
from engine.definitions.checks.conflicts import ADVICE, conflict_problems
from engine.definitions.checks.formulas import Place, check_place, computed_place, places
from engine.definitions.checks.graph import cycles, live_fields, reads_of
from engine.definitions.checks.keys import key_problems
from engine.definitions.checks.references import References
from engine.definitions.checks.schemas import schema_problems
from engine.definitions.checks.secrets import secret_problems
from engine.definitions.checks.sound import without_broken
from engine.definitions.deadlines import deadlines_of
from engine.definitions.kinds import FieldKinds
from engine.definitions.outline import FieldOutline, FormOutline, outline_forms
from engine.definitions.scopes import Types
from engine.definitions.shape import FormShape
from engine.definitions.shapes import form_shape
from engine.expressions import Checked
from engine.problems import Problem


@dataclass(frozen=True)
class Analysis:
    """What was found. `formulas`: checked formulas by JSON pointer; `live`: computed fields worked out when read."""

    app: App
    forms: Mapping[str, FormOutline]
    types: Types
    shapes: Mapping[str, FormShape]
    formulas: Mapping[str, Checked]
    reads: Mapping[FieldOutline, frozenset[tuple[str, str]]] = field(default_factory=dict)
    live: frozenset[FieldOutline] = frozenset()
    problems: tuple[Problem, ...] = ()

    @property
    def refusals(self) -> tuple[Problem, ...]:
        """Return the problems that stop the app; the others are advice."""
        return tuple(problem for problem in self.problems if problem.code not in ADVICE)

    def formulas_under(self, path: str) -> Iterator[tuple[str, Checked]]:
        """Yield the formulas below `path`, with their places."""
        # Sorted once: asking for each of a thousand fields must not walk all formulas.
        start = bisect_left(self._places, path + "/")
        for place in self._places[start:]:
            if not place.startswith(path + "/"):
                return
            yield place, self.formulas[place]

    @cached_property
    def _places(self) -> list[str]:
        return sorted(self.formulas)

    def formula(self, path: str) -> Checked | None:
        """Return the checked formula at `path`."""
        return self.formulas.get(path)


def lint(app: App, kinds: FieldKinds) -> list[Problem]:
    """Return every problem of the app, advice included; none is raised."""
    return list(analyse(app, kinds).problems)


def analyse(app: App, kinds: FieldKinds, is_published: bool = False) -> Analysis:
    """Return the analysis of `app`. Objects that break their schema are left out of the deeper checks.

    What a published version has passed within itself (keys, references, secrets, conflicts) is not asked of it again.
    """
    problems = list(schema_problems(app, kinds))
    sound, broken = without_broken(app, problems)
    if not is_published:
        problems.extend(key_problems(app))
    forms = outline_forms(sound, kinds, broken, app)
    types = Types(forms)
    formulas: dict[str, Checked] = {}
    computed = _check_computed(forms, types, formulas, problems)
    for place in places(sound, forms, types):
        _check(place, formulas, problems)
    where = {one: formulas[one.path + "/where"] for one in _fields(forms) if one.path + "/where" in formulas}
    reads = reads_of(types, computed, where)
    problems.extend(cycles(reads))
    live = live_fields(reads, computed)
    if not is_published:
        problems.extend(References(app, forms, types, sound).problems())
        problems.extend(secret_problems(forms, reads))
        for form in forms.values():
            if form.is_sound:
                problems.extend(conflict_problems(form, formulas))
    scoped = frozenset(key for key in forms if _is_own_scoped(key, sound))
    shapes = {
        key: form_shape(form, types, live, formulas, scoped) for key, form in forms.items() if form.is_sound
    }
    for key, asked in deadlines_of(sound, shapes).items():
        shapes[key] = replace(shapes[key], deadlines=asked)
    return Analysis(app, forms, types, shapes, formulas, reads, live, tuple(problems))


def _is_own_scoped(form: str, app: App) -> bool:
    """Tell whether some role sees only its own records of the form, so that the way to them gets indexes."""
    for role in app.of("roles").values():
        grants = role.get("grants", {})
        said = str(grants.get(form, grants.get("*", {})).get("view", ""))
        if said in ("own", "team") or any(word in said for word in ("OWN(", "INTEAM(")):
            return True
    return False


def _fields(forms: Mapping[str, FormOutline]) -> list[FieldOutline]:
    return [one for form in forms.values() if form.is_sound for one in form.all_fields()]


def _check_computed(
    forms: Mapping[str, FormOutline], types: Types, formulas: dict[str, Checked], problems: list[Problem]
) -> dict[FieldOutline, Checked]:
    # Types ask back while a formula is checked: `{total}` needs the type of the formula behind it.
    computed: dict[FieldOutline, Checked] = {}

    def check(one: FieldOutline) -> Checked | None:
        place = computed_place(one, types)
        checked = _check(place, formulas, problems) if place is not None else None
        if checked is not None:
            computed[one] = checked
        return checked

    types.check_with(check)
    for one in _fields(forms):
        if one.control.role == "computed":
            types.type_of(one.form, one.key)
    return computed


def _check(place: Place, formulas: dict[str, Checked], problems: list[Problem]) -> Checked | None:
    checked, found = check_place(place)
    problems.extend(found)
    if checked is not None:
        formulas[place.path] = checked
    return checked
