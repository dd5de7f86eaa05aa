"""Random roles ask the whole product about everything; no answer holds a word that the naive reading of the roles hides.

Every value is a word of its own, so a leak shows wherever it comes out: lists, labels, groups, exports, history,
timeline, searches, problem texts. Questions that name a hidden word must be answered like those that name an unused one.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.access.actor import Actor, system_actor
from engine.access.levels import READ
from engine.access.policy import Rights
from engine.access.sql_fields import SqlFields
from engine.access.writing import Writing
from engine.ids import new_id
from engine.problems import Rejected
from engine.store import Installation, Workspace
from engine.store import Settings as StoreSettings
from form_engine.exporting.service import Exported, ExportService
from form_engine.importing.service import ImportService
from form_engine.plan import AppPlan
from form_engine.service import RecordService
from tests.form_engine.making import app, field, form, words
from tests.installations import BOTH, pg_database

__all__ = ["pg_database"]

LEVELS = ("none", "masked", "read", "write")
SECRETS = ("note", "wechat", "phone", "diagnosis", "cost")
ME, YOU = new_id(), new_id()
B1, B2 = new_id(), new_id()
SCOPES = {
    "own": lambda r: r["owner"] == ME,
    "branch": lambda r: r["branch"] == B1,
    "all": lambda r: True,
    "none": lambda r: False,
    'OR(OWN(), {color} = "red")': lambda r: r["owner"] == ME or r["color"] == "red",
}
UNTIL = {"OWN()": lambda r: r["owner"] == ME, '{color} = "red"': lambda r: r["color"] == "red"}
COLORS = [{"key": key, "label": words(key)} for key in ("red", "blue")]
LIVE = (
    "{note} & {channel_id.name}",
    "{channel_id.name} & {diagnosis}",
    'IF({channel_id.name} = "x", 0, {cost})',
    '{wechat} & "-" & {name} & {channel_id.name}',
)
"""Formulas through a link: worked out when read, so that none of them needs a column."""


def made(roles: Mapping[str, Any], masks: Mapping[str, str], title: str, formula: str) -> AppPlan:
    """Compile the app; what varies changes no table."""

    def secret(key: str, control: str = "text", **more: Any) -> dict[str, Any]:
        return field(key, control, **({"mask": masks[key]} if key in masks else {}), **more)

    channel = form("channel", field("name", search="text"), title="{name}")
    customer = form(
        "customer",
        field("name", search="name"),
        secret("note", search="text"),
        secret("wechat", search="text"),
        secret("phone", "mobile", sensitive=True, search="phone", unique=True),
        secret("diagnosis", "textarea"),
        secret("cost", "money"),
        field("color", "select", options=COLORS),
        field("channel_id", "link", to="channel"),
        field("made", "formula", formula=formula),
        field("channel_name", "lookup", path="channel_id.name"),
        field("talks", "rollup", of="talk", by="customer_id", aggregate="count"),
        title=title,
        own_by=["owner_id"],
        views=[{"key": "board", "kind": "kanban", "name": words("board"), "by": "color", "card": ["name", *SECRETS, "made"]}],
        page={"tabs": [{"key": "timeline", "kind": "timeline", "of": ["talk"]}]},
        **{"import": {"fields": {"name": {"aliases": ["name"]}, "phone": {"aliases": ["phone"]}}, "match": [["phone"]]}},
    )  # fmt: skip
    talk = form("talk", field("customer_id", "link", to="customer"), field("content", "textarea", search="text"), field("at", "datetime"),
                field("of_whom", "lookup", path="customer_id.note"), field("who", "lookup", path="customer_id.wechat"),
                title="{content}", own_by=["owner_id"])  # fmt: skip
    pages = {"desk": {"key": "desk", "name": words("desk"), "kind": "workbench",
                      "today": [{"key": "all", "form": "customer", "name": words("all"), "columns": ["name", *SECRETS]}]}}  # fmt: skip
    return app(channel, customer, talk, roles=roles, pages=pages)


def word(number: int) -> str:
    """Return a word of letters that occurs nowhere else."""
    return "qx" + "".join(chr(97 + number // 26**at % 26) for at in range(4)) + "vw"


@dataclass
class World:
    """The records as they were written, for the naive reading, and what they are kept in."""

    workspace: Workspace
    records: list[dict[str, Any]]
    talks: list[dict[str, Any]]


def filled(workspace: Workspace) -> World:
    plan = made({}, {}, "{name}", LIVE[0])
    workspace.create_tables(plan.policy.tables)
    service, numbers = RecordService(workspace, plan), iter(range(10_000))
    channels = [
        {"id": new_id(), "name": word(next(numbers)), "branch_id": B1, "owner_id": None} for _ in range(2)
    ]
    customers, talks = [], []
    for at in range(6):
        n = next(numbers)
        customers.append({
            "id": new_id(), "name": word(next(numbers)), "note": word(next(numbers)), "wechat": word(next(numbers)),
            "phone": f"138{5_550_000 + at * 10_007:08d}"[:11], "diagnosis": word(next(numbers)), "cost": f"{71_000 + n * 131}.{17 + at}",
            "color": "red" if at % 3 == 0 else "blue", "channel_id": channels[at % 2]["id"],
            "owner": ME if at % 2 else YOU, "branch": B1 if at < 4 else B2,
        })  # fmt: skip
        talks.append({"id": new_id(), "customer_id": customers[-1]["id"], "content": word(next(numbers)), "color": None,
                      "owner": YOU if at % 2 else ME, "branch": customers[-1]["branch"]})  # fmt: skip
    system = system_actor(workspace.key)
    service.load(system, "channel", channels)
    for key, rows in (("customer", customers), ("talk", talks)):
        gone = ("owner", "branch") if key == "customer" else ("owner", "branch", "color")
        service.load(system, key, [
            {**{k: v for k, v in row.items() if k not in gone}, "owner_id": row["owner"], "branch_id": row["branch"]} for row in rows
        ])  # fmt: skip
    for record in customers:
        # One change each, so that history has an old value to hide.
        old, record["note"] = record["note"], word(next(numbers))
        record["was"] = old
        service.update(system, "customer", record["id"], {"note": record["note"]}, cause="system")
    return World(workspace, customers, talks)


@pytest.fixture(scope="module", params=BOTH)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    url = request.getfixturevalue("pg_database")() if request.param == "postgresql" else None
    installation = Installation.open(StoreSettings(tmp_path_factory.mktemp("words"), url, pool_size=2))
    yield filled(installation.create("clinic", words("clinic")))
    installation.close()


# --- roles, and the naive reading of them -------------------------------------------------------------------------

LEVEL = st.one_of(
    st.sampled_from(LEVELS),
    st.builds("{} until {}".format, st.sampled_from(("none", "masked")), st.sampled_from(sorted(UNTIL))),
)
SCOPE = st.sampled_from(sorted(SCOPES))
GRANT = st.fixed_dictionaries(
    {"view": SCOPE},
    optional={
        "edit": SCOPE, "export": SCOPE, "create": st.sampled_from(("all", "none")),
        "fields": st.dictionaries(st.sampled_from((*SECRETS, "made", "*")), LEVEL, max_size=4),
    },
)  # fmt: skip
ROLE = st.fixed_dictionaries(
    {
        "grants": st.fixed_dictionaries({"customer": GRANT, "talk": st.fixed_dictionaries({"view": st.sampled_from(("own", "branch", "all", "none"))}), "channel": st.just({"view": "all"})}),
        "masks": st.dictionaries(st.sampled_from(("phone", "med", "cost")), st.sampled_from(LEVELS[:3])),
        "rights": st.just({"export": True, "import": True, "bulk_edit": True, "reveal": True}),
    }
)  # fmt: skip
MASKS = st.fixed_dictionaries(
    {}, optional={"note": st.just("med"), "wechat": st.just("phone"), "phone": st.just("phone"), "diagnosis": st.just("med"), "cost": st.just("cost")}
)  # fmt: skip


def tidy(roles: list[dict[str, Any]]) -> dict[str, Any]:
    found = {}
    for at, role in enumerate(roles):
        customer = dict(role["grants"]["customer"])
        fields = dict(customer.get("fields", {}))
        if " until " in fields.get("*", ""):
            fields["*"] = fields["*"].partition(" until ")[0]
        grants = {**role["grants"], "customer": {**customer, "fields": fields}}
        found[f"r{at}"] = {**role, "key": f"r{at}", "name": words(f"r{at}"), "grants": grants}
    return found


def sees(roles: Mapping[str, Any], key: str, record: Mapping[str, Any]) -> bool:
    return any(SCOPES[role["grants"][key]["view"]](record) for role in roles.values())


def level(roles: Mapping[str, Any], masks: Mapping[str, str], key: str, record: Mapping[str, Any]) -> int:
    """Return the widest level any role gives for a field of this customer: 0 none to 3 write."""
    return max(_level(role, masks, key, record) for role in roles.values())


def _level(role: Mapping[str, Any], masks: Mapping[str, str], key: str, record: Mapping[str, Any]) -> int:
    grant = role["grants"]["customer"]
    if all(grant.get(verb, "none") == "none" for verb in ("view", "edit", "create", "export")):
        return 0
    writes = any(grant.get(verb, "none") != "none" for verb in ("edit", "create"))
    fields = grant["fields"]
    rest = LEVELS.index(fields.get("*", "write"))
    if key in fields:
        low, until, condition = fields[key].partition(" until ")
        found = LEVELS.index(low)
        if until and UNTIL[condition](record):
            found = max(rest, 2)
    elif key in masks:
        allowed = LEVELS.index(role["masks"].get(masks[key], "masked"))
        found = min(rest, 3 if allowed >= 2 else allowed)
    else:
        found = rest
    return min(found, 3 if writes else 2)


def hidden_words(
    world: World, roles: Mapping[str, Any], masks: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Return every word that may come out nowhere, with (record, field) it is from."""
    found = {}
    for record in world.records:
        is_seen = sees(roles, "customer", record)
        for key in SECRETS:
            if not is_seen or level(roles, masks, key, record) < 2:
                found[str(record[key])] = (record["id"], key)
                if key == "note":
                    found[record["was"]] = (record["id"], key)
        if not is_seen:
            found[record["name"]] = (record["id"], "name")
    for talk in world.talks:
        if not sees(roles, "talk", talk):
            found[talk["content"]] = (talk["id"], "content")
    return found


# --- asking -------------------------------------------------------------------------------------------------------


class Asker:
    """One person with everything the product offers; answers are text."""

    def __init__(self, world: World, plan: AppPlan) -> None:
        self.plan = plan
        self.actor = Actor("clinic", ME, "me", "me", frozenset(plan.roles), B1, (B1,), (B1,))
        self.service = RecordService(world.workspace, plan)
        self.exports = ExportService(self.service, lambda _id: self.actor)
        self.imports = ImportService(self.service, lambda _id: self.actor)
        self.world = world

    def ask(self, name: str, *given: Any) -> str:
        """Return what a method of the service answers, or its problems."""
        try:
            found = getattr(self.service, name)(self.actor, *given)
        except Rejected as refused:
            found = [problem.to_json() for problem in refused.problems]
        return json.dumps(found, ensure_ascii=False, default=lambda one: str(getattr(one, "words", one)))

    def everything(self) -> Iterator[tuple[str, str]]:
        """Yield (question, answer) of everything that can be asked without naming a value."""
        fields = ["name", *SECRETS, "made", "channel_name", "talks", "color"]
        for key in ("customer", "talk", "channel"):
            yield key, self.ask("query", key, {"count": True})
        for request in (
            {"view": "board"},
            {"fields": ["name", "made"]},
            {"deleted": True},
            {"fields": ["channel_id.name"]},
        ):
            yield str(request), self.ask("query", "customer", request)
        for path in (
            "customer_id.note",
            "customer_id.phone",
            "customer_id.cost",
            "customer_id.made",
            "of_whom",
            "who",
        ):
            yield path, self.ask("query", "talk", {"fields": [path]})
            yield path, self.ask("groups", "talk", {"by": path})
            yield path, self.ask("query", "talk", {"sort": [path], "fields": ["content"]})
        for name in fields:
            yield name, self.ask("query", "customer", {"fields": [name], "sort": [name], "limit": 2})
            yield name, self.ask("groups", "customer", {"by": name})
            for how in ("max", "min", "sum", "count", "average"):
                yield f"{how} {name}", self.ask("aggregate", "customer", {"totals": {name: how}})
                yield f"{how} {name}", self.ask("groups", "customer", {"by": "color", "totals": {name: how}})
        yield "options", self.ask("options", "talk", "customer_id", "")
        yield "workbench", self.ask("workbench")
        for record in self.world.records:
            for name in ("get", "history", "timeline", "explain"):
                yield name, self.ask(name, "customer", record["id"])
            yield "check", self.ask("check", "customer", {"color": "nope"}, record["id"])
            yield "check", self.ask("check", "customer", {"channel_id": None}, record["id"])
        for talk in self.world.talks:
            yield "get talk", self.ask("get", "talk", talk["id"])
            yield "history talk", self.ask("history", "talk", talk["id"])
        for kind in ("csv", "xlsx"):
            for form_key in ("customer", "talk"):
                yield kind, self.exported(form_key, kind)
        yield "client", json.dumps(self.service.preference(self.actor, "grid"))

    def exported(self, key: str, kind: str) -> str:
        try:
            found = self.exports.export(self.actor, key, {"format": kind})
        except Rejected as refused:
            return str([problem.to_json() for problem in refused.problems])
        assert isinstance(found, Exported)
        if kind == "csv":
            return found.data.decode("utf-8", "replace")
        with zipfile.ZipFile(io.BytesIO(found.data)) as archive:
            return " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())

    def naming(self, key: str, value: str) -> list[str]:
        """Return the answers to every question that names a value of a field."""
        items = [
            {"op": "and", "items": [{"field": key, "op": op, "value": value}]}
            for op in ("eq", "ne", "contains")
        ]
        linked = {"op": "and", "items": [{"field": "customer_id", "op": "where", "value": items[0]}]}
        formula = f"{{{key}}} = {value}" if key == "cost" else f'{{{key}}} = "{value}"'
        found = [self.ask("query", "customer", {"filter": one, "count": True}) for one in items]
        found += [self.ask("query", "customer", {"formula": formula, "fields": ["color"]})]
        found += [self.ask("query", "talk", {"filter": linked, "fields": ["content"]})]
        found += [
            self.ask(
                "query",
                "talk",
                {
                    "filter": {
                        "op": "and",
                        "items": [{"field": f"customer_id.{key}", "op": "eq", "value": value}],
                    }
                },
            )
        ]
        found += [
            self.ask("query", "customer", {"search": value, "fields": ["color"]}),
            self.ask("quick_search", value),
        ]
        found += [
            self.ask("options", "talk", "customer_id", value),
            self.ask("groups", "customer", {"by": "color", "search": value}),
        ]
        return found


def unused(key: str, value: str) -> str:
    """Return a value nobody has that looks the same behind a mask."""
    if key == "phone":
        return value[:3] + "9999" + value[-4:]
    if key == "cost":
        return str(Decimal(value) + 1)
    return value[:2] + "zzzz" + value[-2:]


def law(world: World, data: Any) -> None:
    masks = data.draw(MASKS)
    roles = tidy(data.draw(st.lists(ROLE, min_size=1, max_size=2)))
    title = data.draw(
        st.sampled_from(("{name}", "{name} & {note}", "{wechat}", '{diagnosis} & "/" & {wechat}', "{made}"))
    )
    formula = data.draw(st.sampled_from(LIVE))
    asker = Asker(world, made(roles, masks, title, formula))
    secret = hidden_words(world, roles, masks)
    for question, answer in asker.everything():
        for value, place in secret.items():
            assert value not in answer, (question, value, place, answer[:2000])
    for record in world.records[:3]:
        for key in SECRETS:
            value = str(record[key])
            if value in secret:
                other = unused(key, value)
                one = [answer.replace(value, "?") for answer in asker.naming(key, value)]
                two = [answer.replace(other, "?") for answer in asker.naming(key, other)]
                assert one == two, (key, value)


def lawful(world: World, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, phases=(Phase.generate,), derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(data=st.data())
    def holds(data: Any) -> None:
        law(world, data)

    holds()


def test_no_answer_holds_a_word_that_is_hidden_or_tells_it_from_an_unused_one(world: World) -> None:
    lawful(world, 25 if world.workspace.dialect == "sqlite" else 8)


MUTANTS: dict[str, tuple[Any, str, Any]] = {
    "history shows values as they are": (Writing, "shown", lambda self, form, key, value, record: value),
    "every field is readable": (Rights, "effective", lambda self, form, key: READ),
    "every record is reached": (SqlFields, "reached", lambda self, rule, joins=False: None),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_taking_a_guard_away_is_noticed(world: World, mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*MUTANTS[mutant])
    with pytest.raises((AssertionError, ExceptionGroup)):
        lawful(world, 25)


def test_somebody_with_all_rights_finds_every_word(world: World) -> None:
    """The questions are real ones: the words do come out for whoever may see them."""
    everything = {"view": "all", "edit": "all", "create": "all", "export": "all", "fields": {"*": "write"}}
    role = {"grants": dict.fromkeys(("customer", "talk", "channel"), everything), "masks": {"phone": "read", "med": "read", "cost": "read"},
            "rights": {"export": True, "import": True, "bulk_edit": True}}  # fmt: skip
    roles = tidy([role])
    asker = Asker(world, made(roles, {"phone": "phone", "cost": "cost"}, "{name}", LIVE[0]))
    assert hidden_words(world, roles, {"phone": "phone", "cost": "cost"}) == {}
    answers = " ".join(answer for _, answer in asker.everything())
    for record in world.records:
        assert all(str(record[key]) in answers for key in (*SECRETS, "name", "was"))
    assert all(talk["content"] in answers for talk in world.talks)


def test_a_role_that_hides_a_number_is_not_told_whether_it_is_taken(world: World) -> None:
    role = {"grants": {"customer": {"view": "none", "create": "all", "fields": {"phone": "none", "*": "write"}}, "talk": {"view": "none"},
                       "channel": {"view": "all"}}, "masks": {}, "rights": {}}  # fmt: skip
    asker = Asker(world, made(tidy([role]), {}, "{name}", LIVE[0]))
    taken = world.records[0]["phone"]
    free = unused("phone", taken)
    for name in ("check", "create"):
        one, two = (
            asker.ask(name, "customer", {"name": "x", "phone": given}).replace(given, "?")
            for given in (taken, free)
        )
        assert one == two


def test_an_import_tells_nothing_of_records_out_of_sight(world: World) -> None:
    role = {"grants": {"customer": {"view": "own", "create": "all", "edit": "own", "fields": {"phone": "masked until OWN()", "*": "write"}},
                       "talk": {"view": "none"}, "channel": {"view": "all"}}, "masks": {"phone": "masked"}, "rights": {"import": True}}  # fmt: skip
    roles = tidy([role])
    asker = Asker(world, made(roles, {"phone": "phone"}, "{name}", LIVE[0]))
    numbers = [record["phone"] for record in world.records if record["owner"] == YOU]
    sheet = "name,phone\n" + "".join(f"somebody,{number}\n" for number in numbers)
    uploaded = asker.imports.upload(asker.actor, "customer", "a.csv", sheet.encode())
    mapping = {str(one["index"]): one["field"] for one in uploaded["columns"]}
    asker.imports.dry_run(asker.actor, uploaded["id"], {"map": mapping})
    asker.imports.work(uploaded["id"], dry=True)
    told = json.dumps(asker.imports.state(asker.actor, uploaded["id"]), ensure_ascii=False, default=str)
    secret = hidden_words(world, roles, {"phone": "phone"})
    assert not [value for value in secret if value in told and value not in numbers]
