"""Conditions in rulebooks: typed expressions such as ``"'供热' in text and month > 10"``.

They are written in rule-engine's language: a name that does not exist or a comparison of unlike types is found when the rulebook
is loaded, and nothing is ever evaluated as Python. The library is imported when the first condition is compiled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

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


_PARTS = ("left", "right", "member", "container", "condition", "case_true", "case_false")
"""Under which names the nodes of rule-engine's tree keep what is below them."""

_SLIPS = (
    ("[‘’“”＇＂「」]", "a text stands between straight quotes, such as '供热'"),
    ("[（）＝＞＜！，＆｜＋－]", "its signs are those of a keyboard in English: ( ) == != > < ,"),
    ("&", "write 'and' for &&"),
    (r"\|", "write 'or' for ||"),
    (r"!(?!=|~)", "write 'not' for !"),
    ("<>", "write != for <>"),
    (r"(?<![=<>!])=(?![=~])", "write == for ="),
    (r"\b(AND|OR|NOT|IN)\b", "write and, or, not, in with small letters"),
    (r"[\u4e00-\u9fff]", "a text stands between straight quotes, such as '供热'"),
    (r"(?<!')'(?!')|\"", "a quote is opened and not closed"),
    (r"[<>]=?\s*''|''\s*[<>]", "a number stands without quotes, and only a date is earlier or later than a text"),
)
"""Signs that conditions do not know, looked for outside quotes, and what to write in their place."""

_OPPOSITE = {"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "in": "not in", "not in": "in"}
_OF_TWO = ("LogicExpression", "ComparisonExpression", "ArithmeticComparisonExpression", "AddExpression", "SubtractExpression")
_TURNED = {"eq": "eq", "ne": "ne", "lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}


class Term(NamedTuple):
    """A part of a condition, as a tree: what it is, and the name, the value or the parts that it is made of.

    ``kind`` is "and", "or" (of two parts or more), "not", "eq", "ne", "lt", "le", "gt", "ge" (a side and what it is compared with),
    "in", "not in" (what is looked for, and where), "add", "subtract", "name", "value", or "list" (of values).
    """

    kind: str
    parts: tuple[Term, ...] = ()
    value: str | float | bool = ""

    @property
    def opposite(self) -> Term:
        """What holds where this does not."""
        if self.kind == "not":
            return self.parts[0]
        turned = _OPPOSITE.get(self.kind)
        return self._replace(kind=turned) if turned else Term("not", (self,))


_WRITTEN = ("StringExpression", "FloatExpression")


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
            slip = _slip(text, breaks_off=error.message.endswith("EOF"))
            raise InputError(f"cannot read the condition {text!r}: {slip or error.message}", value=text) from error
        self.text = text

    @property
    def judges(self) -> bool:
        """Whether the condition says something that is true or false, rather than only naming a text or a number."""
        from rule_engine import DataType

        return self._rule.statement.expression.result_type in (DataType.BOOLEAN, DataType.UNDEFINED)

    def compared(self) -> Iterator[tuple[str, Any]]:
        """Yield the names that the condition compares with a written text, each with that text; of order, only dates."""
        waiting: list[Any] = [self._rule.statement.expression]
        while waiting:
            node = waiting.pop()
            parts: dict[str, Any] = {part: getattr(node, part) for part in _PARTS if hasattr(node, part)}
            pairs: list[tuple[Any, Any]] = [(parts.get("member"), parts.get("container"))]
            if getattr(node, "type", "") in ("eq", "ne"):
                pairs += [(parts.get("left"), parts.get("right")), (parts.get("right"), parts.get("left"))]
            if getattr(node, "type", "") in ("lt", "le", "gt", "ge"):
                sides = (parts.get("left"), parts.get("right"))
                pairs += [pair for pair in (sides, sides[::-1]) if getattr(pair[0], "name", "") == "date"]
            for named, written in pairs:
                if type(named).__name__ == "SymbolExpression":
                    values: Any = written.value if type(written).__name__ == "ArrayExpression" else (written,)
                    yield from ((named.name, row.value) for row in values if type(row).__name__ in _WRITTEN)
            waiting += parts.values()

    def term(self) -> Term | None:
        """Return what the condition says as a tree, to be put in words; None where it holds more than a `Term` can say."""
        return _term(self._rule.statement.expression)

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Return whether the condition is true of *facts*, which must hold every name."""
        from rule_engine import errors

        try:
            return bool(self._rule.matches(facts))
        except errors.EngineError as error:
            raise InputError(
                f"the condition {self.text!r} cannot be asked of this case ({type(error).__name__})", value=self.text
            ) from error


def _slip(text: str, *, breaks_off: bool) -> str:
    """Return what was probably meant by what a condition cannot hold; "" where that is not known."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "''", text)
    said = next((said for sign, said in _SLIPS if re.search(sign, bare)), "")
    return said or ("it breaks off; something is missing at its end" if breaks_off else "")


def _term(node: Any) -> Term | None:
    """Return a node of rule-engine's tree as a `Term`; None where it, or anything below it, is none."""
    kind = type(node).__name__
    if kind == "SymbolExpression":
        return Term("name", value=node.name)
    if kind in ("StringExpression", "FloatExpression", "BooleanExpression"):
        value = node.value
        return Term("value", value=value if isinstance(value, str | bool) else float(value))
    nodes: tuple[Any, ...]
    if kind in _OF_TWO:
        made, nodes = {"sub": "subtract"}.get(node.type, node.type), (node.left, node.right)
    elif kind == "ArrayExpression":
        made, nodes = "list", node.value
    elif kind == "ContainsExpression":
        made, nodes = "in", (node.member, node.container)
    elif kind == "UnaryExpression" and node.type == "not":
        made, nodes = "not", (node.right,)
    else:
        return None
    parts = tuple(part for part in map(_term, nodes) if part)
    return _joined(made, parts) if len(parts) == len(nodes) else None


def _joined(kind: str, parts: tuple[Term, ...]) -> Term:
    """Return a term of its parts: chains made one, a name before what it is compared with, no "not" that can be said otherwise."""
    if kind in ("and", "or"):
        return Term(kind, tuple(one for part in parts for one in (part.parts if part.kind == kind else (part,))))
    if kind == "not":
        return parts[0].opposite
    if kind in _TURNED and parts[0].kind == "value":
        return Term(_TURNED[kind], (parts[1], parts[0]))
    return Term(kind, parts)
