"""Formulas beside simpleeval, and record checks beside jsonschema: no database, one core, one process."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import jsonschema
import jsonschema_rs
from simpleeval import SimpleEval

from benchmarks.findings import Finding
from engine.definitions.app import App
from engine.expressions import check, evaluate, exact, parse
from engine.expressions.types import BOOL, NUMBER, TEXT, ExprType
from form_engine.compile import compile_app
from form_engine.plan import FormPlan
from form_engine.state import SubmitContext
from form_engine.submit import submit

VALUES: Mapping[str, Any] = {
    "price": Decimal("129.50"), "qty": Decimal(3), "discount": Decimal("0.9"), "paid": Decimal(200),
    "stage": "won", "is_new": True, "age": Decimal(34), "visits": Decimal(7),
}  # fmt: skip
TYPES: Mapping[str, ExprType] = {
    **dict.fromkeys(("price", "qty", "discount", "paid", "age", "visits"), NUMBER), "stage": TEXT, "is_new": BOOL,
}  # fmt: skip
FORMULAS = (
    ("{price} * {qty} * {discount}", "price * qty * discount"),
    ("{price} * {qty} - {paid}", "price * qty - paid"),
    ("{price} * {qty} >= 300", "price * qty >= 300"),
    ('AND({stage} = "won", {is_new})', 'stage == "won" and is_new'),
    ("IF({age} < 18, {price} / 2, {price})", "price / 2 if age < 18 else price"),
    (
        "IF({visits} > 5, 80, IF({visits} > 2, 90, 100)) * {price} / 100",
        "(80 if visits > 5 else (90 if visits > 2 else 100)) * price / 100",
    ),
)  # fmt: skip
NOW = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)


class Fields:
    """What formulas may name."""

    def field(self, path: tuple[str, ...]) -> ExprType | None:
        return TYPES.get(path[0])

    def names(self) -> Iterable[str]:
        return TYPES


class Record:
    """One record on a quiet afternoon."""

    now = NOW
    today = date(2026, 3, 5)
    zone = "Asia/Shanghai"
    data = None
    actor: Mapping[str, Any] = {}
    record: Mapping[str, Any] = {}

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.value = {(name,): value for name, value in values.items()}.get


def measure(seconds: float) -> Iterator[Finding]:
    """Yield both, each measured for about `seconds`."""
    yield from _formulas(seconds)
    yield from _checks(seconds)


def _formulas(seconds: float) -> Iterator[Finding]:
    ours = [check(parse(text), Fields()) for text, _ in FORMULAS]
    record = Record(VALUES)
    theirs = SimpleEval(names=dict(VALUES))
    trees = [(text, theirs.parse(text)) for _, text in FORMULAS]

    def run() -> None:
        with exact():
            for one in ours:
                evaluate(one, record)

    def run_theirs() -> None:
        for text, tree in trees:
            theirs.eval(text, previously_parsed=tree)

    rate, other = (one * len(FORMULAS) for one in _rates(seconds, run, run_theirs))
    told = f"{len(FORMULAS)} formulas, {rate:,.0f} to {other:,.0f}/s"
    yield Finding("formulas a second", "–", told, rate, 300_000, True, "/s")
    yield Finding("formulas, to simpleeval (parsed before)", "–", told, rate / other, 3, at_least=True)


def _checks(seconds: float) -> Iterator[Finding]:
    plan, values = thirty_fields()
    theirs = jsonschema.Draft202012Validator(plan.json_schema())
    context = SubmitContext(NOW, date(2026, 3, 5))
    assert not list(theirs.iter_errors(values))
    assert not submit(plan, values, None, context).problems

    schema = jsonschema_rs.validator_for(plan.json_schema())
    rate, by_schema, other = _rates(
        seconds,
        lambda: submit(plan, values, None, context),
        lambda: list(schema.iter_errors(values)),
        lambda: list(theirs.iter_errors(values)),
    )
    told = f"30 fields parsed, checked, settled: {rate:,.0f} to {other:,.0f}/s"
    yield Finding("record check, to jsonschema", "–", told, rate / other, 20, at_least=True)
    told = f"the form's exported schema in jsonschema-rs: {by_schema:,.0f}/s"
    yield Finding("schema of a form, to jsonschema", "–", told, by_schema / other)


def thirty_fields() -> tuple[FormPlan, dict[str, Any]]:
    """Return a form of thirty fields of the usual kinds, and a submission of all of them."""
    options = [{"key": key, "label": {"zh": key, "en": key}} for key in ("a", "b", "c")]
    kinds: tuple[tuple[str, dict[str, Any], Any], ...] = (
        ("text", {"max_length": 50}, "王小明"), ("textarea", {}, "牙石较多，建议洁治"), ("select", {"options": options}, "a"),
        ("multiselect", {"options": options}, ["a", "c"]), ("money", {}, "120.00"), ("integer", {"min": 0, "max": 99}, 4),
        ("rating", {"max": 5}, 5), ("boolean", {}, True), ("date", {}, "2026-03-01"), ("datetime", {}, "2026-03-01T09:00:00+08:00"),
    )  # fmt: skip
    fields = []
    values: dict[str, Any] = {}
    for number in range(30):
        control, config, value = kinds[number % len(kinds)]
        key = f"f{number}"
        fields.append({"key": key, "control": control, "label": {"zh": key, "en": key}, **config})
        values[key] = value
    words = {"zh": "表", "en": "Form"}
    form = {"key": "thing", "name": words, "fields": fields}
    app = App({"key": "test", "name": words, "version": "1.0.0"}, {"forms": {"thing": form}})
    return compile_app(app).forms["thing"], values


def _rates(seconds: float, *runs: Callable[[], object]) -> list[float]:
    """Return how many times a CPU second each runs: the best of five tries, in turns, so that a slow moment is everybody's."""
    best = [0.0] * len(runs)
    for _ in range(5):
        for at, run in enumerate(runs):
            count, started = 0, time.process_time()
            while (took := time.process_time() - started) < seconds / 5:
                for _ in range(20):
                    run()
                count += 20
            best[at] = max(best[at], count / took)
    return best
