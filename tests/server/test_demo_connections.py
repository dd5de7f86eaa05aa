"""The practice clinic takes leads from its website: the secret is made once and only its owner can read it."""

import json

from server.credentials import FILE, Credentials
from server.demo.connections import agree_with_website


def test_a_secret_is_made_once_and_is_read_by_its_owner_only(tmp_path):
    agree_with_website(tmp_path, "dental")
    first = Credentials(tmp_path).webhook("dental", "website")
    agree_with_website(tmp_path, "dental")
    assert len(first["secret"]) >= 32
    assert Credentials(tmp_path).webhook("dental", "website") == first
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_what_was_agreed_before_stays(tmp_path):
    path = tmp_path / FILE
    path.write_text(
        json.dumps(
            {
                "*": {"channels": {"sms": {"url": "a"}}},
                "dental": {"webhooks": {"website": {"secret": "mine"}}},
            }
        )
    )
    path.chmod(0o600)
    agree_with_website(tmp_path, "dental")
    agree_with_website(tmp_path, "second")
    kept = Credentials(tmp_path)
    assert kept.webhook("dental", "website")["secret"] == "mine"
    assert kept.webhook("second", "website")["secret"]
    assert kept.channel("dental", "sms") == {"url": "a"}
