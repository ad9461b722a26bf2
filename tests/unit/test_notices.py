"""Notices are read from TOML, and one that cannot be used is refused with everything that is wrong with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import casework
from casework import calendars
from casework.errors import NoticeInvalid, Problem
from casework.notices import Notice, Span, load_notices, read_notices, shipped_notices

TOWN = """
[[notice]]
id = "CN-2027"
published_on = 2026-11-25
year = 2027
off = [{ first = 2026-12-31, last = 2027-01-03 }, { first = 2027-10-01, last = 2027-10-07 }]
work = [2027-01-10]
source = "invented for this test"
"""


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(NoticeInvalid) as caught:
        read_notices(text, name="town.toml")
    return caught.value.problems


def test_notices_are_read_in_the_order_in_which_they_stand() -> None:
    (read,) = read_notices(TOWN)
    assert read == Notice(
        id="CN-2027",
        published_on=date(2026, 11, 25),
        year=2027,
        off=(Span(date(2026, 12, 31), date(2027, 1, 3)), Span(date(2027, 10, 1), date(2027, 10, 7))),
        work=(date(2027, 1, 10),),
        source="invented for this test",
    )
    both = TOWN + TOWN.replace("CN-2027", "AA").replace("2026-11-25", "2026-01-01")
    assert [each.id for each in read_notices(both)] == ["CN-2027", "AA"]
    assert read_notices("") == ()


HEAD = '[[notice]]\nid = "a"\npublished_on = 2026-01-01\nyear = 2026\n'


@pytest.mark.parametrize(
    "text, problem",
    [
        ("notices = []", "unknown key 'notices'; did you mean 'notice'? @ notices"),
        ("[notice]\nid = 1", "should be a list of tables, each headed [[notice]], is {'id': 1} @ notice"),
        ("notice = [3]", "should be a table, is 3 @ notice[0]"),
        (HEAD, "names no day; give 'off', 'work' or both @ notice[0]"),
        (HEAD + "works = []\nwork = [2026-01-03]", "unknown key 'works'; did you mean 'work'? @ notice[0].works"),
        (HEAD.replace("year = 2026\n", "") + "work = [2026-01-03]", "has no 'year' @ notice[0]"),
        (HEAD.replace("2026\n", "true\n") + "work = [2026-01-03]", "should be a year such as 2026, is True @ notice[0].year"),
        (HEAD.replace("= 2026\n", "= 26\n") + "work = [2026-01-03]", "should be a year such as 2026, is 26 @ notice[0].year"),
        (HEAD.replace('"a"', "7") + "work = [2026-01-03]", "should be a text, is 7 @ notice[0].id"),
        (HEAD.replace('"a"', '""') + "work = [2026-01-03]", "is empty @ notice[0].id"),
        (HEAD + "source = 7\nwork = [2026-01-03]", "should be a text, is 7 @ notice[0].source"),
        (HEAD + "work = 2026-01-03", "should be a list, is 2026-01-03 @ notice[0].work"),
        (
            HEAD + 'work = ["2026-01-03"]',
            "should be a date such as 2026-10-01, without quotes and without a time, is '2026-01-03' @ notice[0].work[0]",
        ),
        (
            HEAD.replace("01-01", "01-01T08:00:00") + "work = [2026-01-03]",
            "should be a date such as 2026-10-01, without quotes and without a time, is 2026-01-01 08:00:00 "
            "@ notice[0].published_on",
        ),
        (
            HEAD + "off = [2026-01-03]",
            "should be a span such as { first = 2026-10-01, last = 2026-10-07 }, is 2026-01-03 @ notice[0].off[0]",
        ),
        (HEAD + "off = [{ first = 2026-01-03 }]", "has no 'last' @ notice[0].off[0]"),
        (
            HEAD + "off = [{ first = 2026-01-03, last = 8 }]",
            "should be a date such as 2026-10-01, without quotes and without a time, is 8 @ notice[0].off[0].last",
        ),
        (
            HEAD + "off = [{ first = 2026-01-03, last = 2026-01-04, lost = 1 }]",
            "unknown key 'lost'; did you mean 'last'? @ notice[0].off[0].lost",
        ),
        (
            HEAD + "off = [{ first = 2026-01-04, last = 2026-01-03 }]",
            "the span ends before it begins (2026-01-04 to 2026-01-03); give its first day first @ notice[0].off[0]",
        ),
        (
            HEAD + "off = [{ first = 2026-05-01, last = 2026-05-05 }, { first = 2026-05-05, last = 2026-05-06 }]",
            "2026-05-05 to 2026-05-06 overlaps 2026-05-01 to 2026-05-05 (notice[0].off[0]); name each day in one span only "
            "@ notice[0].off[1]",
        ),
        (
            HEAD + "off = [{ first = 2026-05-01, last = 2026-05-05 }]\nwork = [2026-05-05]",
            "2026-05-05 is a make-up workday and lies inside the days off 2026-05-01 to 2026-05-05 (notice[0].off[0]); "
            "it is one or the other @ notice[0].work[0]",
        ),
        (
            HEAD
            + "off = [{ first = 2026-05-01, last = 2026-05-09 }, { first = 2026-05-08, last = 2026-05-12 }]\nwork = [2026-05-13]",
            "2026-05-08 to 2026-05-12 overlaps 2026-05-01 to 2026-05-09 (notice[0].off[0]); name each day in one span only "
            "@ notice[0].off[1]",
        ),
        (HEAD + "work = [2026-01-03, 2026-01-03]", "2026-01-03 is listed twice; once is enough @ notice[0].work[1]"),
        (
            HEAD + "work = [2025-11-30]",
            "2025-11-30 is too far from 2026: a notice names days from 2025-12-01 to 2027-01-31 @ notice[0].work[0]",
        ),
        (f"{HEAD}work = [2026-01-03]\n{HEAD}work = [2026-01-04]", "the id 'a' is already that of notice[0] @ notice[1].id"),
    ],
)
def test_a_notice_that_cannot_be_used_is_refused_with_the_place_and_the_reason(text: str, problem: str) -> None:
    assert [str(each) for each in problems_of(text)] == [problem]


def test_everything_that_is_wrong_with_notices_is_reported_at_once() -> None:
    text = (
        TOWN
        + '[[notice]]\nid = "CN-2027"\nyear = "2027"\noff = [{ first = 2027-05-05, last = 2027-05-01 }]\n'
        + "[[notice]]\nwork = [2027-05-01, 1]\n"
    )
    assert {problem.path for problem in problems_of(text)} == {
        "notice[1]", "notice[1].year", "notice[1].off[0]", "notice[1].id", "notice[2]", "notice[2].work[1]",
    }  # fmt: skip


def test_every_span_that_overlaps_an_earlier_one_is_reported_also_behind_a_short_one() -> None:
    def overlaps(*days: tuple[int, int]) -> list[str]:
        spans = ", ".join(f"{{ first = 2026-05-0{first}, last = 2026-05-0{last} }}" for first, last in days)
        return [problem.path for problem in problems_of(f"{HEAD}off = [{spans}]")]

    assert overlaps((4, 4), (1, 9), (6, 8)) == ["notice[0].off[0]", "notice[0].off[2]"]
    assert overlaps((1, 2), (4, 8), (6, 9)) == ["notice[0].off[2]"]


def test_broken_toml_is_refused_with_its_line() -> None:
    (problem,) = problems_of("[[notice]]\nid = \n")
    assert problem.path == "line 2"
    assert problem.message.startswith("this is not TOML: Invalid value")
    (problem,) = problems_of("[[notice]]\nid = 'a")
    assert problem.message.startswith("this is not TOML")


def test_an_invalid_notice_names_its_document() -> None:
    with pytest.raises(NoticeInvalid, match=r"notices 'town.toml' has 1 problem:\n  - unknown key 'x' @ x"):
        read_notices("x = 1", name="town.toml")


def test_notices_are_loaded_from_a_file_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig"):
        path = tmp_path / f"{encoding}.toml"
        path.write_text(TOWN, encoding=encoding)
        assert load_notices(path) == load_notices(str(path)) == read_notices(TOWN)


def test_a_file_that_cannot_be_read_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(NoticeInvalid, match=r"missing\.toml' has 1 problem:\n  - the file cannot be read: No such file"):
        load_notices(tmp_path / "missing.toml")
    (tmp_path / "gbk.toml").write_bytes('id = "国"'.encode("gbk"))
    with pytest.raises(NoticeInvalid, match="the file cannot be read: it is not UTF-8"):
        load_notices(tmp_path / "gbk.toml")


def test_where_casework_ships_no_notices_there_are_none() -> None:
    assert shipped_notices("GB-ENG") == ()
    assert shipped_notices("../announced/CN") == ()


def test_a_notice_is_the_same_by_whichever_name_it_is_reached() -> None:
    assert casework.Notice is calendars.Notice is Notice
    assert calendars.Span is Span
