"""What a route works with: the house, the clinic of the session, and who asks."""

from dataclasses import dataclass

from fastapi import Request

from engine.access import accounts
from engine.access.actor import Actor
from engine.problems import NotFound, Unauthenticated
from form_engine.service import RecordService
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

    @property
    def actor(self) -> Actor:
        return self.known.actor

    @property
    def service(self) -> RecordService:
        return self.clinic.service


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
