"""Whom a message goes to: how contacts and staff are reached, and what holds messages back from a contact."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.access import accounts
from engine.expressions.moments import zone_of
from engine.ports import Address, FlowRecords
from engine.store.unit import Unit
from flow_engine.messages.contact_gate import Contact

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContactForm:
    """Where a form keeps how a person is reached: the field names of the templates. Unknown ones are left out."""

    form: str
    name: str = "name"
    addresses: Mapping[str, str] = field(
        default_factory=lambda: {"sms": "phone", "wechat": "wechat_id", "email": "email"}
    )
    consents: str | None = "marketing_optin"
    """A list of channels."""
    consent: str | None = None
    """Or one yes for all channels."""
    opted_out: str | None = "optout_at"
    status: str | None = "status"
    closed: frozenset[str] = frozenset({"closed_account", "merged", "blacklisted"})
    deceased: tuple[str, ...] = ("deceased_at", "deceased")
    prefers: str | None = "preferred_channel"
    same_as: str | None = None
    """A link to the contact who this is in truth: a lead that became a customer."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A clinical or service matter that holds messages back. `where`: which records of `form` count."""

    key: str
    form: str
    by: str
    where: str
    stops: frozenset[str]


CONTACTS = (
    ContactForm("customer"),
    ContactForm(
        "lead",
        addresses={"sms": "phone", "wechat": "wechat", "email": "email"},
        consents=None,
        consent="consent_contact",
        status=None,
        same_as="customer_id",
    ),
)
HOLDS = (
    Hold(
        "complaint",
        "complaint",
        "customer_id",
        'NOT({status} IN ("solved", "closed"))',
        frozenset({"marketing"}),
    ),
    Hold(
        "adverse_event",
        "adverse_event",
        "customer_id",
        '{status} <> "closed"',
        frozenset({"marketing", "service"}),
    ),
    Hold("pregnancy", "customer", "id", '"pregnancy" IN {contraindications}', frozenset({"marketing"})),
)


Find = Callable[[str, str, str], list[str]]
"""(form, field, value) → ids of the records with this value, sealed fields too."""


class Contacts:
    """Reads contacts through the port of records. `forms`: which forms hold people, the first being the master."""

    def __init__(
        self,
        forms: tuple[ContactForm, ...] = CONTACTS,
        holds: tuple[Hold, ...] = HOLDS,
        languages: str = "lang",
    ) -> None:
        self._forms = {one.form: one for one in forms}
        self._holds = holds
        self._language = languages

    @property
    def forms(self) -> Mapping[str, ContactForm]:
        """The forms that hold people, the master first."""
        return self._forms

    @property
    def holds(self) -> tuple[Hold, ...]:
        """What holds messages back."""
        return self._holds

    def who(self, records: FlowRecords, form: str, record_id: str) -> tuple[str, str] | None:
        """Return (form, record id) of the person meant by a record: itself, whom it became, or whom it is about."""
        master = next(iter(self._forms))
        for _ in range(3):
            known = self._forms.get(form)
            if known is not None and known.same_as is None:
                return form, record_id
            # A booking of a lead names no customer yet: the first link that is filled in counts, the master's first.
            links = {known.same_as: master} if known is not None else self._links(records, form)
            found = self._read(records, form, record_id, tuple(links))
            target = next(
                (key for key in links if isinstance(found.get(key or ""), str) and found[key or ""]), None
            )
            if target is None:
                return (form, record_id) if known is not None else None
            form, record_id = links[target], str(found[target])
        return None

    def reached_at(
        self, records: FlowRecords, find: Find, channel: str, address: str
    ) -> list[tuple[str, str]]:
        """Return (form, record id) of the contacts who are reached at an address."""
        found: list[tuple[str, str]] = []
        for one in self._forms.values():
            key = one.addresses.get(channel)
            if key is not None and address and records.knows(one.form, (key,)):
                found += [(one.form, record_id) for record_id in find(one.form, key, address)]
        return found

    def opt_out(self, records: FlowRecords, form: str, record_id: str, at: datetime) -> bool:
        """Note that a contact wants no marketing any more; False where the form has no place for it, or it was noted."""
        known = self._forms[form]
        field = known.opted_out if known.consent is None else known.consent
        if field is None or not records.knows(form, (field,)):
            return False
        before = self._read(records, form, record_id, (field,)).get(field)
        has_said = bool(before) if known.consent is None else before is False
        if has_said:
            return False
        records.update(form, record_id, {field: at if known.consent is None else False})
        return True

    def contact(
        self, unit: Unit, records: FlowRecords, form: str, record_id: str, channels: frozenset[str]
    ) -> tuple[Contact, Address] | None:
        """Return what the gate must know of a person, and the address; None when the record is gone."""
        known = self._forms[form]
        fields = [known.name, "branch_id", self._language, *known.addresses.values(), *known.deceased]
        fields += [
            one
            for one in (known.consents, known.consent, known.opted_out, known.status, known.prefers)
            if one
        ]
        found = self._read(records, form, record_id, ("id", *fields))
        if found.get("id") is None:
            return None
        values = {channel: str(found[key]) for channel, key in known.addresses.items() if found.get(key)}
        branch = found.get("branch_id")
        contact = Contact(
            contact_id=f"{form}:{record_id}",
            zone=zone_of(unit.workspace.zone_of(branch if isinstance(branch, str) else None)),
            reachable={channel: address for channel, address in values.items() if channel in channels},
            prefers=_list(found.get(known.prefers)) if known.prefers else (),
            consents=self._consents(known, found, channels),
            has_opted_out=bool(known.opted_out and found.get(known.opted_out)),
            is_deceased=any(found.get(key) for key in known.deceased),
            is_closed=bool(known.status and found.get(known.status) in known.closed),
            holds=self._held(records, form, record_id),
        )
        name = str(found.get(known.name) or "")
        lang = found.get(self._language)
        return contact, Address("contact", record_id, name, {**values, "lang": str(lang or "")})

    def _consents(
        self, known: ContactForm, found: Mapping[str, Any], channels: frozenset[str]
    ) -> frozenset[str]:
        if known.consent is not None:
            return channels if found.get(known.consent) else frozenset()
        return frozenset(_list(found.get(known.consents))) if known.consents else frozenset()

    def _held(self, records: FlowRecords, form: str, record_id: str) -> Mapping[str, frozenset[str]]:
        held: dict[str, frozenset[str]] = {}
        for hold in self._holds:
            is_own = hold.by == "id" and hold.form == form
            if not is_own and (form != next(iter(self._forms)) or not records.knows(hold.form, (hold.by,))):
                continue
            if is_own and not records.knows(form, ("contraindications",)):
                continue
            where = f"AND({{{hold.by}}} = {{form.contact}}, {hold.where})"
            if records.find(hold.form, where, {"contact": record_id}, limit=1):
                held[hold.key] = hold.stops
        return held

    def _links(self, records: FlowRecords, form: str) -> dict[str | None, str]:
        """Return the links of a form to people, and to which form each leads."""
        return {f"{one}_id": one for one in self._forms if records.knows(form, (f"{one}_id",))}

    def _read(
        self, records: FlowRecords, form: str, record_id: str, keys: tuple[str | None, ...]
    ) -> Mapping[str, Any]:
        paths = frozenset((key,) for key in keys if key and records.knows(form, (key,)))
        return {path[0]: value for path, value in records.read(form, record_id, paths).items()}


StaffOf = Callable[[Unit, str], Address | None]


def staff_address(unit: Unit, user_id: str) -> Address | None:
    """Return how a person of the staff is reached: by account; None for accounts that are gone."""
    account = accounts.account_of(unit.connection, user_id)
    if account is None or not account.is_active:
        return None
    values = {"in_app": user_id, "wecom": account.login, "dingtalk": account.login, "lang": account.lang}
    if "@" in account.login:
        values["email"] = account.login
    return Address("staff", user_id, account.name, values)


def _list(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()
