"""The command line: thin, without arithmetic and without SQL. What goes wrong is one clear line and a non-zero exit.

Exit codes: 0 done · 1 casework refused (the line on standard error says why and what would work) · 2 the command was called
wrongly · 3 an error in casework itself (CASEWORK_DEBUG=1 shows where).
"""

from __future__ import annotations

import os
import re
import sys
from typing import Any, NoReturn

from ..errors import CaseworkError, nearest

try:
    import rich  # noqa: F401 - whether it is there
    import typer
    from typer.core import TyperGroup
except ImportError as error:  # pragma: no cover - needs an installation without the extra
    sys.exit(f'error: the casework command needs {error.name}; install it with: pip install "casework[cli]"')

from .acts import act
from .deadlines import deadline
from .demos import demo
from .issues import issues
from .ledgers import ledger
from .lists import bulletin, import_
from .moves import move
from .orders import orders
from .queries import query
from .recalculations import recalculate
from .rulebooks import commands as rulebook_commands
from .terminal import harmless
from .timelines import show


class _Commands(TyperGroup):
    """The commands; of a value that is none of those accepted it is told which one was perhaps meant."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # typer's own class of a context is the one that comes
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = _plainly(error.message)
            raise


def _plainly(message: str) -> str:
    """Return what is wrong with an option's value without what a library puts before it, and with the nearest name."""
    said = message.removeprefix("Value error, ")
    value, _, choices = said.partition(" is not one of ")
    names = re.findall(r"'([^']*)'", choices)
    like = nearest(value.strip("'"), names)
    return f"{said.removesuffix('.')}{like}" if like else said


app = typer.Typer(
    name="casework",
    cls=_Commands,
    help="Citizens' messages as cases: every deadline counted in real working days, every figure traceable.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command("import")(import_)
app.command()(show)
app.command()(query)
app.command()(act)
app.command()(orders)
app.command()(ledger)
app.command()(bulletin)
app.command()(issues)
app.command()(deadline)
app.command()(recalculate)
rulebook_commands.command("move")(move)
app.add_typer(rulebook_commands, name="rulebook")


def main() -> NoReturn:
    """Run the command line; the one place where errors become lines and exit codes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except CaseworkError as error:
        _fail(str(error), 1)
    except OSError as error:
        _fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", 1)
    except Exception as error:
        if os.environ.get("CASEWORK_DEBUG"):
            raise
        _fail(f"an error in casework itself ({type(error).__name__}: {error}); CASEWORK_DEBUG=1 shows where", 3)
    sys.exit(0)


def _fail(message: str, code: int) -> NoReturn:
    print(f"error: {harmless(message)}", file=sys.stderr)
    sys.exit(code)
