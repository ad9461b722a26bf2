"""Statements that are compiled once for each dialect and run on a DBAPI cursor.

An ORM session costs ten times the four writes of a command; a prepared text on a cursor does not. The statements see no more of the
database than an `Executor`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Dialect
from sqlalchemy.sql.elements import ClauseElement


class Statement:
    """A SQLAlchemy Core statement by its name; its parameters are named ``p_…``, and every dialect's text is made once."""

    __slots__ = ("core", "name")

    def __init__(self, name: str, core: ClauseElement) -> None:
        self.name, self.core = name, core

    def __repr__(self) -> str:
        return f"Statement({self.name!r})"


@lru_cache(maxsize=1024)
def _compiled(statement: Statement, dialect: Dialect) -> tuple[str, tuple[str, ...] | None, dict[str, Any]]:
    """Return a statement's text, the order of its parameters where the driver wants one, and its constants."""
    compiled = statement.core.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    order = getattr(compiled, "positiontup", None)
    constants = {name: value for name, value in compiled.params.items() if not name.startswith("p_")}
    return str(compiled), tuple(order) if order is not None else None, constants


def bound(statement: Statement, dialect: Dialect, row: dict[str, Any]) -> tuple[str, Any]:
    """Return a statement's text for a dialect and *row* in the form that its driver takes parameters in."""
    text, order, constants = _compiled(statement, dialect)
    values = {**constants, **row} if constants else row
    return text, values if order is None else tuple(values[name] for name in order)


class Executor(Protocol):
    """A place where statements run, inside a transaction that somebody else began."""

    def run(self, statement: Statement, row: dict[str, Any]) -> tuple[int, Sequence[tuple[Any, ...]]]:
        """Run a statement; return the number of rows that it changed and the rows that it found."""

    def many(self, statement: Statement, rows: Iterable[dict[str, Any]]) -> None:
        """Run a statement for each row."""


class CursorExecutor:
    """Runs statements on a DBAPI connection's cursor."""

    __slots__ = ("_cursor", "_dialect")

    def __init__(self, connection: Any, dialect: Dialect) -> None:
        self._cursor, self._dialect = connection.cursor(), dialect

    def run(self, statement: Statement, row: dict[str, Any]) -> tuple[int, Sequence[tuple[Any, ...]]]:
        """Run a statement."""
        text, parameters = bound(statement, self._dialect, row)
        self._cursor.execute(text, parameters)
        found = self._cursor.fetchall() if self._cursor.description else ()
        return self._cursor.rowcount, found

    def many(self, statement: Statement, rows: Iterable[dict[str, Any]]) -> None:
        """Run a statement for each row."""
        batch = [bound(statement, self._dialect, row) for row in rows]
        if batch:
            self._cursor.executemany(batch[0][0], [parameters for _, parameters in batch])
