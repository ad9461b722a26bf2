"""The auditor: whether a printed percentage follows from the counts beside it, and if not, which formula would give it.

A county's bulletin printed a fall of 27.5 % from 139 to 109: that is 30 ÷ 109, the wrong base; the change is −21.6 %. A figure is
judged at the precision it was printed with, and a mistake is named only where it gives exactly the printed figure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import msgspec

from ..errors import InputError
from .statistics import rounded, show_percent

_CLAIM = re.compile(r"(?P<sign>[-+\N{MINUS SIGN}]?)\s*(?P<number>[0-9]+(?:\.(?P<decimals>[0-9]+))?)\s*%")


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """A formula or a rounding that gives the printed figure although it is not the right one."""

    zh: str
    en: str
    working: str


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """What the auditor found about a claim.

    ``correct`` is the right figure at the claim's precision (blank: there is none), ``working`` how it is worked out. Where the
    claim does not hold, ``mistakes`` are the ways in which somebody would arrive at it, the simplest first.
    """

    claimed: str
    holds: bool
    correct: str
    working: str
    mistakes: tuple[Mistake, ...] = ()

    def __str__(self) -> str:
        if self.holds:
            return f"{self.claimed} holds: {self.working} = {self.correct}"
        right = f"{self.working} = {self.correct}" if self.correct else f"{self.working} has no value"
        wrong = "".join(f"; what was printed is {each.working} ({each.en})" for each in self.mistakes[:1])
        return f"{self.claimed} does not hold: {right}{wrong}"


class _Claim(NamedTuple):
    text: str
    number: Decimal
    signed: bool
    places: int

    def is_given_by(self, value: Decimal) -> bool:
        return self.number == (value if self.signed else abs(value))


class _Way(NamedTuple):
    """A way to arrive at a figure: its exact value in hundredths, how it is worked out, and what is wrong with it."""

    value: Fraction
    working: str
    zh: str = ""
    en: str = ""


def check_change(before: int, after: int, claimed: str) -> Audit:
    """Say whether *claimed* is the change from *before* to *after*: (after − before) ÷ before.

    A claim without a sign ("下降幅度27.5%") tells the size only; one with a sign must have the right one. Raises `InputError` for
    negative counts and for a claim that is no percentage.
    """
    claim = _read(claimed)
    _require_counts(before=before, after=after)
    right = f"({after} − {before}) ÷ {before}"
    if before == 0:
        return Audit(claimed=claim.text, holds=False, correct="", working=right)
    by = 100 * (after - before)
    over = f"({after} − {before})" if claim.signed else str(abs(after - before))
    ways = [_Way(Fraction(by, before), right)]
    if after:
        zh, en = "基数用错：除以了本期数，应除以上期数", "wrong base: the later count in place of the earlier"
        ways.append(_Way(Fraction(by, after), f"{over} ÷ {after}", zh, en))
    ways.append(_Way(Fraction(-by, before), f"({before} − {after}) ÷ {before}", "正负号相反", "reversed sign"))
    zh, en = "本期数占上期数的比例，不是变化幅度", "the later count as a part of the earlier, not the change"
    ways.append(_Way(Fraction(100 * after, before), f"{after} ÷ {before}", zh, en))
    return _judged(claim, ways)


def check_rate(part: int, whole: int, claimed: str) -> Audit:
    """Say whether *claimed* is *part* ÷ *whole*; raises `InputError` as `check_change` does."""
    claim = _read(claimed)
    _require_counts(part=part, whole=whole)
    right = f"{part} ÷ {whole}"
    if whole == 0:
        return Audit(claimed=claim.text, holds=False, correct="", working=right)
    ways = [_Way(Fraction(100 * part, whole), right)]
    if part:
        ways.append(_Way(Fraction(100 * whole, part), f"{whole} ÷ {part}", "分子分母颠倒", "part and whole exchanged"))
    ways.append(
        _Way(Fraction(100 * (whole - part), whole), f"({whole} − {part}) ÷ {whole}", "其余部分所占的比例", "the rest's part")
    )
    return _judged(claim, ways)


def _read(claimed: str) -> _Claim:
    found = _CLAIM.fullmatch(unicodedata.normalize("NFKC", claimed).strip())
    if not found:
        raise InputError(f"cannot read the percentage {claimed!r}; accepted: 27.5%, −21.6%, 100 %", value=claimed)
    number = Decimal(found["number"])
    if found["sign"] not in ("", "+"):
        number = -number
    return _Claim(claimed.strip(), number, bool(found["sign"]), len(found["decimals"] or ""))


def _require_counts(**counts: int) -> None:
    for name, value in counts.items():
        if value < 0:
            raise InputError(f"a count is not negative; {name} is {value}", value=value)


def _judged(claim: _Claim, ways: Sequence[_Way]) -> Audit:
    """Judge a claim; the first of *ways* is the right one."""
    right = ways[0]
    nearest = rounded(right.value, claim.places)
    correct = show_percent(nearest)
    if claim.is_given_by(nearest):
        return Audit(claimed=claim.text, holds=True, correct=correct, working=right.working)
    mistakes = tuple(
        Mistake(zh=zh, en=en, working=f"{working} = {show_percent(value if claim.signed else abs(value))}")
        for value, working, zh, en in _mistakes(ways, claim.places)
        if claim.is_given_by(value)
    )
    return Audit(claimed=claim.text, holds=False, correct=correct, working=right.working, mistakes=mistakes)


def _mistakes(ways: Sequence[_Way], places: int) -> Iterator[tuple[Decimal, str, str, str]]:
    """Yield what one mistake gives, a wrong formula or wrong rounding, and then what a wrong formula cut off gives."""
    right, *wrong = ways
    for way in wrong:
        yield rounded(way.value, places), way.working, way.zh, way.en
    yield _cut(right.value, places), right.working, "舍去尾数，没有四舍五入", "cut off, not rounded"
    yield _raised(right.value, places), right.working, "尾数一律进位，没有四舍五入", "rounded up, not to the nearest"
    for way in wrong:
        if _cut(way.value, places) != rounded(way.value, places):
            yield _cut(way.value, places), way.working, f"{way.zh}；并舍去尾数", f"{way.en}; and cut off"


def _cut(value: Fraction, places: int) -> Decimal:
    unit = 10**places
    return rounded(Fraction(int(value * unit), unit), places)


def _raised(value: Fraction, places: int) -> Decimal:
    unit = 10**places
    size = Fraction(-int(-abs(value) * unit // 1), unit)
    return rounded(-size if value < 0 else size, places)
