"""Signatures: what was signed, told by its hash, and who signs after whom."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.expressions import ErrorValue
from engine.problems import Code, Problem
from form_engine.controls._structured import as_json
from form_engine.plan import FieldPlan
from form_engine.state import RecordState

TOO_SOON = Code(
    "signature.too_soon",
    zh="“{field}”要等“{before}”签完才能签",
    en="“{field}” is signed after “{before}”",
    hint_zh="请按顺序签名",
    hint_en="Sign in turn",
)
FOLLOWED = Code(
    "signature.followed",
    zh="“{after}”已在“{field}”之后签过，“{field}”不能再改",
    en="“{after}” was signed after “{field}”, so “{field}” stays as it is",
    hint_zh="要重签，先清除“{after}”，再按顺序签",
    hint_en="To sign anew, clear “{after}” first, then sign in turn",
)


def seal(state: RecordState) -> None:
    """Put the hash of what is signed into each new signature; whatever was sent as one is forgotten."""
    if state.context.cause == "import":
        return
    for plan in state.form.sealing:
        value = state.values.get(plan.key)
        if plan.key in state.touched and isinstance(value, Mapping) and value != state.before.get(plan.key):
            sent = {name: part for name, part in value.items() if name != "doc_hash"}
            state.set(plan.key, {**sent, "doc_hash": document_hash(state, plan)})


def document_hash(state: RecordState, plan: FieldPlan) -> str:
    """Return the SHA-256 of the fields that a signature covers, and of the words above it.

    JSON as the API carries it, keys sorted, without spaces, UTF-8: anybody can work it out again.
    """
    covered = plan.control.covers(plan.config) or ()
    names = covered or tuple(key for key in state.form.writable if key not in _signatures(state))
    document = {
        "fields": {key: value for key in sorted(names) if (value := _json(state, key)) is not None},
        "statement": plan.config.get("statement", ""),
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _signatures(state: RecordState) -> frozenset[str]:
    return frozenset(plan.key for plan in state.form.sealing)


def _json(state: RecordState, key: str) -> Any:
    plan = state.form.fields.get(key)
    if plan is None or plan.shape is None:
        return None
    if plan.rows is not None:
        return [
            {inner: value for inner in child.form.fields if (value := _json(child, inner)) is not None}
            for child in state.children(key)
        ] or None
    value = state.get(key)
    if value is None or isinstance(value, ErrorValue):
        return None
    return as_json(plan.shape.type.to_json(value, plan.shape.config))


def out_of_turn(state: RecordState, path: str) -> Iterator[Problem]:
    """Yield a problem for each signature given before the one that it follows, and for each changed under one that follows it."""
    if state.context.cause == "import":
        return
    for plan in state.form.sealing:
        before = plan.config.get("after")
        if before is None or state.values.get(plan.key) is None:
            continue
        first = state.form.fields.get(before)
        label = first.label if first is not None else {"zh": before, "en": before}
        if plan.key in state.touched:
            if state.values.get(before) is None:
                yield TOO_SOON.at(f"{path}/{plan.key}", field=plan.label, before=label)
        elif before in state.touched and state.values.get(before) != state.before.get(before):
            yield FOLLOWED.at(f"{path}/{before}", field=label, after=plan.label)
