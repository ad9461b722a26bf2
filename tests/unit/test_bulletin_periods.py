"""A bulletin can be of any period, with the lists and the further figures that its schedule asks for."""

from __future__ import annotations

import re
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework import MemoryStore, Rulebook
from casework.errors import InputError
from casework.moments import period as days_of
from casework.reports.audit import check_rate
from casework.reports.bulletin import Bulletin, make_bulletin, trace
from casework.reports.periods import during, is_month, show_period, written
from casework.reports.render import html, markdown, plain
from casework.reports.statistics import percent, shown
from casework.tables import read_markdown
from casework.units import Declared
from tests.unit.test_bulletin import REGISTER, YUNXI, Row, bulletin_of, closed, filled, message, variant
from tests.unit.test_render import Page

VISITS = Declared(figure="visits", period="2020-07-01..2020-07-31", value=10491, source="网站访问统计")
WITH_VISITS = replace(REGISTER, declared=(*REGISTER.declared, VISITS))
BOTH = ("closed-late", "open-late")


def asking(*figures: str, lists: tuple[str, ...] = (), **schedule: object) -> Rulebook:
    """Yunxi's rulebook, whose schedule asks for more."""
    book = variant({"figures": figures, "lists": lists, **schedule})
    labels = {"labels": {**book.outline.labels, "visits": "访问量"}}
    return Rulebook(book.outline.model_dump(mode="json", by_alias=True) | labels)


def made(
    rows: list[Row], book: Rulebook, *, period: str = "2020-07", as_of: date = date(2020, 8, 10), store: MemoryStore | None = None
) -> Bulletin:
    return make_bulletin(store or filled(rows), book, WITH_VISITS, period=period, as_of=as_of)


def late(unit: str, number: str) -> Row:
    """Closed two days late: received on Monday 6 July, due on the 13th."""
    return closed(unit, number=number) | {"公开时间": "2020-07-15 10:00", "办结时间": "2020-07-16 10:00"}


def unanswered(unit: str, number: str) -> Row:
    return closed(unit, number=number) | {"答复时间": "", "公开时间": "", "办结时间": ""}


FIVE = [
    closed("夹河镇", number="1"),
    late("夹河镇", "2"),
    late("公安局", "3"),
    unanswered("马安镇", "4"),
    message("", number="5", received="2020-07-31 09:00"),
]
"""Of five one was closed in time, two were closed late, one is open and late, and one, of the last day, open and late too."""

# --- periods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, zh, en, in_english",
    [
        ("2020-07", "2020年7月", "July 2020", "in July 2020"),
        ("2020-02-01..2020-02-29", "2020年2月", "February 2020", "in February 2020"),
        ("2020", "2020年", "2020", "in 2020"),
        ("2015-01..2015-07", "2015年1月至7月", "January to July 2015", "from January to July 2015"),
        ("2015..2015-07", "2015年1月至7月", "January to July 2015", "from January to July 2015"),
        ("2020-Q3", "2020年7月至9月", "July to September 2020", "from July to September 2020"),
        ("2014-12..2015-02", "2014年12月至2015年2月", "December 2014 to February 2015", "from December 2014 to February 2015"),
        ("2019..2020", "2019年1月至2020年12月", "January 2019 to December 2020", "from January 2019 to December 2020"),
        ("2017-07-01", "2017年7月1日", "1 July 2017", "on 1 July 2017"),
        ("2017-07-01..2017-07-15", "2017年7月1日至15日", "1 to 15 July 2017", "from 1 to 15 July 2017"),
        (
            "2017-07-01..2017-11-28",
            "2017年7月1日至11月28日",
            "1 July to 28 November 2017",
            "from 1 July to 28 November 2017",
        ),
        (
            "2014-12-31..2015-01-01",
            "2014年12月31日至2015年1月1日",
            "31 December 2014 to 1 January 2015",
            "from 31 December 2014 to 1 January 2015",
        ),
    ],
)
def test_a_period_is_called_as_people_call_it(text: str, zh: str, en: str, in_english: str) -> None:
    first, last = days_of(text)
    assert (show_period(first, last), show_period(first, last, lang="en"), during(first, last)) == (zh, en, in_english)


days = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@given(first=days, length=st.integers(0, 900) | st.sampled_from([27, 28, 29, 30, 364, 365]))
def test_a_period_is_written_as_it_is_read(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    assert days_of(written(first, last)) == (first, last)
    assert is_month(first, last) == bool(re.fullmatch(r"\d{4}-\d{2}", written(first, last)))


@given(first=days, length=st.integers(0, 900))
def test_two_periods_are_never_called_the_same(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    for other in ((first, last + timedelta(days=1)), (first - timedelta(days=1), last)):
        assert show_period(*other) != show_period(first, last)
        assert show_period(*other, lang="en") != show_period(first, last, lang="en")


def test_a_language_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="there is no language 'fr'; known: zh, en"):
        show_period(date(2020, 1, 1), date(2020, 1, 2), lang="fr")  # type: ignore[arg-type]


# --- a bulletin of such a period --------------------------------------------------------------------------------------


def test_a_bulletin_of_a_span_counts_the_span_and_compares_it_with_nothing() -> None:
    rows = [closed("夹河镇", number="1"), message("公安局", number="2", received="2020-07-16 00:00"), closed("马安镇", number="3")]
    span = made(rows, YUNXI, period="2020-07-06..2020-07-15", as_of=date(2020, 7, 15))
    assert (span.period, span.issue, span.issue_label("zh"), span.as_of) == ("2020-07-06..2020-07-15", None, "", date(2020, 7, 15))
    assert span.title("zh") == "2020年7月6日至15日县政府门户网站“网上问政”办理情况通报"
    assert span.title("en") == "Yunxi county: handling of messages to the portal, 6 to 15 July 2020"
    assert span.sentences("zh")[0] == "2020年7月6日至15日共收到来件2件，其中乡镇（场、区）2件、县直部门0件。"
    assert span.sentences("en")[0] == "Messages received from 6 to 15 July 2020: 2 (townships 2, county departments 0)."
    assert "change" not in span.figures
    assert not re.search("上月|环比|本月", "".join(span.sentences("zh") + span.notes("zh")))
    assert "Last month" not in "".join(span.notes("en"))
    assert span.sentences("zh")[-1].startswith("本期没有来件（零诉求）的乡镇（场、区）有16个：")


def test_a_month_by_its_days_is_the_month() -> None:
    assert made(FIVE, YUNXI, period="2020-07-01..2020-07-31") == made(FIVE, YUNXI)


def test_the_year_so_far_and_a_whole_year_have_bulletins() -> None:
    rows = [*FIVE, closed("夹河镇", number="6") | {"来件时间": "2020-01-02 10:00", "登记时间": "2020-01-02 11:00"}]
    so_far, year = (made(rows, YUNXI, period=period, as_of=date(2020, 12, 31)) for period in ("2020..2020-07", "2020"))
    assert so_far.figure("received").value == year.figure("received").value == 6
    assert (so_far.period, year.period) == ("2020-01..2020-07", "2020")
    assert year.title("zh").startswith("2020年县政府")
    assert made([], YUNXI, period="2021", as_of=date(2021, 12, 31)).sentences("en")[0] == "No message was received in 2021."
    assert made([], YUNXI, period="2021", as_of=date(2021, 12, 31)).sentences("zh")[0] == "2021年没有收到来件。"


@pytest.mark.parametrize(
    "period, day", [("2020-07", "2020-08-10"), ("2020-05..2020-07", "2020-08-10"), ("2020-07-01..2020-07-15", "2020-07-15")]
)
def test_left_out_the_snapshot_is_the_schedules_day_or_the_last_one(period: str, day: str) -> None:
    assert make_bulletin(MemoryStore(), YUNXI, REGISTER, period=period).as_of == date.fromisoformat(day)


@pytest.mark.parametrize(
    "schedule, title",
    [
        ({"title_span": "网上问政办理情况通报（{period}）"}, "网上问政办理情况通报（2020年5月至7月）"),
        ({"title": "{year}年{month}月办理情况"}, "2020年5月至7月办理情况"),
        ({"title": "办理情况（{month}月）"}, "郧西县网上问政办理规则（2020年5月至7月）"),
        ({"title": "{year}年第{month}号，{year}年{month}月份"}, "郧西县网上问政办理规则（2020年5月至7月）"),
        ({"title": "办理情况通报"}, "郧西县网上问政办理规则（2020年5月至7月）"),
    ],
)
def test_the_title_of_a_span_names_the_span(schedule: dict[str, str], title: str) -> None:
    book = variant(schedule)
    assert make_bulletin(MemoryStore(), book, REGISTER, period="2020-05..2020-07").title("zh") == title
    if "title_span" in schedule:
        assert make_bulletin(MemoryStore(), book, REGISTER, period="2020-07").title("zh").startswith("2020年7月份县政府")


# --- lists ------------------------------------------------------------------------------------------------------------


def test_the_late_lists_name_each_case_and_the_text_counts_them_by_unit() -> None:
    listed = made(FIVE, asking(lists=BOTH))
    closed_late, open_late = listed.lists
    assert ([row.number for row in closed_late.cases], [row.number for row in open_late.cases]) == (["2", "3"], ["4", "5"])
    assert "逾期办结2件（夹河镇1件、公安局1件）；逾期未办2件（马安镇1件、未交办1件）。" in listed.sentences("zh")
    assert "Closed late: 2 (夹河镇 1, 公安局 1); open and late: 2 (马安镇 1, not assigned 1)." in listed.sentences("en")
    assert [case.number for case in listed.cases if case.late] == ["2", "3", "4", "5"]
    assert not any(name.startswith("late") for name in listed.figures)
    assert {row.late for table in listed.tables for row in table.rows} == {None}
    assert not any("已公开答复的来件中" in sentence for sentence in listed.sentences("zh"))
    assert any("已答复而未办结的也在其中" in note for note in listed.notes("zh"))
    assert any("answered or not" in note for note in listed.notes("en"))


def test_every_figure_of_the_lists_can_be_traced_to_its_cases() -> None:
    store = filled(FIVE)
    listed = made([], asking(lists=BOTH), store=store)
    for each in listed.lists:
        assert trace(listed, store, each.id) == {each.id: tuple(row.case for row in each.cases)}
    assert trace(listed, store, "closed-late:unit:公安局") == {"closed-late:unit:公安局": ("case-0003",)}
    assert trace(listed, store, "open-late:unit:") == {"open-late:unit:": ("case-0005",)}
    assert "closed-late:unit:马安镇" not in listed.figures


def test_a_unit_that_was_renamed_is_listed_under_its_new_name() -> None:
    units = tuple(
        replace(unit, name="公安分局", en="Police", aliases=("公安局",)) if unit.name == "公安局" else unit
        for unit in REGISTER.unit
    )
    book, register = asking(lists=BOTH), replace(REGISTER, unit=units)
    listed = make_bulletin(filled(FIVE), book, register, period="2020-07", as_of=date(2020, 8, 10))
    assert listed.figure("closed-late:unit:公安分局").cases == ("case-0003",)
    assert "逾期办结2件（夹河镇1件、公安分局1件）；" in "".join(listed.sentences("zh"))
    for page, name in ((html(listed), "公安分局"), (html(listed, lang="en"), "Police")):
        assert [row[2] for row in Page(page).rows if row[:2] == ["2", "3"]] == [name]


def test_one_list_may_be_asked_for_alone() -> None:
    listed = made(FIVE, asking(lists=("open-late",)))
    assert [each.id for each in listed.lists] == ["open-late"]
    assert "逾期未办2件（马安镇1件、未交办1件）。" in listed.sentences("zh")
    assert "closed-late" not in listed.figures
    assert [case.number for case in listed.cases if case.late] == ["4", "5"]


def test_an_empty_list_says_that_there_is_none() -> None:
    nothing = made([closed("夹河镇")], asking(lists=BOTH))
    assert "没有逾期办结和逾期未办的来件。" in nothing.sentences("zh")
    assert "Closed late: none; open and late: none." in nothing.sentences("en")
    one = made([late("夹河镇", "1")], asking(lists=BOTH))
    assert "逾期办结1件（夹河镇1件）；没有逾期未办的来件。" in one.sentences("zh")
    for form in (markdown, plain, html):
        assert "没有逾期未办的来件。" in form(one) and "没有逾期办结的来件。" in form(nothing)
        assert "Open and late: none." in form(one, lang="en")


def test_units_without_a_message_are_named_where_no_list_is_asked_for_or_theirs_is() -> None:
    for lists, named in (((), True), (("zero",), True), (("closed-late", "zero"), True), (("closed-late",), False)):
        listed = made(FIVE, asking(lists=lists))
        assert any("零诉求" in sentence for sentence in listed.sentences("zh")) == named
        assert any(sentence.startswith("No message came for") for sentence in listed.sentences("en")) == named
    assert made(FIVE, asking(lists=("zero",))).lists == ()


def test_lists_and_rates_of_lateness_need_a_clock_that_decides_it() -> None:
    outline = asking("on-time", lists=("open-late",)).outline.model_dump(mode="json", by_alias=True)
    outline["rulebook"]["late_by"] = ""
    with pytest.raises(
        InputError, match="schedule 'monthly' asks for open-late, on-time, and no clock of rulebook 'yunxi' decides"
    ):
        made(FIVE, Rulebook(outline))


# --- the lists as people read them ------------------------------------------------------------------------------------

CLOSED_ROW = ["1", "2", "夹河镇", "2020-07-06", "2020-07-13", "2020-07-15", "2020-07-16", "2个工作日"]
OPEN_ROW = ["1", "4", "马安镇", "2020-07-06", "2020-07-13", "", "20个工作日"]


def test_markdown_has_the_lists_as_tables() -> None:
    text = markdown(made(FIVE, asking(lists=BOTH)))
    tables = {table.name: [list(row.cells.values()) for row in table.rows()] for table in read_markdown(text)}
    assert tables["附表4 逾期办结清单（2件）"][0] == CLOSED_ROW
    assert tables["附表5 逾期未办清单（2件）"][0] == OPEN_ROW
    assert "## 三、逾期清单\n" in text and "## 四、数据说明\n" in text


def test_the_page_has_the_lists_as_tables() -> None:
    page = Page(html(made(FIVE, asking(lists=BOTH))))
    assert CLOSED_ROW in page.rows and OPEN_ROW in page.rows
    assert ["序号", "编号", "主办单位", "来件日期", "办理期限", "答复日期", "逾期"] in page.rows
    heads = [attributes["data-head"] for tag, attributes in page.tags if tag == "td" and "data-head" in attributes]
    assert heads[:6] == ["主办单位", "来件日期", "办理期限", "答复日期", "办结日期", "逾期"]
    english = Page(html(made(FIVE, asking(lists=BOTH)), lang="en"))
    assert ["2", "3", "公安局", "2020-07-06", "2020-07-13", "2020-07-15", "2020-07-16", "2 working days"] in english.rows
    assert "4. About the figures" in english.text


def test_the_terminal_shows_the_lists_in_line() -> None:
    block = next(block for block in plain(made(FIVE, asking(lists=BOTH))).split("\n\n") if block.startswith("附表4"))
    _, _, head, rule, first, second = block.splitlines()
    assert first.split() == CLOSED_ROW and second.split()[:3] == ["2", "3", "公安局"]
    assert head.split()[-1] == "逾期" and set(rule) == {"-", " "}


def test_without_lists_nothing_of_them_is_on_the_page() -> None:
    page = html(bulletin_of(filled(FIVE)))
    assert "table.late" not in page and "三、数据说明" in page


def test_nothing_that_is_put_in_a_list_becomes_markup() -> None:
    evil = "<script>alert(1)</script>|*x*\x1b[31m"
    listed = made([late("夹河镇", evil)], asking(lists=BOTH))
    page = Page(html(listed))
    assert not any(tag == "script" for tag, _ in page.tags) and evil in page.text
    assert "\x1b" not in plain(listed)
    assert not re.search(r"(?<!\\)<script>", markdown(listed))


# --- further figures --------------------------------------------------------------------------------------------------


def test_rates_are_printed_with_their_working_and_traced_to_their_parts() -> None:
    store = filled(FIVE)
    asked = made([], asking("reply", "completion", "on-time"), store=store)
    assert "回复率60.00%，即3 ÷ 5；办结率60.00%，即3 ÷ 5；按期办结率20.00%，即1 ÷ 5。" in asked.sentences("zh")
    assert (
        "Reply rate 60.00%, which is 3 ÷ 5; completion rate 60.00%, which is 3 ÷ 5; on-time rate 20.00%, which is 1 ÷ 5."
        in asked.sentences("en")
    )
    answered, every = ("case-0001", "case-0002", "case-0003"), tuple(f"case-000{n}" for n in range(1, 6))
    assert trace(asked, store, "reply") == {"published": answered, "received": every}
    assert trace(asked, store, "on-time") == {"closed-in-time": ("case-0001",), "closed-or-late": every}
    assert asked.lists == ()


def test_answering_is_not_solving() -> None:
    rows = [closed("夹河镇", number="1"), closed("夹河镇", number="2") | {"办结时间": ""}]
    asked = made(rows, asking("reply"))
    assert (asked.figure("reply").value, asked.figure("completion").value) == (1, Fraction(1, 2))


@pytest.mark.parametrize("name, said", [("late", "逾期2件"), ("closed-or-late", "应办结5件"), ("replied", "答复3件")])
def test_a_count_may_be_asked_for_too(name: str, said: str) -> None:
    asked = made(FIVE, asking(name))
    assert asked.sentences("zh")[-2] == f"{said}。"
    assert name in [figure.name for figure in asked.headline]


def test_a_declared_figure_is_printed_with_its_source() -> None:
    asked = made(FIVE, asking("visits"))
    visits = asked.figure("visits")
    assert (visits.value, visits.source, visits.zh, visits.en) == (10491, "网站访问统计", "访问量", "visits")
    assert "访问量10491（申报数）。" in asked.sentences("zh")
    assert "Visits 10491 (declared)." in asked.sentences("en")
    assert "访问量为登记簿申报数，来源：网站访问统计。" in asked.notes("zh")
    assert "Visits: declared; source: 网站访问统计." in asked.notes("en")
    assert ["访问量", "登记簿申报数", "", "10491"] in Page(html(asked)).rows
    assert trace(asked, MemoryStore(), "visits") == {"visits": ()}


def test_a_figure_that_was_declared_for_another_period_only_is_left_out_of_the_text_and_noted() -> None:
    august = made([], asking("visits"), period="2020-08", as_of=date(2020, 9, 10))
    assert (august.figure("visits").value, august.figure("visits").formula_zh) == (None, "登记簿没有本期的申报数")
    assert not any("访问量" in sentence for sentence in august.sentences("zh"))
    assert not any("visits" in sentence.lower() for sentence in august.sentences("en"))
    zh, en = "登记簿没有申报本期的访问量，正文不列。", "Visits: the register declares none for this period, so the text has none."
    assert (august.notes("zh")[-1], august.notes("en")[-1]) == (zh, en)
    assert f"- {zh}" in markdown(august) and f"- {zh}" in plain(august) and zh in Page(html(august)).text
    assert ["访问量", "登记簿没有本期的申报数", "", ""] in Page(html(august)).rows


@pytest.mark.parametrize(
    "period, zh, en",
    [
        ("2020", "2020年", "2020"),
        ("2020-08-31..2020-09-02", "2020年8月31日至9月2日", "31 August to 2 September 2020"),
        ("2020-07-15..2020-08-01", "2020年7月15日至8月1日", "15 July to 1 August 2020"),
        ("2020-07", "", ""),
        ("2020-09-01..2020-09-02", "", ""),
        ("开通以来", "", ""),
    ],
)
def test_a_figure_declared_for_a_period_that_shares_a_day_is_pointed_at_and_not_printed(period: str, zh: str, en: str) -> None:
    other = Declared(figure="sessions", period="2020", value=7, source="会议记录")
    register = replace(REGISTER, declared=(replace(VISITS, period=period), other))
    asked = make_bulletin(MemoryStore(), asking("visits"), register, period="2020-08", as_of=date(2020, 9, 10))
    assert asked.figure("visits").value is None
    said = f"；申报的是{zh}的数，与本期不一致" if zh else ""
    assert asked.notes("zh")[-1] == f"登记簿没有申报本期的访问量，正文不列{said}。"
    assert asked.notes("en")[-1].endswith(f"so the text has none{f'; what it declares is for {en}' if en else ''}.")


def test_what_is_declared_for_the_period_is_not_noted_as_missing() -> None:
    assert not any("正文不列" in note for note in made(FIVE, asking("visits", "reply")).notes("zh"))
    assert not any("正文不列" in note for note in made([], asking("reply", "on-time")).notes("zh"))


def test_a_period_in_words_is_passed_over() -> None:
    worded = replace(VISITS, period="开通以来")
    register = replace(REGISTER, declared=(worded, VISITS))
    asked = make_bulletin(MemoryStore(), asking("visits"), register, period="2020-07", as_of=date(2020, 8, 10))
    assert asked.figure("visits").value == 10491


def test_without_messages_a_rate_is_not_said_and_what_is_declared_is() -> None:
    asked = made([], asking("reply", "on-time", "visits"))
    assert "访问量10491（申报数）。" in asked.sentences("zh")
    assert not any("率" in sentence for sentence in asked.sentences("zh"))
    assert shown(asked.figure("reply")) == shown(asked.figure("on-time")) == ""


def test_a_figure_that_nobody_knows_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(
        InputError, match="the figure 'visit' of the bulletin's schedule is neither counted nor declared in register"
    ):
        made([], asking("visit"))
    with pytest.raises(InputError, match=r"did you mean 'on-time'.*declared: received, visits"):
        made([], asking("on-tme"))


def test_where_units_do_not_accept_nothing_is_said_of_an_acceptance_rate() -> None:
    outline = YUNXI.outline.model_dump(mode="json", by_alias=True)
    outline["assignment"]["accept"] = False
    free = made(FIVE, Rulebook(outline))
    assert "acceptance" not in free.figures
    assert free.sentences("zh")[2].startswith("截至2020年8月10日24时，办结3件，办结率60.00%。")
    assert free.sentences("en")[2] == "By the end of 10 August 2020, 3 were closed (completion rate 60.00%)."
    assert not any("受理率" in note for note in free.notes("zh"))


def test_the_printed_rates_pass_the_audit() -> None:
    asked = made(FIVE, asking("reply", "on-time", "completion"))
    for name in ("reply", "on-time", "completion", "acceptance"):
        figure = asked.figure(name)
        assert check_rate(figure.numerator or 0, figure.denominator or 0, percent(figure)).holds
    assert check_rate(829, 836, "99.2%").holds and not check_rate(829, 836, "99.1%").holds


# --- laws -------------------------------------------------------------------------------------------------------------

KINDS = (closed, late, unanswered, lambda unit, number: message(unit, number=number, received="2020-07-30 10:00"))
drawn = st.lists(st.tuples(st.sampled_from(["夹河镇", "关防乡", "人社局"]), st.integers(0, 3)), max_size=6)


@given(drawn, st.sampled_from([date(2020, 7, 31), date(2020, 8, 10)]))
def test_lists_figures_and_text_say_the_same(kinds: list[tuple[str, int]], as_of: date) -> None:
    rows = [KINDS[kind](unit, number=f"N-{number}") for number, (unit, kind) in enumerate(kinds)]
    book = asking("reply", "completion", "on-time", "visits", lists=BOTH)
    listed = made(rows, book, as_of=as_of)
    closed_late, open_late = ({row.case for row in each.cases} for each in listed.lists)
    open_ones = {case.case for case in listed.cases if not case.closed}
    assert open_late <= open_ones and not closed_late & open_ones
    assert listed.figure("closed-in-time").value == (listed.figure("closed").value or 0) - len(closed_late)
    by_unit = [figure for name, figure in listed.figures.items() if re.match("(closed|open)-late:unit:", name)]
    assert sum(figure.value or 0 for figure in by_unit) == len(closed_late) + len(open_late)
    known = {shown(figure).replace("−", "") for figure in listed.figures.values()}
    known |= {str(abs(listed.figure("change").numerator or 0))}
    said = re.sub(r"\d+年\d+月(\d+日24时)?", "", "".join(listed.sentences("zh")))
    assert set(re.findall(r"\d+(?:\.\d+%)?", said)) <= known
