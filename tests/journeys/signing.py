"""A website that sends leads to the practice clinic under its signature."""

import json
import urllib.error
import urllib.request
from datetime import datetime
from typing import Any

from connectors.webhook import HEADER, sign
from tests.journeys.conftest import Clinic

WEBSITE = "/api/webhooks/dental/website"


def secret_of(clinic: Clinic) -> str:
    kept = json.loads((clinic.home / "connections.json").read_text("utf-8"))
    return kept["dental"]["webhooks"]["website"]["secret"]


def send_lead(clinic: Clinic, now: str, body: dict[str, Any], secret: str | None = None) -> int:
    """Send a lead signed at the clinic's time; return the status of the answer."""
    raw = json.dumps(body).encode()
    at = int(datetime.fromisoformat(now).timestamp())
    headers = {"content-type": "application/json", HEADER: sign(secret or secret_of(clinic), raw, at)}
    call = urllib.request.Request(clinic.base + WEBSITE, data=raw, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(call, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code
