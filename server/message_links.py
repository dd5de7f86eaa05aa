"""Links in messages: `{{ links.lead }}` leads to the public part of the form `lead`, filled in with what the message is about."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.access import accounts
from engine.access.accounts import Account
from engine.access.actor import Actor
from engine.ports import FlowRecords
from engine.store.unit import Unit
from form_engine.plan import FormPlan
from form_engine.public_links import Link, PublicLinks
from form_engine.service import RecordService

RecordsIn = Callable[[Unit], FlowRecords]
ActorOf = Callable[[Unit, Account], Actor]


class MessageLinks:
    """Makes links for messages of one workspace; without an address of the house there are none."""

    def __init__(
        self,
        workspace: str,
        base_url: str,
        service: Callable[[], RecordService],
        records: RecordsIn,
        actor_of: ActorOf,
    ) -> None:
        self._workspace, self._base = workspace, base_url.rstrip("/")
        self._service, self._records, self._actor_of = service, records, actor_of

    def of(self, unit: Unit, form: str | None, record_id: str | None) -> Mapping[str, str]:
        """Return the links that a message about a record may hold, by the key of their form; each made when it is asked for."""
        return _Links(lambda key: self._address(unit, key, form, record_id)) if self._base else {}

    def _address(self, unit: Unit, key: str, form: str | None, record_id: str | None) -> str:
        service = self._service()
        plan = service.app.forms.get(key)
        if plan is None or plan.is_off or "public" not in plan.definition:
            return ""
        given, branch = self._given(unit, plan, form, record_id)
        fields = [plan.field(one) for one in plan.definition["public"].get("link", ())]
        author = self._author(unit, key, branch)
        if author is None or any(one is not None and one.required and one.key not in given for one in fields):
            return ""
        links = PublicLinks(service)
        link: Link = links.send(unit, key, given, author, branch)
        return f"{self._base}/f/{self._workspace}/{links.token(link)}"

    def _given(
        self, unit: Unit, plan: FormPlan, form: str | None, record_id: str | None
    ) -> tuple[dict[str, Any], str | None]:
        """Return what the link fills in: the record itself where a field links to its form, else its field of the same name."""
        if form is None or record_id is None:
            return {}, None
        records, same = self._records(unit), {}
        given: dict[str, Any] = {}
        for key in plan.definition["public"].get("link", ()):
            shape = plan.shape.field(key)
            if shape is not None and shape.value_type == "reference" and shape.config.get("to") == form:
                given[key] = record_id
            elif shape is not None and records.knows(form, (key,)):
                same[key] = (key,)
        found = records.read(form, record_id, frozenset({*same.values(), ("branch_id",)}))
        given |= {key: found[path] for key, path in same.items() if isinstance(found.get(path), str)}
        return given, found.get(("branch_id",))

    def _author(self, unit: Unit, form: str, branch: str | None) -> str | None:
        """Return in whose name the link writes: somebody who may share links and create such records, of the record's branch if there is one."""
        for person in sorted(
            accounts.all_accounts(unit.connection), key=lambda one: (one.branch_id != branch, one.user_id)
        ):
            if not person.is_active:
                continue
            rights = self._service().app.policy.rights(self._actor_of(unit, person))
            if rights.right("share") and rights.verb(form, "create"):
                return person.user_id
        return None


class _Links(Mapping[str, str]):
    """Links made when they are asked for."""

    def __init__(self, make: Callable[[str], str]) -> None:
        self._make = make
        self._made: dict[str, str] = {}

    def __getitem__(self, key: str) -> str:
        if key not in self._made:
            self._made[key] = self._make(key)
        return self._made[key]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str)

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)
