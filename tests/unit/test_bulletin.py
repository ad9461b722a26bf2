"""Yunxi county's bulletin for July 2020, made from its messages: every cell as it was published, every figure traceable."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.actions import Accept, Assign, Close, Command, Contact, Publish, Review, SubmitReply
from casework.adapters.memory import MemoryStore
from casework.adapters.sql import SqlStore
from casework.desk import Desk
from casework.errors import InputError, StoreError
from casework.messages import Message
from casework.moments import read_moment
from casework.ports import CaseStore, Cohort, UnitTally
from casework.reports.bulletin import Bulletin, make_bulletin, trace
from casework.reports.statistics import shown
from casework.rulebook import Rulebook, shipped_file
from casework.units import Actor, Declared, Register, Unit

YUNXI = Rulebook.shipped("yunxi")
assert YUNXI.register is not None
REGISTER: Register = YUNXI.register
Row = dict[str, str]
CLERK = Actor(id="wang", role="clerk")
STEPS: tuple[tuple[str, Callable[[Row], Command]], ...] = (
    ("登记时间", lambda row: Review()),
    ("交办时间", lambda row: Assign(lead=row["承办单位"])),
    ("签收时间", lambda row: Accept()),
    ("联系时间", lambda row: Contact()),
    ("答复时间", lambda row: SubmitReply(text=row["答复内容"])),
    ("公开时间", lambda row: Publish()),
    ("办结时间", lambda row: Close(outcome="solved")),
)
BY_THE_UNIT = {"签收时间", "联系时间", "答复时间"}


def july() -> list[Row]:
    """The 109 messages, as the portal's file has them."""
    with shipped_file("yunxi", "messages-2020-07.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def message(unit: str = "夹河镇", *, number: str = "X-1", received: str = "2020-07-06 09:00", **moments: str) -> Row:
    """One message that went as far as *moments* says; without any, it was only received."""
    row = dict.fromkeys(july()[0], "") | {"编号": number, "渠道": "portal", "来件人": "u", "主题": "路灯不亮", "内容": "请检修"}
    return row | {"承办单位": unit, "答复内容": "已安排检修，路灯已恢复照明。", "来件时间": received} | moments


def closed(unit: str, *, number: str = "X-1") -> Row:
    """One message that was handled and closed in good time."""
    days = [f"2020-07-{day:02} 10:00" for day in range(6, 13)]
    return message(unit, number=number, **{step: day for (step, _), day in zip(STEPS, days, strict=True)})


def fill(store: CaseStore, rows: Iterable[Row], *, rulebook: Rulebook = YUNXI) -> Desk:
    """Take messages over into a store, each act at the moment its column names."""
    ids = count(1)
    desk = Desk(rulebook, store=store, now=lambda: datetime(2020, 8, 31, tzinfo=UTC), new_id=lambda: f"case-{next(ids):04}")
    with desk.importing() as door:
        for row in rows:
            at = {column: read_moment(text, zone=rulebook.zone) for column, text in row.items() if column.endswith("时间") and text}
            arrived = Message(
                subject=row["主题"],
                body=row["内容"],
                channel=row["渠道"],
                number=row["编号"] or None,
                sender=row["来件人"],
                received_at=at["来件时间"],
            )
            case = door.receive(arrived)
            handler = Actor(id="li", role="handler", unit=row["承办单位"])
            for column, command in STEPS:
                if column in at:
                    by = handler if column in BY_THE_UNIT else CLERK
                    door.act(case.id, command(row), by=by, at=at[column])
    return desk


def filled(rows: Iterable[Row]) -> MemoryStore:
    store = MemoryStore()
    fill(store, rows)
    return store


def bulletin_of(store: CaseStore, *, register: Register = REGISTER, as_of: date = date(2020, 8, 10)) -> Bulletin:
    return make_bulletin(store, YUNXI, register, period="2020-07", as_of=as_of)


def cells(bulletin: Bulletin) -> list[list[tuple[str, ...]]]:
    return [[row.cells("zh") for row in table.rows] for table in bulletin.tables]


def text(bulletin: Bulletin) -> str:
    return "".join(bulletin.sentences("zh"))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return july()


@pytest.fixture(scope="module")
def store(rows: list[Row]) -> MemoryStore:
    return filled(rows)


@pytest.fixture(scope="module")
def bulletin(store: MemoryStore) -> Bulletin:
    return bulletin_of(store)


# --- what was published on 10 August 2020 -----------------------------------------------------------------------------

TOWNSHIPS = """
1 夹河镇 12 12 100.00%
2 马安镇 12 12 100.00%
3 城关镇 9 9 100.00%
4 羊尾镇 4 4 100.00%
5 上津镇 3 3 100.00%
6 观音镇 3 3 100.00%
7 涧池乡 3 3 100.00%
8 槐树林特场 3 3 100.00%
9 土门镇 2 2 100.00%
10 香口乡 2 2 100.00%
11 安家乡 2 2 100.00%
12 店子镇 1 1 100.00%
13 河夹镇 1 1 100.00%
14 湖北口回族乡 1 1 100.00%
15 关防乡
16 景阳乡
17 六郎乡
18 三官洞林区
"""
DEPARTMENTS = """
1 人社局 11 11 100.00%
2 住建局 7 7 100.00%
3 教育局 6 6 100.00%
4 房地产和人防事务服务中心 5 5 100.00%
5 公安局 5 5 100.00%
6 自然资源规划局 5 5 100.00%
7 发改局 3 3 100.00%
8 城管局 2 2 100.00%
9 交通局 2 2 100.00%
10 医保局 1 1 100.00%
11 组织部 1 1 100.00%
12 银保监组 1 1 100.00%
13 商务局 1 1 100.00%
14 扶贫办 1 1 100.00%
"""
ZEROS = ["关防乡", "景阳乡", "六郎乡", "三官洞林区"]


def printed(table: str) -> list[tuple[str, ...]]:
    return [tuple((line.split() + [""] * 3)[:5]) for line in table.strip().splitlines()]


PUBLISHED = [printed(TOWNSHIPS), printed(DEPARTMENTS)]


def test_every_cell_is_as_it_was_published(bulletin: Bulletin) -> None:
    assert cells(bulletin) == PUBLISHED


def test_the_order_in_which_messages_are_taken_over_does_not_matter(rows: list[Row], bulletin: Bulletin) -> None:
    shuffled = random.Random(7).sample(rows, len(rows))
    other = bulletin_of(filled(shuffled))
    assert cells(other) == PUBLISHED
    assert [other.sentences(lang) for lang in ("zh", "en")] == [bulletin.sentences(lang) for lang in ("zh", "en")]


def test_a_database_gives_the_same_bulletin_as_the_memory(rows: list[Row], bulletin: Bulletin, tmp_path: Path) -> None:
    database = SqlStore(f"sqlite:///{tmp_path / 'cases.sqlite'}")
    fill(database, rows)
    assert bulletin_of(database) == bulletin
    assert trace(bulletin, database, "completion:unit:夹河镇")["closed:unit:夹河镇"]
    database.close()


def test_the_text_has_the_published_sums_and_the_right_change(bulletin: Bulletin) -> None:
    assert bulletin.title("zh") == "2020年7月份县政府门户网站“网上问政”办理情况通报"
    assert (bulletin.issue, bulletin.issue_label("zh"), bulletin.publisher) == (5, "第5期", "县政府网络信息管理中心")
    assert (bulletin.period, bulletin.as_of) == ("2020-07", date(2020, 8, 10))
    received, moved, handled, _, zeros = bulletin.sentences("zh")
    assert received == "2020年7月共收到来件109件，其中乡镇（场、区）58件、县直部门51件。"
    assert moved == "比上月（2020年6月）的139件减少30件，环比变化−21.6%，即(109 − 139) ÷ 139。"
    assert handled == "截至2020年8月10日24时，承办单位签收109件，受理率100.00%；办结109件，办结率100.00%。"
    assert zeros == "本月没有来件（零诉求）的乡镇（场、区）有4个：关防乡、景阳乡、六郎乡、三官洞林区。"
    assert bulletin.figure("change").working == "(109 − 139) ÷ 139"


def test_only_groups_with_a_zero_list_name_their_units_without_messages(rows: list[Row], bulletin: Bulletin) -> None:
    assert [row.unit for row in bulletin.tables[0].zeros] == ZEROS
    without = bulletin_of(filled(row for row in rows if row["承办单位"] not in {"扶贫办", "夹河镇"}))
    assert without.sentences("zh")[-1] == f"本月没有来件（零诉求）的乡镇（场、区）有5个：夹河镇、{'、'.join(ZEROS)}。"
    assert without.tables[1].rows[-1].cells("zh") == ("14", "扶贫办", "", "", "")


def test_where_every_unit_has_a_message_the_zero_list_says_so() -> None:
    full = bulletin_of(filled(closed(unit.name) for unit in REGISTER.members("townships")))
    assert full.sentences("zh")[-1] == "乡镇（场、区）均有来件。"
    assert full.sentences("en")[-1] == "No message came for 0 of the 18 townships."


def test_declared_figures_name_their_source(bulletin: Bulletin) -> None:
    before = bulletin.figure("received:before")
    assert (before.value, before.source) == (139, "郧西县“网上问政”工作简报第5期（2020年8月10日）：6月份来件139件")
    assert before.source in "".join(bulletin.notes("zh"))
    assert before.source in "".join(bulletin.notes("en"))


# --- what changes when the messages do --------------------------------------------------------------------------------


def changed(before: Bulletin, after: Bulletin) -> dict[str, tuple[str, str]]:
    """The figures that differ, with what is printed for them."""
    names = before.figures | after.figures
    blank = dict.fromkeys(names, "")
    was, now = (blank | {name: shown(figure) for name, figure in it.figures.items()} for it in (before, after))
    return {name: (was[name], now[name]) for name in names if was[name] != now[name]}


def test_a_message_that_went_to_another_unit_changes_the_cells_of_the_two_units_alone(rows: list[Row], bulletin: Bulletin) -> None:
    at = next(n for n, row in enumerate(rows) if row["承办单位"] == "扶贫办")
    moved = [*rows[:at], rows[at] | {"承办单位": "六郎乡"}, *rows[at + 1 :]]
    other = bulletin_of(filled(moved))
    assert changed(bulletin, other) == {
        "received:unit:扶贫办": ("1", "0"),
        "closed:unit:扶贫办": ("1", "0"),
        "completion:unit:扶贫办": ("100.00%", ""),
        "received:unit:六郎乡": ("0", "1"),
        "closed:unit:六郎乡": ("0", "1"),
        "completion:unit:六郎乡": ("", "100.00%"),
        "received:group:townships": ("58", "59"),
        "closed:group:townships": ("58", "59"),
        "received:group:departments": ("51", "50"),
        "closed:group:departments": ("51", "50"),
    }
    assert cells(other)[0][14] == ("15", "六郎乡", "1", "1", "100.00%")  # after the others with one, before the zeros
    assert [row[1] for row in cells(other)[0][15:]] == ["关防乡", "景阳乡", "三官洞林区"]
    assert cells(other)[1] == [*PUBLISHED[1][:13], ("14", "扶贫办", "", "", "")]


def test_a_case_left_open_changes_the_closed_cells_of_its_unit_alone(rows: list[Row], bulletin: Bulletin) -> None:
    at = next(n for n, row in enumerate(rows) if row["承办单位"] == "住建局")
    other = bulletin_of(filled([*rows[:at], rows[at] | {"办结时间": ""}, *rows[at + 1 :]]))
    assert changed(bulletin, other) == {
        "closed": ("109", "108"),
        "open": ("0", "1"),
        "completion": ("100.00%", "99.08%"),
        "closed:group:departments": ("51", "50"),
        "completion:group:departments": ("100.00%", "98.04%"),
        "closed:unit:住建局": ("7", "6"),
        "open:unit:住建局": ("0", "1"),
        "completion:unit:住建局": ("100.00%", "85.71%"),
    }
    assert "尚未办结1件：住建局1件。" in other.sentences("zh")
    assert "Not closed: 1 (住建局 1)." in other.sentences("en")


def test_an_earlier_snapshot_knows_fewer_closings(rows: list[Row], store: MemoryStore) -> None:
    end = "2020-07-31 24:00"
    known = sum(row["办结时间"] < end for row in rows)
    answered = sum(row["公开时间"] < end for row in rows)
    accepted = sum(row["签收时间"] < end for row in rows)
    early = bulletin_of(store, as_of=date(2020, 7, 31))
    assert known < answered < 109
    assert [early.figure(name).value for name in ("received", "closed", "accepted")] == [109, known, accepted]
    assert early.figure("unanswered").value == 109 - answered
    assert f"另有{109 - answered}件尚未公开答复，不在此列。" in text(early)
    assert sum(int(row[2] or 0) for table in cells(early) for row in table) == 109


def test_the_snapshot_takes_in_the_whole_day_and_nothing_after_it() -> None:
    last = message("夹河镇", 登记时间="2020-07-06 10:00", 交办时间="2020-07-06 11:00", 签收时间="2020-08-10 23:59:59")
    after = last | {"签收时间": "2020-08-11 00:00:00"}
    assert [bulletin_of(filled([row])).figure("accepted").value for row in (last, after)] == [1, 0]


def test_the_month_is_the_month_of_the_place() -> None:
    moments = ["2020-06-30 23:59:59", "2020-07-01 00:00:00", "2020-07-31 23:59:59", "2020-08-01 00:00:00"]
    store = filled(message(received=moment, number=moment) for moment in moments)
    assert [case.number for case in bulletin_of(store).cases] == moments[1:3]


def test_late_answers_are_counted_and_their_units_named(rows: list[Row], bulletin: Bulletin) -> None:
    late = [case.number for case in bulletin.cases if case.late]
    assert len(late) == bulletin.figure("late").value
    units = {row["承办单位"] for row in rows if row["编号"] in late}
    sentence = next(sentence for sentence in bulletin.sentences("zh") if sentence.startswith("已公开答复的来件中"))
    assert set(re.findall(r"[：、]([^：、]+?)1件", sentence)) == units
    assert bulletin_of(filled([closed("夹河镇")])).sentences("zh")[3] == "已公开答复的来件中，没有超过办理期限的。"


def test_one_day_more_makes_an_answer_late() -> None:
    # Received on Monday 6 July; five working days after it end on the 13th.
    on_time = closed("夹河镇") | {"公开时间": "2020-07-13 23:59:59", "办结时间": ""}
    late = on_time | {"公开时间": "2020-07-14 00:00:00"}
    assert [bulletin_of(filled([row])).figure("late").value for row in (on_time, late)] == [0, 1]
    assert "已公开答复的来件中，超过办理期限的有1件：夹河镇1件。" in bulletin_of(filled([late])).sentences("zh")
    assert "Done after the limit (handling): 1 (夹河镇 1)." in bulletin_of(filled([late])).sentences("en")


# --- the month before -------------------------------------------------------------------------------------------------

JUNE = [message(number=f"J-{n}", received="2020-06-10 10:00") for n in range(2)]


def intake(rows: Iterable[Row], *, register: Register = REGISTER, lang: str = "zh") -> str:
    return bulletin_of(filled(rows), register=register).sentences("en" if lang == "en" else "zh")[1]


UNDECLARED = replace(REGISTER, declared=())
ONE = [closed("夹河镇")]
TWO = [*ONE, closed("夹河镇", number="X-2")]


@pytest.mark.parametrize(
    "rows, register, zh, en",
    [
        (
            ONE + JUNE,
            REGISTER,
            "比上月（2020年6月）的2件减少1件，环比变化−50.0%，即(1 − 2) ÷ 2。",
            "1 fewer than the 2 of June 2020, a change of −50.0%, which is (1 − 2) ÷ 2.",
        ),
        (
            [*TWO, closed("公安局", number="X-3"), *JUNE],
            UNDECLARED,
            "比上月（2020年6月）的2件增加1件，环比变化50.0%，即(3 − 2) ÷ 2。",
            "1 more than the 2 of June 2020, a change of 50.0%, which is (3 − 2) ÷ 2.",
        ),
        (
            TWO + JUNE,
            REGISTER,
            "与上月（2020年6月）的2件持平，环比变化0.0%，即(2 − 2) ÷ 2。",
            "as many as the 2 of June 2020, a change of 0.0%, which is (2 − 2) ÷ 2.",
        ),
        (ONE, UNDECLARED, "上月（2020年6月）来件数没有记载，不作环比。", "June 2020 is not on record, so no change is given."),
        (
            ONE,
            replace(REGISTER, declared=(Declared(figure="received", period="2020-06", value=0, source="上期简报"),)),
            "上月（2020年6月）没有来件，不计算环比。",
            "None was received in June 2020, so no change is given.",
        ),
    ],
)
def test_the_change_is_on_the_stores_own_month_else_on_the_declared_one(
    rows: list[Row], register: Register, zh: str, en: str
) -> None:
    assert intake(rows, register=register) == zh
    assert intake(rows, register=register, lang="en").endswith(en)


def test_a_declared_figure_that_differs_from_the_stores_own_is_pointed_out() -> None:
    note = bulletin_of(filled(ONE + JUNE)).notes("zh")[-1]
    assert note.startswith("上月来件数为本系统统计的2件；登记簿另有申报数139件（来源：郧西县")
    assert note.endswith("两数不一致，请核对。")


def test_without_messages_there_are_no_rates_and_every_cell_is_blank() -> None:
    empty = bulletin_of(MemoryStore())
    assert empty.sentences("zh")[0] == "2020年7月没有收到来件。"
    assert empty.sentences("en")[0] == "No message was received in July 2020."
    assert len(empty.sentences("zh")) == 3
    assert shown(empty.figure("completion")) == ""
    assert {row[2:] for table in cells(empty) for row in table} == {("", "", "")}


# --- nothing is lost --------------------------------------------------------------------------------------------------


def test_units_that_the_register_lacks_and_cases_without_a_unit_have_a_table_of_their_own() -> None:
    smaller = replace(REGISTER, unit=tuple(unit for unit in REGISTER.unit if unit.name not in {"扶贫办", "商务局"}))
    rows = [closed("商务局", number="1"), closed("扶贫办", number="2"), closed("扶贫办", number="3"), message("", number="4")]
    store = filled([*rows, message("", number="5"), message("", number="6")])
    other = bulletin_of(store, register=smaller)
    assert cells(other)[2] == [
        ("1", "扶贫办", "2", "2", "100.00%"),
        ("2", "商务局", "1", "1", "100.00%"),
        ("3", "未交办", "3", "0", "0.00%"),
    ]
    assert other.sentences("zh")[0] == "2020年7月共收到来件6件，其中乡镇（场、区）0件、县直部门0件、其他单位及未交办6件。"
    assert other.tables[2].rows[2].cells("en")[1] == "not assigned"
    assert other.tables[2].name("en") == "other units and not assigned"
    assert bulletin_of(filled(rows[3:])).sentences("zh")[0].endswith("县直部门0件、未交办1件。")
    assert bulletin_of(filled(rows[:1]), register=smaller).sentences("zh")[0].endswith("县直部门0件、其他单位1件。")
    assert trace(other, store, "open:unit:") == {"open:unit:": ("case-0004", "case-0005", "case-0006")}
    assert "尚未办结3件：未交办3件。" in other.sentences("zh")


def test_groups_that_the_schedule_leaves_out_are_counted_all_the_same() -> None:
    outline = YUNXI.outline.model_dump(mode="json", by_alias=True)
    outline["schedule"][0] |= {"groups": ["departments"]}
    book = Rulebook(outline, register=REGISTER)
    made = make_bulletin(filled([closed("夹河镇"), closed("公安局")]), book, REGISTER, period="2020-07")
    assert [(table.id, table.received.value) for table in made.tables] == [("departments", 1), ("(others)", 1)]
    assert [row.unit for row in made.tables[1].rows] == ["夹河镇"]


def test_an_alias_counts_for_its_unit() -> None:
    renamed = tuple(
        Unit(name="人力资源和社会保障局", en="Labour", group=unit.group, aliases=("人社局",)) if unit.name == "人社局" else unit
        for unit in REGISTER.unit
    )
    store = filled([closed("人社局")])
    made = bulletin_of(store, register=replace(REGISTER, unit=renamed))
    assert made.tables[1].rows[0].cells("zh") == ("1", "人力资源和社会保障局", "1", "1", "100.00%")
    assert made.tables[1].rows[0].cells("en")[1] == "Labour"
    assert len(made.cases_of(made.tables[1].rows[0])) == 1
    assert trace(made, store, "received:unit:人力资源和社会保障局") == {"received:unit:人力资源和社会保障局": ("case-0001",)}


class Moving(MemoryStore):
    """A store into which somebody writes between two readings."""

    def __init__(self, **more: int) -> None:
        super().__init__()
        self.more = more

    def tally(self, cohort: Cohort) -> Iterable[UnitTally]:
        return [replace(row, **{name: getattr(row, name) + n for name, n in self.more.items()}) for row in super().tally(cohort)]


@pytest.mark.parametrize(
    "more, said", [({"closed": -1}, "1 cases, 0 closed and 0 ended"), ({"ended": 1}, "1 cases, 1 closed and 1 ended")]
)
def test_figures_that_the_cases_do_not_explain_are_not_printed(more: dict[str, int], said: str) -> None:
    store = Moving(**more)
    fill(store, [closed("夹河镇")])
    with pytest.raises(
        StoreError, match=f"'夹河镇' has {said}, and the list of its cases has 1 cases, 1 closed and 0 ended: the store"
    ):
        bulletin_of(store)


# --- tracing ----------------------------------------------------------------------------------------------------------


def test_every_figure_can_be_traced_to_its_cases(bulletin: Bulletin, store: MemoryStore) -> None:
    for name, figure in bulletin.figures.items():
        behind = trace(bulletin, store, name)
        if figure.selection:
            assert {part: len(found) for part, found in behind.items()} == {name: figure.value}
        elif name == "received:before":
            assert behind == {name: ()}
        else:
            assert set(behind) == set(figure.parts)


def test_a_rate_is_traced_to_its_part_and_its_whole(bulletin: Bulletin, store: MemoryStore) -> None:
    whole = tuple(case.case for case in bulletin.cases if case.unit == "羊尾镇")
    assert trace(bulletin, store, "completion:unit:羊尾镇") == {"closed:unit:羊尾镇": whole, "received:unit:羊尾镇": whole}
    assert [case.number for case in bulletin.cases if case.case in whole] == [
        "YX202007-008",
        "YX202007-041",
        "YX202007-095",
        "YX202007-098",
    ]


def test_a_case_without_a_number_is_listed_by_its_id() -> None:
    assert [case.number for case in bulletin_of(filled([message(number="")])).cases] == ["case-0001"]


def test_a_figure_that_is_not_there_is_refused_with_the_nearest_name(bulletin: Bulletin, store: MemoryStore) -> None:
    with pytest.raises(InputError, match="the bulletin has no figure 'recieved'; did you mean 'received'"):
        trace(bulletin, store, "recieved")


# --- laws -------------------------------------------------------------------------------------------------------------

units = st.sampled_from(["夹河镇", "马安镇", "关防乡", "人社局", "扶贫办"])
small = st.lists(st.tuples(units, st.integers(min_value=0, max_value=len(STEPS))), max_size=7)


def rows_of(drawn: list[tuple[str, int]]) -> Iterator[Row]:
    for number, (unit, steps) in enumerate(drawn):
        yield closed(unit, number=f"N-{number}") | {column: "" for column, _ in STEPS[steps:]}


@given(small)
def test_tables_and_text_add_up_to_the_messages(drawn: list[tuple[str, int]]) -> None:
    store = filled(rows_of(drawn))
    made = bulletin_of(store)
    printed_received = [int(row[2] or 0) for table in cells(made) for row in table]
    printed_closed = [int(row[3] or 0) for table in cells(made) for row in table]
    assert sum(printed_received) == made.figure("received").value == len(drawn)
    assert sum(printed_closed) == made.figure("closed").value == sum(steps == len(STEPS) for _, steps in drawn)
    assert [table.received.value for table in made.tables] == [sum(int(row[2] or 0) for row in table) for table in cells(made)]
    for table in made.tables:
        counts = [row.received.value or 0 for row in table.rows if row.unit]
        assert counts == sorted(counts, reverse=True)
        assert [row.number for row in table.rows] == list(range(1, len(table.rows) + 1))
    for name, figure in made.figures.items():
        if figure.selection:
            assert len(trace(made, store, name)[name]) == figure.value


@given(small)
def test_every_number_in_the_text_is_a_figure(drawn: list[tuple[str, int]]) -> None:
    made = bulletin_of(filled(rows_of(drawn)))
    known = {shown(figure).replace("−", "") for figure in made.figures.values()}
    known |= {str(abs(made.figure("change").numerator or 0)), str(len(made.tables[0].zeros))}
    said = re.sub(r"\d+年\d+月(\d+日24时)?", "", text(made))
    assert set(re.findall(r"\d+(?:\.\d+%)?", said)) <= known


# --- what is refused --------------------------------------------------------------------------------------------------


def test_left_out_the_snapshot_is_the_day_of_the_schedule(store: MemoryStore, bulletin: Bulletin) -> None:
    assert make_bulletin(store, YUNXI, REGISTER, period="2020-07") == bulletin


@pytest.mark.parametrize("period, issue", [("2020-03", 1), ("2020-12", 10), ("2021-02", 12)])
def test_an_issue_is_numbered_by_the_months_since_the_first(period: str, issue: int) -> None:
    made = make_bulletin(MemoryStore(), YUNXI, REGISTER, period=period)
    assert (made.issue, made.issue_label("zh"), made.issue_label("en")) == (issue, f"第{issue}期", f"Issue {issue}")


def variant(schedule: Mapping[str, object] | None) -> Rulebook:
    outline = YUNXI.outline.model_dump(mode="json", by_alias=True)
    outline["schedule"] = [outline["schedule"][0] | schedule] if schedule is not None else []
    return Rulebook(outline)


def test_without_a_series_there_is_no_number() -> None:
    made = make_bulletin(MemoryStore(), variant({"series": None}), REGISTER, period="2019-01")
    assert (made.issue, made.issue_label("zh")) == (None, "")


def test_without_a_clock_that_decides_lateness_nothing_is_said_of_it() -> None:
    outline = YUNXI.outline.model_dump(mode="json", by_alias=True)
    outline["rulebook"]["late_by"] = ""
    made = make_bulletin(filled([closed("夹河镇")]), Rulebook(outline), REGISTER, period="2020-07")
    assert "late" not in made.figures
    assert "期限" not in "".join(made.sentences("zh") + made.notes("zh"))


@pytest.mark.parametrize(
    "book, period, as_of, message",
    [
        (
            variant(None),
            "2020-07",
            None,
            r"rulebook 'yunxi' has no \[\[schedule\]\] with form = \"bulletin\", so a bulletin has no title",
        ),
        (
            YUNXI,
            "2020-07-02..2020-07-31",
            date(2020, 7, 30),
            "the snapshot 2020-07-30 is before the period's last day 2020-07-31: the period is not over",
        ),
        (YUNXI, "2020-08..2020-07", None, "the period '2020-08..2020-07' runs backwards"),
        (YUNXI, "Juli", None, "cannot read the period 'Juli'"),
        (YUNXI, "2020-02", None, "the period 2020-02 is before 2020-03, for which schedule 'monthly' has its first issue"),
        (
            YUNXI,
            "2020-07",
            date(2020, 7, 30),
            "the snapshot 2020-07-30 is before the period's last day 2020-07-31: the month is not",
        ),
        (
            variant({"groups": ["township"]}),
            "2020-07",
            None,
            "schedule 'monthly' names the group 'township', which register 'yunxi' has not; did you mean 'townships'",
        ),
    ],
)
def test_a_bulletin_that_cannot_be_made_says_why(book: Rulebook, period: str, as_of: date | None, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_bulletin(MemoryStore(), book, REGISTER, period=period, as_of=as_of)


def test_a_rulebook_without_a_register_has_no_bulletin() -> None:
    with pytest.raises(InputError, match="rulebook 'yunxi' has no register of units, so a bulletin has no tables; put a register"):
        make_bulletin(MemoryStore(), YUNXI, None, period="2020-07")


def test_a_language_that_is_not_there_is_refused(bulletin: Bulletin) -> None:
    with pytest.raises(InputError, match="there is no language 'fr'; known: zh, en"):
        bulletin.sentences("fr")  # type: ignore[arg-type]


def test_the_bulletin_speaks_english_too(bulletin: Bulletin) -> None:
    assert bulletin.title("en") == "Yunxi county: handling of messages to the portal, July 2020"
    assert bulletin.sentences("en")[:3] == (
        "Messages received in July 2020: 109 (townships 58, county departments 51).",
        "That is 30 fewer than the 139 of June 2020, a change of −21.6%, which is (109 − 139) ÷ 139.",
        "By the end of 10 August 2020 the units had accepted 109 (acceptance rate 100.00%); "
        "109 were closed (completion rate 100.00%).",
    )
    assert bulletin.sentences("en")[-1] == f"No message came for 4 of the 18 townships: {', '.join(ZEROS)}."
    assert len(bulletin.notes("en")) == len(bulletin.notes("zh"))
