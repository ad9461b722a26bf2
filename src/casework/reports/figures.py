"""Figures that a rulebook declares (``[figures.NAME]``): how many of the cases of one count are among those of another.

The base matters: 395 closed of 401 registered are 98.5 %, and of the 800 that came they would be less than half. A part is counted
within its base, so no rate is above 100 %: a message that was registered and then merged is no valid one, and its registration
does not count among the valid ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

import msgspec

from ..facts import LATE_COUNTS
from ..languages import Lang, chinese
from ..outline import FigureRule
from ..ports import Cohort, CohortCase
from .late import IN_TIME, LATE, ON_TIME, OWED, Stood, late_figures
from .statistics import CHANGE, COUNTS, RATES, RESTS, Definition, Figure, Rest, Selection, What, counts, ratio

_LATE = dict(zip(LATE_COUNTS, (*LATE.values(), IN_TIME, OWED), strict=True))

WHOLE = "received"
"""The count that counts every case of a cohort."""


def needs_late(rules: Iterable[FigureRule]) -> bool:
    """Return whether one of these figures is counted by the clock that decides lateness, for which cases are read whole."""
    return any(name in LATE_COUNTS for rule in rules for name in (rule.of, rule.base))


def defined(rule: FigureRule) -> Definition:
    """Return what a declared figure means, in words."""
    of, base = _definition(rule.of), _definition(rule.base)
    if rule.base == WHOLE:
        return Definition(rule.zh, rule.en or rule.zh, f"{of.zh}数 ÷ {base.zh}数", f"{of.en} ÷ {base.en}")
    among = f"{base.zh}中的{of.zh}数 ÷ {base.zh}数", f"{of.en} among {base.en} ÷ {base.en}"
    return Definition(rule.zh, rule.en or rule.zh, *among)


def formula(rule: FigureRule, lang: Lang) -> str:
    """Return how a declared figure is computed, and to how many decimals it is published."""
    found = defined(rule)
    if chinese(lang):
        return f"{found.formula_zh}，保留{rule.places}位小数"
    return f"{found.formula_en}, to {rule.places} decimal{'' if rule.places == 1 else 's'}"


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """Cases of a cohort, listed one by one, which every count can be counted of.

    ``late`` holds the cases of the counts that go by the clock which decides lateness; empty where nobody asks for them.
    """

    cohort: Cohort
    rows: tuple[CohortCase, ...]
    late: Mapping[str, frozenset[str]] = {}

    @classmethod
    def of(cls, cohort: Cohort, rows: Iterable[CohortCase], stood: Iterable[Stood] = ()) -> Listed:
        """List a cohort's cases, with what is late among them where they were read as they stood."""
        late = {name: frozenset(figure.cases or ()) for name, figure in late_figures(stood).items() if name in LATE_COUNTS}
        return cls(cohort=cohort, rows=tuple(rows), late=late)

    def on(self, *boards: str) -> Listed:
        """Return those that came to one of these boards ("": to none)."""
        narrowed = msgspec.structs.replace(self.cohort, boards=boards)
        return msgspec.structs.replace(self, cohort=narrowed, rows=tuple(row for row in self.rows if row.board in boards))

    def count(self, name: str, *, within: str = WHOLE, of: str = "", zh: str = "", en: str = "") -> Figure:
        """Return how many cases a count counts, *within* those of another; *of*, *zh* and *en* are as in `Statistics.figures`."""
        cases = tuple(row.case for row in self.rows if self._counts(row, name) and self._counts(row, within))
        definition, named = _definition(name), name
        if within != WHOLE:
            base = _definition(within)
            zh, en, named = f"{zh}{base.zh}中的", f" among {base.en}{en}", f"{name}:{within}"
        of_facts = name not in LATE_COUNTS and within not in LATE_COUNTS
        return Figure(
            name=f"{named}{of}",
            value=len(cases),
            zh=f"{zh}{definition.zh}",
            en=f"{definition.en}{en}",
            formula_zh=definition.formula_zh,
            formula_en=definition.formula_en,
            working=str(len(cases)),
            numerator=len(cases),
            selection=self._selection(name, within) if of_facts else None,
            cases=None if of_facts else cases,
        )

    def rate(self, name: str, rule: FigureRule, *, of: str = "", zh: str = "", en: str = "") -> dict[str, Figure]:
        """Return a declared figure by its name, after the two counts that it is computed from."""
        whole = self.count(rule.base, of=of, zh=zh, en=en)
        part = self.count(rule.of, within=rule.base, of=of, zh=zh, en=en)
        made = ratio(name, defined(rule), part, whole, of=of, zh=zh, en=en, places=rule.places)
        return {figure.name: figure for figure in (part, whole, made)}

    def _counts(self, row: CohortCase, name: str) -> bool:
        return row.case in self.late[name] if name in LATE_COUNTS else counts(row, cast("What | Rest", name))

    def _selection(self, name: str, within: str) -> Selection:
        return Selection(cohort=self.cohort, what=cast("What | Rest", name), within=cast("What | Rest", within))


def definition(name: str) -> Definition | None:
    """Return what a figure that needs no declaring means, by its name in a schedule; None for any other."""
    rates: dict[str, Definition] = {"on-time": ON_TIME, "change": CHANGE}
    rates |= {str(kind): means for kind, (means, _) in RATES.items()}
    return rates.get(name) or (_definition(name) if name in (*LATE_COUNTS, *RESTS, *COUNTS) else None)


def _definition(name: str) -> Definition:
    if name in LATE_COUNTS:
        return _LATE[name]
    return RESTS[name][0] if name in RESTS else COUNTS[cast("What", name)]
