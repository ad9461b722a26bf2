"""Rows of a benchmark: ways to answer one question, checked against each other, then timed in turning order.

Each round times every row once, and each round begins with another row, so that what slows the machine for a moment slows all rows
alike. The processor's time is taken, not the wall clock's: other programs have theirs. A ratio is the median of the rounds' own
ratios: it can be compared between machines, the nanoseconds cannot. A slow row is asked fewer questions in its turn, and other ones
each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import median
from time import process_time
from timeit import Timer
from typing import Any

_TURN = 0.001  # seconds that a turn should take: short, so that a machine that is slow for a moment is slow for a whole round
_NS = 1e9


@dataclass(frozen=True, kw_only=True)
class Row:
    """One way to answer a question: *statement*, asked for *each* item of *sample*, as a caller would write it.

    *expected* are the right answers; *seen* makes the answers comparable with them. A statement that answers the whole sample at
    once has a sample of one item, and still one expected answer for each question.
    """

    name: str
    statement: str
    each: str = "day"
    sample: Sequence[object]
    expected: Sequence[object]
    names: Mapping[str, object]
    seen: Callable[[list[Any]], Iterable[object]] = list
    note: str = ""

    def wrong(self) -> int:
        """Return how many of the answers differ from the expected ones."""
        answers: list[Any] = []
        self._timer(f"keep({self.statement})", self.sample, keep=answers.append).timeit(1)
        return sum(answer != right for answer, right in zip(self.seen(answers), self.expected, strict=True))

    def items(self) -> int:
        """Return how many items of the sample a turn should take."""
        once = self.turn(len(self.sample), 0) * len(self.expected) / len(self.sample)
        return max(1, round(_TURN / once))

    def turn(self, items: int, begin: int) -> float:
        """Return the seconds that one question took, over so many items of the sample from *begin* on, round and round."""
        skipped = begin % len(self.sample)
        some = list(islice(cycle(self.sample), skipped, skipped + items))
        questions = items * len(self.expected) / len(self.sample)
        return self._timer(self.statement, some).timeit(1) / questions

    def _timer(self, statement: str, sample: Sequence[object], **more: object) -> Timer:
        names = {**self.names, **more, "sample": sample}
        return Timer(f"for {self.each} in sample: {statement}", timer=process_time, globals=names)


@dataclass(frozen=True)
class Goal:
    """A row should take at most so many *times* what another takes; below 1 it is said the other way round: n times faster."""

    row: str
    other: str
    times: float


@dataclass(frozen=True)
class Question:
    """What is asked, the rows that answer it, the floor among them first, and the goals."""

    title: str
    rows: Sequence[Row]
    goals: Sequence[Goal]


def ask(question: Question, rounds: int) -> None:
    """Check all rows, time them, and print both."""
    wrong = {row.name: row.wrong() for row in question.rows}
    times = measure(question.rows, rounds)
    floor = question.rows[0].name
    wide = max(map(len, times))
    print(f"\n{question.title}\n")
    print(f"{'':{wide}} {'ns':>10} {'x floor':>9}   {'wrong':<10}   statement")
    for row in question.rows:
        own = times[row.name]
        check = f"{wrong[row.name]} of {len(row.expected)}"
        ratio = _shown(_ratio(own, times[floor]))
        note = f"  # {row.note}" if row.note else ""
        print(f"{row.name:{wide}} {_NS * median(own):10,.0f} {ratio:>9}   {check:<10}   {row.statement}{note}")
    for goal in question.goals:
        print(_verdict(goal, times, wrong[goal.row]))


def measure(rows: Sequence[Row], rounds: int) -> dict[str, list[float]]:
    """Return the seconds for one question, row by row and round by round, after one round that only warms up."""
    items = {row.name: row.items() for row in rows}
    times: dict[str, list[float]] = {row.name: [] for row in rows}
    for number in range(rounds + 1):
        first = number % len(rows)
        for row in [*rows[first:], *rows[:first]]:
            taken = row.turn(items[row.name], number * items[row.name])
            if number:
                times[row.name].append(taken)
    return times


def _ratio(own: Sequence[float], others: Sequence[float]) -> float:
    return median(one / other for one, other in zip(own, others, strict=True))


def _shown(ratio: float) -> str:
    return f"{ratio:,.2f}" if ratio < 100 else f"{ratio:,.0f}"


def _verdict(goal: Goal, times: Mapping[str, Sequence[float]], wrong: int) -> str:
    if goal.times < 1:
        ratio, least = _ratio(times[goal.other], times[goal.row]), 1 / goal.times
        said, reached = f"is at least {least:g} x faster than {goal.other}", ratio >= least
    else:
        ratio = _ratio(times[goal.row], times[goal.other])
        said, reached = f"takes at most {goal.times:g} x {goal.other}", ratio <= goal.times
    verdict = "missed, its answers are wrong" if wrong else "reached" if reached else "missed"
    return f"goal: {goal.row} {said}: {_shown(ratio)}, {verdict}"
