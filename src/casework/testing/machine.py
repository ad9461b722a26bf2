"""Machines that throw any command, in any order, on any day, at a rulebook or at several stores, and watch the laws of the core.

TestOurRulebook = rulebook_machine(Rulebook.load("our-town.toml")).TestCase
TestOurStore = stores_agree(MemoryStore, our_store).TestCase
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from .. import journal
from ..actions import Command
from ..adapters.memory import MemoryStore
from ..cases import Case
from ..desk import Desk
from ..documents import Document
from ..errors import CaseworkError, CommandRefused, InputError
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

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_FAR = datetime(2190, 1, 1, tzinfo=UTC)
_MOST_CASES = 4

_steps = st.one_of(
    st.sampled_from((timedelta(microseconds=1), timedelta(hours=1), timedelta(hours=8), timedelta(days=1), timedelta(days=3))),
    st.timedeltas(timedelta(0), timedelta(days=15)),
)


def rulebook_machine(rulebook: Rulebook, *, store: Callable[[], CaseStore] = MemoryStore) -> type[RuleBasedStateMachine]:
    """Return a machine that tries *rulebook* out; assign its ``TestCase`` to a name that begins with Test.

    Messages arrive, actors of every role do what they may and what they may not, time passes, sweeps and deliveries happen; after
    every step the invariants must hold. *store* makes the empty store of each run.
    """
    return type("RulebookMachine", (_RulebookMachine,), {"rulebook": rulebook, "new_store": staticmethod(store)})


def stores_agree(*stores: Callable[[], CaseStore], rulebook: Rulebook | None = None) -> type[RuleBasedStateMachine]:
    """Return a machine that drives several stores side by side and compares all that they answer and hold after every step.

    Each of *stores* makes an empty store; one with a ``close`` is closed after its run. Without a *rulebook* it is "yunxi", whose
    ladder draws numbers and queues notices.
    """
    if len(stores) < 2:
        raise InputError("there must be two stores or more to agree with each other", value=len(stores))
    book = rulebook or Rulebook.shipped("yunxi")
    return type("StoresAgree", (_StoresAgree,), {"rulebook": book, "new_stores": stores})


def _no_opinion(message: Message) -> Route | None:
    return None


def _desk(rulebook: Rulebook, store: CaseStore, now: FrozenTime) -> Desk:
    """Return a desk whose case ids come in an order that is not that of their making."""
    numbers = iter(range(1, 1_000_000))
    return Desk(
        rulebook,
        store=store,
        now=now,
        new_id=lambda: f"c{(n := next(numbers)) * 7 % 10}-{n}",
        routing={row.call: _no_opinion for row in rulebook.outline.route if row.call},
    )


# --- one rulebook -----------------------------------------------------------------------------------------------------


class _RulebookMachine(RuleBasedStateMachine):
    """The rules and invariants; a subclass has the rulebook and the store."""

    rulebook: ClassVar[Rulebook]
    new_store: ClassVar[Any]

    def __init__(self) -> None:
        super().__init__()
        self.now = FrozenTime(_EVER)
        self._inner = type(self).new_store()
        self.store = Watched(self._inner)
        self.desk = _desk(self.rulebook, cast("CaseStore", self.store), self.now)
        self.notifier = RecordingNotifier()
        self._answers: list[tuple[str, str, Command, Actor, Case]] = []
        self._counts: dict[str, dict[str, int]] = {}
        self._stored: dict[str, list[str]] = {}

    def teardown(self) -> None:
        """Give back what the store holds."""
        _close(self._inner)

    def cases(self) -> list[Case]:
        """Return every case."""
        return [self.desk.get(case) for case in self.store.ids()]

    def kept(self) -> Any:
        """Return all that a refused command must leave as it was."""
        rows = [(self.store.read(case), self.store.events(case), dict(self.store.texts(case))) for case in self.store.ids()]
        return rows, self.store.outbox.pending(_FAR, limit=10_000), len(self.store.changes)

    # -- what happens

    @initialize(at=moments(), message=messages())
    def open_the_office(self, at: datetime, message: Message) -> None:
        """The first message arrives, on any day."""
        self.now.to(at)
        self.desk.receive(message)

    @precondition(lambda self: len(self.store.ids()) < _MOST_CASES)
    @rule(message=messages(), hours=st.sampled_from((0, 0, 1, 30)))
    def receive(self, message: Message, hours: int) -> None:
        """A message arrives, now or some hours ago."""
        at = self.now() - timedelta(hours=hours) if hours else None
        case = self.desk.receive(message.model_copy(update={"received_at": at}))
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

    @rule(step=_steps)
    def pass_time(self, step: timedelta) -> None:
        """Time passes."""
        self.now.to(self.now() + step)

    @rule()
    def sweep(self) -> None:
        """What is due happens, once."""
        first = self.desk.sweep()
        assert first.failures == ()
        before = self.kept()
        again = self.desk.sweep()
        assert (again.cases, again.events, again.failures) == (0, 0, ()), "a second sweep at the same moment did something"
        assert self.kept() == before
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
        rows = self.store.cohort(Cohort(since=_EVER, until=_FAR, as_of=as_of, clock=late_by))
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
                assert (case.requests, case.proposed, case.asks, case.next_at) == ((), (), (), None)

    @invariant()
    def every_reference_has_its_text(self) -> None:
        """A case's texts are those that its events name, each once."""
        for case in self.store.ids():
            texts = self.store.texts(case)
            seqs = {event.seq for event in self.desk.history(case)}
            assert {int(ref.partition(".")[0]) for ref in texts} <= seqs
            named = set(references(self.desk.history(case)))
            assert named == set(texts)


# --- several stores ---------------------------------------------------------------------------------------------------


class _Undone(CaseworkError):
    """Raised inside a transaction to see every store undo it."""


class _StoresAgree(RuleBasedStateMachine):
    """One desk for each store, all told the same; a subclass has the stores and the rulebook."""

    rulebook: ClassVar[Rulebook]
    new_stores: ClassVar[Sequence[Callable[[], CaseStore]]]

    def __init__(self) -> None:
        super().__init__()
        self.now = FrozenTime(_EVER)
        self.stores = [store() for store in self.new_stores]
        self.desks = [_desk(self.rulebook, store, self.now) for store in self.stores]
        self._uses: list[tuple[str, str, Command, Actor]] = []

    def teardown(self) -> None:
        """Give back what the stores hold."""
        for store in self.stores:
            _close(store)

    def each(self, ask: Callable[[Desk], Any]) -> Any:
        """Ask every desk the same, see that they answer the same (an error counts as an answer), and return the answer."""
        answers = []
        for desk in self.desks:
            try:
                answers.append(ask(desk))
            except CaseworkError as error:
                answers.append((type(error).__name__, str(error)))
        for other in answers[1:]:
            assert other == answers[0]
        return answers[0]

    def case(self, data: st.DataObject) -> Case:
        """Draw a case."""
        return data.draw(st.sampled_from([self.desks[0].get(case) for case in self.stores[0].ids()]), label="case")

    @initialize(at=moments(), message=messages())
    def open_the_office(self, at: datetime, message: Message) -> None:
        """The first message arrives, on any day."""
        self.now.to(at)
        self.each(lambda desk: desk.receive(message, key="first"))

    @rule(message=messages(), key=st.sampled_from((None, None, "first", "second")), hours=st.sampled_from((0, 0, 5, -1)))
    def receive(self, message: Message, key: str | None, hours: int) -> None:
        """A message arrives: now, some hours ago, or (refused) in the future."""
        if len(self.stores[0].ids()) < _MOST_CASES:
            at = self.now() - timedelta(hours=hours) if hours else None
            given = message.model_copy(update={"received_at": at})
            self.each(lambda desk: desk.receive(given, key=key))

    @rule(data=st.data(), keyed=st.booleans(), stale=st.sampled_from((None, None, 0, 1)))
    def act(self, data: st.DataObject, keyed: bool, stale: int | None) -> None:  # noqa: FBT001  # hypothesis draws it by name
        """Somebody does something, with a key or without, having seen this version or an earlier one."""
        case = self.case(data)
        command = data.draw(commands(self.rulebook, case), label="command")
        actor = data.draw(actors(self.rulebook, action=command.action, case=case), label="actor")
        key = f"key-{len(self._uses)}" if keyed else None
        expect = None if stale is None else case.version - stale
        self.each(lambda desk: desk.act(case.id, command, by=actor, key=key, expect=expect))
        if key:
            self._uses.append((key, case.id, command, actor))

    @precondition(lambda self: self._uses)
    @rule(data=st.data(), otherwise=st.booleans())
    def use_a_key_again(self, data: st.DataObject, otherwise: bool) -> None:  # noqa: FBT001  # hypothesis draws it by name
        """A key comes back, with its own command or with another one."""
        key, case, command, actor = data.draw(st.sampled_from(self._uses), label="used")
        if otherwise:
            command = data.draw(commands(self.rulebook, self.desks[0].get(case)), label="command")
        self.each(lambda desk: desk.act(case, command, by=actor, key=key))

    @rule(data=st.data(), message=messages(), undone=st.booleans(), back=_steps)
    def take_over(self, data: st.DataObject, message: Message, undone: bool, back: timedelta) -> None:  # noqa: FBT001  # as above
        """An import of a case or of acts on one, in one transaction that may fail at its end."""
        at = self.now() - back
        case = self.case(data)
        acts = [
            (command, data.draw(actors(self.rulebook, action=command.action, case=case), label="actor"))
            for command in data.draw(st.lists(commands(self.rulebook, case), max_size=3), label="commands")
        ]
        room = len(self.stores[0].ids()) < _MOST_CASES

        def import_it(desk: Desk) -> list[Case]:
            made = []
            with desk.importing() as door:
                if room:
                    made.append(door.receive(message.model_copy(update={"received_at": at}), key="imported"))
                made += [door.act(case.id, command, by=actor, at=self.now()) for command, actor in acts]
                if undone:
                    raise _Undone("the file broke off")
            return made

        self.each(import_it)

    @rule(step=_steps)
    def pass_time(self, step: timedelta) -> None:
        """Time passes."""
        self.now.to(self.now() + step)

    @rule(limit=st.sampled_from((1, 500)))
    def sweep(self, limit: int) -> None:
        """What is due happens, in small steps or at once."""
        self.each(lambda desk: desk.sweep(limit=limit))

    @rule(data=st.data(), dry_run=st.booleans(), batch=st.sampled_from((1, 2, 1000)))
    def announce(self, data: st.DataObject, dry_run: bool, batch: int) -> None:  # noqa: FBT001  # hypothesis draws it by name
        """A notice changes days, and every open deadline is counted anew, or it is said which would be."""
        name = self.rulebook.outline.rulebook.calendar
        calendar = data.draw(calendars(name, near=self.now()), label="calendar")
        self.each(lambda desk: desk.recalculate(calendar, dry_run=dry_run, batch=batch))

    @rule(failing=st.integers(0, 3), limit=st.sampled_from((1, 100)))
    def deliver(self, failing: int, limit: int) -> None:
        """What waits is sent, by a channel that fails now and then."""

        def deliver_it(desk: Desk) -> Any:
            channel = RecordingNotifier()
            channel.fail_next(failing)
            return desk.deliver(channel, limit=limit), channel.sent

        self.each(deliver_it)

    @invariant()
    def they_hold_the_same(self) -> None:
        """Cases, heads, events, texts, what is due, what waits and what is kept are the same in every store."""

        def holdings(desk: Desk) -> Any:
            store = desk.store
            ids = store.ids()
            return (
                [(store.read(case), store.events(case), dict(store.texts(case))) for case in ids],
                [store.ids(after=case, limit=2) for case in ids],
                [store.numbered(number) for number in ("1", "2", "3", "4")],
                [store.due(at, limit=limit) for at in (self.now(), _FAR) for limit in (1, 100)],
                [store.open_clocks(after=after, limit=limit) for after in ("", *ids) for limit in (1, 100)],
                [store.outbox.pending(at, limit=limit) for at in (self.now(), _FAR) for limit in (2, 1000)],
                (store.kept("rulebook"), store.kept("register"), store.kept("rulebook", desk.rulebook.digest)),
                store.kept(f"notices:{desk.rulebook.outline.rulebook.calendar}"),
            )

        self.each(holdings)

    @invariant()
    def they_give_the_same_figures(self) -> None:
        """Cohorts and sums are the same, as of now and as of earlier moments, by every clock."""
        clocks = ("", *self.rulebook.clocks)
        looks = [self.now() + timedelta(microseconds=1), self.now(), self.now() - timedelta(days=2)]
        since = self.now() - timedelta(days=20)
        windows = [Cohort(since=since, until=_FAR, as_of=as_of, clock=clock) for as_of in looks for clock in clocks]
        windows.append(Cohort(since=_EVER, until=since, as_of=_FAR))
        self.each(lambda desk: [(list(desk.store.cohort(window)), list(desk.store.tally(window))) for window in windows])

    @invariant()
    def they_verify(self) -> None:
        """Every history holds together in every store."""

        def verify_all(desk: Desk) -> None:
            for case in desk.store.ids():
                desk.verify(case)

        assert self.each(verify_all) is None


def _close(store: CaseStore) -> None:
    close = getattr(store, "close", None)
    if close:
        close()
