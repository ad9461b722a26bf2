"""The same matter twice: found, proposed, merged into the earliest case, kept apart, attached; and gates that instruct."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework import Case, Message, Sender
from casework.actions import (
    Accept,
    AnswerOrder,
    Approve,
    Assign,
    Attach,
    ClearOrder,
    Disclose,
    IssueOrder,
    KeepApart,
    Merge,
    Refuse,
    Reject,
    Review,
    SubmitReply,
    Withdraw,
)
from casework.errors import CaseNotFound, ConditionUnmet, KeyReused, NotAllowed, NotPermitted, StaleVersion, UnknownChannel
from casework.intake import DuplicateRule
from casework.ports import Notification
from casework.states import standard_lifecycle
from tests.unit.town import CITIZEN, CLERK, FIVE_DAYS, HANDLER, LEADER, Office, local, small, sound

RULE = """
[intake.duplicate]
same = ["sender", "text"]
within = "30 calendar days"
do = "{do}"

[[notify]]
on = "publish"
to = ["sender"]
zh = "您的来件已答复"
"""
PROPOSE, MERGE = (FIVE_DAYS + RULE.format(do=do) for do in ("propose", "merge"))


def comes(office: Office, text: str = "路灯不亮", *, sender: str = "u-1", channel: str = "portal", at: str = "") -> Case:
    office.to(at)
    return office.desk.receive(Message(subject=text, sender=sender, channel=channel))


def told(office: Office) -> list[Notification]:
    far = office.now() + timedelta(days=900)
    return [row.notification for row in office.desk.store.outbox.pending(far, limit=1000) if row.notification.to == "sender"]


# --- found ------------------------------------------------------------------------------------------------------------


def test_a_message_that_repeats_an_open_case_is_proposed_as_its_duplicate() -> None:
    office = Office(PROPOSE)
    first = comes(office)
    again = comes(office, "路灯不亮！", channel="wechat", at="2020-07-02 09:00")
    assert (first.duplicates, again.duplicates) == ((), ("c1",))
    assert [row.kind for row in office.desk.history("c2")] == ["received", "duplicate_found"]
    assert office.last(case="c2").data.rule == "sender+text"  # type: ignore[attr-defined]
    assert "keep_apart" in office.desk.view("c2", by=CLERK).allowed
    assert "keep_apart" not in office.desk.view("c1", by=CLERK).allowed
    sound(office)


def test_a_third_message_is_proposed_as_a_duplicate_of_the_earliest() -> None:
    office = Office(PROPOSE)
    assert [comes(office).duplicates for _ in range(3)] == [(), ("c1",), ("c1",)]


@pytest.mark.parametrize(
    ("second", "found"),
    [
        ({}, True),
        ({"text": "路灯又不亮"}, False),
        ({"sender": "u-2"}, False),
        ({"sender": ""}, False),
        ({"at": "2020-07-31 23:59:59"}, True),
        ({"at": "2020-08-01 00:00"}, False),
    ],
)
def test_another_sender_text_or_time_is_no_repeat(second: dict[str, str], found: bool) -> None:
    office = Office(PROPOSE)
    comes(office, at="2020-07-01 09:00")
    assert (comes(office, **second).duplicates == ("c1",)) is found


@pytest.mark.parametrize("end", [Reject(reason="spam"), Withdraw()])
def test_what_is_over_is_not_repeated(end: Reject | Withdraw) -> None:
    office = Office(PROPOSE)
    comes(office)
    office.do(end)
    assert comes(office).duplicates == ()


def test_a_message_that_was_received_before_its_repeat_counts_by_when_it_was_received() -> None:
    office = Office(PROPOSE)
    comes(office)
    earlier = office.desk.receive(Message(subject="路灯不亮", sender="u-1", received_at=local("2020-06-30 09:00")))
    assert earlier.duplicates == (), "it came before the other"


def test_what_is_imported_is_found_later_and_finds_nothing_itself() -> None:
    office = Office(PROPOSE)
    with office.desk.importing() as importing:
        for _ in range(2):
            assert importing.receive(Message(subject="路灯不亮", sender="u-1", received_at=office.now())).duplicates == ()
    assert comes(office).duplicates == ("c1",)


# --- decided ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("acted_on", ["c1", "c2"])
def test_the_earliest_case_survives_with_its_clocks_whichever_is_acted_on(acted_on: str) -> None:
    office = Office(PROPOSE)
    comes(office)
    comes(office, channel="wechat", at="2020-07-03 09:00")
    due, other = office.due(), {"c1": "c2", "c2": "c1"}[acted_on]
    after = office.do(Merge(other=other), case=acted_on)
    first, second = office.desk.get("c1"), office.desk.get("c2")
    assert after == {"c1": first, "c2": second}[acted_on]
    assert (first.state, first.absorbed, first.channels, first.counts) == (
        "received",
        (("c2", "wechat"),),
        ("portal", "wechat"),
        {"repeated": 1},
    )
    assert (second.state, second.merged_into, second.exit, second.duplicates) == ("merged", "c1", "merged", ())
    assert office.due() == due
    assert [row.status for row in second.clocks] == ["cancelled"]
    sound(office)


def test_the_later_sender_is_told_of_the_merger_and_of_the_answer_each_by_their_channel() -> None:
    office = Office(PROPOSE)
    comes(office, sender="u-1", channel="portal")
    comes(office, sender="u-2", channel="wechat")
    office.do(Merge(other="c1"), case="c2")
    [merged] = told(office)
    assert (merged.case, merged.channel, merged.of, "合并办理" in merged.zh) == ("c2", "wechat", "", True)
    office.do(Review(), Assign(lead="夹河镇"), Accept())
    office.answered()
    assert [(row.case, row.channel, row.of) for row in told(office)[1:]] == [("c1", "portal", ""), ("c1", "wechat", "c2")]


def test_a_rulebook_that_tells_the_sender_in_its_own_words_is_not_talked_over() -> None:
    office = Office(f'{PROPOSE}\n[[notify]]\non = "merge"\nto = ["sender"]\nzh = "您的来件已并入前件"\n')
    comes(office), comes(office)
    office.do(Merge(other="c1"), case="c2")
    assert [row.zh for row in told(office)] == ["您的来件已并入前件"]


def test_what_was_merged_into_a_case_goes_with_it_when_it_is_merged_itself() -> None:
    office = Office(PROPOSE)
    for text in ("一", "二", "三"):
        comes(office, text)
    office.do(Merge(other="c2"), case="c3")
    office.do(Merge(other="c1"), case="c2")
    first = office.desk.get("c1")
    assert (first.absorbed, first.counts) == ((("c2", "portal"), ("c3", "portal")), {"repeated": 2})
    assert [office.desk.get(case).merged_into for case in ("c2", "c3")] == ["c1", "c2"]
    sound(office)


def test_repeats_climb_the_ladder() -> None:
    office = Office(f'{PROPOSE}\n[[rung]]\nid = "often"\non = "repeated"\nat = 2\ndo = ["notify:supervisor"]\n')
    for case in ("c2", "c3"):
        comes(office, "路灯不亮") if case != "c2" else (comes(office), comes(office))
        office.do(Merge(other="c1"), case=case)
    assert [row.data.rung for row in office.desk.history("c1") if row.kind == "rung_fired"] == ["often"]  # type: ignore[attr-defined]


def test_a_rulebook_may_merge_at_once() -> None:
    office = Office(MERGE)
    comes(office)
    again = comes(office, channel="wechat")
    assert (again.state, again.merged_into) == ("merged", "c1")
    assert (office.last(case="c2").actor, office.last(case="c2").data.rule) == ("casework", "sender+text")  # type: ignore[attr-defined]
    assert office.desk.get("c1").absorbed == (("c2", "wechat"),)
    sound(office)


def test_a_message_that_is_merged_at_once_is_answered_the_same_way_for_its_key() -> None:
    office = Office(MERGE)
    comes(office)
    message = Message(subject="路灯不亮", sender="u-1")
    once = office.desk.receive(message, key="k")
    before = office.everything()
    assert office.desk.receive(message, key="k") == once
    assert once.state == "merged"
    assert office.everything() == before
    with pytest.raises(KeyReused):
        office.desk.receive(Message(subject="别的", sender="u-1"), key="k")


def test_a_person_may_keep_the_cases_apart() -> None:
    office = Office(PROPOSE)
    comes(office), comes(office)
    after = office.do(KeepApart(other="c1", reason="不是同一盏灯"), case="c2")
    assert (after.duplicates, after.state) == ((), "received")
    with pytest.raises(ConditionUnmet, match=r"the case is not proposed as a repeat of 'c1' \(proposed: nothing\)"):
        office.do(KeepApart(other="c1"), case="c2")
    sound(office)


# --- refused ----------------------------------------------------------------------------------------------------------


def test_a_merger_that_cannot_be_leaves_both_cases_as_they_were() -> None:
    office = Office(PROPOSE)
    comes(office), comes(office, "别的事", at="2020-07-02 09:00")
    office.do(Review(), Assign(lead="夹河镇"), Accept(), SubmitReply(text="已安排维修人员更换路灯。"), case="c2")
    before = office.everything()
    with pytest.raises(NotAllowed, match=r"^cannot merge case c2 in state 'replied'"):
        office.do(Merge(other="c2"), case="c1")
    with pytest.raises(NotAllowed, match=r"^cannot merge case c2 in state 'replied'"):
        office.do(Merge(other="c1"), case="c2")
    with pytest.raises(NotPermitted, match=r"^li \(handler\) may not merge case c1: role 'handler' has no right to it"):
        office.do(Merge(other="c2"), by=HANDLER)
    with pytest.raises(ConditionUnmet, match="a case cannot be merged into itself; name the other one"):
        office.do(Merge(other="c1"))
    with pytest.raises(CaseNotFound):
        office.do(Merge(other="c9"))
    with pytest.raises(StaleVersion):
        office.desk.act("c1", Merge(other="c2"), by=CLERK, expect=7)
    assert office.everything() == before


def test_a_case_is_merged_once_and_the_same_key_is_one_merger() -> None:
    office = Office(PROPOSE)
    comes(office), comes(office)
    once = office.desk.act("c1", Merge(other="c2"), by=CLERK, key="k")
    assert office.desk.act("c1", Merge(other="c2"), by=CLERK, key="k") == once
    with pytest.raises(ConditionUnmet, match=r"^cannot merge case c1: case c2 was merged into this one already$"):
        office.do(Merge(other="c2"))


def test_merging_with_a_case_that_was_merged_is_merging_with_the_one_that_carries_on() -> None:
    office = Office(PROPOSE)
    for _ in range(3):
        comes(office)
    office.do(Merge(other="c2"))
    assert office.do(Merge(other="c2"), case="c3").merged_into == "c1"
    assert office.desk.get("c1").counts == {"repeated": 2}


def test_what_was_answered_is_not_promised_again() -> None:
    office = Office(MERGE)
    comes(office)
    office.do(Review(), Assign(lead="夹河镇"), Accept())
    office.answered()
    again = comes(office, channel="wechat")
    assert (again.state, again.duplicates) == ("received", ("c1",)), "a person looks at what comes after an answer"
    office.do(Merge(other="c1"), case="c2")
    assert ["已有答复" in row.zh for row in told(office) if row.case == "c2"] == [True]


def test_messages_of_one_moment_are_told_apart_by_which_was_there_before() -> None:
    office = Office(MERGE)
    office.desk._new_id = iter(("z", "a")).__next__
    first = office.desk.receive(Message(subject="路灯不亮", sender="u-1", received_at=office.now()))
    office.do(Review(), Assign(lead="夹河镇"), Accept(), SubmitReply(text="已安排维修人员更换路灯。"), case=first.id)
    again = office.desk.receive(Message(subject="路灯不亮", sender="u-1", received_at=office.now()))
    assert (first.id, again.id, again.merged_into) == ("z", "a", "z")


@pytest.mark.parametrize("boards", [("书记信箱", "县长信箱"), ("书记信箱", None)])
def test_what_came_to_another_board_is_proposed_and_not_merged_at_once(boards: tuple[str, str | None]) -> None:
    office = Office(MERGE)
    cases = [office.desk.receive(Message(subject="路灯不亮", sender="u-1", board=board)) for board in boards]
    assert (cases[1].state, cases[1].duplicates) == ("received", ("c1",))


def test_cases_of_another_rulebook_are_another_office_s() -> None:
    office = Office(PROPOSE)
    comes(office)
    other = Office(small(PROPOSE, id="other"), store=office.desk.store)
    other.desk._new_id = iter(("d1",)).__next__
    assert comes(other).duplicates == ()


@settings(max_examples=40, deadline=None)
@given(st.permutations(["c1", "c2", "c3", "c4"]), st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6))
def test_however_cases_are_merged_the_earliest_of_each_heap_carries_on(order: list[str], pairs: list[tuple[int, int]]) -> None:
    office = Office(PROPOSE)
    for day, _ in enumerate(order, start=1):
        comes(office, f"第{day}件", at=f"2020-07-{day:02} 09:00")
    heap = {case: case for case in order}
    for one, other in ((order[a], order[b]) for a, b in pairs if a != b):
        if heap[one] == one and heap[other] == other:
            office.do(Merge(other=other), case=one)
            first, second = sorted((one, other))
            heap[second] = first
    for case, into in heap.items():
        row = office.desk.get(case)
        assert row.merged_into == (into if into != case else None)
        assert (
            row.counts.get("repeated", 0)
            == len(row.absorbed)
            == sum(1 for other in order if other != case and case in _up(heap, other))
        )
    sound(office)


def _up(heap: dict[str, str], case: str) -> list[str]:
    found = []
    while heap[case] != case:
        case = heap[case]
        found.append(case)
    return found


# --- several channels for one case ------------------------------------------------------------------------------------


def test_one_more_message_about_the_matter_is_attached_and_answered_by_its_own_channel() -> None:
    office = Office(f'{PROPOSE}\n[channels.portal]\n[channels.wechat]\n[channels.hotline]\nreply = "wechat"\n')
    comes(office)
    more = Message(subject="还是那盏灯", channel="hotline", number="rx-7", sender="u-1")
    after = office.do(Attach(message=more))
    assert (after.channels, after.state, after.counts) == (("portal", "hotline"), "received", {})
    texts = office.desk.store.texts("c1")
    assert "还是那盏灯" in texts["2.message"] and "u-1" in texts["2.sender"]
    with pytest.raises(UnknownChannel):
        office.do(Attach(message=Message(subject="x", channel="hotlin")))
    office.do(Review(), Assign(lead="夹河镇"), Accept())
    office.answered()
    assert [(row.channel, row.of) for row in told(office)] == [("portal", ""), ("wechat", "")]
    sound(office)


def test_a_case_is_opened_to_the_public_and_closed_to_it() -> None:
    office = Office(PROPOSE)
    comes(office)
    assert office.do(Disclose(public=False, reason="涉及隐私")).public is False
    with pytest.raises(ConditionUnmet, match="the case is closed to the public already"):
        office.do(Disclose(public=False))
    assert office.do(Disclose(public=True)).public is True
    sound(office)


def test_merge_is_possible_wherever_the_lifecycle_has_it_and_takes_no_gate() -> None:
    life = standard_lifecycle()
    assert [state for state in life.states if life.can(state, "merge")] == ["received", "reviewed", "assigned", "awaiting_citizen"]


# --- a leader's instruction before dispatch ---------------------------------------------------------------------------

INSTRUCTED = f"""
{FIVE_DAYS}
[classes]
track = ["timely", "high"]

[[approval]]
on = "assign"
by = ["leader"]
when = "track == 'high'"
instructs = true

[[order]]
id = "instruction"
document = {{ series = "批督〔{{year}}〕{{n}}号" }}
answer = {{ cleared_by = "supervisor" }}

[[rung]]
id = "instructed"
on = "instructed"
do = ["issue:instruction"]
"""


def high() -> Office:
    office = Office(INSTRUCTED)
    office.receive()
    office.do(Review(classes={"track": "high"}), Assign(lead="夹河镇"))
    return office


def test_a_leader_s_leave_to_dispatch_is_an_instruction_to_the_units_that_then_have_the_case() -> None:
    office = high()
    assert office.desk.get("c1").state == "reviewed"
    with pytest.raises(ConditionUnmet, match="whoever lets this pass instructs how it is to be handled"):
        office.do(Approve(), by=LEADER)
    case = office.do(Approve(opinion="请三日内解决并报告"), by=LEADER)
    assert (case.state, case.lead, case.counts["instructed"]) == ("assigned", "夹河镇", 1)
    kinds = [row.kind for row in office.desk.history("c1")]
    assert kinds[-5:] == ["approved", "assigned", "instructed", "rung_fired", "order_issued"]
    [instructed] = [row.data for row in office.desk.history("c1") if row.kind == "instructed"]
    assert (instructed.leader, instructed.to) == ("zhang", ("夹河镇",))  # type: ignore[attr-defined]
    assert office.desk.store.texts("c1")[instructed.instruction] == "请三日内解决并报告"  # type: ignore[attr-defined]
    assert [(row.number, row.to) for row in case.orders] == [("批督〔2020〕1号", ("夹河镇",))]
    sound(office)


def test_a_leader_may_refuse_and_other_cases_need_no_leader() -> None:
    office = high()
    assert office.do(Refuse(opinion="先核实"), by=LEADER).state == "reviewed"
    other = Office(INSTRUCTED)
    other.receive()
    assert other.do(Review(classes={"track": "timely"}), Assign(lead="夹河镇")).state == "assigned"


def test_the_last_gate_before_publication_may_instruct_too() -> None:
    office = Office(f'{FIVE_DAYS}\n[[approval]]\non = "publish"\nby = ["leader"]\ninstructs = true\n')
    office.assigned()
    office.do(SubmitReply(text="已安排维修人员更换路灯。"))
    with pytest.raises(ConditionUnmet, match="批示"):
        office.do(Approve(), by=LEADER)
    assert [office.do(Approve(opinion="举一反三"), by=LEADER).state, office.last().kind] == ["published", "instructed"]


def test_on_a_case_that_ends_with_the_act_the_leader_s_word_is_an_opinion() -> None:
    office = Office(f'{FIVE_DAYS}\n[[approval]]\non = "reject"\nby = ["leader"]\ninstructs = true\n')
    office.receive()
    office.do(Reject(reason="spam"))
    case = office.do(Approve(), by=LEADER)
    assert (case.state, case.counts.get("instructed", 0)) == ("rejected", 0)


def test_what_a_citizen_may_not_do_to_a_case() -> None:
    office = Office(PROPOSE)
    comes(office), comes(office)
    for command in (Merge(other="c1"), KeepApart(other="c1"), Disclose(public=False), Attach(message=Message(subject="x"))):
        with pytest.raises(NotPermitted):
            office.do(command, by=CITIZEN, case="c2")


# --- what goes on beside a merger -------------------------------------------------------------------------------------


def test_one_of_several_who_wrote_does_not_take_the_matter_back_for_all() -> None:
    office = Office(PROPOSE)
    comes(office)
    comes(office, sender="u-2")
    office.do(Merge(other="c2"))
    with pytest.raises(ConditionUnmet, match="others wrote about the matter too"):
        office.do(Withdraw(), by=CITIZEN)
    assert office.do(Withdraw()).state == "withdrawn", "the office may end it"


def test_who_wrote_twice_may_take_both_back() -> None:
    office = Office(PROPOSE)
    comes(office), comes(office)
    office.do(Merge(other="c2"))
    assert office.do(Withdraw(), by=CITIZEN).state == "withdrawn"


def test_a_case_with_an_open_order_is_merged_when_it_is_struck_off_and_its_units_are_told() -> None:
    office = Office(
        f'{PROPOSE}\n[[order]]\nid = "supervision"\ndocument = {{ series = "督{{n}}" }}\nanswer = {{ cleared_by = "clerk" }}\n'
    )
    comes(office), comes(office, "别的说法", at="2020-07-02 09:00")
    office.do(Review(), Assign(lead="夹河镇"), IssueOrder(form="supervision"), case="c2")
    with pytest.raises(ConditionUnmet, match="督1 of case c2 is open; have it answered and struck off first"):
        office.do(Merge(other="c2"))
    office.do(AnswerOrder(order="督1", text="已办"), ClearOrder(order="督1"), case="c2")
    office.do(Merge(other="c2"))
    far = office.now() + timedelta(days=1)
    notices = [row.notification for row in office.desk.store.outbox.pending(far, limit=100)]
    assert [(row.to, row.unit) for row in notices if "已并入c1" in row.zh] == [("handler", "夹河镇")]


def test_what_is_attached_came_to_a_board_there_is_and_not_in_the_future() -> None:
    office = Office(PROPOSE)
    comes(office)
    later = office.now() + timedelta(minutes=1)
    with pytest.raises(ConditionUnmet, match="which is after now"):
        office.do(Attach(message=Message(subject="x", received_at=later)))


def test_of_two_cases_of_one_moment_the_one_that_a_unit_has_carries_on() -> None:
    office = Office(PROPOSE)
    comes(office), comes(office)
    office.do(Review(), Assign(lead="夹河镇"), case="c2")
    assert office.do(Merge(other="c2")).merged_into == "c2"


def test_a_case_of_long_ago_stops_nobody_at_the_door() -> None:
    days = FIVE_DAYS.replace("working", "calendar")
    office = Office(days + '[intake.duplicate]\nsame = ["text"]\nwithin = "5 working days"\n')
    with office.desk.importing() as importing:
        importing.receive(Message(subject="路灯不亮", received_at=local("1995-06-01 09:00")))
    assert comes(office).duplicates == ()


def test_what_came_by_a_channel_that_is_not_public_is_not_opened_to_the_public() -> None:
    office = Office(f"{PROPOSE}\n[channels.portal]\n[channels.hotline]\npublic = false\n")
    comes(office, channel="hotline")
    with pytest.raises(ConditionUnmet, match="the case came by 'hotline', and what comes by it is not public"):
        office.do(Disclose(public=True))


def test_a_caller_without_an_account_is_known_by_the_number() -> None:
    office = Office(PROPOSE)
    caller = Sender(name="王小明", phone="13812345678")
    cases = [office.desk.receive(Message(subject="路灯不亮", sender=caller, channel=channel)) for channel in ("hotline", "portal")]
    assert cases[1].duplicates == ("c1",)
    assert office.desk.receive(Message(subject="路灯不亮", sender=Sender(phone="13800000000"))).duplicates == ()


def test_a_rule_for_repeats_is_one_rule_however_it_is_written() -> None:
    one, other = (DuplicateRule.model_validate({"same": same}) for same in (["sender", "text"], ["text", "sender"]))
    message = Message(subject="路灯不亮", sender="u-1")
    assert (one, one.name, one.fingerprint(message)) == (other, other.name, other.fingerprint(message))
