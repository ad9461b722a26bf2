"""What every store must say of a cohort: the part of the contract that figures stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from .. import events as ev
from ..errors import CaseNotFound
from ..events import Payload
from ..facts import COUNTED
from ..ports import CaseStore, Cohort, CohortCase, Snapshot, UnitTally
from .changes import DAY, HOUR, NOON, assigned, change, clock, received, submitted


class CohortContract:
    """How cases stand as of a moment, and their sums; the whole contract of a store is `CaseStoreContract`."""

    @pytest.fixture
    def store(self) -> CaseStore:
        """An empty store, made anew for each test."""
        raise NotImplementedError("a test of a store overrides this fixture")

    def put(self, store: CaseStore, *payloads: Payload, case: str = "c1", **more: Any) -> Snapshot:
        """Write a change of a case that is there or not, and return the case after it."""
        with store.work() as work:
            try:
                before = work.load(case)
            except CaseNotFound:
                before = None
            work.write(change(before, *payloads, case=case, **more))
        return store.read(case)

    def standing(self, store: CaseStore, as_of: datetime, *, clock: str = "handle") -> list[CohortCase]:
        """Return how the cases of the first of July stood at a moment, having seen that the sums say the same."""
        window = Cohort(since=NOON - HOUR, until=NOON + DAY, as_of=as_of, clock=clock)
        rows = list(store.cohort(window))
        assert list(store.tally(window)) == _sums(rows)
        return rows

    def test_a_figure_counts_what_was_known_before_its_moment(self, store: CaseStore) -> None:
        """Facts at or after the moment do not count; each fact counts from its own."""
        steps: Sequence[tuple[Payload, Mapping[str, bool]]] = (
            (ev.Reviewed(classes={}, note=None), {"registered": True}),
            (assigned("甲"), {}),
            (ev.Accepted(unit="甲"), {"accepted": True}),
            (submitted("甲"), {"replied": True}),
            (ev.Published(reply=1, public=True), {"published": True}),
            (ev.Closed(outcome=None), {"closed": True}),
        )
        self.put(store, received())
        assert self.standing(store, NOON) == []
        expected = CohortCase(case="c1", unit="", board="", **{**dict.fromkeys(_FLAGS, False), "valid": True})
        for hour, (payload, says) in enumerate(steps, start=1):
            at = NOON + hour * HOUR
            self.put(store, payload, at=at)
            assert self.standing(store, at) == [expected]
            lead = "甲" if hour >= 2 else ""
            expected = msgspec.structs.replace(expected, unit=lead, **says)
            assert self.standing(store, at + timedelta(microseconds=1)) == [expected]
        for hour in range(len(steps)):
            assert self.standing(store, NOON + hour * HOUR + HOUR / 2)[0].closed is False

    def test_a_case_reopened_after_closing_is_open_again(self, store: CaseStore) -> None:
        """Closed as of one moment, open as of a later one, closed once more: each figure stays true."""
        self.put(store, received(), assigned("甲"))
        self.put(store, ev.Closed(outcome=None), at=NOON + DAY)
        self.put(store, ev.Reopened(reason="again", explanation=None, cycle=1), at=NOON + 2 * DAY)
        self.put(store, ev.Closed(outcome=None), at=NOON + 3 * DAY)
        for day, closed in ((0.5, False), (1.5, True), (2.5, False), (3.5, True)):
            assert [row.closed for row in self.standing(store, NOON + day * DAY)] == [closed]

    def test_a_case_counts_for_its_lead_at_the_moment(self, store: CaseStore) -> None:
        """After a reassignment it counts for the new lead, as of before for the old one; acceptance counts for the lead alone."""
        self.put(store, received(), assigned("甲", "乙"))
        self.put(store, ev.Accepted(unit="乙"), at=NOON + HOUR)
        self.put(store, ev.Accepted(unit="甲"), at=NOON + 3 * HOUR)
        self.put(store, assigned("丙", "甲"), at=NOON + 5 * HOUR)
        self.put(store, ev.Accepted(unit="丙"), at=NOON + 7 * HOUR)
        seen = [(row.unit, row.accepted) for hours in (2, 4, 6, 8) for row in self.standing(store, NOON + hours * HOUR)]
        assert seen == [("甲", False), ("甲", True), ("丙", False), ("丙", True)]

    def test_acts_of_one_moment_count_in_their_order(self, store: CaseStore) -> None:
        """Of two assignments, or a closing and a reopening, at one instant the later event is the one that holds."""
        closed, reopened = ev.Closed(outcome=None), ev.Reopened(reason="未解决", explanation=None, cycle=1)
        self.put(store, received())
        for data in (assigned("丙"), assigned("乙"), assigned("甲"), closed, reopened):
            self.put(store, data, at=NOON + HOUR)
        [row] = self.standing(store, NOON + 2 * HOUR)
        assert (row.unit, row.closed) == ("甲", False)
        for data in (assigned("丁"), closed):
            self.put(store, data, at=NOON + HOUR)
        [row] = self.standing(store, NOON + 2 * HOUR)
        assert (row.unit, row.closed) == ("丁", True)

    def test_a_case_is_late_by_its_last_verdict(self, store: CaseStore) -> None:
        """The clock that the question names decides, and of its verdicts the last; another clock or none says nothing."""
        self.put(store, received(), assigned("甲"))
        published = ev.Published(reply=1, public=True)
        self.put(store, published, at=NOON + DAY, clocks=(clock(stopped=NOON + DAY, late=2),))
        self.put(store, published, at=NOON + 3 * DAY, clocks=(clock(stopped=NOON + 3 * DAY),))
        for day, late in ((0.5, False), (2, True), (4, False)):
            assert [row.late for row in self.standing(store, NOON + day * DAY)] == [late]
        for other in ("accept", ""):
            assert [row.late for row in self.standing(store, NOON + 2 * DAY, clock=other)] == [False]

    def test_a_message_that_was_refused_or_merged_is_not_valid(self, store: CaseStore) -> None:
        """From the moment on at which it was found invalid, a duplicate or a part of another case; one handed on stays valid."""
        ends: Mapping[str, Payload] = {
            "c1": ev.Rejected(reason="测试", exit="invalid", explanation=None),
            "c2": ev.Rejected(reason="重复", exit="duplicate", explanation=None),
            "c3": ev.Rejected(reason="不属本级", exit="transferred", explanation=None),
            "c4": ev.Merged(into="c9", rule=None),
            "c5": ev.Withdrawn(reason="已解决", explanation=None),
        }
        for case, payload in ends.items():
            self.put(store, received(), case=case)
            self.put(store, payload, case=case, at=NOON + HOUR)
        assert [row.valid for row in self.standing(store, NOON + HOUR)] == [True] * 5
        assert [row.valid for row in self.standing(store, NOON + 2 * HOUR)] == [False, False, True, False, True]

    def test_a_case_has_ended_that_was_refused_handed_on_merged_or_withdrawn_unclosed(self, store: CaseStore) -> None:
        """From that moment on, and until it is taken up again; closed is closed. Without a published reply, it was dropped too."""
        rejected, merged = ev.Rejected(reason="不属本级", exit="transferred", explanation=None), ev.Merged(into="c99", rule=None)
        transferred = ev.Transferred(to="法院", reason="涉诉", explanation=None)
        withdrawn, reviewed = ev.Withdrawn(reason="已解决", explanation=None), ev.Reviewed(classes={}, note=None)
        published = submitted("甲"), ev.Published(reply=1, public=True)
        closed, reopened = ev.Closed(outcome=None), ev.Reopened(reason="未解决", explanation=None, cycle=1)
        came: Sequence[tuple[tuple[Payload, ...], tuple[bool, bool, bool]]] = (
            ((reviewed, assigned("甲")), (False, False, False)),
            ((rejected,), (False, True, True)),
            ((reviewed, assigned("甲"), transferred), (False, True, True)),
            ((withdrawn,), (False, True, True)),
            ((reviewed, merged), (False, True, True)),
            ((assigned("甲"), published[0], withdrawn), (False, True, True)),
            ((assigned("甲"), *published, withdrawn), (False, True, False)),
            ((assigned("甲"), *published, closed), (True, False, False)),
            ((assigned("甲"), *published, closed, merged), (True, False, False)),
            ((assigned("甲"), closed, reopened, transferred), (False, True, True)),
            ((assigned("甲"), closed, merged, reopened), (False, False, False)),
            ((rejected, reopened), (False, False, False)),
            ((transferred, reviewed), (False, False, False)),
            ((withdrawn, assigned("甲")), (False, False, False)),
            ((rejected, reopened, assigned("甲"), withdrawn), (False, True, True)),
        )
        for n, (payloads, _) in enumerate(came):
            self.put(store, received(), case=f"c{n:02}")
            self.put(store, *payloads, case=f"c{n:02}", at=NOON + HOUR)
        seen = [(row.closed, row.ended, row.dropped) for row in self.standing(store, NOON + HOUR)]
        assert seen == [(False, False, False)] * len(came)
        seen = [(row.closed, row.ended, row.dropped) for row in self.standing(store, NOON + 2 * HOUR)]
        assert seen == [stands for _, stands in came]

    def test_a_case_is_satisfactory_by_what_its_sender_said_last(self, store: CaseStore) -> None:
        """A rating and a revisit say it; a revisit in which nobody asked says nothing, and makes no case rated."""

        def revisited(*, satisfied: bool | None) -> ev.Revisited:
            return ev.Revisited(whom="citizen", how="电话", order=None, solved=True, satisfied=satisfied, fault=None, note=None)

        said: Sequence[tuple[Payload, tuple[bool, bool]]] = (
            (revisited(satisfied=None), (False, False)),
            (ev.Rated(satisfied=False, comment=None, count=1), (True, False)),
            (revisited(satisfied=True), (True, True)),
            (revisited(satisfied=None), (True, True)),
            (revisited(satisfied=False), (True, False)),
            (ev.Rated(satisfied=True, comment=None, count=1), (True, True)),
        )
        self.put(store, received())
        for hour, (payload, stands) in enumerate(said, start=1):
            self.put(store, payload, at=NOON + hour * HOUR)
            [row] = self.standing(store, NOON + hour * HOUR + HOUR / 2)
            assert (row.rated, row.satisfied) == stands

    def test_facts_of_an_earlier_casework_count_by_their_events(self, store: CaseStore) -> None:
        """Their facts do not say why a message was refused, or that the sender is not satisfied; their events do."""
        ends: Mapping[str, Payload] = {
            "c1": ev.Rejected(reason="测试", exit="invalid", explanation=None),
            "c2": ev.Rejected(reason='"exit":"transferred"', exit="duplicate", explanation=None),
            "c3": ev.Rejected(reason="不属本级", exit="transferred", explanation=None),
            "c4": ev.Revisited(whom="citizen", how="电话", order=None, solved=None, satisfied=False, fault=None, note=None),
            "c5": ev.Revisited(whom="citizen", how="电话", order=None, solved=True, satisfied=None, fault=None, note=None),
            "c6": ev.Revisited(whom="citizen", how="电话", order=None, solved=None, satisfied=True, fault=None, note=None),
        }
        for case, payload in ends.items():
            made = change(self.put(store, received(), case=case), payload, case=case, at=NOON + HOUR)
            as_of_then = tuple(
                msgspec.structs.replace(fact, value=int(case == "c6")) if fact.kind in ("rejected", "revisited") else fact
                for fact in made.facts
            )
            with store.work() as work:
                work.write(msgspec.structs.replace(made, facts=as_of_then))
        rows = self.standing(store, NOON + 2 * HOUR)
        assert [row.valid for row in rows] == [False, False, True, True, True, True]
        assert [(row.rated, row.satisfied) for row in rows[3:]] == [(True, False), (False, False), (True, True)]

    def test_a_cohort_can_be_narrowed_to_boards_and_channels(self, store: CaseStore) -> None:
        """To one or several of each, both together, and "" for those that came to no board; its sums are narrowed with it."""
        came = {
            "c1": ("市长留言", "portal"),
            "c2": ("县长留言", "portal"),
            "c3": ("市长留言", "hotline"),
            "c4": (None, "hotline"),
            "c5": ("市长", "portal"),
        }
        for case, (board, channel) in came.items():
            self.put(store, msgspec.structs.replace(received(channel=channel), board=board), case=case)
            self.put(store, assigned("甲"), case=case, at=NOON + HOUR)
        self.put(store, ev.Attached(message="9.message", channel="hotline", number=None), case="c1", at=NOON + 2 * HOUR)
        asked: Sequence[tuple[tuple[str, ...], tuple[str, ...], list[str]]] = (
            ((), (), ["c1", "c2", "c3", "c4", "c5"]),
            (("市长留言",), (), ["c1", "c3"]),
            (("县长留言", "市长"), (), ["c2", "c5"]),
            (("", "县长留言"), (), ["c2", "c4"]),
            ((), ("hotline",), ["c3", "c4"]),
            ((), ("hotline", "portal"), ["c1", "c2", "c3", "c4", "c5"]),
            (("市长留言",), ("portal",), ["c1"]),
            (("省长留言",), (), []),
            ((), ("%",), []),
        )
        for boards, channels, cases in asked:
            window = Cohort(since=NOON - HOUR, until=NOON + DAY, as_of=NOON + DAY, boards=boards, channels=channels)
            rows = list(store.cohort(window))
            assert [(row.case, row.board) for row in rows] == [(case, came[case][0] or "") for case in cases]
            assert list(store.tally(window)) == _sums(rows)

    def test_a_cohort_comes_in_the_order_of_receipt(self, store: CaseStore) -> None:
        """By receipt, then id; its sums by the units' names, units without a case left out."""
        for case, at, lead in (("c2", NOON, "乙"), ("c1", NOON, "甲"), ("c3", NOON - HOUR / 2, "乙"), ("c4", NOON + 2 * DAY, "丁")):
            self.put(store, received(), case=case, at=at)
            self.put(store, assigned(lead), case=case, at=at + HOUR)
        self.put(store, received(), case="c0", at=NOON + HOUR)
        assert [row.case for row in self.standing(store, NOON + 9 * DAY)] == ["c3", "c1", "c2", "c0"]
        window = Cohort(since=NOON - HOUR, until=NOON + DAY, as_of=NOON + 9 * DAY)
        assert [(row.unit, row.received) for row in store.tally(window)] == sorted([("", 1), ("甲", 1), ("乙", 2)])

    def test_an_empty_cohort_has_no_rows(self, store: CaseStore) -> None:
        """Nothing received gives no case and no sum."""
        assert self.standing(store, NOON + DAY) == []


_FLAGS = tuple(name for name in COUNTED if name != "received")


def _sums(rows: Sequence[CohortCase]) -> list[UnitTally]:
    tallies = []
    for unit, board in sorted({(row.unit, row.board) for row in rows}):
        mine = [row for row in rows if (row.unit, row.board) == (unit, board)]
        sums = {flag: sum(getattr(row, flag) for row in mine) for flag in _FLAGS}
        tallies.append(UnitTally(unit=unit, board=board, received=len(mine), **sums))
    return tallies
