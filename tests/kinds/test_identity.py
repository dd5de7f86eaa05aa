"""Names, numbers and places as clinics write them."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from form_engine.control import CONTROLS
from form_engine.controls._addresses import read, written_out
from form_engine.controls._amount_words import amount_in_words
from form_engine.controls._divisions import divisions, line_of
from form_engine.controls._id_cards import birth_date, check_digit, sex
from form_engine.controls._phones import landline, mobile
from tests.kinds import making


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "+86 138 0013 8000",
        "86-138-0013-8000",
        "0086 13800138000",
        "１３８－００１３－８０００",
        " 138.0013.8000\u200b",
    ],
)
def test_a_mobile_number_is_one_number_however_written(written: str) -> None:
    assert mobile(written) == "13800138000"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("0571-88888888", "0571-88888888"),
        ("(0571) 8888 8888", "0571-88888888"),
        ("057188888888", "0571-88888888"),
        ("02161234567 转 802", "021-61234567-802"),
        ("+86 571 88888888", "0571-88888888"),
        ("400-820-8820", "400-820-8820"),
        ("138 0013 8000", "13800138000"),
    ],
)
def test_a_land_line_is_area_number_and_extension(written: str, kept: str) -> None:
    assert landline(written) == kept


@given(digits=st.text("0123456789", min_size=17, max_size=17))
def test_one_wrong_digit_in_an_identity_number_never_passes(digits: str) -> None:
    right = check_digit(digits)
    for place in range(17):
        other = digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]
        assert check_digit(other) != right


def test_an_identity_number_tells_birth_date_and_sex() -> None:
    assert str(birth_date("11010519491231002X")) == "1949-12-31"
    assert sex("11010519491231002X") == "female"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.5", "伍角整"),
        ("1.05", "壹元零伍分"),
        ("10", "壹拾元整"),
        ("1203.50", "壹仟贰佰零叁元伍角整"),
        ("10000", "壹万元整"),
        ("10005.08", "壹万零伍元零捌分"),
        ("1000500", "壹佰万零伍佰元整"),
        ("100000000", "壹亿元整"),
        ("100020003.04", "壹亿零贰万零叁元零肆分"),
        ("-12.3", "负壹拾贰元叁角整"),
        ("0.005", "壹分"),
    ],
)
def test_an_amount_is_written_in_capital_figures(amount: str, words: str) -> None:
    assert amount_in_words(Decimal(amount)) == words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("浙江省杭州市西湖区文三路 1 号", {"code": "330106", "detail": "文三路 1 号"}),
        ("浙江杭州西湖", {"code": "330106"}),
        ("浙江省/杭州市/西湖区 文三路", {"code": "330106", "detail": "文三路"}),
        ("北京市朝阳区建国路 9 号", {"code": "110105", "detail": "建国路 9 号"}),
        ("杭州市西湖区", {"code": "330106"}),
        ("东莞市南城街道", {"code": "4419", "detail": "南城街道"}),
        ("村口大槐树下", {"detail": "村口大槐树下"}),
    ],
)
def test_a_free_text_address_finds_its_code(text: str, found: dict[str, str]) -> None:
    value = read(text)
    assert value is not None
    if found.get("code") == "4419":
        assert value["code"].startswith("4419")
    else:
        assert value == found


@given(code=st.sampled_from(sorted(divisions())), street=st.sampled_from(["", "文三路 1 号", "A 座 302"]))
def test_every_division_reads_back_from_its_text(code: str, street: str) -> None:
    value: dict[str, Any] = {"code": code} | ({"detail": street} if street else {})
    assert read(written_out(value)) == value


def test_the_divisions_form_a_tree() -> None:
    assert all(len(line_of(code)) == len(code) // 2 for code in divisions())


def test_a_name_keeps_no_gaps_between_characters() -> None:
    control = CONTROLS.get("person_name")
    assert making.given(control, "张　三", control.settings({}))[0] == "张三"
    assert making.given(control, "Anna  Li", control.settings({}))[0] == "Anna Li"


def test_rich_text_loses_its_scripts() -> None:
    control = CONTROLS.get("richtext")
    sent = '<p onclick="x()">好<script>alert(1)</script><a href="javascript:x">链接</a></p>'
    value, problems = making.given(control, sent, control.settings({}))
    assert problems == []
    assert "script" not in value
    assert "onclick" not in value
