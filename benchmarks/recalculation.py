"""A notice arrives: every open clock is looked at, and those that it moves get an event each, in one recalculation.

The messages came on fifty working days, as many on each, and must be answered within sixty. A notice makes a day off of one that
was worked, and that the last tenth of the messages would have been due on or after: exactly those move, by one working day. Later
the notice is withdrawn, and they move back. All of it is timed as a host would feel it: through the desk, commits included, with
Python's garbage collector as it is; in the processor's time, for in memory nothing waits.

The floor does nothing but the sums: it holds all days of receipt and due dates in a list, and finds out which of them move.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import process_time as clock
from typing import Any

from casework import Desk, MemoryStore, Message, Notice, Rulebook, WorkCalendar
from casework.notices import Span

_BOOK = """
[rulebook]
id = "many-clocks"
version = 1
base = "letterbox"
zh = "许多时限"
en = "Many clocks"
late_by = "reply"

[[clock]]
id = "reply"
starts_on = "receive"
stops_on = "publish"
limit = [{ is = "60 working days", assumption = "long enough to be open when the last message comes" }]
"""
_FIRST = date(2026, 1, 5)  # a Monday, and worked
_DAYS, _LIMIT = 50, 60
_MOVED_DAYS = 5  # of the fifty days of receipt: a tenth
_TURNS = 3
_LONGEST = 180.0  # seconds for making cases; then fewer have to do
_GOAL = 150_000


@dataclass(frozen=True)
class _Town:
    """A desk with open clocks: its cases in order of receipt, which working day each came on, and whether the notice moves it."""

    desk: Desk
    cases: Sequence[str]
    came: Sequence[int]
    moves: Sequence[bool]
    worked: Sequence[date]
    known: WorkCalendar
    noticed: WorkCalendar

    def misplaced(self, *, moved: bool, events: Mapping[bool, int]) -> int:
        """Return how many cases are due on another day than they should be, or have another number of *events*.

        *moved* tells whether the notice is in force.
        """
        wrong = 0
        for name, number, moves in zip(self.cases, self.came, self.moves, strict=True):
            case, recorded = self.desk.get(name), self.desk.history(name)
            due = case.clock("reply").due
            right = due is not None and due.date == self.worked[number + _LIMIT + (moves and moved)]
            wrong += not right or len(recorded) != events[moves]
        return wrong


def run(clocks: int) -> None:
    """Build, check, measure and print."""
    began = clock()
    town = _build(clocks)
    built = clock() - began
    made, moving = len(town.cases), sum(town.moves)
    print(f"\na notice that moves {moving:,} of {made:,} open clocks in memory\n")
    print(f"{made:,} cases received in {built:.1f} s ({1e6 * built / made:.0f} µs each)")
    if made < clocks:
        print(f"not the {clocks:,} that were asked for: that would have taken longer than {_LONGEST:.0f} s")

    times: dict[str, list[float]] = {"floor": [], "dry run": [], "notice": [], "again": [], "withdrawn": []}
    complaints: list[str] = []

    def timed(row: str, call: Callable[[], Any], expected: int) -> None:
        start = clock()
        found = call()
        times[row].append(clock() - start)
        if len(found.moved) != expected or found.clocks != made:
            complaints.append(f"{row}: {len(found.moved):,} of {found.clocks:,} clocks moved, not {expected:,} of {made:,}")

    def check(row: str, turn: int, *, moved: bool, extra: int) -> None:
        if turn + 1 < _TURNS:
            return  # looking at every case takes its time; in the last turn the numbers of events tell of the turns before it
        if wrong := town.misplaced(moved=moved, events={False: before, True: before + 2 * turn + extra}):
            complaints.append(f"{row}: {wrong:,} cases have another due date or number of events than they should")

    before = len(town.desk.history(town.cases[0]))
    recalculate = town.desk.recalculate
    for turn in range(_TURNS):
        times["floor"].append(_floor(town))
        timed("dry run", lambda: recalculate(town.noticed, dry_run=True), moving)
        check("dry run", turn, moved=False, extra=0)
        timed("notice", lambda: recalculate(town.noticed), moving)
        check("notice", turn, moved=True, extra=1)
        timed("again", lambda: recalculate(town.noticed), 0)
        check("again", turn, moved=True, extra=1)
        timed("withdrawn", lambda: recalculate(town.known), moving)
        check("withdrawn", turn, moved=False, extra=2)

    print(f"\n{'':10} {'ms':>7} {'clocks/s':>12} {'x floor':>8}")
    for row, taken in times.items():
        ratio = median(own / floor for own, floor in zip(taken, times["floor"], strict=True))
        print(f"{row:10} {1000 * median(taken):7,.0f} {made / median(taken):12,.0f} {ratio:8.2f}")
    for complaint in complaints:
        print(f"WRONG: {complaint}")
    speed = made / median(times["notice"])
    verdict = "missed, its answers are wrong" if complaints else "reached" if speed >= _GOAL else "missed"
    print(f"goal: a notice recalculates at least {_GOAL:,} clocks/s, commit included: {speed:,.0f}, {verdict}")


def _build(clocks: int) -> _Town:
    """Receive the messages one by one, as a portal does; stop when that takes too long."""
    known = WorkCalendar.named("CN")
    worked = [known.add(_FIRST, number) for number in range(_DAYS + _LIMIT + 1)]
    struck = worked[_DAYS - _MOVED_DAYS + _LIMIT]
    notice = Notice(id="CN-2026-struck", published_on=worked[_DAYS - 1], year=struck.year, off=(Span(struck, struck),), work=())
    mornings = [datetime(day.year, day.month, day.day, 2, tzinfo=UTC) for day in worked[:_DAYS]]  # 10:00 in China
    store = MemoryStore()
    desk = Desk(Rulebook.parse(_BOOK), store=store, now=lambda: mornings[-1] + timedelta(hours=8))
    messages = [Message(subject="Heating", body="Cold.", channel="portal", sender="u-42", received_at=at) for at in mornings]
    cases: list[str] = []
    longest = clock() + _LONGEST
    while len(cases) < clocks and clock() < longest:
        # A whole round of the fifty days each time, so that a tenth moves wherever it ends.
        cases += [desk.receive(message).id for message in messages]
    came = [number % _DAYS for number in range(len(cases))]
    moves = [number >= _DAYS - _MOVED_DAYS for number in came]
    return _Town(desk, cases, came, moves, worked, known, WorkCalendar.named("CN", notices=[notice]))


def _floor(town: _Town) -> float:
    """Return the seconds for finding out what moves, for days that lie ready in a list."""
    days = [(town.worked[number], town.worked[number + _LIMIT]) for number in town.came]
    start = clock()
    moved = [due for day, due in days if town.noticed.add(day, _LIMIT) != due]
    taken = clock() - start
    if len(moved) != sum(town.moves):
        raise AssertionError(f"{len(moved)} deadlines move, not {sum(town.moves)}: the notice does not do what it is meant to")
    return taken
