"""Conditions in rulebooks: typed expressions such as ``"'供热' in text and month > 10"``.

They are written in rule-engine's language: a name that does not exist or a comparison of unlike types is found when the rulebook
is loaded, and nothing is ever evaluated as Python. The library is imported when the first condition is compiled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .errors import InputError, nearest

NAMES: Mapping[str, str] = {
    "text": "text",
    "subject": "text",
    "body": "text",
    "channel": "text",
    "board": "text",
    "place": "text",
    "sender": "text",
    "state": "text",
    "lead": "text",
    "outcome": "text",
    "date": "text",
    "form": "text",
    "solved": "text",
    "satisfied": "text",
    "public": "flag",
    "year": "number",
    "month": "number",
    "day": "number",
    "hour": "number",
    "weekday": "number",
    "units": "number",
    "returned": "number",
    "declined": "number",
    "repeated": "number",
    "dissatisfied": "number",
    "views": "number",
    "instructed": "number",
    "cycle": "number",
    "orders": "number",
    "revisits": "number",
}
"""The names that every condition may use; a rulebook's class axes come on top, as texts ("" where not set).

``year``, ``month``, ``day``, ``hour``, ``weekday`` (Monday is 1) and ``date`` ("2020-07-01") are those of receipt, in the
rulebook's zone; ``units`` counts the units that have the case now, ``orders`` the orders that are not struck off. ``solved`` and
``satisfied`` are what was last heard of it by a revisit or a rating ("yes", "no", or "" where nothing was); ``form`` is the form
of the order that the latest act is about.
"""


class Condition:
    """A compiled condition; it keeps its text."""

    __slots__ = ("_rule", "text")

    def __init__(self, text: str, *, axes: Iterable[str] = ()) -> None:
        """Compile *text*; an `InputError` says what is wrong with it."""
        import rule_engine
        from rule_engine import errors

        kinds = {"text": rule_engine.DataType.STRING, "number": rule_engine.DataType.FLOAT, "flag": rule_engine.DataType.BOOLEAN}
        names = {name: kinds[kind] for name, kind in NAMES.items()} | dict.fromkeys(axes, rule_engine.DataType.STRING)
        context = rule_engine.Context(type_resolver=rule_engine.type_resolver_from_dict(names))
        try:
            self._rule = rule_engine.Rule(text, context=context)
        except errors.SymbolResolutionError as error:
            name = str(error.symbol_name)
            known = ", ".join(sorted(names))
            raise InputError(f"unknown name {name!r} in {text!r}{nearest(name, names)} (known: {known})", value=text) from error
        except errors.EngineError as error:
            raise InputError(f"cannot read the condition {text!r}: {error.message}", value=text) from error
        self.text = text

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Return whether the condition is true of *facts*, which must hold every name."""
        from rule_engine import errors

        try:
            return bool(self._rule.matches(facts))
        except errors.EngineError as error:
            raise InputError(
                f"the condition {self.text!r} cannot be asked of this case ({type(error).__name__})", value=self.text
            ) from error
