"""Baiyin city, 2019, as its text tells it; each part begins with the sentence that it shows."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from datetime import date

import pytest

from casework import Actor, Case, Desk, MemoryStore, Rulebook
from casework.actions import (
    AnswerOrder,
    Approve,
    Assign,
    ClearOrder,
    Close,
    Command,
    IssueOrder,
    Publish,
    Reject,
    ReturnReply,
    Review,
    SubmitReply,
    Transfer,
)
from casework.errors import ConditionUnmet, NotPermitted, RegisterInvalid, UnknownBoard, UnknownChannel
from casework.places import baiyin
from casework.places.baiyin import AS_OF, GOVERNOR, MAYOR, Stated, stated
from casework.ports import CaseStore
from casework.reports.boards import BoardTable, by_board
from casework.reports.bulletin import make_bulletin
from casework.reports.ledger import ledger
from casework.reports.statistics import percent, shown
from casework.rulebook import shipped_file
from casework.units import read_register
from tests.scenarios.story import Tale, Told

FRIDAY = "2019-03-08 10:00"
ANSWER = "经现场查看，该路段路灯电缆被盗，已重新敷设，十二盏路灯全部恢复照明。"
GATES = ("proofreader", "reviewer", "releaser")
COUNTY = "靖远县县长留言"
COUNTIES = ("白银区", "平川区", "靖远县", "会宁县", "景泰县")


class Boards(Tale):
    """The city's boards, on which people act by the boards that they have."""

    def on(self, role: str, board: str) -> Actor:
        """Return whoever has a role on a board."""
        person = next(row.person for row in self.register.grant if row.role == role and board in row.boards)
        return self.register.actor(person)

    def acts(self, role: str, board: str, *commands: Command, at: str = "", case: str = "c1") -> Case:
        """Have whoever has a role on a board carry out commands on a case, which may be on another."""
        self.to(at)
        for command in commands:
            self.desk.act(case, command, by=self.on(role, board))
        return self.desk.get(case)

    def verdict(self, clock: str) -> tuple[str, int]:
        """Return what a clock says now."""
        told = self.desk.verdicts("c1")[clock]
        return told.state.value, told.days


def tale(*, at: str = FRIDAY) -> Boards:
    return Boards("baiyin", at=at)


def handed_out(story: Boards, *, board: str = MAYOR, unit: str = "住建局") -> Boards:
    """A message that was screened and handed to its unit."""
    story.comes(board=board, number="BY-1")
    story.acts("manager", board, Review(), Assign(lead=unit))
    return story


def submitted(story: Boards, *, text: str = ANSWER, unit: str = "住建局", at: str = "") -> Boards:
    story.to(at)
    story.do(SubmitReply(text=story.signed(unit, text, place="白银市"), outcome="solved"), by="handler", unit=unit)
    return story


def released(story: Boards, *, board: str = MAYOR) -> Boards:
    for gate in GATES:
        story.acts(gate, board, Approve())
    return story


# --- 要求工作人员每天登陆后台，及时处理网民留言……做到留言和答复日产日清，不积压、不拖延、不遗漏 ------------------------


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2019-03-08 10:00", "2019-03-08"),  # a Friday
        ("2019-03-08 17:59", "2019-03-08"),
        ("2019-03-08 18:01", "2019-03-11"),  # nobody is there any more: Monday's
        ("2019-03-08 20:00", "2019-03-11"),
        ("2019-03-09 09:00", "2019-03-11"),  # a Saturday
        ("2019-10-11 20:00", "2019-10-12"),  # a Friday evening before a Saturday that is worked for the national holiday
        ("2019-10-12 09:00", "2019-10-12"),  # that Saturday
        ("2019-10-12 19:00", "2019-10-14"),
        ("2019-09-30 18:30", "2019-10-08"),  # before seven days off
        ("2019-05-03 12:00", "2019-05-05"),  # a day off that was added in March, and a Sunday worked for it
    ],
)
def test_a_message_is_screened_on_the_working_day_on_which_it_comes(received: str, due: str) -> None:
    story = tale(at=received)
    story.comes(board=MAYOR)
    assert story.due("screen") == due
    story.acts("manager", MAYOR, Review(), at=f"{due} 23:59")
    assert story.verdict("screen") == ("met", 0)


def test_what_lies_over_night_is_late_by_the_next_working_day() -> None:
    story = tale()
    story.comes(board=MAYOR)
    story.to("2019-03-09 00:00")
    assert story.verdict("screen") == ("overdue", 0)  # no working day has begun since
    story.acts("manager", MAYOR, Review(), at="2019-03-11 08:30")
    assert story.verdict("screen") == ("met late", 1)


@pytest.mark.parametrize(
    "command", [Reject(reason="advertisement"), Transfer(to="市信访局", reason="petition")], ids=["refused", "handed on"]
)
def test_what_is_not_registered_was_screened_all_the_same(command: Command) -> None:
    story = tale()
    story.comes(board=MAYOR)
    case = story.acts("manager", MAYOR, command)
    assert [(clock.rule, clock.met) for clock in case.clocks] == [("screen", True)]  # and nobody has it to handle


@pytest.mark.parametrize(
    ("answered", "due"),
    [
        ("2019-03-12 10:00", "2019-03-12"),
        ("2019-03-15 19:30", "2019-03-18"),  # a Friday evening
        ("2019-10-11 19:30", "2019-10-12"),  # before the Saturday that is worked
    ],
)
def test_a_reply_is_published_on_the_working_day_on_which_it_comes(answered: str, due: str) -> None:
    story = submitted(handed_out(tale(at=f"{answered[:10]} 09:00")), at=answered)
    assert story.due("publish") == due
    story.to(f"{due} 23:58")
    assert released(story).case.state == "published"
    assert story.verdict("publish") == ("met", 0)


def test_a_reply_that_waits_for_its_last_gate_until_the_next_day_is_published_late() -> None:
    story = submitted(handed_out(tale(at="2019-03-12 09:00")))
    for gate in GATES[:2]:
        story.acts(gate, MAYOR, Approve())
    story.acts(GATES[2], MAYOR, Approve(), at="2019-03-13 09:00")
    assert story.verdict("publish") == ("met late", 1)


def test_a_reply_that_goes_back_was_dealt_with_and_has_a_day_of_its_own_when_it_comes_again() -> None:
    story = submitted(handed_out(tale(at="2019-03-12 09:00")))
    story.acts("proofreader", MAYOR, ReturnReply(reasons=("有错别字",)))
    assert story.verdict("publish") == ("met", 0)
    submitted(story, at="2019-03-14 16:00")
    clock = story.clock("publish")
    assert (clock.run, clock.status, story.due("publish")) == (2, "running", "2019-03-14")


def test_the_two_clocks_have_a_limit_of_no_days_which_ends_on_the_day_itself() -> None:
    clocks = tale().desk.rulebook.outline.clocks
    for name, begins in (("screen", ("receive",)), ("publish", ("submit",))):
        rule = clocks[name]
        assert [row.is_ for row in rule.limit] == ["0 working days"]
        assert (rule.starts_on, f"{rule.count.cutoff:%H:%M}", rule.count.day_zero) == (begins, "18:00", "next-working-day")
        assert "日产日清" in rule.source and rule.assumption


# --- 科学合理地设置多级审核把关环节，对答复内容做到认真审核、仔细校对，确保答复妥当、表述无误、无病句、错别字 ----------


def test_a_reply_passes_every_gate_in_its_order_and_is_out_with_the_last() -> None:
    story = submitted(handed_out(tale()))
    for passed, gate in enumerate(GATES):
        assert story.case.reply is not None
        assert (story.case.state, story.case.reply.passed, story.case.reply.gates) == ("replied", passed, GATES)
        for other in {*GATES} - {gate}:
            with story.refused(NotPermitted, f"gate {passed + 1} of 3, which is passed by '{gate}'"):
                story.acts(other, MAYOR, Approve())
        with story.refused(ConditionUnmet, f"has passed {passed} of 3 gates"):
            story.acts("manager", MAYOR, Publish())
        story.acts(gate, MAYOR, Approve())
    assert story.case.state == "published"
    assert Told("sender", "住建局", "您的留言已答复") in story.told()


@pytest.mark.parametrize("gates", [1, 2, 4])
def test_how_many_gates_there_are_is_one_line_of_the_rulebook(gates: int) -> None:
    text = shipped_file("baiyin", "rulebook.toml").read_text("utf-8")
    line = 'by = ["proofreader", "reviewer", "releaser"]'
    names = (*GATES, "manager")[:gates]
    assert text.count(line) == 1 and text.count('"approve", "return", "note"') == 3
    text = text.replace(line, f"by = {json.dumps(names)}").replace('"praise",\n]', '"praise", "approve",\n]')
    register = Rulebook.shipped("baiyin").register
    assert register is not None
    book = Rulebook.parse(text, name="baiyin", register=register)
    assert book.outline.gates("publish", lambda _: True) == names
    story = tale()
    story.desk = Desk(book, store=story.store, now=story.time, new_id=lambda: "c1")
    submitted(handed_out(story))
    for name in names:
        assert story.case.state == "replied"
        story.acts(name, MAYOR, Approve())
    assert story.case.state == "published"


@pytest.mark.parametrize("gate", [0, 1, 2])
@pytest.mark.parametrize("reason", ["答复不妥", "表述有误", "有病句", "有错别字"])
def test_every_gate_may_send_it_back_and_then_it_passes_all_of_them_anew(gate: int, reason: str) -> None:
    story = submitted(handed_out(tale()))
    for before in GATES[:gate]:
        story.acts(before, MAYOR, Approve())
    story.told()
    case = story.acts(GATES[gate], MAYOR, ReturnReply(reasons=(reason,)))
    assert (case.state, case.counts["returned"]) == ("returned", 1)
    assert story.told() == [Told("handler", "住建局", "答复已退回，请校对修改后重报")]
    assert released(submitted(story)).case.state == "published"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("您的留言已收悉，我们将认真研究，感谢您的关注和支持。", "只说收到不算答复"),
        ("已经修好了。", "答复过短"),
        ("按照市上的统一布署，路灯改造已经完成，感谢您的监督。", "有错别字"),
        ("经现场查看，路灯已经修好。。感谢您的监督。", "标点重复"),
        ("经现场查看，，路灯已经修好，感谢您的监督。", "标点重复"),
    ],
)
def test_a_reply_is_proof_read_before_anybody_has_to_look_at_it(text: str, why: str) -> None:
    story = handed_out(tale())
    with story.refused(ConditionUnmet, why):
        submitted(story, text=text)


def test_a_reply_has_the_form_of_all_others_signed_and_dated() -> None:
    story = handed_out(tale())
    with story.refused(ConditionUnmet, "请在文末署单位名称"):
        story.do(SubmitReply(text=f"{ANSWER}\n2019年3月8日"), by="handler", unit="住建局")
    with story.refused(ConditionUnmet, "请在文末写明答复日期"):
        story.do(SubmitReply(text=f"{ANSWER}\n白银市住建局"), by="handler", unit="住建局")


def test_words_that_only_look_misspelt_pass() -> None:
    text = "按照装修合同的约定，既使用了新材料，又有一份内容完整的验收单，预防碍事的杂物已经清走，达到了目的的要求。"
    assert submitted(handed_out(tale()), text=text).case.state == "replied"


def test_a_promise_without_a_day_is_remarked_upon_where_the_gates_can_see_it() -> None:
    case = submitted(handed_out(tale()), text="经现场查看，该处路灯年久失修，我们将尽快组织更换，请您放心。").case
    assert case.reply is not None
    assert [(row.check, row.level) for row in case.reply.findings] == [("vague", "advise")]


# --- 我办紧盯未按期办结的留言，建立台账制度，定期列出未办结留言清单，持续跟踪、逐件督办，对经督促办结的留言及时销号 ----


def overdue() -> Boards:
    """A message that was not closed in time, on the morning after."""
    story = handed_out(tale())
    assert story.due() == "2019-03-22"
    story.sweep(at="2019-03-22 23:00")
    assert story.case.orders == ()
    story.told()
    story.sweep(at="2019-03-23 07:30")
    return story


def test_as_soon_as_its_limit_has_passed_each_is_supervised_by_an_order_of_its_own() -> None:
    story = overdue()
    [order] = story.case.orders
    assert (order.form, order.number, order.to, order.rung) == ("supervision", "白政电督〔2019〕1号", ("住建局",), "late")
    document = story.text(order.document)
    for words in ("督办单 白政电督〔2019〕1号", "住建局：", "BY-1号", "办结期限为2019-03-22", "已列入未办结留言清单"):
        assert words in document
    assert {(row.to, row.unit, row.zh) for row in story.told()} == {
        ("handler", "住建局", "督办单（白政电督〔2019〕1号），请回复办理情况"),
        ("manager", "住建局", "抄送：督办单（白政电督〔2019〕1号）"),
    }
    story.comes("另一件", board=COUNTY, number="BY-2")
    story.acts("manager", COUNTY, Review(), Assign(lead="靖远县"), case="c2")
    story.to("2019-04-30 07:30")
    story.desk.sweep()
    assert [row.number for row in story.desk.get("c2").orders] == ["白政电督〔2019〕2号"]


def test_it_is_followed_up_as_long_as_it_is_open() -> None:
    story = overdue()
    story.do(AnswerOrder(order="o1", text="正在采购设备。"), by="handler", unit="住建局")
    story.told()
    for morning in ("2019-04-09 07:30", "2019-04-23 07:30", "2019-05-10 07:30"):
        story.sweep(at=morning)
        assert [row.to for row in story.told() if "逾期仍未办结" in row.zh] == ["manager", "handler", "clerk"]
    assert len(story.case.orders) == 1  # one order for each, and no heap of them


def test_what_was_urged_to_its_end_is_struck_off_in_time_and_by_the_office() -> None:
    story = overdue()
    story.do(AnswerOrder(order="o1", text="已更换电缆，今日答复。"), by="handler", unit="住建局", at="2019-03-25 10:00")
    released(submitted(story))
    story.told()
    story.acts("manager", MAYOR, Close(outcome="solved"))
    assert Told("clerk", "住建局", "经督促已办结，请及时销号") in story.told()
    assert story.due("strike-off") == "2019-03-26"
    with story.refused(NotPermitted, "clear"):
        story.acts("manager", MAYOR, ClearOrder(order="o1"))
    story.do(ClearOrder(order="o1"), by="clerk", at="2019-03-26 16:00")
    assert story.case.orders[0].cleared_at is not None
    assert story.verdict("strike-off")[0] == "met"
    assert story.verdict("handle") == ("met late", 1)


def test_what_was_closed_in_time_has_nothing_to_strike_off() -> None:
    story = released(submitted(handed_out(tale())))
    case = story.acts("manager", MAYOR, Close(outcome="solved"))
    assert [clock.rule for clock in case.clocks] == ["screen", "handle", "publish"]
    assert not [row for row in story.told() if row.to == "clerk"]


def test_an_order_without_an_answer_is_not_struck_off_and_the_office_hears_of_it() -> None:
    story = overdue()
    with story.refused(ConditionUnmet, "has no answer yet"):
        story.do(ClearOrder(order="o1"), by="clerk")
    story.told()
    story.sweep(at="2019-03-28 07:30")
    assert {row.to for row in story.told() if "督办单逾期未回复" in row.zh} == {"manager", "clerk"}


def test_orders_are_the_office_s_to_issue() -> None:
    story = handed_out(tale())
    with story.refused(NotPermitted, "has no right to it"):
        story.acts("manager", MAYOR, IssueOrder(form="supervision"))
    story.do(IssueOrder(form="supervision", text="请说明进度。"), by="clerk")
    assert [row.number for row in story.case.orders] == ["白政电督〔2019〕1号"]


def test_every_monday_what_is_open_and_late_is_listed_in_a_numbered_issue() -> None:
    story = handed_out(tale())
    story.sweep(at="2019-03-08 12:00")
    assert story.desk.issues() == ()
    story.sweep(at="2019-03-11 07:29")
    assert story.desk.issues() == ()
    story.told()
    story.sweep(at="2019-03-11 07:30")
    story.sweep(at="2019-03-18 09:00")
    issues = story.desk.issues("open-list")
    assert [(row.period, row.form, row.number) for row in issues] == [
        ("2019-W10", "list", "2019年第1期"),
        ("2019-W11", "list", "2019年第2期"),
    ]
    assert [row.to for row in story.told() if "未办结留言清单（2019年第10周）" in row.zh] == ["clerk", "manager"]


# --- 市、县（区）两级12个领导留言栏目，按照隶属关系和属地原则，分别授权给市委、市政府和各县区党委、政府的有关部门 --------


def test_there_are_twelve_boards_on_two_levels_and_the_governor_s_is_the_province_s() -> None:
    register = tale().register
    assert len(register.boards) == 12
    levels = Counter(row.level for row in register.board if not row.outside)
    assert levels == {"city": 2, "county": 10}
    assert [(row.name, row.level) for row in register.board if row.outside] == [(GOVERNOR, "province")]
    text = shipped_file("baiyin", "register.toml").read_text("utf-8")
    assert "ASSUMPTION: the twelve are" in text


def test_boards_were_given_to_offices_of_those_whose_leaders_are_addressed() -> None:
    register = tale().register
    units = {row.name: register.find(row.unit) for row in register.board}
    assert units[MAYOR].name == units[GOVERNOR].name == "市电子政务办"  # 我办……所承担的市长留言栏目
    for board, unit in units.items():
        county = next((name for name in COUNTIES if board.startswith(name)), "")
        assert unit.parent == county  # 隶属关系
    assert len({unit.name for unit in units.values()}) == 12


def test_every_board_has_a_manager_and_its_gates_and_a_manager_has_no_other_s_board() -> None:
    register = tale().register
    for role in ("manager", *GATES):
        held = [board for row in register.grant if row.role == role for board in row.boards]
        assert sorted(held) == sorted(row.name for row in register.board), role
    managers = {row.person: row.boards for row in register.grant if row.role == "manager"}
    assert Counter(map(len, managers.values())) == {1: 11, 2: 1}


@pytest.mark.parametrize("mine", ["市委书记留言", MAYOR, "靖远县委书记留言", "景泰县县长留言"])
def test_a_manager_sees_and_acts_on_the_own_board_alone(mine: str) -> None:
    story = tale()
    boards = [row.name for row in story.register.board]
    for number, board in enumerate(boards, start=1):
        story.comes(board=board, channel="province" if board == GOVERNOR else "portal", number=f"BY-{number}")
    manager = story.on("manager", mine)
    for number, board in enumerate(boards, start=1):
        case = f"c{number}"
        if board in manager.boards:
            assert "review" in story.desk.view(case, by=manager).allowed
            assert story.desk.act(case, Review(), by=manager).state == "reviewed"
            continue
        why = f"the case's board is '{board}', the actor's boards are: {', '.join(manager.boards)}"
        with pytest.raises(NotPermitted, match=why):
            story.desk.view(case, by=manager)
        with story.refused(NotPermitted, why):
            story.desk.act(case, Review(), by=manager)
        with story.refused(NotPermitted, why):
            story.desk.act(case, Reject(reason="advertisement"), by=manager)


def test_a_manager_who_claims_another_s_board_is_refused_by_the_register() -> None:
    story = tale()
    story.comes(board=MAYOR)
    mine = story.on("manager", COUNTY)
    claims = mine.model_copy(update={"boards": (COUNTY, MAYOR)})
    with story.refused(NotPermitted, "the register grants jingyuan-head no role manager"):
        story.desk.act("c1", Review(), by=claims)
    with pytest.raises(NotPermitted, match="the register grants jingyuan-head no role manager"):
        story.desk.view("c1", by=claims)


@pytest.mark.parametrize("gate", GATES)
def test_nobody_lets_a_reply_pass_on_another_s_board(gate: str) -> None:
    story = submitted(handed_out(tale(), board=COUNTY, unit="靖远县"), unit="靖远县")
    for before in GATES[: GATES.index(gate)]:
        story.acts(before, COUNTY, Approve())
    for command in (Approve(), ReturnReply(reasons=("答复不妥",))):
        with story.refused(NotPermitted, f"the case's board is '{COUNTY}'"):
            story.desk.act("c1", command, by=story.on(gate, "会宁县县长留言"))
    # Who does so for the county does so for both of its boards: one grant may name several.
    assert story.acts(gate, "靖远县委书记留言", Approve()).counts == {}


def test_the_office_sees_every_board_and_may_act_on_each() -> None:
    story = tale()
    for number, board in enumerate((row.name for row in story.register.board), start=1):
        story.comes(board=board, channel="province" if board == GOVERNOR else "portal", number=f"BY-{number}")
        seen = story.desk.view(f"c{number}", by=story.who("clerk"))
        assert seen.number == f"BY-{number}" and "review" in seen.allowed
        assert story.do(Review(), Assign(lead="住建局"), by="clerk", case=f"c{number}").state == "assigned"


@pytest.mark.parametrize(
    ("board", "meant"), [("市长留言栏", "市长留言"), ("靖远县长留言", "靖远县县长留言"), ("白银区委书记", "白银区委书记留言")]
)
def test_a_board_that_there_is_not_is_refused_and_the_nearest_is_named(board: str, meant: str) -> None:
    story = tale()
    with story.refused(UnknownBoard, f"did you mean '{meant}'"):
        story.comes(board=board)


def test_a_manager_of_a_board_that_there_is_not_is_found_on_loading() -> None:
    text = shipped_file("baiyin", "register.toml").read_text("utf-8")
    wrong = text.replace('boards = ["市委书记留言"]', 'boards = ["市委书记信箱"]', 1)
    assert wrong != text
    with pytest.raises(RegisterInvalid, match="unknown board '市委书记信箱'; did you mean '市委书记留言'"):
        read_register(wrong)


def test_messages_come_by_the_two_portals_and_no_other_way() -> None:
    story = tale()
    with story.refused(UnknownChannel, "did you mean 'portal'"):
        story.comes(board=MAYOR, channel="portals")


@pytest.mark.parametrize("county", COUNTIES)
def test_what_is_written_on_a_county_s_board_is_proposed_to_the_county(county: str) -> None:
    story = tale()
    boards = [board for board in story.register.boards if board.startswith(county)]
    assert len(boards) == 2
    for number, board in enumerate(boards, start=1):
        story.comes("道路破损", board=board, number=f"BY-{number}")
        handed = story.acts("manager", board, Review(), Assign(), case=f"c{number}")
        assert handed.lead == county


def test_on_a_board_of_the_city_the_place_decides_where_no_matter_does() -> None:
    story = tale()
    story.comes("道路破损", board=MAYOR, place="会宁县河畔镇")
    story.comes("公积金贷款", board=MAYOR, place="会宁县河畔镇")
    assert [story.acts("manager", MAYOR, Review(), Assign(), case=case).lead for case in ("c1", "c2")] == ["会宁县", "公积金中心"]


def test_managers_see_whom_to_call_and_those_at_the_gates_do_not() -> None:
    story = submitted(handed_out(tale()))
    seen = {role: story.desk.view("c1", by=story.on(role, MAYOR)).sender for role in ("manager", *GATES)}
    assert (seen["manager"].name, seen["manager"].phone) == ("网友甲", "100-0000-0001")
    for role in GATES:
        assert "网友甲" not in seen[role].name and "0001" not in seen[role].phone


# --- 通过在该栏目中定期统计和通报各留言子栏目的办理情况……截止目前，已按期发布各留言栏目的办理情况通报共3季36次 ---------


@pytest.fixture(scope="module")
def desk() -> Desk:
    """The story, played once for all tests that look at it."""
    return baiyin.play(MemoryStore()).desk


@pytest.fixture(scope="module")
def store(desk: Desk) -> CaseStore:
    return desk.store


@pytest.fixture(scope="module")
def cases(store: CaseStore) -> list[Case]:
    return [store.read(case).case for case in store.ids(limit=100_000)]


def test_thirty_six_bulletins_were_issued_one_for_each_board_and_quarter(desk: Desk) -> None:
    issues = desk.issues("quarterly")
    boards = desk.rulebook.register.boards if desk.rulebook.register else ()
    assert [(row.period, row.scope) for row in issues] == [
        (quarter, board) for quarter in ("2019-Q1", "2019-Q2", "2019-Q3") for board in boards
    ]
    assert len(issues) == 36
    assert [row.number for row in issues] == [f"〔2019〕第{n}号" for n in range(1, 37)]


def test_they_were_issued_in_time_and_once(desk: Desk) -> None:
    zone = tale().zone
    for row in desk.issues("quarterly"):
        month = {"2019-Q1": 4, "2019-Q2": 7, "2019-Q3": 10}[row.period]
        assert row.as_of.astimezone(zone).date() == date(2019, month, 11)  # at 24:00 of the tenth
        assert row.made_at.astimezone(zone).date() == date(2019, month, 11)
    assert desk.sweep().issues == 0


def test_each_quarter_s_bulletin_can_be_made_again_as_it_was(desk: Desk) -> None:
    book = desk.rulebook
    assert book.register is not None
    tenth = date(2019, 7, 10)
    made = make_bulletin(desk.store, book, book.register, period="2019-Q2", as_of=tenth, boards=[COUNTY])
    row = by_board(desk.store, book, book.register, period="2019-Q2", as_of=tenth, boards=[COUNTY]).row(COUNTY)
    for name in ("received", "closed", "completion-valid", "completion-board"):
        assert made.figure(name).value == row.figures[name].value
    assert (made.figure("completion-valid").value or 0) > 0.9


def test_of_the_open_list_an_issue_came_every_week(desk: Desk) -> None:
    weeks = [row.period for row in desk.issues("open-list")]
    assert weeks == [f"2019-W{week:02}" for week in range(1, 46)]


# --- 审核处理网上留言800多条，登记受理401条，办结395条 …… 有效留言1274件，目前已办结1245件 ------------------------------


@pytest.fixture(scope="module")
def told(desk: Desk) -> tuple[Stated, ...]:
    return stated(desk.store, desk.rulebook)


@pytest.fixture(scope="module")
def three_quarters(desk: Desk) -> BoardTable:
    return by_board(desk.store, desk.rulebook, desk.rulebook.register, period="2019-01..2019-09", as_of=AS_OF)


def test_every_figure_of_the_text_comes_out_as_it_was_published(told: tuple[Stated, ...]) -> None:
    assert [[shown(figure) for figure in row.figures] for row in told] == [
        ["826", "401", "395", "98.5%"],
        ["104", "104", "100.00%"],
        ["297", "291", "97.98%"],
        ["263", "263", "100.00%"],
        ["1274", "1245", "97.72%"],
    ]
    text = shipped_file("baiyin", "rulebook.toml").read_text("utf-8")
    for row in (told[0], told[4]):
        assert row.quote in text  # the sentences that the rates are declared by


def test_the_figures_are_those_of_the_sentences_that_they_stand_beside(told: tuple[Stated, ...]) -> None:
    for row in told:
        for figure in row.figures[1:]:
            number = shown(figure).removesuffix(".00%")
            assert number in row.quote or (figure.value == 263) or (number, row.zh) in [("104", "省长留言"), ("100", "省长留言")]
    screened = told[0].figures[0].value
    assert isinstance(screened, int) and 800 < screened < 900  # 800多条


def test_who_was_received_was_screened(cases: list[Case]) -> None:
    """审核处理网上留言800多条: nothing of the ten months lies unscreened, so what came is what was screened."""
    november = tale().moment("2019-11-01 00:00")
    before = [case for case in cases if case.received_at < november]
    assert len(cases) == 2066
    assert {case.state for case in before} == {"closed", "assigned", "rejected", "transferred"}
    assert sum(case.board in (MAYOR, GOVERNOR) for case in before) == 826


def test_all_six_that_are_open_are_the_mayor_s_and_october_s(cases: list[Case]) -> None:
    story = tale()
    six = [
        case
        for case in cases
        if case.board in (MAYOR, GOVERNOR) and case.state == "assigned" and case.received_at < story.moment("2019-11-01 00:00")
    ]
    assert len(six) == 6 and {case.board for case in six} == {MAYOR}
    assert {case.received_at.astimezone(story.zone).month for case in six} == {10}
    assert Counter(len(case.orders) for case in six) == {1: 3, 0: 3}  # three are on the list, three have their limit before them


def test_the_snapshot_matters(desk: Desk) -> None:
    """At the end of October more was open than the text has: its figures are those of the day before it was published."""
    book = desk.rulebook
    october, november = (
        by_board(desk.store, book, book.register, period="2019-01..2019-10", as_of=day, boards=(MAYOR, GOVERNOR)).total.figures
        for day in (date(2019, 10, 31), AS_OF)
    )
    assert november["closed"].value == 395
    assert isinstance(october["closed"].value, int) and october["closed"].value < 395
    assert october["received"].value == november["received"].value


def test_the_base_matters(three_quarters: BoardTable) -> None:
    """Valid is not registered: what was handed on was never registered, and by that base the mayor would not be at 100 %."""
    own = three_quarters.own
    assert own is not None
    assert [own.figures[name].value for name in ("valid", "registered", "closed")] == [1274, 1265, 1245]
    assert [percent(own.figures[name]) for name in ("completion-valid", "completion-board")] == ["97.72%", "98.42%"]
    mayor = three_quarters.row(MAYOR).figures
    assert percent(mayor["completion-board"]) == "100.00%" and mayor["valid"].value == 268
    assert percent(mayor["completion-valid"]) == "98.13%"


def test_the_governor_s_board_is_outside_the_twelve(three_quarters: BoardTable) -> None:
    own, total = three_quarters.own, three_quarters.total
    assert own is not None
    governor = three_quarters.row(GOVERNOR)
    assert governor.outside and [row.board for row in three_quarters.rows if row.outside] == [GOVERNOR]
    for name in ("received", "valid", "closed"):
        values = [row.figures[name].value for row in (total, own, governor)]
        assert all(isinstance(value, int) for value in values)
        assert values[0] == sum(value for value in values[1:] if isinstance(value, int))


def test_every_figure_can_be_traced_to_its_cases(desk: Desk, three_quarters: BoardTable, cases: list[Case]) -> None:
    own = three_quarters.own
    assert own is not None
    valid, closed = (set(three_quarters.cases(desk.store, own, name)) for name in ("valid", "closed"))
    assert (len(valid), len(closed)) == (1274, 1245) and closed < valid
    left = Counter(case.state for case in cases if case.id in valid - closed)
    assert left == {"assigned": 20, "transferred": 4, "rejected": 5}


def test_the_figures_do_not_hang_on_the_chance_of_one_story(monkeypatch: pytest.MonkeyPatch, told: tuple[Stated, ...]) -> None:
    monkeypatch.setattr(baiyin, "_SEED", 1)
    again = baiyin.play(MemoryStore()).desk
    assert [[figure.value for figure in row.figures] for row in stated(again.store, again.rulebook)] == [
        [figure.value for figure in row.figures] for row in told
    ]
    assert len(again.issues("quarterly")) == 36


def test_every_row_of_the_rulebook_says_what_it_follows_or_what_it_assumes() -> None:
    book = tomllib.loads(shipped_file("baiyin", "rulebook.toml").read_text("utf-8"))
    tables = ("channels", "roles", "figures", "clock", "route", "approval", "order", "rung", "notify", "schedule")
    rows = [row for name in tables for row in (book[name].values() if isinstance(book[name], dict) else book[name])]
    rows += [book[name] for name in ("intake", "assignment", "reopen", "reply")] + book["reply"]["checks"]
    assert len(rows) > 45
    assert [row for row in rows if not row.get("source") and not row.get("assumption")] == []
    # What the text cannot have said stands there as an assumption.
    by_id = {row["id"]: row for name in ("clock", "schedule") for row in book[name]}
    for name in ("screen", "publish", "strike-off", "quarterly", "open-list"):
        assert by_id[name]["assumption"]
    assert "how many gates" in book["approval"][0]["assumption"]
    assert by_id["handle"]["limit"][0]["assumption"]


# --- what happened on the way to them ---------------------------------------------------------------------------------


def test_no_message_and_no_reply_lay_over_night(cases: list[Case]) -> None:
    same_day = [clock for case in cases for clock in case.clocks if clock.rule in ("screen", "publish")]
    assert len(same_day) > 3500 and {clock.met for clock in same_day} == {True}
    waited = [clock for case in cases for clock in case.clocks if clock.rule == "screen" and clock.due and clock.stopped_at]
    zone = tale().zone
    on_a_day_off = [clock for clock in waited if clock.started_at.astimezone(zone).date() < clock.day_zero]
    assert len(on_a_day_off) > 100  # many came in the evening or on a day off


def test_replies_went_back_from_the_gates_and_slips_from_the_first(desk: Desk, cases: list[Case]) -> None:
    back = [case for case in cases if case.counts.get("returned")]
    assert len(back) > 80
    for case in back[::10]:
        gates = {event.role for event in desk.history(case.id) if event.action == "return"}
        assert gates <= {"proofreader", "reviewer"} and case.state == "closed"


def test_each_overdue_message_was_urged_by_itself_and_struck_off_when_it_was_closed(cases: list[Case]) -> None:
    urged = [case for case in cases if case.orders]
    late = {case.id for case in cases if case.clocks and any(row.rule == "handle" and row.met is False for row in case.clocks)}
    assert late <= {case.id for case in urged}
    assert Counter(len(case.orders) for case in urged) == {1: len(urged)}
    for case in urged:
        assert (case.orders[0].cleared_at is not None) == (case.state == "closed")
    strikes = [clock.met for case in urged for clock in case.clocks if clock.rule == "strike-off"]
    assert strikes and all(strikes)
    numbers = sorted(int(case.orders[0].number.removeprefix("白政电督〔2019〕").removesuffix("号")) for case in urged)
    assert numbers == list(range(1, len(urged) + 1))


def test_the_ledger_of_a_week_s_list_tells_what_was_open_then_and_what_was_urged(desk: Desk) -> None:
    """台账: taken as of the moment of an issue of the open list, the ledger has what was open then, struck off or not."""
    issue = next(row for row in desk.issues("open-list") if row.period == "2019-W30")
    begin = tale().moment("2019-01-01 00:00")
    rows = list(ledger(desk.store, since=begin, until=issue.as_of, as_of=issue.as_of))
    still = [row for row in rows if not row.over]
    overdue = [row for row in still if row.verdict and row.verdict.state.value == "overdue"]
    assert 10 < len(overdue) < len(still) < 150
    assert {row.orders for row in overdue} == {1}  # 逐件督办: an order for each, since the morning after its limit
    closed_late = [row for row in rows if row.closed_at and row.late == "closed-late"]
    assert len(closed_late) > 30 and sum(row.orders for row in closed_late) <= 2  # struck off within a day


def test_whoever_acted_acted_on_a_board_of_their_own(desk: Desk, cases: list[Case]) -> None:
    boards = {(row.person, row.role): row.boards for row in tale().register.grant if row.boards}
    for case in cases[::25]:
        for event in desk.history(case.id):
            if event.role in ("manager", *GATES):
                assert case.board in boards[event.actor, event.role]
