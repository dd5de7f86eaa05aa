"""Many records changed at once: a few while one waits, many in the background with progress, all of it undone as one batch."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from server import bulk_edits
from tests.installations import BOTH, pg_database
from tests.server.conftest import Town, new_customer, problems, town_with

__all__ = ["pg_database"]


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    def change(files: Any) -> None:
        files["roles/clerk"]["rights"] = {**files["roles/clerk"].get("rights", {}), "bulk_edit": True}
        files["roles/clerk"]["grants"]["customer"]["view"] = "all"

    with town_with(request, tmp_path_factory, change) as made:
        yield made


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_edits, "AT_ONCE", 5)
    monkeypatch.setattr(bulk_edits, "PORTION", 4)


def many(client: Any, count: int, note: str) -> list[str]:
    return [new_customer(client, name=f"客{at}", note=note)["id"] for at in range(count)]


def noted(note: str) -> dict[str, Any]:
    return {"filter": {"op": "and", "items": [{"field": "note", "op": "eq", "value": note}]}}


def change(client: Any, **body: Any) -> Any:
    return client.post("/api/forms/customer/bulk", json=body)


def colours(client: Any, ids: list[str]) -> set[Any]:
    return {client.get(f"/api/forms/customer/records/{one}").json()["record"]["color"] for one in ids}


def all_jobs(town: Town) -> None:
    while town.run_jobs():
        pass


def test_a_few_are_changed_while_one_waits(town: Town) -> None:
    ann = town.sign_in("ann")
    ids = many(ann, 5, "few")
    told = change(ann, ids=ids, values={"color": "red"})
    assert (told.status_code, told.json()["updated"]) == (200, 5)
    assert colours(ann, ids) == {"red"}


def test_many_are_changed_in_the_background_each_judged_by_itself_and_undone_as_one(town: Town) -> None:
    ann, ben = town.sign_in("ann"), town.sign_in("ben")
    mine, theirs = many(ann, 9, "all"), many(ben, 2, "all")
    told = change(ann, **noted("all"), values={"color": "green"})
    assert told.status_code == 202, told.text
    job, batch = told.json()["job"], told.json()["batch"]
    assert told.json()["total"] == 11
    before = ann.get(f"/api/bulk-edits/{job}").json()
    assert (before["state"], before["done"], before["total"], before["updated"]) == ("waiting", 0, 11, 0)
    all_jobs(town)
    after = ann.get(f"/api/bulk-edits/{job}").json()
    assert (after["state"], after["done"], after["updated"], after["batch"]) == ("done", 11, 9, batch)
    [refused] = after["refused"]
    assert (refused["count"], {one["id"] for one in refused["records"]}) == (2, set(theirs))
    assert (colours(ann, mine), colours(ann, theirs)) == ({"green"}, {None})
    drawer = ann.get("/api/notifications").json()["items"]
    assert next(one for one in drawer if one["kind"] == "bulk.done")["body"]["bulk"] == job
    undone = ann.post(f"/api/batches/{batch}/undo", json={}).json()
    assert undone == {"undone": 9, "kept": []}
    assert colours(ann, mine) == {None}


def test_a_change_broken_off_goes_on_where_it_stopped(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = town.sign_in("ann")
    ids = many(ann, 10, "broken")
    job = change(ann, ids=ids, values={"color": "blue"}).json()["job"]
    real, seen = bulk_edits.bulk.update, []

    def breaks(desk: Any, form: str, some: Any, *rest: Any) -> Any:
        seen.append(list(some))
        if len(seen) == 2:
            raise RuntimeError("power cut")
        return real(desk, form, some, *rest)

    monkeypatch.setattr(bulk_edits.bulk, "update", breaks)
    town.run_jobs()
    assert ann.get(f"/api/bulk-edits/{job}").json()["done"] == 4
    assert colours(ann, ids[4:]) == {None}
    for _ in range(10):
        town.house.clock.advance(timedelta(hours=1))
        all_jobs(town)
    after = town.sign_in("ann").get(f"/api/bulk-edits/{job}").json()
    assert (after["state"], after["updated"]) == ("done", 10)
    assert [len(one) for one in seen] == [4, 4, 4, 2]


def test_what_no_record_could_take_is_refused_before_any_job_begins(town: Town) -> None:
    ann = town.sign_in("ann")
    ids = many(ann, 6, "wrong")
    told = change(ann, ids=ids, add={"name": ["x"]})
    assert (told.status_code, problems(told)[0]["code"]) == (422, "bulk.not_a_list")
    assert change(ann, ids=ids, values=["x"]).status_code == 422
    nobody = town.sign_in("nobody")
    assert change(nobody, ids=ids, values={"color": "red"}).status_code in (403, 404)


def test_how_far_it_is_is_told_to_whoever_began_it_and_to_nobody_else(town: Town) -> None:
    ann = town.sign_in("ann")
    job = change(ann, ids=many(ann, 6, "own"), values={"color": "red"}).json()["job"]
    assert town.sign_in("boss").get(f"/api/bulk-edits/{job}").status_code == 404
    assert ann.get("/api/bulk-edits/x").status_code == 404
    all_jobs(town)
