"""Two clinics in one installation share nothing: records, files, keys, jobs, sessions, settings, what is kept at hand."""

from starlette.testclient import TestClient

from engine.jobs.dispatcher import work
from server.jobs import job_handlers
from tests.server.conftest import Town, new_customer, phone


def test_the_same_number_can_be_a_customer_of_both(town: Town, boss: TestClient) -> None:
    number = phone()
    here, there = new_customer(boss, phone=number), new_customer(town.sign_in("boss", "beta"), phone=number)
    assert here["id"] != there["id"]
    assert [one["id"] for one in boss.get("/api/search", params={"q": number}).json()] == [here["id"]]


def test_a_file_of_one_is_no_file_of_the_other(town: Town, boss: TestClient, png: bytes) -> None:
    there = town.sign_in("boss", "beta")
    file = there.post("/api/files", files={"file": ("a.png", png, "image/png")}).json()
    assert boss.get(f"/api/files/{file['id']}").status_code == 404
    told = boss.post("/api/forms/customer/records", json={"values": {"name": "x", "photo": [file]}})
    assert told.status_code == 422
    assert town.clinic("alpha").workspace.files != town.clinic("beta").workspace.files


def test_what_is_encrypted_for_one_cannot_be_read_with_the_keys_of_the_other(town: Town) -> None:
    number = phone()
    one, two = town.clinic("alpha").workspace.keys, town.clinic("beta").workspace.keys
    assert one.blind("f_customer", "phone", number) != two.blind("f_customer", "phone", number)
    assert one.blind("f_customer", "phone", number) == one.blind("f_customer", "phone", number)


def test_jobs_run_only_in_their_own_clinic(town: Town, boss: TestClient) -> None:
    uploaded = boss.post(
        "/api/forms/customer/imports",
        files={"file": ("a.csv", "姓名,手机\n李四,13900000001\n".encode(), "text/csv")},
    ).json()
    mapping = {str(one["index"]): one["field"] for one in uploaded["columns"]}
    started = boss.post(f"/api/imports/{uploaded['id']}/run", json={"map": mapping})
    assert started.status_code == 202, started.text
    beta = town.clinic("beta")
    assert work(beta.workspace, job_handlers(beta), "test") == 0
    there = town.sign_in("boss", "beta")
    assert there.get(f"/api/imports/{uploaded['id']}").status_code == 404
    assert there.get(f"/api/jobs/{started.json()['job']}").status_code == 404
    assert town.sign_in("ann").get(f"/api/jobs/{started.json()['job']}").status_code == 404
    assert town.run_jobs() == 1
    assert boss.get(f"/api/imports/{uploaded['id']}").json()["counts"]["created"] == 1


def test_settings_and_views_of_one_are_not_in_the_other(town: Town, boss: TestClient) -> None:
    there = town.sign_in("boss", "beta")
    assert boss.put("/api/prefs/grid", json={"value": {"wide": True}}).status_code == 204
    assert there.get("/api/prefs/grid").json() == {"value": None}
    assert town.sign_in("ann").get("/api/prefs/grid").json() == {"value": None}


def test_a_public_link_opens_its_own_clinic_only_and_takes_what_it_asks_for(
    town: Town, boss: TestClient
) -> None:
    token = boss.post("/api/forms/customer/public-links", json={}).json()["token"]
    visitor = town.visitor()
    assert visitor.get(f"/api/public/beta/{token}").status_code == 404
    plan = visitor.get(f"/api/public/alpha/{token}").json()
    assert {one["key"] for one in plan["plan"]["fields"]} == {"name", "phone", "note"}
    sent = visitor.post(f"/api/public/alpha/{token}", json={"values": {"name": "王五", "phone": phone()}})
    assert sent.status_code == 201
    told = visitor.post(f"/api/public/alpha/{token}", json={"values": {"name": "x", "diagnosis": "y"}})
    assert told.status_code == 422
    assert boss.delete(f"/api/forms/customer/public-links/{token[:12]}").status_code == 204
    assert visitor.get(f"/api/public/alpha/{token}").status_code == 404


def test_people_see_only_what_their_role_gives(town: Town, boss: TestClient, ann: TestClient) -> None:
    record = new_customer(boss, phone=phone(), diagnosis="secret", cost="12.00")
    assert ann.get(f"/api/forms/customer/records/{record['id']}").status_code == 404
    mine = new_customer(ann)
    assert ann.patch(
        f"/api/forms/customer/records/{mine['id']}", json={"values": {"diagnosis": "x"}}
    ).status_code in (403, 422)
    assert town.sign_in("nobody").post("/api/forms/customer/query", json={}).status_code == 404
    keys = {one["key"] for one in ann.get("/api/forms/customer").json()["fields"]}
    assert not keys & {"diagnosis", "cost", "photo"}
