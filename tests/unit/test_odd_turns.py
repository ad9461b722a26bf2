"""Turns that nobody plans for: orders that bring on themselves, limits set by hand, cases that fall back, stale requests."""

from __future__ import annotations

import pytest

from casework.actions import Accept, Assign, Close, Conclude, Consult, Decline, IssueOrder, Reclassify, Review, Revisit, SubmitReply
from casework.errors import ConditionUnmet
from tests.unit.town import CLERK, FIVE_DAYS, HANDLE, HANDLER, POLICE, SUPERVISOR, Office, sound


def test_a_rung_that_issues_what_it_stands_on_ends_with_the_sweep() -> None:
    chase = '[[order]]\nid = "chase"\ndocument = { series = "催{n}" }\nanswer = { limit = [{ is = "2 working days" }] }\n'
    again = '[[rung]]\nid = "again"\non = "due:answer-chase"\nat = "-3 working days"\ndo = ["issue:chase"]\n'
    office = Office(FIVE_DAYS + chase + again)
    office.assigned()
    office.do(IssueOrder(form="chase"), by=SUPERVISOR)
    first = office.desk.sweep()
    assert (first.failures, [row.number for row in office.desk.get("c1").orders]) == ((), ["催1", "催2"])
    before = office.everything()
    assert office.desk.sweep().events == 0
    assert office.everything() == before
    sound(office)


def test_a_concluded_limit_stands_whatever_class_is_changed_afterwards() -> None:
    clock = HANDLE + 'limit = [{ when = "kind == \'help\'", is = "3 working days" }, { is = "5 working days" }]\n'
    office = Office(clock + 'on = { reclassify = "recompute", reopen = "restart" }\n')
    office.assigned()
    office.do(Consult(), Conclude(minutes="一个月内办结。", limit="30 working days"))
    due = office.due()
    office.do(Reclassify(axis="kind", value="help"))
    assert (office.due(), str(office.clock().limit)) == (due, "30 working days")
    sound(office)
    ordinary = Office(clock + 'on = { reclassify = "recompute" }\n')
    ordinary.assigned()
    ordinary.do(Reclassify(axis="kind", value="help"))
    assert str(ordinary.clock().limit) == "3 working days"


def test_a_case_that_falls_back_to_the_first_unit_does_not_wait_for_ever() -> None:
    clock = HANDLE + 'limit = [{ is = "5 working days" }]\non = { transfer = "restart-on-accept" }\n'
    office = Office(clock + '[assignment]\nresponsible = "first-asked"\n')
    office.receive()
    office.do(Review(), Assign(lead="夹河镇"), Accept(), Assign(lead="公安局"))
    assert office.clock().status == "waiting"
    office.do(Decline(reason="不属本单位职责"), by=POLICE, at="2020-07-03 09:00")
    assert (office.desk.get("c1").lead, office.clock().status, office.due()) == ("夹河镇", "running", "2020-07-10")
    sound(office)


def test_nobody_answers_a_revisit_order_for_a_unit_that_is_not_theirs() -> None:
    form = '[[order]]\nid = "ask"\nrevisit = "unit"\ndocument = { series = "访{n}" }\n'
    office = Office(FIVE_DAYS + form + '[assignment]\nassisting = "reply"\n')
    office.receive()
    office.do(Review(), Assign(lead="夹河镇", assisting=("公安局",)), Accept())
    office.answered()
    office.do(IssueOrder(form="ask", to=("夹河镇",)), by=SUPERVISOR)
    before = office.everything()
    with pytest.raises(ConditionUnmet, match="order 访1 went to 夹河镇"):
        office.do(Revisit(whom="unit", order="访1", solved=True), by=POLICE)
    assert office.everything() == before
    office.do(Revisit(whom="unit", order="访1", solved=True), by=HANDLER)
    assert office.desk.get("c1").orders[0].unanswered == ()
    sound(office)


def test_an_old_request_to_close_does_not_close_on_a_newer_reply() -> None:
    gate = '[[approval]]\non = "close"\nby = ["reviewer"]\n'
    office = Office(FIVE_DAYS + gate)
    office.assigned()
    office.answered()
    office.do(Close(outcome="solved"), by=CLERK)
    assert [row.act for row in office.desk.get("c1").requests] == ["close"]
    office.do(SubmitReply(text="补充答复：路灯已经全部修好。"))
    assert office.desk.get("c1").requests == ()
    sound(office)
