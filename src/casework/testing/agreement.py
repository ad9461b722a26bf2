"""A machine that drives several stores side by side, and sees that nobody can tell them apart.

TestOurStore = stores_agree(MemoryStore, our_store).TestCase
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ..actions import Command
from ..cases import Case
from ..desk import Desk
from ..errors import CaseworkError, InputError
from ..messages import Message
from ..ports import CaseStore, Cohort
from ..rulebook import Rulebook
from ..units import Actor
from .clock import FrozenTime
from .fakes import RecordingNotifier
from .machine import EVER, FAR, MOST_CASES, STEPS, closed, desk_of
from .strategies import actors, calendars, commands, messages, moments


def stores_agree(*stores: Callable[[], CaseStore], rulebook: Rulebook | None = None) -> type[RuleBasedStateMachine]:
    """Return a machine that drives several stores side by side and compares all that they answer and hold after every step.

    Each of *stores* makes an empty store; one with a ``close`` is closed after its run. Without a *rulebook* it is "yunxi", whose
    ladder draws numbers and queues notices.
    """
    if len(stores) < 2:
        raise InputError("there must be two stores or more to agree with each other", value=len(stores))
    book = rulebook or Rulebook.shipped("yunxi")
    return type("StoresAgree", (_StoresAgree,), {"rulebook": book, "new_stores": stores})


class _Undone(CaseworkError):
    """Raised inside a transaction to see every store undo it."""


class _StoresAgree(RuleBasedStateMachine):
    """One desk for each store, all told the same; a subclass has the stores and the rulebook."""

    rulebook: ClassVar[Rulebook]
    new_stores: ClassVar[Sequence[Callable[[], CaseStore]]]

    def __init__(self) -> None:
        super().__init__()
        self.now = FrozenTime(EVER)
        self.stores = [store() for store in self.new_stores]
        self.desks = [desk_of(self.rulebook, store, self.now) for store in self.stores]
        self._uses: list[tuple[str, str, Command, Actor]] = []

    def teardown(self) -> None:
        """Give back what the stores hold."""
        for store in self.stores:
            closed(store)

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
        if len(self.stores[0].ids()) < MOST_CASES:
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

    @rule(data=st.data(), message=messages(), undone=st.booleans(), back=STEPS)
    def take_over(self, data: st.DataObject, message: Message, undone: bool, back: timedelta) -> None:  # noqa: FBT001  # as above
        """An import of a case or of acts on one, in one transaction that may fail at its end."""
        at = self.now() - back
        case = self.case(data)
        acts = [
            (command, data.draw(actors(self.rulebook, action=command.action, case=case), label="actor"))
            for command in data.draw(st.lists(commands(self.rulebook, case), max_size=3), label="commands")
        ]
        room = len(self.stores[0].ids()) < MOST_CASES

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

    @rule(step=STEPS)
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
                [store.due(at, limit=limit) for at in (self.now(), FAR) for limit in (1, 100)],
                [store.open_clocks(after=after, limit=limit) for after in ("", *ids) for limit in (1, 100)],
                [store.outbox.pending(at, limit=limit) for at in (self.now(), FAR) for limit in (2, 1000)],
                (store.kept("rulebook"), store.kept("register"), store.kept("rulebook", desk.rulebook.digest)),
                store.kept(f"notices:{desk.rulebook.outline.rulebook.calendar}"),
                (store.issues(), store.issues(since=self.now()), desk.next_issues()),
            )

        self.each(holdings)

    @invariant()
    def they_give_the_same_figures(self) -> None:
        """Cohorts and sums are the same, as of now and as of earlier moments, by every clock."""
        clocks = ("", *self.rulebook.clocks)
        looks = [self.now() + timedelta(microseconds=1), self.now(), self.now() - timedelta(days=2)]
        since = self.now() - timedelta(days=20)
        windows = [Cohort(since=since, until=FAR, as_of=as_of, clock=clock) for as_of in looks for clock in clocks]
        windows.append(Cohort(since=EVER, until=since, as_of=FAR))
        narrow: list[tuple[tuple[str, ...], tuple[str, ...]]]
        narrow = [(("县长信箱",), ()), (("", "书记信箱"), ()), ((), ("portal", "人民网")), (("县长信箱",), ("portal",))]
        windows += [Cohort(since=EVER, until=FAR, as_of=FAR, boards=boards, channels=by) for boards, by in narrow]
        self.each(lambda desk: [(list(desk.store.cohort(window)), list(desk.store.tally(window))) for window in windows])

    @invariant()
    def they_verify(self) -> None:
        """Every history holds together in every store."""

        def verify_all(desk: Desk) -> None:
            for case in desk.store.ids():
                desk.verify(case)

        assert self.each(verify_all) is None
