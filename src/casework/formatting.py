"""A rulebook or register in its canonical form: the same document, laid out in one way, with every comment in its place.

- Tables stand in the order of the reference, keys in that of the models; names that the document chooses (labels, classes, roles),
  rows of one array and keys that nobody knows keep theirs. A heading (a comment between two gaps) is a wall: what its author put
  below it stays below it, and is put in order there.
- One gap between tables, none above a table of the row above it (``[order.document]``), none between keys.
- Strings in double quotes, unless that would need a backslash; several lines stay as they are written.
- A line is at most `WIDTH` columns wide where that can be had: a list is broken, several tables of a list stand one to a line, and
  an inline table that does not fit is given a header of its own. What stays longer is a text, or a table in a list.

TOML's own formatters were tried and found wanting (the how-to on editors says in what), so the document is read by `manuscripts`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, takewhile
from typing import Final

from .errors import InputError
from .keys import below
from .languages import display_width
from .manuscripts import Array, Heading, Inline, Key, Note, Pair, Table, Value, comments, inner_comments, read, said

WIDTH: Final = 120
_INDENT = "    "
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_DIRECTIVE = "#:"
"""How a comment begins that is meant for the editor: ``#:schema``. It must stay at the top of the file."""


def formatted(text: str, *, name: str = "document") -> str:
    """Return a document in its canonical form; an `InputError` with line and column for what is no TOML.

    The outcome is read again before it is returned: it says the same, comment for comment.
    """
    document = said(text, name=name)
    kind = document_kind(document)
    items = read(_directives_apart(text.replace("\r\n", "\n")), name=name)
    written = "".join(f"{line}\n" for line in _lines(_arranged(items, kind), kind))
    if said(written, name=name) != document or Counter(comments(text)) != Counter(comments(written)):
        raise InputError(f"{name} cannot be put in form without changing what it says", value=name)
    return written


def document_kind(tables: Mapping[str, object]) -> str:
    """Return which document has these tables: a "register" has lists of one (units, grants, …) and no ``[rulebook]``."""
    own = set(below("register", ()) or ()) - set(below("rulebook", ()) or ()) - {"id", "zh", "en"}
    return "register" if "rulebook" not in tables and own & set(tables) else "rulebook"


def _directives_apart(text: str) -> str:
    """Return a document with what its first comments tell the editor at its very top, whatever becomes of what follows."""
    lines = text.lstrip("\n").split("\n")
    first = list(takewhile(lambda line: line.startswith("#"), lines))
    told = [line for line in first if line.startswith(_DIRECTIVE)]
    rest = [line for line in first if not line.startswith(_DIRECTIVE)] + lines[len(first) :]
    return "\n".join([*told, "", *rest]) if told else text


# --- order ------------------------------------------------------------------------------------------------------------


def _arranged(items: Sequence[Table | Heading], kind: str) -> list[Table | Heading]:
    """Return tables and headings in their order: what is below each heading by itself."""
    found: list[Table | Heading] = []
    for heads, stretch in groupby(items, key=lambda item: isinstance(item, Heading)):
        if heads:
            found += stretch
            continue
        tables = [part for table in stretch if isinstance(table, Table) for part in _unfolded(table)]
        tables.sort(key=lambda table: _rank(table.path[:1], (), kind))  # rows of one list keep their order, and what is theirs
        for first, *others in _rows(tables):
            size = len(first.path)
            others.sort(key=lambda table: _rank(table.path[size : size + 1], first.path, kind))
            found += [_in_order(table, kind) for table in (first, *others)]
    return found


def _rows(tables: Sequence[Table]) -> Iterator[list[Table]]:
    """Yield each table with the tables below it that follow, such as ``[order.document]`` after its ``[[order]]``."""
    row: list[Table] = []
    for table in tables:
        if row and not _lies_below(table.path, row[0].path):
            yield row
            row = []
        row.append(table)
    if row:
        yield row


def _lies_below(path: Key, above: Key) -> bool:
    return 0 < len(above) < len(path) and _plain(path[: len(above)]) == _plain(above)


def _unfolded(table: Table) -> Iterator[Table]:
    """Yield a table, and after it the tables that were written inline in it and do not fit on a line."""
    kept: list[Pair | Note] = []
    after: list[Table] = []
    for line in table.body:
        if isinstance(line, Note) or not isinstance(line.value, Inline) or len(line.key) > 1 or _fits(line):
            kept.append(line)
            continue
        note = kept.pop() if kept and isinstance(kept[-1], Note) else None  # it headed what now has a header of its own
        above = (*note.comments, *line.above) if isinstance(note, Note) else line.above
        body = tuple(Pair(key, value) for key, value in line.value.pairs)
        after += _unfolded(Table((*table.path, *line.key), above=above, beside=line.beside, body=body))
    yield table._replace(body=tuple(kept))
    yield from after


def _in_order(table: Table, kind: str) -> Table:
    """Return a table with its keys in order, those between two notes by themselves; a table of chosen names keeps its own."""
    if below(kind, _plain(table.path)) is None:
        return table
    body: list[Pair | Note] = []
    run: list[Pair] = []
    for line in table.body:
        if isinstance(line, Note):
            body += [*sorted(run, key=lambda pair: _rank(pair.key, table.path, kind)), line]
            run = []
        else:
            value = _value_in_order(line.value, (*table.path, *line.key), kind)
            run.append(line._replace(value=value, apart=not table.path and _must_break(value)))
    return table._replace(body=(*body, *sorted(run, key=lambda pair: _rank(pair.key, table.path, kind))))


def _value_in_order(value: Value, path: Key, kind: str) -> Value:
    """Return a value in which the keys of every inline table are in order."""
    if isinstance(value, Array):
        entries = (entry._replace(value=_value_in_order(entry.value, path, kind)) for entry in value.entries)
        return value._replace(entries=tuple(entries))
    if isinstance(value, Inline):
        pairs = [(key, _value_in_order(inner, (*path, *key), kind)) for key, inner in value.pairs]
        return Inline(tuple(sorted(pairs, key=lambda pair: _rank(pair[0], path, kind))))
    return value


def _rank(key: Key, above: Key, kind: str) -> tuple[int, ...]:
    """Return where a key stands among those of its table, for each of its dotted parts; names that are chosen all stand alike."""
    found = []
    for at, name in enumerate(_plain(key)):
        known = below(kind, (*_plain(above), *_plain(key)[:at]))
        found.append(0 if known is None else known.index(name) if name in known else len(known))
    return tuple(found)


def _plain(key: Key) -> Key:
    return tuple(_read(part) if part[0] in "\"'" else part for part in key)


# --- lines ------------------------------------------------------------------------------------------------------------


def _lines(items: Sequence[Table | Heading], kind: str) -> Iterator[str]:
    """Yield the lines of a document that is in order."""
    row: Key = ()
    begun = ends_in_note = False
    for item in items:
        if isinstance(item, Heading):
            lines, of_row, row = list(item.comments), False, ()
        else:
            of_row = _lies_below(item.path, row) and below(kind, _plain(row)) is not None
            lines = list(_table(item))
            row = row if of_row else item.path
        if not lines:
            continue
        if begun and (not of_row or ends_in_note):
            yield ""
        yield from lines
        begun, ends_in_note = True, isinstance(item, Table) and bool(item.body) and isinstance(item.body[-1], Note)


def _table(table: Table) -> Iterator[str]:
    if table.path:
        header = ".".join(map(_key, table.path))
        yield from table.above
        yield _beside(f"[[{header}]]" if table.row else f"[{header}]", table.beside)
    before: Pair | Note | None = None
    for line in table.body:
        if (before or table.path) and (isinstance(before, Note) or (line.apart and (before or isinstance(line, Note)))):
            yield ""
        if isinstance(line, Note):
            yield from line.comments
        else:
            yield from line.above
            yield from _pair(line)
        before = line


def _beside(line: str, comment: str) -> str:
    return f"{line}  {comment}" if comment else line


def _pair(pair: Pair) -> Iterator[str]:
    head = f"{'.'.join(map(_key, pair.key))} = "
    breaks = isinstance(pair.value, Array) and (_must_break(pair.value) or not _fits(pair))
    yield _beside(head + (_broken(pair.value) if breaks else _flat(pair.value)), pair.beside)


def _fits(pair: Pair) -> bool:
    line = f"{'.'.join(map(_key, pair.key))} = {_flat(pair.value)}"
    return "\n" not in line and display_width(line) <= WIDTH


def _must_break(value: Value) -> bool:
    """Return whether a value is a list that takes several lines however short it is: it has comments, or several tables."""
    if not isinstance(value, Array):
        return False
    several = len(value.entries) > 1 and all(isinstance(entry.value, Inline) for entry in value.entries)
    return several or any(True for _ in inner_comments(value))


def _broken(value: Value, indent: str = "") -> str:
    """Return a list over several lines: short elements side by side, tables and what has a comment on lines of their own."""
    if not isinstance(value, Array):
        return _flat(value, indent)
    inner, lines = indent + _INDENT, [""]
    together = all(isinstance(entry.value, str) for entry in value.entries) and not any(True for _ in inner_comments(value))
    for entry in value.entries:
        text = f"{_flat(entry.value, inner)},"
        if together and lines[-1] and display_width(f"{lines[-1]} {text}") <= WIDTH:
            lines[-1] += f" {text}"
        else:
            lines += [*(inner + comment for comment in entry.above), _beside(inner + text, entry.beside)]
    return "\n".join(["[", *lines[1:], *(inner + comment for comment in value.below), f"{indent}]"])


def _flat(value: Value, indent: str = "") -> str:
    """Return a value on one line, as far as its texts and the comments in its lists allow."""
    if isinstance(value, Array):
        if any(True for _ in inner_comments(value)):
            return _broken(value, indent)
        return f"[{', '.join(_flat(entry.value, indent) for entry in value.entries)}]"
    if isinstance(value, Inline):
        pairs = ", ".join(f"{'.'.join(map(_key, key))} = {_flat(inner, indent)}" for key, inner in value.pairs)
        return f"{{ {pairs} }}" if pairs else "{}"
    return _text(value) if value[0] in "\"'" else value


def _key(part: str) -> str:
    if part[0] not in "\"'":
        return part
    name = _read(part)
    return name if _BARE.fullmatch(name) else _text(part)


def _text(written: str) -> str:
    """Return a string in double quotes with its escapes as they are; one that would need another escape for that stays as it is."""
    quote = written[:3] if written.startswith(('"""', "'''")) else written[0]
    inside = written[len(quote) : -len(quote)]
    literal = quote[0] == "'"
    if "\n" in inside or (literal and "\\" in inside) or (quote != '"' and '"' in inside):
        return written
    return f'"{inside}"'


def _read(written: str) -> str:
    return str(tomllib.loads(f"v = {written}")["v"])
