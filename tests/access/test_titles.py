"""Titles that come along with a page are those that asking for them one form after the other gives."""

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Connection

from engine.access.masking import DOTS
from engine.access.query import RecordQuery
from tests.access.clinic import NOW, Clinic, TestUnit, field, form, opened, shapes, someone

FORMS = shapes(
    form("place", field("name"), title="{name}"),
    form(
        "customer",
        field("name", mask="name"),
        field("level"),
        title="{name}",
    ),
    form(
        "visit",
        field("name"),
        field("place_id", "reference", to="place"),
        field("customer_id", "reference", to="customer", mask="med"),
        field("second_id", "reference", to="customer"),
        field("doctor_id", "person"),
        title="{name}",
    ),
)
ALL = {"grants": {"*": {"view": "all"}}, "masks": {"name": "read", "med": "read"}}
ROLES = {
    "everything": ALL,
    "own customers": {
        "grants": {"visit": {"view": "all"}, "customer": {"view": "own"}, "place": {"view": "all"}},
        "masks": {"name": "read", "med": "read"},
    },
    "customers by a formula": {
        "grants": {"visit": {"view": "all"}, "customer": {"view": '{level} = "vip"'}},
        "masks": {"name": "read", "med": "read"},
    },
    "names masked": {
        "grants": {"visit": {"view": "all"}, "customer": {"view": "all"}, "place": {"view": "all"}},
        "masks": {"name": "masked", "med": "read"},
    },
    "links masked": {
        "grants": {"visit": {"view": "all"}, "customer": {"view": "all"}, "place": {"view": "all"}},
        "masks": {"name": "read", "med": "masked"},
    },
    "numbers hidden": {
        "grants": {
            "visit": {"view": "all"},
            "place": {"view": "all", "fields": {"no": "none", "*": "read"}},
            "customer": {"view": "all", "fields": {"no": "none", "*": "read"}},
        },
        "masks": {"name": "read", "med": "read"},
    },
    "names read where mine": {
        "grants": {
            "visit": {"view": "all"},
            "customer": {"view": "all", "fields": {"name": "masked until OWN()", "*": "read"}},
        },
        "masks": {"med": "read"},
    },
    "visits only": {"grants": {"visit": {"view": "all"}}, "masks": {"med": "read"}},
}
FIELDS = ("name", "place_id", "customer_id", "second_id", "doctor_id", "owner_id", "created_by")


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("pg_url")
    with opened(url) as found:
        yield found


@pytest.fixture
def clinic(connection: Connection) -> Clinic:
    made = Clinic(connection, FORMS)
    made.person("me", "张医生")
    places = [
        made.add("place", name="总院"),
        made.add("place", name=None, no="P7"),
        made.add("place", name=None),
    ]
    customers = [
        made.add("customer", name="王小明", owner_id="me", no="C1"),
        made.add("customer", name="李华", owner_id="x", level="vip", no="C2"),
        made.add("customer", name=None, owner_id="me", level="vip", no="C3"),
        made.add("customer", name="走了", owner_id="me", level="vip", deleted_at=NOW),
        "01890a5d-ac96-774b-bcce-b302099a8057",
        None,
    ]
    for at, customer in enumerate(customers):
        made.add(
            "visit",
            name=str(at),
            place_id=places[at % 3],
            customer_id=customer,
            second_id=customers[-at],
            doctor_id="me" if at % 2 else "nobody",
            owner_id="me",
        )
    return made


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_titles_beside_a_page_are_those_asked_for_by_themselves(clinic: Clinic, role: str, lang: str) -> None:
    gate = clinic.gate(clinic.policy(r=ROLES[role]), someone("r", lang=lang))
    page = gate.page(RecordQuery("visit", FIELDS, sort=("-name",)))
    assert [one["name"] for one in page.records] == ["5", "4", "3", "2", "1", "0"]
    wanted: dict[str, set[str]] = {}
    for key, target in (
        ("place_id", "place"), ("customer_id", "customer"), ("second_id", "customer"),
        ("doctor_id", "user"), ("owner_id", "user"), ("created_by", "user"),
    ):  # fmt: skip
        linked = {one[key] for one in page.records if one.get(key)} - {DOTS}
        wanted.setdefault(target, set()).update(linked)
    assert page.labels == {form: gate.labels(form, ids) for form, ids in wanted.items() if ids}


def test_titles_of_plain_text_need_no_statement_of_their_own(clinic: Clinic) -> None:
    gate = clinic.gate(clinic.policy(r=ALL), someone("r"))
    gate.unit = unit = TestUnit(clinic.connection)
    gate.page(RecordQuery("visit", FIELDS, sort=("name",), limit=2))
    assert len(unit.texts) == 1


def test_a_page_with_titles_goes_on_where_it_ended(clinic: Clinic) -> None:
    gate = clinic.gate(clinic.policy(r=ALL), someone("r"))
    seen, cursor = [], None
    while True:
        page = gate.page(RecordQuery("visit", FIELDS, sort=("place_id", "-name"), limit=2, after=cursor))
        seen += [one["name"] for one in page.records]
        cursor = page.cursor
        if cursor is None:
            break
    assert sorted(seen) == ["0", "1", "2", "3", "4", "5"]
