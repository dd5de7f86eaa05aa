"""Folders and zip packages become sources, or are refused with every problem and nothing half loaded."""

import io
import json
import stat
import zipfile

import pytest

from engine.definitions import load_folder, load_zip
from engine.definitions.source import MAX_FILES
from engine.problems import Rejected
from tests.definitions.making import field, form, manifest

APP = json.dumps(manifest()).encode()
LEAD = json.dumps(form("lead", field("name"))).encode()


def package(files, *, symlink=None, method=zipfile.ZIP_DEFLATED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            if name == symlink:
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, content)
    return data.getvalue()


def codes(call, *given):
    with pytest.raises(Rejected) as caught:
        call(*given)
    return {problem.code for problem in caught.value.problems}


def write(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_a_folder_gives_its_objects_by_kind_and_key(tmp_path):
    write(tmp_path, "app.json", APP)
    write(tmp_path, "forms/lead.json", LEAD)
    write(tmp_path, "README.md", b"read me")
    assert sorted(load_folder(tmp_path)) == ["app", "forms/lead"]


def test_every_problem_of_a_folder_is_told_at_once(tmp_path):
    write(tmp_path, "app.json", APP)
    write(tmp_path, "forms/lead.json", b"{")
    write(tmp_path, "forms/plan.json", json.dumps(form("plam", field("a"))).encode())
    write(tmp_path, "fomrs/x.json", b"{}")
    assert codes(load_folder, tmp_path) == {
        "definition.not_json",
        "definition.key_differs",
        "definition.unknown_file",
    }


def test_a_symbolic_link_is_not_followed(tmp_path):
    write(tmp_path, "app/app.json", APP)
    write(tmp_path, "secret.json", b"{}")
    (tmp_path / "app" / "forms").mkdir()
    (tmp_path / "app" / "forms" / "lead.json").symlink_to(tmp_path / "secret.json")
    assert codes(load_folder, tmp_path / "app") == {"definition.link_file"}


def test_a_folder_that_is_not_there_is_said_so(tmp_path):
    assert codes(load_folder, tmp_path / "nowhere") == {"definition.no_folder"}


def test_a_folder_without_manifest_is_no_app(tmp_path):
    write(tmp_path, "forms/lead.json", LEAD)
    assert codes(load_folder, tmp_path) == {"definition.no_manifest"}


def test_a_package_gives_the_same_as_its_folder(tmp_path):
    write(tmp_path, "app.json", APP)
    write(tmp_path, "forms/lead.json", LEAD)
    assert load_zip(package([("app.json", APP), ("forms/lead.json", LEAD)])) == load_folder(tmp_path)


def test_a_package_may_hold_the_folder_itself():
    assert sorted(load_zip(package([("dental/app.json", APP), ("dental/forms/lead.json", LEAD)]))) == [
        "app",
        "forms/lead",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "../forms/lead.json",
        "forms/../../lead.json",
        "/etc/lead.json",
        "C:\\lead.json",
        "forms\\lead.json",
        "forms//lead.json",
        "./forms/lead.json",
        "forms/线索.json",
        "forms/..lead.json",
    ],
)
def test_names_that_could_escape_are_refused(name):
    assert codes(load_zip, package([("app.json", APP), (name, LEAD)])) == {"definition.unsafe_name"}


def test_links_in_a_package_are_refused():
    data = package([("app.json", APP), ("forms/lead.json", b"/etc/passwd")], symlink="forms/lead.json")
    assert codes(load_zip, data) == {"definition.link_file"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused_whatever_their_case():
    assert codes(load_zip, package([("app.json", APP), ("app.json", APP)])) == {"definition.twice_in_package"}
    both = [("app.json", APP), ("forms/lead.json", LEAD), ("forms/LEAD.json", LEAD)]
    assert "definition.twice_in_package" in codes(load_zip, package(both))


def test_a_compression_bomb_is_refused():
    bomb = b'{"a": "' + b"0" * 1_900_000 + b'"}'
    assert codes(load_zip, package([("app.json", APP), ("forms/lead.json", bomb)])) == {
        "definition.package_too_big"
    }


def test_too_many_entries_are_refused():
    files = [("app.json", APP)] + [(f"forms/f{i}.json", b"{}") for i in range(MAX_FILES)]
    assert codes(load_zip, package(files, method=zipfile.ZIP_STORED)) == {"definition.package_too_big"}


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nothing", b"<html>", APP])
def test_what_is_no_zip_is_refused(data):
    assert codes(load_zip, data) == {"definition.not_a_zip"}


def test_a_damaged_package_is_refused():
    data = bytearray(package([("app.json", APP), ("forms/lead.json", LEAD)], method=zipfile.ZIP_STORED))
    data[60] ^= 0xFF
    assert codes(load_zip, bytes(data)) <= {
        "definition.not_a_zip",
        "definition.not_json",
        "definition.unsafe_name",
    }


def test_an_encrypted_package_is_refused():
    data = bytearray(package([("app.json", APP)]))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        place = data.index(mark)
        data[place + (6 if mark[2] == 3 else 8)] |= 1
    assert codes(load_zip, bytes(data)) == {"definition.not_a_zip"}
