"""The commands as an operator types them, each in a process of its own, on the embedded database."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """Return the folder of a small practice clinic."""
    made = tmp_path_factory.mktemp("practice") / "home"
    told = run(repository, "demo", "--no-serve", "--scale", "0.002", "--home", str(made))
    assert told.returncode == 0, told.stderr
    return made


def run(repository: Path, *words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("CLINICRAFT_", "DATABASE_URL"))
    }
    return subprocess.run(
        [sys.executable, "-c", "from server.main import main; main()", *words],
        cwd=repository, env={**environment, "PYTHONPATH": str(repository)}, input=given,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_query_goes_through_the_gate(repository: Path, home: Path) -> None:
    told = run(repository, "query", "lead", "--as", "director", "--limit", "3", "--json", "--home", str(home))
    assert told.returncode == 0, told.stderr
    assert "phone" in told.stdout
    refused = run(repository, "query", "bill", "--as", "warehouse", "--json", "--home", str(home))
    assert refused.returncode != 0


def test_export_and_import_of_a_form(repository: Path, home: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "out.csv"
    told = run(repository, "export", "lead", str(sheet), "--as", "director", "--home", str(home))
    assert told.returncode == 0, told.stderr
    assert sheet.stat().st_size > 100
    leads = tmp_path / "leads.csv"
    leads.write_text("姓名,手机,来源渠道\n测试人,13911112222,抖音\n", "utf-8")
    told = run(repository, "import", "lead", str(leads), "--as", "director", "--home", str(home))
    assert told.returncode == 0, told.stdout + told.stderr


def test_formula_in_batch(repository: Path, tmp_path: Path) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text('{"formula": "{a} + 1", "values": {"a": 2}}\n{"formula": "1 +"}\n', "utf-8")
    told = run(repository, "formula", "--batch", str(lines), "--backend", "python")
    assert told.returncode == 0, told.stderr
    first, second = (json.loads(line) for line in told.stdout.splitlines())
    assert first == {"value": 3}
    assert second["error"]["code"].startswith("formula.")


def test_check_of_the_template_and_of_a_hostile_zip(repository: Path, tmp_path: Path) -> None:
    import zipfile

    assert run(repository, "check", "dental").returncode == 0
    evil = tmp_path / "evil.zip"
    with zipfile.ZipFile(evil, "w") as archive:
        archive.writestr("../../escape.json", "{}")
        archive.writestr("app.json", "[" * 5000)
    told = run(repository, "check", str(evil), "--json")
    assert told.returncode == 1
    assert "Traceback" not in told.stderr
    assert not (tmp_path.parent / "escape.json").exists()


def test_doctor_finds_the_practice_clinic_in_order(repository: Path, home: Path) -> None:
    told = run(repository, "doctor", "--json", "--home", str(home))
    checks = {line["check"]: line for line in map(json.loads, told.stdout.splitlines())}
    assert checks["keys"]["ok"], told.stdout
    assert "Traceback" not in told.stderr
