"""Figures by board, each with its own base: Baiyin's funnel from what was screened to what was closed, exact and traceable."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from casework import MemoryStore, Rulebook, SqlStore
from casework import events as ev
from casework.errors import InputError, RulebookInvalid, UnknownBoard, UnknownChannel
from casework.facts import COUNTED, LATE_COUNTS, RATES, RESTS
from casework.ports import CaseStore, Cohort, Snapshot
from casework.reports import boards, late, statistics
from casework.reports.boards import COLUMNS, BoardTable, by_board
from casework.reports.bulletin import Bulletin, make_bulletin, trace
from casework.reports.figures import Listed
from casework.reports.statistics import Figure, cases_behind, count, percent
from casework.testing.contracts import assigned, change, received, submitted
from casework.units import Declared, Register, read_register
from tests.unit.commands import Casework, calling, one_line
from tests.unit.test_bulletin import filled
from tests.unit.test_bulletin_periods import FIVE, WITH_VISITS, asking

casework = pytest.fixture(calling)

GOVERNOR, MAYOR, SECRETARY = "省长留言", "市长留言", "书记留言"
COUNTIES = tuple(f"县{n}留言" for n in range(1, 11))
REGISTER = read_register(
    """
id = "city"
group = [{ id = "offices", zh = "市直部门", en = "departments" }]
unit = [{ name = "住建局", group = "offices" }, { name = "教育局", group = "offices" }]

[[board]]
name = "省长留言"
en = "Governor"
outside = true

[[board]]
name = "书记留言"

[[board]]
name = "市长留言"
en = "Mayor"
"""
    + "".join(f'\n[[board]]\nname = "{name}"\n' for name in COUNTIES)
)
TEXT = """
[rulebook]
id = "city"
version = 1
base = "standard"
late_by = "handle"

[channels.portal]
zh = "门户网站"
en = "portal"

[channels.hotline]

[intake.exits]
"测试" = "invalid"
"重复" = "duplicate"
"不属本级" = "transferred"

[[clock]]
id = "handle"
starts_on = "receive"
stops_on = "publish"
limit = [{ is = "5 working days" }]

[figures.of-registered]
zh = "受理件办结率"
en = "closing rate"
of = "closed"
base = "registered"
places = 1

[figures.of-valid]
zh = "有效留言办结率"
of = "closed"
base = "valid"

[figures.satisfaction]
zh = "满意率"
en = "satisfaction"
of = "satisfied"
base = "rated"

[[schedule]]
id = "monthly"
every = "month"
as_of = 13
title = "{year}年{month}月通报"
series = { first = "2019-01" }
figures = ["of-registered", "of-valid", "satisfaction", "visits"]

[labels]
visits = "访问量"
"""
CITY = Rulebook.parse(TEXT, name="city", register=REGISTER)
FIRST, NEXT = datetime(2019, 1, 10, 2, tzinfo=UTC), datetime(2019, 10, 10, 2, tzinfo=UTC)
"""A morning of the first three quarters, and one of October."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SCREENED, TEN_MONTHS, NINE_MONTHS = date(2019, 11, 12), "2019-01..2019-10", "2019-01..2019-09"

REGISTERED = (ev.Reviewed(classes={}, note=None),)
CLOSED = (*REGISTERED, assigned("住建局"), submitted("住建局"), ev.Published(reply=1, public=True), ev.Closed(outcome=None))
INVALID, DUPLICATE, HANDED_ON = (
    (ev.Rejected(reason=reason, exit=exit_, explanation=None),)
    for reason, exit_ in (("测试", "invalid"), ("重复", "duplicate"), ("不属本级", "transferred"))
)
MERGED = (*REGISTERED, ev.Merged(into="c9", rule=None))


class Came(NamedTuple):
    """So many messages to a board, and what became of each; ``later`` happens after everything was published."""

    board: str | None
    number: int
    became: tuple[ev.Payload, ...]
    at: datetime = FIRST
    later: tuple[ev.Payload, ...] = ()


OFFICE = [
    Came(GOVERNOR, 104, CLOSED),
    Came(MAYOR, 270, CLOSED),
    Came(MAYOR, 21, CLOSED, at=NEXT),
    Came(MAYOR, 6, REGISTERED, at=NEXT, later=CLOSED[1:]),
    Came(MAYOR, 150, INVALID),
    Came(MAYOR, 200, DUPLICATE),
    Came(GOVERNOR, 60, INVALID, at=NEXT),
]
"""What the office of e-government had to do: the governor's and the mayor's boards."""
YEAR = [
    *OFFICE,
    *(Came(name, 90, CLOSED) for name in COUNTIES),
    *(Came(name, 2, REGISTERED) for name in COUNTIES),
    Came(SECRETARY, 75, CLOSED),
    Came(SECRETARY, 4, HANDED_ON),
    Came(SECRETARY, 5, REGISTERED, later=(assigned("教育局"), ev.Closed(outcome=None))),
    Came(SECRETARY, 3, MERGED),
]


def fill(store: CaseStore, came: list[Came], *, channel: str = "portal") -> CaseStore:
    with store.work() as work:
        work.keep("rulebook", CITY.digest, CITY.text)
        for n, (board, number, became, at, later) in enumerate(came):
            for m in range(number):
                case, first = f"{n:03}-{m:03}", replace(received(channel=channel), board=board, rulebook_digest=CITY.digest)
                made = change(None, first, *became, case=case, at=at)
                work.write(made)
                if later:
                    work.write(change(Snapshot(made.case, made.head), *later, case=case, at=datetime(2019, 11, 20, tzinfo=UTC)))
    return store


@cache
def year() -> MemoryStore:
    store = MemoryStore()
    fill(store, YEAR)
    return store


def table(
    period: str = TEN_MONTHS, *, store: CaseStore | None = None, as_of: date = SCREENED, of: tuple[str, ...] = ()
) -> BoardTable:
    return by_board(store or year(), CITY, REGISTER, period=period, as_of=as_of, boards=of)


def counts_of(figures: Mapping[str, Figure], *names: str) -> tuple[object, ...]:
    return tuple(figures[name].value for name in names)


# --- the funnel, as it was published ----------------------------------------------------------------------------------


def test_the_office_closed_395_of_the_401_that_it_registered_of_more_than_800() -> None:
    office = table(of=(GOVERNOR, MAYOR)).total.figures
    assert counts_of(office, "received", "registered", "closed") == (811, 401, 395)
    assert (office["of-registered"].value, percent(office["of-registered"])) == (Fraction(395, 401), "98.5%")


@pytest.mark.parametrize(
    "board, registered, closed, rate", [(GOVERNOR, 104, 104, "100.00%"), (MAYOR, 297, 291, "97.98%"), (SECRETARY, 83, 75, "90.36%")]
)
def test_each_board_has_its_own_base(board: str, registered: int, closed: int, rate: str) -> None:
    figures = table().row(board).figures
    assert counts_of(figures, "registered", "closed", "of-registered") == (registered, closed, Fraction(closed, registered))
    assert percent(figures["of-registered"], places=2) == rate


def test_all_that_the_mayor_received_in_nine_months_is_closed() -> None:
    figures = table(NINE_MONTHS).row(MAYOR).figures
    assert counts_of(figures, "registered", "closed", "of-registered") == (270, 270, 1)


def test_the_portal_s_own_boards_closed_1245_of_1274_valid_messages() -> None:
    own = table(NINE_MONTHS).own
    assert own is not None
    assert counts_of(own.figures, "valid", "closed", "of-valid") == (1274, 1245, Fraction(1245, 1274))
    assert percent(own.figures["of-valid"]) == "97.72%"
    total = table(NINE_MONTHS).total.figures
    assert counts_of(total, "received", "valid") == (104 + 270 + 350 + 920 + 87, 104 + 1274)


def test_what_was_closed_after_the_snapshot_does_not_count() -> None:
    """The six of October were closed on 20 November, and were never late for the bulletin of the twelfth."""
    before, after = (table(as_of=day).row(MAYOR).figures for day in (date(2019, 11, 19), date(2019, 11, 20)))
    assert counts_of(before, "closed", "ended", "open") == (291, 350, 6)
    assert counts_of(after, "closed", "of-registered") == (297, 1)


# --- the table --------------------------------------------------------------------------------------------------------


def test_every_board_stands_in_the_register_s_order_and_one_without_messages_is_blank() -> None:
    made = by_board(fill(MemoryStore(), OFFICE), CITY, REGISTER, period=NINE_MONTHS)
    assert [row.board for row in made.rows] == [GOVERNOR, SECRETARY, MAYOR, *COUNTIES]
    heads, cells = made.heads("zh"), made.cells("zh")
    assert heads == (
        "序号",
        "栏目",
        "来件",
        "有效留言",
        "登记受理",
        "公开答复",
        "办结",
        "终止办理",
        "未办结",
        "受理件办结率",
        "有效留言办结率",
        "满意率",
    )
    assert cells[1] == ("2", SECRETARY, *[""] * 10)
    assert cells[0] == ("1", "省长留言（站外）", "104", "104", "104", "104", "104", "0", "0", "100.0%", "100.00%", "")
    assert cells[-2:] == [
        ("", "合计", "724", "374", "374", "374", "374", "350", "0", "100.0%", "100.00%", ""),
        ("", "其中本站栏目", "620", "270", "270", "270", "270", "350", "0", "100.0%", "100.00%", ""),
    ]
    assert [row[1] for row in made.cells("en")][:3] == ["Governor (another portal's)", SECRETARY, "Mayor"]
    assert made.heads("en")[-3:] == ("closing rate", "有效留言办结率", "satisfaction")
    assert len(made.formulas("zh")) == len(made.formulas("en")) == len(heads) - 2
    assert "有效留言办结率：有效留言中的办结数 ÷ 有效留言数" in made.formulas("zh")


def test_boards_that_the_register_lacks_and_messages_to_none_come_last() -> None:
    store = fill(
        MemoryStore(), [Came("老栏目", 2, CLOSED), Came(None, 3, REGISTERED), Came("旧栏目", 1, CLOSED), Came(MAYOR, 1, CLOSED)]
    )
    made = table(store=store)
    assert [row.board for row in made.rows][-3:] == ["旧栏目", "老栏目", ""]
    assert made.cells("zh")[-3][1:4] == ("未标栏目", "3", "3")
    assert made.own and made.own.figures["received"].value == made.total.figures["received"].value == 7
    assert made.cases(store, made.row(""), "open") == ("001-000", "001-001", "001-002")


def test_without_boards_in_the_register_those_of_the_store_are_listed() -> None:
    bare = replace(REGISTER, board=())
    made = by_board(fill(MemoryStore(), [Came("乙", 1, CLOSED), Came("甲", 1, CLOSED)]), CITY, bare, period=TEN_MONTHS)
    assert ([row.board for row in made.rows], made.own) == (["乙", "甲"], None)


def test_a_rulebook_that_declares_no_figure_has_the_completion_rate() -> None:
    made = by_board(year(), Rulebook.shipped("standard"), None, period=TEN_MONTHS, as_of=SCREENED)
    assert list(made.columns) == [*COLUMNS, "completion"]
    assert made.row(MAYOR).figures["completion"].value == Fraction(291, 647)
    assert made.columns["completion"] == statistics.RATES["completion"][0]


def test_a_table_of_a_period_that_is_not_over_is_refused() -> None:
    with pytest.raises(InputError, match="the snapshot 2019-10-30 is before the period's last day 2019-10-31"):
        table(as_of=date(2019, 10, 30))


def test_a_row_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="the table has no board '市长留'; did you mean '市长留言'"):
        table().row("市长留")


# --- by any board, channel and base, whatever came ---------------------------------------------------------------------

BECAME = st.sampled_from([(), REGISTERED, CLOSED, CLOSED[:4], INVALID, DUPLICATE, HANDED_ON, MERGED])
LATER = st.sampled_from([(), REGISTERED, CLOSED[1:], MERGED[1:], (ev.Reopened(reason="未解决", explanation=None, cycle=1),)])
SAID = st.sampled_from(
    [(), (ev.Rated(satisfied=True, comment=None, count=0),), (ev.Rated(satisfied=False, comment=None, count=1),)]
)
MESSAGES = st.lists(
    st.builds(
        Came,
        board=st.none() | st.sampled_from([MAYOR, SECRETARY, GOVERNOR, "旧栏目"]),
        number=st.integers(1, 2),
        became=st.builds(lambda first, said: (*first, *said), BECAME, SAID),
        at=st.sampled_from([FIRST, NEXT]),
        later=LATER,
    ),
    max_size=6,
)


@settings(max_examples=60)
@given(MESSAGES, st.sampled_from([date(2019, 11, 12), date(2019, 11, 30)]))
def test_rows_add_up_and_every_figure_is_its_cases(came: list[Came], as_of: date) -> None:
    store = fill(MemoryStore(), came)
    made = table(store=store, as_of=as_of)
    for name in COLUMNS:
        assert sum(int(row.figures[name].value or 0) for row in made.rows) == made.total.figures[name].value
    for row in (*made.rows, made.total, *filter(None, [made.own])):
        for name, figure in row.figures.items():
            part = made.cases(store, row, name)
            if name in COLUMNS:
                assert len(part) == figure.value
            else:
                assert figure.value == (Fraction(figure.numerator or 0, figure.denominator) if figure.denominator else None)
                assert figure.value is None or 0 <= figure.value <= 1


@settings(max_examples=60)
@given(MESSAGES, st.sampled_from((*COUNTED, *RESTS)), st.sampled_from((*COUNTED, *RESTS)))
def test_a_part_is_counted_within_its_base(came: list[Came], of: str, base: str) -> None:
    store = fill(MemoryStore(), came)
    cohort = Cohort(since=FIRST, until=NEXT + DAY, as_of=NEXT + 60 * DAY)
    every = Listed.of(cohort, store.cohort(cohort))
    part, both, whole = every.count(of), every.count(of, within=base), every.count(base)
    found = [set(cases_behind(store, figure.selection)) for figure in (part, both, whole) if figure.selection]
    assert found[1] == found[0] & found[2]
    assert [len(cases) for cases in found] == [part.value, both.value, whole.value]


@settings(max_examples=40)
@given(MESSAGES, st.data())
def test_counting_for_boards_is_counting_those_boards_alone(came: list[Came], data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from([MAYOR, SECRETARY, GOVERNOR, "旧栏目", ""]), unique=True, min_size=1))
    some = fill(MemoryStore(), [row for row in came if (row.board or "") in names])
    every = fill(MemoryStore(), came)
    window = {"since": FIRST, "until": NEXT + DAY, "as_of": NEXT + 60 * DAY}
    assert count(every, REGISTER, **window, boards=names).total == count(some, REGISTER, **window).total


def test_a_database_counts_by_board_as_the_memory_does(tmp_path: Path) -> None:
    with closing(SqlStore.at(tmp_path / "cases.sqlite")) as database:
        fill(database, YEAR)
        for period in (TEN_MONTHS, NINE_MONTHS):
            assert table(period, store=database) == table(period)
        rows = [row for row in table().rows if row.board in (MAYOR, SECRETARY)]
        for row in rows:
            for column in COLUMNS:
                assert table().cases(database, row, column) == table().cases(year(), row, column)


def test_a_case_that_came_by_several_channels_counts_for_the_first() -> None:
    attached = ev.Attached(message="2.message", channel="hotline", number=None)
    store = fill(MemoryStore(), [Came(MAYOR, 2, (attached, *CLOSED))])
    for channel, number in (("portal", 2), ("hotline", 0)):
        made = by_board(store, CITY, REGISTER, period=TEN_MONTHS, channels=(channel,))
        assert made.total.figures["received"].value == number


# --- in a bulletin ----------------------------------------------------------------------------------------------------


def bulletin(**more: object) -> Bulletin:
    return make_bulletin(year(), CITY, with_visits(), period="2019-10", as_of=date(2019, 11, 13), **more)  # type: ignore[arg-type]


def with_visits() -> Register:
    sums = (
        Declared(figure="received", period="2019-09", value=40, source="旧系统"),
        Declared(figure="visits", period="2019-10", value=9, source="网站"),
    )
    return replace(REGISTER, declared=sums)


def test_a_bulletin_has_the_declared_figures_with_their_bases() -> None:
    made = bulletin()
    rate = made.figure("of-valid")
    assert (rate.value, rate.working, rate.parts) == (Fraction(21, 27), "21 ÷ 27", ("closed:valid", "valid"))
    assert "受理件办结率77.8%，即21 ÷ 27；有效留言办结率77.78%，即21 ÷ 27；访问量9（申报数）。" in made.sentences("zh")
    assert made.figure("closed:valid").zh == "有效留言中的办结"
    traced = trace(made, year(), "of-valid")
    assert [len(traced[name]) for name in ("closed:valid", "valid")] == [21, 27]
    assert set(traced["closed:valid"]) < set(traced["valid"])
    assert made.figure("satisfaction").value is None


def test_a_bulletin_of_a_board_counts_its_messages_alone() -> None:
    made = bulletin(boards=(MAYOR,))
    assert (made.figure("received").value, made.boards) == (27, (MAYOR,))
    assert made.title("zh").endswith("（市长留言）")
    assert "只统计下列栏目的来件：市长留言。" in made.notes("zh")
    assert "visits" not in made.figures  # it was declared for the whole
    assert "visits" not in made.extras
    assert len(made.cases) == 27
    assert made.figure("received:before").value is None  # nor is the month before, of which this store has nothing
    whole = make_bulletin(year(), CITY, with_visits(), period="2019-10", as_of=date(2019, 11, 13))
    assert whole.figure("received:before").value == 40


def test_that_no_message_came_to_a_board_in_the_month_before_is_known_where_any_came() -> None:
    store = fill(MemoryStore(), [Came(MAYOR, 2, CLOSED, at=NEXT), Came(SECRETARY, 1, CLOSED, at=NEXT - 30 * DAY)])
    made = make_bulletin(store, CITY, with_visits(), period="2019-10", boards=(MAYOR,))
    assert made.figure("received:before").value == 0
    assert "上月（2019年9月）没有来件，不计算环比。" in "".join(made.sentences("zh"))


def test_a_bulletin_of_channels_names_them() -> None:
    made = bulletin(channels=("portal",))
    assert (made.figure("received").value, made.channels) == (87, (("门户网站", "portal"),))
    assert "只统计下列渠道的来件：门户网站；同一件由多个渠道来的，以首次来件的渠道为准。" in made.notes("zh")
    assert bulletin(channels=("hotline",)).figure("received").value == 0


def test_boards_and_channels_that_are_not_there_are_refused() -> None:
    with pytest.raises(UnknownBoard, match="the register has no board '市长留'; did you mean '市长留言'"):
        bulletin(boards=("市长留",))
    with pytest.raises(UnknownChannel, match="the rulebook declares no channel 'hotlin'; did you mean 'hotline'"):
        bulletin(channels=("hotlin",))


def test_a_declared_figure_may_go_by_what_is_late() -> None:
    """Of five, three are closed, one of them in time, and all five are closed or past the limit."""
    outline = asking("in-time", "of-owed").outline.model_dump(mode="json", by_alias=True)
    outline["figures"] = {
        "in-time": {"zh": "按期办结占比", "of": "closed-in-time", "base": "closed", "places": 0},
        "of-owed": {"zh": "办结占应办比", "of": "closed", "base": "closed-or-late"},
    }
    book, store = Rulebook(outline), filled(FIVE)
    in_bulletin = make_bulletin(store, book, WITH_VISITS, period="2020-07", as_of=date(2020, 8, 10))
    rate = in_bulletin.figure("in-time")
    assert (rate.value, percent(rate), rate.parts) == (Fraction(1, 3), "33%", ("closed-in-time:closed", "closed"))
    assert {name: len(cases) for name, cases in trace(in_bulletin, store, "in-time").items()} == {
        "closed-in-time:closed": 1,
        "closed": 3,
    }
    assert in_bulletin.figure("of-owed").value == Fraction(3, 5)
    by = by_board(store, book, WITH_VISITS, period="2020-07", as_of=date(2020, 8, 10))
    assert [by.total.figures[name].value for name in ("in-time", "of-owed")] == [Fraction(1, 3), Fraction(3, 5)]
    outline["rulebook"]["late_by"] = ""
    with pytest.raises(RulebookInvalid, match="no clock decides what is late"):
        Rulebook(outline)


# --- declaring them ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line, problem",
    [
        ('base = "vald"', "unknown count 'vald'; did you mean 'valid'? @ figures.of-valid.base"),
        ('base = "closed"', "'closed' of 'closed' is always 100% @ figures.of-valid.of"),
        ('base = "valid"\nplaces = 9', "figures.of-valid.places"),
        ('base = "valid"\nwhole = "valid"', "figures.of-valid.whole"),
    ],
)
def test_a_figure_that_cannot_be_counted_is_told_on_loading(line: str, problem: str) -> None:
    with pytest.raises(RulebookInvalid) as error:
        Rulebook.parse(TEXT.replace('base = "valid"', line), name="city", register=REGISTER)
    assert problem in str(error.value)


@pytest.mark.parametrize(
    "old, new, problem",
    [
        ("[figures.of-valid]", "[figures.reply]", "'reply' is a figure already; call this one otherwise @ figures.reply"),
        ("[figures.of-valid]", '[figures."of:valid"]', "of small letters, digits and hyphens; got 'of:valid' @ figures.of:valid"),
        (
            '"satisfaction", "visits"]',
            '"satisfactions"]',
            "unknown figure 'satisfactions'; did you mean 'satisfaction'? @ schedule[0].figures",
        ),
        ('of = "satisfied"', 'of = "satisfactory"', "unknown count 'satisfactory'"),
    ],
)
def test_names_of_figures_are_checked_on_loading(old: str, new: str, problem: str) -> None:
    with pytest.raises(RulebookInvalid) as error:
        Rulebook.parse(TEXT.replace(old, new), name="city", register=REGISTER)
    assert problem in str(error.value)


def test_a_figure_that_goes_by_lateness_needs_a_clock() -> None:
    text = TEXT.replace('late_by = "handle"', "").replace('of = "satisfied"', 'of = "closed-in-time"')
    with pytest.raises(RulebookInvalid, match="no clock decides what is late; name one by late_by"):
        Rulebook.parse(text, name="city", register=REGISTER)


def test_the_names_that_rulebooks_may_use_are_those_that_reports_count() -> None:
    assert tuple(statistics.COUNTS) == COUNTED
    assert tuple(statistics.RESTS) == RESTS
    assert set(late.LATE_FIGURES) == {*LATE_COUNTS, "on-time"}
    assert {*statistics.RATES, "on-time", "change"} == set(RATES)
    assert set(boards.COLUMNS) < {*COUNTED, *RESTS}


# --- on the terminal --------------------------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path: Path) -> Path:
    with closing(SqlStore.at(tmp_path / "cases.sqlite")) as store:
        fill(store, OFFICE)
        with store.work() as work:
            work.keep("register", "r", msgspec.json.encode(REGISTER).decode())
    return tmp_path


OF = ("--period", TEN_MONTHS, "--as-of", "2019-11-12")


def test_figures_by_board_are_printed_and_written(casework: Casework, database: Path) -> None:
    said = casework("bulletin", *OF, "--by", "board", "--into", "out")
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[0] == "2019年1月至10月各栏目留言办理情况（截至2019年11月12日24时）"
    mayor = next(line for line in lines if MAYOR in line)
    assert mayor.split() == ["3", MAYOR, "647", "297", "297", "291", "291", "350", "6", "98.0%", "97.98%"]
    written = (database / "out" / "boards-2019-01_2019-10.md").read_text("utf-8")
    assert "97.98%" in written and "- 受理件办结率：登记受理中的办结数 ÷ 登记受理数" in written


def test_the_terminal_s_bulletin_is_narrowed_to_boards_and_channels(casework: Casework, database: Path) -> None:
    said = casework("bulletin", *OF, "--board", GOVERNOR, "--board", MAYOR, "--channel", "portal", "--into", "out")
    assert said.code == 0, said.err
    assert "受理件办结率98.5%，即395 ÷ 401" in said.out
    assert (database / "out" / "bulletin-2019-01_2019-10-省长留言-市长留言-portal.md").exists()


def test_a_rulebook_shown_says_how_its_figures_are_computed(casework: Casework, tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(TEXT, "utf-8")
    (tmp_path / "register.toml").write_text('id = "city"\n', "utf-8")
    said = casework("rulebook", "show", "city.toml")
    assert said.code == 0, said.err
    assert "登记受理中的办结数 ÷ 登记受理数，保留1位小数" in said.out
    assert "satisfied among rated ÷ rated, to 2 decimals" in casework("rulebook", "show", "city.toml", "--lang", "en").out


@pytest.mark.parametrize("by", ["unit", "board"])
def test_the_terminal_names_the_board_that_was_meant(casework: Casework, database: Path, by: str) -> None:
    said = casework("bulletin", *OF, "--board", "市长", "--by", by)
    assert one_line(said).startswith("the register has no board '市长'; did you mean '市长留言'")
    assert one_line(casework("bulletin", *OF, "--channel", "potal", "--by", by)).startswith(
        "the rulebook declares no channel 'potal'"
    )
