"""A machine that throws any command, in any order, on any day, at a rulebook, and watches the laws of the core.

TestOurRulebook = rulebook_machine(Rulebook.load("our-town.toml")).TestCase
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from .. import journal
from ..actions import Command
from ..adapters.memory import MemoryStore
from ..cases import Case
from ..desk import Desk
from ..documents import Document
from ..errors import CommandRefused, InputError, MessageRefused
from ..facts import Fact, facts_of
from ..folding import evolve, fold
from ..messages import Message
from ..ports import CaseStore, Cohort
from ..routing import Route
from ..rulebook import Rulebook
from ..units import Actor
from .clock import FrozenTime
from .fakes import RecordingNotifier
from .strategies import actors, calendars, commands, contents, messages, moments, usual
from .watching import Watched, approvals, counted, reached, references, settled, standing, waiting_gates

EVER = datetime(2000, 1, 1, tzinfo=UTC)
FAR = datetime(2190, 1, 1, tzinfo=UTC)
MOST_CASES = 4

STEPS = st.one_of(
    st.sampled_from((timedelta(microseconds=1), timedelta(hours=1), timedelta(hours=8), timedelta(days=1), timedelta(days=3))),
    st.timedeltas(timedelta(0), timedelta(days=15)),
)


def rulebook_machine(rulebook: Rulebook, *, store: Callable[[], CaseStore] = MemoryStore) -> type[RuleBasedStateMachine]:
    """Return a machine that tries *rulebook* out; assign its ``TestCase`` to a name that begins with Test.

    Messages arrive, actors of every role do what they may and what they may not, time passes, sweeps and deliveries happen; after
    every step the invariants must hold. *store* makes the empty store of each run.
    """
    return type("RulebookMachine", (_RulebookMachine,), {"rulebook": rulebook, "new_store": staticmethod(store)})


def _no_opinion(message: Message) -> Route | None:
    return None


def desk_of(rulebook: Rulebook, store: CaseStore, now: FrozenTime) -> Desk:
    """Return a desk whose case ids come in an order that is not that of their making."""
    numbers, codes = iter(range(1, 1_000_000)), iter(range(1, 1_000_000))
    return Desk(
        rulebook,
        store=store,
        now=now,
        new_id=lambda: f"c{(n := next(numbers)) * 7 % 10}-{n}",
        new_code=lambda: f"code-{next(codes)}",
        routing={row.call: _no_opinion for row in rulebook.outline.route if row.call},
    )


# --- one rulebook -----------------------------------------------------------------------------------------------------


class _RulebookMachine(RuleBasedStateMachine):
    """The rules and invariants; a subclass has the rulebook and the store."""

    rulebook: ClassVar[Rulebook]
    new_store: ClassVar[Any]

    def __init__(self) -> None:
        super().__init__()
        self.now = FrozenTime(EVER)
        self._inner = type(self).new_store()
        self.store = Watched(self._inner)
        self.desk = desk_of(self.rulebook, cast("CaseStore", self.store), self.now)
        self.notifier = RecordingNotifier()
        self._answers: list[tuple[str, str, Command, Actor, Case]] = []
        self._counts: dict[str, dict[str, int]] = {}
        self._stored: dict[str, list[str]] = {}

    def teardown(self) -> None:
        """Give back what the store holds."""
        closed(self._inner)

    def cases(self) -> list[Case]:
        """Return every case."""
        return [self.desk.get(case) for case in self.store.ids()]

    def kept(self) -> Any:
        """Return all that a refused command must leave as it was."""
        rows = [(self.store.read(case), self.store.events(case), dict(self.store.texts(case))) for case in self.store.ids()]
        return rows, self.store.outbox.pending(FAR, limit=10_000), self.store.issues(), len(self.store.changes)

    # -- what happens

    @initialize(at=moments(), data=st.data())
    def open_the_office(self, at: datetime, data: st.DataObject) -> None:
        """The first message arrives, on any day."""
        self.now.to(at)
        message = data.draw(messages(rulebook=self.rulebook), label="message")
        assume(all(row.level != "block" for row in self.desk.check(message)))
        self.desk.receive(message)

    @precondition(lambda self: len(self.store.ids()) < MOST_CASES)
    @rule(data=st.data(), hours=st.sampled_from((0, 0, 1, 30)))
    def receive(self, data: st.DataObject, hours: int) -> None:
        """A message arrives, now or some hours ago, or is refused and leaves everything as it was."""
        at = self.now() - timedelta(hours=hours) if hours else None
        message = data.draw(messages(rulebook=self.rulebook), label="message").model_copy(update={"received_at": at})
        before = self.kept()
        try:
            case = self.desk.receive(message)
        except MessageRefused:
            assert self.kept() == before, "a refused message left something behind"
            return
        assert case == self.desk.get(case.id)
        assert case.received_at == (at or self.now())

    @rule(data=st.data())
    def act(self, data: st.DataObject) -> None:
        """Somebody does something, or is refused and leaves everything as it was."""
        case = data.draw(st.sampled_from(self.cases()), label="case")
        self._act(data, case, commands(self.rulebook, case))

    def _act(self, data: st.DataObject, case: Case, drawn: st.SearchStrategy[Command]) -> None:
        command = data.draw(drawn, label="command")
        actor = data.draw(actors(self.rulebook, action=command.action, case=case), label="actor")
        expect = data.draw(st.sampled_from((None, None, None, case.version, case.version - 1)), label="expect")
        key = f"key-{len(self._answers)}"
        before = self.kept()
        try:
            after = self.desk.act(case.id, command, by=actor, key=key, expect=expect)
        except (CommandRefused, InputError):
            assert self.kept() == before, "a refused command left something behind"
            return
        assert self.rulebook.lifecycle.can(case.state, command.action), "done in a state that has no such action"
        assert command.action in self.rulebook.roles[actor.role].may, "done by a role that was not granted it"
        assert expect in (None, case.version), "done on another version than the caller had seen"
        assert after == self.desk.get(case.id)
        assert after.version > case.version
        self._answers.append((key, case.id, command, actor, after))

    @rule(data=st.data(), steps=st.integers(1, 8))
    def bring_on(self, data: st.DataObject, steps: int) -> None:
        """A case is brought on towards its answer and its end: a long life shows more than a short one."""
        name = data.draw(st.sampled_from(self.store.ids()), label="case")
        for _ in range(steps):
            case = self.desk.get(name)
            self._act(data, case, contents(self.rulebook, case)[usual(self.rulebook, case)]())

    @precondition(lambda self: self._answers)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """Somebody asks again, with a key that was answered."""
        key, case, command, actor, answer = data.draw(st.sampled_from(self._answers), label="answered")
        before = self.kept()
        assert self.desk.act(case, command, by=actor, key=key) == answer, "the same key gave another answer"
        assert self.kept() == before, "a repeated command did something"

    @rule(step=STEPS)
    def pass_time(self, step: timedelta) -> None:
        """Time passes."""
        self.now.to(self.now() + step)

    @rule()
    def sweep(self) -> None:
        """What is due happens, once."""
        first = self.desk.sweep(limit=10_000)
        assert first.failures == ()
        before = self.kept()
        again = self.desk.sweep(limit=10_000)
        assert (again.cases, again.events, again.issues, again.failures) == (0, 0, 0, ()), "a second sweep did something"
        assert self.kept() == before
        assert [slot for slot in self.desk.next_issues() if slot.as_of <= self.now()] == []
        assert [case.id for case in self.cases() if case.next_at is not None and case.next_at <= self.now()] == []

    @rule(data=st.data())
    def announce(self, data: st.DataObject) -> None:
        """A notice changes days: what a dry run says is what then moves, each deadline once, and nothing else changes."""
        name = self.rulebook.outline.rulebook.calendar
        calendar = data.draw(calendars(name, near=self.now()), label="calendar")
        before, cases = self.kept(), self.cases()
        foreseen = self.desk.recalculate(calendar, dry_run=True)
        assert self.kept() == before, "a dry run left something behind"
        done = self.desk.recalculate(calendar)
        assert (done.moved, done.failures, foreseen.failures) == (foreseen.moved, (), ())
        moved = {(row.case, row.clock) for row in done.moved}
        assert len(moved) == len(done.moved)
        for case in cases:
            for clock in case.clocks:
                same = self.desk.get(case.id).clock(clock.key) == clock
                assert same == ((case.id, clock.key) not in moved), "what moved is not what was said to move"
        before = self.kept()
        assert self.desk.recalculate(calendar).moved == ()
        assert self.kept() == before, "a second recalculation by the same calendar did something"

    @rule(failing=st.integers(0, 3))
    def deliver(self, failing: int) -> None:
        """What waits is sent, by a channel that fails now and then."""
        self.notifier.fail_next(failing)
        self.desk.deliver(self.notifier)
        ids = [row.id for row in self.notifier.sent]
        assert len(ids) == len(set(ids)), "a notice was sent twice"

    # -- what must hold

    @invariant()
    def the_events_explain_the_case(self) -> None:
        """Folding a case's events gives the case, and its chain of hashes holds."""
        for case in self.cases():
            assert fold(self.desk.history(case.id)) == case
            self.desk.verify(case.id)

    @invariant()
    def the_version_counts_the_events(self) -> None:
        """A case's version is the number of its events."""
        for case in self.cases():
            assert case.version == len(self.store.events(case.id)) == self.desk.history(case.id)[-1].seq

    @invariant()
    def history_only_grows(self) -> None:
        """What was stored of an event is never changed, and nothing is put in between."""
        for case in self.store.ids():
            texts = [row.text for row in self.store.events(case)]
            before = self._stored.get(case, [])
            assert texts[: len(before)] == before
            assert [journal.encode(event) for event in self.desk.history(case)] == texts
            self._stored[case] = texts

    @invariant()
    def counts_never_fall(self) -> None:
        """How often a case was returned, declined or rated only grows, and so does its cycle."""
        for case in self.cases():
            now = {**case.counts, "cycle": case.cycle}
            for name, count in self._counts.get(case.id, {}).items():
                assert now.get(name, 0) >= count, name
            self._counts[case.id] = now

    @invariant()
    def issues_follow_each_other(self) -> None:
        """Each schedule has made an issue of each period and scope once, of no period that is to come, and numbers have no gaps."""
        made = self.desk.issues()
        assert len({row.id for row in made}) == len(made)
        assert [row for row in made if row.as_of > row.made_at] == []
        series: dict[tuple[str, str, str], list[int]] = {}
        for row in made:
            if row.n is not None:
                own = self._series(row.schedule)
                key = row.schedule, row.period[:4] if "{year}" in own else "", row.scope if "{scope}" in own else ""
                series.setdefault(key, []).append(row.n)
        for numbers in series.values():
            assert sorted(set(numbers)) == list(range(min(numbers), max(numbers) + 1))

    def _series(self, schedule: str) -> str:
        return next(row.series.pattern for row in self.rulebook.outline.schedule if row.id == schedule and row.series)

    @invariant()
    def no_occasion_comes_twice(self) -> None:
        """Each occasion of a rung fires once."""
        for case in self.cases():
            assert len(case.occasions) == len(set(case.occasions))

    @invariant()
    def numbers_are_never_used_again(self) -> None:
        """No two orders of any case have one number, and a form's numbers in a year have no gaps."""
        orders = [order for case in self.cases() for order in case.orders]
        numbers = [order.number for order in orders]
        assert len(numbers) == len(set(numbers))
        zone = ZoneInfo(self.rulebook.zone)
        series: dict[str, list[tuple[str, Document, int]]] = {}
        for order in orders:
            document, year = self.rulebook.orders[order.form].document, order.issued_at.astimezone(zone).year
            series.setdefault(document.key(year), []).append((order.number, document, year))
        for taken in series.values():  # forms that share a series may write its numbers differently
            all_n = range(1, len(taken) + 1)
            assert sorted(n for number, form, year in taken for n in all_n if form.number(year, n) == number) == list(all_n)

    @invariant()
    def the_facts_are_those_of_the_events(self) -> None:
        """The facts that were kept are the ones that the events establish, worked out anew."""
        for case in self.store.ids():
            kept = [fact for change in self.store.changes if change.case.id == case for fact in change.facts]
            state: Case | None = None
            worked_out: list[Fact] = []
            for event in self.desk.history(case):
                state = evolve(state, event)
                worked_out += facts_of(state, event)
            assert kept == worked_out

    @invariant()
    def the_figures_are_those_of_the_events(self) -> None:
        """How the store says that cases stand is what their events say, read without any fact."""
        late_by = self.rulebook.outline.rulebook.late_by
        as_of = self.now() + timedelta(microseconds=1)
        rows = self.store.cohort(Cohort(since=EVER, until=FAR, as_of=as_of, clock=late_by))
        assert {row.case: row for row in rows} == {case: standing(self.desk.history(case), late_by) for case in self.store.ids()}

    @invariant()
    def a_case_that_is_over_has_no_running_clock(self) -> None:
        """In a final state every clock has stopped or was cancelled."""
        for case in self.cases():
            if self.rulebook.lifecycle.states[case.state].kind == "final":
                assert [clock.key for clock in case.clocks if clock.status not in ("stopped", "cancelled")] == []

    @invariant()
    def a_clock_has_a_due_moment_while_it_runs(self) -> None:
        """A running clock has one, with bounds where it is provisional; a paused one has what is left, a waiting one nothing."""
        for case in self.cases():
            for clock in case.clocks:
                due = clock.due
                assert (due is not None) or clock.status in ("paused", "waiting", "stopped", "cancelled")
                assert (clock.left is not None) == (clock.status == "paused")
                if clock.status in ("paused", "waiting"):
                    assert due is None
                if due is not None and due.provisional:
                    assert due.earliest is not None
                    assert due.latest is not None
                    assert due.earliest <= due.date <= due.latest
                assert sum(pause.until is None for pause in clock.pauses) == (clock.status == "paused")

    @invariant()
    def a_clock_that_is_told_of_is_explained(self) -> None:
        """What the desk explains of a running clock ends at the moment that the clock is due."""
        for case in self.cases():
            for clock in case.clocks:
                if clock.status == "running" and self.rulebook.clocks[clock.rule].on_calendar_change == "recompute":
                    assert self.desk.explain(case.id, clock.key).due == clock.due

    @invariant()
    def what_is_asked_for_is_asked_once(self) -> None:
        """Of one clock one extension at most is asked for, and only of a clock that has an approver."""
        for case in self.cases():
            keys = [ask.clock for ask in case.asks]
            assert len(keys) == len(set(keys))
            for key in keys:
                terms = self.rulebook.clocks[case.clock(key).rule].extend
                assert terms is not None
                assert terms.approve

    @invariant()
    def a_case_is_due_when_an_alarm_of_a_running_clock_is(self) -> None:
        """The next moment is the first alarm of a running clock, or none; the store finds exactly the cases whose has come."""
        due = []
        for case in self.cases():
            alarms = [alarm.at for clock in case.clocks if clock.status == "running" for alarm in clock.alarms]
            assert case.next_at == min(alarms, default=None)
            assert [clock.key for clock in case.clocks if clock.status != "running" and clock.alarms] == []
            if case.next_at is not None and case.next_at <= self.now():
                due.append((case.next_at, case.id))
        assert self.store.due(self.now(), limit=10_000) == [case for _, case in sorted(due)]

    @invariant()
    def the_ladder_never_goes_quiet(self) -> None:
        """On a running clock each rung waits for its next repetition, until the last one has fired."""
        for case in self.cases():
            for clock in case.clocks:
                for rung in self.rulebook.rungs.values() if clock.status == "running" else ():
                    fired = [name for name in case.occasions if name.startswith(f"{rung.id}/{clock.key}/{clock.run}/")]
                    left = rung.clock == clock.rule and len(fired) < (rung.repeat.max if rung.repeat else 1)
                    waiting = [alarm.n for alarm in clock.alarms if alarm.rung == rung.id]
                    assert waiting == ([len(fired) + 1] if left else [])

    @invariant()
    def every_mark_of_a_count_was_an_occasion(self) -> None:
        """A rung on a count fired once for each of its marks that the count has reached, and for no other."""
        for case in self.cases():
            for rung in self.rulebook.rungs.values():
                if rung.kind == "count":
                    prefix = f"{rung.id}/{rung.name}/"
                    rang = [int(name.removeprefix(prefix)) for name in case.occasions if name.startswith(prefix)]
                    assert rang == reached(rung, case.counts.get(rung.name, 0))

    @invariant()
    def counts_are_those_of_the_events(self) -> None:
        """How often a case was returned, declined, instructed upon or found dissatisfied is how many events say so."""
        for case in self.cases():
            kept = {name: case.counts.get(name, 0) for name in counted(())}
            assert kept == counted(self.desk.history(case.id))

    @invariant()
    def nobody_approves_their_own(self) -> None:
        """No gate was passed by the person who submitted the reply, or who asked for the act."""
        for case in self.store.ids():
            assert [who for who, asker in approvals(self.desk.history(case)) if who == asker] == []

    @invariant()
    def every_gate_is_told(self) -> None:
        """Whoever must decide on what waits was told so when it came to that gate; heads of units, where the case has any."""
        for case in self.cases():
            told = {(row.case, row.seq, row.to) for change in self.store.changes for row in change.notifications}
            for seq, role in waiting_gates(case, self.desk.history(case.id)):
                assert (case.id, seq, role) in told or (self.rulebook.roles[role].scope == "unit" and not case.units)

    @invariant()
    def an_answer_s_clock_stops_when_the_order_is_settled(self) -> None:
        """It stops at the moment when all have answered, or the order is struck off, and not before; or the case is over."""
        for case in self.cases():
            over = settled(self.desk.history(case.id))
            for order in case.orders:
                rule = self.rulebook.orders[order.form].clock
                if rule is not None:
                    clock = case.clock(f"{rule.id}:{order.id}")
                    final = self.rulebook.lifecycle.states[case.state].kind == "final"
                    assert clock.status == ("stopped" if order.id in over else "cancelled" if final else "running")
                    assert clock.status != "stopped" or clock.stopped_at == over[order.id]

    @invariant()
    def what_is_closed_has_an_answer_or_a_stated_reason(self) -> None:
        """A case that is over has a published reply, or says why it ended without one."""
        for case in self.cases():
            over = self.rulebook.lifecycle.states[case.state].kind in ("closed", "final")
            assert over == (case.closed_at is not None)
            if over:
                assert case.exit or any(reply.status == "published" for reply in case.replies)

    @invariant()
    def nothing_waits_in_a_final_state(self) -> None:
        """When a case is over for good, no act waits for approval, no proposal or extension for a decision, no sweep for it."""
        for case in self.cases():
            if self.rulebook.lifecycle.states[case.state].kind == "final":
                assert (case.proposed, case.asks, case.next_at) == ((), (), None)
                assert all(self.rulebook.lifecycle.can(case.state, row.act) for row in case.requests)

    @invariant()
    def what_was_merged_is_carried_on(self) -> None:
        """A case that was merged ended into one that came no later; that one, or what it was merged into, has it among its own."""
        every = {case.id: case for case in self.cases()}
        for case in every.values():
            assert (case.state == "merged") == (case.merged_into is not None)
            survivor = case
            while survivor.merged_into:
                assert every[survivor.merged_into].received_at <= survivor.received_at
                survivor = every[survivor.merged_into]
            assert survivor is case or case.id in {other for other, _ in survivor.absorbed}
            assert all(every[other].merged_into for other, _ in case.absorbed)

    @invariant()
    def every_reference_has_its_text(self) -> None:
        """A case's texts are those that its events name, each once, without those that were erased."""
        for case in self.store.ids():
            texts = self.store.texts(case)
            seqs = {event.seq for event in self.desk.history(case)}
            assert {int(ref.partition(".")[0]) for ref in texts} <= seqs
            named = set(references(self.desk.history(case)))
            erased = set(self.desk.get(case).erased)
            assert named - erased == set(texts)
            assert erased <= named


def closed(store: CaseStore) -> None:
    """Give back what a store holds, where it holds anything."""
    close = getattr(store, "close", None)
    if close:
        close()
