"""Issues of schedules through the desk: each is made once, by whoever sweeps first, and nothing is missed or made twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import Desk, MemoryStore, Message, Rulebook, SqlStore
from casework.calendars import Notice, Span, WorkCalendar
from casework.desk import Sweep, desk_for
from casework.errors import NaiveDatetime, RulebookInvalid
from casework.ports import CaseStore
from casework.reports.bulletin import Bulletin, make_bulletin
from casework.schedules import Issue
from casework.testing import FrozenTime, RecordingNotifier
from casework.units import Register, read_register
from tests.unit.town import FIVE_DAYS, local, small

HEAD = '[rulebook]\nid = "town"\nversion = 1\nbase = "standard"\n'
TWELVE = "\n".join(f'[[board]]\nname = "第{n:02}栏"\nunit = "网信办"\n' for n in range(1, 13))
BOARDS = read_register(
    'id = "city"\n[[group]]\nid = "bureaus"\nzh = "市直部门"\nen = "departments"\n[[unit]]\nname = "网信办"\ngroup = "bureaus"\n'
    '[[unit]]\nname = "公安局"\ngroup = "bureaus"\n' + TWELVE + '[[board]]\nname = "省长信箱"\noutside = true\n'
)
QUARTERLY = """
[[schedule]]
id = "quarterly"
every = "quarter"
as_of = 15
per = "board"
form = "bulletin"
title = "{year}年第{quarter}季度留言办理情况通报"
series = { pattern = "{scope}第{n}期" }
to = ["supervisor"]
"""
DAILY = '[[schedule]]\nid = "daily"\nevery = "day"\nat = "08:30"\nform = "list"\nseries = { pattern = "〔{year}〕{n:03}" }\n'


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CaseStore]:
    """An empty store, of either kind."""
    if request.param == "memory":
        yield MemoryStore()
    else:
        with closing(SqlStore.at(tmp_path / "cases.sqlite")) as made:
            yield made


def book(text: str, *, register: Register | None = BOARDS) -> Rulebook:
    return Rulebook.parse(HEAD + text, register=register)


class Office:
    """A desk with a clock that stands on Chinese wall time."""

    def __init__(self, text: str | Rulebook, store: CaseStore, begin: str, **more: Any) -> None:
        self.rules = text if isinstance(text, Rulebook) else book(text)
        self.store = store
        self.now = FrozenTime(self.read(begin))
        self.desk = Desk(self.rules, store=store, now=self.now, **more)

    def read(self, text: str) -> datetime:
        return self.rules.timekeeper().read(text)

    def sweep(self, at: str, **more: int) -> Sweep:
        """Sweep at a moment, and see that a second sweep does nothing."""
        self.now.to(self.read(at))
        swept = self.desk.sweep(**more)
        if not more:
            assert self.desk.sweep() == Sweep(cases=0, events=0)
        return swept

    def at(self, begin: str, *, text: str | Rulebook) -> Office:
        """The office another day, with other rules, on the same store."""
        return Office(text, self.store, begin)

    def made(self, schedule: str = "") -> list[tuple[str, str]]:
        """The issues: period and number."""
        return [(row.period, row.number) for row in self.desk.issues(schedule)]


# --- once, in order ---------------------------------------------------------------------------------------------------


def test_twelve_boards_have_thirty_six_issues_in_three_quarters(store: CaseStore) -> None:
    office = Office(QUARTERLY, store, "2019-01-03 09:00")
    assert office.sweep("2019-01-03 09:00").issues == 0
    for moment, expected in (
        ("2019-04-15 23:59", 0),
        ("2019-04-16 00:00", 12),
        ("2019-07-16 00:00", 12),
        ("2019-10-15 12:00", 0),
        ("2019-10-16 00:00", 12),
    ):
        assert office.sweep(moment).issues == expected
    issues = office.desk.issues("quarterly")
    assert len(issues) == 36
    assert [(row.period, row.scope) for row in issues] == [
        (f"2019-Q{quarter}", f"第{n:02}栏") for quarter in (1, 2, 3) for n in range(1, 13)
    ]
    assert {row.number for row in issues} == {f"第{n:02}栏第{issue}期" for n in range(1, 13) for issue in (1, 2, 3)}
    assert {(row.period, row.as_of) for row in issues} == {
        (f"2019-Q{quarter}", office.read(f"2019-{month:02}-16 00:00")) for quarter, month in ((1, 4), (2, 7), (3, 10))
    }


def test_the_record_of_an_issue_says_by_which_rules_and_when_it_was_made(store: CaseStore) -> None:
    office = Office(QUARTERLY, store, "2019-03-03 09:00")
    office.sweep("2019-03-03 09:00")
    office.sweep("2019-04-20 08:00")
    assert office.desk.issues()[1] == Issue(
        rulebook="town",
        schedule="quarterly",
        period="2019-Q1",
        scope="第02栏",
        form="bulletin",
        number="第02栏第1期",
        n=1,
        as_of=datetime(2019, 4, 15, 16, tzinfo=UTC),
        rulebook_digest=office.rules.digest,
        made_at=datetime(2019, 4, 20, 0, tzinfo=UTC),
    )
    assert office.desk.issues()[1].days == (date(2019, 1, 1), date(2019, 3, 31))
    assert store.kept("rulebook", office.rules.digest) == office.rules.text
    assert desk_for(store).rulebook == office.rules


def test_a_daily_list_skips_the_holiday_and_has_the_saturday_that_is_worked(store: CaseStore) -> None:
    office = Office(DAILY, store, "2020-09-26 12:00")
    for day in range(26, 46):
        moment = datetime(2020, 9, 1) + timedelta(days=day - 1, hours=9)
        office.sweep(f"{moment:%Y-%m-%d %H:%M}")
    assert office.made() == [
        ("2020-09-27", "〔2020〕001"),
        ("2020-09-28", "〔2020〕002"),
        ("2020-09-29", "〔2020〕003"),
        ("2020-09-30", "〔2020〕004"),
        ("2020-10-09", "〔2020〕005"),
        ("2020-10-10", "〔2020〕006"),
        ("2020-10-12", "〔2020〕007"),
        ("2020-10-13", "〔2020〕008"),
        ("2020-10-14", "〔2020〕009"),
        ("2020-10-15", "〔2020〕010"),
    ]


def test_a_list_is_made_at_its_time_and_not_before(store: CaseStore) -> None:
    office = Office(DAILY, store, "2020-07-06 08:00")
    assert office.sweep("2020-07-06 08:29").issues == 0
    assert office.sweep("2020-07-06 08:30").issues == 1
    assert office.sweep("2020-07-06 17:00").issues == 0


def test_after_a_standstill_of_three_months_all_that_was_missed_is_made_oldest_first(store: CaseStore) -> None:
    weekly = '[[schedule]]\nid = "weekly"\nevery = "week"\nform = "digest"\n'
    office = Office(DAILY + weekly, store, "2020-06-30 09:00")
    assert office.sweep("2020-06-30 09:00").issues == 1
    assert [office.sweep("2020-09-30 09:00", limit=30).issues for _ in range(4)] == [30, 30, 20, 0]
    issues = office.desk.issues()
    assert [row.as_of for row in issues] == sorted(row.as_of for row in issues)
    working = WorkCalendar.named("CN").count(date(2020, 6, 29), date(2020, 9, 30))
    assert [number for _, number in office.made("daily")] == [f"〔2020〕{n:03}" for n in range(1, working + 1)]
    assert [period for period, _ in office.made("weekly")] == [f"2020-W{n}" for n in range(27, 40)]


def test_the_year_s_numbers_begin_anew(store: CaseStore) -> None:
    office = Office(DAILY, store, "2020-12-30 09:00")
    office.sweep("2020-12-30 09:00")
    office.sweep("2021-01-05 09:00")
    assert office.made() == [
        ("2020-12-30", "〔2020〕001"),
        ("2020-12-31", "〔2020〕002"),
        ("2021-01-04", "〔2021〕001"),
        ("2021-01-05", "〔2021〕002"),
    ]


def test_schedules_do_not_take_each_other_s_numbers(store: CaseStore) -> None:
    text = "".join(f'[[schedule]]\nid = "{name}"\nevery = "week"\nform = "digest"\nseries = {{}}\n' for name in ("a", "b"))
    office = Office(text, store, "2020-07-06 09:00")
    office.sweep("2020-07-06 09:00")
    office.sweep("2020-07-20 09:00")
    assert office.made("a") == office.made("b") == [("2020-W28", "第1期"), ("2020-W29", "第2期")]


def test_one_series_may_run_through_all_boards(store: CaseStore) -> None:
    office = Office(QUARTERLY.replace("{scope}第", "第"), store, "2019-01-03 09:00")
    office.sweep("2019-01-03 09:00")
    office.sweep("2019-07-20 09:00")
    assert [number for _, number in office.made()] == [f"第{n}期" for n in range(1, 25)]


# --- from when it counts ----------------------------------------------------------------------------------------------


def test_the_period_that_runs_at_the_first_sweep_is_the_first(store: CaseStore) -> None:
    monthly = '[[schedule]]\nid = "monthly"\nevery = "month"\nas_of = 10\ntitle = "x"\n'
    office = Office(monthly, store, "2020-07-03 09:00")  # before the tenth: June's would be due yet
    with office.desk.importing() as door:
        door.receive(Message(subject="旧件", received_at=office.read("2019-02-01 10:00")))
    office.sweep("2020-07-03 09:00")
    assert office.sweep("2020-07-31 09:00").issues == 0
    assert [slot.period for slot in office.desk.next_issues()] == ["2020-07"]
    office.sweep("2020-08-11 00:00")
    assert [period for period, _ in office.made()] == ["2020-07"]
    assert office.store.issues()[0].as_of == office.read("2020-08-11 00:00")


def test_a_desk_that_is_made_anew_makes_nothing_anew(store: CaseStore) -> None:
    office = Office(DAILY, store, "2020-07-06 09:00")
    office.sweep("2020-07-06 09:00")
    again = office.at("2020-07-06 09:05", text=DAILY)
    assert again.sweep("2020-07-06 09:05").issues == 0
    assert again.sweep("2020-07-07 09:00").issues == 1
    assert again.made() == [("2020-07-06", "〔2020〕001"), ("2020-07-07", "〔2020〕002")]


def test_a_new_version_of_the_rulebook_goes_on_where_the_last_was(store: CaseStore) -> None:
    office = Office(DAILY, store, "2020-07-06 09:00")
    office.sweep("2020-07-06 09:00")
    later = office.at("2020-07-09 09:00", text=DAILY.replace("〔{year}〕", "{year}-"))
    assert later.sweep("2020-07-09 09:00").issues == 3
    assert later.made()[1:] == [("2020-07-07", "2020-002"), ("2020-07-08", "2020-003"), ("2020-07-09", "2020-004")]
    assert [row.rulebook_digest for row in later.desk.issues()] == [office.rules.digest, *[later.rules.digest] * 3]


def test_a_schedule_of_another_kind_of_period_counts_from_the_change(store: CaseStore) -> None:
    monthly = '[[schedule]]\nid = "x"\nevery = "month"\nas_of = 10\nform = "list"\n'
    office = Office(monthly, store, "2019-01-03 09:00")
    office.sweep("2019-01-03 09:00")
    weekly = office.at("2020-07-08 09:00", text='[[schedule]]\nid = "x"\nevery = "week"\nform = "list"\n')
    assert weekly.sweep("2020-07-08 09:00").issues == 0
    weekly.sweep("2020-07-13 00:00")
    assert [period for period, _ in weekly.made()] == ["2020-W28"]


def test_a_board_that_joins_has_no_issues_of_periods_before(store: CaseStore) -> None:
    fewer = Register(id="city", group=BOARDS.group, unit=BOARDS.unit, board=BOARDS.board[:2])
    office = Office(book(QUARTERLY, register=fewer), store, "2019-01-03 09:00")
    office.sweep("2019-01-03 09:00")
    assert office.sweep("2019-07-20 09:00").issues == 4
    joined = office.at("2019-10-20 09:00", text=QUARTERLY)
    assert joined.sweep("2019-10-20 09:00").issues == 12
    assert [row.period for row in joined.desk.issues() if row.scope == "第03栏"] == ["2019-Q3"]


def test_what_a_stop_in_the_midst_of_a_period_left_out_is_made_later(store: CaseStore) -> None:
    office = Office(QUARTERLY, store, "2019-01-03 09:00")
    office.sweep("2019-01-03 09:00")
    assert [office.sweep("2019-04-16 00:00", limit=5).issues for _ in range(4)] == [5, 5, 2, 0]
    assert [row.scope for row in office.desk.issues()] == [row.name for row in BOARDS.board[:12]]
    assert office.sweep("2019-07-16 00:00").issues == 12


def test_a_notice_that_comes_late_makes_no_back_issue(store: CaseStore) -> None:
    office = Office(DAILY, store, "2020-07-10 09:00")
    office.sweep("2020-07-10 09:00")
    office.sweep("2020-07-13 09:00")
    worked = Notice(id="x", published_on=date(2020, 7, 13), year=2020, off=(), work=(date(2020, 7, 11),))
    office.desk.recalculate(WorkCalendar.named("CN", notices=[worked]))
    assert office.sweep("2020-07-13 10:00").issues == 0
    assert [period for period, _ in office.made()] == ["2020-07-10", "2020-07-13"]


def test_a_desk_s_own_notices_say_which_days_have_a_list(store: CaseStore) -> None:
    flood = Span(date(2020, 7, 7), date(2020, 7, 7))
    off = Notice(id="flood", published_on=date(2020, 7, 6), year=2020, off=(flood,), work=())
    office = Office(DAILY, store, "2020-07-06 09:00", calendar=WorkCalendar.named("CN", notices=[off]))
    office.sweep("2020-07-06 09:00")
    office.sweep("2020-07-08 09:00")
    assert [period for period, _ in office.made()] == ["2020-07-06", "2020-07-08"]


def test_a_clock_set_back_makes_nothing_twice_and_misses_nothing(store: CaseStore) -> None:
    office = Office(DAILY, store, "2020-07-06 09:00")
    office.sweep("2020-07-06 09:00")
    office.sweep("2020-07-09 09:00")
    for moment in ("2020-07-07 09:00", "2020-01-01 09:00", "2020-07-09 09:00"):
        assert office.sweep(moment).issues == 0
    office.sweep("2020-07-10 09:00")
    assert office.made() == [(f"2020-07-{day:02}", f"〔2020〕{n:03}") for n, day in enumerate(range(6, 11), start=1)]


@given(st.lists(st.integers(0, 24 * 90), min_size=1, max_size=12))
def test_however_seldom_it_is_swept_the_same_issues_are_made(hours: list[int]) -> None:
    weekly = '[[schedule]]\nid = "weekly"\nevery = "week"\nform = "digest"\nat = "09:00"\nper = "group"\nseries = {}\n'
    made = []
    for moments in (sorted(hours), [max(hours)]):
        office = Office(DAILY + weekly, MemoryStore(), "2020-07-01 00:00")
        begin = office.now()
        office.desk.sweep()
        for hour in moments:
            office.now.to(begin + timedelta(hours=hour))
            office.desk.sweep()
        made.append([(row.id, row.number, row.as_of) for row in office.desk.issues()])
    assert made[0] == made[1]


# --- two at once ------------------------------------------------------------------------------------------------------


def test_two_workers_at_once_make_each_issue_once(tmp_path: Path) -> None:
    place, count = tmp_path / "cases.sqlite", 4
    with closing(SqlStore.at(place)) as first:
        Office(QUARTERLY + DAILY, first, "2019-01-03 09:00").sweep("2019-01-03 09:00")
    barrier = Barrier(count)

    def work(_: int) -> Sweep:
        with closing(SqlStore.at(place)) as own:
            office = Office(QUARTERLY + DAILY, own, "2019-04-20 09:00")
            barrier.wait()
            return office.desk.sweep()

    with ThreadPoolExecutor(count) as pool:
        swept = list(pool.map(work, range(count)))
    assert [failure for each in swept for failure in each.failures] == []
    with closing(SqlStore.at(place)) as last:
        issues = last.issues()
        assert sum(each.issues for each in swept) == len(issues) - 1
        quarterly = [row for row in issues if row.schedule == "quarterly"]
        assert sorted(row.scope for row in quarterly) == [row.name for row in BOARDS.board[:12]]
        assert {row.n for row in quarterly} == {1}
        daily = [row for row in issues if row.schedule == "daily"]
        assert sorted(row.n or 0 for row in daily) == list(range(1, len(daily) + 1))
        assert len(daily) == WorkCalendar.named("CN").count(date(2019, 1, 2), date(2019, 4, 20))
        assert len({row.notification.id for row in last.outbox.pending(datetime(2020, 1, 1, tzinfo=UTC))}) == 12


class Interrupted(MemoryStore):
    """A store in which something happens meanwhile, once: after somebody looked which issues there are."""

    meanwhile: Callable[[], object] | None = None

    def issues(self, **asked: Any) -> list[Issue]:
        found = super().issues(**asked)
        happens, self.meanwhile = self.meanwhile, None
        if happens:
            happens()
        return found


def test_a_worker_that_was_overtaken_makes_nothing_and_takes_nothing_back() -> None:
    store = Interrupted()
    fewer = Register(id="city", group=BOARDS.group, unit=BOARDS.unit, board=BOARDS.board[:2])
    slow = Office(book(QUARTERLY, register=fewer), store, "2019-01-03 09:00")
    slow.sweep("2019-01-03 09:00")
    slow.now.to(slow.read("2019-04-20 09:00"))
    quick = slow.at("2019-10-20 09:00", text=slow.rules)
    store.meanwhile = quick.desk.sweep
    assert slow.desk.sweep().issues == 0
    assert len(store.issues()) == 6
    joined = slow.at("2019-10-20 10:00", text=QUARTERLY)
    assert joined.desk.sweep().issues == 0  # the slow one did not set the schedule back to the first quarter


def test_two_rulebooks_on_one_store_have_their_own_issues(store: CaseStore) -> None:
    office = Office(DAILY, store, "2020-07-06 09:00")
    other = office.at("2020-07-06 09:00", text=Rulebook.parse(HEAD.replace("town", "village") + DAILY, register=BOARDS))
    for each in (office, other):
        each.sweep("2020-07-06 09:00")
        each.sweep("2020-07-07 09:00")
    assert [(row.rulebook, row.period, row.n) for row in store.issues()] == [
        (name, f"2020-07-{day:02}", n) for name in ("town", "village") for n, day in enumerate((6, 7), start=1)
    ]


def test_a_worker_with_older_rules_does_not_bring_them_back(store: CaseStore) -> None:
    office = Office(DAILY, store, "2020-07-06 09:00")
    office.sweep("2020-07-06 09:00")
    newer = office.at("2020-07-07 09:00", text=DAILY + "lists = ['open']\n")
    newer.sweep("2020-07-07 09:00")
    office.sweep("2020-07-08 09:00")
    assert len(store.issues()) == 3
    assert desk_for(store).rulebook == newer.rules


# --- who is told ------------------------------------------------------------------------------------------------------


def notices(text: str, store: CaseStore) -> list[Mapping[str, Any]]:
    office = Office(text, store, "2020-07-06 09:00")
    office.sweep("2020-07-06 09:00")
    office.sweep("2020-07-13 09:00")
    channel = RecordingNotifier()
    office.desk.deliver(channel)
    assert office.desk.deliver(RecordingNotifier()).sent == 0
    return [{"id": row.id, "to": row.to, "unit": row.unit, "zh": row.zh, "en": row.en, "case": row.case} for row in channel.sent]


WEEKLY = '[[schedule]]\nid = "weekly"\nevery = "week"\nat = "08:30"\nform = "digest"\nseries = {}\nto = ["supervisor", "handler"]\n'


def test_those_who_are_to_issue_it_are_told(store: CaseStore) -> None:
    told = notices(WEEKLY + 'title = "{year}年第{week}周周报"\n', store)
    assert [(row["id"], row["to"], row["unit"]) for row in told] == [
        ("issue:town:weekly:2020-W28::1", "supervisor", ""),
        ("issue:town:weekly:2020-W28::2", "handler", "网信办"),
        ("issue:town:weekly:2020-W28::3", "handler", "公安局"),
    ]
    assert {row["case"] for row in told} == {""}
    assert {row["zh"] for row in told} == {"《2020年第28周周报》第1期应予编发，统计截至2020年7月13日08:30"}
    assert {row["en"] for row in told} == {"the digest 第1期 for week 28 of 2020 is to be issued, as of 08:30 on 13 July 2020"}


@pytest.mark.parametrize(
    "per, units",
    [("unit", ["网信办", "公安局"]), ("group", ["网信办", "公安局"]), ("board", ["网信办"] * 12)],
)
def test_a_role_of_units_is_told_in_the_units_that_an_issue_is_of(per: str, units: list[str], store: CaseStore) -> None:
    told = notices(WEEKLY.replace('to = ["supervisor", "handler"]', f'to = ["handler"]\nper = "{per}"'), store)
    assert sorted(row["unit"] for row in told) == sorted(units)


def test_a_moment_at_midnight_is_the_end_of_a_day() -> None:
    told = notices(WEEKLY.replace("08:30", "00:00"), MemoryStore())
    assert told[0]["zh"] == "《2020年第28周简报》第1期应予编发，统计截至2020年7月12日24:00"
    assert told[0]["en"].endswith("as of 24:00 on 12 July 2020")


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_what_goes_wrong_with_one_schedule_keeps_no_other_waiting(store: CaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(DAILY + WEEKLY.replace('to = ["supervisor", "handler"]\n', ""), store, "2020-07-06 08:00")
    office.sweep("2020-07-06 08:00")
    from casework import schedules

    whole = schedules.numbered

    def broken(row: Any, period: str, *rest: Any) -> str:
        if row.id == "daily" and period == "2020-07-08":
            raise ValueError("out of paper")
        return whole(row, period, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(schedules, "numbered", broken)
        office.now.to(office.read("2020-07-13 09:00"))
        swept = office.desk.sweep()
    assert (swept.issues, swept.failures) == (3, (("town/daily", "an error in casework or its rulebook: ValueError"),))
    assert office.made("daily") == [("2020-07-06", "〔2020〕001"), ("2020-07-07", "〔2020〕002")]
    assert office.made("weekly") == [("2020-W28", "第1期")]
    assert office.sweep("2020-07-13 09:00").issues == 4
    assert [number for _, number in office.made("daily")] == [f"〔2020〕{n:03}" for n in range(1, 7)]


@pytest.mark.parametrize(
    "text, register, why",
    [
        (WEEKLY.replace("handler", "handlr"), BOARDS, "unknown role 'handlr'; did you mean 'handler'? @ schedule[0].to"),
        (QUARTERLY, None, "no issue can be made of each board: there is no register beside the rulebook @ schedule[0].per"),
        (QUARTERLY, read_register('id = "x"'), "no issue can be made of each board: the register lists no board @ schedule[0].per"),
    ],
)
def test_a_schedule_that_does_not_fit_is_found_on_loading(text: str, register: Register | None, why: str) -> None:
    with pytest.raises(RulebookInvalid, match=re.escape(why)):
        book(text, register=register)


def test_issues_may_be_asked_for_from_a_moment_on(store: CaseStore) -> None:
    office = Office(DAILY, store, "2020-07-06 09:00")
    for day in (6, 7, 8):
        office.sweep(f"2020-07-{day:02} 09:00")
    since = office.read("2020-07-07 09:00")
    assert [row.period for row in office.desk.issues(since=since)] == ["2020-07-07", "2020-07-08"]
    assert office.desk.issues("weekly") == ()
    with pytest.raises(NaiveDatetime):
        office.desk.issues(since=since.replace(tzinfo=None))


def test_what_is_next_is_told_also_where_no_sweep_has_come(store: CaseStore) -> None:
    office = Office(DAILY + QUARTERLY, store, "2019-03-03 09:00")  # a Sunday
    assert [(slot.schedule, slot.period) for slot in office.desk.next_issues()] == [
        ("daily", "2019-03-04"),
        ("quarterly", "2019-Q1"),
    ]
    assert store.issues() == []
    office.sweep("2019-03-03 09:00")
    office.now.to(office.read("2019-05-01 09:00"))
    assert [slot.period for slot in office.desk.next_issues()] == ["2019-03-04", "2019-Q1"]
    office.sweep("2019-05-01 09:00")
    assert [slot.period for slot in office.desk.next_issues()] == ["2019-05-05", "2019-Q2"]  # 1 to 4 May off, Sunday the 5th worked


# --- bulletins --------------------------------------------------------------------------------------------------------


def test_a_bulletin_has_the_number_that_its_issue_took(store: CaseStore) -> None:
    monthly = '[[schedule]]\nid = "monthly"\nevery = "month"\nas_of = 10\ntitle = "{year}年{month}月通报"\nseries = {}\n'
    office = Office(monthly, store, "2020-05-20 09:00")
    office.sweep("2020-05-20 09:00")

    def numbers() -> list[str]:
        rules = office.rules
        return [make_bulletin(store, rules, rules.register, period=period).issue_zh for period in ("2020-05", "2020-06")]

    assert numbers() == ["", ""]
    office.sweep("2020-07-11 00:00")
    assert numbers() == ["第1期", "第2期"]


@pytest.mark.parametrize(
    "every, more, period, title, day",
    [
        ("quarter", 'as_of = 15\nseries = { first = "2019-Q1" }\n', "2019-Q3", "第3季度", "2019-10-15"),
        ("year", 'as_of = 20\nat = "09:00"\nseries = { first = "2017" }\n', "2019", "2019年", "2020-01-19"),
        ("week", 'series = { first = "2020-W26" }\n', "2020-W28", "第28周", "2020-07-12"),
        ("day", 'days = "all"\nseries = { first = "2020-07-04" }\n', "2020-07-06", "2020年7月6日", "2020-07-06"),
    ],
)
def test_a_bulletin_is_made_of_any_kind_of_period(every: str, more: str, period: str, title: str, day: str) -> None:
    text = f'[[schedule]]\nid = "x"\nevery = "{every}"\ntitle = "{{period}}通报"\n{more}'
    rules = book(text)
    made = make_bulletin(MemoryStore(), rules, rules.register, period=period)
    assert (made.issue, made.issue_zh, made.as_of) == (3, "第3期", date.fromisoformat(day))
    assert title in made.title("zh")
    assert make_bulletin(MemoryStore(), rules, rules.register, period="2019-02-03..2019-02-09").issue is None


def test_a_bulletin_of_one_board_has_that_board_s_number(store: CaseStore) -> None:
    office = Office(QUARTERLY, store, "2019-01-03 09:00")
    office.sweep("2019-01-03 09:00")
    office.sweep("2019-07-16 09:00")

    def make(*boards: str) -> Bulletin:
        return make_bulletin(store, office.rules, BOARDS, period="2019-Q2", boards=boards)

    assert (make("第02栏").issue_zh, make().issue_zh, make("第02栏", "第03栏").issue_zh) == ("第02栏第2期", "", "")
    assert make("第02栏").title("zh") == "2019年第2季度留言办理情况通报（第02栏）"


def test_a_bulletin_has_the_number_of_its_own_board_and_rulebook(store: CaseStore) -> None:
    through = QUARTERLY.replace("{scope}第", "第")
    other = Office(Rulebook.parse(HEAD.replace("town", "village") + through, register=BOARDS), store, "2018-01-03 09:00")
    other.sweep("2018-01-03 09:00")
    other.sweep("2019-07-16 09:00")
    office = other.at("2019-01-03 09:00", text=through)
    office.sweep("2019-01-03 09:00")
    office.sweep("2019-07-16 09:00")
    made = make_bulletin(store, office.rules, BOARDS, period="2019-Q2", boards=("第02栏",))
    assert (made.issue, made.issue_zh) == (14, "第14期")


def test_two_versions_that_go_by_other_periods_keep_out_of_each_other_s_way() -> None:
    store, now = MemoryStore(), FrozenTime(local("2020-07-01 08:00"))
    weekly, monthly = (
        Desk(small(f'{FIVE_DAYS}[[schedule]]\nid = "s"\nevery = "{every}"\nform = "list"\n{extra}'), store=store, now=now)
        for every, extra in (("week", ""), ("month", "as_of = 3\n"))
    )
    for day in range(60):
        now.to(local("2020-07-01 08:00") + timedelta(days=day))
        weekly.sweep()
        monthly.sweep()
    assert [row.period for row in weekly.issues() if "W" in row.period] == [f"2020-W{week}" for week in range(27, 35)]
    assert [row.period for row in weekly.issues() if "W" not in row.period] == ["2020-07"]


@pytest.mark.parametrize("every", ["day", "week"])
def test_a_first_sweep_by_a_clock_that_ran_ahead_is_forgotten(every: str) -> None:
    now = FrozenTime(local("2022-07-04 08:00"))
    schedule = f'{FIVE_DAYS}[[schedule]]\nid = "s"\nevery = "{every}"\nform = "list"\nat = "20:00"\n'
    desk = Desk(small(schedule), store=MemoryStore(), now=now)
    desk.sweep()
    assert desk.issues() == ()
    for day in range(20):
        now.to(local("2020-07-06 23:00") + timedelta(days=day))
        desk.sweep()
    assert [row.period for row in desk.issues()][:2] == {"day": ["2020-07-06", "2020-07-07"], "week": ["2020-W28", "2020-W29"]}[
        every
    ]
