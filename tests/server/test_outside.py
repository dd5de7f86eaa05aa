"""What comes in from outside, and what people write to go out."""

import json

import pytest
from sqlalchemy import select

from connectors.webhook import HEADER, sign
from flow_engine.tables import INBOX
from server.credentials import FILE, Credentials
from server.routes import outside

AGREED = {"alpha": {"webhooks": {"website": {"secret": "s3cret", "former": "old", "key": "lead.phone"}}}}
BODY = json.dumps({"lead": {"name": "张三", "phone": "138"}}).encode()


@pytest.fixture
def caller(town):
    path = town.house.settings.home / FILE
    path.write_text(json.dumps(AGREED))
    path.chmod(0o600)
    client = town.visitor()
    client.headers.pop("X-Clinicraft")
    now = int(town.house.clock.now().timestamp())

    def call(body=BODY, secret="s3cret", source="website", workspace="alpha", at=now, header=None):
        headers = {HEADER: header or sign(secret, body, at), "Content-Type": "application/json"}
        return client.post(f"/api/webhooks/{workspace}/{source}", content=body, headers=headers)

    return call


def inbox(town):
    with town.clinic().workspace.read() as unit:
        return [dict(row) for row in unit.connection.execute(select(INBOX)).mappings()]


def test_a_signed_call_is_taken_in_once(town, caller):
    first, again = caller(), caller()
    assert (first.status_code, first.json()) == (202, {"accepted": True, "is_new": True})
    assert (again.status_code, again.json()["is_new"]) == (202, False)
    (row,) = inbox(town)
    assert (row["source"], row["name"], row["key"]) == ("website", "webhook", "138")
    assert json.loads(row["body"])["lead"]["name"] == "张三"


def test_the_former_secret_still_opens_while_it_is_being_changed(caller):
    assert caller(b'{"n": 1}', "old").status_code == 202


@pytest.mark.parametrize(
    "given",
    [
        {"secret": "wrong"},
        {"header": "t=1,v1=00"},
        {"source": "nobody"},
        {"workspace": "beta"},
        {"workspace": "nowhere"},
        {"at": 1_000_000_000},
    ],
)
def test_what_is_not_signed_now_by_who_is_known_stays_out(town, caller, given):
    before = len(inbox(town))
    told = caller(**given)
    assert told.status_code == 403
    assert told.json()["problems"][0]["code"] in {"webhook.signature", "webhook.too_old"}
    assert len(inbox(town)) == before


@pytest.mark.parametrize("body", [b"[]", b"x", b"", b'"a"', b"\xff", b"[" * 10_000])
def test_a_body_that_is_no_object_is_refused(caller, body):
    assert caller(body).status_code == 422


def test_nobody_but_the_owner_may_read_the_secrets(tmp_path):
    (tmp_path / FILE).write_text("{}")
    (tmp_path / FILE).chmod(0o644)
    with pytest.raises(Exception, match=r"connections\.unreadable"):
        Credentials(tmp_path).channel("alpha", "sms")


def test_credentials_of_all_and_of_one_clinic(tmp_path):
    path = tmp_path / FILE
    path.write_text(
        json.dumps(
            {
                "*": {"channels": {"sms": {"url": "a", "token": "t"}}},
                "alpha": {"channels": {"sms": {"url": "b"}}},
            }
        )
    )
    path.chmod(0o600)
    kept = Credentials(tmp_path)
    assert kept.channel("alpha", "sms") == {"url": "b", "token": "t"}
    assert kept.channel("beta", "sms") == {"url": "a", "token": "t"}
    assert kept.channel("beta", "email") == {}
    assert Credentials(tmp_path / "none").channel("alpha", "sms") == {}


def test_the_picker_is_for_designers_only(town):
    assert town.sign_in("nobody").get("/api/messages/names/customer").status_code == 403


@pytest.fixture
def designer(town, monkeypatch):
    monkeypatch.setattr(outside, "_designers_only", lambda one: None)
    return town.sign_in("boss")


def test_the_picker_leaves_out_what_must_not_leave(designer):
    told = designer.get("/api/messages/names/customer").json()
    fields = {one["path"]: one["is_secret"] for one in told["fields"]}
    assert fields["name"] is False
    assert fields["phone"] is True
    assert "cost" not in fields
    assert {"date", "money", "sensitive"} <= {one["key"] for one in told["filters"]}
    assert designer.get("/api/messages/names/nothing").status_code == 404


def test_a_text_is_checked_while_it_is_written(designer):
    text = "{{ name }} {{ nmae }} {{ cost }}"
    told = designer.post("/api/messages/check", json={"form": "customer", "text": text}).json()
    assert {one["code"] for one in told["problems"]} == {"wording.unknown_name", "wording.hidden_field"}


def test_a_pool_that_is_none_is_not_found(town):
    ann = town.sign_in("ann")
    assert ann.get("/api/pools/x").status_code == 404
    assert ann.post("/api/pools/x/claim", json={}).status_code == 404
