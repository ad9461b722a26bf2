"""What a type checker sees of the public names: every one of `casework.__all__`, as an embedding portal would use it.

Never run, only checked: ``mypy --strict``. A public signature that changes shows here before it shows at somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Literal, assert_type

import casework
from casework import (
    Actor,
    Attachment,
    Case,
    CaseStore,
    CaseView,
    CaseworkError,
    Deadline,
    Desk,
    Event,
    Lifecycle,
    Limit,
    MemoryStore,
    Message,
    Notice,
    Notification,
    Notifier,
    Register,
    Route,
    Rulebook,
    Sender,
    SqlStore,
    Timekeeper,
    WorkCalendar,
)
from casework.actions import (
    COMMANDS,
    Accept,
    AnswerOrder,
    Assign,
    Command,
    Conclude,
    Consult,
    Instruct,
    Review,
    Revisit,
    SubmitReply,
)
from casework.cases import Assignment, Consultation, Order, Proposed, Reply, Request
from casework.cases import Revisit as Revisited
from casework.desk import ClockView, Delivery, Importing, Sweep, desk_for
from casework.errors import CommandRefused, DefinitionError, NotAllowed, Problem, StaleVersion
from casework.events import Payload, StoredEvent
from casework.folding import evolve, fold
from casework.limits import Count
from casework.ports import Cohort, CohortCase, Outbox, Snapshot, UnitOfWork, UnitTally
from casework.routing import RoutingFunction
from casework.schedules import Issue, Slot
from casework.sla import Explanation, SlaClock, Verdict
from casework.states import State, Transition, standard_lifecycle
from casework.units import Grant, Unit
from casework.whereabouts import Whereabouts

assert_type(casework.__version__, str)

# --- what comes in ----------------------------------------------------------------------------------------------------

sender = Sender(ref="u-42", name="王小明")
message = Message(
    subject="小区供热不暖",
    body="三楼以上不到16度",
    sender=sender,
    attachments=(Attachment(name="a.jpg", media_type="image/jpeg", size=10),),
)
assert_type(message.sender, Sender)
assert_type(message.attachments, tuple[Attachment, ...])
assert_type(message.received_at, datetime | None)
assert_type(message.board, str | None)
assert_type(message.text, str)
assert_type(message.fingerprint(), str)

# A sender may be given as the bare reference.
assert_type(Message(subject="小区供热不暖", sender="u-42").sender, Sender)

clerk = Actor(id="wang", role="clerk")
handler = Actor(id="li", role="handler", unit="住建局", boards=("县长信箱",))
assert_type(handler.unit, str | None)
assert_type(handler.boards, tuple[str, ...])

assert_type(COMMANDS, dict[str, type[Command]])
assert_type(Review(classes={"kind": "complaint"}).classes, dict[str, str])
assert_type(Assign(lead="住建局", assisting=("公安局",)).assisting, tuple[str, ...])
assert_type(Accept().unit, str | None)
assert_type(SubmitReply(text="…", outcome="solved").outcome, str | None)
assert_type(Review.action, str)
assert_type(Assign().lead, str)
assert_type(AnswerOrder(order="o1", text="…", solved=True).solved, bool | None)
assert_type(Consult(units=("住建局",), on_site=True).units, tuple[str, ...])
assert_type(Conclude(minutes="…", lead="住建局", limit="10 working days").limit, str)
assert_type(Revisit(satisfied=False).whom, Literal["citizen", "unit"])
assert_type(Instruct(text="…", to=("住建局",)).to, tuple[str, ...])

# --- rules ------------------------------------------------------------------------------------------------------------

rulebook = Rulebook.shipped("yunxi")
assert_type(rulebook, Rulebook)
assert_type(Rulebook.load("our-town.toml"), Rulebook)
assert_type(Rulebook.parse("", name="our-town", register=None), Rulebook)
assert_type(Rulebook.restore("{}"), Rulebook)
assert_type(rulebook.id, str)
assert_type(rulebook.zone, str)
assert_type(rulebook.digest, str)
assert_type(rulebook.lifecycle, Lifecycle)
assert_type(rulebook.register, Register | None)
assert_type(rulebook.gates, tuple[str, ...])
assert_type(rulebook.label("complaint", lang="zh"), str)
assert_type(rulebook.calendar(), WorkCalendar)


def register_of(register: Register) -> None:
    """The register of units."""
    assert_type(register.names, tuple[str, ...])
    assert_type(register.find("夹河"), Unit)
    assert_type(register.members("townships"), tuple[Unit, ...])
    assert_type(register.above("夹河镇"), tuple[str, ...])
    assert_type(register.grants_of("li"), tuple[Grant, ...])
    assert_type(register.actor("li", role="handler"), Actor)


def heating(message: Message) -> Route | None:
    """An integrator's rule."""
    if "供热" in message.text:
        return Route(unit="住建局", track="special", reason="heating season")
    return None


hook: RoutingFunction = heating
route = Route(unit="住建局", reason="heating season", track="special")
assert_type(route.unit, str | None)
assert_type(route.classes, dict[str, str])

life = standard_lifecycle()
assert_type(life, Lifecycle)
assert_type(life.next("received", "review"), str)
assert_type(life.allowed("received"), tuple[str, ...])
assert_type(life.can("received", "review"), bool)
assert_type(life.states, Mapping[str, State])
assert_type(life.table, Mapping[tuple[str, str], str])
assert_type(life.label("received", lang="en"), str)
assert_type(life.mermaid(lang="zh"), str)
assert_type(life.extend(name="ours", add_transitions=[Transition("submit", "received", "replied")]), Lifecycle)

# --- the desk ---------------------------------------------------------------------------------------------------------


def now() -> datetime:
    """A host's own time."""
    raise NotImplementedError


memory: CaseStore = MemoryStore()  # the shipped stores are what the port asks for
database: CaseStore = SqlStore("sqlite:///cases.sqlite")
desk = Desk(rulebook, store=memory, routing={"heating": heating}, now=now, new_id=lambda: "c1", calendar=WorkCalendar.named("CN"))
assert_type(desk.rulebook, Rulebook)
assert_type(desk.store, CaseStore)
assert_type(desk_for(database), Desk)

case = desk.receive(message, key="portal/1")
assert_type(case, Case)
assert_type(desk.act(case.id, Review(), by=clerk, key="portal/2", expect=case.version), Case)
assert_type(desk.get(case.id), Case)
assert_type(desk.message(case.id), Message)
assert_type(desk.rulebook_of(case), Rulebook)
assert_type(desk.history(case.id), tuple[Event, ...])
assert_type(desk.view(case.id, by=clerk), CaseView)
assert_type(desk.view(case.id, by=clerk).clocks, tuple[ClockView, ...])
assert_type(desk.view(case.id, by=clerk).allowed, tuple[str, ...])
assert_type(desk.explain(case.id, "handle"), Explanation)
assert_type(desk.why(case.id), Whereabouts)
assert_type(desk.why(case.id).text("zh"), str)
assert_type(desk.verdicts(case.id), dict[str, Verdict])
assert_type(desk.sweep(limit=10), Sweep)
assert_type(desk.sweep().failures, tuple[tuple[str, str], ...])
assert_type(desk.sweep().issues, int)
assert_type(desk.issues("monthly", since=case.received_at), tuple[Issue, ...])
assert_type(desk.next_issues(), tuple[Slot, ...])


def send(notification: Notification) -> None:
    """A channel is a function."""
    assert_type(notification.id, str)


notifier: Notifier = send
assert_type(desk.deliver(notifier, limit=10), Delivery)

importing: AbstractContextManager[Importing] = desk.importing()
with importing as door:
    assert_type(door.receive(message, key="list/1"), Case)
    assert_type(door.act(case.id, Review(), by=clerk, at=now(), key="list/1/review"), Case)
    assert_type(door.used("list/1"), bool)

# --- cases and events -------------------------------------------------------------------------------------------------

assert_type(case.state, str)
assert_type(case.lead, str | None)
assert_type(case.units, tuple[str, ...])
assert_type(case.assignments, tuple[Assignment, ...])
assert_type(case.replies, tuple[Reply, ...])
assert_type(case.reply, Reply | None)
assert_type(case.orders, tuple[Order, ...])
assert_type(case.requests, tuple[Request, ...])
assert_type(case.request("assign"), Request | None)
assert_type(case.consultations, tuple[Consultation, ...])
assert_type(case.consultation, Consultation | None)
assert_type(case.revisits, tuple[Revisited, ...])
assert_type(case.proposed, tuple[Proposed, ...])
assert_type(case.led_by, str | None)
assert_type(case.satisfied, bool | None)
assert_type(case.order("督〔2026〕1号"), Order | None)
assert_type(case.assignment("住建局"), Assignment | None)
if case.reply:
    assert_type(case.reply.gates, tuple[str, ...])
assert_type(case.clock("handle"), SlaClock)
assert_type(case.clock("handle").due, Deadline | None)
assert_type(case.clock("handle").status, Literal["running", "paused", "stopped", "cancelled", "waiting"])
assert_type(case.received_at, datetime)
assert_type(case.closed_at, datetime | None)
assert_type(case.next_at, datetime | None)


def explain_the_case(history: tuple[Event, ...]) -> Case:
    """A case is its events."""
    for event in history:
        assert_type(event.data, Payload)
        assert_type(event.kind, str)
        assert_type(event.occurred_at, datetime)
        assert_type(event.clocks, tuple[SlaClock, ...])
    assert_type(evolve(None, history[0]), Case)
    return fold(history)


# --- time -------------------------------------------------------------------------------------------------------------

limit = Limit.parse("5 working days")
assert_type(limit, Limit)
assert_type(limit.label("zh"), str)

calendar = WorkCalendar.named("CN", as_of=date(2026, 1, 1), notices=())
assert_type(calendar.is_working_day(date(2026, 10, 1)), bool)
assert_type(calendar.add(date(2026, 10, 1), 5), date)
assert_type(calendar.count(date(2026, 10, 1), date(2026, 10, 9)), int)
assert_type(calendar.notices, tuple[Notice, ...])
assert_type(calendar.announced_through, date)
assert_type(calendar.provisional(), WorkCalendar)

keeper = Timekeeper(calendar, "Asia/Shanghai", provisional=True)
deadline = keeper.deadline(now(), limit, count=Count(day_zero="next-working-day", ends="17:30"))
assert_type(deadline, Deadline)
assert_type(deadline.date, date)
assert_type(deadline.before, datetime)
assert_type(keeper.explain(now(), limit), Explanation)
assert_type(keeper.explain(now(), limit).text("zh"), str)

# --- the port: what another store must look like ----------------------------------------------------------------------


def read_a_store(store: CaseStore, work: UnitOfWork, cohort: Cohort) -> None:
    """Everything that the port promises."""
    assert_type(store.outbox, Outbox)
    assert_type(store.work(), AbstractContextManager[UnitOfWork])
    assert_type(store.read("c1"), Snapshot)
    assert_type(store.events("c1"), list[StoredEvent])
    assert_type(store.texts("c1"), Mapping[str, str])
    assert_type(store.numbered("7"), list[str])
    assert_type(store.ids(after="c1", limit=10), list[str])
    assert_type(store.due(now(), limit=10), list[str])
    assert_type(store.kept("rulebook"), str | None)
    assert_type(store.cohort(cohort), Iterator[CohortCase])
    assert_type(store.tally(cohort), Iterable[UnitTally])
    assert_type(work.load("c1"), Snapshot)
    assert_type(work.next_number("督"), int)


# --- errors -----------------------------------------------------------------------------------------------------------

try:
    desk.act(case.id, Assign(lead="住建局"), by=clerk)
except StaleVersion as error:
    assert_type(error.expected, int)
    assert_type(error.actual, int)
except NotAllowed as error:
    assert_type(error.state, str)
    assert_type(error.allowed, tuple[str, ...])
except CommandRefused as error:
    assert_type(error.case, str | None)
    assert_type(error.tried, str)
except DefinitionError as error:
    assert_type(error.problems, tuple[Problem, ...])
except CaseworkError as error:
    assert_type(str(error), str)
