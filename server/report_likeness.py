"""Who asks the same of reports as somebody else, so that it need be asked but once."""

from typing import Any

from engine.access.actor import Actor


def own_ids(actor: Actor) -> frozenset[str]:
    """Return what says who asks, where it stands in a question."""
    own = (actor.user_id, actor.staff_id, actor.branch_id, *actor.branches, *actor.region_branches)
    return frozenset(one for one in (*own, *actor.team, *actor.team_staff, actor.login, actor.name) if one)


def alike_of(actor: Actor, zone: str) -> Any:
    """Return what people have in common who ask the same, unless the question names one of their own ids.

    `zone`: whose days count for them.
    """
    of_many = (actor.branches, actor.region_branches, actor.team, actor.team_staff)
    has = (bool(actor.staff_id), bool(actor.branch_id))
    return (actor.kind, actor.roles, actor.zone, zone, actor.lang, actor.dept, *has, *map(len, of_many))
