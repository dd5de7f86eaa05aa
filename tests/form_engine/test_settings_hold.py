"""What a control's settings say holds on the server, for every way in, not only in the browser."""

import hashlib
from typing import Any

import pytest

from form_engine.plan import FormPlan
from tests.form_engine.making import NOW, field, plan, save, told, words

FORGED = "2020-01-01T00:00:00Z"


def signed(*, at: str = FORGED, x: float = 0.1) -> dict[str, Any]:
    return {"strokes": [[[x, 0.5, 0], [0.2, 0.6, 16]]], "signed_at": at, "signer": {"name": "张三"}}


def options(*keys: str, **parents: str) -> list[dict[str, Any]]:
    return [{"key": one, "label": words(one)} for one in keys] + [
        {"key": one, "label": words(one), "parent": above} for one, above in parents.items()
    ]


class TestSignatures:
    def test_the_server_says_when_it_was_signed(self) -> None:
        done = save(plan(field("sign", "signature")), {"sign": signed()})
        assert told(done) == {}
        assert done.values["sign"]["signed_at"] == "2026-03-05T06:30:00Z"

    def test_the_time_stays_while_the_strokes_do_and_is_new_with_new_strokes(self) -> None:
        on = plan(field("sign", "signature"))
        stored = {"id": "r", "sign": signed(at="2026-03-01T01:00:00Z")}
        named = save(on, {"sign": {**signed(), "signer": {"name": "李四"}}}, stored)
        assert named.values["sign"]["signed_at"] == "2026-03-01T01:00:00Z"
        again = save(on, {"sign": signed(x=0.3)}, stored)
        assert again.values["sign"]["signed_at"] == "2026-03-05T06:30:00Z"

    def test_an_import_keeps_the_time_of_an_old_signature(self) -> None:
        done = save(plan(field("sign", "signature")), {"sign": signed()}, cause="import")
        assert done.values["sign"]["signed_at"] == FORGED

    def test_once_signed_the_record_is_locked_where_the_signature_says_so(self) -> None:
        on = plan(field("text"), field("sign", "signature", locks=True))
        assert told(save(on, {"text": "b", "sign": signed()}, {"id": "r", "text": "a"})) == {}
        stored = {"id": "r", "text": "a", "sign": signed()}
        assert told(save(on, {"text": "b"}, stored)) == {"/values/text": "record.locked"}
        assert told(save(on, {"sign": None}, stored)) == {"/values/sign": "record.locked"}
        assert told(save(on, {"sign": signed(x=0.4)}, stored, cause="flow")) == {
            "/values/sign": "record.locked"
        }

    def test_a_signature_may_cover_some_fields_and_always_itself(self) -> None:
        on = plan(field("text"), field("status"), field("sign", "signature", covers=["text"]))
        stored = {"id": "r", "text": "a", "status": "x", "sign": signed()}
        assert told(save(on, {"text": "b"}, stored)) == {"/values/text": "record.locked"}
        assert told(save(on, {"sign": None}, stored)) == {"/values/sign": "record.locked"}
        assert told(save(on, {"status": "y"}, stored)) == {}

    def test_the_browser_is_told_of_the_lock(self) -> None:
        rules = plan(field("text"), field("sign", "signature", covers=["text"])).rules
        assert [(rule.lock, rule.lock_fields) for rule in rules] == [(True, ("text", "sign"))]


class TestWhatWasSigned:
    @pytest.fixture
    def on(self) -> FormPlan:
        lines = field("lines", "subtable", fields=[field("what"), field("price", "money")])
        return plan(
            field("text"),
            lines,
            field("note"),
            field("sign", "signature", covers=["text", "lines"], statement="我已阅读"),
        )

    def hash_of(self, on: FormPlan, given: dict[str, Any], **more: Any) -> str:
        return str(save(on, {**given, "sign": signed()}, **more).values["sign"]["doc_hash"])

    def test_the_server_says_what_it_was_whatever_is_sent(self, on: FormPlan) -> None:
        given = {"text": "种植", "lines": [{"what": "a", "price": "1"}]}
        forged = save(on, {**given, "sign": {**signed(), "doc_hash": "sha256:" + "0" * 64}}).values["sign"]
        text = '{"fields":{"lines":[{"price":"1.00","what":"a"}],"text":"种植"},"statement":"我已阅读"}'
        assert forged["doc_hash"] == "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    def test_it_changes_with_what_is_covered_and_with_nothing_else(self, on: FormPlan) -> None:
        first = self.hash_of(on, {"text": "a", "note": "x"})
        assert self.hash_of(on, {"text": "a", "note": "y"}) == first
        assert self.hash_of(on, {"text": "b"}) != first
        assert self.hash_of(on, {"text": "a", "lines": [{"what": "a"}]}) != first

    def test_an_old_signature_that_is_brought_in_keeps_its_own(self, on: FormPlan) -> None:
        kept = {**signed(), "doc_hash": "sha256:" + "0" * 64}
        assert save(on, {"sign": kept}, cause="import").values["sign"]["doc_hash"] == kept["doc_hash"]

    def test_one_signs_after_the_other(self) -> None:
        on = plan(field("patient", "signature"), field("doctor", "signature", after="patient"))
        assert told(save(on, {"doctor": signed()})) == {"/values/doctor": "signature.too_soon"}
        assert told(save(on, {"doctor": signed(), "patient": signed()})) == {}
        assert told(save(on, {"doctor": signed()}, {"id": "r", "patient": signed()})) == {}
        assert told(save(on, {"doctor": signed()}, cause="import")) == {}

    def test_what_another_has_signed_after_stays_until_that_is_cleared(self) -> None:
        on = plan(
            field("patient", "signature"),
            field("guardian", "signature", after="patient"),
            field("doctor", "signature", after="guardian"),
        )
        given = {"id": "r", "patient": signed(), "guardian": signed()}
        assert told(save(on, {"patient": None}, given)) == {"/values/patient": "signature.followed"}
        anew = {**signed(), "strokes": [[[0.5, 0.5, 0], [0.6, 0.6, 16]]]}
        assert told(save(on, {"patient": anew}, given)) == {"/values/patient": "signature.followed"}
        assert told(save(on, {"guardian": None}, given)) == {}
        assert told(save(on, {"patient": anew, "guardian": anew}, given)) == {}
        assert told(save(on, {"guardian": None, "patient": None}, given)) == {}
        # Those who signed before the doctor are asked anew in turn, too.
        whole = {**given, "doctor": signed()}
        assert told(save(on, {"patient": anew, "guardian": anew}, whole)) == {
            "/values/guardian": "signature.followed"
        }


@pytest.mark.parametrize(
    ("day", "is_right"),
    [
        ("2026-03-05", True),
        ("2026-03-07", False),  # a Saturday
        ("2026-10-01", False),  # National Day, a Thursday
        ("2026-02-14", True),  # a Saturday, worked for Spring Festival
    ],
)
def test_a_date_may_be_a_workday_by_the_public_calendar(day: str, is_right: bool) -> None:
    on = plan(field("day", "date", workdays=True))
    assert told(save(on, {"day": day})) == ({} if is_right else {"/values/day": "date.not_a_workday"})
    assert told(save(plan(field("day", "date")), {"day": day})) == {}


class TestRows:
    @pytest.fixture
    def stored(self) -> dict[str, Any]:
        return {"id": "r", "lines": [{"id": "l1", "what": "a"}, {"id": "l2", "what": "b"}]}

    def rows(self, **more: Any) -> FormPlan:
        return plan(field("lines", "subtable", fields=[field("what")], **more))

    def test_rows_that_may_not_be_added_are_refused(self, stored: dict[str, Any]) -> None:
        on = self.rows(add=False)
        assert told(save(on, {"lines": [{"_op": "create", "what": "c"}]}, stored)) == {
            "/values/lines/0": "rows.no_adding"
        }
        kept = [{"id": "l1"}, {"id": "l2", "what": "z"}]
        assert told(save(on, {"lines": kept}, stored)) == {}

    @pytest.mark.parametrize("sent", [[{"id": "l1"}], [{"id": "l2", "_op": "delete"}], [], None])
    def test_rows_that_may_not_be_removed_stay(self, stored: dict[str, Any], sent: Any) -> None:
        assert set(told(save(self.rows(remove=False), {"lines": sent}, stored)).values()) == {
            "rows.no_removing"
        }
        assert told(save(self.rows(), {"lines": sent}, stored)) == {}

    def test_flows_add_and_remove_what_people_may_not(self, stored: dict[str, Any]) -> None:
        on = self.rows(add=False, remove=False)
        assert told(save(on, {"lines": [{"what": "new"}]}, stored, cause="flow")) == {}

    def test_a_new_record_takes_its_rows_once(self) -> None:
        assert told(save(self.rows(add=False, remove=False), {"lines": []})) == {}


class TestDependentOptions:
    @pytest.fixture
    def on(self) -> FormPlan:
        return plan(
            field("city", "select", options=options("hz", "sh")),
            field("area", "select", depends_on="city", options=options("any", xihu="hz", pudong="sh")),
        )

    def test_an_option_of_another_parent_is_refused(self, on: FormPlan) -> None:
        assert told(save(on, {"city": "hz", "area": "pudong"})) == {"/values/area": "choice.other_parent"}
        assert told(save(on, {"area": "pudong"})) == {"/values/area": "choice.other_parent"}
        assert told(save(on, {"city": "hz", "area": "xihu"})) == {}
        assert told(save(on, {"city": "hz", "area": "any"})) == {}

    def test_a_new_parent_clears_a_child_that_no_longer_fits(self, on: FormPlan) -> None:
        stored = {"id": "r", "city": "hz", "area": "xihu"}
        assert save(on, {"city": "sh"}, stored).values["area"] is None
        assert "area" not in save(on, {"city": "hz"}, stored).changed
        assert "area" not in save(on, {"city": "sh"}, {**stored, "area": "any"}).changed


class TestFilling:
    CARD = "11010519491231002X"

    @pytest.fixture
    def on(self) -> FormPlan:
        sex = field("sex", "select", options=options("male", "female"))
        card = field("card", "id_card", birth_field="born", sex_field="sex", types=["CN18", "PASSPORT"])
        return plan(card, field("born", "birthday"), sex)

    def test_a_card_number_fills_birthday_and_sex(self, on: FormPlan) -> None:
        values = save(on, {"card": self.CARD}).values
        assert (str(values["born"]), values["sex"]) == ("1949-12-31", "female")

    def test_what_is_given_or_known_stays(self, on: FormPlan) -> None:
        assert str(save(on, {"card": self.CARD, "born": "1950-01-01"}).values["born"]) == "1950-01-01"
        known = save(on, {"card": self.CARD}, {"id": "r", "sex": "male"})
        assert "sex" not in known.changed

    def test_what_does_not_suit_the_other_field_is_left_out(self) -> None:
        sex = field("sex", "select", options=options("F", "M"))
        late = field("born", "birthday", min="1960-01-01")
        on = plan(field("card", "id_card", birth_field="born", sex_field="sex"), late, sex)
        done = save(on, {"card": self.CARD})
        assert told(done) == {}
        assert (done.values.get("born"), done.values.get("sex")) == (None, None)

    def test_other_documents_fill_nothing(self, on: FormPlan) -> None:
        assert save(on, {"card": "PASSPORT:E12345678"}).values.get("born") is None


def test_a_birthday_is_not_in_the_future() -> None:
    on = plan(field("born", "birthday"))
    assert told(save(on, {"born": "2026-03-06"})) == {"/values/born": "birthday.to_come"}
    assert told(save(on, {"born": "2026-03-05"})) == {}
    assert NOW.year == 2026


@pytest.mark.parametrize("several", [False, True])
def test_a_person_field_may_start_with_whoever_writes(several: bool) -> None:
    on = plan(field("who", "user", default_me=True, multiple=several))
    me = {"id": "0198c0de-0000-7000-8000-000000000001"}
    assert save(on, {}, actor=me).values["who"] == ((me["id"],) if several else me["id"])
    assert save(on, {"who": None}, actor=me).values.get("who") is None
    assert save(on, {}, {"id": "r"}, actor=me).values.get("who") is None
    assert save(on, {}, actor={}).values.get("who") is None


class TestReasonsOfStages:
    @pytest.fixture
    def on(self) -> FormPlan:
        return plan(field("why"), field("stage", "stage", stages=options("a", "b", "c"), reason_field="why"))

    def test_each_move_by_hand_says_why_anew(self, on: FormPlan) -> None:
        stored = {"id": "r", "stage": "a", "why": "old"}
        assert told(save(on, {"stage": "b"}, stored)) == {"/values/why": "stage.reason"}
        assert told(save(on, {"stage": "b", "why": None}, stored)) == {"/values/why": "stage.reason"}
        assert told(save(on, {"stage": "b", "why": "old"}, stored)) == {}

    def test_the_first_stage_flows_and_sheets_need_none(self, on: FormPlan) -> None:
        assert told(save(on, {"stage": "b"})) == {}
        stored = {"id": "r", "stage": "a"}
        assert told(save(on, {"stage": "b"}, stored, cause="flow")) == {}
        assert told(save(on, {"stage": "b"}, stored, cause="import")) == {}
        assert told(save(on, {"stage": "a", "why": None}, stored)) == {}


class TestFiles:
    """What the server measured comes with the file; see `TestMeasured` in `test_files_given.py` for the measuring."""

    def given(self, control: str, settings: dict[str, Any], **measured: Any) -> dict[str, str]:
        file = {"id": "f", "name": "x", "size": 1, "mime": f"{control}/x", **measured}
        return told(save(plan(field("it", control, **settings)), {"it": [file]}))

    def test_a_picture_is_large_enough_on_its_shorter_side(self) -> None:
        assert self.given("image", {"min_px": 600}, width=800, height=599) == {
            "/values/it/0": "file.too_small"
        }
        assert self.given("image", {"min_px": 600}, width=600, height=800) == {}
        assert self.given("image", {"min_px": 600}) == {}

    @pytest.mark.parametrize("control", ["audio", "video"])
    def test_a_recording_is_not_too_long(self, control: str) -> None:
        assert self.given(control, {"max_seconds": 60}, seconds=60.4) == {"/values/it/0": "file.too_long"}
        assert self.given(control, {"max_seconds": 60}, seconds=60) == {}


def test_plans_that_are_compared_say_of_each_row_which_it_belongs_to() -> None:
    columns = [field("price", "money")]
    on = plan(field("lines", "plan_lines", fields=columns, variants=True))
    rows = save(on, {"lines": [{"price": "1"}, {"price": "2", "variant": "C"}]}).values["lines"]
    assert [row["variant"] for row in rows] == ["A", "C"]
    assert told(save(on, {"lines": [{"variant": "D"}]})) == {"/values/lines/0/variant": "value.not_an_option"}
    plain = plan(field("lines", "plan_lines", fields=columns))
    assert told(save(plain, {"lines": [{"variant": "A"}]})) == {
        "/values/lines/0/variant": "record.unknown_field"
    }
