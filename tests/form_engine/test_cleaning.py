"""What people type into lead sheets, and what becomes of it."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.problems import Rejected
from form_engine.importing.cleaning import (
    CLEANERS,
    Context,
    clean_amount,
    clean_date,
    clean_datetime,
    clean_gender,
    clean_name,
    clean_phone,
    is_blank,
    plain,
    read_age,
    read_amount,
    read_budget,
    split_list,
    split_notes,
)

TODAY = date(2026, 7, 1)
HERE = Context(TODAY)


@pytest.mark.parametrize(
    "typed",
    [
        "19900046889", "199-0004-6889", "199 0004 6889", "+86 19900046889", "+8619900046889", "008619900046889",
        "１９９００４６８８９".replace("１９９００４６８８９", "１９９０００４６８８９"), "'19900046889", 19900046889, 19900046889.0,
        "电话:19900046889", "19900046889(微信同号)", " 19900046889 ",
    ],
)  # fmt: skip
def test_a_phone_is_read_however_it_is_written(typed: object) -> None:
    assert clean_phone(typed, HERE).value == "19900046889"


def test_two_numbers_in_a_cell_become_phone_and_second_phone() -> None:
    for typed in ("19900046889/19900046890", "19900046889、19900046890", "19900046889 19900046890"):
        cleaned = clean_phone(typed, HERE)
        assert (cleaned.value, cleaned.aside["phone2"]) == ("19900046889", "19900046890")


def test_same_number_on_wechat_is_understood() -> None:
    assert clean_phone("微信同号", HERE).value is None
    assert clean_phone("微信同号", HERE).aside == {"same_as_wechat": True}
    assert clean_phone("19900046889 微信同号", HERE).aside == {"wechat": "19900046889"}


@pytest.mark.parametrize("typed", ["1990070915", "12345", "不知道", "199000468891", "22900046889"])
def test_a_number_that_is_none_is_refused_with_its_text(typed: str) -> None:
    with pytest.raises(Rejected) as refused:
        clean_phone(typed, HERE)
    assert refused.value.problems[0].code == "import.bad_phone"
    assert typed in refused.value.problems[0].message("zh")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-01-05", "2026-01-05"), ("2026/1/5", "2026-01-05"), ("2026.01.05", "2026-01-05"),
        ("1月5日", "2026-01-05"), ("2026年1月5日", "2026-01-05"), ("12月30日", "2025-12-30"),
        ("46106", "2026-03-25"), (46106, "2026-03-25"), (46106.5, "2026-03-25"), ("20260105", "2026-01-05"),
        (datetime(2026, 1, 5, 9), "2026-01-05"), (date(2026, 1, 5), "2026-01-05"), ("2026-01-05 13:44", "2026-01-05"),
        ("26/1/5", "2026-01-05"), ("昨天", "2026-06-30"), ("2026-01-05T20:00:00Z", "2026-01-06"),
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_form_that_sheets_hold(typed: object, day: str) -> None:
    assert clean_date(typed, HERE).value == day


def test_the_time_of_day_is_the_branch_s() -> None:
    assert clean_datetime("2026-02-02 13:44", HERE).value == "2026-02-02T13:44:00+08:00"
    assert clean_datetime("2026年2月2日下午3点", HERE).value == "2026-02-02T15:00:00+08:00"
    assert clean_datetime("46106.75", HERE).value == "2026-03-25T18:00:00+08:00"


@pytest.mark.parametrize("typed", ["2026-02-30", "13月1日", "下周", "5", 12, "2026-02-02 25:00"])
def test_a_day_that_is_none_is_refused(typed: object) -> None:
    with pytest.raises(Rejected):
        clean_date(typed, HERE)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("1.2万", "12000"), ("¥12,800", "12800"), ("6800", "6800"), ("2w", "20000"), ("3千", "3000"), ("1万左右", "10000"),
     ("(500)", "-500"), ("6800元", "6800"), ("￥１２００", "1200"), ("0.5", "0.5"), ("60%", "0.6"), ("-5", "-5")],
)  # fmt: skip
def test_amounts_are_exact(typed: str, amount: str) -> None:
    assert Decimal(clean_amount(typed, HERE).value) == Decimal(amount)


@pytest.mark.parametrize(
    ("typed", "low", "high"),
    [("2w-3w", 20000, 30000), ("1-3万", 10000, 30000), ("5000以内", 0, 5000), ("3万以上", 30000, None),
     ("5000-1万", 5000, 10000), ("不限", None, None), ("1万左右", 10000, 10000), ("8000", 8000, 8000)],
)  # fmt: skip
def test_a_budget_is_a_range(typed: str, low: int | None, high: int | None) -> None:
    assert read_budget(typed) == (
        None if low is None else Decimal(low),
        None if high is None else Decimal(high),
    )


def test_names_lose_emoji_and_tell_the_gender() -> None:
    assert clean_name("Lily🌸", HERE).value == "Lily"
    assert clean_name("赵阿姨", HERE).aside == {"gender": "女"}
    assert clean_name("郝先生", HERE).aside == {"gender": "男"}
    assert clean_name("🌸", HERE).value is None


def test_gender_words() -> None:
    assert [clean_gender(word, HERE).value for word in ("F", "女士", "先生", "M", "男", "未知")] == [
        "女",
        "女",
        "男",
        "男",
        "男",
        "未知",
    ]


def test_ages() -> None:
    assert [read_age(text, TODAY) for text in ("35岁", "35", "90后", "00后")] == [35, 35, 31, 21]


def test_lists_are_split_and_each_part_kept_once() -> None:
    assert split_list("拔智齿、正畸/洗牙 , 正畸") == ["拔智齿", "正畸", "洗牙"]
    assert split_list("腰痛 失眠") == ["腰痛", "失眠"]


def test_dated_notes_become_single_notes() -> None:
    assert split_notes("3.5 电话 没接;3.6 加v", HERE) == [
        (date(2026, 3, 5), "电话 没接"),
        (date(2026, 3, 6), "加v"),
    ]
    assert split_notes("嫌贵", HERE) == [(None, "嫌贵")]


def test_dashes_and_none_are_blank() -> None:
    assert all(is_blank(cell) for cell in (None, "", " ", "-", "无", "N/A", "暂无"))
    assert not is_blank(0)


@given(
    st.one_of(
        st.text(max_size=40),
        st.floats(allow_nan=False),
        st.integers(),
        st.datetimes(),
        st.booleans(),
        st.none(),
    )
)
def test_no_cell_brings_a_cleaner_down(cell: object) -> None:
    told: list[str] = []
    for clean in CLEANERS.values():
        try:
            clean(cell, HERE)
        except Rejected as refused:
            told.append(refused.problems[0].message("en"))
    assert all(told)


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_a_plain_number_reads_back(number: Decimal) -> None:
    assert read_amount(f"{number:,}") == number


@given(
    st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2100, 1, 1)).map(
        lambda d: d.replace(second=0, microsecond=0)
    )
)
def test_a_written_moment_reads_back(moment: datetime) -> None:
    local = moment.replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    assert datetime.fromisoformat(clean_datetime(plain(moment), HERE).value) == local
