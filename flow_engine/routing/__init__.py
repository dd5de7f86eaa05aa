"""Who gets it: turns, load, skill, presence; and pools from which people take."""

from flow_engine.routing.choosing import Candidate, Chosen, choose
from flow_engine.routing.pools import PoolRule, Pools, pools_of, read_pool
from flow_engine.routing.router import Router
from flow_engine.routing.turns import Turns, next_turn

__all__ = [
    "Candidate",
    "Chosen",
    "PoolRule",
    "Pools",
    "Router",
    "Turns",
    "choose",
    "next_turn",
    "pools_of",
    "read_pool",
]
