"""The house rules that neither the linter, the type checker nor the layer contracts can see."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
MODULES = sorted(SRC.rglob("*.py"))
OWN_MODULES = {path.stem for path in (SRC / "casework").iterdir()} - {"__init__"}
LOCK = ROOT / "requirements.lock"

MOST_LINES = 620
MOST_NAMES = 25
NOT_LOADED = {"hypothesis", "holidays", "jinja2", "pendulum", "pytest", "rich", "rule_engine", "sqlalchemy", "sqlmodel", "typer"}
NAMELESS = {"common", "helper", "helpers", "misc", "util", "utils"}
READS_THE_TIME = {
    "date": {"today"},
    "datetime": {"now", "today", "utcnow"},
    "pendulum": {"now", "today", "tomorrow", "yesterday"},
    "time": {"ctime", "gmtime", "localtime", "time", "time_ns"},
}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def places(path: Path, lines: Iterator[int]) -> list[str]:
    """The places of a file as a person looks them up."""
    return [f"{path.relative_to(ROOT).as_posix()}:{line}" for line in lines]


def clock_readings(module: ast.Module) -> Iterator[int]:
    """The lines that name a function which reads the time, called or not."""
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute):
            of = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if node.attr in READS_THE_TIME.get(of, set()):
                yield node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module in {"pendulum", "time"}:
            yield from (node.lineno for name in node.names if name.name in READS_THE_TIME[node.module])


def front_door_imports(module: ast.Module) -> Iterator[int]:
    """The lines that import casework itself in place of one of its modules."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (node.lineno for name in node.names if name.name == "casework")
        elif isinstance(node, ast.ImportFrom) and node.module == "casework":
            yield from (node.lineno for name in node.names if name.name not in OWN_MODULES)


def in_a_fresh_interpreter(code: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(SRC), "PYTHONUTF8": "1"}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8", env=environment).stdout


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def plain(requirement: str) -> str:
    """The name that a requirement begins with, in its normal form."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]).lower()


def pins() -> dict[str, list[str]]:
    """The lines of each requirement of the lock, by the name in its normal form."""
    blocks = re.split(r"^(?=[^ #\n])", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {plain(block): block.splitlines() for block in blocks}


# --- modules ----------------------------------------------------------------------------------------------------------


def test_no_module_is_too_long_to_read() -> None:
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_every_module_is_a_noun_of_the_domain() -> None:
    parts = {part for path in MODULES for part in path.relative_to(SRC).with_suffix("").parts}
    assert parts & NAMELESS == set()


def test_nobody_in_the_package_imports_the_package_itself() -> None:
    assert [place for path in MODULES for place in places(path, front_door_imports(tree(path)))] == []


def test_only_the_desk_reads_the_time() -> None:
    readers = [path for path in MODULES if path != SRC / "casework" / "desk.py"]
    assert [place for path in readers for place in places(path, clock_readings(tree(path)))] == []


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now(UTC)",
        "field(default_factory=datetime.utcnow)",
        "dt.datetime.now()",
        "date.today()",
        "time.time()",
        "pendulum.now()",
        "from time import time",
    ],
)
def test_a_reading_of_the_time_is_seen(line: str) -> None:
    assert list(clock_readings(ast.parse(line))) == [1]


@pytest.mark.parametrize(
    "line", ["self.now()", "now()", "datetime.fromtimestamp(0, UTC)", "time.sleep(1)", "from datetime import time"]
)
def test_what_reads_no_time_is_let_be(line: str) -> None:
    assert list(clock_readings(ast.parse(line))) == []


@pytest.mark.parametrize("line", ["import casework", "from casework import Desk", "import os, casework"])
def test_an_import_of_the_package_itself_is_seen(line: str) -> None:
    assert list(front_door_imports(ast.parse(line))) == [1]


@pytest.mark.parametrize(
    "line", ["import casework.errors", "from casework import errors", "from casework.errors import X", "from caseworker import x"]
)
def test_an_import_of_a_module_is_let_be(line: str) -> None:
    assert list(front_door_imports(ast.parse(line))) == []


# --- the public door --------------------------------------------------------------------------------------------------


def test_importing_casework_loads_nothing_heavy() -> None:
    loaded = set(in_a_fresh_interpreter("import casework, sys; print(*sys.modules)").split())
    assert "casework" in loaded
    assert loaded & NOT_LOADED == set()


def test_the_public_names_are_few_sorted_and_there() -> None:
    names = in_a_fresh_interpreter("from casework import *; from casework import __all__; print(*__all__)").split()
    assert names == sorted(set(names))
    assert 0 < len(names) <= MOST_NAMES


# --- what is shipped --------------------------------------------------------------------------------------------------


def test_the_package_says_that_it_is_typed() -> None:
    assert (SRC / "casework" / "py.typed").is_file()


def test_every_requirement_of_the_lock_is_exact_and_has_hashes() -> None:
    wanting = {
        name: lines[0]
        for name, lines in pins().items()
        if not re.match(r"\S+==[^ *;]+ ", lines[0]) or not any(re.match(r" +--hash=sha256:[0-9a-f]{64}\b", line) for line in lines)
    }
    assert wanting == {}


def test_the_lock_names_no_index_and_no_folder() -> None:
    stray = re.compile(r"://|file:|--(extra-)?index|--find-links|--trusted-host| @ |^-|^ *[./~]|[ =][/~.]|\\\w")
    assert [line for line in LOCK.read_text(encoding="utf-8").splitlines() if stray.search(line)] == []


def test_the_lock_covers_everything_that_the_project_asks_for() -> None:
    asked = project()["project"]
    wanted = [*asked["dependencies"], *project()["dependency-groups"]["dev"]]
    wanted += [line for lines in asked["optional-dependencies"].values() for line in lines if not line.startswith("casework[")]
    assert {plain(line) for line in wanted} - set(pins()) == set()


def test_the_floor_plan_names_every_room() -> None:
    plan = (ROOT / "docs" / "explanation" / "house.md").read_text("utf-8")
    rooms = {path.stem for path in (SRC / "casework").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert {room for room in rooms if f"`{room}`" not in plan} - {"__init__"} == set()
