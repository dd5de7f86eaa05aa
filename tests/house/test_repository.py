"""The repository itself: locks without hosts, no path of a machine, no problem without words."""

import json
import re
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def committed(repository: Path) -> list[Path]:
    names = subprocess.check_output(["git", "ls-files", "-z"], cwd=repository, text=True).split("\0")
    return [repository / name for name in names if name and (repository / name).exists()]


def test_lock_files_name_no_registry_host(repository: Path) -> None:
    python = (repository / "requirements.lock").read_text()
    assert "--hash=sha256:" in python
    assert not re.search(r"https?://|index-url|find-links", python)
    browser = json.loads((repository / "designer_ui" / "package-lock.json").read_text())
    assert all("resolved" not in package for package in browser["packages"].values())


def test_no_committed_file_names_a_path_of_this_machine(committed: list[Path]) -> None:
    machine = re.compile("/" + r"(work|root|farm)/[a-z.]")
    text = [
        p
        for p in committed
        if p.suffix in {".py", ".ts", ".tsx", ".json", ".toml", ".md", ".sh", ".yaml", ".html"}
    ]
    assert [str(p) for p in text if machine.search(p.read_text(errors="replace"))] == []


def test_pages_come_without_foreign_hosts(repository: Path) -> None:
    page = (repository / "designer_ui" / "index.html").read_text()
    assert not re.search(r"(src|href)=.https?://", page)
