"""Runs what the pages show: README.md and docs/**/*.md.

- Every ``python`` block is executed, from top to bottom, in one namespace for each page.
- Every ``console`` block whose first line begins with ``$ casework`` is run, and what it prints is compared with what the page
  shows. A line of only ``…`` (or ``...``) stands for any number of lines, a ``…`` inside a line for any text.
- Every ``toml`` block whose first line is a comment with a file's name is written into that file: ``# our.toml`` begins it,
  ``# … our.toml`` adds to it.
- All work in one temporary folder for each page, so a page may write a file and use it further down.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

from sybil import Document, Example, Region, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser
from sybil.typing import Evaluator

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "_folder_of_this_page"  # where a page's namespace keeps its temporary folder
PROMPT = "$ "
ANY_LINES = {"…", "..."}
SHELL = {"|", "||", ">", ">>", "<", "&", "&&", ";"}


class Exchange(NamedTuple):
    """One command that a console block shows, and the lines that it shows below."""

    command: str
    shown: list[str]


def is_page(path: Path) -> bool:
    """Whether *path* is a page whose blocks are run."""
    return path == ROOT / "README.md" or (path.suffix == ".md" and path.is_relative_to(ROOT / "docs"))


def pages() -> list[Path]:
    """Every page whose blocks are run."""
    return sorted(path for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")] if path.is_file())


def exchanges(block: str) -> list[Exchange]:
    """Split a console block into its commands; a backslash at the end of a command carries it on to the next line.

    Empty where the block does not begin with ``$ casework``: then it shows somebody else's command and is not run.
    """
    lines = [line.rstrip() for line in block.rstrip().splitlines()]
    if not lines or not f"{lines[0]} ".startswith(f"{PROMPT}casework "):
        return []
    found: list[Exchange] = []
    while lines:
        command = lines.pop(0).removeprefix(PROMPT)
        while command.endswith("\\") and lines:
            command = command[:-1] + lines.pop(0)
        shown = list(takewhile(lambda line: not line.startswith(PROMPT), lines))
        del lines[: len(shown)]
        found.append(Exchange(command, shown))
    return found


def pattern(shown: list[str]) -> re.Pattern[str]:
    """The pattern of an output that a page shows as *shown*; every line of that output ends in a line feed."""

    def one(line: str) -> str:
        if line in ANY_LINES:
            return r"(?:[^\n]*\n)*?"
        return r"[^\n]*?".join(re.escape(part) for part in line.split("…")) + r"\n"

    return re.compile("".join(one(line) for line in shown))


def printed_as_shown(shown: list[str], printed: str) -> bool:
    """Whether a command printed what the page shows; blanks at the ends of lines and empty lines at the end do not count."""
    lines = [line.rstrip() for line in printed.rstrip().splitlines()]
    return pattern(shown).fullmatch("".join(f"{line}\n" for line in lines)) is not None


def run(command: str, folder: Path, *, scripts: Path | None = None) -> str:
    """Run one command in *folder* as a plain terminal of 100 columns would, and return all that it printed.

    The program is looked for in *scripts*, by default the folder of this interpreter's console scripts. There is no shell.
    """
    words = shlex.split(command)
    if words[0] != "casework" or SHELL & set(words):
        raise ValueError(f"a console block that begins with '$ casework' can only run casework, without a shell: {command}")
    program = (scripts or Path(sysconfig.get_path("scripts"))) / ("casework.exe" if os.name == "nt" else "casework")
    if not program.exists():
        raise FileNotFoundError(f"{program} is not installed; 'make test' installs it")
    environment = os.environ | {"COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1", "TERM": "dumb"}
    environment.pop("FORCE_COLOR", None)
    done = subprocess.run(
        [program, *words[1:]],
        check=False,
        cwd=folder,
        encoding="utf-8",
        env=environment,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    return done.stdout


def check(block: str, folder: Path, *, scripts: Path | None = None) -> str | None:
    """Run every command of a console block; what differs from the page, or None."""
    for command, shown in exchanges(block):
        printed = run(command, folder, scripts=scripts)
        crashed = "Traceback (most recent call last)" in printed and not any("Traceback" in line for line in shown)
        if crashed or not printed_as_shown(shown, printed):
            return f"$ {command}\n--- the page shows\n" + "\n".join(shown) + f"\n--- it printed\n{printed.rstrip()}"
    return None


def in_the_folder(evaluate: Evaluator) -> Evaluator:
    """An evaluator that does the same in the folder of the page."""

    def inside(example: Example) -> str | None:
        with chdir(example.namespace[FOLDER].name):
            return evaluate(example)

    return inside


class ConsoleParser(CodeBlockParser):
    """Finds the console blocks of a page and runs them in the page's folder."""

    language = "console"

    def evaluate(self, example: Example) -> str | None:
        """Return what differs from the page, which sybil makes a failure; or None."""
        return check(str(example.parsed), Path(example.namespace[FOLDER].name))


class TomlParser(CodeBlockParser):
    """Finds the TOML blocks of a page that name a file, and writes them into it."""

    language = "toml"

    def evaluate(self, example: Example) -> None:
        """Begin the file that the first line names, or add to it; a block that names none is only looked at."""
        first, _, rest = str(example.parsed).partition("\n")
        named = re.fullmatch(r"# (… )?([\w.-]+\.toml)", first.strip())
        if named:
            with (Path(example.namespace[FOLDER].name) / named[2]).open("a" if named[1] else "w", encoding="utf-8") as file:
                file.write(f"{rest.rstrip()}\n\n")


class PythonParser(PythonCodeBlockParser):
    """Finds the Python blocks of a page and executes them in the page's folder."""

    def __call__(self, document: Document) -> Iterator[Region]:
        """Yield a region for each Python block."""
        for region in super().__call__(document):
            if region.evaluator:
                region.evaluator = in_the_folder(region.evaluator)
            yield region


def open_page(namespace: dict[str, Any]) -> None:
    """Give a page its temporary folder."""
    namespace[FOLDER] = tempfile.TemporaryDirectory(prefix="casework-page-", ignore_cleanup_errors=True)


def close_page(namespace: dict[str, Any]) -> None:
    """Remove a page's temporary folder."""
    namespace.pop(FOLDER).cleanup()


sybil = Sybil(
    parsers=[PythonParser(), ConsoleParser(), TomlParser()],
    patterns=["*.md"],
    path=str(ROOT),
    setup=open_page,
    teardown=close_page,
)
