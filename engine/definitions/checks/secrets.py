"""Encrypted fields: nothing may be computed from them, since the database cannot read them."""

from collections.abc import Iterator, Mapping

from engine.definitions.outline import FieldOutline, FormOutline
from engine.definitions.scopes import Node
from engine.problems import Code, Problem

SENSITIVE_READ = Code(
    "field.sensitive_read",
    zh="公式读取了加密字段“{field}”，加密内容不能参与计算",
    en="The formula reads the encrypted field “{field}”; encrypted values cannot be computed with",
    hint_zh="去掉对该字段的引用，或取消该字段的 sensitive",
    hint_en="Leave that field out, or take `sensitive` off it",
)


def secret_problems(
    forms: Mapping[str, FormOutline], reads: Mapping[FieldOutline, frozenset[Node]]
) -> Iterator[Problem]:
    """Yield computed fields that read an encrypted one."""
    hidden = {
        (one.form.name, one.key): one
        for form in forms.values()
        for one in form.all_fields()
        if one.definition.get("sensitive")
    }
    for one, seen in reads.items():
        for node in sorted(seen & hidden.keys()):
            far = hidden[node]
            yield SENSITIVE_READ.at(one.path, field=far.definition.get("label") or far.key)
