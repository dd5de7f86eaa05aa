"""Member (成员): one or several people who sign in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.schema import KEY, array, closed
from form_engine.controls._choices import counting
from form_engine.controls._links import Link
from form_engine.controls._settings import flag, pick, setting


@dataclass(frozen=True)
class Person(Link):
    """One person, or several."""

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def starts_with(self, config: Mapping[str, Any]) -> str | None:
        if not config["default_me"]:
            return None
        return "IF(ISBLANK(ME()), NULL, LIST(ME()))" if config["multiple"] else "ME()"


CONTROL = Person(
    kind="user",
    zh="成员",
    en="Member",
    value_type="person",
    many_type="persons",
    group="organisation",
    icon="user",
    operators="U",
    config_schema=closed(
        multiple=flag("可选多人", "Several"),
        roles=setting("只选这些角色", "Only these roles", array(KEY, maxItems=50)),
        within=pick("范围", "From", "all", "branch", "team", default="all"),
        default_me=flag("默认本人", "Default: me"),
        **counting(),
    ),
    sample={
        "config": {"multiple": True, "max_count": 2},
        "valid": [["0198c0de-0000-7000-8000-000000000001"]],
        "invalid": ["x" * 100, [7], ["a1", "a1"], ["a1", "a2", "a3"]],
    },
)
