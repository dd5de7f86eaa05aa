"""The benchmarks still run: small sizes of the parts that start no server."""

import json

import pytest

from benchmarks import __main__ as bench
from benchmarks import findings
from benchmarks.findings import Finding


@pytest.fixture(autouse=True)
def results(tmp_path, monkeypatch):
    monkeypatch.setattr(findings, "RESULTS", tmp_path)
    return tmp_path


@pytest.mark.parametrize("part", ["values", "imports"])
def test_a_quick_run_prints_a_table_and_writes_a_file(part, results, capsys, monkeypatch):
    monkeypatch.setattr(bench.imports, "real_appointments", lambda: None)
    assert bench.main(["--quick", "--only", part, "--databases", "sqlite"]) == 0
    written = json.loads(next(results.glob("*.json")).read_text(encoding="utf-8"))
    assert all(one["value"] > 0 for one in written["findings"])
    shown = capsys.readouterr().out
    assert "Clinicraft benchmarks" in shown
    assert bench.imports.ABSENT in shown


def test_what_is_measured_is_held_against_its_goal():
    assert Finding("page", "sqlite", "", 1.9, 2).is_met
    assert not Finding("page", "sqlite", "", 2.1, 2).is_met
    assert Finding("formulas", "–", "", 300_001, 300_000, at_least=True).is_met
    assert not Finding("formulas", "–", "", 299_999, 300_000, at_least=True).is_met
    assert Finding("told only", "–", "", 1).is_met
