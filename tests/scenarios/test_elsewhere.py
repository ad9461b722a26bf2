"""Rules of other places, each driven by hand-worked dates: Zunyi, Beijing, Bayannur, and a regulation that is made up.

They are read from ``examples/rulebooks`` as a portal would read its own. Holidays are those of the State Council's notices.
2021: Labour Day off from 1 to 5 May, worked on Sunday 25 April and Saturday 8 May. 2024: Labour Day off from 1 to 5 May, worked on
Sunday 28 April and Saturday 11 May; National Day off from 1 to 7 October, worked on Sunday 29 September and Saturday 12 October.
2025: National Day off from 1 to 8 October, worked on Sunday 28 September and Saturday 11 October.
"""

from __future__ import annotations

from datetime import date
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from casework import Desk, MemoryStore, Rulebook
from casework.actions import (
    Accept,
    AnswerOrder,
    Approve,
    AskCitizen,
    Assign,
    Close,
    Decline,
    Erase,
    Extend,
    Promise,
    Publish,
    Rate,
    Reclassify,
    ReturnReply,
    Review,
    SubmitReply,
    Supplement,
)
from casework.checking import check
from casework.errors import CommandRefused, ExtensionRefused
from casework.formatting import formatted
from casework.reports.bulletin import make_bulletin
from casework.testing import FrozenTime
from tests.scenarios.story import Tale, Told

BOOKS = Path(__file__).parents[2] / "examples" / "rulebooks"
NAMES = ("bayannur", "beijing", "invented", "zunyi")


class Elsewhere(Tale):
    """A tale of a place whose rulebook is no shipped one."""

    def __init__(self, name: str, *, at: str) -> None:
        book = Rulebook.load(BOOKS / f"{name}.toml")
        assert book.register is not None
        self.book, self.register, self.zone = book, book.register, ZoneInfo(book.zone)
        self.time = FrozenTime(self.moment(at))
        self.store = MemoryStore()
        ids = count(1)
        self.desk = Desk(book, store=self.store, now=self.time, new_id=lambda: f"c{next(ids)}")
        self._heard = 0

    def forms(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the orders of the first case, and whom they went to."""
        return [(row.form, row.to) for row in self.case.orders]

    def hour(self, key: str) -> str:
        """Return the instant before which a clock's matter is to be done, as people read it there."""
        due = self.clock(key).due
        assert due is not None
        return due.before.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")


def handed(name: str, lead: str, *, at: str, **classes: str) -> Elsewhere:
    """A message that the office has sorted and handed to a unit, which has accepted it, all within the minute."""
    story = Elsewhere(name, at=at)
    story.comes()
    story.do(Review(classes=classes), Assign(lead=lead), by="clerk")
    story.do(Accept(), by="handler", unit=lead)
    return story


# --- the documents ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_example_is_sound_draws_no_advice_and_is_in_form(name: str) -> None:
    assert check(Rulebook.load(BOOKS / f"{name}.toml")) == ()
    for path in (BOOKS / f"{name}.toml", BOOKS / f"{name}.register.toml"):
        text = path.read_text("utf-8")
        assert formatted(text) == text


def test_no_example_is_forgotten_here() -> None:
    assert tuple(sorted(row.stem for row in BOOKS.glob("*.toml") if not row.stem.endswith(".register"))) == NAMES


# --- Zunyi: by kind and by level --------------------------------------------------------------------------------------

BEFORE_NATIONAL_DAY = "2025-09-26 10:00"
"""A Friday. The working days after it: Sun 28, Mon 29, Tue 30 September; 9, 10, Sat 11, 13 to 17, 20 October."""


@pytest.mark.parametrize(
    ("kind", "level", "due"),
    [
        ("consult", "city", "2025-09-28"),
        ("consult", "county", "2025-09-29"),
        ("help", "city", "2025-10-10"),
        ("help", "county", "2025-10-10"),
        ("suggest", "county", "2025-10-10"),
        ("complaint", "city", "2025-10-16"),
        ("complaint", "county", "2025-10-20"),
    ],
)
def test_zunyi_counts_by_kind_and_level_over_national_day(kind: str, level: str, due: str) -> None:
    story = Elsewhere("zunyi", at=BEFORE_NATIONAL_DAY)
    story.comes()
    story.do(Review(classes={"kind": kind, "level": level}), by="clerk")
    assert story.due() == due


def test_zunyi_has_an_urgent_one_done_on_the_day_it_comes_a_day_off_too() -> None:
    story = Elsewhere("zunyi", at="2025-10-04 08:00")
    case = story.comes("小区燃气泄漏", body="三单元有燃气味。")
    assert {row.to for row in story.told()} == {"clerk", "supervisor"}
    assert case.proposals[0].classes == {"urgency": "urgent"}
    story.do(Review(classes={"kind": "complaint", "level": "city", "urgency": "urgent"}), by="clerk")
    assert (story.due(), story.hour("dispatch")) == ("2025-10-04", "2025-10-04 09:00")


def test_zunyi_a_matter_found_to_be_of_another_kind_has_the_other_limit_from_the_same_start() -> None:
    story = handed("zunyi", "市住建局", at=BEFORE_NATIONAL_DAY, kind="consult", level="city")
    story.do(Reclassify(axis="kind", value="complaint", reason="实为投诉"), by="clerk", at="2025-09-28 15:00")
    assert story.due() == "2025-10-16"


def test_zunyi_a_message_with_a_place_is_proposed_for_the_county_of_the_place() -> None:
    story = Elsewhere("zunyi", at=BEFORE_NATIONAL_DAY)
    case = story.comes("路灯不亮", place="湄潭县")
    assert [(row.unit, row.classes) for row in case.proposals] == [("湄潭县", {"level": "county"})]
    other = story.comes("公积金怎么提取", body="请问需要哪些材料？")
    assert [(row.unit, row.classes) for row in other.proposals] == [(None, {"level": "city"})]


# --- Beijing: hours, days, the first receiver, the district -----------------------------------------------------------


def test_beijing_has_two_hours_where_life_is_at_risk_on_a_holiday_night() -> None:
    story = Elsewhere("beijing", at="2021-05-01 22:30")
    story.comes("有人被困电梯", body="两人被困。")
    assert {row.to for row in story.told()} == {"clerk", "leader"}
    story.do(Review(classes={"risk": "danger"}), by="clerk", at="2021-05-01 22:40")
    assert story.hour("feedback") == "2021-05-02 00:30"


@pytest.mark.parametrize("supply", ["water", "power", "gas", "heat"])
def test_beijing_has_a_day_and_a_night_for_what_a_home_is_supplied_with(supply: str) -> None:
    story = handed("beijing", "市水务局", at="2021-04-30 21:30", supply=supply)
    assert story.hour("feedback") == "2021-05-01 21:30"


def test_beijing_has_seven_days_in_general_and_fifteen_for_what_proves_hard() -> None:
    story = handed("beijing", "海淀区", at="2021-04-30 09:00")
    assert story.due("feedback") == "2021-05-07"
    story.do(Reclassify(axis="difficulty", value="hard", reason="涉及多个部门"), by="clerk", at="2021-05-06 09:00")
    assert story.due("feedback") == "2021-05-15"  # a Saturday, and it stands


def test_beijing_the_danger_outweighs_the_supply() -> None:
    story = handed("beijing", "市城市管理委", at="2021-04-30 21:30", supply="gas", risk="danger")
    assert story.hour("feedback") == "2021-04-30 23:30"


@pytest.mark.parametrize(
    ("subject", "place", "unit"),
    [
        ("楼里停水两天", "海淀区", "市水务局"),
        ("没有暖气", "", "市城市管理委"),
        ("楼道堆物", "海淀区", "海淀区"),
        ("楼道堆物", "", None),
    ],
)
def test_beijing_a_bureau_answers_where_the_duty_is_plain_and_else_the_district(subject: str, place: str, unit: str | None) -> None:
    case = Elsewhere("beijing", at="2021-04-30 09:00").comes(subject, body="请处理。", place=place)
    assert next((row.unit for row in case.proposals if row.unit), None) == unit


def test_beijing_what_a_rule_proposes_counts_unless_whoever_registers_it_says_otherwise() -> None:
    story = Elsewhere("beijing", at="2021-04-30 09:00")
    [water, _] = story.comes("楼里停水两天", body="请处理。", place="海淀区").proposals
    case = story.do(Review(), by="clerk")
    assert case.classes["supply"] == water.classes["supply"]
    assert story.hour("feedback") == "2021-05-01 09:00"


def test_beijing_the_first_receiver_leads_until_another_unit_has_it() -> None:
    story = handed("beijing", "市交通委", at="2021-04-30 09:00")
    case = story.do(Decline(reason="不属本单位职责"), by="handler", unit="市交通委")
    assert (case.lead, case.state) == ("市交通委", "assigned")
    case = story.do(Assign(lead="通州区"), by="clerk", at="2021-05-06 09:00")
    assert (case.lead, story.due("feedback")) == ("通州区", "2021-05-07")


def test_beijing_the_office_hears_when_two_units_have_declined() -> None:
    story = handed("beijing", "市交通委", at="2021-04-30 09:00")
    story.do(Decline(reason="不属本单位职责"), by="handler", unit="市交通委")
    story.do(Assign(lead="市城市管理委"), by="clerk")
    story.told()
    case = story.do(Decline(reason="不属本单位职责"), by="handler", unit="市城市管理委")
    assert case.lead == "市交通委"
    told = story.told()
    assert {(row.to, row.unit) for row in told} == {("clerk", "市交通委"), ("handler", "市交通委")}
    assert "职责不清" in {row.zh for row in told}


def test_beijing_satisfaction_is_counted_and_the_other_two_rates_are_declared() -> None:
    story = handed("beijing", "海淀区", at="2021-03-01 09:00")
    story.do(SubmitReply(text="已清理楼道。海淀区", outcome="solved"), by="handler", unit="海淀区")
    story.do(Publish(), by="clerk")
    story.do(Rate(satisfied=True), by="citizen")
    story.to("2021-04-12 09:00")
    bulletin = make_bulletin(story.store, story.book, story.register, period="2021-03", as_of=date(2021, 4, 10))
    assert bulletin.figure("satisfaction").working == "1 ÷ 1"
    assert bulletin.figure("response-rate").value == 99
    assert bulletin.figure("response-rate").source.startswith("made up")


# --- Bayannur: reminders, the problem case ----------------------------------------------------------------------------

BEFORE_LABOUR_DAY = "2024-04-29 09:00"
"""A Monday. The working days after it: 30 April; 6 to 10, Sat 11, 13, 14, 15 May (the tenth), 16, 17, 20, 21."""


def test_bayannur_reminds_by_telephone_then_in_writing_then_by_letter() -> None:
    story = handed("bayannur", "临河区住建局", at=BEFORE_LABOUR_DAY)
    assert story.due() == "2024-05-15"
    seen = []
    for day in ("15", "16", "17", "18", "21", "22"):
        story.sweep(at=f"2024-05-{day} 08:00")
        seen.append([form for form, _ in story.forms()])
    assert seen == [[], ["phone"], ["phone"], ["phone", "written"], ["phone", "written"], ["phone", "written", "letter"]]
    assert [row.number for row in story.case.orders] == ["巴热电催〔2024〕1号", "巴热书催〔2024〕1号", "巴热催函〔2024〕1号"]
    assert story.due("answer-letter:o3") == "2024-05-24"
    assert "应于2024-05-15前办结" in story.text(story.case.orders[0].document)


def test_bayannur_reminds_a_unit_that_does_not_sign_in_time() -> None:
    story = Elsewhere("bayannur", at=BEFORE_LABOUR_DAY)
    story.comes()
    story.do(Review(), Assign(lead="五原县"), by="clerk")
    story.sweep(at="2024-04-30 23:00")
    assert story.forms() == []
    story.sweep(at="2024-05-01 08:00")
    assert story.forms() == [("phone", ("五原县",))]


def test_bayannur_what_three_units_passed_on_is_a_problem_case_one_level_up() -> None:
    story = Elsewhere("bayannur", at=BEFORE_LABOUR_DAY)
    story.comes()
    story.do(Review(), by="clerk")
    for unit in ("临河区住建局", "临河区城管局", "临河区水务局"):
        assert story.forms() == [] and "standing" not in story.case.classes
        story.do(Assign(lead=unit), by="clerk")
        story.do(Decline(reason="不属本单位职责"), by="handler", unit=unit)
    assert story.case.classes["standing"] == "problem"
    assert story.forms() == [("one-level-up", ("临河区",))]
    assert story.due("answer-one-level-up:o1") == "2024-05-09"


def answered(story: Elsewhere, unit: str, *, at: str = "") -> None:
    story.do(SubmitReply(text="已派人处理。", outcome="solved"), by="handler", unit=unit, at=at)
    story.do(Publish(), Close(outcome="solved"), by="clerk")


def test_bayannur_what_was_redone_three_times_is_a_problem_case_and_only_once() -> None:
    story = handed("bayannur", "临河区住建局", at=BEFORE_LABOUR_DAY)
    seen = []
    for _ in range(5):
        answered(story, "临河区住建局")
        story.do(Rate(satisfied=False), by="citizen")
        seen.append((story.case.cycle, len(story.case.orders)))
    assert seen == [(1, 0), (2, 0), (3, 1), (4, 1), (5, 1)]
    assert story.forms() == [("one-level-up", ("临河区",))]


def test_bayannur_what_was_sent_back_before_it_was_closed_counts_with_what_was_sent_back_after() -> None:
    story = handed("bayannur", "临河区住建局", at=BEFORE_LABOUR_DAY)
    for turn in range(2):
        story.do(SubmitReply(text="已派人处理。", outcome="solved"), by="handler", unit="临河区住建局")
        story.do(Publish(), by="clerk")
        case = story.do(Rate(satisfied=False), by="citizen")
        assert (case.state, case.counts["returned"], case.orders) == ("returned", turn + 1, ())
    answered(story, "临河区住建局")
    case = story.do(Rate(satisfied=False), by="citizen")
    assert (case.state, case.cycle, story.forms()) == ("assigned", 1, [("one-level-up", ("临河区",))])


def test_bayannur_what_was_sent_back_after_it_was_closed_counts_with_what_is_sent_back_then_before() -> None:
    story = handed("bayannur", "临河区住建局", at=BEFORE_LABOUR_DAY)
    answered(story, "临河区住建局")
    story.do(Rate(satisfied=False), by="citizen")
    for orders in (0, 1):
        story.do(SubmitReply(text="已派人处理。", outcome="solved"), by="handler", unit="临河区住建局")
        case = story.do(ReturnReply(reasons=("敷衍了事",)), by="clerk")
        assert (case.state, len(case.orders)) == ("returned", orders)


def test_bayannur_above_a_bureau_of_the_city_stands_its_government() -> None:
    story = handed("bayannur", "市城管局", at=BEFORE_LABOUR_DAY)
    for _ in range(3):
        answered(story, "市城管局")
        story.do(Rate(satisfied=False), by="citizen")
    assert story.forms() == [("one-level-up", ("市政府",))]


def test_bayannur_what_is_redone_has_its_limit_anew() -> None:
    story = handed("bayannur", "市城管局", at=BEFORE_LABOUR_DAY)
    answered(story, "市城管局", at="2024-05-08 10:00")
    story.do(Rate(satisfied=False), by="citizen", at="2024-05-13 10:00")
    assert (story.case.state, story.due()) == ("assigned", "2024-05-27")  # 14 to 17, 20 to 24, 27 May: ten


def test_bayannur_rates_those_closed_in_time_and_those_who_are_satisfied() -> None:
    story = Elsewhere("bayannur", at=BEFORE_LABOUR_DAY)
    for number in range(1, 4):
        story.comes(f"路灯不亮{number}")
        story.do(Review(), Assign(lead="市城管局"), by="clerk", case=f"c{number}")
        story.do(Accept(), by="handler", unit="市城管局", case=f"c{number}")
    for number, day in ((1, "2024-05-15 17:00"), (2, "2024-05-16 09:00")):
        story.do(SubmitReply(text="已修复。", outcome="solved"), by="handler", unit="市城管局", case=f"c{number}", at=day)
        story.do(Publish(), Close(outcome="solved"), by="clerk", case=f"c{number}")
    story.do(Rate(satisfied=True), by="citizen")
    story.to("2024-06-01 09:00")
    bulletin = make_bulletin(story.store, story.book, story.register, period="2024-04", as_of=date(2024, 5, 31))
    assert bulletin.figure("closed-on-time").working == "1 ÷ 3"
    assert bulletin.figure("satisfaction").working == "1 ÷ 1"
    assert bulletin.figure("redone-rate").value is None


# --- the regulation that is made up: 云麓市网上群众来信办理办法（试行） ------------------------------------------------

AUTUMN = "2024-09-23 09:00"
"""A Monday. The working days after it: 24 to 27, Sun 29, Mon 30 September; 8 to 11, Sat 12, 14 to 18 October."""


@pytest.mark.parametrize(
    ("kind", "due"), [("consult", "2024-09-26"), ("help", "2024-09-29"), ("complaint", "2024-10-11"), ("suggest", "2024-10-17")]
)
def test_article_2_has_a_limit_for_each_kind(kind: str, due: str) -> None:
    assert handed("invented", "市住建局", at=AUTUMN, kind=kind).due() == due


def test_articles_3_and_4_a_transfer_starts_the_limit_anew_when_the_new_unit_accepts_and_never_past_sixty_days() -> None:
    story = handed("invented", "市住建局", at=AUTUMN, kind="help")
    story.do(Assign(lead="市城管局"), by="clerk", at="2024-09-26 10:00")
    assert story.clock().due is None  # it waits for 市城管局
    story.do(Accept(), by="handler", unit="市城管局", at="2024-09-29 16:00")
    assert story.due() == "2024-10-11"  # 30 September, 8 to 11 October
    assert story.due("utmost") == "2024-11-22"
    story.sweep(at="2024-11-22 23:00")
    before = [form for form, _ in story.forms()]
    story.sweep(at="2024-11-23 00:30")
    assert before == ["reminder", "yellow", "red"]  # those of the limit itself
    assert [form for form, _ in story.forms()] == [*before, "red"]


def test_article_3_stands_still_for_nothing() -> None:
    story = handed("invented", "市住建局", at=AUTUMN, kind="help")
    story.do(AskCitizen(question="在哪条路"), by="handler", unit="市住建局", at="2024-09-24 09:00")
    assert story.clock().due is None and story.due("utmost") == "2024-11-22"
    story.do(Supplement(text="中山路"), by="handler", unit="市住建局", at="2024-09-27 09:00")
    assert (story.due(), story.due("utmost")) == ("2024-10-10", "2024-11-22")  # 24 to 27 September left out


def test_article_4_a_unit_that_never_accepts_is_late_by_another_clock_since_the_limit_waits_for_it() -> None:
    story = handed("invented", "市住建局", at=AUTUMN, kind="help")
    story.do(Assign(lead="市城管局"), by="clerk", at="2024-09-26 10:00")
    story.told()
    story.sweep(at="2024-10-20 08:00")
    assert (story.forms(), story.clock().due) == ([], None)
    assert {(row.to, row.unit) for row in story.told()} == {("handler", "市城管局"), ("clerk", "市城管局")}


def test_article_4_what_falls_back_to_the_first_asked_counts_from_then() -> None:
    story = Elsewhere("invented", at=AUTUMN)
    story.comes()
    story.do(Review(classes={"kind": "help"}), Assign(lead="市住建局"), by="clerk")
    story.do(Decline(reason="不属于本单位职责"), by="handler", unit="市住建局")
    story.do(Assign(lead="市城管局"), by="clerk", at="2024-09-24 09:00")
    story.do(Decline(reason="不属于本单位职责"), by="handler", unit="市城管局", at="2024-09-24 10:00")
    assert (story.case.lead, story.due()) == ("市住建局", "2024-09-30")  # it is asked no more whether it accepts


def test_article_5_a_unit_hands_back_within_four_working_hours() -> None:
    story = Elsewhere("invented", at="2024-09-27 15:30")  # a Friday; the Sunday is worked
    story.comes()
    story.do(Review(classes={"kind": "help"}), Assign(lead="市住建局"), by="clerk")
    with story.refused(CommandRefused, "2024-09-29 11:00"):
        story.do(Decline(reason="不属于本单位职责"), by="handler", unit="市住建局", at="2024-09-29 11:01")
    assert story.case.lead == "市住建局"


def test_article_5_the_last_minute_is_in_time_and_the_first_asked_stays_responsible() -> None:
    story = Elsewhere("invented", at="2024-09-27 15:30")
    story.comes()
    story.do(Review(classes={"kind": "help"}), Assign(lead="市住建局"), by="clerk")
    case = story.do(Decline(reason="不属于本单位职责"), by="handler", unit="市住建局", at="2024-09-29 10:59")
    assert case.lead == "市住建局"
    story.do(Assign(lead="市城管局"), by="clerk")
    case = story.do(Decline(reason="不属于本辖区"), by="handler", unit="市城管局")
    assert case.lead == "市住建局"
    story.do(Assign(lead="市生态环境局"), by="clerk")
    with story.refused(CommandRefused, "2 times|twice"):
        story.do(Decline(reason="不属于本辖区"), by="handler", unit="市生态环境局")


def test_article_6_a_grave_letter_waits_for_the_instruction() -> None:
    story = Elsewhere("invented", at=AUTUMN)
    story.comes()
    story.do(Review(classes={"kind": "complaint", "weight": "grave"}), Assign(lead="市生态环境局"), by="clerk")
    assert (story.case.state, story.due("screen")) == ("reviewed", "2024-09-26")
    with story.refused(CommandRefused, "how the matter is to be handled|instruct"):
        story.do(Approve(act="assign"), by="leader")
    case = story.do(Approve(act="assign", opinion="立即查清，5日内报我。"), by="leader")
    assert (case.state, case.lead, case.counts["instructed"]) == ("assigned", "市生态环境局", 1)


def test_article_6_any_other_letter_does_not_wait() -> None:
    assert handed("invented", "市住建局", at=AUTUMN, kind="complaint").case.state == "assigned"


def test_article_7_more_time_is_asked_for_two_working_days_before() -> None:
    story = handed("invented", "市住建局", at=AUTUMN, kind="help")  # due on Sunday 29 September
    with story.refused(ExtensionRefused, "the last moment is before 2024-09-27 00:00"):
        story.do(Extend(limit="10 working days", reason="待鉴定"), by="handler", unit="市住建局", at="2024-09-27 00:30")
    story = handed("invented", "市住建局", at=AUTUMN, kind="help")
    story.do(Extend(limit="10 working days", reason="待鉴定"), by="handler", unit="市住建局", at="2024-09-26 23:30")
    assert story.due() == "2024-09-29"
    story.do(Extend(reason="同意"), by="clerk", at="2024-09-27 09:00")
    assert story.due() == "2024-10-17"  # 30 September; 8 to 11, Sat 12, 14 to 17 October: ten
    with story.refused(ExtensionRefused, "."):
        story.do(Extend(limit="1 working day", reason="再延"), by="handler", unit="市住建局", at="2024-10-08 09:00")


def test_article_7_thirty_working_days_from_receipt_are_the_most() -> None:
    story = handed("invented", "市住建局", at=AUTUMN, kind="suggest")  # due on 17 October, the fifteenth
    with story.refused(ExtensionRefused, "."):
        story.do(Extend(limit="16 working days", reason="待论证"), by="handler", unit="市住建局", at="2024-10-08 09:00")
    story.do(Extend(limit="15 working days", reason="待论证"), by="handler", unit="市住建局")
    story.do(Extend(), by="clerk")
    assert story.due() == "2024-11-07"  # 18 October; 21 to 25; 28 October to 1 November; 4 to 7 November: fifteen more


def test_article_7_what_a_rulebook_cannot_say_it_is_allowed_after_the_limit_where_it_was_asked_in_time() -> None:
    story = handed("invented", "市住建局", at=AUTUMN, kind="help")
    story.do(Extend(limit="5 working days", reason="待鉴定"), by="handler", unit="市住建局", at="2024-09-26 10:00")
    story.do(Extend(reason="同意"), by="clerk", at="2024-10-08 09:00")  # nine days past 29 September
    assert story.due() == "2024-10-11"


def test_article_7_what_a_rulebook_cannot_say_no_reminder_comes_again_once_there_was_more_time() -> None:
    story = handed("invented", "市住建局", at=AUTUMN, kind="help")
    story.do(Extend(limit="10 working days", reason="待鉴定"), by="handler", unit="市住建局", at="2024-09-26 10:00")
    story.sweep(at="2024-10-10 08:00")  # four working days past 29 September
    assert [form for form, _ in story.forms()] == ["reminder", "yellow"]
    story.do(Extend(reason="同意"), by="clerk")
    assert story.due() == "2024-10-17"
    story.sweep(at="2024-10-23 08:00")  # 18, 21 and 22 October are over, and no second yellow card
    assert [form for form, _ in story.forms()] == ["reminder", "yellow"]
    story.sweep(at="2024-10-25 08:00")
    assert [form for form, _ in story.forms()] == ["reminder", "yellow", "red"]


def test_article_8_a_holding_reply_names_a_day_within_the_cap_and_a_reason() -> None:
    story = handed("invented", "市住建局", at=AUTUMN, kind="help")  # due 29 September, and fifteen more: 24 October
    with story.refused(CommandRefused, "reason"):
        story.do(Promise(until=date(2024, 10, 18)), by="handler", unit="市住建局")
    with story.refused(CommandRefused, "2024-10-24"):
        story.do(Promise(until=date(2024, 10, 25), reason="待采购"), by="handler", unit="市住建局")
    story.told()
    story.do(Promise(until=date(2024, 10, 18), reason="待采购"), by="handler", unit="市住建局")
    assert story.due() == "2024-10-18"
    assert Told("sender", "市住建局", "您的来信已作阶段性答复，请查看办结日期") in story.told()
    with story.refused(CommandRefused, "."):
        story.do(Promise(until=date(2024, 10, 21), reason="再等"), by="handler", unit="市住建局")


def submitted(story: Elsewhere, text: str = "经核实，路灯已于今日修复。", *, outcome: str = "solved", at: str = "") -> None:
    story.to(at)
    story.do(SubmitReply(text=story.signed("市住建局", text, place="云麓市"), outcome=outcome), by="handler", unit="市住建局")


def published(story: Elsewhere, *, outcome: str = "solved", at: str = "") -> None:
    submitted(story, outcome=outcome, at=at)
    story.do(Approve(), by="head", unit="市住建局")
    story.do(Approve(), by="reviewer")


def test_article_9_two_gates_and_back_to_the_one_that_returned_it() -> None:
    story = handed("invented", "市住建局", at=AUTUMN, kind="help")
    with story.refused(CommandRefused, "请署单位名称"):
        story.do(SubmitReply(text="经核实，路灯已于今日修复。"), by="handler", unit="市住建局")
    submitted(story)
    story.do(Approve(), by="head", unit="市住建局")
    case = story.do(ReturnReply(reasons=("答非所问",)), by="reviewer")
    assert case.state == "returned"
    submitted(story)
    case = story.do(Approve(), by="reviewer")
    assert case.state == "published"


def test_article_10_what_needs_work_is_answered_again_after_publication() -> None:
    story = handed("invented", "市住建局", at=AUTUMN, kind="help")
    published(story, outcome="needs-work", at="2024-09-27 10:00")
    assert story.due("second") == "2024-10-30"  # 29, 30 September; 8 to 12, 14 to 18, 21 to 25, 28 to 30 October: twenty
    story.sweep(at="2024-10-31 08:00")
    assert story.forms() == [("reminder", ("市住建局",))]
    submitted(story, "路灯线路改造已完工。", at="2024-10-31 10:00")
    assert story.clock("second").met is False


def test_article_10_what_is_solved_needs_no_second_answer() -> None:
    story = handed("invented", "市住建局", at=AUTUMN, kind="help")
    published(story)
    assert "second" not in {row.key for row in story.case.clocks}


def test_article_11_cards_by_working_days_overdue() -> None:
    # Due on 26 September. The working days late: 27, 29, 30 September, 8, 9 October; each counts when it is over.
    story = handed("invented", "市住建局", at=AUTUMN, kind="consult")
    seen = []
    for day in ("09-27", "09-28", "09-30", "10-01", "10-08", "10-09", "10-10"):
        story.sweep(at=f"2024-{day} 08:00")
        seen.append([form for form, _ in story.forms()])
    one, two, three = ["reminder"], ["reminder", "yellow"], ["reminder", "yellow", "red"]
    assert seen == [[], one, one, two, two, two, three]
    assert ("discipline", "抄送：红牌（云信红〔2024〕1号）") in {(row.to, row.zh) for row in story.told()}


def test_article_12_the_office_calls_back_whoever_is_not_satisfied_and_takes_it_up_again() -> None:
    story = handed("invented", "市住建局", at=AUTUMN, kind="help")
    published(story)
    story.do(Close(outcome="solved"), by="clerk")
    story.do(Rate(satisfied=False), by="citizen", at="2024-09-27 10:00")
    assert [(row.form, row.to, row.roles) for row in story.case.orders] == [("call-back", (), ("clerk",))]
    assert story.due("answer-call-back:o1") == "2024-10-08"
    case = story.do(AnswerOrder(order="o1", text="已电话核实，仍不亮。", solved=False), by="clerk", at="2024-09-30 10:00")
    assert (case.state, case.cycle) == ("assigned", 1)


def test_article_12_what_the_call_finds_solved_stays_closed() -> None:
    story = handed("invented", "市住建局", at=AUTUMN, kind="help")
    published(story)
    story.do(Close(outcome="solved"), by="clerk")
    story.do(Rate(satisfied=False), by="citizen")
    case = story.do(AnswerOrder(order="o1", text="昨晚已亮，来信人认可。", solved=True), by="clerk")
    assert (case.state, case.cycle) == ("closed", 0)


def test_article_12_what_was_taken_up_three_times_goes_one_level_up() -> None:
    story = handed("invented", "东门街道", at=AUTUMN, kind="help")
    seen = []
    for turn in range(1, 4):
        reply = story.signed("东门街道", "经核实，路灯已于今日修复。", place="云麓市")
        story.do(SubmitReply(text=reply, outcome="solved"), by="handler", unit="东门街道")
        story.do(Approve(), by="head", unit="东门街道")
        story.do(Approve(), by="reviewer")
        story.do(Close(outcome="solved"), by="clerk")
        story.do(Rate(satisfied=False), by="citizen")
        story.do(AnswerOrder(order=f"o{turn}", text="仍不亮。", solved=False), by="clerk")
        seen.append([row.form for row in story.case.orders if row.form != "call-back"])
    assert seen == [[], [], ["one-level-up"]]
    assert story.forms()[-1] == ("one-level-up", ("青溪区",))


def test_article_13_one_issue_of_each_board_every_quarter() -> None:
    story = Elsewhere("invented", at=AUTUMN)
    story.comes(board="市长信箱")
    story.sweep(at="2024-09-24 08:00")
    assert story.desk.issues() == ()
    story.sweep(at="2024-10-10 23:00")
    assert story.desk.issues() == ()
    story.sweep(at="2024-10-11 00:30")
    assert [(row.period, row.scope, row.number) for row in story.desk.issues()] == [
        ("2024-Q3", "市长信箱", "市长信箱第1期"),
        ("2024-Q3", "青溪区区长信箱", "青溪区区长信箱第1期"),
        ("2024-Q3", "云麓县县长信箱", "云麓县县长信箱第1期"),
    ]


def test_article_14_the_steward_hears_when_the_time_is_over_and_erases() -> None:
    story = handed("invented", "市住建局", at=AUTUMN, kind="help")
    published(story)
    story.do(Close(outcome="solved"), by="clerk")
    assert story.due("retention") == "2027-09-23"
    story.told()
    story.sweep(at="2027-09-24 08:00")
    assert ("steward", "保存期满：保存期") in {(row.to, row.zh) for row in story.told()}
    story.do(Erase(what="all", ground="保存期满"), by="steward")
    assert story.clock("retention").stopped_at is not None
