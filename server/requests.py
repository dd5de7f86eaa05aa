"""What a route works with: the house, the clinic of the session, who asks, and a desk over one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import Request

from engine.access import accounts
from engine.access.gate import Gate
from engine.problems import NotFound, Unauthenticated
from engine.store.unit import Cause
from form_engine.service.desk import Desk
from server.clinics import Clinic, House
from server.people import Known

COOKIE = "cc_session"


@dataclass(frozen=True, slots=True)
class Asked:
    """A signed-in request."""

    house: House
    clinic: Clinic
    known: Known
    token: str

    @contextmanager
    def desk(self, *, write: bool = False, cause: str = "user", batch_id: str | None = None) -> Iterator[Desk]:
        """Open the one transaction of this request, with the gate of this person over it."""
        workspace, actor = self.clinic.workspace, self.known.actor
        opened = workspace.write(Cause(cause, actor.user_id, batch_id=batch_id)) if write else workspace.read()
        with opened as unit:
            plan = self.clinic.plan
            yield Desk(plan, unit, actor, Gate(plan.policy, actor, unit, workspace.keys), cause)


def house_of(request: Request) -> House:
    """Return the house this server runs."""
    house: House = request.app.state.house
    return house


def asked(request: Request) -> Asked:
    """Return who asks, of which clinic. Unauthenticated without a living session."""
    house = house_of(request)
    key, _, token = request.cookies.get(COOKIE, "").partition(".")
    if not token:
        raise Unauthenticated(accounts.SIGN_IN_FIRST.at(""))
    try:
        clinic = house.clinic(key)
    except NotFound:
        raise Unauthenticated(accounts.SIGN_IN_FIRST.at("")) from None
    return Asked(house, clinic, clinic.people.of(token, clinic.plan), token)
