"""Why may this person see (edit, delete …) this record, or not: each role's rule, and whether it holds here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.access.rules import RowRule, Source
from engine.access.writing import VERB_WORDS, Writing
from engine.text import Words

SCOPE_WORDS: Mapping[str, Words] = {
    "own": {"zh": "自己的记录", "en": "one's own records"},
    "team": {"zh": "自己和下属的记录", "en": "records of oneself and direct reports"},
    "branch": {"zh": "本分院的记录", "en": "records of one's branches"},
    "region": {"zh": "本大区的记录", "en": "records of one's region"},
    "all": {"zh": "全部记录", "en": "all records"},
    "none": {"zh": "没有任何记录", "en": "no records"},
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's answer. `rule` is the scope word or formula; `holds` whether it reaches the record."""

    role: str
    verb: str
    rule: str
    holds: bool
    words: Words

    def to_json(self) -> dict[str, Any]:
        return {
            "role": self.role,
            "verb": self.verb,
            "rule": self.rule,
            "holds": self.holds,
            "words": dict(self.words),
        }


class Explaining(Writing):
    """Answers "why can 张三 see this?"."""

    def explain(self, form: str, record: Mapping[str, Any], verb: str = "view") -> list[Reason]:
        """Return each role's rule for `verb` on a loaded record, the summary last."""
        shape = self.policy.shapes[form]
        may = self.may(form, verb, record)
        reasons: list[Reason] = []
        if self.rights.is_system:
            return [self._summary(verb, may)]
        for asked in ("view", verb) if verb not in ("view", "create", "import") else (verb,):
            for role, source in self.rights.explain_row(form, asked):
                holds = self.holds(RowRule((source,)), shape, record)
                reasons.append(self._reason(role.key, role.name, asked, source, holds))
        if verb in ("restore", "purge", "import") and not self.rights.right(verb):
            zh = f"没有“{VERB_WORDS[verb]['zh']}”的权利"
            reasons.append(Reason("", verb, verb, False, {"zh": zh, "en": f"the right to {verb} is missing"}))
        return [*reasons, self._summary(verb, may)]

    def _reason(self, key: str, name: Words, verb: str, source: Source, holds: bool) -> Reason:
        word = source.word
        zh = SCOPE_WORDS[word]["zh"] if word else f"满足 {source.text} 的记录"
        en = SCOPE_WORDS[word]["en"] if word else f"records where {source.text}"
        answer = (
            ("包括此记录", "which includes this one")
            if holds
            else ("不包括此记录", "which does not include this one")
        )
        verb_zh, verb_en = VERB_WORDS[verb]["zh"], VERB_WORDS[verb]["en"]
        words = {
            "zh": f"角色“{name.get('zh', key)}”可{verb_zh}{zh}，{answer[0]}",
            "en": f"Role “{name.get('en') or name.get('zh', key)}” may {verb_en} {en}, {answer[1]}",
        }
        return Reason(key, verb, source.text, holds, words)

    def _summary(self, verb: str, may: bool) -> Reason:
        name = self.actor.name or self.actor.login
        zh = f"{name}{'可以' if may else '不能'}{VERB_WORDS[verb]['zh']}此记录"
        en = f"{name} may {'' if may else 'not '}{VERB_WORDS[verb]['en']} this record"
        return Reason("", verb, "", may, {"zh": zh, "en": en})
