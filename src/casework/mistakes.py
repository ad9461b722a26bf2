"""Mistakes of form in a rulebook: told where its author wrote them, and the rest of the document read all the same.

A document whose form is wrong in one place can still be checked everywhere else: what cannot be read is left out (`read`), and what
is then said of it only because it is missing is not told (`Reading.told`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from .errors import FORMS_OF_VALUES, Problem, got, listed, nearest
from .outline import Outline

_Path = tuple[int | str, ...]
_ROUNDS = 8
"""So often what cannot be read is left out, each time with more of what stands around it."""

_NAMED_ELSEWHERE = ("rulebook", "classes", "roles", "lifecycle", "clock", "order")
"""Tables whose names stand in other tables: without the whole of one nothing else can be judged."""

_STAND_INS: Mapping[int | str, Any] = {
    "id": "unnamed",
    "version": 1,
    "name": "unnamed",
    "zh": "x",
    "en": "x",
    "title": "x",
    "scope": "any",
    "open": "09:00-12:00, 13:30-17:30",
    "starts_on": ["receive"],
    "stops_on": ["close"],
    "is": "1 working day",
    "limit": [{"is": "1 working day"}],
    "series": "{n}",
    "document": {"series": "{n}"},
    "on": "declined",
    "do": ["reopen"],
    "by": ["clerk"],
    "to": ["sender"],
    "max": 2,
}
"""What stands in for a value that a table must have, so that the rest of the table can be judged; of the value no more is told."""

_WHAT: Mapping[str, str] = {
    "string": FORMS_OF_VALUES["text"],
    "int": FORMS_OF_VALUES["whole"],
    "bool": FORMS_OF_VALUES["flag"],
    "tuple": FORMS_OF_VALUES["list"],
    "list": FORMS_OF_VALUES["list"],
    "dict": FORMS_OF_VALUES["table"],
    "model": FORMS_OF_VALUES["table"],
    "date": "a day, such as 2026-01-31",
    "time": "a local time, such as 17:30",
}
"""What a value should be, by the first word of pydantic's name for the error."""

_PATTERNS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    r"^[a-z][a-z0-9-]*$": ("an id has small letters, digits and hyphens, and begins with a letter", ()),
    r"^\d{4}-(0[1-9]|1[0-2])$": ("a month is written like '2020-03'", ()),
    r"^(24:00|close|same-time|([01]\d|2[0-3]):[0-5]\d)$": (
        "accepted: '24:00', 'close', 'same-time' or a time such as '17:30'",
        ("24:00", "close", "same-time"),
    ),
}
"""Patterns of the models in words, with the names that they accept."""

_CALLED = ("id", "name", "action", "source", "dest")
"""Keys under which stands what other tables may name."""

_LEFT_OUT: Mapping[str, str] = {"roles": "no role may", "hours": "working hours, and an end"}
"""How a message begins that a table causes which could be read in part only."""


class Reading(NamedTuple):
    """What could be read of a document (None: nothing that could be judged), and what is wrong with its form."""

    outline: Outline | None
    problems: tuple[Problem, ...] = ()
    mended: _Mended | None = None

    def quoted(self, document: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield the numbers and flags of a *document* that stand as something else, which pydantic reads all the same: "1"."""
        if self.outline:
            yield from _quoted(self.mended.document() if self.mended else document, self.outline, ())

    def told(self, found: Iterable[Problem]) -> list[Problem]:
        """Return everything to be told: of what the checks *found*, what does not follow from something left out."""
        return [*self.problems, *(self.mended.told(found) if self.mended else found)]


def read(document: Mapping[str, Any]) -> Reading:
    """Read a merged document, with every mistake of form."""
    try:
        return Reading(Outline.model_validate(document))
    except ValidationError as error:
        found = error
    problems = tuple(_problems(found, document))
    mended = _Mended(document)
    for _ in range(_ROUNDS):
        if not mended.leave_out(found):
            break
        try:
            return Reading(Outline.model_validate(mended.document()), problems, mended)
        except ValidationError as error:
            found = error
    return Reading(None, problems)


def _quoted(written_as: Any, read_as: Any, path: _Path) -> Iterator[Problem]:
    if isinstance(written_as, Mapping):
        for key, value in written_as.items():
            if isinstance(read_as, BaseModel):
                name = next((name for name, row in type(read_as).model_fields.items() if key in (name, row.alias)), key)
                yield from _quoted(value, getattr(read_as, name, None), (*path, key))
            elif isinstance(read_as, Mapping):
                yield from _quoted(value, read_as.get(key), (*path, key))
    elif isinstance(written_as, list) and isinstance(read_as, list | tuple):
        for at, (value, inner) in enumerate(zip(written_as, read_as, strict=False)):
            yield from _quoted(value, inner, (*path, at))
    elif type(read_as) in (int, bool) and type(written_as) is not type(read_as):
        wanted = FORMS_OF_VALUES["whole" if type(read_as) is int else "flag"]
        yield Problem(f"must be {wanted}, not {got(written_as)}", written(path))


# --- what is told -----------------------------------------------------------------------------------------------------


def _problems(error: ValidationError, document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield one problem for each place, in pydantic's order."""
    places: dict[_Path, list[Any]] = {}
    every = error.errors()
    for row in every:
        places.setdefault(_place(row, document), []).append(row)
    for path, rows in places.items():
        inside = any(other[: len(path)] == path != other for other in places)
        if inside and all(row["type"] == "too_short" for row in rows):
            continue  # the rows are there; what is wrong with them is told by itself
        yield Problem(_message(path, rows), written(path) or "rulebook")


def _place(row: Mapping[str, Any], document: object) -> _Path:
    """Return where an error lies in the document, without what pydantic adds to say which of several forms it tried."""
    path: list[int | str] = []
    value = document
    for part in row["loc"]:
        inside = isinstance(value, Mapping) and part in value
        if inside or (isinstance(value, list) and isinstance(part, int) and part < len(value)):
            value = value[part]  # type: ignore[index]
        elif row["type"] != "missing" or part != row["loc"][-1]:
            continue
        path.append(part)
    return tuple(path)


def written(path: _Path) -> str:
    """Return a path as problems have it: ``clock[0].limit[1].is``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _message(path: _Path, rows: list[Any]) -> str:
    own = [row for row in rows if row["type"] == "value_error"]
    row = (own or rows)[0]
    kind, value = row["type"], row["input"]
    if own:
        return str(row["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        keys = _keys_beside(row["loc"])
        return f"unknown key {path[-1]!r}{nearest(str(path[-1]), keys) or f' (known: {listed(keys, most=len(keys))})'}"
    if kind == "missing":
        return f"the key {path[-1]!r} is missing"
    wanted = list(dict.fromkeys(_WHAT[what] for row in rows if (what := row["type"].partition("_")[0]) in _WHAT and _of_kind(row)))
    choices = [choice for row in rows if row["type"] == "literal_error" for choice in _choices(row) if choice]
    if choices and isinstance(value, str):
        return f"unknown value {value!r}{nearest(value, choices)} (one of: {', '.join(choices)})"
    if wanted or choices:
        if isinstance(value, Mapping) and len(path) == 1 and kind == "tuple_type":
            return f"must be rows, each under [[{path[0]}]] with two brackets"
        every = [*wanted, *([f"one of: {', '.join(choices)}"] if choices else [])]
        example = _example(path) if FORMS_OF_VALUES["table"] in wanted else ""
        return f"must be {' or '.join(every)}{example}, not {got(value)}"
    limits = row.get("ctx", {})
    if kind == "string_pattern_mismatch" and limits["pattern"] in _PATTERNS:
        said, names = _PATTERNS[limits["pattern"]]
        return f"{said}; got {value!r}{nearest(value, names)}"
    bounds = {"greater_than_equal": ("ge", "at least {}"), "less_than_equal": ("le", "at most {}")}
    if kind in bounds:
        key, said = bounds[kind]
        return f"must be {said.format(limits[key])}, not {value!r}"
    if kind == "too_short":
        return "must not be empty"
    return f"{row['msg']}{'' if isinstance(value, Mapping | list) else f' (got {value!r})'}"


def _of_kind(row: Mapping[str, Any]) -> bool:
    return str(row["type"]).endswith(("_type", "_parsing", "_from_float")) or "_from_" in row["type"]


def _choices(row: Mapping[str, Any]) -> list[str]:
    return re.findall(r"'([^']*)'", row["ctx"]["expected"])


def _example(path: _Path) -> str:
    """Return how a table within another begins: with the keys that it must have, or its first ones; "" where it may have any."""
    model = _model_at(path)
    if model is None or len(path) == 1:
        return ""
    keys = {field.alias or name: field.is_required() for name, field in model.model_fields.items()}
    first = [key for key, required in keys.items() if required] or list(keys)[:2]
    return f", such as {{ {', '.join(f'{key} = …' for key in first)} }}"


def _keys_beside(place: _Path) -> list[str]:
    """Return the keys that may stand where the last one of *place* does, for suggestions."""
    model = _model_at(place[:-1])
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _model_at(place: _Path) -> type[BaseModel] | None:
    """Return the model of the table at *place*; None where there is none, or its keys are its author's."""
    kinds: list[Any] = [Outline]
    for part in place:
        kinds = [inner for kind in kinds for option in _options(kind) for inner in _inside(option, part)]
    return next((kind for each in kinds for kind in _options(each) if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _options(kind: Any) -> tuple[Any, ...]:
    """Return the kinds of which a value may have one."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return tuple(option for each in get_args(kind) for option in _options(each))
    return _options(get_args(kind)[0]) if origin is Annotated else (kind,)


def _inside(kind: Any, part: int | str) -> Iterator[Any]:
    """Yield the kind of what stands at *part* of a value of this kind."""
    if isinstance(part, int):
        yield from get_args(kind)[:1] if get_origin(kind) in (tuple, list) else ()
    elif get_origin(kind) is dict:
        yield get_args(kind)[1]
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from (row.annotation for name, row in kind.model_fields.items() if part in (name, row.alias))


# --- what is left out -------------------------------------------------------------------------------------------------


class _Mended:
    """A document without what cannot be read; paths are those of the document as it was written."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._written = document
        self._out: set[_Path] = set()
        self._instead: dict[_Path, Any] = {}  # what stands in for what cannot be read, or is missing
        self._meant: dict[_Path, str] = {}  # the key that a misspelt one stands for
        self._lost: set[str] = set()
        self._rows: dict[_Path, list[int]] = {}  # by the path of a list as it is now: the rows that are left
        self._keys: dict[_Path, str] = {}  # by the path of a key as it is now: the key that was written

    def document(self) -> dict[str, Any]:
        """Return the document as far as it can be read."""
        self._rows.clear()
        self._keys.clear()
        made: dict[str, Any] = self._copy(self._written, (), ())
        return made

    def _copy(self, value: Any, path: _Path, now: _Path) -> Any:
        if path in self._instead:
            return self._instead[path]
        if isinstance(value, Mapping):
            made = {}
            for key, inner in value.items():
                if (*path, key) not in self._out:
                    name = self._meant.get((*path, key)) or key
                    self._keys[*now, name] = key
                    made[name] = self._copy(inner, (*path, key), (*now, name))
            missing = {place[-1]: inner for place, inner in self._instead.items() if place[:-1] == path and place[-1] not in made}
            return {**made, **missing}
        if isinstance(value, list):
            left = [at for at in range(len(value)) if (*path, at) not in self._out]
            self._rows[now] = left
            return [self._copy(value[at], (*path, at), (*now, new)) for new, at in enumerate(left)]
        return value

    def _before(self, now: Iterable[int | str]) -> _Path:
        """Return the path at which something stood in the document as it was written."""
        path: list[int | str] = []
        walked: _Path = ()
        for part in now:
            rows = self._rows.get(walked, [])
            if isinstance(part, int):
                path.append(rows[part] if part < len(rows) else part)
            else:
                path.append(self._keys.get((*walked, part), part))
            walked = (*walked, part)
        return tuple(path)

    def leave_out(self, error: ValidationError) -> bool:
        """Leave out what *error* is about; False where too much would be missing to judge the rest."""
        seen, done = self.document(), set[_Path]()
        for row in error.errors():
            path = self._before(_place(row, seen))
            if path in done:  # of a value that could have several forms each is told
                continue
            done.add(path)
            if row["type"] == "extra_forbidden":
                self._rename(path, _keys_beside(row["loc"]))
                continue
            instead = _STAND_INS.get(path[-1]) if path else None
            if row["type"] == "literal_error":
                instead = _nearest_of(self._at(path), _choices(row))
            elif isinstance(written_as := self._at(path), str) and (meant := re.search(r"; did you mean '([^']*)'\?", row["msg"])):
                instead = meant[1] + "".join(written_as.partition(":")[1:])
            if instead and path not in self._instead and isinstance(self._at(path[:-1]), Mapping):
                self._instead[path] = instead
                self._lost.update(_names(self._at(path), path))
                continue
            self._instead.pop(path, None)
            while path and (path in self._out or self._at(path) is None):
                path = path[:-1]
            self._drop(path)
        return not any(path == () or path in {(name,) for name in _NAMED_ELSEWHERE} for path in self._out)

    def _rename(self, path: _Path, keys: list[str]) -> None:
        close = nearest(str(path[-1]), keys)
        meant = close.split("'")[1] if close else ""
        beside = self._at(path[:-1])
        if meant and isinstance(beside, Mapping) and meant not in beside:
            self._meant[path] = meant
        else:
            self._drop(path)

    def _drop(self, path: _Path) -> None:
        self._out.add(path)
        self._lost.update(_names(self._at(path), path), (str(part) for part in path[1:2]))
        row = self._at(path[:2])
        if isinstance(row, Mapping):  # what is said of the whole row may follow from what is missing in it
            self._lost.update(str(row[key]) for key in ("id", "name") if key in row)

    def _at(self, path: _Path) -> Any:
        value: Any = self._written
        for part in path:
            if isinstance(value, Mapping):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    def told(self, found: Iterable[Problem]) -> Iterator[Problem]:
        """Yield the problems that are not only there because something was left out, each under its path as it was written."""
        causes = tuple(said for table, said in _LEFT_OUT.items() if any(path[0] == table for path in (*self._out, *self._instead)))
        for problem in found:
            path = self._before(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", problem.path))
            about = re.search(r"'([^']*)'", problem.message)
            within = any(path[: len(out)] == out or out[: len(path)] == path for out in (*self._out, *self._instead))
            if within or problem.message.startswith(causes) or (about and about[1] in self._lost):
                continue
            yield Problem(problem.message, written(path))


def _nearest_of(name: object, choices: list[str]) -> str:
    """Return the choice most like what was written, or any; "" where a text was not what is wanted."""
    close = nearest(name, choices) if isinstance(name, str) else "''"
    return close.split("'")[1] if close else choices[0]


def _names(value: Any, path: _Path) -> Iterator[str]:
    """Yield what other tables may call something in what was left out."""
    if isinstance(value, str) and (path[-1] in _CALLED or path[0] == "classes"):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from (str(key), *_names(inner, (*path, key)))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _names(inner, (*path, at))
