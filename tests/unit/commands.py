"""The command line called as from a terminal, and what it said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from casework import cli


class Said(NamedTuple):
    code: int
    out: str
    err: str


Casework = Callable[..., Said]


def calling(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Casework:
    """A fixture: calls the command line in an empty folder, on a wide terminal without colours."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: str) -> Said:
        monkeypatch.setattr("sys.argv", ["casework", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        code = end.value.code
        return Said(code if isinstance(code, int) else 1 if code else 0, said.out, said.err)

    return run


def one_line(said: Said, *, code: int = 1) -> str:
    """Return the error; it is one line on standard error, and nothing looks like a traceback."""
    assert said.code == code
    assert "Traceback" not in said.err + said.out
    lines = said.err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("error: ")
    return lines[0].removeprefix("error: ")
