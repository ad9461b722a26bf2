"""Figures with their definitions: what was counted, by which formula, and which cases stand behind it.

Everything is read through the port (`CaseStore.tally`, `CaseStore.cohort`). Rates are exact fractions; they become decimals only
when they are shown. A part of nothing (0 ÷ 0) is blank: neither 0 % nor 100 %.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple, get_args

import msgspec

from ..errors import InputError, listed, nearest
from ..languages import Lang
from ..moments import require_aware
from ..ports import CaseStore, Cohort, CohortCase
from ..units import Register

What = Literal[
    "received",
    "registered",
    "valid",
    "accepted",
    "replied",
    "published",
    "closed",
    "ended",
    "dropped",
    "late",
    "rated",
    "satisfied",
]
"""What can be counted of a cohort; except "received", each is a field of `CohortCase`."""

Rest = Literal["open", "unanswered"]
"""What can be counted because something has not happened to it."""

Rate = Literal["acceptance", "reply", "completion"]

UNASSIGNED = ""
"""The unit of the cases that were not handed to any (未交办), and still may be."""

ENDED = "(ended)"
"""What stands in the place of a unit for cases that ended, refused or merged for one, while no unit had them: nobody owes them."""


class Definition(NamedTuple):
    """How a figure is called and what it means, in both languages."""

    zh: str
    en: str
    formula_zh: str
    formula_en: str


COUNTS: dict[What, Definition] = {
    "received": Definition("来件", "received", "统计周期内收到的来件数，以来件时间为准", "messages received within the period"),
    "registered": Definition(
        "登记受理", "registered", "其中截至统计时点问政办已登记受理的件数", "of these, screened and registered by the office"
    ),
    "valid": Definition(
        "有效留言",
        "valid",
        "其中截至统计时点没有因无效、重复而不予受理，也没有并入他件的件数",
        "of these, neither refused as invalid or a duplicate nor merged into another at the snapshot",
    ),
    "accepted": Definition(
        "签收", "accepted", "其中截至统计时点主办单位已签收的件数", "of these, accepted by the lead unit at the snapshot"
    ),
    "replied": Definition(
        "答复", "replied", "其中截至统计时点已提交答复的件数", "of these, with a reply submitted at the snapshot"
    ),
    "published": Definition(
        "公开答复", "published", "其中截至统计时点答复已公开的件数", "of these, with a reply published at the snapshot"
    ),
    "closed": Definition(
        "办结",
        "closed",
        "其中截至统计时点处于办结状态的件数，重办后尚未再次办结的不计",
        "of these, closed at the snapshot; a reopened case is not closed until it is closed again",
    ),
    "ended": Definition(
        "终止办理",
        "ended",
        "其中截至统计时点没有办结而终止办理的件数，即不予受理、移送、并件、撤回的",
        "of these, rejected, transferred, merged or withdrawn at the snapshot without being closed",
    ),
    "dropped": Definition(
        "未公开答复即终止办理",
        "ended unanswered",
        "其中截至统计时点终止办理，此前没有公开答复的件数",
        "of these, ended at the snapshot without a published reply",
    ),
    "late": Definition(
        "逾期",
        "late",
        "其中计时已经结束且超过期限的件数，仍在计时的不计",
        "of these, done after the limit; what is still running is not counted",
    ),
    "rated": Definition(
        "已评价",
        "rated",
        "其中截至统计时点来件人已作评价，或者回访时已表示是否满意的件数",
        "of these, whose sender has said, in a rating or when revisited, whether the handling satisfies",
    ),
    "satisfied": Definition(
        "满意", "satisfied", "其中最近一次评价或者回访为满意的件数", "of these, where the last rating or revisit says that it does"
    ),
}

RESTS: dict[Rest, tuple[Definition, tuple[What, What]]] = {
    "open": (
        Definition("未办结", "not closed", "来件数 − 办结数 − 终止办理数", "received − closed − ended"),
        ("closed", "ended"),
    ),
    "unanswered": (
        Definition(
            "未公开答复",
            "not answered",
            "来件数 − 公开答复数 − 未公开答复即终止办理数",
            "received − published − ended unanswered",
        ),
        ("published", "dropped"),
    ),
}
"""What is left of the messages received without those of two counts, which have no case in common."""

RATES: dict[Rate, tuple[Definition, What]] = {
    "acceptance": (
        Definition(
            "受理率",
            "acceptance rate",
            "签收数 ÷ 来件数；此处受理指承办单位签收，与问政办的登记受理是两个环节",
            "accepted ÷ received; accepted by the unit, which is not the office's registration",
        ),
        "accepted",
    ),
    "reply": (Definition("回复率", "reply rate", "公开答复数 ÷ 来件数", "published ÷ received"), "published"),
    "completion": (Definition("办结率", "completion rate", "办结数 ÷ 来件数", "closed ÷ received"), "closed"),
}

CHANGE = Definition(
    "环比变化",
    "change on the period before",
    "（本期来件数 − 上期来件数）÷ 上期来件数",
    "(received − received in the period before) ÷ received in the period before",
)


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases a count counts: of a cohort, for lead units by the names that the store has (None: all), with one property.

    Only those are counted that ``within`` counts too. ``units`` may name `UNASSIGNED` and `ENDED`.
    """

    cohort: Cohort
    what: What | Rest = "received"
    within: What | Rest = "received"
    units: tuple[str, ...] | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A named figure with its definition.

    ``value`` is a count, an exact fraction, or None where there is none. ``working`` is the formula with its numbers. A count of
    cases has its ``selection``, or the ``cases`` themselves where facts alone do not tell them; a figure computed from others has
    their names in ``parts``, a figure from outside its ``source``. ``places`` is how many decimals of its percentage are shown.
    """

    name: str
    value: int | Fraction | None
    zh: str
    en: str
    formula_zh: str
    formula_en: str
    working: str = ""
    numerator: int | None = None
    denominator: int | None = None
    selection: Selection | None = None
    cases: tuple[str, ...] | None = None
    parts: tuple[str, ...] = ()
    source: str = ""
    places: int = 2

    def label(self, lang: Lang) -> str:
        """Return what people call the figure."""
        return self.zh if lang == "zh" else self.en

    def formula(self, lang: Lang) -> str:
        """Return its definition in words."""
        return self.formula_zh if lang == "zh" else self.formula_en


# --- showing ----------------------------------------------------------------------------------------------------------


def rounded(value: Fraction, places: int) -> Decimal:
    """Return the decimal nearest to an exact value; a half goes away from zero, as printed reports have it."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal((int(value < 0 and whole > 0), tuple(int(digit) for digit in str(whole)), -places))


def show_percent(number: Decimal) -> str:
    """Return ``−21.6%``: a number that counts hundredths, as it is printed, a minus being U+2212."""
    return f"{number:f}%".replace("-", "\N{MINUS SIGN}")


def percent(figure: Figure, *, places: int | None = None) -> str:
    """Return a rate as ``100.00%``, or as many decimals as *places* says; blank where the rate has no value."""
    if isinstance(figure.value, int):
        raise InputError(f"{figure.name!r} is a count ({figure.value}), not a rate; it has no percentage", value=figure.name)
    if figure.value is None:
        return ""
    return show_percent(rounded(figure.value * 100, figure.places if places is None else places))


def shown(figure: Figure) -> str:
    """Return a figure as reports print it: a count as it is, a rate in percent, blank where there is no value."""
    return str(figure.value) if isinstance(figure.value, int) else percent(figure)


# --- computing --------------------------------------------------------------------------------------------------------


def rate(kind: Rate, part: Figure, whole: Figure, *, of: str = "", zh: str = "", en: str = "") -> Figure:
    """Return the exact part of the whole; None where the whole is nothing. *of*, *zh* and *en* are as in `Statistics.figures`."""
    return ratio(kind, RATES[kind][0], part, whole, of=of, zh=zh, en=en)


def ratio(
    name: str, definition: Definition, part: Figure, whole: Figure, *, of: str = "", zh: str = "", en: str = "", places: int = 2
) -> Figure:
    """Return a rate of another kind, as `rate` does."""
    numerator, denominator = part.numerator or 0, whole.numerator or 0
    return Figure(
        name=f"{name}{of}",
        value=Fraction(numerator, denominator) if denominator else None,
        zh=f"{zh}{definition.zh}",
        en=f"{definition.en}{en}",
        formula_zh=definition.formula_zh,
        formula_en=definition.formula_en,
        working=f"{numerator} ÷ {denominator}",
        numerator=numerator,
        denominator=denominator,
        parts=(part.name, whole.name),
        places=places,
    )


def change(now: int, before: int | None, *, parts: tuple[str, ...] = ()) -> Figure:
    """Return the change on the period before, relative to *that* period; None where it is unknown or was nothing."""
    return Figure(
        name="change",
        value=Fraction(now - before, before) if before else None,
        zh=CHANGE.zh,
        en=CHANGE.en,
        formula_zh=CHANGE.formula_zh,
        formula_en=CHANGE.formula_en,
        working="" if before is None else f"({now} − {before}) ÷ {before}",
        numerator=None if before is None else now - before,
        denominator=before,
        parts=parts,
        places=1,
    )


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of some cases of a cohort."""

    received: int = 0
    registered: int = 0
    valid: int = 0
    accepted: int = 0
    replied: int = 0
    published: int = 0
    closed: int = 0
    ended: int = 0
    dropped: int = 0
    late: int = 0
    rated: int = 0
    satisfied: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(**{what: getattr(self, what) + getattr(other, what) for what in get_args(What)})

    def __sub__(self, other: Counts) -> Counts:
        return Counts(**{what: getattr(self, what) - getattr(other, what) for what in get_args(What)})


class UnitCounts(msgspec.Struct, frozen=True, kw_only=True):
    """One unit's counts; ``names`` are the names under which the store has its cases (its own and its aliases)."""

    unit: str
    en: str
    group: str
    names: tuple[str, ...]
    counts: Counts


class GroupCounts(msgspec.Struct, frozen=True, kw_only=True):
    """A group of units, in the register's order, those without cases included."""

    id: str
    zh: str
    en: str
    zero_list: bool
    units: tuple[UnitCounts, ...]

    @property
    def counts(self) -> Counts:
        """The group's sums."""
        return sum((row.counts for row in self.units), Counts())


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """A cohort's counts by group and unit.

    ``strangers`` are units that have cases and that the register does not list, by name. Of the cases that no unit had at the
    snapshot, ``unassigned`` are those that may still be handed to one, ``ended`` the others. All together are the whole cohort.
    """

    cohort: Cohort
    groups: tuple[GroupCounts, ...]
    strangers: tuple[UnitCounts, ...]
    unassigned: UnitCounts
    ended: UnitCounts

    @property
    def rows(self) -> Iterator[UnitCounts]:
        """Every unit, strangers after the register's; last, what no unit has."""
        for group in self.groups:
            yield from group.units
        yield from self.strangers
        yield self.unassigned
        yield self.ended

    @property
    def total(self) -> Counts:
        """The sums of the cohort."""
        return sum((row.counts for row in self.rows), Counts())

    def figures(
        self,
        counts: Counts,
        *kinds: What | Rest | Rate,
        of: str = "",
        zh: str = "",
        en: str = "",
        units: tuple[str, ...] | None = None,
    ) -> dict[str, Figure]:
        """Return figures of *counts* by their kind, in the order given, with the counts that they are computed from.

        *of* is put behind their names (``":unit:夹河镇"``), *zh* before and *en* behind their labels; *units* are the names that
        the counts were counted for (None: all).
        """
        found: dict[str, Figure] = {}

        def counted(kind: What | Rest, definition: Definition, value: int, working: str) -> Figure:
            return Figure(
                name=f"{kind}{of}",
                value=value,
                zh=f"{zh}{definition.zh}",
                en=f"{definition.en}{en}",
                formula_zh=definition.formula_zh,
                formula_en=definition.formula_en,
                working=working,
                numerator=value,
                selection=Selection(cohort=self.cohort, what=kind, units=units),
            )

        def plain(what: What) -> Figure:
            value = getattr(counts, what)
            return found.setdefault(what, counted(what, COUNTS[what], value, str(value)))

        for kind in kinds:
            if kind == "open" or kind == "unanswered":
                definition, without = RESTS[kind]
                whole, done, gone = counts.received, *(getattr(counts, what) for what in without)
                found[kind] = counted(kind, definition, whole - done - gone, f"{whole} − {done} − {gone}")
            elif kind == "acceptance" or kind == "reply" or kind == "completion":
                _, what = RATES[kind]
                found[kind] = rate(kind, plain(what), plain("received"), of=of, zh=zh, en=en)
            else:
                plain(kind)
        return found


def count(
    store: CaseStore,
    register: Register,
    *,
    since: datetime,
    until: datetime,
    as_of: datetime,
    clock: str = "",
    boards: Sequence[str] = (),
    channels: Sequence[str] = (),
) -> Statistics:
    """Count the cases received in [*since*, *until*) as they were known before *as_of*, by the register's groups and units.

    *clock* names the clock that decides lateness, *boards* and *channels* those by which cases came (none: all); of several
    channels the first counts. A case counts once, for its lead unit at the snapshot. Raises `NaiveDatetime`,
    and `InputError` where *until* is not after *since*.
    """
    cohort = Cohort(
        since=require_aware(since, what="since"),
        until=require_aware(until, what="until"),
        as_of=require_aware(as_of, what="as_of"),
        clock=clock,
        boards=tuple(boards),
        channels=tuple(channels),
    )
    if cohort.until <= cohort.since:
        raise InputError(f"the period ends ({until.isoformat()}) before it begins ({since.isoformat()})", value=until)
    tallies: dict[str, Counts] = {}
    for each in store.tally(cohort):
        sums = Counts(**{what: getattr(each, what) for what in get_args(What)})
        tallies[each.unit] = tallies.get(each.unit, Counts()) + sums
    if UNASSIGNED in tallies and tallies[UNASSIGNED].ended:
        over = [each for each in store.cohort(cohort) if counted_for(each) == ENDED]
        tallies[ENDED] = Counts(**{what: sum(counts(each, what) for each in over) for what in get_args(What)})
        tallies[UNASSIGNED] -= tallies[ENDED]

    def row(unit: str, group: str, names: tuple[str, ...], en: str = "") -> UnitCounts:
        counts = sum((tallies.pop(name, Counts()) for name in names), Counts())
        return UnitCounts(unit=unit, en=en, group=group, names=names, counts=counts)

    groups = tuple(
        GroupCounts(
            id=group.id,
            zh=group.zh,
            en=group.en,
            zero_list=group.zero_list,
            units=tuple(row(unit.name, group.id, (unit.name, *unit.aliases), unit.en) for unit in register.members(group.id)),
        )
        for group in register.group
    )
    unassigned, ended = (row(name, "", (name,)) for name in (UNASSIGNED, ENDED))
    strangers = tuple(row(unit, "", (unit,)) for unit in sorted(tallies))
    return Statistics(cohort=cohort, groups=groups, strangers=strangers, unassigned=unassigned, ended=ended)


def cases_behind(store: CaseStore, selection: Selection) -> tuple[str, ...]:
    """Return the ids of the cases that a count counts, in the order of their receipt."""
    if selection.what not in (known := (*COUNTS, *RESTS)):
        raise InputError(
            f"nothing counts {selection.what!r}{nearest(selection.what, known)} (counted: {listed(known)})", value=selection.what
        )
    return tuple(
        row.case
        for row in store.cohort(selection.cohort)
        if (selection.units is None or counted_for(row) in selection.units)
        and counts(row, selection.what)
        and counts(row, selection.within)
    )


def counted_for(row: CohortCase) -> str:
    """Return the unit that a case counts for: where it has none, `UNASSIGNED`, or `ENDED`."""
    return row.unit or (ENDED if row.ended else UNASSIGNED)


def counts(row: CohortCase, name: What | Rest) -> bool:
    """Return whether a count, by its name, counts a case."""
    if name == "open" or name == "unanswered":
        return not any(counts(row, what) for what in RESTS[name][1])
    return name == "received" or bool(getattr(row, name))
