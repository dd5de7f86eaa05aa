"""JSON from strangers is read with one meaning, or refused with a reason."""

import pytest

from engine.definitions.strict_json import MAX_FILE_BYTES, read_object
from engine.problems import Problem


def code(data: bytes) -> str | None:
    read = read_object(data, "/forms/lead")
    return read.code if isinstance(read, Problem) else None


def test_an_ordinary_object_is_read():
    assert read_object('{"key": "线索", "n": [1, 2.5]}'.encode(), "") == {"key": "线索", "n": [1, 2.5]}


def test_the_byte_order_mark_of_windows_editors_is_taken_away():
    assert read_object(b'\xef\xbb\xbf{"a": 1}', "") == {"a": 1}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"{not json", "definition.not_json"),
        (b'{"a": 1,}', "definition.not_json"),
        (b"", "definition.not_json"),
        (b"[1]", "definition.not_an_object"),
        (b'{"a": 1, "a": 2}', "definition.duplicate_name"),
        (b'{"x": {"a": 1, "a": 1}}', "definition.duplicate_name"),
        (b'{"a": NaN}', "definition.not_a_number"),
        (b'{"a": -Infinity}', "definition.not_a_number"),
        (b'{"a": 1e999}', "definition.not_a_number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "definition.not_a_number"),
        ('{"a": 1}'.encode("utf-16"), "definition.not_utf8"),
        (b'{"a": "\xff"}', "definition.not_utf8"),
        (b'{"a": "x\\u0000y"}', "definition.bad_character"),
        (b'{"a": ["\\ud800"]}', "definition.bad_character"),
        (b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}", "definition.too_deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "definition.too_deep"),
        (b" " * (MAX_FILE_BYTES + 1), "definition.too_big"),
    ],
)
def test_hostile_json_is_refused(data, expected):
    assert code(data) == expected


def test_brackets_inside_texts_do_not_count_as_depth():
    assert code(b'{"a": "' + b"[" * 1000 + b'"}') is None


def test_the_place_of_a_bad_character_is_named():
    read = read_object(b'{"fields": [{"label": "a\\u0000"}]}', "/forms/lead")
    assert isinstance(read, Problem)
    assert read.path == "/forms/lead/fields/0/label"
