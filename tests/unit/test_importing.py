"""A file goes in row by row, each row whole or not at all; the same file again adds nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pydantic import ValidationError

from casework.actions import AddNote
from casework.adapters.columns import Columns
from casework.adapters.importing import ImportReport, RowProblem, RowRemark, import_messages
from casework.adapters.memory import MemoryStore
from casework.adapters.sql import SqlStore
from casework.desk import Desk
from casework.errors import InputError, NaiveDatetime, StoreError, UnknownColumn, UnreadableTable
from casework.ports import CaseStore, UnitOfWork
from casework.rulebook import Rulebook, shipped_file
from casework.tables import write_csv, write_xlsx
from casework.units import Actor

DATA = Path(__file__).resolve().parents[1] / "data"
NOW = datetime(2021, 1, 1, tzinfo=UTC)
YUNXI = Rulebook.shipped("yunxi")
LETTERBOX = Rulebook.shipped("letterbox")
SHANGHAI = ZoneInfo("Asia/Shanghai")

Write = Callable[..., Path]


def desk(rulebook: Rulebook = YUNXI, *, store: CaseStore | None = None) -> Desk:
    return Desk(rulebook, store=store or MemoryStore(), now=lambda: NOW)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write rows, given as mappings, into a CSV file; the header is what the rows name."""

    def csv(*rows: Mapping[str, object], name: str = "in.csv") -> Path:
        header = list(dict.fromkeys(key for row in rows for key in row))
        write_csv(tmp_path / name, header, [[row.get(key, "") for key in header] for row in rows])
        return tmp_path / name

    return csv


def row(**more: object) -> dict[str, object]:
    """A sound row of Yunxi's; what is given takes the place of what stands there."""
    return {
        "编号": "1",
        "主题": "路灯不亮",
        "内容": "村口的路灯坏了半个月。",
        "来件人": "u1",
        "承办单位": "城关镇",
        "来件时间": "2020-07-01 09:00:00",
        "答复内容": "您好，路灯已经修好，请放心使用。",
        "答复时间": "2020-07-03 15:00:00",
    } | more


def moments(on: Desk, number: str) -> list[tuple[str, str]]:
    """The acts of the one case with this number, each with its local moment."""
    [case] = on.store.numbered(number)
    return [(event.action, f"{event.occurred_at.astimezone(SHANGHAI):%m-%d %H:%M}") for event in on.history(case)]


def acts(on: Desk, number: str) -> list[str]:
    return [act for act, _ in moments(on, number)]


def only(report: ImportReport) -> RowProblem:
    """The one problem of a report in which nothing went in."""
    assert (report.added, report.updated, report.already) == (0, 0, 0)
    [problem] = report.problems
    return problem


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    assert report.rows == report.added + report.updated + report.already + len(report.problems)
    return report.added, report.updated, report.already, len(report.problems)


# --- which column holds what ------------------------------------------------------------------------------------------

REAL = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间")


def test_the_headers_of_a_real_letterbox_are_recognised() -> None:
    assert Columns.guess(REAL) == Columns(
        number="留言编号",
        sender="留言用户",
        subject="留言主题",
        received_at="留言时间",
        body="留言详情",
        reply="答复意见",
        replied_at="答复时间",
    )


@pytest.mark.parametrize(
    "header, field",
    [
        ("编号", "number"),
        ("受理编号", "number"),
        ("渠道", "channel"),
        ("栏目", "board"),
        ("来件人", "sender"),
        ("内容", "body"),
        ("承办单位", "unit"),
        ("部门名称", "unit"),
        ("登记时间", "reviewed_at"),
        ("交办时间", "assigned_at"),
        ("签收时间", "accepted_at"),
        ("联系时间", "contacted_at"),
        ("答复内容", "reply"),
        ("公开时间", "published_at"),
        ("办结时间", "closed_at"),
        ("Received At", "received_at"),
        ("replied_at", "replied_at"),
        ("E-mail", None),
    ],
)
def test_usual_headers_are_recognised(header: str, field: str | None) -> None:
    base = ("标题", header) if field == "received_at" else ("标题", "来件时间", header)
    guessed = Columns.guess(base)
    assert {name for name in Columns.model_fields if getattr(guessed, name) == header} == ({field} - {None})


@given(st.permutations([*REAL, "编号", "主题", "标题", "公开时间", "备注"]))
def test_the_order_of_the_columns_does_not_matter(columns: list[str]) -> None:
    guessed = Columns.guess(columns)
    assert guessed == Columns.guess(sorted(columns))
    assert (guessed.number, guessed.subject) == ("留言编号", "留言主题")


def test_an_override_comes_before_every_guess_and_takes_its_column_away_from_it() -> None:
    guessed = Columns.guess([*REAL, "标题"], override={"place": "留言主题", "body": "答复意见"})
    assert (guessed.place, guessed.subject, guessed.body, guessed.reply) == ("留言主题", "标题", "答复意见", None)


@pytest.mark.parametrize(
    "columns, override, error, message",
    [
        (REAL, {"recieved_at": "留言时间"}, InputError, "there is no field 'recieved_at'; did you mean 'received_at'? (fields: "),
        (REAL, {"subject": "留言标题"}, UnknownColumn, "the file has no column '留言标题'; did you mean '留言"),
        (
            ("主题", "时间"),
            {},
            InputError,
            "no column is known to hold received_at; name it, as in columns={'received_at': '留言时间'}",
        ),
        (
            ("来件时间", "说了什么"),
            {},
            InputError,
            "no column is known to hold subject; name it, as in columns={'subject': '留言主题'}",
        ),
    ],
)
def test_columns_that_cannot_be_are_refused_before_any_row(
    write: Write, columns: Sequence[str], override: dict[str, str], error: type[InputError], message: str
) -> None:
    path = write(dict.fromkeys(columns, "x"))
    on = desk()
    with pytest.raises(error) as raised:
        import_messages(on, path, columns=override)
    assert str(raised.value).startswith(message)
    assert on.store.ids() == []


def test_the_error_for_a_missing_column_shows_those_there_are() -> None:
    with pytest.raises(InputError, match="the file's columns: 主题, 时间"):
        Columns.guess(["主题", "时间"])


def test_a_whole_mapping_is_checked_against_the_file(write: Write) -> None:
    path, on = write(row()), desk()
    with pytest.raises(UnknownColumn, match="no column '来信时间'; did you mean '来件时间'"):
        import_messages(on, path, columns=Columns(received_at="来信时间", subject="主题"))
    assert on.store.ids() == []


@pytest.mark.parametrize(
    "constants, message",
    [
        ({"chanel": "portal"}, "there is no field 'chanel'; did you mean 'channel'?"),
        ({"subject": "x"}, "subject has a constant value and the column '主题'; give one of them"),
    ],
)
def test_a_constant_is_for_a_field_without_a_column(constants: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Columns(received_at="来件时间", subject="主题", constants=constants)
    assert message in str(raised.value)


def test_a_constant_holds_for_every_row(write: Write) -> None:
    on = desk(LETTERBOX)
    columns = Columns(
        number="编号", received_at="来件时间", subject="主题", constants={"channel": "mayor-hotline", "board": "市长"}
    )
    import_messages(on, write(row(), row(编号="2")), columns=columns)
    kept = [on.message(case) for case in on.store.ids()]
    assert {(message.channel, message.board) for message in kept} == {("mayor-hotline", "市长")}


# --- the made-up file with the oddities of the real one ---------------------------------------------------------------

ODD = json.loads((DATA / "odd_messages.expected.json").read_text("utf-8"))
WHY = {
    "unreadable-moment": "cannot read 留言时间 '2019/13/45 8:00'; accepted: ",
    "missing-received": "the moment of receipt (留言时间) is missing",
    "reply-before-receipt": "答复时间 2019-08-09 17:01:00 is before 留言时间 2019-08-12 10:10:10",
    "duplicate-number": "the number 3156 stands in row ",
}


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CaseStore]:
    store = MemoryStore() if request.param == "memory" else SqlStore(f"sqlite:///{tmp_path / 'cases.sqlite'}")
    yield store
    if isinstance(store, SqlStore):
        store.close()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_oddities_of_real_files_are_met(kind: str, store: CaseStore) -> None:
    on = desk(LETTERBOX, store=store)
    report = import_messages(on, DATA / f"odd_messages.{kind}")
    good = {line["number"]: line for line in ODD if line["ok"]}
    bad = [line for line in ODD if not line["ok"] and line["why"] != "empty"]  # a blank row is no row
    assert counts(report) == (len(good), 0, 0, len(bad))

    told = [(problem.number, problem.reason[: len(WHY[line["why"]])]) for problem, line in zip(report.problems, bad, strict=True)]
    assert told == [(line["number"], WHY[line["why"]]) for line in bad]
    if kind == "xlsx":  # in CSV a row is numbered by its line, and texts have several
        assert [problem.row for problem in report.problems] == [line["row"] for line in bad]

    for number, line in good.items():
        [case] = on.store.numbered(number)
        found = on.get(case)
        assert found.received_at == datetime.fromisoformat(line["received"])
        replied = [event.occurred_at for event in on.history(case) if event.action == "submit"]
        assert replied == [datetime.fromisoformat(line["replied"])] if line["replied"] else replied == []
        assert found.state == ("published" if line["replied"] else "received")
        on.verify(case)

    remarks = {(remark.number, remark.text) for remark in report.remarks}
    assert remarks == {
        (number, "the reply is only an acknowledgement") for number, line in good.items() if line["acknowledgement"]
    } | {
        (number, f"答复时间 {line['replied'][:10]} has no clock time: it counts from the start of that day")
        for number, line in good.items()
        if line["reply_without_time"]
    }

    again = import_messages(on, DATA / f"odd_messages.{kind}")
    assert counts(again) == (0, 0, len(good), len(bad))
    assert (again.problems, again.remarks) == (report.problems, ())
    assert len(on.store.ids()) == len(good)
    assert on.sweep().events == 0
    assert on.store.outbox.pending(NOW) == []


def test_a_sheet_and_its_csv_are_the_same_messages() -> None:
    on = desk(LETTERBOX)
    first = import_messages(on, DATA / "odd_messages.xlsx")
    assert counts(import_messages(on, DATA / "odd_messages.csv")) == (0, 0, first.added, len(first.problems))


def test_texts_are_cleaned() -> None:
    on = desk(LETTERBOX)
    import_messages(on, DATA / "odd_messages.xlsx")
    [case], [padded] = on.store.numbered("3108"), on.store.numbered("3171")
    assert on.message(case).body == "小区里的车位线画得太窄，\n两辆车并排后车门都打不开。\n请物业重新测量后再画。"
    assert on.store.texts(case)["2.reply"] == "您好！社区已约物业实地测量，\n月底前按标准宽度重画。"
    assert on.message(padded).sender.ref == "U0104009"


def test_glosses_are_taken_out_and_true_brackets_stay(write: Write) -> None:
    on = desk()
    glossed = row(
        主题="有關(guān)路燈",
        内容="我們(men)村（共三户）的路灯(LED)坏了，请有关(guān)部門（mén）修一修(尽快)。",
        承办单位="城关镇",
        答复内容="路灯(3盏)已經（jīng）修好，请放心使用。",
    )
    plain = row(编号="2", 内容="路灯（LED）坏了(guan)。")
    one = row(编号="3", 来件人="关(guān)", 内容="路灯坏了(le)。")
    report = import_messages(on, write(glossed, plain, one))
    assert report.remarks == (
        RowRemark(2, "1", "5 pinyin glosses taken out"),
        RowRemark(4, "3", "1 pinyin gloss taken out"),
    )
    [case], [other], [last] = (on.store.numbered(number) for number in "123")
    message, reply = on.message(case), on.get(case).reply
    assert (message.subject, message.body) == ("有關路燈", "我們村（共三户）的路灯(LED)坏了，请有关部門修一修(尽快)。")
    assert reply is not None
    assert on.store.texts(case)[reply.text] == "路灯(3盏)已經修好，请放心使用。"
    assert on.message(other).body == "路灯（LED）坏了(guan)。"
    assert on.message(last).sender.ref == "关(guān)"  # a name is not prose
    again = import_messages(on, write(glossed, plain, one))
    assert (counts(again), again.remarks) == ((0, 0, 3, 0), ())


def test_a_gloss_counts_once_though_the_body_stands_in_for_the_subject(write: Write) -> None:
    on = desk()
    report = import_messages(on, write(row(主题="", 内容="關(guān)灯")))
    assert [remark.text for remark in report.remarks] == [
        "主题 is empty: the beginning of the message stands for it",
        "1 pinyin gloss taken out",
    ]
    assert on.message(on.store.numbered("1")[0]).subject == "關灯"


# --- a shipped list ---------------------------------------------------------------------------------------------------


def test_the_list_of_yunxi_goes_in_whole(store: CaseStore) -> None:
    on = desk(store=store)
    path = shipped_file("yunxi", "messages-2020-07.csv")
    report = import_messages(on, path)
    assert (counts(report), report.problems) == ((109, 0, 0, 0), ())
    for case in on.store.ids():
        assert on.get(case).state == "closed"
        on.verify(case)
    assert counts(import_messages(on, path)) == (0, 0, 109, 0)
    assert on.sweep().events == 0
    assert on.store.outbox.pending(NOW) == []


# --- the steps of a row -----------------------------------------------------------------------------------------------


def test_every_step_stands_at_the_moment_that_the_file_gives(write: Write) -> None:
    on = desk()
    full = row(
        登记时间="2020-07-01 10:00:00",
        交办时间="2020-07-01 11:00:00",
        签收时间="2020-07-02 08:00:00",
        联系时间="2020-07-02 09:00:00",
        公开时间="2020-07-03 16:00:00",
        办结时间="2020-07-06 09:00:00",
    )
    assert counts(import_messages(on, write(full))) == (1, 0, 0, 0)
    assert moments(on, "1") == [
        ("receive", "07-01 09:00"),
        ("review", "07-01 10:00"),
        ("assign", "07-01 11:00"),
        ("accept", "07-02 08:00"),
        ("contact", "07-02 09:00"),
        ("submit", "07-03 15:00"),
        ("publish", "07-03 16:00"),
        ("close", "07-06 09:00"),
    ]
    [case] = on.store.numbered("1")
    assert {event.recorded_at for event in on.history(case)} == {NOW}
    assert [event.role for event in on.history(case)[1:]] == [
        "clerk",
        "clerk",
        "handler",
        "handler",
        "handler",
        "clerk",
        "clerk",
    ]


def test_a_unit_without_moments_has_the_case_from_its_receipt_and_accepts_as_it_replies(write: Write) -> None:
    on = desk()
    import_messages(on, write(row()))
    assert moments(on, "1") == [
        ("receive", "07-01 09:00"),
        ("review", "07-01 09:00"),
        ("assign", "07-01 09:00"),
        ("accept", "07-03 15:00"),
        ("submit", "07-03 15:00"),
        ("publish", "07-03 15:00"),
    ]


def test_without_a_review_the_case_is_reviewed_as_it_is_assigned(write: Write) -> None:
    on = desk()
    import_messages(on, write(row(交办时间="2020-07-01 11:00:00", 答复内容="", 答复时间="")))
    assert moments(on, "1") == [("receive", "07-01 09:00"), ("review", "07-01 11:00"), ("assign", "07-01 11:00")]


def test_no_review_is_made_up_where_the_rulebook_assigns_at_once(write: Write) -> None:
    direct = '[[lifecycle.transition]]\naction = "assign"\nsource = "received"\ndest = "assigned"\n'
    on = desk(Rulebook.parse(f'[rulebook]\nid = "direct"\nversion = 1\nbase = "standard"\n{direct}'))
    import_messages(on, write(row()))
    assert acts(on, "1") == ["receive", "assign", "accept", "submit", "publish"]


def test_a_unit_may_speak_with_the_citizen_before_it_accepts(write: Write) -> None:
    on = desk()
    import_messages(on, write(row(联系时间="2020-07-01 10:00:00", 签收时间="2020-07-02 08:00:00")))
    assert acts(on, "1") == ["receive", "review", "assign", "contact", "accept", "submit", "publish"]


def test_a_letterbox_answers_what_it_received(write: Write) -> None:
    on = desk(LETTERBOX)
    import_messages(on, write(row(承办单位="")))
    assert moments(on, "1") == [("receive", "07-01 09:00"), ("submit", "07-03 15:00"), ("publish", "07-03 15:00")]


GATES = """
[rulebook]
id = "gates"
version = 1
base = "standard"
[roles.head]
scope = "unit"
may = ["approve"]
[roles.manager]
scope = "board"
may = ["approve", "close"]
[roles.clerk]
may = ["review", "assign"]
[[approval]]
on = "publish"
by = ["reviewer", "head", "manager"]
"""


def test_every_gate_approves_as_the_reply_is_published_and_nobody_approves_their_own(write: Write) -> None:
    on = desk(Rulebook.parse(GATES))
    answered = row(栏目="县长", 公开时间="2020-07-04 08:00:00", 办结时间="2020-07-05 08:00:00")
    assert counts(import_messages(on, write(answered))) == (1, 0, 0, 0)
    [case] = on.store.numbered("1")
    last = [(event.action, event.actor, event.role) for event in on.history(case)][-6:]
    assert last == [
        ("submit", "import", "handler"),
        ("approve", "import-gate-1", "reviewer"),
        ("approve", "import-gate-2", "head"),
        ("approve", "import-gate-3", "manager"),
        ("publish", "import-gate-3", "manager"),
        ("close", "import", "manager"),
    ]
    assert [moment for act, moment in moments(on, "1") if act in ("approve", "publish")] == ["07-04 08:00"] * 4
    assert counts(import_messages(on, write(answered))) == (0, 0, 1, 0)


def test_a_reply_whose_publishing_is_left_blank_waits(write: Write) -> None:
    on = desk()
    import_messages(on, write(row(公开时间="")))
    assert acts(on, "1")[-1] == "submit"


def test_a_reply_without_a_moment_is_kept_as_a_note(write: Write) -> None:
    on = desk()
    report = import_messages(on, write(row(答复时间="", 办结时间="2020-07-06 09:00:00")))
    why = "the reply has no moment: it is kept as a note and not counted as an answer; nor is 办结时间"
    assert report.remarks == (RowRemark(2, "1", why),)
    assert acts(on, "1") == ["receive", "review", "assign", "note"]
    [case] = on.store.numbered("1")
    assert on.store.texts(case)[on.get(case).notes[0][1]] == "您好，路灯已经修好，请放心使用。"


def test_the_moment_of_such_a_reply_may_come_later(write: Write) -> None:
    on = desk()
    import_messages(on, write(row(答复时间="")))
    assert counts(import_messages(on, write(row()))) == (0, 1, 0, 0)
    assert acts(on, "1") == ["receive", "review", "assign", "note", "accept", "submit", "publish"]


def test_a_reply_without_a_moment_of_its_own_counts_from_its_publishing(write: Write) -> None:
    on = desk()
    report = import_messages(on, write(row(答复时间="", 公开时间="2020-07-04 08:00:00")))
    assert [remark.text for remark in report.remarks] == ["the reply has no moment of its own: it counts from 公开时间"]
    assert moments(on, "1")[-2:] == [("submit", "07-04 08:00"), ("publish", "07-04 08:00")]


def test_a_moment_without_a_reply_is_remarked_on(write: Write) -> None:
    on = desk()
    report = import_messages(on, write(row(答复内容=" \u3000")))
    assert [remark.text for remark in report.remarks] == ["答复时间 is given and no reply: it is not counted as an answer"]
    assert acts(on, "1") == ["receive", "review", "assign"]


def test_a_day_counts_from_its_start_and_never_from_before_the_receipt(write: Write) -> None:
    on = desk(LETTERBOX)
    report = import_messages(
        on,
        write(
            row(编号="1", 承办单位="", 答复时间="2020-07-02"),
            row(编号="2", 承办单位="", 答复时间="2020年7月1日"),
            row(编号="3", 承办单位="", 来件时间="2020/7/1"),
            row(编号="4", 承办单位="", 答复时间="2020-07-01 00:00:00"),
        ),
    )
    assert [moments(on, str(number))[1] for number in (1, 2, 3)] == [
        ("submit", "07-02 00:00"),
        ("submit", "07-01 09:00"),
        ("submit", "07-03 15:00"),
    ]
    assert [remark.text for remark in report.remarks] == [
        "答复时间 2020-07-02 has no clock time: it counts from the start of that day",
        "答复时间 2020-07-01 has no clock time: it counts from the start of that day",
        "来件时间 2020-07-01 has no clock time: it counts from the start of that day",
    ]
    [problem] = report.problems  # midnight is a clock time where it is written
    assert problem.reason == "答复时间 2020-07-01 00:00:00 is before 来件时间 2020-07-01 09:00:00"


def test_cells_of_a_sheet_are_local_time_and_whole_numbers(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    header = ["编号", "主题", "来件时间", "来件人", "答复内容", "答复时间"]
    cells = [2549.0, "一", datetime(2020, 7, 1, 9), 17, "已经办好，请到窗口领取。", date(2020, 7, 2)]
    write_xlsx(path, {"来件": (header, [cells])})
    on = desk(LETTERBOX)
    report = import_messages(on, path, sheet="来件")
    assert moments(on, "2549")[1] == ("submit", "07-02 00:00")
    assert len(report.remarks) == 1
    [case] = on.store.numbered("2549")
    assert on.get(case).received_at == datetime(2020, 7, 1, 1, tzinfo=UTC)
    assert on.message(case).sender.ref == "17"


def test_a_number_that_went_through_a_sheet_is_the_same_number(write: Write) -> None:
    on = desk()
    import_messages(on, write(row(编号="2549.0")))
    assert counts(import_messages(on, write(row(编号="2549")))) == (0, 0, 1, 0)


def test_a_message_without_a_subject_gets_one_from_its_text(write: Write) -> None:
    on = desk()
    report = import_messages(on, write(row(主题=" ", 内容="村口的\n路灯" + "坏" * 40)))
    assert [remark.text for remark in report.remarks] == ["主题 is empty: the beginning of the message stands for it"]
    [case] = on.store.numbered("1")
    assert on.message(case).subject == "村口的 路灯" + "坏" * 24


def test_the_outcome_may_be_written_as_the_rulebook_labels_it(write: Write) -> None:
    on = desk()
    import_messages(on, write(row(办结结果="已解决", 办结时间="2020-07-06"), row(编号="2", 办结结果="explained")))
    assert [on.get(on.store.numbered(number)[0]).outcome for number in "12"] == ["solved", "explained"]


def test_a_unit_may_be_called_by_another_of_its_names(write: Write) -> None:
    register = YUNXI.register
    assert register is not None
    units = tuple(replace(unit, aliases=("县城",)) if unit.name == "城关镇" else unit for unit in register.unit)
    on = desk(Rulebook.restore(YUNXI.text, register=replace(register, unit=units)))
    assert counts(import_messages(on, write(row(承办单位="县城")))) == (1, 0, 0, 0)
    assert on.get(on.store.numbered("1")[0]).lead == "城关镇"


def test_what_is_past_tells_nobody_and_what_is_to_come_still_comes(write: Write) -> None:
    now = [NOW]
    on = Desk(YUNXI, store=MemoryStore(), now=lambda: now[0])
    long_late = row(答复内容="", 答复时间="")
    running = long_late | {"编号": "2", "来件时间": "2020-12-31 09:00:00"}
    import_messages(on, write(long_late, running, row(编号="3")))
    assert on.sweep().events == 0
    assert on.store.outbox.pending(NOW) == []
    now[0] += timedelta(days=30)  # past the limit of the second: its reminder, then a supervision order for each of five days
    assert on.sweep().cases == 1
    assert {row.notification.case for row in on.store.outbox.pending(now[0])} == set(on.store.numbered("2"))


# --- rows that stay out -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change, column, value, reason",
    [
        ({"来件时间": "昨天"}, "来件时间", "昨天", "cannot read 来件时间 '昨天'; accepted: 2026-09-29"),
        ({"来件时间": " "}, "来件时间", " ", "the moment of receipt (来件时间) is missing"),
        (
            {"来件时间": "2021-01-01 08:00:01", "答复内容": "", "答复时间": ""},
            "来件时间",
            "2021-01-01 08:00:01",
            "cannot receive at 2021-01-01 08:00:01: that is after now (2021-01-01 08:00:00)",
        ),
        ({"来件时间": "1019-07-01 09:00"}, "来件时间", "1019-07-01 09:00", "1019-07-01 lies before calendar 'CN' begins"),
        ({"来件时间": "9999-12-31T23:59Z"}, "来件时间", "9999-12-31T23:59Z", "来件时间 lies outside the years 1 to 9999"),
        (
            {"答复时间": "2021-02-01 10:00"},
            "答复时间",
            "2021-02-01 10:00",
            "cannot accept at 2021-02-01 10:00:00: that is after now (2021-01-01 08:00:00)",
        ),
        (
            {"答复时间": "2020/6/30 9:05:07"},
            "答复时间",
            "2020/6/30 9:05:07",
            "答复时间 2020-06-30 09:05:07 is before 来件时间 2020-07-01 09:00:00",
        ),
        (
            {"交办时间": "2020-07-02 10:00", "登记时间": "2020-07-02 11:00"},
            "交办时间",
            "2020-07-02 10:00",
            "交办时间 2020-07-02 10:00:00 is before 登记时间 2020-07-02 11:00:00",
        ),
        ({"承办单位": "城关"}, "承办单位", "城关", "the register has no unit '城关'; did you mean '城关镇'? (units: "),
        ({"承办单位": "", "交办时间": "2020-07-01 10:00"}, "承办单位", "", "交办时间 is given and no unit"),
        (
            {"承办单位": ""},
            "答复内容",
            "您好，路灯已经修好，请放心使用。",
            "nobody may submit it: no role of the rulebook fits this row",
        ),
        ({"答复内容": "已修。"}, "答复内容", "已修。", "cannot submit: the reply has 3 characters, needs 10"),
        (
            {"办结结果": "solve"},
            "办结结果",
            "solve",
            "the rulebook declares no value 'solve' for class 'outcome'; did you mean 'solved'?",
        ),
        ({"主题": "", "内容": "\u3000"}, "主题", "", "there is no text: 主题 and 内容 are empty"),
        ({"主题": "长" * 501}, "主题", "长" * 200, "is too long: 501 characters, at most 500 fit"),
        ({"答复内容": "长" * 100_001}, "答复内容", "长" * 200, "is too long: 100001 characters, at most 100000 fit"),
        (
            {"答复内容": "", "答复时间": "", "办结时间": "2020-07-06"},
            "办结时间",
            "2020-07-06",
            "cannot close in state 'assigned'",
        ),
    ],
)
def test_a_bad_row_is_reported_and_left_out(
    write: Write, store: CaseStore, change: dict[str, object], column: str, value: str, reason: str
) -> None:
    on = desk(store=store)
    report = import_messages(on, write(row(编号="0"), row(**change), row(编号="2")))
    assert counts(report) == (2, 0, 0, 1)
    [problem] = report.problems
    assert (problem.row, problem.number, problem.column, problem.value) == (3, "1", column, value)
    assert problem.reason.startswith(reason)
    assert on.store.numbered("1") == []
    assert len(on.store.ids()) == 2


def test_the_report_names_no_case_that_is_not_there(write: Write) -> None:
    on = desk()
    late = row(编号="2", 答复内容="", 答复时间="", 办结时间="2020-07-06")
    for problem in import_messages(on, write(row(答复内容="已修。"), late)).problems:
        assert "case" not in problem.reason


def test_a_row_with_more_cells_than_columns_stays_out(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("编号,主题,来件时间,内容\n1,一,2020-07-01,路灯,坏了\n2,二,2020-07-01,好\n", "utf-8")
    report = import_messages(desk(), path)
    assert counts(report) == (1, 0, 0, 1)
    assert report.problems == (RowProblem(2, "1", "", "the row has 1 more cells than the header", "坏了"),)


@pytest.mark.parametrize(
    "rulebook, action, why",
    [
        ('[roles.clerk]\nmay = ["assign"]', "review", "(roles that may: nothing)"),
        ('[roles.clerk]\nscope = "board"', "review", "(roles that may: clerk)"),
    ],
)
def test_a_step_that_nobody_may_take_keeps_the_row_out(write: Write, rulebook: str, action: str, why: str) -> None:
    on = desk(Rulebook.parse(f'[rulebook]\nid = "strict"\nversion = 1\nbase = "standard"\n{rulebook}'))
    problem = only(import_messages(on, write(row())))
    assert (problem.column, problem.reason) == (
        "承办单位",
        f"nobody may {action} it: no role of the rulebook fits this row {why}",
    )


def test_a_second_message_with_the_same_number_stays_out(write: Write) -> None:
    on = desk()
    report = import_messages(on, write(row(), row(内容="别的事。", 来件人="u2"), row()))
    assert counts(report) == (1, 0, 1, 1)
    why = "the number 1 stands in row 2 too, with another message (other: 内容, 来件人)"
    assert report.problems == (RowProblem(3, "1", "编号", why, "1"),)


@pytest.mark.parametrize(
    "change, column, reason",
    [
        ({"主题": "路灯"}, "主题", "the number 1 was imported before, with another message (other: 主题)"),
        ({"来件时间": "2020-07-01 08:00"}, "来件时间", "the number 1 was imported before, with another message (other: 来件时间)"),
        ({"承办单位": "马安镇"}, "承办单位", "the number 1 was imported before, with another 承办单位 (assign)"),
        ({"答复内容": "您好，路灯下周就会修好。"}, "答复内容", "the number 1 was imported before, with another 答复内容 (submit)"),
        (
            {"答复时间": "2020-07-02 15:00"},
            "答复时间",
            "the number 1 was imported before: accept was at 2020-07-03 15:00:00, the row now puts it at 2020-07-02 15:00:00",
        ),
    ],
)
def test_a_row_that_has_changed_since_stays_as_it_was(write: Write, change: dict[str, object], column: str, reason: str) -> None:
    on = desk()
    import_messages(on, write(row()))
    before = moments(on, "1")
    problem = only(import_messages(on, write(row(**change))))
    assert (problem.column, problem.reason) == (column, reason)
    assert moments(on, "1") == before


def test_a_row_that_has_a_reply_now_is_updated(write: Write) -> None:
    on = desk()
    open_row = row(答复内容="", 答复时间="")
    assert counts(import_messages(on, write(open_row, row(编号="2")))) == (2, 0, 0, 0)
    assert counts(import_messages(on, write(row(), row(编号="2")))) == (0, 1, 1, 0)
    assert acts(on, "1") == acts(on, "2")
    assert counts(import_messages(on, write(open_row, row(编号="2")))) == (0, 0, 2, 0)


def test_a_row_without_a_number_is_known_by_sender_text_and_moment(write: Write) -> None:
    on = desk()
    first, later = row(编号=""), row(编号="", 来件时间="2020-07-02 09:00")
    assert counts(import_messages(on, write(first, later, first))) == (2, 0, 1, 0)
    assert counts(import_messages(on, write(first, later))) == (0, 0, 2, 0)
    problem = only(import_messages(on, write(row(编号="", 内容="村口的路灯坏了半个月！"))))
    assert (problem.row, problem.number) == (2, "")
    assert problem.reason == "the same text of the same sender and moment was imported before, with another message (other: 内容)"


def test_sources_keep_the_same_numbers_apart(write: Write) -> None:
    on, path = desk(), write(row())
    first = import_messages(on, path, source="portal")
    second = import_messages(on, path, source="hotline")
    assert (counts(first), counts(second)) == ((1, 0, 0, 0), (1, 0, 0, 0))
    assert counts(import_messages(on, path, source="portal")) == (0, 0, 1, 0)
    assert len(on.store.numbered("1")) == 2


@pytest.mark.parametrize(
    "first, second",
    [
        (("a/b", "c"), ("a", "b/c")),
        (("a", "b%2Fc"), ("a", "b/c")),
        (("a%2Fb", "c"), ("a/b", "c")),
        (("a", "1/receive"), ("a/1", "receive")),
        (("", "a/1"), ("a", "1")),
    ],
)
def test_a_slash_in_a_source_or_a_number_does_not_mix_them_up(
    write: Write, store: CaseStore, first: tuple[str, str], second: tuple[str, str]
) -> None:
    on = desk(store=store)
    for source, number in (first, second):
        report = import_messages(on, write(row(编号=number)), source=source)
        assert (counts(report), report.problems) == ((1, 0, 0, 0), ())
    for source, number in (first, second):
        assert counts(import_messages(on, write(row(编号=number)), source=source)) == (0, 0, 1, 0)


KEY_PARTS = st.text(alphabet="a1/%@号2F", max_size=4)


@given(st.lists(st.tuples(KEY_PARTS, KEY_PARTS.filter(bool)), max_size=4, unique=True))
def test_rows_are_one_only_where_source_and_number_are(pairs: list[tuple[str, str]]) -> None:
    on = desk(LETTERBOX)
    for source, number in pairs:
        report = imported(on, [row(编号=number)], source=source)
        assert (counts(report), report.problems) == ((1, 0, 0, 0), ())
    assert len(on.store.ids()) == len(pairs)


def test_a_number_that_looks_like_the_key_of_a_row_without_one_is_another(write: Write) -> None:
    on = desk()
    import_messages(on, write(row(编号="")))
    [case] = on.store.ids()
    message = on.message(case)
    assert message.received_at is not None
    forged = f"{message.fingerprint()}@{message.received_at:%Y%m%dT%H%M%S.%fZ}"
    assert counts(import_messages(on, write(row(编号=forged)))) == (1, 0, 0, 0)


OTHER_LIST = "; if this list has numbers of its own, import it with a source of its own (source=, or --source)"


def test_another_list_with_the_same_numbers_is_told_to_name_its_source(write: Write) -> None:
    on = desk()
    import_messages(on, write(row(), row(编号="2")))
    other = [
        row(编号=number, 主题="医保", 内容="怎么转？", 来件人="u9", 来件时间="2020-07-02 09:00", 答复时间="2020-07-06 09:00")
        for number in "12"
    ]
    report = import_messages(on, write(*other))
    why = f"was imported before, with another message (other: 来件时间, 主题, 内容, 来件人){OTHER_LIST}"
    assert [(problem.column, problem.reason) for problem in report.problems] == [
        ("来件时间", f"the number 1 {why}"),
        ("来件时间", f"the number 2 {why}"),
    ]
    assert counts(import_messages(on, write(*other), source="board 2")) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"主题": "路灯", "内容": "又坏了。"},
        {"来件时间": "2020-07-01 08:00", "来件人": "u2"},
        {"编号": "", "来件时间": "2020-07-01 08:00"},
    ],
)
def test_a_corrected_row_is_not_taken_for_another_list(write: Write, change: dict[str, object]) -> None:
    on = desk()
    import_messages(on, write(row()))
    report = import_messages(on, write(row(**change)))
    assert OTHER_LIST not in str(report)


def test_two_messages_of_one_list_with_one_number_need_no_source(write: Write) -> None:
    report = import_messages(desk(), write(row(), row(主题="医保", 来件时间="2020-07-02 09:00")))
    [problem] = report.problems
    assert problem.reason == "the number 1 stands in row 2 too, with another message (other: 来件时间, 主题)"


def test_a_step_before_what_has_happened_since_is_told_in_local_time(write: Write) -> None:
    on = desk()
    import_messages(on, write(row(答复内容="", 答复时间="")))
    [case] = on.store.ids()
    on.act(case, AddNote(text="看过了。"), by=Actor(id="c1", role="clerk"))
    problem = only(import_messages(on, write(row())))
    assert (problem.column, problem.reason) == (
        "答复时间",
        "cannot accept at 2020-07-03 15:00:00: its latest event is of 2021-01-01 08:00:00",
    )


# --- files that are none, and what no row is to blame for -------------------------------------------------------------


@pytest.mark.parametrize("name, message", [("in.pdf", "cannot read in.pdf: known kinds are"), ("no.csv", "there is no file")])
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "in.pdf").write_bytes(b"%PDF")
    with pytest.raises(UnreadableTable, match=message):
        import_messages(desk(), tmp_path / name)


def test_an_unknown_sheet_is_refused() -> None:
    with pytest.raises(UnreadableTable, match="has no sheet '来件'"):
        import_messages(desk(), DATA / "odd_messages.xlsx", sheet="来件")


def test_rows_before_a_damaged_one_stay_and_the_mended_file_brings_the_rest(tmp_path: Path) -> None:
    path, on = tmp_path / "in.csv", desk()
    sound = "编号,主题,来件时间\n1,一,2020-07-01\n"
    path.write_text(sound + '2,"二,2020-07-01\n', "utf-8")
    with pytest.raises(UnreadableTable, match="line 3"):
        import_messages(on, path)
    path.write_text(sound + '2,"二",2020-07-01\n', "utf-8")
    assert counts(import_messages(on, path)) == (1, 0, 1, 0)


class FailingStore(MemoryStore):
    """A store whose transactions fail at their end, from the third on."""

    def __init__(self) -> None:
        super().__init__()
        self.works = 0

    @contextmanager
    def work(self) -> Iterator[UnitOfWork]:  # type: ignore[override]  # the fake hands out what the store's own work yields
        self.works += 1
        with super().work() as work:
            yield work
            if self.works > 2:
                raise StoreError("the disk is full")


def test_an_error_of_the_store_is_not_a_problem_of_a_row(write: Write) -> None:
    on = desk(store=FailingStore())
    with pytest.raises(StoreError, match="the disk is full"):
        import_messages(on, write(row(), row(编号="2"), row(编号="3")))
    assert len(on.store.ids()) == 2


def test_a_clock_of_the_host_without_a_zone_is_not_a_problem_of_a_row(write: Write) -> None:
    on = Desk(YUNXI, store=MemoryStore(), now=lambda: NOW.replace(tzinfo=None))
    with pytest.raises(NaiveDatetime, match=r"the desk's now\(\)"):
        import_messages(on, write(row()))


# --- reports ----------------------------------------------------------------------------------------------------------


def test_the_progress_is_told_after_every_row(write: Write, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    import_messages(desk(), write(row(), row(承办单位="?"), row(编号="3")), progress=lambda done, of: told.append((done, of)))
    assert told == [(1, None), (2, None), (3, None)]
    told.clear()
    write_xlsx(tmp_path / "in.xlsx", {"a": (["主题", "来件时间"], [["一", "2020-07-01"], ["二", "2020-07-01"]])})
    import_messages(desk(), tmp_path / "in.xlsx", progress=lambda done, of: told.append((done, of)))
    assert [done for done, _ in told] == [1, 2]
    assert all(of is not None and of >= 2 for _, of in told)


def test_a_report_reads_well(write: Write) -> None:
    path = write(row(), row(编号="2", 承办单位="城关"), row(编号="3", 答复内容=""), row(编号="", 来件时间=""))
    lines = str(import_messages(desk(), path)).splitlines()
    assert lines[0] == "4 rows: 2 added, 0 updated, 0 already there, 2 left out"
    assert lines[1] == "left out:"
    assert lines[2].startswith("  row 3 (number 2), 承办单位: the register has no unit '城关'; did you mean '城关镇'?")
    assert lines[3] == "  row 5, 来件时间: the moment of receipt (来件时间) is missing"
    assert lines[4:] == ["remarks:", "  row 4 (number 3): 答复时间 is given and no reply: it is not counted as an answer"]


def test_a_long_report_is_cut(write: Write) -> None:
    report = import_messages(desk(), write(*(row(编号=n, 来件时间="") for n in range(25))))
    assert len(report.problems) == 25
    assert str(report).splitlines()[-1] == "  … and 5 more"
    assert len(str(report).splitlines()) == 23


def test_an_empty_list_adds_nothing(tmp_path: Path) -> None:
    write_csv(tmp_path / "in.csv", ["主题", "来件时间"], [])
    assert str(import_messages(desk(), tmp_path / "in.csv")) == "0 rows: 0 added, 0 updated, 0 already there, 0 left out"


# --- laws -------------------------------------------------------------------------------------------------------------

_START = datetime(2020, 7, 1, 9)
_STEPS = ("来件时间", "登记时间", "交办时间", "签收时间", "联系时间", "答复时间", "公开时间", "办结时间")
_ACTS = ("receive", "review", "assign", "accept", "contact", "submit", "publish", "close")


def sound_row(number: int, last: int, gaps: Sequence[int]) -> dict[str, object]:
    """A row with its first steps, up to *last*, so many hours apart."""
    at, cells = _START, {}
    for step, gap in zip(_STEPS[: last + 1], gaps, strict=False):
        at += timedelta(hours=gap)
        cells[step] = f"{at:%Y-%m-%d %H:%M:%S}"
    blank = dict.fromkeys(_STEPS, "")
    return (
        row(编号=str(number), 承办单位="城关镇" if last >= 2 else "", 答复内容=row()["答复内容"] if last >= 5 else "")
        | blank
        | cells
    )


rows_of_files = st.lists(
    st.tuples(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7]), st.lists(st.integers(0, 60), min_size=8, max_size=8)),
    min_size=1,
    max_size=5,
).map(lambda drawn: [sound_row(number, last, gaps) for number, (last, gaps) in enumerate(drawn, start=1)])
spoilt = st.sampled_from(
    ["?", "", "2019-01-01 00:00", "2031-01-01", "2020-07-02", "2020-13-45", "城关", "好", "1", "长" * 501, "\u3000"]
)


def imported(on: Desk, rows: Sequence[Mapping[str, object]], *, source: str | None = None) -> ImportReport:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "in.csv"
        header = list(rows[0])
        write_csv(path, header, [[line[key] for key in header] for line in rows])
        return import_messages(on, path, source=source)


def kept(on: Desk) -> dict[str | None, list[tuple[str, datetime, str]]]:
    """Everything that the store holds, by the messages' numbers."""
    found = {}
    for case in on.store.ids():
        on.verify(case)
        found[on.get(case).number] = [(event.action, event.occurred_at, event.state) for event in on.history(case)]
    return found


@given(rows_of_files)
def test_a_sound_row_has_the_steps_that_it_names(rows: list[dict[str, object]]) -> None:
    on = desk()
    assert imported(on, rows).problems == ()
    for line in rows:
        wanted = [act for step, act in zip(_STEPS, _ACTS, strict=True) if line[step]]
        assert acts(on, str(line["编号"])) == wanted


@given(rows_of_files, st.data())
def test_a_spoilt_row_goes_in_whole_or_not_at_all(rows: list[dict[str, object]], data: st.DataObject) -> None:
    clean = [dict(line) for line in rows]
    cells = data.draw(st.lists(st.tuples(st.integers(0, len(rows) - 1), st.sampled_from(list(rows[0])), spoilt), max_size=4))
    for at, column, value in cells:
        rows[at][column] = value
    on = desk()
    report = imported(on, rows)
    left_out = {problem.row for problem in report.problems}
    assert len(on.store.ids()) == report.added
    went_in = [line for number, line in enumerate(rows, start=2) if number not in left_out]
    for case in on.store.ids():
        on.verify(case)
        message, history = on.message(case), on.history(case)
        alike = [line for line in went_in if str(line["编号"]).strip() == (message.number or "")]
        said = {event.action for event in history} - {"note"}
        least = {act for step, act in zip(_STEPS[:5], _ACTS[:5], strict=True) if str(alike[0][step]).strip()}
        assert least <= said, (alike, said)
        assert {"review", "assign"} <= said or not str(alike[0]["承办单位"]).strip()
        answered = {"submit", "publish"} & said
        given = {column for column in ("答复内容", "答复时间", "办结时间") if str(alike[0][column]).strip()}
        assert answered or not {"答复内容", "答复时间"} <= given
        assert "close" in said or not answered or "办结时间" not in given
    untouched = [line for line, was in zip(rows, clean, strict=True) if line == was]
    for line in untouched:
        if Counter(str(other["编号"]) for other in rows)[str(line["编号"])] == 1:
            assert len(on.store.numbered(str(line["编号"]))) == 1


@given(rows_of_files, st.data())
def test_what_a_first_file_left_open_a_fuller_one_completes(rows: list[dict[str, object]], data: st.DataObject) -> None:
    whole, pieces = desk(), desk()
    imported(whole, rows)
    shorter = []
    for line in rows:
        keep = data.draw(st.integers(0, len(_STEPS) - 1), label="steps known at first")
        blank = dict.fromkeys(_STEPS[keep + 1 :], "")
        if keep < 5:
            blank["答复内容"] = ""
        if keep < 2:
            blank["承办单位"] = ""
        shorter.append(line | blank)
    first = data.draw(st.integers(0, len(rows)), label="rows of the first file")
    if first:
        imported(pieces, shorter[:first])
    report = imported(pieces, rows)
    assert report.problems == ()
    assert kept(pieces) == kept(whole)
    assert imported(pieces, rows).already == len(rows)
