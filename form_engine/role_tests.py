"""The cases that a role brings along, tried on its compiled rights: what does it let this person do with this record?"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from engine.access.actor import Actor
from engine.access.gate import Gate
from engine.access.query import Record, ScopedQuery
from engine.definitions.shape import FieldShape, FormShape
from engine.problems import Code, Problem, Rejected, pointer
from form_engine.plan import AppPlan

WRONG = Code(
    "role.test_failed",
    zh="角色“{role}”的检查没有通过：对“{form}”的{what}应为“{expect}”，实际是“{found}”",
    en="A check of role “{role}” fails: {what} of “{form}” should be “{expect}” and is “{found}”",
    hint_zh="修改该角色的数据范围或字段权限，或者修改这条检查",
    hint_en="Change the role's scope or field level, or the check itself",
)
UNCLEAR = Code(
    "role.test_unclear",
    zh="角色“{role}”的检查写错了：{why}",
    en="A check of role “{role}” is not right: {why}",
    hint_zh="写明 can 或 field 之一；record 里只写该表单的字段",
    hint_en="Name one of can and field; put only fields of the form into record",
)
NO_FIELD = Code("role.test_no_field", zh="“{form}”没有字段“{field}”", en="“{form}” has no field “{field}”")

NOON = datetime(2026, 1, 1, 4, 0, tzinfo=UTC)
ME, OTHER = "me", "other"
MY_STAFF, OTHER_STAFF = "my-staff", "other-staff"
RIGHTS = ("export", "import", "print")
"""Verbs that a right of the whole app switches as well as the scope."""
_SAYS: Mapping[bool, Mapping[str, str]] = {
    True: {"zh": "允许", "en": "allowed"},
    False: {"zh": "不允许", "en": "not allowed"},
}


class _NoData:
    """A transaction without records, so that conditions through links find nothing."""

    now = NOON
    dialect = "sqlite"

    @property
    def keys(self) -> Any:
        raise LookupError("a role's check reads no ciphertext")

    def execute(self, scoped: ScopedQuery) -> list[Record]:
        return []


def run_role_tests(plan: AppPlan) -> Iterator[Problem]:
    """Yield a problem for each case that does not come out as its role says it should."""
    for key, role in plan.roles.items():
        for at, case in enumerate(role.get("tests", ())):
            if case["form"] in plan.shapes:
                yield from _run(plan, key, role, case, pointer("roles", key, "tests", at))


def _run(
    plan: AppPlan, key: str, role: Mapping[str, Any], case: Mapping[str, Any], path: str
) -> Iterator[Problem]:
    shape = plan.shapes[case["form"]]
    name = role["name"]
    actor = _actor(key, case.get("as", {}))
    try:
        record = _record(shape, case.get("record", {}), actor)
    except Rejected as rejected:
        yield from (UNCLEAR.at(path + p.path, role=name, why=_words(p)) for p in rejected.problems)
        return
    gate = Gate(plan.policy, actor, _NoData())
    field, verb = case.get("field"), case.get("can")
    found: Any
    if field is not None and verb is None:
        if shape.field(field) is None:
            why = {"zh": f"没有字段“{field}”", "en": f"there is no field “{field}”"}
            yield UNCLEAR.at(path + "/field", role=name, why=why)
            return
        found, what = gate.level_of(shape, field, record).word, _field_words(shape, field)
    elif verb is not None and field is None:
        found = gate.may(shape.key, verb, record) and (verb not in RIGHTS or bool(gate.rights.right(verb)))
        what = {"zh": verb, "en": verb}
    else:
        why = {"zh": "can 和 field 须有且只有一个", "en": "exactly one of can and field is needed"}
        yield UNCLEAR.at(path, role=name, why=why)
        return
    if found != case["expect"]:
        expect = case["expect"]
        yield WRONG.at(
            path + "/expect",
            role=name,
            form=shape.name,
            what=what,
            expect=_SAYS[expect] if isinstance(expect, bool) else expect,
            found=_SAYS[found] if isinstance(found, bool) else found,
        )


def _actor(role: str, said: Mapping[str, Any]) -> Actor:
    branch = str(said.get("branch", "A"))
    team = frozenset({"teammate"}) if said.get("team") else frozenset()
    roles = frozenset({role, str(said["role"])} if "role" in said else {role})
    return Actor(
        "check", ME, ME, ME, roles, branch, (branch,), (branch,), team, team_staff=team, staff_id=MY_STAFF
    )


def _record(shape: FormShape, said: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Return the Python values of a record that belongs to `owner` ("me", "team", "other") in `branch`."""
    owner = str(said.get("owner", OTHER))
    made: dict[str, Any] = {"id": "record", "branch_id": str(said.get("branch", actor.branch_id))}
    for key in (*shape.own_by, "owner_id", "created_by"):
        field = shape.field(key)
        if field is not None:
            made[key] = _holder(field, owner)
    problems: list[Problem] = []
    for key, raw in said.items():
        if key in ("owner", "branch"):
            continue
        field = shape.field(key)
        if field is None:
            problems.append(NO_FIELD.at(pointer("record", key), field=key, form=shape.name))
            continue
        made[key] = field.type.parse(raw, field.config, pointer("record", key))
    if problems:
        raise Rejected(problems)
    return made


def _holder(field: FieldShape, owner: str) -> Any:
    is_person = field.value_type in ("person", "persons")
    mine, others = (ME, OTHER) if is_person else (MY_STAFF, OTHER_STAFF)
    holder = {"me": mine, "team": "teammate"}.get(owner, others)
    return (holder,) if field.value_type in ("persons", "references") else holder


def _field_words(shape: FormShape, key: str) -> Mapping[str, str]:
    field = shape.field(key)
    label = field.label if field is not None else {}
    return {"zh": f"字段“{label.get('zh', key)}”", "en": f"field “{label.get('en') or label.get('zh', key)}”"}


def _words(problem: Problem) -> Mapping[str, str]:
    return {"zh": problem.message("zh"), "en": problem.message("en")}
