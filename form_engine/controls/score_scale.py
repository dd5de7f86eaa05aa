"""Scale (量表): questions with weighted answers, a total and bands, e.g. PHQ-9."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.problems import Code, Problem
from engine.schema import KEY, WORDS, Schema, array, closed
from form_engine.control import ItemColumn
from form_engine.controls._limits import number
from form_engine.controls._settings import COLOR_PATTERN, flag, setting
from form_engine.controls._structured import Structured

NOT_ANSWERED = Code(
    "score_scale.not_answered",
    zh="还有 {count} 题没有作答",
    en="{count} questions are not answered yet",
    hint_zh="第一处：{first}",
    hint_en="The first: {first}",
)
NO_SUCH_ANSWER = Code(
    "score_scale.no_such_answer",
    zh="{score} 不是这一题的选项",
    en="{score} is not an answer to this question",
    hint_zh="请从选项中选择",
    hint_en="Choose one of the answers",
)
ANSWER = closed(("label", "score"), label=WORDS, score={"type": "number"})
QUESTION = closed(("key", "label"), key=KEY, label=WORDS, answers=array(ANSWER, minItems=2, maxItems=20))
BAND = closed(
    ("from", "label"),
    **{"from": {"type": "number"}},
    label=WORDS,
    color={"type": "string", "pattern": COLOR_PATTERN},
)


def total_of(answers: Mapping[str, Any]) -> Decimal:
    """Return the sum of the scores."""
    return sum((number(score) for score in answers.values()), Decimal(0))


def band_of(total: Decimal, bands: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the band that `total` falls in: the one with the highest `from` not above it."""
    reached = [band for band in bands if number(band["from"]) <= total]
    return max(reached, key=lambda band: number(band["from"])) if reached else None


@dataclass(frozen=True)
class ScoreScale(Structured):
    """`{"q": {"q1": 2}, "total": 9}`; the total is always worked out again here."""

    def normalise(self, value: Any, config: Mapping[str, Any]) -> Any:
        if not isinstance(value, Mapping) or not isinstance(value.get("q"), Mapping):
            return value
        if not all(
            isinstance(score, int | float) and not isinstance(score, bool) for score in value["q"].values()
        ):
            return value
        total = total_of(value["q"])
        return {**value, "total": int(total) if total == int(total) else float(total)}

    def check_content(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        for question in config["questions"]:
            score = value["q"].get(question["key"])
            allowed = [answer["score"] for answer in question.get("answers") or config.get("answers", ())]
            if score is not None and allowed and score not in allowed:
                yield NO_SUCH_ANSWER.at(f"{path}/q/{question['key']}", score=score)
        missing = [question for question in config["questions"] if question["key"] not in value["q"]]
        if config["complete"] and missing:
            yield NOT_ANSWERED.at(path, count=len(missing), first=missing[0]["label"])

    def items(self, value: Any, config: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        total = total_of(value["q"])
        band = band_of(total, config.get("bands", ()))
        yield (total, band["label"].get("zh") if band else None)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        score: Schema = {"type": "number"}
        questions = {question["key"]: score for question in config["questions"]}
        return closed(("q",), q=closed(**questions), total={})


CONTROL = ScoreScale(
    kind="score_scale",
    zh="量表",
    en="Scale",
    group="choice",
    icon="profile",
    item_columns=(
        ItemColumn("total", "decimal", {"zh": "总分", "en": "Total"}),
        ItemColumn("band", "text", {"zh": "分级", "en": "Band"}),
    ),
    config_schema=closed(
        ("questions",),
        questions=setting("题目", "Questions", array(QUESTION, minItems=1, maxItems=200)),
        answers=setting("通用选项", "Answers for all", array(ANSWER, minItems=2, maxItems=20)),
        bands=setting("分级", "Bands", array(BAND, maxItems=20)),
        complete=flag("须全部作答", "All must be answered", True),
    ),
    sample={
        "config": {
            "questions": [
                {"key": "q1", "label": {"zh": "情绪低落"}},
                {"key": "q2", "label": {"zh": "睡眠差"}},
            ],
            "answers": [{"label": {"zh": "无"}, "score": 0}, {"label": {"zh": "有"}, "score": 2}],
            "bands": [{"from": 0, "label": {"zh": "轻"}}, {"from": 3, "label": {"zh": "重"}}],
        },
        "valid": [{"q": {"q1": 2, "q2": 0}, "total": 2}],
        "invalid": [{"q": {"q1": 2}}, {"q": {"q1": 1, "q2": 0}}, {"q": {"q9": 2}}, {"total": 2}],
    },
)
