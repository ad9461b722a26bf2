"""A TOML document as somebody wrote it: its tables, keys and comments in their order, which `tomllib` forgets.

Nothing here judges a document: `read` asks `tomllib` first whether it is TOML at all, and so may take for granted that quotes
and brackets close. A comment belongs to the table or key right below it. One that has a gap below it is a note of the table that
it follows, or stands in; one that stands between two gaps and outside of a table is a heading.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .errors import InputError

Key = tuple[str, ...]
"""A key as it is written, quotes included, in its dotted parts."""


class Entry(NamedTuple):
    """An element of an array, with the comments above it and the one beside it."""

    value: Value
    above: tuple[str, ...] = ()
    beside: str = ""


class Array(NamedTuple):
    """An array, and the comments below its last element."""

    entries: tuple[Entry, ...]
    below: tuple[str, ...] = ()


class Inline(NamedTuple):
    """An inline table."""

    pairs: tuple[tuple[Key, Value], ...]


Value = str | Array | Inline
"""Anything that is neither an array nor a table stands as it was written."""


class Pair(NamedTuple):
    """A key and its value; ``apart`` where a gap is above it."""

    key: Key
    value: Value
    above: tuple[str, ...] = ()
    beside: str = ""
    apart: bool = False


class Note(NamedTuple):
    """Comments between the keys of a table that belong to none of them; ``apart`` where a gap is above them."""

    comments: tuple[str, ...]
    apart: bool = False


class Table(NamedTuple):
    """A table with its header; ``row`` where it is a row of an array of tables. The first one of a document has no header."""

    path: Key
    row: bool = False
    above: tuple[str, ...] = ()
    beside: str = ""
    body: tuple[Pair | Note, ...] = ()


class Heading(NamedTuple):
    """Comments that stand alone: whatever follows them, up to the next, they head."""

    comments: tuple[str, ...]


def read(text: str, *, name: str = "document") -> tuple[Table | Heading, ...]:
    """Return the tables and headings of a document; an `InputError` with line and column for what is no TOML."""
    said(text, name=name)
    return tuple(_put_together(list(_Scanner(text.replace("\r\n", "\n")).lines())))


def said(text: str, *, name: str = "document") -> dict[str, Any]:
    """Return what a document says, fractions as they are written; an `InputError` as `read` has it."""
    try:
        return tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name} is not TOML: {error}", value=name) from error


def comments(text: str) -> list[str]:
    """Return every comment of a document that is TOML, in its order."""
    found: list[str] = []
    for item in read(text):
        if isinstance(item, Heading):
            found += item.comments
            continue
        found += [*item.above, *filter(None, [item.beside])]
        for line in item.body:
            if isinstance(line, Note):
                found += line.comments
            else:
                found += [*line.above, *inner_comments(line.value), *filter(None, [line.beside])]
    return found


def inner_comments(value: Value) -> Iterator[str]:
    """Yield the comments inside a value: those of its lists."""
    if isinstance(value, Array):
        for entry in value.entries:
            yield from (*entry.above, *inner_comments(entry.value), *filter(None, [entry.beside]))
        yield from value.below
    elif isinstance(value, Inline):
        for _, inner in value.pairs:
            yield from inner_comments(inner)


# --- from characters to lines -----------------------------------------------------------------------------------------


class _Gap(NamedTuple):
    """An empty line."""


class _Comment(NamedTuple):
    text: str


_Line = _Gap | _Comment | Pair | Table

_BLANK = re.compile(r"[ \t]*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*'""")
_SCALAR = re.compile(
    r'''"""(?:\\.|[^\\])*?"""(?:"{0,2})'''  # two more quotes at its end are still inside it
    r"""|\'\'\'.*?\'\'\'(?:'{0,2})"""
    r'''|"(?:\\.|[^"\\])*"'''
    r"""|'[^']*'"""
    r"""|\d{4}-\d\d-\d\d[ ]\d\d:[^\s,\]}#]*"""  # a moment with a blank in it
    r"""|[^\s,\]}#]+""",
    re.DOTALL,
)


class _Scanner:
    """Reads a document from its first character to its last."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def lines(self) -> Iterator[_Line]:
        """Yield what stands on each line; a value that takes several is one of them."""
        while self.at < len(self.text):
            self._take(_BLANK)
            if self._sees("\n"):
                yield _Gap()
            elif self._sees("#"):
                yield _Comment(self._comment())
            elif self.at < len(self.text):
                found = self._header() if self._sees("[") else Pair(self._key(), self._value())
                self._take(_BLANK)
                yield found._replace(beside=self._comment() if self._sees("#") else "")
            self._next("\n")

    def _sees(self, sign: str) -> bool:
        return self.text.startswith(sign, self.at)

    def _next(self, sign: str) -> bool:
        """Step over a sign where it is the next one."""
        if not self._sees(sign):
            return False
        self.at += len(sign)
        return True

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise InputError(f"cannot read on at character {self.at} of the document", value=self.text[self.at : self.at + 20])
        self.at = found.end()
        return found[0]

    def _comment(self) -> str:
        end = self.text.find("\n", self.at)
        since, self.at = self.at, len(self.text) if end < 0 else end
        return self.text[since : self.at].rstrip()

    def _header(self) -> Table:
        row = self._sees("[[")
        self.at += 1 + row
        path = self._key()
        self.at += 1 + row
        return Table(path, row)

    def _key(self) -> Key:
        parts = []
        while True:
            self._take(_BLANK)
            parts.append(self._take(_KEY))
            self._take(_BLANK)
            if not self._next("."):
                self._next("=")
                return tuple(parts)

    def _value(self) -> Value:
        self._take(_BLANK)
        if self._next("["):
            return self._array()
        return self._inline() if self._next("{") else self._take(_SCALAR)

    def _array(self) -> Array:
        entries: list[Entry] = []
        above: list[str] = []
        fresh = False  # whether the latest element stands on this line, so that a comment here is its own
        while not self._next("]"):
            if self._next("\n"):
                fresh = False
            elif self._sees("#"):
                said = self._comment()
                if fresh and not entries[-1].beside:
                    entries[-1] = entries[-1]._replace(beside=said)
                else:
                    above.append(said)
            elif self._next(","):
                fresh = not above
            elif not (self._next(" ") or self._next("\t")):
                entries.append(Entry(self._value(), tuple(above)))
                above, fresh = [], True
        return Array(tuple(entries), tuple(above))

    def _inline(self) -> Inline:
        pairs = []
        while not self._next("}"):
            if not (self._next(",") or self._next(" ") or self._next("\t")):
                pairs.append((self._key(), self._value()))
        return Inline(tuple(pairs))


# --- from lines to tables ---------------------------------------------------------------------------------------------


def _put_together(lines: Sequence[_Line]) -> Iterator[Table | Heading]:
    """Yield tables with their keys, each comment with what it belongs to."""
    table, body = Table(()), list[Pair | Note]()
    above: tuple[str, ...] = ()
    apart = True  # whether a gap is above the line, or the document begins with it
    at = 0
    while at < len(lines):
        line = lines[at]
        if isinstance(line, _Gap):
            apart, at = True, at + 1
            continue
        if isinstance(line, _Comment):
            block = _block(lines, at)
            at += len(block)
            if at < len(lines) and not isinstance(lines[at], _Gap):
                above = block
                continue
            follows = next((row for row in lines[at:] if isinstance(row, Pair | Table | _Comment)), None)
            if not apart or isinstance(follows, Pair) or (isinstance(follows, _Comment) and _heads_keys(lines[at:])):
                body.append(Note(block, apart))
            else:
                yield table._replace(body=tuple(body))
                yield Heading(block)
                table, body = Table(()), []
        elif isinstance(line, Table):
            yield table._replace(body=tuple(body))
            table, body, at = line._replace(above=above), [], at + 1
            above = ()
        else:
            body.append(line._replace(above=above, apart=apart))
            above, at = (), at + 1
        apart = False
    yield table._replace(body=tuple(body))


def _block(lines: Sequence[_Line], at: int) -> tuple[str, ...]:
    found = []
    for line in lines[at:]:
        if not isinstance(line, _Comment):
            break
        found.append(line.text)
    return tuple(found)


def _heads_keys(lines: Sequence[_Line]) -> bool:
    """Return whether the next line that is no comment and no gap is a key: then what stands before it lies inside a table."""
    return isinstance(next((line for line in lines if isinstance(line, Pair | Table)), None), Pair)
