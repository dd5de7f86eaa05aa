"""Trial runs (试运行): the real flow service in a transaction that is taken back, by a clock that runs ahead."""

from flow_engine.simulation.answers import ANSWERS, Answers, read_answers
from flow_engine.simulation.shadow import Shadow
from flow_engine.simulation.stops import Stops
from flow_engine.simulation.story import Story
from flow_engine.simulation.trial import Ends, SupposedSender, Trial, TrialFlows

__all__ = [
    "ANSWERS",
    "Answers",
    "Ends",
    "Shadow",
    "Stops",
    "Story",
    "SupposedSender",
    "Trial",
    "TrialFlows",
    "read_answers",
]
