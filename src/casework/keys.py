"""Every key that a rulebook and a register may have: in which order they are written, and what each means in a line.

Order and types are those of the models (`outline`, `units`); the lines stand in ``keys.toml``, by path: ``clock.extend.cap``. A
name that a rulebook chooses itself is ``NAME`` there (``roles.NAME.scope``); a table that stands in several places is told in one
of them, and the others name it as what they are ``like``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

import msgspec
from pydantic import BaseModel

from .languages import Lang, chinese
from .outline import Outline
from .units import Register

NAME: Final = "NAME"
"""Stands in a path for a name that the document chooses."""


class Meaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a key means, in a line of each language, with values that it may have. ``like`` names the path that says the rest."""

    en: str
    zh: str
    like: str = ""
    examples: tuple[Any, ...] = ()

    def text(self, lang: Lang) -> str:
        """Return the line in one language."""
        return self.zh if chinese(lang) else self.en


DOCUMENTS: Final[Mapping[str, type]] = {"rulebook": Outline, "register": Register}


@cache
def meanings(document: str) -> Mapping[str, Meaning]:
    """Return what is written of the keys of "rulebook" or "register", by path; ``*.KEY`` holds for every table that has it."""
    text = (files(__package__) / "keys.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text)[document], dict[str, Meaning])


def meaning(document: str, path: Sequence[str]) -> Meaning | None:
    """Return what the key at a path means, or None where it is not said: its own line, or the one of its name."""
    known = meanings(document)
    if own := known.get(".".join(path)):
        return own
    for length in range(len(path) - 1, 0, -1):
        if (above := known.get(".".join(path[:length]))) and above.like:
            return meaning(document, (*above.like.split("."), *path[length:]))
    return known.get(f"*.{path[-1]}") if len(path) > 1 else None


def paths(document: str) -> Iterator[tuple[str, ...]]:
    """Yield the path of every key of a document, in the order in which they are written."""
    yield from _paths(DOCUMENTS[document], ())


def _paths(kind: Any, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    kind = _core(kind)
    if get_origin(kind) is dict:
        yield from _paths(get_args(kind)[1], (*above, NAME))
        return
    for key, inner in (fields(kind) or {}).items():
        yield (*above, key)
        yield from _paths(inner, (*above, key))


def below(document: str, path: Sequence[str]) -> tuple[str, ...] | None:
    """Return the keys that a table at *path* may have, in order; None where the document chooses them, or nothing is known."""
    kind: Any = DOCUMENTS[document]
    for part in path:
        kind = _core(kind)
        known = fields(kind)
        if known is not None and part in known:
            kind = known[part]
        elif get_origin(kind) is dict:
            kind = get_args(kind)[1]
        else:
            return None
    found = fields(_core(kind))
    return None if found is None else tuple(found)


@cache
def fields(kind: Any) -> Mapping[str, Any] | None:
    """Return the keys of a model with their types, or None for what is none."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = get_type_hints(kind)
        return {name: hints[name] for name in kind.__struct_fields__}
    return None


def _core(kind: Any) -> Any:
    """Return what a type is about: of a list its element, of a choice the one that is a table."""
    while True:
        origin, inside = get_origin(kind), get_args(kind)
        if origin is Annotated or origin in (tuple, list):
            kind = inside[0]
        elif origin in (Union, UnionType):
            kinds = [each for each in inside if each is not NoneType]
            kind = next((each for each in kinds if fields(_core(each)) is not None), kinds[0])
        else:
            return kind
