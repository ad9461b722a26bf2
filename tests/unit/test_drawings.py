"""A rulebook is drawn with what it grants and no more; a picture needs a renderer, and what is wrong with that is said."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

import pytest

from casework import Rulebook
from casework.adapters.pictures import svg
from casework.checking import granted, reached
from casework.drawings import ladder_drawn, lifecycle_drawn
from casework.errors import InputError
from casework.languages import Lang
from casework.rulebook import shipped_names
from casework.states import action_label
from tests.unit.commands import Casework, calling, one_line
from tests.unit.test_mistakes import TOWN
from tests.unit.town import REGISTER

casework = pytest.fixture(calling)
HEAD = '[rulebook]\nid = "town"\nversion = 1\nbase = "standard"\n'
BOOK = Rulebook.parse(TOWN, name="town", register=REGISTER)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


# --- the lifecycle ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_names())
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_lifecycle_shows_the_states_that_cases_come_into_and_every_arrow_that_is_granted(name: str, lang: Lang) -> None:
    book = Rulebook.shipped(name)
    drawn = lifecycle_drawn(book, lang=lang)
    shown = re.findall(r'^ {4}state "(.*)" as ([a-z_]+)$', drawn, re.MULTILINE)
    assert {state: label for label, state in shown} == {state: book.lifecycle.label(state, lang=lang) for state in reached(book)}
    arrows = {
        (source, dest): said for source, dest, said in re.findall(r"^ {4}([a-z_]+) --> ([a-z_]+) : (.*)$", drawn, re.MULTILINE)
    }
    able = granted(book) - book.idle
    wanted: dict[tuple[str, str], set[str]] = {}
    for (state, action), dest in book.lifecycle.table.items():
        if state != dest and action in able and state in reached(book):
            wanted.setdefault((state, dest), set()).add(action_label(action, lang=lang))
    assert {pair: set(re.split("、|, ", said)) for pair, said in arrows.items()} == wanted


def test_what_nobody_is_granted_is_not_drawn() -> None:
    every = lifecycle_drawn(Rulebook.parse(HEAD), lang="en")
    assert "Consultation" in every and "Merge" in every
    quiet = Rulebook.parse(
        HEAD + '[roles.clerk]\nmay = ["review", "assign", "publish", "close"]\n[roles.handler]\nmay = ["submit"]\n'
    )
    drawn = lifecycle_drawn(quiet, lang="en")
    assert "Consultation" not in drawn and "Merge" not in drawn
    assert "published --> closed : Close" in drawn


def test_an_action_to_which_no_rule_gives_a_meaning_is_not_drawn() -> None:
    assert "Extend" not in lifecycle_drawn(Rulebook.parse(HEAD), lang="en")  # no clock can be extended
    clock = '[[clock]]\nid = "c"\nstarts_on = "receive"\nstops_on = "close"\nlimit = [{ is = "1 working day" }]\nextend = {}\n'
    assert "Extend" in lifecycle_drawn(Rulebook.parse(HEAD + clock), lang="en")


def test_an_own_state_is_drawn_with_its_own_arrows() -> None:
    rows = (
        TOWN.replace('"revisit", "reopen", "merge"', '"revisit", "reopen", "merge", "supplement", "ask"')
        .replace('action = "park"', 'action = "ask"')
        .replace('action = "resume"', 'action = "supplement"')
    )
    drawn = lifecycle_drawn(Rulebook.parse(rows, register=REGISTER), lang="zh")
    assert 'state "待转" as waiting_room' in drawn
    assert "reviewed --> waiting_room : 请补充" in drawn


# --- the ladder -------------------------------------------------------------------------------------------------------


def test_the_ladder_shows_clocks_orders_and_the_rungs_between_them() -> None:
    assert lines(ladder_drawn(BOOK, lang="en")) == [
        "flowchart LR",
        "n1([\"handle<br/>8 working hours if track == 'special'<br/>5 working days\"])",
        'n2[["supervision<br/>answered within 3 working days"]]',
        'n3["late<br/>proposed#58; a person decides<br/>tells chief<br/>puts it into special'
        '<br/>again every 1 working day, at most 3 times"]',
        'n4["ignored<br/>tells leader"]',
        'n5(["returned#58; 2"])',
        'n6["often<br/>Reopen"]',
        'n7(["after#58; Praise"])',
        'n8["thanked<br/>tells leader"]',
        'n1 -->|"1 working day after"| n3',
        "n3 -.-> n2",
        'n2 -->|"when due"| n4',
        "n5 --> n6",
        "n7 --> n8",
    ]


def test_the_ladder_speaks_chinese_and_says_conditions() -> None:
    drawn = lines(ladder_drawn(Rulebook.shipped("shenmu"), lang="zh"))
    assert "n5[[\"回访单<br/>限20个工作日回复（条件：difficulty == 'complex'）<br/>限10个工作日回复\"]]" in [
        row.replace("#58;", ":") for row in drawn
    ]
    assert any("到期前1个工作日" in row for row in drawn)
    assert any("点击量满200次" in row for row in drawn)
    assert any("条件：outcome == 'needs-work'" in row for row in drawn)


def test_a_rung_on_the_clock_of_an_order_s_answer_stands_on_that_order() -> None:
    rung = '[[rung]]\nid = "soon"\non = "due:answer-supervision"\nat = "-1 working day"\ndo = ["notify:leader"]\n'
    drawn = lines(ladder_drawn(Rulebook.parse(TOWN + rung, register=REGISTER), lang="en"))
    assert 'n2 -->|"1 working day before"| n9' in drawn and 'n9["soon<br/>tells leader"]' in drawn


@pytest.mark.parametrize("name", shipped_names())
def test_every_edge_of_a_ladder_joins_nodes_that_are_there(name: str) -> None:
    drawn = lines(ladder_drawn(Rulebook.shipped(name)))
    nodes = {row.partition("[")[0].partition("(")[0] for row in drawn[1:] if "->" not in row}
    ends = {end for row in drawn if "->" in row for end in (row.split()[0], row.split()[-1])}
    assert ends <= nodes and "" not in nodes


# --- pictures ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def renderer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called mmdc, alone on PATH; a test writes what it does, in Python, with the paths `source` and `target`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder / "mmdc"


def does(program: Path, what: str) -> None:
    called = "import sys, time\nsource, target = sys.argv[-3], sys.argv[-1]\n"
    rightly = "assert sys.argv[1:] == ['--quiet', '--input', source, '--output', target]\n"
    program.write_text(f"#!{sys.executable}\n{called}{rightly}{what}\n", "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_a_picture_is_what_the_renderer_makes_of_the_text(renderer: Path) -> None:
    does(renderer, "open(target, 'w', encoding='utf-8').write('<svg>' + open(source, encoding='utf-8').read() + '</svg>')")
    assert svg("stateDiagram-v2\n已办结\n") == "<svg>stateDiagram-v2\n已办结\n</svg>"


def test_without_a_renderer_what_to_install_is_said(renderer: Path) -> None:
    with pytest.raises(
        InputError, match=r"there is no mmdc on PATH; install it with 'npm install -g @mermaid-js/mermaid-cli', or let"
    ):
        svg("x")


@pytest.mark.parametrize(
    "what, says",
    [
        ("sys.stderr.write('Parse error on line 2'); sys.exit(3)", r"failed \(exit code 3\): Parse error on line 2$"),
        ("sys.exit(1)", r"failed \(exit code 1\): it said nothing$"),
        ("sys.stderr.write('no browser')", r"made none: no browser$"),
        ("pass", r"made none$"),
        ("sys.stderr.write('a' * 5000 + 'the end'); sys.exit(1)", r"a{1993}the end$"),
    ],
)
def test_a_renderer_that_fails_is_told_with_what_it_said(renderer: Path, what: str, says: str) -> None:
    does(renderer, what)
    with pytest.raises(InputError, match=says):
        svg("x")


def test_a_renderer_that_does_not_end_is_ended(renderer: Path) -> None:
    does(renderer, "time.sleep(60)")
    with pytest.raises(InputError, match=r"was not done after 0\.2 seconds"):
        svg("x", seconds=0.2)


def test_a_renderer_that_is_no_program_is_told(renderer: Path) -> None:
    renderer.write_bytes(b"\x7fELF not really")
    renderer.chmod(0o755)
    with pytest.raises(InputError, match="cannot be run"):
        svg("x")


# --- in the terminal --------------------------------------------------------------------------------------------------


def test_a_diagram_is_printed_or_written_as_text_or_as_a_picture(casework: Casework, renderer: Path, tmp_path: Path) -> None:
    printed = casework("rulebook", "diagram", "yunxi", "--lang", "en")
    assert (printed.code, printed.out) == (0, lifecycle_drawn(Rulebook.shipped("yunxi"), lang="en"))
    assert casework("rulebook", "diagram", "yunxi", "--of", "ladder").out == ladder_drawn(Rulebook.shipped("yunxi"), lang="zh")
    assert casework("rulebook", "diagram", "yunxi", "--lang", "en", "--output", "flow.mmd").code == 0
    assert (tmp_path / "flow.mmd").read_text("utf-8") == printed.out
    says = one_line(casework("rulebook", "diagram", "yunxi", "--output", "flow.svg"))
    assert "there is no mmdc on PATH" in says and not (tmp_path / "flow.svg").exists()
    does(renderer, "open(target, 'w').write('<svg/>')")
    assert casework("rulebook", "diagram", "yunxi", "--output", "flow.svg").code == 0
    assert (tmp_path / "flow.svg").read_text("utf-8") == "<svg/>"


def test_a_file_of_another_kind_is_refused_before_anything_is_drawn(casework: Casework, tmp_path: Path) -> None:
    assert "accepted: a file that ends in .mmd or .svg" in one_line(
        casework("rulebook", "diagram", "yunxi", "--output", "flow.png")
    )
    assert not (tmp_path / "flow.png").exists()
    assert "no-such-folder" in one_line(casework("rulebook", "diagram", "yunxi", "--output", f"no-such-folder{os.sep}flow.mmd"))
