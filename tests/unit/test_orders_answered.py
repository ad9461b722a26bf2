"""Orders answered by everybody to whom they went, struck off by a role, before and after closing; revisits; imports."""

from __future__ import annotations

from casework import Actor, MemoryStore, Message, Sender
from casework.actions import (
    Accept,
    AnswerOrder,
    Assign,
    ClearOrder,
    Close,
    Command,
    Reopen,
    Review,
    Revisit,
    Withdraw,
)
from casework.errors import NotAllowed, NotPermitted
from casework.events import OrderAnswered, Revisited
from casework.folding import fold
from tests.unit.steps import ORDERS, issue, order, refused, told, with_orders
from tests.unit.town import CITIZEN, CLERK, HANDLER, LEADER, POLICE, SUPERVISOR, Office, local

# --- answered ---------------------------------------------------------------------------------------------------------


def test_an_answer_stops_the_clock_and_whoever_strikes_it_off_is_told() -> None:
    desk = with_orders()
    desk.do(issue("supervision"), by=SUPERVISOR)
    before = desk.desk.get("c1").version
    desk.do(AnswerOrder(order="督〔2020〕1号", text="情况说明：已更换路灯"), at="2020-07-06 23:59")
    row = order(desk)
    texts = desk.desk.store.texts("c1")
    assert [(who, texts[ref]) for who, ref in row.answers] == [("夹河镇", "情况说明：已更换路灯")]
    assert (row.unanswered, row.cleared_at, desk.clock("answer-supervision:o1").met) == ((), None, True)
    assert told(desk, since=before) == [("supervisor", "夹河镇", "督办单（督〔2020〕1号）已回复")]
    case = desk.do(ClearOrder(order="督〔2020〕1号"), by=SUPERVISOR, at="2020-07-07 09:00")
    assert case.orders[0].cleared_at == local("2020-07-07 09:00")
    assert desk.clock("answer-supervision:o1").stopped_at == local("2020-07-06 23:59")


def test_a_late_answer_is_late_and_counted_in_working_days() -> None:
    desk = with_orders()
    desk.do(issue("supervision"), by=SUPERVISOR)
    desk.do(AnswerOrder(order="o1", text="迟了"), at="2020-07-08 09:00")
    clock = desk.clock("answer-supervision:o1")
    assert (clock.met, clock.late) == (False, 2)
    assert ("late:answer-supervision", 2) in desk.facts()


def test_everybody_to_whom_an_order_went_must_answer_before_its_clock_stops() -> None:
    desk = with_orders()
    desk.do(issue("handover", "夹河镇", "公安局"), by=CLERK)
    desk.do(AnswerOrder(order="函1", text="我镇已办"))
    assert (order(desk).unanswered, desk.clock("answer-handover:o1").status) == (("公安局",), "running")
    desk.do(AnswerOrder(order="函1", text="我镇补充"))
    assert (order(desk).unanswered, desk.clock("answer-handover:o1").status) == (("公安局",), "running")
    error = refused(desk, ClearOrder(order="函1"), CLERK)
    assert str(error).endswith("order 函1 has no answer of 公安局 yet")
    desk.do(AnswerOrder(order="函1", text="我局已办"), by=POLICE)
    assert (order(desk).unanswered, desk.clock("answer-handover:o1").status) == ((), "stopped")
    assert [who for who, _ in order(desk).answers] == ["夹河镇", "夹河镇", "公安局"]
    desk.do(ClearOrder(order="函1"), by=CLERK)


def test_leaders_answer_a_report_in_their_roles() -> None:
    desk = with_orders()
    before = desk.desk.get("c1").version
    desk.do(issue("report", text="群众反映强烈"), by=CLERK)
    row = order(desk)
    assert (row.to, row.roles) == ((), ("leader", "supervisor"))
    assert desk.desk.store.texts("c1")[row.document or ""] == "呈领导、督查室：群众反映强烈"
    assert [(to, zh) for to, _, zh in told(desk, since=before)] == [
        ("leader", "专报（专报〔2020〕1）"),
        ("supervisor", "专报（专报〔2020〕1）"),
    ]
    error = refused(desk, AnswerOrder(order="o1", text="代答"), CLERK)
    assert "order 专报〔2020〕1 went to leader, supervisor, not to this actor" in str(error)
    desk.do(AnswerOrder(order="o1", text="请督查室跟进"), by=LEADER)
    assert (order(desk).unanswered, desk.clock("answer-report:o1").status) == (("supervisor",), "running")
    desk.do(AnswerOrder(order="o1", text="已跟进"), by=SUPERVISOR, at="2020-07-02 08:59")
    assert [who for who, _ in order(desk).answers] == ["leader", "supervisor"]
    assert desk.clock("answer-report:o1").met


def test_supervisors_inspect_on_the_spot_and_answer_with_their_record() -> None:
    desk = with_orders()
    before = desk.desk.get("c1").version
    desk.do(issue("inspection"), by=SUPERVISOR)
    assert [(to, zh) for to, _, zh in told(desk, since=before)] == [
        ("supervisor", "现场检查（查1），请回复检查记录"),  # it is addressed to them: a copy would tell them twice
        ("leader", "抄送：现场检查（查1）"),
    ]
    assert [clock.key for clock in desk.desk.get("c1").clocks if clock.rule.startswith("answer-")] == []
    desk.do(AnswerOrder(order="查1", text="路灯确已更换"), ClearOrder(order="查1"), by=SUPERVISOR)
    assert order(desk).cleared_at is not None


def test_a_role_of_units_that_an_order_goes_to_is_told_in_the_units_that_have_the_case() -> None:
    desk = with_orders()
    before = desk.desk.get("c1").version
    desk.do(issue("talk"), by=SUPERVISOR)
    assert told(desk, since=before) == [("head", "夹河镇", "约谈（谈1）")]
    head = Actor(id="chen", role="head", unit="夹河镇")
    desk.do(AnswerOrder(order="谈1", text="将整改"), by=head)
    assert order(desk).unanswered == ()


def test_nobody_answers_what_did_not_go_to_them() -> None:
    desk = with_orders()
    desk.do(issue("supervision"), by=SUPERVISOR)
    error = refused(desk, AnswerOrder(order="o1", text="x"), POLICE, NotPermitted)
    assert "the case is not with 公安局" in str(error)
    error = refused(desk, AnswerOrder(order="o1", text="x"), SUPERVISOR)
    assert "order 督〔2020〕1号 went to 夹河镇, not to this actor" in str(error)
    desk.do(AnswerOrder(order="o1", text="代为录入", unit="夹河"), by=CLERK)
    assert order(desk).answers[0][0] == "夹河镇"


def test_a_unit_answers_the_orders_that_it_got_after_the_case_has_gone_elsewhere() -> None:
    desk = with_orders()
    desk.do(issue("supervision"), by=SUPERVISOR)
    desk.do(Assign(lead="公安局"))
    desk.do(AnswerOrder(order="o1", text="已移交公安局"), by=HANDLER)
    assert (order(desk).unanswered, desk.clock("answer-supervision:o1").status) == ((), "stopped")


def test_what_asks_for_no_answer_is_answered_by_nobody() -> None:
    desk = with_orders()
    desk.do(issue("yellow-card"), by=SUPERVISOR)
    assert "answer" not in desk.desk.view("c1", by=HANDLER).allowed
    assert "no answer" in str(refused(desk, AnswerOrder(order="黄2020-01", text="知道了"), HANDLER))


def test_an_order_without_an_answer_is_struck_off_by_its_role_alone() -> None:
    desk = with_orders()
    desk.do(issue("yellow-card"), by=SUPERVISOR)
    error = refused(desk, ClearOrder(order="黄2020-01"), SUPERVISOR, NotPermitted)
    assert str(error) == "qian (supervisor) may not clear case c1: orders of form 'yellow-card' are struck off by 'clerk'"
    desk.do(issue("reminder"), by=CLERK)
    assert desk.do(ClearOrder(order="催001"), by=SUPERVISOR).orders[-1].cleared_at == desk.now()


# --- struck off -------------------------------------------------------------------------------------------------------


def test_an_order_is_struck_off_only_by_its_role_and_only_once_answered() -> None:
    desk = with_orders()
    desk.do(issue("supervision"), by=SUPERVISOR)
    error = refused(desk, ClearOrder(order="o1"), SUPERVISOR)
    assert (error.args[0], getattr(error, "allowed", ())) == (
        "cannot clear case c1: order 督〔2020〕1号 has no answer yet",
        ("answer",),
    )
    desk.do(AnswerOrder(order="o1", text="已办"))
    assert "struck off by 'supervisor'" in str(refused(desk, ClearOrder(order="o1"), CLERK, NotPermitted))
    desk.do(ClearOrder(order="o1"), by=SUPERVISOR)
    error = refused(desk, ClearOrder(order="o1"), SUPERVISOR)
    assert "order 'o1' is already struck off (open orders: nothing)" in str(error)
    assert "is already struck off" in str(refused(desk, AnswerOrder(order="o1", text="再答"), HANDLER))
    assert "order '督9' does not exist" in str(refused(desk, ClearOrder(order="督9"), SUPERVISOR))


def test_orders_are_issued_answered_and_struck_off_after_closing() -> None:
    desk = with_orders()
    desk.answered()
    desk.do(Close())
    desk.do(issue("supervision"), by=SUPERVISOR, at="2020-07-20 09:00")
    assert (desk.clock("answer-supervision:o1").status, desk.due("answer-supervision:o1")) == ("running", "2020-07-23")
    desk.do(AnswerOrder(order="o1", text="整改完毕"))
    case = desk.do(ClearOrder(order="o1"), by=SUPERVISOR)
    assert (case.state, case.orders[0].cleared_at) == ("closed", desk.now())


def test_closing_and_reopening_leave_an_order_s_clock_running() -> None:
    desk = with_orders()
    desk.do(issue("supervision"), by=SUPERVISOR)
    desk.answered()
    desk.do(Close())
    desk.do(Reopen(reason="未解决"))
    clock = desk.clock("answer-supervision:o1")
    assert (clock.status, clock.run, desk.due("answer-supervision:o1")) == ("running", 1, "2020-07-06")


def test_a_case_that_is_withdrawn_gets_no_more_orders_and_its_order_s_clock_ends_without_a_verdict() -> None:
    desk = with_orders()
    desk.do(issue("supervision"), by=SUPERVISOR)
    desk.do(Withdraw(), by=CITIZEN)
    assert desk.clock("answer-supervision:o1").status == "cancelled"
    error = refused(desk, issue("reminder"), CLERK, NotAllowed)
    assert isinstance(error, NotAllowed)
    assert (error.state, error.tried) == ("withdrawn", "issue")


# --- revisits ---------------------------------------------------------------------------------------------------------


def test_a_unit_answers_a_revisit_with_whether_the_matter_is_solved() -> None:
    desk = with_orders()
    desk.answered()
    desk.do(issue("ask-unit"), by=CLERK)
    error = refused(desk, AnswerOrder(order="访1", text="已办"), HANDLER)
    assert "order 访1 asks whether the matter is solved; say so (solved)" in str(error)
    case = desk.do(AnswerOrder(order="访1", text="还差一盏", solved=False))
    assert [(row.whom, row.order, row.solved, row.satisfied) for row in case.revisits] == [("夹河镇", "o1", False, None)]
    assert [type(event.data) for event in desk.desk.history("c1")[-2:]] == [OrderAnswered, Revisited]
    desk.do(issue("handover"), by=CLERK)
    error = refused(desk, AnswerOrder(order="函1", text="已办", solved=True), HANDLER)
    assert "does not ask whether the matter is solved; leave that out" in str(error)


def test_a_revisit_that_an_order_asked_for_answers_it() -> None:
    desk = with_orders()
    desk.answered()
    desk.do(issue("call"), by=CLERK)
    error = refused(desk, Revisit(whom="unit", order="电1", solved=True, unit="夹河镇"), CLERK)
    assert "order 电1 does not ask for a revisit of the unit" in str(error)
    case = desk.do(Revisit(order="电1", solved=True, satisfied=True), by=CLERK)
    assert [(row.whom, row.order, row.satisfied) for row in case.revisits] == [("citizen", "o1", True)]
    assert [who for who, _ in case.orders[0].answers] == ["clerk"]
    texts = desk.desk.store.texts("c1")
    assert texts[case.orders[0].answers[0][1]] == "是否解决：是；是否满意：是"


# --- kept -------------------------------------------------------------------------------------------------------------


def test_the_events_of_orders_are_read_back_as_they_were() -> None:
    desk = with_orders()
    desk.do(issue("handover", "夹河镇", "公安局"), by=CLERK)
    desk.do(issue("report"), by=CLERK)
    desk.do(AnswerOrder(order="o1", text="已办", unit="夹河镇"), AnswerOrder(order="o1", text="已办", unit="公安局"), by=CLERK)
    desk.do(AnswerOrder(order="o2", text="阅"), by=LEADER)
    desk.do(ClearOrder(order="o1"), by=CLERK)
    desk.desk.verify("c1")
    assert fold(desk.desk.history("c1")) == desk.desk.get("c1")


def test_an_imported_order_has_its_number_and_its_clock_and_nobody_is_told() -> None:
    store = MemoryStore()
    desk = Office(ORDERS, at="2020-07-20 09:00", store=store)
    acts: list[tuple[str, Command, Actor]] = [
        ("2020-07-01 10:00", Review(), CLERK),
        ("2020-07-01 11:00", Assign(lead="夹河镇"), CLERK),
        ("2020-07-01 12:00", Accept(), HANDLER),
        ("2020-07-02 09:00", issue("supervision"), SUPERVISOR),
        ("2020-07-03 09:00", AnswerOrder(order="o1", text="已办"), HANDLER),
        ("2020-07-06 09:00", issue("report"), CLERK),
    ]
    with desk.desk.importing() as door:
        door.receive(Message(subject="路灯不亮", sender=Sender(ref="u-1"), received_at=local("2020-07-01 09:00")))
        for at, command, by in acts:
            door.act("c1", command, by=by, at=local(at))
    case = desk.desk.get("c1")
    assert [(row.number, row.issued_at) for row in case.orders] == [
        ("督〔2020〕1号", local("2020-07-02 09:00")),
        ("专报〔2020〕1", local("2020-07-06 09:00")),
    ]
    assert [desk.clock(key).status for key in ("answer-supervision:o1", "answer-report:o2")] == ["stopped", "running"]
    assert told(desk) == []
    desk.do(issue("supervision"), by=SUPERVISOR)
    assert order(desk).number == "督〔2020〕2号"
    desk.desk.verify("c1")


def test_orders_change_nothing_of_how_a_case_stands() -> None:
    desk = with_orders()
    first = desk.desk.get("c1")
    for act in (issue("handover"), AnswerOrder(order="函1", text="已办"), ClearOrder(order="函1")):
        case = desk.do(act, by=HANDLER if isinstance(act, AnswerOrder) else CLERK)
        assert (case.state, case.lead, case.units, case.counts) == (first.state, first.lead, first.units, first.counts)
        assert case.clock("handle") == first.clock("handle")
