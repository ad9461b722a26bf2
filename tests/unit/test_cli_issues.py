"""Issues on the terminal: what was made, what comes next, and how a schedule is put in words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from casework import Desk, Rulebook, SqlStore
from casework.cli.rulings import schedule_ruling
from casework.outline import Schedule
from casework.testing import FrozenTime
from tests.unit.commands import Casework, calling, one_line
from tests.unit.test_issues import BOARDS, DAILY, QUARTERLY, WEEKLY, book

LABELS = '[labels]\ndaily = "每日督办清单"\n'


@pytest.fixture
def casework(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Casework:
    return calling(monkeypatch, capsys, tmp_path)


def swept(place: Path, rules: Rulebook, *moments: datetime) -> None:
    """A database whose desk swept at these moments."""
    with SqlStore.at(place) as store:
        now = FrozenTime(moments[0])
        desk = Desk(rules, store=store, now=now)
        for moment in moments:
            now.to(moment)
            desk.sweep()


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    place = tmp_path / "cases.sqlite"
    times = datetime(2020, 9, 25, 1, tzinfo=UTC), datetime(2020, 10, 16, 1, tzinfo=UTC)
    swept(place, book(LABELS + DAILY + QUARTERLY), *times)
    return place


def test_issues_are_listed_with_what_they_are_of_and_when_they_were_made(casework: Casework, filled: Path) -> None:
    lines = casework("issues").out.splitlines()
    assert lines[0].split() == ["计划", "期别", "范围", "编号", "统计截至", "编发"]
    assert lines[1].split() == [
        "每日督办清单",
        "2020年9月25日",
        "全部",
        "〔2020〕001",
        "2020-09-25",
        "08:30",
        "2020-09-25",
        "09:00",
    ]
    of_board = next(line for line in lines if "第02栏" in line)
    assert of_board.split() == [
        *("quarterly", "2020年第3季度", "第02栏", "第02栏第1期"),
        *("2020-10-15", "24:00", "2020-10-16", "09:00"),
    ]
    assert "共24期" in lines


def test_below_stands_what_comes_next(casework: Casework, filled: Path) -> None:
    lines = casework("issues", "--lang", "en").out.splitlines()
    assert "24 issues" in lines
    assert [line.split()[:1] for line in lines[-2:]] == [["daily"], ["quarterly"]]
    said = ["quarterly", "quarter 4 of 2020", "2021-01-15 24:00", "due: made when the desk sweeps next"]
    assert re.split(r"\s{2,}", lines[-1]) == said


def test_a_schedule_that_is_not_due_yet_says_no_more(casework: Casework, tmp_path: Path) -> None:
    far = DAILY.replace('every = "day"\nat = "08:30"', 'every = "year"\nas_of = 1').replace(
        'pattern = "〔{year}〕{n:03}"', 'first = "2500"'
    )
    swept(tmp_path / "cases.sqlite", book(QUARTERLY + far), *[datetime(2020, month, 16, 1, tzinfo=UTC) for month in (9, 10)])
    lines = casework("issues", "daily").out.splitlines()
    assert lines[0] == "没有编发记录"
    assert lines[-1].split() == ["daily", "2500年", "2501-01-01", "24:00"]


def test_one_schedule_and_those_since_a_day_may_be_asked_for(casework: Casework, filled: Path) -> None:
    assert "共12期" in casework("issues", "quarterly").out
    assert "每日督办清单" not in casework("issues", "quarterly").out
    assert "共23期" in casework("issues", "--since", "2020-10-16").out
    assert "没有编发记录" in casework("issues", "--since", "2020-10-17").out


@pytest.mark.parametrize(
    "arguments, why",
    [
        (("quartely",), "there is no schedule 'quartely'; did you mean 'quarterly'? (schedules: daily, quarterly)"),
        (("--since", "July"), "cannot read --since 'July'; accepted: a day such as 2020-08-10"),
        (("--db", "none.sqlite"), "there is no database 'none.sqlite'; make one with: casework import FILE --db none.sqlite"),
    ],
)
def test_what_there_is_not_is_one_line(arguments: tuple[str, ...], why: str, casework: Casework, filled: Path) -> None:
    assert one_line(casework("issues", *arguments)) == why


def test_a_rulebook_without_a_schedule_says_so(casework: Casework, tmp_path: Path) -> None:
    with SqlStore.at(tmp_path / "cases.sqlite") as store:
        from casework import Message

        Desk(book("", register=None), store=store).receive(Message(subject="路灯不亮"))
    assert casework("issues").out.splitlines() == ["没有编发记录", "规则中没有定期编发"]
    assert casework("issues", "--lang", "en").out.splitlines() == ["no issues were made", "the rulebook has no schedule"]


# --- in words ---------------------------------------------------------------------------------------------------------

OF_UNITS = WEEKLY.replace("series = {}", 'series = { first = "2020-W05" }\nper = "unit"\nas_of = "fri"')


@pytest.mark.parametrize(
    "text, zh, en",
    [
        (DAILY, "每个工作日一期，08:30编发；编号〔{year}〕{n:03}", "every working day, at 08:30; numbered 〔{year}〕{n:03}"),
        (DAILY.replace('at = "08:30"', 'days = "all"'), "每日一期，00:00编发；编号", "every day, at 00:00; numbered"),
        (
            QUARTERLY,
            "每季度一期，以季后首月15日24:00为时间节点；按栏目分别编发；编号{scope}第{n}期；告知督查室",
            "every quarter, as of 24:00 on day 15 of the month after it; one for each board; numbered {scope}第{n}期; told: ",
        ),
        (
            OF_UNITS,
            "每周一期，以下周五08:30为时间节点；按承办单位分别编发；编号第{n}期，自2020年第5周起；告知督查室、承办人",
            "every week, as of Fri 08:30 of the next; one for each unit; numbered 第{n}期 from week 5 of 2020 on; told: supervisor",
        ),
        (
            '[[schedule]]\nid = "x"\nevery = "month"\nas_of = 5\nper = "group"\nform = "list"\n',
            "每月一期，以次月5日24:00为时间节点；按单位类别分别编发",
            "every month, as of 24:00 on day 5 of the next; one for each group of units",
        ),
        (
            '[[schedule]]\nid = "x"\nevery = "year"\nas_of = 20\nform = "list"\n',
            "每年一期，以次年1月20日24:00为时间节点",
            "every year, as of 24:00 on 20 January of the next",
        ),
    ],
)
def test_a_schedule_is_put_in_words(text: str, zh: str, en: str) -> None:
    rules = book(text, register=BOARDS)
    [row] = rules.outline.schedule
    assert isinstance(row, Schedule)
    for said, between, words in ((schedule_ruling(row, rules, "zh"), "；", zh), (schedule_ruling(row, rules, "en"), "; ", en)):
        first, *more = words.split(between)
        places = [said.index(between + part) for part in more]
        assert said.startswith(first) and places == sorted(places)


def test_a_rulebook_that_is_shown_has_its_schedules_by_name(casework: Casework, tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_text(f'[rulebook]\nid = "town"\nversion = 1\nbase = "standard"\n{LABELS}{DAILY}', "utf-8")
    assert "每日督办清单" in casework("rulebook", "show", "town.toml").out
