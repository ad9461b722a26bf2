"""Time on the command line: deadlines with all that happened meanwhile, recalculation, and clocks and rules as people read them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import Actor, Desk, Message, Rulebook, SqlStore, WorkCalendar
from casework.actions import Accept, AskCitizen, Assign, Close, Extend, Promise, Publish, RefuseExtension, Review, SubmitReply
from casework.cli import deadlines
from casework.cli.wording import moved
from casework.errors import InputError, UnreadableLimit
from casework.limits import Deadline
from casework.sla import Count, Extension, Limit, OfficeHours, Pause, Timekeeper
from casework.testing import FrozenTime
from tests.unit.commands import Casework, Said, calling, one_line

ROOT = Path(__file__).resolve().parents[2]
RECEIVED = ("deadline", "2026-09-29 10:00", "--limit")
FIVE = (*RECEIVED, "5 working days")
SHANGHAI = "Asia/Shanghai"
OFFICE = "09:00-12:00, 13:30-17:30"

casework = pytest.fixture(calling)


def lines(said: Said) -> list[str]:
    assert said.code == 0, said.err
    return said.out.splitlines()


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


# --- what a deadline can be told --------------------------------------------------------------------------------------


def test_a_deadline_under_every_convention_is_the_timekeeper_s(casework: Casework) -> None:
    keeper = Timekeeper(WorkCalendar.named("CN"), SHANGHAI)
    hours = OfficeHours(open=OFFICE, weekdays={"fri": "09:00-12:00"}, dates={date(2026, 10, 10): ""})
    start, limit = shanghai("2026-09-29T18:00"), Limit(5, "working days")
    said = casework(
        *("deadline", "2026-09-29 18:00", "--limit", "5 working days", "--hours", OFFICE, "--special", "fri=09:00-12:00"),
        *("--special", "2026-10-10=", "--cutoff", "17:30", "--ends", "close", "--on-pause", "exact"),
        *("--pause", "2026-10-08 09:00..2026-10-08 11:00", "--extend", "2 working days from due at 2026-10-09 10:00"),
    )
    due = keeper.deadline(
        start,
        limit,
        count=Count.model_validate({"cutoff": "17:30", "ends": "close", "on_pause": "exact", "hours": hours}),
        pauses=[Pause(shanghai("2026-10-08T09:00"), shanghai("2026-10-08T11:00"))],
        extensions=[Extension(since="due", at=shanghai("2026-10-09T10:00"), limit=Limit(2, "working days"))],
    )
    assert lines(said) == [f"{keeper.show(due)} ({SHANGHAI})"]


def test_working_hours_are_counted_within_office_hours_and_special_ones(casework: Casework) -> None:
    asked = ("deadline", "2026-10-09 15:00", "--limit", "4个工作小时", "--hours", OFFICE, "--special", "2026-10-10=09:00-12:00")
    assert lines(casework(*asked)) == ["2026-10-10 10:30 (Asia/Shanghai)"]
    assert (
        "2026-10-10 周六  1小时30分  调休上班，依据通知CN-2026，办公时间09:00-12:00"
        in casework(*asked, "--explain", "--lang", "zh").out
    )
    closed = (*asked[:-1], "2026-10-10=")
    assert lines(casework(*closed)) == ["2026-10-12 10:30 (Asia/Shanghai)"]


def test_a_notice_of_one_s_own_is_counted_and_named(casework: Casework, tmp_path: Path) -> None:
    write_notice(tmp_path, "flood", "2026-10-12", "2026-10-13")
    said = casework(*FIVE, "--notices", "flood.toml", "--explain")
    assert lines(said)[-1] == "due 2026-10-14 24:00"
    assert "2026-10-13 Tue  –      not counted: day off, notice flood" in said.out
    assert lines(casework(*FIVE)) == ["2026-10-12 24:00 (Asia/Shanghai)"]


@pytest.mark.parametrize(
    ("moment", "english", "chinese"),
    [
        ("2026-10-09 09:00", "as of 2026-10-09 09:00: 2 working days left", "截至2026-10-09 09:00：还剩2个工作日"),
        ("2026年10月12日 23时", "as of 2026-10-12 23:00: due today", "截至2026-10-12 23:00：今日到期"),
        ("2026-10-12 24:00", "as of 2026-10-13 00:00: overdue by 1 working day", "截至2026-10-13 00:00：逾期1个工作日"),
    ],
)
def test_what_is_left_or_how_late_it_is_is_said_in_words(casework: Casework, moment: str, english: str, chinese: str) -> None:
    assert lines(casework(*FIVE, "--at", moment))[1] == english
    assert lines(casework(*FIVE, "--at", moment, "--lang", "zh"))[1] == chinese


def test_now_is_a_moment_too(casework: Casework) -> None:
    assert re.fullmatch(r"as of \d{4}-\d\d-\d\d \d\d:\d\d: overdue by \d+ working days", lines(casework(*FIVE, "--at", "now"))[1])


def test_a_moment_knows_nothing_of_what_came_later(casework: Casework) -> None:
    extended = (*FIVE, "--extend", "5 working days at 2026-10-09 10:00")
    assert lines(casework(*extended, "--at", "2026-10-08 10:00")) == [
        "2026-10-19 24:00 (Asia/Shanghai)",
        "as of 2026-10-08 10:00, when it was due 2026-10-12 24:00: 3 working days left",
    ]
    assert lines(casework(*extended, "--at", "2026-10-09 10:00"))[1] == "as of 2026-10-09 10:00: 7 working days left"
    paused = (*FIVE, "--pause", "2026-10-09..2026-10-10")
    assert lines(casework(*paused, "--at", "2026-10-10 09:00"))[1] == "as of 2026-10-10 09:00: paused, 3 working days left"
    assert lines(casework(*paused, "--at", "2026-10-12 09:00"))[1] == "as of 2026-10-12 09:00: 2 working days left"


def test_a_warning_is_the_moment_so_long_before(casework: Casework) -> None:
    said = lines(casework(*FIVE, "--warn", "2 working days", "--warn", "24 hours", "--lang", "zh"))
    assert said[1:] == ["提醒：2026-10-09 24:00，提前2个工作日", "提醒：2026-10-11 24:00，提前24小时"]


def test_the_bounds_of_a_provisional_deadline_are_said_in_words(casework: Casework) -> None:
    late = ("deadline", "2026-12-25 09:00", "--limit", "5 working days", "--provisional")
    due = Timekeeper(WorkCalendar.named("CN"), SHANGHAI, provisional=True).deadline(
        shanghai("2026-12-25T09:00"), Limit(5, "working days")
    )
    first, second = lines(casework(*late, "--lang", "zh"))
    assert first == f"{due.date} 24:00 ({SHANGHAI})"
    assert str(due.earliest) in second and str(due.latest) in second and second.startswith("暂定：")
    assert lines(casework(*late))[1].startswith("provisional: ")


# --- pauses -----------------------------------------------------------------------------------------------------------


def test_an_open_pause_shows_what_is_left_and_no_date(casework: Casework) -> None:
    said = lines(casework(*FIVE, "--pause", "2026-10-09..", "--warn", "1 working day", "--at", "2026-10-12 09:00"))
    assert said == [
        "paused since 2026-10-09 00:00, 3 working days left; no due date until the pause ends",
        "no warning 1 working day before: there is no due date while the pause is open",
        "as of 2026-10-12 09:00: paused, 3 working days left",
    ]


def test_a_pause_that_opens_after_the_last_day_changes_nothing(casework: Casework) -> None:
    assert casework(*FIVE, "--pause", "2026-10-13..").out == casework(*FIVE).out


@pytest.mark.parametrize(
    ("options", "due"),
    [
        (("5 working days", "--pause", "2026-10-09..2026-10-10"), "2026-10-14 24:00"),
        (("5 working days", "--pause", "2026-10-10"), "2026-10-13 24:00"),
        (("5 working days", "--pause", "2026-10-09..2026-10-10", "--pause", "2026-10-10..2026-10-12"), "2026-10-15 24:00"),
        (("13 calendar days", "--pause", "2026-10-09..2026-10-10"), "2026-10-14 24:00"),
        (("13 calendar days", "--pause", "2026-10-09..2026-10-10", "--on-pause", "exact"), "2026-10-14 24:00"),
        (("24 hours", "--pause", "2026-09-30"), "2026-10-01 10:00"),
    ],
)
def test_a_pause_of_days_lasts_until_the_end_of_the_last_and_no_longer(
    casework: Casework, options: tuple[str, ...], due: str
) -> None:
    assert lines(casework(*RECEIVED, *options)) == [f"{due} (Asia/Shanghai)"]


# --- more time --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "due"),
    [
        (("--extend", "5 working days"), "2026-10-19 24:00"),
        (("--extend", "5个工作日 FROM due AT 2026年10月9日"), "2026-10-19 24:00"),
        (("--extend", "5 working days from today at 2026-10-12 10:00"), "2026-10-19 24:00"),
        (("--extend", "6 working days from receipt"), "2026-10-13 24:00"),
        (("--extend", "1 working day", "--extend", "2 working days"), "2026-10-15 24:00"),
        (("--promise", "2026-10-20 at 2026-10-09 10:00"), "2026-10-20 24:00"),
        (("--promise", "2026年10月20日", "--extend", "1 working day at 2026-10-15"), "2026-10-21 24:00"),
    ],
)
def test_more_time_is_given_in_the_order_in_which_it_was_granted(casework: Casework, option: tuple[str, ...], due: str) -> None:
    assert lines(casework(*FIVE, *option)) == [f"{due} (Asia/Shanghai)"]


def test_an_extension_of_calendar_days_may_count_from_the_day_before_rolling(casework: Casework) -> None:
    asked = (*RECEIVED, "2 calendar days", "--roll", "next")  # 1 October, rolled to the 8th
    assert lines(casework(*asked, "--extend", "10 calendar days from due-unrolled")) == ["2026-10-12 24:00 (Asia/Shanghai)"]
    assert lines(casework(*asked, "--extend", "10 calendar days from due")) == ["2026-10-19 24:00 (Asia/Shanghai)"]


def test_each_step_is_explained(casework: Casework) -> None:
    said = casework(
        *(*FIVE, "--explain", "--pause", "2026-10-08"),
        *("--extend", "1 working day at 2026-10-09 10:00", "--promise", "2026-10-20 at 2026-10-13"),
    )
    assert "2026-10-08 Thu  –      not counted: paused (working day)" in said.out
    assert "extended on 2026-10-09 by 1 working day, counted from the last day, 2026-10-13" in said.out
    assert "promised on 2026-10-13 for 2026-10-20" in said.out
    assert lines(said)[-1] == "due 2026-10-20 24:00"


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--calendar", "XX"), "there is no calendar 'XX'"),
        (("--calendar", "GB"), "GB-ENG"),
        (("--calendar", "US"), "--zone America/New_York"),
        (("--limit", "-3 working days"), "a limit is not negative"),
        (("--limit", "4 working hours"), "a limit in working hours needs office hours; give --hours"),
        (("--ends", "close"), "--ends close needs office hours; give --hours"),
        (("--ends", "noon"), "accepted: 24:00, close, same-time, or a time such as 17:30"),
        (("--on-pause", "maybe"), "cannot read --on-pause 'maybe': Input should be 'working-days' or 'exact'"),
        (("--hours", "9-12"), "--hours: cannot read the office hours '9-12'; accepted: intervals such as"),
        (("--hours", "12:00-09:00"), "end before they begin"),
        (("--hours", "09:00-12:00, 11:00-13:00"), "overlap those before them"),
        (("--hours", OFFICE, "--special", "2026-10-10"), "cannot read --special '2026-10-10'; accepted: "),
        (("--hours", OFFICE, "--special", "soon=09:00-12:00"), "cannot read the day of --special 'soon'"),
        (("--hours", OFFICE, "--special", "fri=", "--special", "FRI="), "--special names fri twice"),
        (("--hours", OFFICE, "--special", "fri=9"), "--special: cannot read the office hours '9'"),
        (("--special", "fri="), "--special says when hours differ from --hours; give both"),
        (("--pause", "2026-10-15..2026-10-13"), "--pause '2026-10-15..2026-10-13' ends before it starts"),
        (("--pause", "2026-10-15 10:00"), "cannot read --pause '2026-10-15 10:00'; accepted: "),
        (("--pause", "..2026-10-15"), "cannot read --pause '..2026-10-15'; accepted: "),
        (("--pause", "soon.."), "cannot read the start of --pause 'soon'"),
        (("--pause", "2026-10-13..soon"), "cannot read the end of --pause 'soon'"),
        (("--extend", "1 working day from receipt"), "it would not give more time: due 2026-10-12 24:00, with it 2026-09-30 24:00"),
        (("--extend", "1 working day at 2026-10-13"), "it was asked for too late, at 2026-10-13 00:00"),
        (("--extend", "1 working day from tomorrow"), "cannot read --extend '1 working day from tomorrow'; accepted: "),
        (("--extend", "1 working day from dew"), "did you mean 'due'?"),
        (("--extend", "1 working day from today"), "say when: … at 2026-10-09 10:00"),
        (("--extend", "a little"), "cannot read the limit 'a little'"),
        (("--extend", "5 hours"), "is extended by days or months, not by 5 hours"),
        (("--extend", "1 working day at 2026-09-01"), "more time cannot be given before the receipt"),
        (("--promise", "2026-10-09"), "it would not give more time"),
        (("--promise", "soon"), "cannot read the day of --promise 'soon'"),
        (("--promise", "2026-10-20 10:00"), "cannot read --promise '2026-10-20 10:00'; accepted: a day"),
        (("--warn", "soon"), "cannot read the limit 'soon'"),
        (("--at", "soon"), "cannot read the moment of --at 'soon'"),
        (("--at", "2026-09-01"), "--at '2026-09-01' is before the receipt"),
    ],
)
def test_a_bad_value_is_one_line_that_names_it(casework: Casework, options: tuple[str, ...], expected: str) -> None:
    assert expected in one_line(casework(*FIVE, *options))


def test_notices_that_contradict_themselves_are_refused_with_every_place(casework: Casework, tmp_path: Path) -> None:
    write_notice(tmp_path, "wrong", "2026-10-12", "2026-10-14", more="{ first = 2026-10-14, last = 2026-10-13 }")
    said = casework(*FIVE, "--notices", "wrong.toml")
    assert said.code == 1 and "the span ends before it begins" in said.err and "@ notice[0].off[1]" in said.err
    write_notice(tmp_path, "wrong", "2026-10-12", "2026-10-14", more="{ first = 2026-10-14, last = 2026-10-15 }")
    assert "name each day in one span only" in casework(*FIVE, "--notices", "wrong.toml").err
    assert "the file cannot be read" in casework(*FIVE, "--notices", "gone.toml").err


@given(st.text("0123456789-: ./年月日T+atfromdue", max_size=24), st.sampled_from(["--pause", "--extend", "--promise"]))
def test_whatever_is_written_is_read_or_refused_by_name(text: str, option: str) -> None:
    keeper = Timekeeper(WorkCalendar.named("CN"), SHANGHAI)
    read = {
        "--pause": lambda: deadlines._pause(text, keeper, whole_days=True),
        "--extend": lambda: deadlines._grants([text], [], keeper, shanghai("2026-09-29T10:00")),
        "--promise": lambda: deadlines._grants([], [text], keeper, shanghai("2026-09-29T10:00")),
    }[option]
    with suppress(UnreadableLimit):
        try:
            read()
        except InputError as error:
            if option not in str(error) and "before the receipt" not in str(error):
                raise


# --- a town with everything -------------------------------------------------------------------------------------------

TOWN = """
[rulebook]
id = "our-town"
version = 1
base = "standard"
late_by = "handle"

[hours]
open = "09:00-12:00, 13:30-17:30"
weekdays = { fri = "09:00-12:00" }
dates = { 2026-10-10 = "" }

[assignment]
accept = true

[[clock]]
id = "handle"
zh = "办理期限"
en = "handling"
starts_on = "receive"
stops_on = "publish"
pauses_on = "awaiting_citizen"
limit = [{ is = "5 working days" }]
count = { cutoff = "17:30", ends = "24:00", on_pause = "exact" }
on = { return = "resume", reclassify = "recompute", transfer = "restart-on-accept", reopen = "restart" }
extend = { ask_before = "due", approve = "clerk", from = "due", cap = "15 working days", times = 2 }
promise = { cap = "5 calendar days", reason = true }

[[clock]]
id = "quick"
zh = "首次回应"
starts_on = "receive"
stops_on = "publish"
limit = [{ is = "40 working hours" }]
on_calendar_change = "later-only"
"""
CLERK, HANDLER = Actor(id="wang", role="clerk"), Actor(id="li", role="handler", unit="住建局")


class Town:
    """A desk on a database of its own, in the folder of the test, with time that stands still."""

    def __init__(self, folder: Path, now: str) -> None:
        self.time = FrozenTime(shanghai(now))
        self.store = SqlStore.at(folder / "cases.sqlite")
        self.desk = Desk(Rulebook.parse(TOWN), store=self.store, now=self.time)

    def case(self, number: str) -> str:
        made = self.desk.receive(Message(subject="路灯不亮", number=number)).id
        self.desk.act(made, Review(), by=CLERK)
        self.desk.act(made, Assign(lead="住建局"), by=CLERK)
        return self.desk.act(made, Accept(), by=HANDLER).id


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path, "2026-09-29T10:00")
    yield made
    made.store.close()


def write_notice(folder: Path, name: str, first: str, last: str, *, more: str = "", work: str = "") -> None:
    off = f"off = [{{ first = {first}, last = {last} }}{f', {more}' if more else ''}]" if first else ""
    text = f'[[notice]]\nid = "{name}"\npublished_on = 2026-10-08\nyear = 2026\n{off}\nwork = [{work}]\n'
    (folder / f"{name}.toml").write_text(text, "utf-8")


# --- show -------------------------------------------------------------------------------------------------------------


def test_show_tells_of_an_extension_asked_for_and_allowed_from_when_to_when_by_whom_and_why(casework: Casework, town: Town) -> None:
    case = town.case("A-1")
    town.time.to(shanghai("2026-10-08T10:00"))
    town.desk.act(case, Extend(limit="3 working days", reason="等配件"), by=HANDLER)
    town.desk.act(case, Extend(), by=CLERK)
    said = casework("show", "A-1", "--explain").out
    for words in (
        "申请延期 住建局 办理期限 3个工作日（等配件）",
        "延期 办理期限 3个工作日",
        "2026-10-12 → 2026-10-15",
        "wang准许",
        "5个工作日，延期3个工作日",
        "2026-10-08准予延期3个工作日，自期限最后一日2026-10-12起算",
    ):
        assert words in said
    english = casework("show", "A-1", "--lang", "en").out
    for words in (
        "住建局 asks to extend handling by 3 working days (等配件)",
        "Extend handling by 3 working days",
        "allowed by wang",
    ):
        assert words in english


def test_show_tells_of_a_refusal_and_of_a_promise(casework: Casework, town: Town) -> None:
    case = town.case("A-1")
    town.desk.act(case, Extend(limit="3 working days"), by=HANDLER)
    town.desk.act(case, RefuseExtension(reason="不必，配件已到"), by=CLERK)
    town.desk.act(case, Promise(until=date(2026, 10, 16), reason="施工队周五到"), by=HANDLER)
    said = casework("show", "A-1").out
    for words in (
        "不准延期 办理期限",
        "（不必，配件已到）",
        "承诺 住建局 办理期限",
        "2026-10-12 → 2026-10-16",
        "（施工队周五到）",
        "5个工作日，承诺2026-10-16",
    ):
        assert words in said


def test_show_says_what_a_paused_clock_has_left_and_for_what_a_waiting_one_waits(casework: Casework, town: Town) -> None:
    paused, waiting = town.case("A-1"), town.case("A-2")
    town.desk.act(paused, AskCitizen(question="在哪条路"), by=HANDLER)
    town.desk.act(waiting, Assign(lead="教育局"), by=CLERK)
    assert re.search(r"办理期限 +5个工作日 +— +中止，尚余5个工作日", casework("show", "A-1").out)
    assert "尚余5个工作日；中止结束前无期限届满日" in casework("show", "A-1", "--explain").out
    said = casework("show", "A-2", "--explain")
    assert said.code == 0, said.err
    assert re.search(r"办理期限 +5个工作日 +— +待签收后起算", said.out)
    assert "交办 教育局（原主办 住建局）" in said.out
    assert re.search(r"handling +5 working days +— +waiting for acceptance", casework("show", "A-2", "--lang", "en").out)


def test_show_gives_the_bounds_of_a_provisional_due_date(casework: Casework, tmp_path: Path) -> None:
    town = Town(tmp_path, "2026-12-25T09:00")
    due = town.desk.get(town.case("A-1")).clock("handle").due
    town.store.close()
    assert due is not None and due.provisional
    assert f"{due.date} 暂定，预计在 {due.earliest} 至 {due.latest} 之间" in casework("show", "A-1").out
    said = casework("show", "A-1", "--lang", "en").out
    assert f"{due.date} (provisional, between {due.earliest} and {due.latest})" in said


# --- recalculate ------------------------------------------------------------------------------------------------------


def test_a_dry_run_lists_what_would_move_and_changes_nothing(casework: Casework, town: Town, tmp_path: Path) -> None:
    case = town.case("A-1")
    write_notice(tmp_path, "flood", "2026-10-12", "2026-10-13")
    before = town.desk.get(case)
    said = casework("recalculate", "--notices", "flood.toml", "--dry-run")
    assert lines(said)[0] == "试算：不作任何改动"
    assert re.search(r"A-1 +办理期限 +2026-10-12 +2026-10-14 +↓ 推后2天", said.out)
    assert lines(said)[-1] == "核对运行中的计时2个，将变动2个：推后2个"
    assert town.desk.get(case) == before
    english = casework("recalculate", "--notices", "flood.toml", "--dry-run", "--lang", "en")
    assert lines(english)[0] == "dry run: nothing is changed"
    assert re.search(r"A-1 +handling +2026-10-12 +2026-10-14 +↓ 2 days later", english.out)
    assert lines(english)[-1] == "2 running clocks looked at; 2 would move: 2 later"


def test_a_recalculation_does_what_the_dry_run_said_and_run_again_moves_nothing(
    casework: Casework, town: Town, tmp_path: Path
) -> None:
    case = town.case("A-1")
    write_notice(tmp_path, "flood", "2026-10-12", "2026-10-13")
    dry = lines(casework("recalculate", "--notices", "flood.toml", "--dry-run"))
    wet = lines(casework("recalculate", "--notices", "flood.toml"))
    assert wet[:-1] == dry[1:-1] and wet[-1] == "核对运行中的计时2个，已变动2个：推后2个"
    assert str(town.desk.get(case).clock("handle").due) == "2026-10-14"
    assert lines(casework("recalculate", "--notices", "flood.toml"))[-1] == "核对运行中的计时2个，没有期限变动"
    shown = casework("show", "A-1").out
    assert "重算期限 办理期限" in shown and "2026-10-12 → 2026-10-14" in shown and "↓ 推后2天，依据历法 CN@" in shown
    assert "依据通知flood" in casework("show", "A-1", "--explain").out


def test_a_notice_that_makes_a_weekend_worked_brings_deadlines_forward_where_the_rule_lets_it(
    casework: Casework, town: Town, tmp_path: Path
) -> None:
    town.case("A-1")
    write_notice(tmp_path, "busy", "", "", work="2026-10-11")
    said = casework("recalculate", "--notices", "busy.toml", "--lang", "en")
    assert re.search(r"A-1 +handling +2026-10-12 +2026-10-11 +↑ 1 day earlier", said.out)
    assert lines(said)[-1] == "2 running clocks looked at; 1 moved: 1 earlier"
    assert "quick" not in said.out, "that clock's rule lets a notice make it later only"


def test_a_second_notice_is_laid_over_the_first_and_without_a_file_nothing_is_forgotten(
    casework: Casework, town: Town, tmp_path: Path
) -> None:
    case = town.case("A-1")
    write_notice(tmp_path, "flood", "2026-10-12", "2026-10-13")
    write_notice(tmp_path, "power", "2026-10-14", "2026-10-14")
    casework("recalculate", "--notices", "flood.toml")
    said = casework("recalculate", "--notices", "power.toml")
    assert re.search(r"另有通知：flood, power$", lines(said)[0])
    assert str(town.desk.get(case).clock("handle").due) == "2026-10-15"
    assert lines(casework("recalculate"))[-1].endswith("没有期限变动")
    write_notice(tmp_path, "power", "2026-10-15", "2026-10-15")  # the same id: it takes the other's place
    casework("recalculate", "--notices", "power.toml")
    assert str(town.desk.get(case).clock("handle").due) == "2026-10-14"


def test_stopped_clocks_keep_what_they_have(casework: Casework, town: Town, tmp_path: Path) -> None:
    case = town.case("A-1")
    town.desk.act(case, SubmitReply(text="已经修好了，请放心使用。住建局"), by=HANDLER)
    town.desk.act(case, Publish(), by=CLERK)
    before = town.desk.act(case, Close(), by=CLERK)
    write_notice(tmp_path, "flood", "2026-10-12", "2026-10-13")
    assert lines(casework("recalculate", "--notices", "flood.toml"))[-1] == "核对运行中的计时0个，没有期限变动"
    assert town.desk.get(case) == before


def test_a_recalculation_that_cannot_begin_is_one_line(casework: Casework, town: Town, tmp_path: Path) -> None:
    assert "there is no database 'gone.sqlite'" in one_line(casework("recalculate", "--db", "gone.sqlite"))
    town.case("A-1")
    (tmp_path / "empty.toml").write_text('[[notice]]\nid = "x"\npublished_on = 2026-10-08\nyear = 2026\n', "utf-8")
    said = casework("recalculate", "--notices", "empty.toml")
    assert said.code == 1 and "names no day" in said.err


def test_a_case_that_cannot_be_recalculated_is_named_and_the_exit_code_says_so(
    casework: Casework, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = town.case("A-1")
    write_notice(tmp_path, "flood", "2026-10-12", "2026-10-13")
    whole = SqlStore.kept

    def lost(store: SqlStore, kind: str, digest: str | None = None) -> str | None:
        return None if (kind, digest) == ("rulebook", town.desk.get(case).rulebook_digest) else whole(store, kind, digest)

    monkeypatch.setattr(SqlStore, "kept", lost)
    other = Rulebook.parse(TOWN.replace("version = 1", "version = 2"))
    Desk(other, store=town.store).receive(Message(subject="另一件"))
    said = casework("recalculate", "--notices", "flood.toml", "--lang", "en")
    assert one_line(said) == "1 case was not recalculated, for the reasons above"
    assert f"not recalculated: {case}: there is no rulebook" in said.out


DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def due_on(day: date, **more: object) -> Deadline:
    return Deadline(date=day, before=datetime(day.year, day.month, day.day, 16, tzinfo=UTC), **more)  # type: ignore[arg-type]


@given(DAYS, st.integers(1, 400))
def test_a_move_is_told_by_its_days_and_its_direction(day: date, days: int) -> None:
    old, new = due_on(day), due_on(day + timedelta(days=days))
    unit = "day" if days == 1 else "days"
    assert (moved(old, new, "zh"), moved(old, new, "en")) == (f"↓ 推后{days}天", f"↓ {days} {unit} later")
    assert (moved(new, old, "zh"), moved(new, old, "en")) == (f"↑ 提前{days}天", f"↑ {days} {unit} earlier")


@given(DAYS)
def test_a_move_within_a_day_says_what_moved(day: date) -> None:
    plain = due_on(day)
    bounded = due_on(day, provisional=True, earliest=day, latest=day + timedelta(days=1))
    narrower = due_on(day, provisional=True, earliest=day, latest=day)
    sooner = Deadline(date=day, before=plain.before - timedelta(hours=1))
    said = [moved(*pair, "zh") for pair in ((plain, sooner), (bounded, plain), (bounded, narrower), (plain, plain))]
    assert said == ["同日，时刻变动", "日期不变，不再是暂定", "日期不变，预计范围变动", "日期不变，仅提醒时间变动"]


# --- the rules of a clock ---------------------------------------------------------------------------------------------


def test_rulebook_show_says_every_rule_of_a_clock_in_words(casework: Casework, tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_text(TOWN, "utf-8")
    said = re.sub(r"\s+", " ", casework("rulebook", "show", "town.toml").out)
    for words in (
        "09:00-12:00, 13:30-17:30；周五：09:00-12:00；2026-10-10：休息",
        "5个工作日，自来件起，至公开止",
        "17:30以后起算的，视为自下一工作日起算",
        "待补充期间中止，按实际时间扣除",
        "退回的，接续计时，停止期间不计",
        "改类的，重新确定期限，仍自原起点计算",
        "改派主办单位的，待新单位签收后重新起算",
        "重办的，重新起算",
        "可延期2次，须在到期前提出，由问政办准许，自期限末日起算，自收件起合计不超过15个工作日",
        "可承诺日期1次，不超过原期限届满后5个自然日，须说明理由",
        "放假安排变动时，期限重新计算",
        "放假安排变动时，只推后、不提前",
    ):
        assert words in said
    english = re.sub(r"\s+", " ", casework("rulebook", "show", "town.toml", "--lang", "en").out)
    for words in (
        "09:00-12:00, 13:30-17:30; Fri: 09:00-12:00; 2026-10-10: closed",
        "may be extended 2 times, asked for before it is due, allowed by office clerk, counted from the last day,",
        "a day may be promised once, at most 5 calendar days past the first due date, with a reason",
        "a new notice can only make it later",
    ):
        assert words in english


def test_every_word_that_a_clock_may_use_is_known_to_rulebook_show() -> None:
    from typing import get_args

    from casework.cli.clocks import _SAID
    from casework.sla import ClockRule, ExtendRule, PromiseRule, Turn

    words = {
        *get_args(Turn),
        *get_args(Count.model_fields["day_zero"].annotation),
        *get_args(Count.model_fields["on_pause"].annotation),
    }
    words |= {f"from {since}" for since in get_args(ExtendRule.model_fields["from_"].annotation)}
    for terms in (ExtendRule, PromiseRule):
        words |= {f"cap {since}" for since in get_args(terms.model_fields["cap_from"].annotation)}
    words |= {f"notice {change}" for change in get_args(ClockRule.model_fields["on_calendar_change"].annotation)}
    words |= {f"per {whom}" for whom in get_args(ClockRule.model_fields["per"].annotation)}
    assert words - set(_SAID) == set()


def test_the_command_line_confines_its_libraries_to_itself() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    allowed = next(row for row in contracts if row["id"] == "confined")["ignore_imports"]
    assert {line.split(" -> ")[0] for line in allowed if line.endswith((" rich", " typer"))} == {"casework.cli", "casework.cli.**"}
