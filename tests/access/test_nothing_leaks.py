"""Whatever one asks, nothing hidden or masked shows: not by lists, search, sorting, groups, counts, links or totals.

Two worlds differ only in what somebody may not know: records out of his scope, values hidden or masked for him. Then
every question must have the same answer in both. Who may know what is worked out by a naive reading of the roles,
which shares no code with the gate.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.access import columns, computed, field_guard, policy, search_sql, sql_fields
from engine.access.gate import Gate
from engine.access.levels import FieldLevel, Level
from engine.access.masking import mask
from engine.access.query import RecordQuery
from engine.problems import Rejected
from tests.access.clinic import NOW, Clinic, TestUnit, field, form, opened, shapes, someone

FORMS = shapes(
    form("other", field("k"), field("a", search="text"), field("s", mask="id"),
         field("sum", "money", stored=False,
               rollup={"of": "item", "by": "link", "aggregate": "sum", "field": "n"}),
         field("of_k", "integer", stored=False,
               rollup={"of": "item", "by": "link", "aggregate": "count", "field": "c", "where": '{c} = "x"'}),
         title='{a} & "/" & {s}'),
    form("item", field("a", search="name"), field("b", "integer"), field("c", "choice"),
         field("m", mask="phone", search="phone"), field("p", mask="phone", search="phone", sensitive=True),
         field("n", "money", mask="cost"), field("link", "reference", to="other"),
         field("f_b", "integer", stored=False, formula="{b} + 1"),
         field("f_n", "money", stored=False, formula="{n} * 2"),
         field("f_m", stored=False, formula='{m} & "x"'),
         field("f_a", stored=False, formula="{link.a}"),
         field("f_s", stored=False, formula='{link.s} & "!"'),
         field("f_sum", "money", stored=False, formula="{link.sum} + 1"),
         field("rows", "rows", rows=form("rows", field("t"), field("u", "money", mask="cost"), parent="item"))),
)  # fmt: skip
FREE = {"other": ("a", "s"), "item": ("a", "b", "m", "p", "n")}
"""Fields that no rule below asks about, so that changing them changes nobody's rights."""
RULES: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "own": lambda r: "me" in (r["owner_id"], r["created_by"]),
    "branch": lambda r: r["branch_id"] == "b1",
    "all": lambda r: True,
    "none": lambda r: False,
    'OR(FALSE(), {c} = "x")': lambda r: r.get("c") == "x",
    '{branch_id} = "b2"': lambda r: r["branch_id"] == "b2",
    '{link.k} = "x"': lambda r: (r.get("_link") or {}).get("k") == "x",
    "{wrong} = 1": lambda r: False,
}
OTHER_RULES = ("own", "branch", "all", "none", '{branch_id} = "b2"')
LEVELS = ("none", "masked", "read", "write")
CONDITION = '{c} = "x"'
PATHS = {
    "other": ("k", "a", "s", "sum", "of_k", "no"),
    "item": ("a", "b", "c", "m", "p", "n", "link", "f_b", "f_n", "f_m", "f_a", "f_s", "f_sum",
             "link.a", "link.s", "link.sum", "link.k", "branch_id", "rows", "rows.u"),
}  # fmt: skip
NUMBERS = ("b", "n", "sum", "of_k", "f_b", "f_n", "f_sum", "link.sum")
TEXTS = ("x", "y", "13812345678", "13899995678", "110101199001011234", "110222200002021234", None)
WORD = st.sampled_from(TEXTS)
OWNERS = st.sampled_from(["me", "you", None])
BRANCHES = st.sampled_from(["b1", "b2", None])


def levels(conditional: bool) -> st.SearchStrategy[str]:
    plain = st.sampled_from(LEVELS)
    return st.one_of(plain, plain.map(lambda w: f"{w} until {CONDITION}")) if conditional else plain


def grants(key: str) -> st.SearchStrategy[dict[str, Any]]:
    scope = st.sampled_from(OTHER_RULES if key == "other" else (*RULES, "all", "all"))
    names = (
        [*FREE[key], "k"]
        if key == "other"
        else [*FREE[key], "c", "link", "f_b", "f_n", "f_m", "rows", "rows.u"]
    )
    named = st.dictionaries(st.sampled_from(names), levels(key == "item"), max_size=3)
    rest = st.dictionaries(st.just("*"), st.sampled_from(LEVELS), max_size=1)
    fields = st.builds(lambda a, b: a | b, named, rest)
    return st.fixed_dictionaries({"view": scope}, optional={"edit": scope, "fields": fields})


ROLE = st.fixed_dictionaries(
    {"grants": st.fixed_dictionaries({key: grants(key) for key in FORMS})},
    optional={"masks": st.dictionaries(st.sampled_from(["phone", "id", "cost"]), st.sampled_from(LEVELS))},
)
SYSTEM = {"owner_id": OWNERS, "created_by": OWNERS, "branch_id": BRANCHES}
OTHER = st.fixed_dictionaries({**SYSTEM, "k": WORD, "a": WORD, "s": WORD})
MONEY = st.sampled_from([None, Decimal("1.10"), Decimal(2), Decimal(30)])
ROWS = st.lists(st.fixed_dictionaries({"t": WORD, "u": MONEY}), max_size=2)
ITEM = st.fixed_dictionaries(
    {
        **SYSTEM,
        "a": WORD,
        "b": st.sampled_from([None, 1, 2, 3]),
        "c": st.sampled_from(["x", "y", None]),
        "m": WORD,
        "p": WORD,
        "n": MONEY,
        "link": st.integers(0, 4),
        "rows": ROWS,
    }
)
World = dict[str, list[dict[str, Any]]]


def questions() -> st.SearchStrategy[RecordQuery]:
    """Every way to ask about every field."""

    def ask(key: str, path: str, kind: int, value: str) -> RecordQuery:
        filters = {"op": "and", "items": [{"field": path, "op": ("eq", "ne", "not_empty", "in")[kind % 4],
                                            "value": [value] if kind % 4 == 3 else value}]}  # fmt: skip
        more: dict[int, dict[str, Any]] = {
            0: {"where": filters}, 1: {"where": filters}, 2: {"where": filters}, 3: {"where": filters},
            4: {"sort": (path,)}, 5: {"sort": (f"-{path}",), "limit": 2}, 6: {"group": (path,)},
            7: {"aggregates": {"x": ("count", path)}}, 8: {"aggregates": {"x": ("max", path)}},
            9: {"aggregates": {"x": ("sum", path)}, "group": ("c",) if key == "item" else ()},
            10: {"formulas": (f"{{{path}}} > 1" if path in NUMBERS else f'{{{path}}} = "x"',)},
            11: {"search": value}, 12: {"search": value[-4:]}, 13: {},
            14: {"where": {"op": "or", "items": [{"field": "link", "op": "where", "value": {
                "op": "and", "items": [{"field": "s", "op": "eq", "value": value}]}}]}},
            15: {"where": {"op": "or", "items": [{"field": "rows", "op": "any_item", "value": {
                "op": "and", "items": [{"field": "u", "op": "eq", "value": "30"}]}}]}},
        }  # fmt: skip
        fields = (path,) if kind < 13 and "limit" not in more[kind] else ()
        return RecordQuery(key, fields if kind not in (11, 12) else ("id",), **more[kind])

    of_form = lambda key: st.tuples(st.just(key), st.sampled_from(PATHS[key]))  # noqa: E731
    pairs = st.one_of(of_form("item"), of_form("item"), of_form("other"))
    values = st.sampled_from(["x", "13812345678", "1", "30", "110101199001011234"])
    return st.builds(lambda pair, kind, value: ask(*pair, kind, value), pairs, st.integers(0, 15), values)


# --- the naive reading of roles ---------------------------------------------------------------------------------


def sees(role: Mapping[str, Any], key: str, record: Mapping[str, Any]) -> bool:
    return RULES[role["grants"].get(key, {}).get("view", "none")](record)


def visible(roles: list[Mapping[str, Any]], key: str, record: Mapping[str, Any]) -> bool:
    return any(sees(role, key, record) for role in roles)


def role_level(role: Mapping[str, Any], key: str, name: str, record: Mapping[str, Any]) -> int:
    grant = role["grants"].get(key, {})
    edits = grant.get("edit", "none") not in ("none", "{wrong} = 1")
    if grant.get("view", "none") in ("none", "{wrong} = 1") and not edits:
        return 0
    most = 3 if edits else 2
    rest = LEVELS.index(grant.get("fields", {}).get("*", "write"))
    own = grant.get("fields", {}).get(name)
    mask_class = FORMS[key].fields[name].mask
    if own is not None:
        word, until, _ = own.partition(" until ")
        level = LEVELS.index(word)
        if until and record.get("c") == "x":
            level = max(level, 3 if word == "read" else max(rest, 2))
        return min(level, most)
    if mask_class is None:
        return min(rest, most)
    allowed = LEVELS.index(role.get("masks", {}).get(mask_class, "masked"))
    return min(rest, 3 if allowed >= 2 else allowed, most)


def level(roles: list[Mapping[str, Any]], key: str, name: str, record: Mapping[str, Any]) -> int:
    return max((role_level(role, key, name, record) for role in roles), default=0)


# --- two worlds -------------------------------------------------------------------------------------------------


def linked(world: World) -> World:
    for record in world["item"]:
        at = record.get("_at", record["link"])
        record["_link"] = next((o for o in world["other"] if o["id"] == f"other-{at}"), None)
    return world


def numbered(world: World) -> World:
    """Give every record an id, and links the ids they point to."""
    made: World = {
        key: [dict(r, id=f"{key}-{at}", at=at) for at, r in enumerate(world[key])] for key in world
    }
    for record in made["item"]:
        record["_at"] = record["link"]
    return linked(made)


def changed(world: World, roles: list[Mapping[str, Any]], draw: Callable[[Any], Any]) -> World:
    """Return the world with everything different that the roles do not show."""
    made: World = {"other": [], "item": []}
    for key, records in world.items():
        for record in records:
            if not visible(roles, key, record):
                if key == "item" and draw(st.booleans()):
                    continue
                made[key].append({**record, **{name: _other(name, record[name]) for name in FREE[key]}})
                continue
            new = dict(record)
            for name in FREE[key]:
                have = level(roles, key, name, record)
                if have == 0:
                    new[name] = _other(name, record[name])
                elif have == 1:
                    new[name] = _same_mask(FORMS[key].fields[name].mask, record[name])
            if key == "item":
                new["rows"] = _changed_rows(roles, record)
            made[key].append(new)
    return linked(made)


def _changed_rows(roles: list[Mapping[str, Any]], record: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [dict(row) for row in record["rows"]]
    have = level(roles, "item", "rows", record)
    if have == 0:
        return [{"t": "z", "u": Decimal(5)}]
    if have == 1:
        return [{"t": row["t"] and "q", "u": row["u"] and Decimal(6)} for row in rows]
    return rows


def _other(name: str, value: Any) -> Any:
    if name == "b":
        return 7 if value != 7 else 8
    return Decimal("77.70") if name == "n" else "changed"


def _same_mask(mask_class: str | None, value: Any) -> Any:
    """Return another value that shows the same mask."""
    if isinstance(value, str):
        alike = [
            t for t in (*TEXTS, "zzz") if t and t != value and mask(t, mask_class) == mask(value, mask_class)
        ]
        return alike[0] if alike else value
    return value if value is None else type(value)(99)


def fill(clinic: Clinic, world: World) -> None:
    for tables in clinic.tables.values():
        for table in tables.everything():
            clinic.connection.execute(table.delete())
    for key in ("other", "item"):
        for record in world[key]:
            values = {k: v for k, v in record.items() if not k.startswith("_") and k not in ("at", "link")}
            if key == "item":
                values["link"] = f"other-{record['_at']}"
                values["rows"] = [
                    {"id": f"{record['id']}-{n}", **row} for n, row in enumerate(record["rows"])
                ]
            clinic.add(key, no=record["id"], created_at=NOW + timedelta(seconds=record["at"]), **values)


def answers(gate: Gate, asked: list[RecordQuery]) -> list[Any]:
    found: list[Any] = []
    for query in asked:
        try:
            if query.group or query.aggregates:
                found.append(gate.groups(query))
            else:
                page = gate.page(query)
                found.append((page.records, page.labels, page.cursor, gate.count(query)))
        except Rejected as refused:
            found.append([p.to_json() for p in refused.problems])
    return found


def check(
    clinic: Clinic, data: Any, roles: list[dict[str, Any]], world: World, asked: list[RecordQuery]
) -> None:
    """Ask in both worlds; then compare a plain list with the naive reading."""
    rules = clinic.policy(**{f"r{at}": role for at, role in enumerate(roles)})
    actor = someone(*(f"r{at}" for at in range(len(roles))))
    fill(clinic, world)
    here = answers(Gate(rules, actor, TestUnit(clinic.connection)), asked)
    shown = lists(Gate(rules, actor, TestUnit(clinic.connection)))
    fill(clinic, changed(world, roles, data.draw))
    there = answers(Gate(rules, actor, TestUnit(clinic.connection)), asked)
    for query, one, other in zip(asked, here, there, strict=True):
        assert one == other, query
    assert shown == expected(roles, world)


def lists(gate: Gate) -> dict[str, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for key in FORMS:
        try:
            records = gate.page(RecordQuery(key)).records
        except Rejected:
            records = []
        found[key] = {r["id"]: {name: r[name] for name in FREE[key] if name in r} for r in records}
    return found


def expected(roles: list[dict[str, Any]], world: World) -> dict[str, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = {key: {} for key in FORMS}
    for key, records in world.items():
        for record in records:
            if visible(roles, key, record):
                values = {}
                for name in FREE[key]:
                    have, value = level(roles, key, name, record), record[name]
                    shape = FORMS[key].fields[name]
                    if have:
                        json = None if value is None else shape.type.to_json(value, shape.config)
                        values[name] = json if have >= 2 else mask(json, shape.mask)
                found[key][record["id"]] = values
    return found


def lawful(
    clinic: Clinic, examples: int, phases: tuple[Phase, ...] = (Phase.generate,)
) -> Callable[[], None]:
    @settings(max_examples=examples, deadline=None, phases=phases, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(
        data=st.data(),
        roles=st.lists(ROLE, min_size=1, max_size=2),
        world=st.fixed_dictionaries(
            {"other": st.lists(OTHER, max_size=4), "item": st.lists(ITEM, max_size=6)}
        ),
        asked=st.lists(questions(), min_size=8, max_size=16),
    )
    def law(data: Any, roles: list[dict[str, Any]], world: World, asked: list[RecordQuery]) -> None:
        check(clinic, data, roles, numbered(world), asked)

    return law


@pytest.fixture
def clinic(request: pytest.FixtureRequest) -> Iterator[Clinic]:
    url = (
        "sqlite://" if getattr(request, "param", "sqlite") == "sqlite" else request.getfixturevalue("pg_url")
    )
    with opened(url) as connection:
        yield Clinic(connection, FORMS)


@pytest.mark.parametrize(("clinic", "examples"), [("sqlite", 60), ("postgresql", 15)], indirect=["clinic"])
def test_nothing_hidden_or_masked_shows_in_any_answer(clinic: Clinic, examples: int) -> None:
    lawful(clinic, examples)()


@contextmanager
def replaced(owner: Any, name: str, by: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, by)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _anyone_uses(self: field_guard.FieldGuard, form: Any, name: str, path: str = "") -> Any:
    return self.see(form, name, path)


def _own_level(self: policy.Rights, form: str, name: str, above: Any) -> FieldLevel:
    return self.level(form, name)


def _never_known(self: policy.Rights, form: str, name: str) -> FieldLevel:
    return FieldLevel(Level.READ)


MUTANTS: dict[str, tuple[Any, str, Any]] = {
    "row rules are left out": (sql_fields.SqlFields, "reached", lambda self, rule, joins=False: None),
    "links and rollups ignore the other form's rows": (sql_fields.SqlFields, "seen", lambda self, verb: None),
    "masks are left out": (columns, "mask", lambda value, mask_class: value),
    "masked fields may be asked about": (field_guard.FieldGuard, "use", _anyone_uses),
    "computed fields forget their inputs": (policy.Rights, "_computed", _own_level),
    "every field is readable": (policy.Rights, "effective", _never_known),
    "search looks into every field": (search_sql.SearchSql, "_allowed", lambda self, level, needed: []),
    "inputs through links are forgotten": (computed.Inputs, "along", lambda self, shape, path: iter(())),
    "formulas of the asker are not checked": (field_guard.FieldGuard, "use_all", lambda *given, **more: None),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_taking_a_guard_away_is_noticed(clinic: Clinic, mutant: str) -> None:
    with replaced(*MUTANTS[mutant]), pytest.raises((AssertionError, ExceptionGroup)):
        lawful(clinic, 400)()
