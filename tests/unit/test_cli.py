"""The command line: what it prints, and that what goes wrong is one clear line and a non-zero exit, never a traceback."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from casework.cli import rulebooks
from tests.unit.commands import Casework, calling, one_line

DATA = Path(__file__).parents[1] / "data"


casework = pytest.fixture(calling)


# --- the demo ---------------------------------------------------------------------------------------------------------


def test_the_demo_prints_the_bulletin_and_writes_it_as_markdown_and_html(casework: Casework, tmp_path: Path) -> None:
    said = casework("demo")
    assert said.code == 0, said.err
    for words in ("109", "58", "51", "100.00%", "139", "21.6%", "夹河镇", "扶贫办", "三官洞林区"):
        assert words in said.out
    folder = tmp_path / "casework-demo"
    assert sorted(file.name for file in folder.iterdir() if "-" in file.name and file.suffix in (".md", ".html")) == [
        "bulletin-2020-07.html",
        "bulletin-2020-07.md",
    ]
    assert "夹河镇" in (folder / "bulletin-2020-07.html").read_text("utf-8")


def test_the_demo_can_be_run_again_in_the_same_folder(casework: Casework) -> None:
    first, second = casework("demo"), casework("demo")
    assert (first.code, second.code) == (0, 0)
    assert bulletin_of(first.out) == bulletin_of(second.out)


def bulletin_of(out: str) -> str:
    return out[out.index("2020年7月") :]


def test_after_the_demo_the_bulletin_command_prints_the_same_bulletin_from_the_database_alone(casework: Casework) -> None:
    demo = casework("demo")
    said = casework("bulletin", "--period", "2020-07", "--as-of", "2020-08-10", "--db", "casework-demo/demo.sqlite")
    assert said.code == 0, said.err
    assert said.out.strip() in demo.out


def test_an_earlier_snapshot_gives_another_bulletin(casework: Casework) -> None:
    casework("demo")
    said = casework("bulletin", "--period", "2020-07", "--as-of", "2020-07-31", "--db", "casework-demo/demo.sqlite")
    assert said.code == 0, said.err
    assert "96.33%" in said.out and "88.07%" in said.out


def test_show_prints_the_timeline_the_clocks_and_the_texts_of_a_case(casework: Casework) -> None:
    casework("demo")
    said = casework("show", "YX202007-001", "--db", "casework-demo/demo.sqlite", "--explain")
    assert said.code == 0, said.err
    for words in ("集镇主街路灯一半不亮请检修", "2020-07-01 00:03", "已接收", "已办结", "马安镇", "handle", "2020-07-08", "按期"):
        assert words in said.out


def test_the_demo_in_english_has_english_headings(casework: Casework) -> None:
    said = casework("demo", "--lang", "en")
    assert said.code == 0, said.err
    assert "Messages received in July 2020: 109 (townships 58, county departments 51)." in said.out


# --- importing --------------------------------------------------------------------------------------------------------


def test_import_reports_bad_rows_by_number_and_takes_the_rest(casework: Casework) -> None:
    said = casework("import", str(DATA / "odd_messages.xlsx"))
    assert said.code == 0, said.err
    assert "2019/13/45 8:00" in said.out
    again = casework("import", str(DATA / "odd_messages.xlsx"))
    assert again.code == 0 and re.search(r"\b0 added", again.out)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("import", "nowhere.csv"), "nowhere.csv"),
        (("import", str(DATA / "odd_messages.csv"), "--map", "subject=标题"), "has no column '标题'"),
        (("import", str(DATA / "odd_messages.csv"), "--map", "subjekt=留言主题"), "did you mean 'subject'"),
        (("import", str(DATA / "odd_messages.csv"), "--map", "留言主题"), "accepted: FIELD=COLUMN"),
        (("import", str(DATA / "odd_messages.csv"), "--rulebook", "yunxy"), "did you mean 'yunxi'"),
        (("import", str(DATA / "odd_messages.csv"), "--db", "no/such/cases.sqlite"), "there is no folder 'no/such'"),
        (("show", "x"), "there is no database 'cases.sqlite'"),
        (("bulletin", "--period", "2020-07", "--as-of", "2020-08-10"), "make one with: casework import"),
    ],
)
def test_a_wrong_call_is_one_line_that_says_what_would_work(casework: Casework, arguments: tuple[str, ...], expected: str) -> None:
    assert expected in one_line(casework(*arguments))


def test_a_file_that_is_no_database_is_refused_in_one_line(casework: Casework, tmp_path: Path) -> None:
    (tmp_path / "cases.sqlite").write_text("certainly not a database, and long enough to be looked at " * 40)
    assert "not a database" in one_line(casework("show", "x"))


def test_a_database_of_another_version_is_refused_and_says_what_to_do(casework: Casework, tmp_path: Path) -> None:
    casework("import", str(DATA / "odd_messages.csv"))
    with closing(sqlite3.connect(tmp_path / "cases.sqlite")) as connection, connection:
        connection.execute("UPDATE casework_version SET version = 99")
    assert "of version 99, this casework needs version 2" in one_line(casework("show", "x"))


def test_an_unknown_case_a_bad_period_and_a_bad_day_are_one_line_each(casework: Casework) -> None:
    casework("demo")
    db = ("--db", "casework-demo/demo.sqlite")
    assert one_line(casework("show", "YX-1", *db)) == "no case has the id or number 'YX-1'"
    assert "2020-13" in one_line(casework("bulletin", "--period", "2020-13", "--as-of", "2020-08-10", *db))
    assert "accepted: a day such as 2020-08-10" in one_line(casework("bulletin", "--period", "2020-07", "--as-of", "soon", *db))


def test_a_changed_event_is_noticed_when_the_case_is_shown(casework: Casework, tmp_path: Path) -> None:
    casework("demo")
    with closing(sqlite3.connect(tmp_path / "casework-demo" / "demo.sqlite")) as connection, connection:
        connection.execute("UPDATE casework_event SET text = replace(text, '马安镇', '城关镇')")
    assert "is broken at event" in one_line(casework("show", "YX202007-001", "--db", "casework-demo/demo.sqlite"))


def test_an_error_in_casework_itself_is_one_line_and_exit_code_3(casework: Casework, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(rulebooks, "rulebook_named", broken)
    assert "an error in casework itself (RuntimeError: a bug)" in one_line(casework("rulebook", "check", "yunxi"), code=3)


def test_options_that_do_not_exist_are_a_usage_error(casework: Casework) -> None:
    said = casework("bulletin", "--perod", "2020-07")
    assert said.code == 2 and "Traceback" not in said.err and "--perod" in said.err


def test_a_value_that_an_option_does_not_take_is_told_with_the_nearest_and_without_a_library_s_words(casework: Casework) -> None:
    said = casework("rulebook", "diagram", "yunxi", "--of", "ladders")
    assert said.code == 2
    assert said.err.rstrip().endswith("'--of': 'ladders' is not one of 'lifecycle', 'ladder'; did you mean 'ladder'?")
    assert casework("rulebook", "show", "yunxi", "--lang", "cn").err.rstrip().endswith("'--lang': 'cn' is not one of 'zh', 'en'.")


# --- deadlines --------------------------------------------------------------------------------------------------------


def test_a_deadline_is_computed_and_explained_day_by_day(casework: Casework) -> None:
    plain = casework("deadline", "2026-09-29 10:00", "--limit", "5 working days")
    assert plain.out.strip() == "2026-10-12 24:00 (Asia/Shanghai)"
    said = casework("deadline", "2026-09-29 10:00", "--limit", "5 working days", "--calendar", "CN", "--explain")
    assert said.code == 0, said.err
    assert len(re.findall(r"2026-\d\d-\d\d (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)", said.out)) == 14
    assert "CN-2026" in said.out and "make-up workday" in said.out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("2026-09-31", "--limit", "5 working days"), "cannot read the moment of receipt '2026-09-31'"),
        (("2026-09-29", "--limit", "five days"), "cannot read the limit 'five days'"),
        (("2026-09-29", "--limit", "-3 working days"), "a limit is not negative"),
        (("2026-12-25 09:00", "--limit", "5 working days"), "the working days of 2027 are not announced"),
        (("2026-09-29", "--limit", "1 working day", "--calendar", "GB"), "GB-ENG"),
        (("2026-09-29", "--limit", "1 working day", "--calendar", "US"), "--zone America/New_York"),
        (("2026-09-29", "--limit", "1 working day", "--zone", "Asia/Shangai"), "Asia/Shanghai"),
        (("2026-09-29", "--limit", "1 working day", "--ends", "25:00"), "cannot read --ends '25:00'"),
        (("2026-09-29", "--limit", "1 working day", "--day-zero", "tomorrow"), "cannot read --day-zero 'tomorrow'"),
        (("2026-09-29", "--limit", "1 working day", "--as-of", "x"), "cannot read --as-of 'x'"),
    ],
)
def test_a_deadline_that_cannot_be_computed_says_why(casework: Casework, arguments: tuple[str, ...], expected: str) -> None:
    assert expected in one_line(casework("deadline", *arguments))


def test_an_unannounced_deadline_may_be_asked_for_provisionally(casework: Casework) -> None:
    said = casework("deadline", "2026-12-25 09:00", "--limit", "5 working days", "--provisional")
    assert said.code == 0, said.err
    assert said.out.splitlines() == [
        "2027-01-04 24:00 (Asia/Shanghai)",
        "provisional: a notice still to come may move it; expected between 2027-01-04 and 2027-01-05",
    ]


# --- rulebooks --------------------------------------------------------------------------------------------------------


def test_rulebook_check_says_that_a_shipped_rulebook_is_sound(casework: Casework) -> None:
    said = casework("rulebook", "check", "yunxi")
    assert said.code == 0
    assert re.fullmatch(r"yunxi version 1 \([0-9a-f]{16}\) is sound; advice: 0\n", said.out)


def test_rulebook_check_gives_advice_with_the_story_that_leads_there(casework: Casework, tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_text(
        '[rulebook]\nid = "town"\nversion = 1\nbase = "letterbox"\n[[clock]]\nid = "reply"\nstarts_on = "review"\n'
        'stops_on = "publish"\nlimit = [{ is = "5 working days" }]\n',
        "utf-8",
    )
    said = casework("rulebook", "check", "town.toml")
    assert said.code == 0
    assert (
        "advice: no clock: a case can stay in 'received' with no clock running (receive) @ clock; "
        "let a clock run there, or say why none need: [lifecycle.unwatched] received = 'why'\n"
    ) in said.out


def test_rulebook_check_tells_errors_first_and_exits_with_1(casework: Casework, tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_text(
        '[rulebook]\nid = "town"\nversion = 1\nbase = "letterbox"\n[roles.clerk]\nmay = ["submit", "publish"]\n', "utf-8"
    )
    said = casework("rulebook", "check", "town.toml")
    assert (said.code, said.err) == (1, "")
    first, *_, last = said.out.splitlines()
    assert first.startswith("error: dead end: ")
    assert re.fullmatch(r"town version 1 \([0-9a-f]{16}\) is not sound; errors: \d+, advice: \d+", last)


def test_rulebook_show_prints_each_rule_with_its_source_or_assumption(casework: Casework) -> None:
    said = casework("rulebook", "show", "yunxi")
    assert said.code == 0, said.err
    for words in (
        "办理期限",
        "5个工作日",
        "待补充期间中止",
        "“一日一督办”",
        "推定：the bulletin demands",
    ):
        assert words in said.out
    english = casework("rulebook", "show", "yunxi", "--lang", "en").out
    assert "5 working days" in english and "stands still in Awaiting citizen" in english
    assert "assumed: the bulletin demands" in english


def test_a_broken_rulebook_lists_every_problem_with_its_path(casework: Casework, tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_text('[rulebook]\nid = "Town"\nversion = 0\nzonne = "Asia/Shanghai"\n', "utf-8")
    said = casework("rulebook", "check", "./town.toml")
    assert said.code == 1
    assert said.err.startswith("error: rulebook 'town.toml' has 3 problems:\n")
    for path in ("@ rulebook.id", "@ rulebook.version", "@ rulebook.zonne"):
        assert path in said.err
    (tmp_path / "town.toml").write_text("[rulebook\n", "utf-8")
    assert "not TOML" in casework("rulebook", "check", "town.toml").err
    assert "cannot be read" in casework("rulebook", "check", "gone.toml").err
    assert "did you mean 'yunxi'" in one_line(casework("rulebook", "show", "yunxo"))


# --- databases are not spoilt -----------------------------------------------------------------------------------------


def test_reading_writes_nothing_into_a_database_that_is_not_casework_s(casework: Casework, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "foreign.sqlite")) as connection, connection:
        connection.execute("CREATE TABLE t (x)")
    before = (tmp_path / "foreign.sqlite").read_bytes()
    assert "holds no casework tables" in one_line(casework("show", "1", "--db", "foreign.sqlite"))
    assert (tmp_path / "foreign.sqlite").read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["foreign.sqlite"]


@pytest.mark.parametrize("arguments", [("nowhere.csv",), (".",), (str(DATA / "odd_messages.csv"), "--map", "subject=?")])
def test_an_import_that_cannot_begin_leaves_no_database(casework: Casework, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    one_line(casework("import", *arguments))
    assert list(tmp_path.iterdir()) == []


def test_a_second_list_goes_in_under_the_rulebook_that_the_database_has(casework: Casework, tmp_path: Path) -> None:
    text = "编号,主题,承办单位,来件时间\n{},路灯不亮,夹河镇,2020-08-0{} 09:00\n"
    (tmp_path / "a.csv").write_text(text.format("A1", 3), "utf-8")
    (tmp_path / "b.csv").write_text(text.format("A2", 4), "utf-8")
    assert casework("import", "a.csv", "--rulebook", "yunxi").code == 0
    assert casework("import", "b.csv").code == 0
    assert "· 夹河镇 · yunxi" in casework("show", "A2").out
    assert "2020年8月共收到来件2件" in casework("bulletin", "--period", "2020-08", "--as-of", "2020-09-10").out


def test_the_demo_leaves_another_database_in_its_folder_alone(casework: Casework, tmp_path: Path) -> None:
    casework("import", str(DATA / "odd_messages.csv"))
    before = (tmp_path / "cases.sqlite").read_bytes()
    assert casework("demo", "--into", ".").code == 0
    assert (tmp_path / "cases.sqlite").read_bytes() == before


def test_a_bulletin_as_of_a_day_to_come_is_refused(casework: Casework) -> None:
    casework("demo")
    said = casework("bulletin", "--period", "2020-07", "--as-of", "2999-08-10", "--db", "casework-demo/demo.sqlite")
    assert one_line(said).startswith("nothing is known yet as of 2999-08-10; today is ")


def test_a_field_that_is_mapped_twice_is_refused(casework: Casework) -> None:
    said = casework("import", str(DATA / "odd_messages.csv"), "--map", "subject=留言主题", "--map", "subject=留言详情")
    assert one_line(said) == "--map names subject twice: '留言主题' and '留言详情'; give one"


def test_texts_are_shown_as_nothing_but_text(casework: Casework, tmp_path: Path) -> None:
    row = 'N1,"[red]x[/red] \x1b[31m路灯",[bold]正文,2020-08-03 09:00\n'
    (tmp_path / "a.csv").write_text("编号,主题,内容,来件时间\n" + row, "utf-8")
    assert casework("import", "a.csv").code == 0
    said = casework("show", "N1")
    assert "[red]x[/red]" in said.out
    assert "[bold]正文" in said.out
    assert "\x1b" not in said.out
