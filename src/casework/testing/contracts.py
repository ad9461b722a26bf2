"""What every store must do, as a test class: give it a store, and pytest runs the contract against it.

class TestOurStore(CaseStoreContract):
@pytest.fixture
def store(self, tmp_path):
...
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from .. import events as ev
from .. import journal
from ..errors import CaseNotFound, KeyReused, StaleVersion
from ..ports import Answered, CaseStore, Cohort, OpenClocks, Snapshot, Text
from ..sla import Deadline
from .changes import DAY, HOUR, NOON, assigned, change, clock, issue, issue_notice, notice, odd_clocks, received, submitted
from .cohorts import CohortContract

__all__ = ["DAY", "HOUR", "NOON", "CaseStoreContract", "assigned", "change", "clock", "notice", "received", "submitted"]


class NoSuchLuck(Exception):
    """What the contract raises inside a transaction to see it undone."""


class CaseStoreContract(CohortContract):
    """The contract of a `CaseStore`; a subclass named Test… overrides the fixture `store` with an empty one."""

    def everything(self, store: CaseStore, *cases: str) -> Any:
        """Return all that can be read of a store."""
        late, window = NOON + 1000 * DAY, Cohort(since=NOON - DAY, until=NOON + DAY, as_of=NOON + DAY, clock="handle")
        return (
            store.ids(),
            [(store.read(case), store.events(case), dict(store.texts(case))) for case in cases],
            store.due(late, limit=100),
            store.open_clocks(),
            store.outbox.pending(late),
            store.kept("rulebook"),
            store.issues(),
            list(store.cohort(window)),
            list(store.tally(window)),
        )

    # -- one case

    def test_what_was_written_is_read(self, store: CaseStore) -> None:
        """A case, its events, its texts and its head are what was written."""
        texts = (Text(ref="1.message", body="路灯不亮"), Text(ref="1.sender", body="{}"))
        made = change(None, received(), assigned("甲", "乙"), texts=texts)
        with store.work() as work:
            work.write(made)
        assert store.read("c1") == Snapshot(made.case, made.head)
        assert store.events("c1") == list(made.events)
        assert store.texts("c1") == {"1.message": "路灯不亮", "1.sender": "{}"}

    def test_a_transaction_reads_its_own_writes(self, store: CaseStore) -> None:
        """Inside a transaction everything written in it is there already."""
        with store.work() as work:
            first = change(None, received(), key="k1", numbers={"督": 1}, texts=(Text(ref="1.message", body="一"),))
            work.write(first)
            assert work.load("c1") == Snapshot(first.case, first.head)
            assert work.events("c1") == list(first.events)
            assert work.text("c1", "1.message") == "一"
            assert work.answered("k1") == Answered("c1", 1, "digest of k1")
            assert work.next_number("督") == 2
            work.write(change(work.load("c1"), assigned("甲"), at=NOON + HOUR))
            assert work.load("c1").case.version == 2
        assert store.read("c1").case.lead == "甲"

    def test_a_case_that_is_not_there_is_named(self, store: CaseStore) -> None:
        """Reading, loading, and the events and texts of an unknown case are CaseNotFound."""
        for read in (store.read, store.events, store.texts):
            with pytest.raises(CaseNotFound, match=r"^there is no case 'c9' in this store$"):
                read("c9")
        with pytest.raises(CaseNotFound, match=r"^there is no case 'c9' in this store$"), store.work() as work:
            work.load("c9")

    def test_a_text_that_is_not_there_is_none(self, store: CaseStore) -> None:
        """A text that was never written, or was erased, is None."""
        self.put(store, received(), texts=(Text(ref="1.message", body="x"),))
        with store.work() as work:
            assert work.text("c1", "1.message") == "x"
            assert work.text("c1", "1.sender") is None
            assert work.text("c9", "1.message") is None
        self.put(store, received(), case="c2")
        assert store.texts("c2") == {}

    def test_a_change_decided_on_an_older_version_is_stale(self, store: CaseStore) -> None:
        """Whoever decided on a version that has passed is refused, and nothing is changed."""
        old = self.put(store, received())
        self.put(store, assigned("甲"), at=NOON + HOUR)
        before = self.everything(store, "c1")
        with (
            pytest.raises(StaleVersion, match=r"^cannot commit case c1: expected version 1, it is at 2; read it again") as error,
            store.work() as work,
        ):
            work.write(change(old, assigned("乙"), at=NOON + HOUR))
        assert (error.value.expected, error.value.actual) == (1, 2)
        assert self.everything(store, "c1") == before

    def test_a_case_is_made_once(self, store: CaseStore) -> None:
        """A new case with the id of one that is there is stale."""
        self.put(store, received())
        with pytest.raises(StaleVersion, match=r"expected version 0, it is at 1"), store.work() as work:
            work.write(change(None, received(number="7")))
        assert store.read("c1").case.number is None

    def test_a_case_that_is_not_there_cannot_have_moved_on(self, store: CaseStore) -> None:
        """A change of a case that this store does not hold is stale: it is at version 0."""
        elsewhere = change(None, received())
        before = Snapshot(elsewhere.case, elsewhere.head)
        with pytest.raises(StaleVersion, match=r"expected version 1, it is at 0"), store.work() as work:
            work.write(change(before, assigned("甲")))
        assert store.ids() == []

    def test_of_many_writers_one_wins(self, store: CaseStore) -> None:
        """Sixteen threads decide on one version of one case: one change is kept, the others are stale."""
        before = self.put(store, received())

        def write(n: int) -> str:
            try:
                with store.work() as work:
                    work.write(change(before, assigned(f"{n}"), at=NOON + HOUR, key=f"k{n}"))
            except StaleVersion:
                return "stale"
            return f"{n}"

        with ThreadPoolExecutor(16) as pool:
            outcomes = sorted(pool.map(write, range(16)))
        assert outcomes[1:] == ["stale"] * 15
        assert (store.read("c1").case.lead, len(store.events("c1"))) == (outcomes[0], 2)

    # -- idempotency keys

    def test_a_key_answers_what_it_was_used_for(self, store: CaseStore) -> None:
        """A key names its case, the version after its command and the command's digest, also when the case has moved on."""
        self.put(store, received(), assigned("甲"), key="k1")
        self.put(store, assigned("乙"), at=NOON + HOUR)
        with store.work() as work:
            assert work.answered("k1") == Answered("c1", 2, "digest of k1")
            assert work.answered("k2") is None

    def test_a_key_is_used_once(self, store: CaseStore) -> None:
        """A second change with a key that was taken is KeyReused, on whatever case, and leaves nothing."""
        self.put(store, received(), key="k1")
        before = self.everything(store, "c1")
        with pytest.raises(KeyReused, match=r"^cannot commit: the idempotency key 'k1' was used"), store.work() as work:
            work.write(change(None, received(), case="c2", key="k1"))
        assert self.everything(store, "c1") == before

    # -- all or nothing

    def test_a_failed_transaction_leaves_nothing(self, store: CaseStore) -> None:
        """What a block wrote before it raised is gone: cases, events, facts, texts, numbers, keys, notices, definitions."""
        self.put(store, received(), texts=(Text(ref="1.message", body="一"),), key="k1", notifications=(notice("c1", 1),))
        with store.work() as work:
            work.keep("rulebook", "d1", "one")
        before = self.everything(store, "c1")
        with suppress(NoSuchLuck), store.work() as work:
            work.keep("rulebook", "d2", "two")
            work.write(
                change(
                    work.load("c1"),
                    assigned("甲"),
                    at=NOON + HOUR,
                    clocks=(clock(alarm=NOON),),
                    key="k2",
                    texts=(Text(ref="2.note", body="二"),),
                    numbers={"督": 4},
                    notifications=(notice("c1", 2),),
                )
            )
            work.write(change(None, received(), case="c2", key="k3", texts=(Text(ref="1.message", body="三"),)))
            raise NoSuchLuck
        assert self.everything(store, "c1") == before
        with pytest.raises(CaseNotFound):
            store.read("c2")
        with store.work() as work:
            assert (work.answered("k2"), work.answered("k3"), work.next_number("督")) == (None, None, 1)
            assert work.load("c1").case.version == 1
        self.put(store, assigned("乙"), at=NOON + HOUR, key="k2", texts=(Text(ref="2.note", body="again"),))
        assert store.texts("c1")["2.note"] == "again"

    def test_what_is_not_committed_is_not_read(self, store: CaseStore) -> None:
        """Reading beside an open transaction neither waits for it nor sees what it wrote."""
        self.put(store, received(), texts=(Text(ref="1.message", body="一"),))
        before = self.everything(store, "c1")
        with store.work() as work:
            work.write(change(work.load("c1"), assigned("甲"), at=NOON + HOUR, texts=(Text(ref="2.note", body="二"),)))
            assert self.everything(store, "c1") == before
        assert store.read("c1").case.version == 2

    def test_numbers_have_no_gaps(self, store: CaseStore) -> None:
        """A number that a failed transaction took is free again, and series do not know each other."""
        with store.work() as work:
            assert work.next_number("督") == 1
            work.write(change(None, received(), numbers={"督": 1}))
        with suppress(NoSuchLuck), store.work() as work:
            work.write(change(None, received(), case="c2", numbers={"督": 2}))
            raise NoSuchLuck
        with store.work() as work:
            assert (work.next_number("督"), work.next_number("催")) == (2, 1)
            work.write(change(None, received(), case="c2", numbers={"督": 2, "催": 1}))
        with store.work() as work:
            assert (work.next_number("督"), work.next_number("催")) == (3, 2)

    # -- exactness

    def test_every_letter_comes_back(self, store: CaseStore) -> None:
        """Texts come back as they were: long ones, other planes, combining signs, blanks, quotes, NUL."""
        odd = "路灯𠮷👍🏽 e\u0301 \u202e \u3000'\"\\%;-- \r\n\t\0 end" + "三楼以上不到16度。" * 20_000
        self.put(
            store,
            received(number="№ 7'\"%_"),
            assigned("湖北口回族乡𠮷"),
            texts=(Text(ref="1.message", body=odd), Text(ref="1.empty", body="")),
        )
        assert store.texts("c1") == {"1.message": odd, "1.empty": ""}
        assert store.read("c1").case.lead == "湖北口回族乡𠮷"
        assert store.numbered("№ 7'\"%_") == ["c1"]

    def test_every_microsecond_comes_back(self, store: CaseStore) -> None:
        """Moments are kept to the microsecond, before 1970 and far ahead, and compared as exactly."""
        for n, at in enumerate(
            (
                datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
                datetime(2020, 7, 1, 15, 59, 59, 999999, tzinfo=UTC),
                datetime(2199, 12, 31, 15, 59, 59, 1, tzinfo=UTC),
            )
        ):
            case, tick = f"c{n}", timedelta(microseconds=1)
            self.put(store, received(), case=case, at=at, clocks=(clock(alarm=at + DAY),))
            assert store.read(case).case.received_at == at
            assert store.read(case).case.next_at == at + DAY
            assert case not in store.due(at + DAY - tick, limit=9)
            assert case in store.due(at + DAY, limit=9)
            for since, inside in ((at, True), (at + tick, False)):
                rows = store.cohort(Cohort(since=since, until=at + HOUR, as_of=at + HOUR))
                assert [row.case for row in rows] == ([case] if inside else [])
            for until, inside in ((at, False), (at + tick, True)):
                rows = store.cohort(Cohort(since=at - HOUR, until=until, as_of=at + HOUR))
                assert [row.case for row in rows] == ([case] if inside else [])

    # -- finding cases

    def test_ids_come_in_pages(self, store: CaseStore) -> None:
        """Ids come in their order, page after page, each once."""
        for case in ("c3", "c1", "c10", "d", "c2"):
            self.put(store, received(), case=case)
        assert store.ids() == ["c1", "c10", "c2", "c3", "d"]
        assert store.ids(limit=2) == ["c1", "c10"]
        assert store.ids(after="c10", limit=2) == ["c2", "c3"]
        assert store.ids(after="d") == []

    def test_cases_are_found_by_the_channels_number(self, store: CaseStore) -> None:
        """Cases with one number come in the order of their receipt, then id."""
        self.put(store, received(number="7"), case="c2", at=NOON + HOUR)
        self.put(store, received(number="7"), case="c3")
        self.put(store, received(number="7"), case="c1", at=NOON + HOUR)
        self.put(store, received(number="8"), case="c4")
        self.put(store, received(), case="c5")
        assert store.numbered("7") == ["c3", "c1", "c2"]
        assert store.numbered("9") == []

    def test_due_cases_come_longest_waiting_first(self, store: CaseStore) -> None:
        """A case is due from the very moment of its first alarm; equal moments come by id, and never more than asked for."""
        for case, at in (("c3", NOON + HOUR), ("c1", NOON + 2 * HOUR), ("c2", NOON + HOUR), ("c4", NOON + DAY)):
            self.put(store, received(), case=case, clocks=(clock(alarm=at),))
        self.put(store, received(), case="c5")
        self.put(store, received(), case="c6", clocks=(clock(stopped=NOON),))
        assert store.due(NOON + 2 * HOUR, limit=10) == ["c2", "c3", "c1"]
        assert store.due(NOON + 2 * HOUR, limit=2) == ["c2", "c3"]
        assert store.due(NOON + HOUR - timedelta(microseconds=1), limit=10) == []

    def test_a_case_with_nothing_left_to_do_is_not_due(self, store: CaseStore) -> None:
        """When its clock stops, a case is no longer due."""
        self.put(store, received(), clocks=(clock(alarm=NOON),))
        self.put(store, ev.Published(reply=1, public=True), at=NOON + HOUR, clocks=(clock(stopped=NOON + HOUR),))
        assert store.due(NOON + DAY, limit=10) == []

    # -- open clocks

    def test_clocks_come_back_with_all_that_they_bear(self, store: CaseStore) -> None:
        """Extensions, promises, pauses, bounds of a provisional deadline and every status are read as they were written."""
        clocks = odd_clocks()
        self.put(store, received(), clocks=clocks)
        assert store.read("c1").case.clocks == clocks
        assert journal.decode(store.events("c1")[0].text).clocks == clocks
        [row] = store.open_clocks()
        assert row.clocks == clocks[:2]

    def test_open_clocks_are_those_that_run(self, store: CaseStore) -> None:
        """Each case with a running clock comes with its rulebook's digest and the clocks that run; no other case does."""
        self.put(store, received(), case="c1", clocks=odd_clocks())
        self.put(store, received(), case="c2")
        self.put(store, received(), case="c3", clocks=odd_clocks()[2:])
        self.put(store, received(), case="c4", clocks=(clock(),))
        assert store.open_clocks() == [
            OpenClocks(case="c1", rulebook_digest="0" * 16, clocks=odd_clocks()[:2]),
            OpenClocks(case="c4", rulebook_digest="0" * 16, clocks=(clock(),)),
        ]

    def test_open_clocks_are_as_the_last_change_left_them(self, store: CaseStore) -> None:
        """A clock that stopped is no longer open, one that runs again is, and one that moved has its new due moment."""
        self.put(store, received(), clocks=(clock(),))
        self.put(store, assigned("甲"), at=NOON + HOUR, clocks=(clock(stopped=NOON + HOUR),))
        assert store.open_clocks() == []
        later = msgspec.structs.replace(clock(), due=Deadline(date=date(2020, 7, 9), before=NOON + 8 * DAY), run=2)
        self.put(store, assigned("乙"), at=NOON + 2 * HOUR, clocks=(later,))
        assert [row.clocks for row in store.open_clocks()] == [(later,)]

    def test_open_clocks_keep_the_digest_of_the_case_s_rulebook(self, store: CaseStore) -> None:
        """A case that was moved to another rulebook has that one's digest."""
        self.put(store, received(), clocks=(clock(),))
        moved = ev.RulebookMoved(old="1", new="2", rulebook="standard", rulebook_digest="f" * 16)
        self.put(store, moved, at=NOON + HOUR)
        assert [row.rulebook_digest for row in store.open_clocks()] == ["f" * 16]

    def test_open_clocks_come_in_pages(self, store: CaseStore) -> None:
        """Cases come in the order of their ids, page after page, each once; those without a running clock take up no room."""
        for case in ("c3", "c1", "c10", "d", "c2"):
            self.put(store, received(), case=case, clocks=(clock(),))
            self.put(store, received(), case=f"{case}-over", clocks=(clock(stopped=NOON),))
        assert [row.case for row in store.open_clocks()] == ["c1", "c10", "c2", "c3", "d"]
        assert [row.case for row in store.open_clocks(limit=2)] == ["c1", "c10"]
        assert [row.case for row in store.open_clocks(after="c10", limit=2)] == ["c2", "c3"]
        assert [row.case for row in store.open_clocks(after="c1-over", limit=1)] == ["c10"]
        assert store.open_clocks(after="d") == []

    # -- definitions

    def test_definitions_are_kept_under_their_digests(self, store: CaseStore) -> None:
        """The last one kept is the latest, and keeping one again makes it so."""
        assert store.kept("rulebook") is None
        for kind, digest in (("rulebook", "d1"), ("rulebook", "d2"), ("register", "d3")):
            with store.work() as work:
                work.keep(kind, digest, f"text of {digest}")
        assert (store.kept("rulebook"), store.kept("rulebook", "d1")) == ("text of d2", "text of d1")
        assert (store.kept("register"), store.kept("register", "d1")) == ("text of d3", None)
        with store.work() as work:
            work.keep("rulebook", "d1", "text of d1")
        assert (store.kept("rulebook"), store.kept("register")) == ("text of d1", "text of d3")

    def test_definitions_kept_in_one_transaction_follow_each_other(self, store: CaseStore) -> None:
        """Within a transaction too, the one kept last is the latest."""
        with store.work() as work:
            for digest in ("d1", "d2", "d1"):
                work.keep("rulebook", digest, f"text of {digest}")
        assert store.kept("rulebook") == "text of d1"

    # -- issues of schedules

    def test_an_issue_is_kept_once(self, store: CaseStore) -> None:
        """Whatever a second one says, the first stays; nothing of the second is kept, and it is said so, in its transaction too."""
        first, second = issue(), issue(number="第9期", made_at=NOON + HOUR)
        with store.work() as work:
            assert work.issue(first, numbers={"issue": 5}, notifications=(issue_notice(first),)) is True
            assert work.issue(second, numbers={"issue": 6}, notifications=(issue_notice(first, 2),)) is False
        with store.work() as work:
            assert work.issue(second, numbers={"issue": 7}, notifications=(issue_notice(first, 3),)) is False
            assert work.next_number("issue") == 6
        assert store.issues() == [first]
        assert [row.notification for row in store.outbox.pending(NOON)] == [issue_notice(first)]

    def test_an_issue_is_told_by_rulebook_schedule_period_and_scope(self, store: CaseStore) -> None:
        """Those that differ in one of them are several."""
        rows = [issue(), issue(rulebook="b"), issue(schedule="weekly"), issue(period="2020-08"), issue(scope="县长信箱")]
        with store.work() as work:
            assert [work.issue(row) for row in rows] == [True] * 5
        assert store.issues() == rows

    def test_issues_come_in_the_order_of_their_making(self, store: CaseStore) -> None:
        """Not in that of their names, periods or moments; of a schedule, of a period, from a moment on."""
        rows = [
            issue(period="2020-09", made_at=NOON + DAY),
            issue(schedule="a", period="2020-09", made_at=NOON + DAY),
            issue(period="2020-08", made_at=NOON),
            issue(period="2020-08", scope="a", made_at=NOON + 2 * DAY, n=None, number=""),
        ]
        for row in rows:
            with store.work() as work:
                work.issue(row)
        assert store.issues() == rows
        assert store.issues(schedule="a") == rows[1:2]
        assert store.issues(period="2020-08") == rows[2:]
        assert store.issues(since=NOON + DAY) == [*rows[:2], rows[3]]
        assert store.issues(since=NOON + DAY + timedelta(microseconds=1)) == rows[3:]
        assert store.issues(schedule="monthly", period="2020-09", since=NOON) == rows[:1]
        assert store.issues(schedule="b") == store.issues(period="2020") == []

    def test_an_issue_of_a_failed_transaction_may_be_made_again(self, store: CaseStore) -> None:
        """Its number is free again, and its notices never were."""
        with suppress(NoSuchLuck), store.work() as work:
            work.issue(issue(), numbers={"issue": 1}, notifications=(issue_notice(issue()),))
            assert store.issues() == []
            raise NoSuchLuck
        assert (store.issues(), store.outbox.pending(NOON + DAY)) == ([], [])
        with store.work() as work:
            assert work.next_number("issue") == 1
            assert work.issue(issue()) is True

    def test_of_many_makers_of_an_issue_one_wins(self, store: CaseStore) -> None:
        """Sixteen threads make one issue: it is made once, with the number that its maker drew."""

        def make(n: int) -> bool:
            with store.work() as work:
                drawn = work.next_number("issue")
                return work.issue(issue(n=drawn, number=f"{n}"), numbers={"issue": drawn})

        with ThreadPoolExecutor(16) as pool:
            assert sorted(pool.map(make, range(16))) == [False] * 15 + [True]
        assert [row.n for row in store.issues()] == [1]
        with store.work() as work:
            assert work.next_number("issue") == 2

    def test_notices_of_issues_wait_with_the_others(self, store: CaseStore) -> None:
        """They are queued at the moment at which the issue was made, have ids of their own, and are sent and tried again alike."""
        self.put(store, received(), at=NOON + HOUR, notifications=(notice("c1", 1),))
        of = (issue(), issue(scope="县长信箱", made_at=NOON + 2 * HOUR))
        with store.work() as work:
            for row in of:
                work.issue(row, notifications=(issue_notice(row), issue_notice(row, 2)))
        ids = [row.notification.id for row in store.outbox.pending(NOON + DAY)]
        first, other = "issue:yunxi:monthly:2020-07:", "issue:yunxi:monthly:2020-07:县长信箱"
        assert ids == [f"{first}:1", f"{first}:2", "c1:1:1", f"{other}:1", f"{other}:2"]
        store.outbox.sent(ids[0], NOON + DAY)
        store.outbox.failed(ids[3], "recording: down", NOON + 2 * DAY)
        assert [row.notification.id for row in store.outbox.pending(NOON + DAY)] == [ids[1], ids[2], ids[4]]
        assert [row.attempts for row in store.outbox.pending(NOON + 2 * DAY)] == [0, 0, 1, 0]

    # -- the outbox

    def test_notices_wait_in_the_order_of_their_making(self, store: CaseStore) -> None:
        """The oldest first; of one moment, by the numbers of event and notice, and not by the letters of their ids."""
        self.put(store, received(), case="c2", at=NOON + HOUR, notifications=(notice("c2", 1),))
        self.put(store, received(), case="c1", notifications=tuple(notice("c1", seq, n) for seq in (9, 10) for n in (1, 2, 10)))
        waiting = [row.notification.id for row in store.outbox.pending(NOON + DAY)]
        assert waiting == ["c1:9:1", "c1:9:2", "c1:9:10", "c1:10:1", "c1:10:2", "c1:10:10", "c2:1:1"]
        assert [row.notification.id for row in store.outbox.pending(NOON + DAY, limit=2)] == waiting[:2]

    def test_a_notice_that_was_sent_waits_no_more(self, store: CaseStore) -> None:
        """A notice that its channel took does not come again."""
        self.put(store, received(), notifications=(notice("c1", 1, 1), notice("c1", 1, 2)))
        store.outbox.sent("c1:1:1", NOON + HOUR)
        assert [(row.notification, row.attempts) for row in store.outbox.pending(NOON + DAY)] == [(notice("c1", 1, 2), 0)]

    def test_a_notice_that_failed_comes_again_at_its_moment(self, store: CaseStore) -> None:
        """It waits until then, its attempts are counted, and it can still be sent."""
        self.put(store, received(), notifications=(notice("c1", 1),))
        store.outbox.failed("c1:1:1", "recording: down", NOON + HOUR)
        assert store.outbox.pending(NOON + HOUR - timedelta(microseconds=1)) == []
        assert [row.attempts for row in store.outbox.pending(NOON + HOUR)] == [1]
        store.outbox.failed("c1:1:1", "recording: down", NOON + 2 * HOUR)
        assert [row.attempts for row in store.outbox.pending(NOON + DAY)] == [2]
        store.outbox.sent("c1:1:1", NOON + DAY)
        assert store.outbox.pending(NOON + 9 * DAY) == []

    def test_a_notice_that_was_given_up_does_not_come_again(self, store: CaseStore) -> None:
        """Without a moment to try again it stays for a person to see."""
        self.put(store, received(), notifications=(notice("c1", 1),))
        store.outbox.failed("c1:1:1", "recording: gone", None)
        assert store.outbox.pending(NOON + 1000 * DAY) == []
