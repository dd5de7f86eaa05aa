"""People as flows ask for them: by role and branch, as managers, as a team; proxies put in for who is away."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.access import accounts
from engine.access.accounts import Account
from engine.access.actor import Actor
from engine.problems import Code, NotFound, Rejected
from engine.store.unit import Unit
from flow_engine.acts import Choose, People
from flow_engine.proxies import put_in

MOST_LEVELS = 20
LAST_KEEPER = Code(
    "flow.last_keeper",
    zh="“{name}”是最后一位能管理账号的人，不能停用",
    en="“{name}” is the last one who can manage accounts and cannot be switched off",
    hint_zh="先把管理账号的权限给另一位在岗的人",
    hint_en="First give somebody else the right to manage accounts",
)


class FlowPeople:
    """Answers `People` and `Choose` from the accounts of a workspace. `actor_of` gives a person with their rights."""

    def __init__(
        self,
        actor_of: Callable[[Unit, Account], Actor],
        choose: Callable[[Unit, Choose], str | None] | None = None,
        is_keeper: Callable[[Account], bool] = lambda _account: False,
    ) -> None:
        self._actor_of, self._choose, self._is_keeper = actor_of, choose, is_keeper

    def find(self, unit: Unit, asked: People) -> list[Any]:
        """Return user ids, or (proxy, owner) pairs; active people only, in a steady order."""
        people = {one.user_id: one for one in accounts.all_accounts(unit.connection) if one.is_active}
        found = list(dict.fromkeys(self._named(people, asked.rule)))
        amount = None if asked.amount is None else Decimal(asked.amount)
        return put_in(unit, found, asked.flow, amount)

    def _named(self, people: Mapping[str, Account], rule: Mapping[str, Any]) -> Iterable[str]:
        if "group" in rule:
            for inner in rule["group"]:
                yield from self._named(people, inner)
        elif "role" in rule:
            yield from self._holders(people, str(rule["role"]), rule.get("branch"))
        elif "user" in rule:
            yield from (one for one in _ids(rule["user"]) if one in people)
        elif "managers_of" in rule:
            for one in _ids(rule["managers_of"]):
                yield from _managers(people, one, int(rule.get("levels", 1)))
        elif "team_of" in rule:
            for lead in _ids(rule["team_of"]):
                yield from (one.user_id for one in people.values() if one.supervisor_id == lead)

    def _holders(self, people: Mapping[str, Account], role: str, branch: Any) -> Iterable[str]:
        holders = [one for one in people.values() if role in one.roles]
        if branch is not None:
            holders = [one for one in holders if branch == one.branch_id or branch in one.branches]
        return sorted(one.user_id for one in holders)

    def choose(self, unit: Unit, asked: Choose) -> str | None:
        """Return one of several people by a routing rule; the first where nobody routes here."""
        if self._choose is not None:
            return self._choose(unit, asked)
        return asked.people[0] if asked.people else None

    def name(self, unit: Unit, user_id: str) -> str:
        """Return how a person is called."""
        found = accounts.account_of(unit.connection, user_id)
        return user_id if found is None else found.name

    def actor(self, unit: Unit, user_id: str) -> Actor | None:
        """Return a person with their rights; None where they may not sign in any more."""
        found = accounts.account_of(unit.connection, user_id)
        if found is None or not found.is_active:
            return None
        try:
            return self._actor_of(unit, found)
        except NotFound:
            return None

    def switch(self, unit: Unit, user_id: str, is_active: bool) -> None:
        """Let a person sign in no more, or again. Rejected for the last one who may manage accounts."""
        found = accounts.account_of(unit.connection, user_id)
        if found is None or found.is_active == is_active:
            return
        if not is_active and self._is_keeper(found):
            others = (one for one in accounts.all_accounts(unit.connection) if one.user_id != user_id)
            if not any(one.is_active and self._is_keeper(one) for one in others):
                raise Rejected(LAST_KEEPER.at("/of", name=found.name))
        accounts.change_account(unit.connection, replace(found, is_active=is_active))
        unit.audit("account_on" if is_active else "account_off", None, None, {"user": user_id})


def _ids(given: Any) -> Sequence[str]:
    if isinstance(given, str):
        return (given,)
    return [str(one) for one in given if one] if isinstance(given, list | tuple) else ()


def _managers(people: Mapping[str, Account], user_id: str, levels: int) -> Iterable[str]:
    """Yield the managers above a person, nearest first."""
    at, seen = people.get(user_id), {user_id}
    for _ in range(min(levels, MOST_LEVELS)):
        above = at.supervisor_id if at is not None else None
        if above is None or above in seen:
            return
        seen.add(above)
        if above in people:
            yield above
        at = people.get(above)
