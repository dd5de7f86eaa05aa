"""Whoever becomes responsible for a record finds a line in the drawer; nobody is told of what they may not see."""

from engine.events import dispatch
from server.notices import Notices
from tests.server.conftest import Town


def hand_out(town: Town) -> None:
    clinic = town.clinic()
    while dispatch(clinic.workspace, (Notices(clinic.service),)):
        pass


def told(town: Town, login: str) -> list[str]:
    items = town.sign_in(login).get("/api/notifications").json()["items"]
    return [item["body"]["title"]["zh"] for item in items if item["kind"] == "assigned"]


def test_a_record_handed_over_is_told_to_its_new_owner_once(town: Town) -> None:
    boss = town.sign_in("boss")
    values = {"name": "王交接", "owner_id": town.ids["alpha", "ann"]}
    made = boss.post("/api/forms/customer/records", json={"values": values}).json()["record"]
    hand_out(town)
    hand_out(town)
    assert [line for line in told(town, "ann") if "王交接" in line] == [told(town, "ann")[0]]
    again = {"revision": made["revision"], "values": {"note": "别的改动"}}
    boss.patch(f"/api/forms/customer/records/{made['id']}", json=again)
    hand_out(town)
    assert len([line for line in told(town, "ann") if "王交接" in line]) == 1


def test_nobody_is_told_of_their_own_doing_or_of_what_they_may_not_see(town: Town) -> None:
    boss = town.sign_in("boss")
    boss.post("/api/forms/customer/records", json={"values": {"name": "李自己"}})
    hidden = {"name": "赵不可见", "owner_id": town.ids["alpha", "nobody"]}
    boss.post("/api/forms/customer/records", json={"values": hidden})
    hand_out(town)
    assert not [line for line in told(town, "boss") if "李自己" in line]
    assert not [line for line in told(town, "nobody") if "赵不可见" in line]
