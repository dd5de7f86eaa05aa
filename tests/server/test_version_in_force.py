"""A clinic looks for a newer version of its app every two seconds, but never in the middle of a unit of work."""

import pytest

from tests.server.conftest import Town


def test_what_is_begun_under_a_version_ends_under_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = town.clinic("alpha")
    plan, service = clinic.plan, clinic.service
    looked = []
    monkeypatch.setattr("server.clinics.VERSION_FRESH_S", -1)
    monkeypatch.setattr(clinic, "_refresh", lambda: looked.append(1))
    with clinic.workspace.read():
        assert clinic.plan is plan
        assert clinic.tasking.service is service
    assert looked == []
    assert clinic.flows is not None
    assert looked != []
