"""What goes wrong in the field loses nothing: rules that break, registers that change, clocks that are set back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casework import Desk, MemoryStore, Message, Notification, Route, Rulebook, SqlStore
from casework.actions import AddNote, Approve, Assign, Conclude, Consult, Contact, ReturnReply, Review, SubmitReply
from casework.desk import desk_for
from casework.errors import RulebookInvalid, StoreError
from casework.facts import Fact
from casework.testing import FrozenTime
from casework.units import Register, Unit
from tests.unit.town import CLERK, HANDLER, REGISTER, WEDNESDAY

HEAD = '[rulebook]\nid = "town"\nversion = {}\nbase = "yunxi"\n'
MESSAGE = Message(subject="村口路灯不亮")
LATE = datetime(2020, 7, 8, 16, tzinfo=UTC)


@pytest.fixture
def now() -> FrozenTime:
    return FrozenTime(WEDNESDAY)


def book(rules: str = "", *, version: int = 1, register: Register = REGISTER) -> Rulebook:
    return Rulebook.parse(HEAD.format(version) + rules, name="town", register=register)


def facts(store: MemoryStore, case: str) -> list[Fact]:
    return store._cases[case].facts


def test_a_rulebook_is_kept_though_the_desk_s_first_message_was_a_repetition(now: FrozenTime) -> None:
    store = MemoryStore()
    Desk(book(), store=store, now=now).receive(MESSAGE, key="k")
    desk = Desk(book(version=2), store=store, now=now)
    desk.receive(MESSAGE, key="k")
    case = desk.receive(Message(subject="新的来件"))
    assert desk_for(store, now=now).act(case.id, Review(), by=CLERK).state == "reviewed"


def test_a_case_goes_on_under_its_rulebook_though_a_unit_was_renamed(now: FrozenTime) -> None:
    store, route = MemoryStore(), '[[route]]\nid = "lamps"\nset = { unit = "住建局" }\n'
    old = Desk(book(route), store=store, now=now).receive(MESSAGE)
    units = tuple(
        Unit(name="住建和城管局", group=unit.group, aliases=("住建局",)) if unit.name == "住建局" else unit
        for unit in REGISTER.unit
    )
    renamed = Register(id="town", group=REGISTER.group, unit=units)
    desk = Desk(book(route, version=2, register=renamed), store=store, now=now)
    assert desk.act(old.id, Review(), by=CLERK).state == "reviewed"
    assert desk.receive(MESSAGE).proposals[0].unit == "住建和城管局"
    with pytest.raises(RulebookInvalid, match="unknown unit '灯具局'"):
        book(route.replace("住建局", "灯具局"))


@pytest.mark.parametrize("condition", ["month / units > 1", "subject[99] == 'x'"])
def test_a_condition_that_cannot_be_asked_costs_no_message(now: FrozenTime, condition: str) -> None:
    desk = Desk(book(f'[[route]]\nid = "odd"\nwhen = "{condition}"\nset = {{ unit = "住建局" }}\n'), store=MemoryStore(), now=now)
    [proposal] = desk.receive(MESSAGE).proposals
    assert (proposal.unit, proposal.reason) == (None, "the rule failed: InputError")


@pytest.mark.parametrize("answer", ["住建局", Route(unit=5), Route(unit="住建局", reason=7)])  # type: ignore[arg-type]  # wrong on purpose
def test_a_routing_function_that_answers_nonsense_costs_no_message(now: FrozenTime, answer: Route) -> None:
    rules = '[[route]]\nid = "own"\ncall = "ask"\n'
    desk = Desk(book(rules), store=MemoryStore(), now=now, routing={"ask": lambda _: answer})
    case = desk.receive(MESSAGE)
    assert [row.unit for row in case.proposals] == [None]
    assert "住建局" not in case.proposals[0].reason
    assert desk.get(case.id) == case


def test_what_breaks_one_case_keeps_no_other_from_being_swept(now: FrozenTime) -> None:
    rules = '[[order]]\nid = "supervision"\n[order.document]\nseries = "{n}"\ntemplate = "{{ 1 // (subject | length - 6) }}"\n'
    ids = iter(("c1", "c2"))
    desk = Desk(book(rules), store=MemoryStore(), now=now, new_id=lambda: next(ids))
    cases = [desk.receive(Message(subject=subject)).id for subject in ("六个字的来件", "村口的路灯不亮")]
    for case in cases:
        desk.act(case, Review(), by=CLERK)
        desk.act(case, Assign(lead="夹河镇"), by=CLERK)
    now.to(LATE)
    swept = desk.sweep()
    assert dict(swept.failures) == {cases[0]: "the template cannot be filled: ZeroDivisionError"}
    assert desk.get(cases[1]).orders


def test_a_clock_that_is_set_back_does_not_turn_a_history_around(now: FrozenTime) -> None:
    desk = Desk(book(), store=MemoryStore(), now=now, new_id=lambda: "c1")
    desk.receive(MESSAGE)
    now.to(LATE + timedelta(days=4))
    desk.act("c1", Review(), by=CLERK)
    now.to(LATE + timedelta(hours=1))
    desk.sweep()
    moments = [event.occurred_at for event in desk.history("c1")]
    assert moments == sorted(moments) and len(moments) > 2
    assert desk.act("c1", AddNote(text="继续"), by=CLERK).version == len(moments) + 1


@pytest.mark.parametrize("assisting", ["reply", "contribute"])
def test_another_unit_s_reply_starts_at_the_first_gate(now: FrozenTime, assisting: str) -> None:
    rules = '[[approval]]\non = "publish"\nby = ["reviewer", "reviewer"]\nresubmit_at = "same"\n'
    rules += "[assignment]\naccept = false\n"
    rules += f'assisting = "{assisting}"\n'
    desk = Desk(book(rules), store=MemoryStore(), now=now, new_id=lambda: "c1")
    desk.receive(MESSAGE)
    reviewer = CLERK.model_copy(update={"id": "sun", "role": "reviewer"})
    officer = HANDLER.model_copy(update={"id": "zheng", "unit": "公安局"})
    reply = SubmitReply(text="已安排维修人员更换路灯，请放心。")
    desk.act("c1", Review(), by=CLERK)
    desk.act("c1", Assign(lead="夹河镇", assisting=("公安局",)), by=CLERK)
    desk.act("c1", reply, by=HANDLER)
    desk.act("c1", Approve(), by=reviewer)
    desk.act("c1", ReturnReply(reasons=("答非所问",)), by=CLERK)
    if assisting == "contribute":  # then it is another unit's to reply when it leads
        desk.act("c1", Consult(), by=CLERK)
        desk.act("c1", Conclude(minutes="由公安局牵头。", lead="公安局", assisting=("夹河镇",)), by=CLERK)
    case = desk.act("c1", reply, by=officer)
    assert case.reply is not None
    assert (case.reply.unit, case.reply.passed) == ("公安局", 0)


def test_a_clock_that_one_act_stops_and_starts_keeps_its_verdict(now: FrozenTime) -> None:
    rules = (
        '[assignment]\naccept = false\n[[clock]]\nid = "progress"\nstarts_on = ["assign", "contact"]\n'
        'stops_on = ["contact", "submit"]\nlimit = [{ is = "1 working day" }]\n'
    )
    store = MemoryStore()
    desk = Desk(book(rules), store=store, now=now, new_id=lambda: "c1")
    desk.receive(MESSAGE)
    desk.act("c1", Review(), by=CLERK)
    desk.act("c1", Assign(lead="夹河镇"), by=CLERK)
    now.advance(days=10)
    case = desk.act("c1", Contact(), by=HANDLER)
    assert (case.clock("progress").run, case.clock("progress").status) == (2, "running")
    assert [fact.kind for fact in facts(store, "c1") if fact.kind.endswith(":progress")] == ["late:progress"]
    desk.verify("c1")


def test_a_channel_that_breaks_holds_up_no_other_notice(now: FrozenTime) -> None:
    ids = iter(("c1", "c2"))
    desk = Desk(book(), store=MemoryStore(), now=now, new_id=lambda: next(ids))
    for subject in ("一", "二"):
        case = desk.receive(Message(subject=subject))
        desk.act(case.id, Review(), by=CLERK)
        desk.act(case.id, Assign(lead="夹河镇"), by=CLERK)
    taken: list[Notification] = []

    def channel(notification: Notification) -> None:
        if not taken and notification.case != case.id:
            raise RuntimeError("王小明的电话")
        taken.append(notification)

    assert (desk.deliver(channel).sent, len(taken)) == (1, 1)
    now.advance(minutes=1)
    assert desk.deliver(channel).sent == 1


def test_an_error_shows_no_password() -> None:
    with pytest.raises(StoreError) as error:
        SqlStore("postgresql+nosuchdriver://clerk:S3cret@127.0.0.1/cases")
    assert "S3cret" not in str(error.value)


def test_an_axis_of_classes_may_not_take_a_condition_s_name() -> None:
    with pytest.raises(
        RulebookInvalid, match=r"'month' has a meaning in conditions already; call the class otherwise @ classes\.month"
    ):
        book('[classes]\nmonth = ["x"]\n')


def test_a_clock_s_list_that_is_none_is_a_problem_and_no_traceback() -> None:
    with pytest.raises(RulebookInvalid, match=r"@ clock\[4\].stops_on"):
        book('[[clock]]\nid = "x"\nstarts_on = "receive"\nstops_on = 3\nlimit = [{ is = "1 working day" }]\n')
