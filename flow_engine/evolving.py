"""Copies of the frozen values of a step with some properties changed.

States, steps and outcomes are structs of msgspec, which are made and copied several times as quickly as dataclasses: a
step makes some thirty of them.
"""

from msgspec.structs import replace as evolve

__all__ = ["evolve"]
