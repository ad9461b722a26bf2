"""What was refused, handed on, merged or withdrawn is nobody's to deal with: no figure counts it as still to be done."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework import MemoryStore
from casework import events as ev
from casework.events import Payload
from casework.reports.boards import by_board
from casework.reports.bulletin import Bulletin, make_bulletin, trace
from casework.reports.render import html, markdown, plain
from casework.reports.statistics import ENDED, UNASSIGNED, cases_behind, count
from casework.testing.contracts import assigned, submitted
from tests.unit.test_boards import CITY, CLOSED, FIRST, MAYOR, OFFICE, REGISTER, REGISTERED, SCREENED, TEN_MONTHS, Came, fill
from tests.unit.test_render import Page

REJECTED, MERGED = ev.Rejected(reason="测试", exit="invalid", explanation=None), ev.Merged(into="c9", rule=None)
TRANSFERRED = ev.Transferred(to="法院", reason="涉诉", explanation=None)
WITHDRAWN = ev.Withdrawn(reason="已解决", explanation=None)
ENDS: tuple[Payload, ...] = (REJECTED, MERGED, TRANSFERRED, WITHDRAWN)
HANDED = (*REGISTERED, assigned("住建局"))
PUBLISHED = (*HANDED, submitted("住建局"), ev.Published(reply=1, public=True))
REOPENED = ev.Reopened(reason="未解决", explanation=None, cycle=1)
AS_OF = date(2019, 2, 10)


@cache
def office() -> Bulletin:
    store = fill(MemoryStore(), OFFICE)
    return make_bulletin(store, CITY, REGISTER, period=TEN_MONTHS, as_of=SCREENED)


def of(*came: Came) -> tuple[MemoryStore, Bulletin]:
    store = MemoryStore()
    fill(store, list(came))
    return store, make_bulletin(store, CITY, REGISTER, period="2019-01", as_of=AS_OF)


# --- the funnel -------------------------------------------------------------------------------------------------------


def test_of_811_that_were_screened_six_are_open_and_not_the_410_that_were_refused() -> None:
    made = office()
    assert [made.figure(name).value for name in ("received", "closed", "ended", "open")] == [811, 395, 410, 6]
    assert made.figure("open").working == "811 − 395 − 410"
    assert made.figure("unanswered").working == "811 − 395 − 410"
    assert "不予受理、移送、并件、撤回而终止办理410件，不计入尚未办结。" in made.sentences("zh")
    assert "尚未办结6件：未交办6件。" in made.sentences("zh")
    assert "Rejected, transferred, merged or withdrawn: 410, which need not be closed." in made.sentences("en")
    assert "Not closed: 6 (not assigned 6)." in made.sentences("en")


def test_the_definitions_say_what_is_taken_off() -> None:
    made = office()
    assert (made.figure("open").formula_zh, made.figure("open").formula_en) == (
        "来件数 − 办结数 − 终止办理数",
        "received − closed − ended",
    )
    assert made.figure("unanswered").formula_en == "received − published − ended unanswered"
    assert all(word in made.figure("ended").formula_zh for word in ("不予受理", "移送", "并件", "撤回"))
    assert ["未办结", "来件数 − 办结数 − 终止办理数", "811 − 395 − 410", "6"] in Page(html(made)).rows


def test_what_ended_while_no_unit_had_it_stands_apart_from_what_waits_for_one() -> None:
    made = office()
    assert made.sentences("zh")[0].endswith("其中市直部门395件、未交办6件、未交办即终止办理410件。")
    assert made.sentences("en")[0].endswith("(departments 395, not assigned 6, ended unassigned 410).")
    waiting, ended = made.tables[-2:]
    assert [row.cells("zh") for row in waiting.rows] == [("1", "未交办", "6", "0", "0.00%")]
    assert [row.cells("zh") for row in ended.rows] == [("1", "未交办即终止办理", "410", "0", "")]
    assert (ended.completion.value, ended.completion.formula("zh")) == (None, "终止办理的来件无须办结，不计算办结率")
    assert {case.ended for case in made.cases_of(ended.rows[0])} == {True}
    assert {case.ended for case in made.cases_of(waiting.rows[0])} == {False}
    assert len(made.cases_of(ended.rows[0])) == 410


def test_units_are_named_for_what_they_still_have_and_the_ended_are_marked_so() -> None:
    store, made = of(Came(MAYOR, 1, HANDED), Came(MAYOR, 1, (*HANDED, TRANSFERRED)), Came(MAYOR, 1, (REJECTED,)))
    assert "尚未办结1件：住建局1件。" in made.sentences("zh")
    assert trace(made, store, "open:unit:住建局") == {"open:unit:住建局": ("000-000",)}
    assert trace(made, store, "ended") == {"ended": ("001-000", "002-000")}
    for text in (markdown(made).replace("\\", ""), Page(html(made)).text.replace("\n", "")):
        assert "000-000（未办结）" in text and "001-000（终止办理）" in text and "未交办即终止办理：来件1件" in text
        assert "未交办即终止办理：来件1件，" not in text
    assert "ended unassigned: received 1: 002-000 (ended)" in markdown(made, lang="en").replace("\\", "")
    assert "未交办即终止办理" in plain(made)


def test_without_an_end_nothing_is_said_of_it() -> None:
    _, made = of(Came(MAYOR, 1, CLOSED), Came(MAYOR, 1, HANDED))
    assert "终止办理" not in "".join(made.sentences("zh"))
    assert [table.id for table in made.tables] == ["offices"]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.kind)
def test_each_way_to_end_is_no_longer_open_from_its_moment_on(end: Payload) -> None:
    store = MemoryStore()
    fill(store, [Came(MAYOR, 1, HANDED, later=(end,))])  # on 20 November 2019
    made = [make_bulletin(store, CITY, REGISTER, period="2019-01", as_of=date(2019, 11, day)) for day in (19, 20)]
    assert [[each.figure(name).value for name in ("open", "unanswered", "ended")] for each in made] == [[1, 1, 0], [0, 0, 1]]


def test_what_was_answered_before_it_ended_is_taken_off_once() -> None:
    _, made = of(Came(MAYOR, 1, (*PUBLISHED, WITHDRAWN)), Came(MAYOR, 1, (REJECTED,)), Came(MAYOR, 1, HANDED))
    assert [made.figure(name).value for name in ("ended", "open", "unanswered")] == [2, 1, 1]
    assert made.figure("unanswered").working == "3 − 1 − 1"


def test_what_was_closed_without_an_answer_is_not_answered_for_all_that() -> None:
    _, made = of(Came(MAYOR, 1, (*HANDED, ev.Closed(outcome=None))))
    assert [made.figure(name).value for name in ("open", "unanswered")] == [0, 1]


# --- whatever came ----------------------------------------------------------------------------------------------------

ACTS = st.sampled_from([*ENDS, REOPENED, ev.Closed(outcome=None), *REGISTERED, assigned("住建局"), *PUBLISHED[-2:]])
COURSES = st.lists(
    st.builds(
        lambda first, acts: Came(MAYOR, 1, (*first, *acts)),
        st.sampled_from([(), HANDED, PUBLISHED, CLOSED]),
        st.lists(ACTS, max_size=3),
    ),
    max_size=5,
)


@settings(max_examples=60)
@given(COURSES)
def test_closed_ended_and_open_are_all_that_came_and_have_no_case_in_common(came: list[Came]) -> None:
    store, made = of(*came)
    parts = [set(trace(made, store, name)[name]) for name in ("closed", "ended", "open")]
    assert sum(map(len, parts)) == len(set().union(*parts)) == made.figure("received").value == len(came)
    for name, figure in made.figures.items():
        if figure.selection:
            assert len(trace(made, store, name)[name]) == figure.value
    by_unit = [figure for name, figure in made.figures.items() if name.startswith("open:unit:")]
    assert sum(int(figure.value or 0) for figure in by_unit) == made.figure("open").value
    assert sum(int(table.received.value or 0) for table in made.tables) == len(came)
    total = by_board(store, CITY, REGISTER, period="2019-01", as_of=AS_OF).total.figures
    assert [total[name].value for name in ("closed", "ended", "open")] == [len(part) for part in parts]


@settings(max_examples=60)
@given(COURSES)
def test_what_no_unit_has_waits_for_one_or_has_ended(came: list[Came]) -> None:
    store = fill(MemoryStore(), came)
    begin, end = FIRST, datetime(2019, 2, 10, 16, tzinfo=UTC)
    found = count(store, REGISTER, since=begin, until=end, as_of=end)
    assert found.unassigned.counts.ended == 0
    assert found.ended.counts.received == found.ended.counts.ended
    for row, names in ((found.unassigned, (UNASSIGNED,)), (found.ended, (ENDED,))):
        for name, figure in found.figures(
            row.counts, "received", "registered", "open", "dropped", "unanswered", units=names
        ).items():
            assert figure.selection and len(cases_behind(store, figure.selection)) == figure.value, name
