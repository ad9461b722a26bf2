"""The runner of the pages keeps its word, and no block of a page escapes it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from sybil import Document
from sybil.example import SybilFailure

from tests.docs import pages
from tests.docs.pages import Exchange, check, exchanges, printed_as_shown, run, sybil

# What a fence may be called. A "python" block runs; "py", "python3" or "python title=…" would be shown and never run.
LANGUAGES = {"console", "csv", "html", "json", "markdown", "mermaid", "powershell", "python", "sh", "sql", "text", "toml"}

SIGNS = st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="…")
LINES = st.lists(st.text(SIGNS, min_size=1, max_size=8).filter(lambda line: line != "..."), max_size=6)


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A folder with a stand-in for the installed command: it prints its arguments, a line each, and its terminal."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    program = folder / "casework"
    program.write_text(
        f"#!{sys.executable}\n"
        "import os, sys\n"
        "print('\\n'.join(sys.argv[1:]) + '  ')\n"
        "if 'where' in sys.argv: print(os.environ['COLUMNS'], os.environ['TERM'], os.environ['NO_COLOR'], os.getcwd())\n"
        "if 'complain' in sys.argv: print('拒绝', file=sys.stderr)\n"
        "if 'crash' in sys.argv: raise SystemError('gone')\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return folder


needs_shebang = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a shebang line")


@contextmanager
def opened(page: Path) -> Iterator[Document]:
    """A page as the runner reads it, with its folder for as long as it is looked at."""
    document = sybil.parse(page)
    pages.open_page(document.namespace)
    try:
        yield document
    finally:
        pages.close_page(document.namespace)


def fences(path: Path) -> list[str]:
    """The info strings of a page's code blocks as CommonMark reads them."""
    return [token.info for token in MarkdownIt().parse(path.read_text(encoding="utf-8")) if token.type == "fence"]


@pytest.mark.parametrize("page", pages.pages(), ids=lambda page: page.relative_to(pages.ROOT).as_posix())
def test_every_code_block_names_a_language_that_we_know(page: Path) -> None:
    assert {info for info in fences(page) if info not in LANGUAGES} == set()


@pytest.mark.parametrize("page", pages.pages(), ids=lambda page: page.relative_to(pages.ROOT).as_posix())
def test_every_python_and_console_block_is_seen_by_the_runner(page: Path) -> None:
    seen = {example.line for example in sybil.parse(page)}
    tokens = [token for token in MarkdownIt().parse(page.read_text(encoding="utf-8")) if token.type == "fence"]
    shown = [range(token.map[0] + 1, token.map[1] + 1) for token in tokens if token.map and token.info in {"python", "console"}]
    assert [lines for lines in shown if seen.isdisjoint(lines)] == []


def anchors(path: Path) -> set[str]:
    """The names by which a page's headings are linked to: lower case, blanks as dashes, other marks left out."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages.pages(), ids=lambda page: page.relative_to(pages.ROOT).as_posix())
def test_every_link_to_a_file_or_heading_of_ours_leads_there(page: Path) -> None:
    links = re.findall(r"\]\(((?!\w+:)[^)\s]*)\)", page.read_text(encoding="utf-8"))
    lost = []
    for link in links:
        name, _, anchor = link.partition("#")
        there = (page.parent / name).resolve() if name else page
        if not there.is_file() or (anchor and anchor not in anchors(there)):
            lost.append(link)
    assert lost == []


def test_a_console_block_is_split_at_its_prompts() -> None:
    block = "$ casework a --b\nprinted\n\nmore\n$ casework c \\\n    --d\n"
    assert exchanges(block) == [Exchange("casework a --b", ["printed", "", "more"]), Exchange("casework c     --d", [])]


@pytest.mark.parametrize("block", ["", "\n", "$ make demo\nhello\n", "casework demo\n", "$ caseworker\n"])
def test_a_block_that_does_not_begin_with_casework_is_not_run(block: str) -> None:
    assert exchanges(block) == []


def test_the_bare_command_is_run() -> None:
    assert exchanges("$ casework\n") == [Exchange("casework", [])]


@given(LINES)
def test_an_output_is_as_shown_when_it_is_the_same(lines: list[str]) -> None:
    assert printed_as_shown(lines, "".join(f"{line}  \n" for line in lines) + "\n")


@given(LINES, LINES, LINES)
def test_a_line_of_an_ellipsis_stands_for_any_lines(before: list[str], between: list[str], after: list[str]) -> None:
    printed = "".join(f"{line}\n" for line in before + between + after)
    assert printed_as_shown([*before, "…", *after], printed)
    assert printed_as_shown([*before, "...", *after], printed)


@given(LINES, LINES)
def test_without_an_ellipsis_no_line_may_be_missing_or_more(lines: list[str], others: list[str]) -> None:
    assert printed_as_shown(lines, "\n".join(others)) is (lines == others)


def test_an_ellipsis_inside_a_line_stands_for_any_text_of_that_line() -> None:
    assert printed_as_shown(["case … received"], "case 7f3a received")
    assert printed_as_shown(["case …"], "case 7f3a")
    assert not printed_as_shown(["case … received"], "case 7f3a\nwas received")
    assert not printed_as_shown(["case … received"], "case 7f3a received twice")


def test_signs_of_the_pattern_language_mean_themselves() -> None:
    assert printed_as_shown(["a.c (x|y)*"], "a.c (x|y)*")
    assert not printed_as_shown(["a.c"], "abc")


@needs_shebang
def test_a_command_runs_in_the_given_folder_on_a_plain_terminal_of_100_columns(scripts: Path, tmp_path: Path) -> None:
    assert run("casework where '两 词'", tmp_path, scripts=scripts).splitlines() == ["where", "两 词  ", f"100 dumb 1 {tmp_path}"]


@needs_shebang
def test_complaints_are_part_of_what_is_printed(scripts: Path, tmp_path: Path) -> None:
    assert "拒绝" in run("casework complain", tmp_path, scripts=scripts)


@needs_shebang
def test_a_block_that_prints_what_it_shows_passes(scripts: Path, tmp_path: Path) -> None:
    assert check("$ casework a\na\n$ casework b\nb\n", tmp_path, scripts=scripts) is None


@needs_shebang
def test_a_block_that_prints_something_else_says_what_was_shown_and_what_was_printed(scripts: Path, tmp_path: Path) -> None:
    complaint = check("$ casework a\na\n$ casework b\nc\n", tmp_path, scripts=scripts)
    assert complaint == "$ casework b\n--- the page shows\nc\n--- it printed\nb"


@needs_shebang
def test_an_ellipsis_does_not_hide_a_crash(scripts: Path, tmp_path: Path) -> None:
    assert "SystemError: gone" in (check("$ casework crash\n…\n", tmp_path, scripts=scripts) or "")


@pytest.mark.parametrize("command", ["casework a | sort", "casework a > b", "casework a && casework b", "rm x"])
def test_a_shell_is_refused(command: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="can only run casework, without a shell"):
        run(command, tmp_path)


def test_a_missing_command_says_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="is not installed; 'make test' installs it"):
        run("casework demo", tmp_path, scripts=tmp_path)


@needs_shebang
def test_the_blocks_of_a_page_share_names_and_a_folder(scripts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(scripts))
    here = Path.cwd()
    page = tmp_path / "page.md"
    page.write_text(
        "```python\nfrom pathlib import Path\nkept = Path.cwd()\n```\n"
        "```python\nassert Path.cwd() == kept\n```\n"
        "```console\n$ casework where\nwhere\n100 …\n```\n"
        "```text\nnot a word of Python\n```\n",
        encoding="utf-8",
    )
    with opened(page) as document:
        for example in document.examples():
            example.evaluate()
        kept = document.namespace["kept"]
        assert kept.is_dir()
        assert kept != here
    assert not kept.exists()
    assert Path.cwd() == here


@pytest.mark.parametrize("block", ["python\nassert 1 == 2", "console\n$ casework a\nb"])
@needs_shebang
def test_a_block_that_is_wrong_fails(block: str, scripts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(scripts))
    page = tmp_path / "page.md"
    page.write_text(f"```{block}\n```\n", encoding="utf-8")
    with opened(page) as document, pytest.raises((AssertionError, SybilFailure)):
        next(document.examples()).evaluate()
