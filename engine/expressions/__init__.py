"""The formula language: read, check, run, turn into SQL and into the tree that the browser interprets."""

from engine.expressions.checker import TypeScope, check
from engine.expressions.evaluator import Conditions, Context, Lookups, evaluate, holds
from engine.expressions.function import FUNCTIONS, Function
from engine.expressions.numbers import exact
from engine.expressions.order import dependency_order
from engine.expressions.parser import parse
from engine.expressions.problems import ErrorValue
from engine.expressions.sql import Rows, SqlScope, to_condition, to_sql
from engine.expressions.tree import to_tree
from engine.expressions.typed import Checked

__all__ = [
    "FUNCTIONS",
    "Checked",
    "Conditions",
    "Context",
    "ErrorValue",
    "Function",
    "Lookups",
    "Rows",
    "SqlScope",
    "TypeScope",
    "check",
    "dependency_order",
    "evaluate",
    "exact",
    "holds",
    "parse",
    "to_condition",
    "to_sql",
    "to_tree",
]
