"""What differs between two rulebooks, as a person reads it: rules by their names, changes of rules apart from changes of wording.

Compared is what the documents come to, each merged over its base and with every key that was left out: order of rows and layout
make no difference, nor does a limit written in Chinese or in English. The register beside a rulebook is not part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

import msgspec

from .errors import UnreadableLimit
from .languages import Lang, chinese
from .limits import Limit
from .outline import Outline
from .rulebook import Rulebook
from .states import ACTIONS, action_label

_WORDING: Final = frozenset(
    {"zh", "en", "source", "assumption", "message", "meaning", "title", "title_span", "publisher", "template", "what"}
)
"""Keys that say something to people and rule nothing."""

_HEAD: Final = frozenset({"id", "version", "base"})
_NAMES: Final = ("id", "name")
_TOGETHER: Final = frozenset(
    {
        "may",
        "sees",
        "starts_on",
        "stops_on",
        "pauses_on",
        "to",
        "cc",
        "forbid",
        "require",
        "require_all",
        "given",
        "types",
        "channels",
    }
    | {"return_reasons", "decline_reasons", "reasons", "faults", "drop_states", "drop_actions", "same", "lists", "returns"}
)
"""Lists whose order means nothing."""

_LENGTHS: Final = frozenset({"is", "at", "every", "cap", "within", "limit", "ask_before"})
_SAID: Final[Mapping[str, tuple[str, str]]] = {  # in English and in Chinese
    "changed": ("{}: {} → {}", "{}：{} → {}"),
    "gained": ("adds {}", "增加{}"),
    "lost": ("takes away {}", "取消{}"),
    "alone": ("{}: {}", "{}：{}"),
    "limit": ("{}", "{}"),
    "limit if": ("{} if {}", "{}（条件：{}）"),
    "list": (", ", "、"),
    "clause": ("; ", "；"),
    "named": ("{} ({})", "{}（{}）"),
    "nothing": ("nothing", "无"),
    "True": ("yes", "是"),
    "False": ("no", "否"),
}


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that differs: where (``clock.handle.limit``), what stood there and what stands there now (None: nothing).

    Rows are called by their ids, so a path holds whatever the order of rows is. ``wording`` is a change of what people are told,
    of a source, or of the document's own name and version: no rule is another for it.
    """

    path: str
    old: Any = None
    new: Any = None
    wording: bool = False

    @property
    def kind(self) -> Literal["added", "removed", "changed"]:
        """Whether something new stands there, nothing any more, or something else."""
        if self.old is None:
            return "added"
        return "removed" if self.new is None else "changed"

    @property
    def gained(self) -> tuple[Any, ...]:
        """What a list has that it had not."""
        return _without(self.new, self.old)

    @property
    def lost(self) -> tuple[Any, ...]:
        """What a list had that it has no more."""
        return _without(self.old, self.new)

    def mirrored(self) -> Difference:
        """Return the same difference, seen from the other side."""
        return msgspec.structs.replace(self, old=self.new, new=self.old)

    def text(self, lang: Lang) -> str:
        """Return the difference in one line: ``"clock.handle.limit: 5 working days → 7 working days"``."""
        key = self.path.rpartition(".")[2]
        if self.kind != "changed":
            value = self.old if self.new is None else self.new
            said = _pairs(value, lang) if isinstance(value, Mapping) else _worded(value, key, lang)
            return _say("alone", lang, self.path, said) if said else self.path
        if key in _TOGETHER:
            turns = [(what, rows) for what, rows in (("gained", self.gained), ("lost", self.lost)) if rows]
            said = _say("clause", lang).join(_say(what, lang, _worded(list(rows), key, lang)) for what, rows in turns)
            return _say("alone", lang, self.path, said)
        old, new = (_worded(value, key, lang) or _say("nothing", lang) for value in (self.old, self.new))
        return _say("changed", lang, self.path, old, new)


def differences(old: Rulebook, new: Rulebook) -> tuple[Difference, ...]:
    """Return what differs between two rulebooks, tables in the order of the reference, rows by their names.

    Nothing is returned for rulebooks that say the same, whatever their layout; from the other side every difference is mirrored.
    """
    found: list[Difference] = []
    before, after = (_document(book.outline) for book in (old, new))
    for table in Outline.model_fields:
        rows = _compared((table,), before[table], after[table])
        found += sorted(rows, key=lambda row: row.path)
    return tuple(found)


class _Table(dict[str, Any]):
    """A table with every key; ``said`` are those that are not what they would be without a word."""

    said: Mapping[str, Any]


def _document(outline: Outline) -> Mapping[str, Any]:
    every, said = (outline.model_dump(mode="json", by_alias=True, exclude_defaults=brief) for brief in (False, True))
    return {table: _with_said(value, said.get(table)) for table, value in every.items()}


def _with_said(value: Any, said: Any) -> Any:
    if isinstance(value, Mapping):
        made = _Table({key: _with_said(inner, (said or {}).get(key)) for key, inner in value.items()})
        made.said = said or {}
        return made
    if isinstance(value, list):
        return [_with_said(inner, said[at] if said else None) for at, inner in enumerate(value)]
    return value


# --- comparing --------------------------------------------------------------------------------------------------------


def _compared(path: tuple[str, ...], old: Any, new: Any) -> Iterator[Difference]:
    old, new = _plain(path[-1], old), _plain(path[-1], new)
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            yield from _compared((*path, key), old.get(key), new.get(key))
    elif _rows(old) and _rows(new) and (old or new) and path[-1] != "limit":
        yield from _compared_rows(path, old, new)
    elif path[-1] == "limit" and isinstance(old, list) and isinstance(new, list):
        yield from _compared_limits(path, old, new)
    else:
        told = [value.said if isinstance(value, _Table) else value for value in (old, new)]
        yield Difference(path=".".join(path), old=told[0], new=told[1], wording=_is_wording(path))


def _compared_rows(path: tuple[str, ...], old: list[Any], new: list[Any]) -> Iterator[Difference]:
    """Match rows by what they are called; those of one act that have no name, by what they say."""
    before, after = _called(path, old), _called(path, new)
    for name in dict.fromkeys((*before, *after)):
        mine, theirs = list(before.get(name, ())), list(after.get(name, ()))
        if path != ("approval",):  # gates stand one after the other; other rows of one name in any order
            same = [row for row in mine if row in theirs]
            for row in same:
                if row in theirs:
                    mine.remove(row)
                    theirs.remove(row)
            mine, theirs = (sorted(rows, key=msgspec.json.encode) for rows in (mine, theirs))
        for at in range(max(len(mine), len(theirs))):
            here = (*path, name if at == 0 else f"{name}-{at + 1}")
            pair = [rows[at] if at < len(rows) else None for rows in (mine, theirs)]
            yield from _compared(here, *pair)


def _compared_limits(path: tuple[str, ...], old: list[Any], new: list[Any]) -> Iterator[Difference]:
    """Compare limits as a whole: the first whose condition holds is taken, so their order counts."""
    rules = [[{key: row[key] for key in ("is", "when") if row.get(key)} for row in rows] for rows in (old, new)]
    if rules[0] != rules[1]:
        yield Difference(path=".".join(path), old=rules[0], new=rules[1])
        return
    for at, (mine, theirs) in enumerate(zip(old, new, strict=True)):
        yield from _compared((*path, str(at + 1)), mine, theirs)


def _called(path: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        named = next((row[key] for key in _NAMES if row.get(key)), None)
        arrow = f"{row['action']}:{row['source']}" if path[-1] == "transition" else None
        found.setdefault(str(named or arrow or row.get("on")), []).append(row)
    return found


def _rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, Mapping) for row in value)


def _plain(key: str, value: Any) -> Any:
    """Return a value so that two that mean the same are equal."""
    if isinstance(value, list) and (key in _TOGETHER or not value):
        return sorted(dict.fromkeys(value)) if all(isinstance(row, str) for row in value) else value
    if isinstance(value, str) and key in _LENGTHS:
        return _length(value, "en") or value
    return value.strip() if isinstance(value, str) and key in ("when", "required") else value


def _length(text: str, lang: Lang) -> str:
    """Return a limit in words, with the sign of one that lies before; "" for what is none."""
    try:
        return ("-" if text.startswith("-") else "") + Limit.parse(text.removeprefix("-")).label(lang)
    except UnreadableLimit:
        return ""


def _is_wording(path: tuple[str, ...]) -> bool:
    if path[0] == "labels" or path[:2] == ("lifecycle", "unwatched"):
        return True
    if path[0] == "rulebook" and path[-1] in _HEAD:
        return True
    return len(path) > 1 and (path[-1] in _WORDING or (path[0] == "route" and path[-1] == "reason"))


def _without(rows: Any, others: Any) -> tuple[Any, ...]:
    if not isinstance(rows, list):
        return ()
    return tuple(row for row in rows if not (isinstance(others, list) and row in others))


# --- wording ----------------------------------------------------------------------------------------------------------


def _worded(value: Any, key: str, lang: Lang) -> str:
    """Return a value as a person reads it; "" for nothing."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return _say(str(value), lang)
    if isinstance(value, list):
        if key == "limit":
            return _say("clause", lang).join(_limit(row, lang) for row in value)
        return _say("list", lang).join(_worded(row, key, lang) for row in value)
    if isinstance(value, Mapping):
        return f"{{ {_pairs(value, lang)} }}"
    if isinstance(value, str):
        if key in _LENGTHS:
            return _length(value, lang) or value
        if key in ("may", "starts_on", "stops_on", "on", "drop_actions") and value in ACTIONS and chinese(lang):
            return _say("named", lang, action_label(value, lang=lang), value)
    return str(value)


def _pairs(table: Mapping[str, Any], lang: Lang) -> str:
    """Return what a table rules; its name stands in the path."""
    rows = ((key, _worded(value, key, lang)) for key, value in table.items() if key not in _WORDING and key not in _NAMES)
    return _say("clause", lang).join(f"{key} = {said}" for key, said in rows if said)


def _limit(row: Mapping[str, Any], lang: Lang) -> str:
    words = _length(str(row.get("is")), lang) or str(row.get("is"))
    return _say("limit if", lang, words, str(row["when"]).strip()) if row.get("when") else words


def _say(what: str, lang: Lang, *facts: object) -> str:
    return _SAID[what][chinese(lang)].format(*facts)
