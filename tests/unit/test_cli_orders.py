"""The ledger of orders, one order in full, and what else a shown case tells: who has it, what waits, what was found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import MemoryStore, Message
from casework import events as ev
from casework.actions import (
    Accept,
    AddNote,
    AnswerOrder,
    Approve,
    Assign,
    ClearOrder,
    Command,
    Conclude,
    Consult,
    Contribute,
    Decline,
    Extend,
    GiveOpinion,
    IssueOrder,
    Publish,
    ReportViews,
    ReturnReply,
    Review,
    Revisit,
    SubmitReply,
)
from casework.adapters.sql import SqlStore
from casework.cli.timelines import _TITLES
from casework.cli.wording import _TOLD, asked_for, counted, happened, short
from casework.desk import desk_for
from casework.errors import NaiveDatetime
from casework.events import PAYLOADS, Event, Payload
from casework.languages import Lang, display_width
from casework.ports import CaseStore
from casework.reports.orders import OrderRow, orders, table
from casework.tables import read_markdown, read_table
from tests.unit.commands import Casework, calling, one_line
from tests.unit.test_events_golden import EVENTS
from tests.unit.town import CLERK, HANDLER, LEADER, POLICE, SUPERVISOR, Office, local, town

MORE = """
[labels]
done = "办妥"

[roles.leader]
zh = "领导"
en = "leader"
scope = "any"
may = ["approve", "refuse", "note", "answer"]

[roles.clerk]
zh = "问政办"
en = "office clerk"
scope = "any"
may = [
    "review", "assign", "publish", "close", "return", "return_part", "extend", "refuse_extension", "consult", "conclude",
    "revisit", "note", "view",
]
sees = ["sender.*"]

[roles.handler]
zh = "承办人"
en = "handler"
scope = "unit"
may = ["accept", "decline", "contact", "submit", "contribute", "extend", "note", "answer", "opine"]

[[approval]]
on = "close"
by = ["leader"]

[[approval]]
on = "publish"
by = ["supervisor", "leader"]

[roles.supervisor]
zh = "督查室"
en = "supervision office"
scope = "any"
may = ["issue", "clear", "approve", "note", "take_up", "dismiss"]

[consultation]
convener = "clerk"

[revisit]
faults = ["unit", "nobody"]

[[clock]]
id = "quick"
zh = "首次回应"
starts_on = "receive"
stops_on = "publish"
limit = [{ is = "3 working days" }]
extend = { approve = "clerk" }

[[order]]
id = "letter"
zh = "交办函"
en = "handover letter"
to = ["units"]
cc = ["leader"]
[order.document]
series = "函{n:03}"
template = "函 {{ number }}：请{{ to | join('、') }}办理《{{ subject }}》。{{ text }}"
[order.answer]
wanted = true
what = "情况说明"
limit = [{ is = "2 working days" }]
cleared_by = "supervisor"

[[order]]
id = "report"
zh = "专报"
en = "special report"
to = ["leader"]
document = { series = "专报{n:03}" }

[[order]]
id = "callback"
zh = "回访单"
en = "revisit order"
to = ["lead"]
revisit = "citizen"
document = { series = "访{n:03}" }

[[rung]]
id = "third-return"
on = "returned"
at = 1
do = ["issue:supervision"]
mode = "propose"
"""
casework = pytest.fixture(calling)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A desk on the database that the command line opens, and one time for both."""
    made = Office(town(MORE), store=SqlStore.at(tmp_path / "cases.sqlite"))
    monkeypatch.setattr("casework.desk.desk_for", partial(desk_for, now=made.now))
    monkeypatch.setattr("casework.desk.utc_now", made.now)
    yield made
    made.desk.store.close()  # type: ignore[attr-defined]


def handed_over(office: Office, number: str = "A-1") -> str:
    """A case with 夹河镇, assisted by 公安局."""
    case = office.desk.receive(Message(subject="路灯不亮", body="村口路灯坏了", number=number)).id
    office.desk.act(case, Review(), by=CLERK)
    office.desk.act(case, Assign(lead="夹河镇", assisting=("公安局",)), by=CLERK)
    office.desk.act(case, Accept(), by=HANDLER)
    return case


def lettered(office: Office, number: str = "A-1") -> str:
    """A case with a letter to both of its units."""
    case = handed_over(office, number)
    office.desk.act(case, IssueOrder(form="letter", text="限期报告。"), by=SUPERVISOR)
    return case


def rows(store: CaseStore, at: str = "2020-07-01 12:00", *, page: int = 500) -> list[OrderRow]:
    return list(orders(store, now=local(at), page=page))


# --- the rows ---------------------------------------------------------------------------------------------------------


def test_a_row_says_to_whom_an_order_went_and_how_far_it_got() -> None:
    office = Office(town(MORE))
    case = lettered(office)
    [row] = rows(office.desk.store)
    assert row == OrderRow(
        case=case,
        case_number="A-1",
        order="o1",
        number="函001",
        form="letter",
        to=("夹河镇", "公安局"),
        cc=("leader",),
        issued_at=local("2020-07-01 09:00"),
        rung=None,
        answer_wanted=True,
        due=local("2020-07-03 09:00").date(),
        late=False,
        answered=(),
        cleared_at=None,
        document=row.document,
        answers=(),
    )
    assert row.open and row.document is not None


def test_a_row_follows_its_order_from_the_first_answer_to_the_striking_off() -> None:
    office = Office(town(MORE))
    case = lettered(office)
    office.desk.act(case, AnswerOrder(order="函001", text="已安排"), by=HANDLER)
    assert [(row.answered, row.open) for row in rows(office.desk.store)] == [(("夹河镇",), True)]
    office.desk.act(case, AnswerOrder(order="函001", text="已配合"), by=POLICE)
    assert [row.answered for row in rows(office.desk.store)] == [("夹河镇", "公安局")]
    office.to("2020-07-02 10:00")
    office.desk.act(case, ClearOrder(order="函001"), by=SUPERVISOR)
    [row] = rows(office.desk.store)
    assert (row.open, row.cleared_at, row.late) == (False, local("2020-07-02 10:00"), False)


def test_an_order_is_late_when_its_last_day_is_over_and_no_sooner() -> None:
    office = Office(town(MORE))
    lettered(office)
    store = office.desk.store
    assert [rows(store, at)[0].late for at in ("2020-07-03 23:59", "2020-07-04 00:00", "2020-08-01 09:00")] == [False, True, True]


def test_an_order_that_was_answered_late_stays_late() -> None:
    office = Office(town(MORE))
    case = lettered(office)
    office.to("2020-07-06 09:00")
    for actor in (HANDLER, POLICE):
        office.desk.act(case, AnswerOrder(order="函001", text="已办"), by=actor)
    office.desk.act(case, ClearOrder(order="函001"), by=SUPERVISOR)
    [row] = rows(office.desk.store, "2020-07-10 09:00")
    assert (row.late, row.open) == (True, False)


def test_an_order_without_a_limit_is_neither_late_nor_in_time_and_one_that_wants_no_answer_is_not_open() -> None:
    office = Office(town(MORE))
    case = handed_over(office)
    office.desk.act(case, IssueOrder(form="supervision"), by=SUPERVISOR)
    office.desk.act(case, IssueOrder(form="reminder"), by=SUPERVISOR)
    supervision, reminder = rows(office.desk.store, "2021-07-01 09:00")
    assert (supervision.due, supervision.late, supervision.open) == (None, None, True)
    assert (reminder.due, reminder.late, reminder.open) == (None, None, False)


def test_an_order_to_a_role_names_it() -> None:
    office = Office(town(MORE))
    office.desk.act(handed_over(office), IssueOrder(form="report", text="请阅示"), by=SUPERVISOR)
    [row] = rows(office.desk.store)
    assert (row.to, row.cc) == (("leader",), ())
    assert table([row], office.desk.rulebook)[1][0][3] == "领导"
    assert table([row], office.desk.rulebook, lang="en")[1][0][3] == "leader"


@given(st.lists(st.integers(0, 3), min_size=1, max_size=7), st.integers(1, 8))
def test_every_order_is_yielded_once_whatever_the_page(counts: list[int], page: int) -> None:
    office = Office(town(MORE), store=MemoryStore())
    issued = []
    for count in counts:
        case = office.receive().id
        office.do(Review(), Assign(lead="夹河镇"), case=case)
        for _ in range(count):
            office.desk.act(case, IssueOrder(form="reminder"), by=SUPERVISOR)
        issued += [(case, f"o{n + 1}") for n in range(count)]
    found = [(row.case, row.order) for row in rows(office.desk.store, page=page)]
    assert found == sorted(issued)


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(NaiveDatetime):
        list(orders(MemoryStore(), now=datetime(2020, 7, 1)))


# --- the ledger -------------------------------------------------------------------------------------------------------


def ledger(office: Office) -> list[str]:
    """Three cases with four orders: one in part answered, one struck off, a reminder, and a report to the leader."""
    first, second, third = (handed_over(office, number) for number in ("A-1", "A-2", "A-3"))
    office.desk.act(first, IssueOrder(form="letter"), by=SUPERVISOR)
    office.desk.act(first, AnswerOrder(order="函001", text="已安排电工。\n周五修复。"), by=HANDLER)
    office.to("2020-07-02 09:00")
    office.desk.act(second, IssueOrder(form="supervision", to=("公安局",)), by=SUPERVISOR)
    office.desk.act(second, AnswerOrder(order="o1", text="已出警"), by=POLICE)
    office.desk.act(second, ClearOrder(order="o1"), by=SUPERVISOR)
    office.desk.act(third, IssueOrder(form="reminder"), by=SUPERVISOR)
    office.desk.act(third, IssueOrder(form="report"), by=SUPERVISOR)
    office.to("2020-07-06 09:00")
    return [first, second, third]


def test_the_ledger_lists_every_order_in_the_order_of_their_issue(casework: Casework, office: Office) -> None:
    ledger(office)
    said = casework("orders")
    assert said.code == 0, said.err
    lines = [line.split() for line in said.out.splitlines()]
    assert lines[0] == ["编号", "文种", "来件", "主送", "下发", "回复期限", "已回复", "销号", "逾期"]
    assert [line[:3] for line in lines[1:5]] == [
        ["函001", "交办函", "A-1"],
        ["督〔2020〕1号", "supervision", "A-2"],
        ["催001", "reminder", "A-3"],
        ["专报001", "专报", "A-3"],
    ]
    assert lines[1][3:] == ["夹河镇、公安局", "2020-07-01", "2020-07-03", "1/2：夹河镇", "是"]
    assert lines[2][3:] == ["公安局", "2020-07-02", "全部", "2020-07-02"]
    assert lines[4][3:] == ["领导", "2020-07-02", "0/1"]
    assert said.out.splitlines()[-1] == "共4件，未销号2件，逾期1件"


def test_what_was_issued_first_stands_first_whichever_case_is_older(casework: Casework, office: Office) -> None:
    older, newer = handed_over(office, "A-1"), handed_over(office, "A-2")
    for case in (newer, older, newer):
        office.desk.act(case, IssueOrder(form="reminder"), by=SUPERVISOR)
        office.now.to(office.now() + timedelta(hours=1))
    lines = [line.split() for line in casework("orders").out.splitlines()[1:-1]]
    assert [(line[0], line[2]) for line in lines] == [("催001", "A-2"), ("催002", "A-1"), ("催003", "A-2")]


def test_the_ledger_speaks_english(casework: Casework, office: Office) -> None:
    ledger(office)
    said = casework("orders", "--lang", "en")
    assert "handover letter" in said.out and "夹河镇, 公安局" in said.out and "1 of 2: 夹河镇" in said.out
    assert said.out.splitlines()[-1] == "4 orders, 2 of them open, 1 late"


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        (("--open",), ["函001", "专报001"]),
        (("--form", "letter"), ["函001"]),
        (("--form", "专报"), ["专报001"]),
        (("--form", "special report"), ["专报001"]),
        (("--unit", "公安局"), ["函001", "督〔2020〕1号"]),
        (("--unit", "夹河"), ["函001", "催001"]),
        (("--unit", "夹河镇", "--open"), ["函001"]),
        (("--unit", "住建局"), []),
    ],
)
def test_the_ledger_is_narrowed_by_what_is_open_by_form_and_by_unit(
    casework: Casework, office: Office, arguments: tuple[str, ...], numbers: list[str]
) -> None:
    ledger(office)
    said = casework("orders", *arguments)
    assert said.code == 0, said.err
    assert [line.split()[0] for line in said.out.splitlines()[1:-1]] == numbers
    assert numbers or said.out == "没有督办\n"


def test_the_ledger_is_written_as_csv_as_a_sheet_and_as_markdown(casework: Casework, office: Office, tmp_path: Path) -> None:
    ledger(office)
    for name in ("ledger.csv", "ledger.XLSX", "ledger.md"):
        said = casework("orders", "--into", name)
        assert (said.code, said.out) == (0, "共4件，未销号2件，逾期1件\n")
    heads, cells = table(sorted(rows(office.desk.store, "2020-07-06 09:00"), key=lambda row: row.issued_at), office.desk.rulebook)
    expected = [[str(cell) if cell is not None else "" for cell in row] for row in cells]
    [markdown] = read_markdown((tmp_path / "ledger.md").read_text("utf-8"))
    for found in (read_table(tmp_path / "ledger.csv"), read_table(tmp_path / "ledger.XLSX"), markdown):
        assert found.columns == heads
        assert [[str(cell) if cell is not None else "" for cell in row.cells.values()] for row in found.rows()] == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--form", "lettre"), "the rulebook has no order form 'lettre'; did you mean 'letter'?"),
        (("--unit", "夹河鎮"), "the register has no unit '夹河鎮'; did you mean '夹河镇'?"),
        (("--into", "ledger.pdf"), "cannot write ledger.pdf: known kinds are .csv, .xlsx, .md"),
        (("函002",), "there is no order '函002'; did you mean '函001'? (orders: 函001)"),
    ],
)
def test_a_ledger_that_cannot_be_given_is_one_line(
    casework: Casework, office: Office, tmp_path: Path, arguments: tuple[str, ...], expected: str
) -> None:
    lettered(office)
    before = sorted(tmp_path.iterdir())
    assert one_line(casework("orders", *arguments)).startswith(expected)
    assert sorted(tmp_path.iterdir()) == before


def test_without_an_order_the_ledger_says_so(casework: Casework, office: Office) -> None:
    handed_over(office)
    assert casework("orders").out == "没有督办\n"
    assert casework("orders", "--lang", "en").out == "no orders\n"


# --- one order --------------------------------------------------------------------------------------------------------


def test_one_order_is_shown_with_its_document_and_its_answers_in_full(casework: Casework, office: Office) -> None:
    ledger(office)
    said = casework("orders", "函001")
    assert said.code == 0, said.err
    assert said.out.splitlines() == [
        "交办函 函001",
        "来件 A-1 路灯不亮",
        "主送 夹河镇、公安局 · 抄送 领导",
        "下发 2020-07-01 09:00 · 回复期限 2020-07-03 · 逾期 · 未回复 公安局",
        "",
        "函 函001：请夹河镇、公安局办理《路灯不亮》。",
        "",
        "回复 夹河镇 · 2020-07-01 09:00",
        "已安排电工。",
        "周五修复。",
    ]
    english = casework("orders", "督〔2020〕1号", "--lang", "en").out
    assert "to 公安局 · copy to leader\nissued 2020-07-02 09:00 · struck off 2020-07-02 09:00\n" in english
    assert english.endswith("answer of 公安局 · 2020-07-02 09:00\n已出警\n")


# --- a case shown -----------------------------------------------------------------------------------------------------


def section(out: str, title: str) -> list[list[str]]:
    """The table under a title, its head included, in words."""
    lines = out.splitlines()
    start = lines.index(title) + 1
    return [line.split() for line in lines[start : lines.index("", start)]]


def test_a_shown_case_lists_its_units_their_parts_and_the_moments(casework: Casework, office: Office) -> None:
    case = handed_over(office)
    office.to("2020-07-01 15:00")
    office.desk.act(case, Decline(reason="重复转办"), by=POLICE)
    said = casework("show", "A-1").out
    assert section(said, "承办单位") == [
        ["单位", "分工", "状态", "交办", "签收", "退件"],
        ["夹河镇", "主办", "已签收", "2020-07-01", "09:00", "2020-07-01", "09:00", "—"],
        ["公安局", "协办", "已退件", "2020-07-01", "09:00", "—", "2020-07-01", "15:00"],
    ]
    assert "累计 退件 1" in said
    assert "退件 公安局：重复转办（累计1次）" in said
    assert section(casework("show", "A-1", "--lang", "en").out, "Units")[2][:3] == ["公安局", "assisting", "declined"]


def test_a_shown_case_lists_orders_revisits_and_what_waits_for_approval(casework: Casework, office: Office) -> None:
    case = lettered(office)
    office.desk.act(case, Extend(limit="2 working days", reason="等配件"), by=HANDLER)
    office.desk.act(case, AnswerOrder(order="o1", text="已安排"), by=HANDLER)
    said = casework("show", "A-1").out
    assert section(said, "督办")[1] == ["函001", "交办函", "夹河镇、公安局", "2020-07-01", "09:00", "2020-07-03", "夹河镇"]
    assert section(said, "待审批")[1] == ["延期", "首次回应", "2个工作日", "li", "(夹河镇)", "2020-07-01", "09:00", "问政办"]
    assert "交办函回复期限 函001" in said and "回复督办 函001 夹河镇（已安排）" in said


def test_a_shown_case_lists_its_consultations_and_revisits(casework: Casework, office: Office) -> None:
    case = handed_over(office)
    office.desk.act(case, Consult(units=("夹河镇", "公安局"), on_site=True, matter="归谁修"), by=CLERK)
    office.desk.act(case, GiveOpinion(text="我局无异议"), by=POLICE)
    said = casework("show", "A-1").out
    assert section(said, "会商")[1] == ["1", "2020-07-01", "09:00", "问政办", "夹河镇、公安局", "现场", "1/2"]
    long = "会议议定由夹河镇牵头，公安局配合，" * 5
    office.desk.act(case, Conclude(minutes=long, lead="夹河镇"), by=CLERK)
    said = casework("show", "A-1", "--lang", "en").out
    assert section(said, "Consultations")[1][-3:] == ["2", "2020-07-01", "09:00"]
    assert f"Conclude · wang (clerk)\n{long}\n" in said
    assert f"({short(long)})" in said and len(short(long)) < len(long)


def test_a_case_at_its_gates_says_at_which(casework: Casework, office: Office) -> None:
    case = handed_over(office)
    office.desk.act(case, Accept(), by=POLICE)
    office.desk.act(case, Contribute(text="已协助"), by=POLICE)
    office.desk.act(case, SubmitReply(text="已安排维修人员更换路灯。"), by=HANDLER)
    office.desk.act(case, Approve(opinion="同意"), by=SUPERVISOR)
    said = casework("show", "A-1").out
    assert [row[:3] for row in section(said, "承办单位")[1:]] == [["夹河镇", "主办", "已答复"], ["公安局", "协办", "已答复"]]
    assert "协办意见 公安局（已协助）" in said
    assert "答复 1 · 夹河镇 · 第2关，共2关：领导" in said
    assert "审核通过 第1关，共2关（同意）" in said
    office.desk.act(case, Approve(), by=LEADER)
    office.desk.act(case, Revisit(solved=False, satisfied=False, fault="unit", note="灯又灭了"), by=CLERK)
    office.desk.act(case, ReportViews(views=210), by=CLERK)
    said = casework("show", "A-1").out
    assert section(said, "回访")[1] == ["2020-07-01", "09:00", "来件人", "电话", "未解决", "不满意", "承办单位"]
    assert "回访 来件人 电话：未解决、不满意、责任在承办单位（灯又灭了）" in said
    assert "累计 不满意 1 · 点击 210" in said
    office.desk.act(case, ReturnReply(reasons=("答非所问",)), by=CLERK)
    said = casework("show", "A-1").out
    assert section(said, "阶梯建议")[1][:3] == ["third-return/returned/1", "下发supervision", "夹河镇"]


def test_an_act_that_waits_for_approval_is_told_with_what_it_would_do_and_by_whom_it_is_decided(
    casework: Casework, office: Office
) -> None:
    case = handed_over(office)
    office.desk.act(case, SubmitReply(text="已安排维修人员更换路灯。"), by=HANDLER)
    for actor in (SUPERVISOR, LEADER):
        office.desk.act(case, Approve(), by=actor)
    asked = casework("act", "A-1", "close", "outcome=已解决", "--by", "wang:clerk")
    assert asked.out.startswith("A-1 · 已答复 · 报批：办结（outcome=solved），待领导 · ")
    assert asked.out.rstrip().endswith(" · 待审批：办结")
    said = casework("show", "A-1").out
    assert section(said, "待审批")[1] == ["办结", "outcome=solved", "wang", "(clerk)", "2020-07-01", "09:00", "第1关，共1关：领导"]
    assert "act=办结" in casework("act", "A-1", "--by", "zhang:leader").out
    done = casework("act", "A-1", "审核通过", "act=办结", "opinion=同意", "--by", "zhang:leader")
    assert done.out.startswith("A-1 · 已办结 · 审核通过：办结，第1关，共1关（同意）；办结 已解决")
    assert "待审批" not in done.out and "待审批" not in casework("show", "A-1").out.split("承办单位")[1]


def test_texts_that_the_timeline_has_room_for_are_not_shown_again(casework: Casework, office: Office) -> None:
    case = handed_over(office)
    office.desk.act(case, IssueOrder(form="letter", text="限期报告。" * 9), by=SUPERVISOR)
    office.desk.act(case, AddNote(text="已电话告知"), by=CLERK)
    long, document = "已安排维修人员更换路灯，" * 9, "函 函001：请夹河镇、公安局办理《路灯不亮》。" + "限期报告。" * 9
    office.desk.act(case, SubmitReply(text=long), by=HANDLER)
    said = casework("show", "A-1").out
    assert (said.count("已电话告知"), said.count(long), said.count(document)) == (1, 1, 0)
    assert document in casework("orders", "函001").out


def test_a_reply_that_stands_at_no_gate_waits_for_nobody_in_particular(
    casework: Casework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(town(), store=SqlStore.at(tmp_path / "cases.sqlite"))
    monkeypatch.setattr("casework.desk.desk_for", partial(desk_for, now=office.now))
    office.assigned()
    office.do(SubmitReply(text="已安排维修人员更换路灯。"))
    assert "\n答复 1 · 夹河镇 · 待审核\n" in casework("show", "c1").out
    office.do(Publish())
    assert "\nSubmit reply 1 · 夹河镇 · published\n" in casework("show", "c1", "--lang", "en").out
    office.desk.store.close()  # type: ignore[attr-defined]


def test_a_revisit_names_the_order_that_asked_for_it_and_what_was_never_counted_is_not_listed(
    casework: Casework, office: Office
) -> None:
    case = lettered(office)
    office.desk.act(case, SubmitReply(text="已安排维修人员更换路灯。"), by=HANDLER)
    for actor in (SUPERVISOR, LEADER):
        office.desk.act(case, Approve(), by=actor)
    office.desk.act(case, IssueOrder(form="callback"), by=SUPERVISOR)
    office.desk.act(case, Revisit(how="visit", satisfied=True, solved=True, order="访001"), by=CLERK)
    said = casework("show", "A-1").out
    assert section(said, "回访")[1][2:] == ["来件人", "上门", "已解决", "满意", "访001"]
    assert "累计" not in said and "不满意" not in said


def test_a_case_of_which_there_is_nothing_to_list_has_no_empty_sections(casework: Casework, office: Office) -> None:
    office.desk.receive(Message(subject="路灯不亮", number="A-1"))
    for lang in ("zh", "en"):
        said = casework("show", "A-1", "--lang", lang)
        assert said.code == 0
        assert not {titles[lang == "zh"] for titles in _TITLES.values()} & set(said.out.split())


def test_a_shown_case_is_no_wider_than_the_terminal(casework: Casework, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case = lettered(office)
    office.desk.act(case, AddNote(text="路灯" * 200), by=CLERK)
    monkeypatch.setenv("COLUMNS", "100")
    for lang in ("zh", "en"):
        lines = casework("show", "A-1", "--lang", lang).out.splitlines()
        assert max(display_width(line.rstrip()) for line in lines if "路灯路灯路灯" not in line) <= 100
        assert any(line == "路灯" * 200 for line in lines)


# --- events in words --------------------------------------------------------------------------------------------------


def test_every_kind_of_event_has_words_of_its_own() -> None:
    assert set(_TOLD) == set(PAYLOADS.values())


UNSAID = {
    *(("received", name) for name in ("message", "sender", "code")),
    *(("attached", name) for name in ("message", "sender")),
    ("submitted", "text"),
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_an_event_tells_what_people_wrote_and_never_the_name_of_a_text(event: Event, lang: Lang) -> None:
    fields = {name: getattr(event.data, name) for name in event.data.__struct_fields__}
    refs = {name: value for name, value in fields.items() if isinstance(value, str) and value.startswith(f"{event.seq}.")}
    texts = {ref: f"«{ref}»" for ref in refs.values()}
    said = happened(event, town(MORE), texts, lang)
    without = happened(event, town(MORE), {}, lang)
    shown = {name for name, ref in refs.items() if f"«{ref}»" in said}
    assert shown == {name for name in refs if name not in ("document", "request") and (event.kind, name) not in UNSAID}
    assert not any(ref in without for ref in refs.values())
    assert "None" not in said and "UNSET" not in said


ADVICE = ev.Finding(check="vague", level="advise", message="must not say: 尽快")


def told(data: Payload, lang: Lang) -> str:
    return happened(msgspec.structs.replace(EVENTS[0], data=data), town(MORE), {}, lang)


@pytest.mark.parametrize(
    ("data", "zh", "en"),
    [
        (
            ev.RungFired(
                rung="late-daily", occasion="late-daily/handle/1/2", mode="auto", effects=("issue:letter", "notify:leader")
            ),
            "阶梯 late-daily：下发交办函、通知领导",
            "rung late-daily: issue handover letter, notify leader",
        ),
        (
            ev.RungFired(rung="hot", occasion="hot/views/1", mode="propose", effects=("set:kind=help", "consult")),
            "阶梯 hot，建议：改类 求助、会商",
            "rung hot proposes: set help, Consult",
        ),
        (
            ev.RungFired(rung="hot", occasion="hot/views/1", mode="skipped", effects=()),
            "阶梯 hot：未执行",
            "rung hot: not carried out",
        ),
        (
            ev.Reopened(reason="rung:hot", explanation=None, cycle=2),
            "重办：阶梯 hot（第2次重办）",
            "Reopen: rung hot (cycle 2)",
        ),
        (
            ev.Submitted(unit="夹河镇", reply=1, text="1.reply", outcome=None, findings=(), gates=(), passed=0),
            "答复 夹河镇",
            "Submit reply 夹河镇",
        ),
        (
            ev.Submitted(unit="夹河镇", reply=2, text="1.reply", outcome="solved", findings=(ADVICE,), gates=(), passed=0),
            "答复 夹河镇 已解决（第2次答复）\n提示：must not say: 尽快",
            "Submit reply 夹河镇 solved (reply 2)\nadvice: must not say: 尽快",
        ),
        (ev.Published(reply=1, public=True), "公开", "Publish"),
        (ev.Published(reply=2, public=False), "公开（第2次答复），仅告知来件人", "Publish (reply 2), to the sender alone"),
        (
            ev.Declined(unit="公安局", reason="重复转办", explanation=None, count=2, lead="夹河镇"),
            "退件 公安局：重复转办（累计2次）",
            "Decline 公安局: 重复转办 (2 so far)",
        ),
        (
            ev.Declined(unit="公安局", reason="重复转办", explanation=None, count=1, lead="公安局"),
            "退件 公安局：重复转办，仍由 公安局 负责（累计1次）",
            "Decline 公安局: 重复转办, 公安局 stays responsible (1 so far)",
        ),
        (
            ev.SteppedBack(reply=1, reasons=("答非所问",), explanation=None, gate=1, count=1),
            "退回上一关 第1关：答非所问（累计1次）",
            "Return to gate 1: 答非所问 (1 so far)",
        ),
        (
            ev.ApprovalRequested(act="assign", gates=("supervisor", "leader"), request=None),
            "报批：交办，待督查室、领导",
            "Ask for approval: Assign, waits for supervision office, leader",
        ),
    ],
)
def test_an_event_is_told_in_the_words_of_its_rulebook(data: Payload, zh: str, en: str) -> None:
    assert (told(data, "zh"), told(data, "en")) == (zh, en)


def test_two_kinds_of_event_are_not_told_in_the_same_words() -> None:
    for lang in ("zh", "en"):
        said = sorted(happened(event, town(MORE), {}, lang) for event in EVENTS)  # type: ignore[arg-type]
        assert [one for one, other in pairwise(said) if one == other] == []


def test_what_was_never_counted_is_not_listed() -> None:
    assert counted({"returned": 0, "views": 210, "stepped_back": 1}, "zh") == "点击 210 · 退回上一关 1"
    assert counted({"returned": 2, "views": 0}, "en") == "returned 2"
    assert counted({"returned": 0}, "zh") == counted({}, "zh") == ""


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (Assign(lead="夹河镇", assisting=("公安局", "住建局")), "lead=夹河镇 assisting=公安局,住建局"),
        (Review(classes={"kind": "help"}, note="急"), "classes.kind=help note=急"),
        (Consult(on_site=True), "on_site=True"),
        (Publish(), ""),
    ],
)
def test_what_is_asked_for_is_said_in_short(command: Command, said: str) -> None:
    kept = {"command": command.model_dump(mode="json"), "actor": CLERK.model_dump(mode="json")}
    assert asked_for(msgspec.json.encode(kept).decode()) == said
    assert asked_for(None) == asked_for("") == asked_for("erased") == ""


@given(st.text(max_size=200) | st.text("a路 \n", max_size=200))
def test_a_shortened_text_fits_its_cell_and_begins_as_the_text_does(text: str) -> None:
    said = short(text)
    whole = " ".join(text.split())
    assert display_width(said) <= 60 and "\n" not in said
    assert said == whole if display_width(whole) <= 60 else said.endswith("…") and whole.startswith(said[:-1])
