"""Two rulebooks, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..languages import Lang, chinese
from .terminal import Language, rulebook_named, say

if TYPE_CHECKING:
    from ..rulebook import Rulebook

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_SAID = {  # in English and in Chinese
    "rules": ("rules: {}", "规则变动：{}处"),
    "wording": ("wording only: {}", "仅措辞变动：{}处"),
    "same": ("the same rules; what else may differ is order or layout", "规则相同；即有不同，也仅在顺序或版式"),
    "same but wording": ("the same rules", "规则相同"),
    "book": ("{} version {} ({})", "{} 第{}版（{}）"),
}


def diff(
    old: Annotated[str, typer.Argument(help="A shipped rulebook's name or a TOML file.")],
    new: Annotated[str, typer.Argument(help="The rulebook that it is compared with.")],
    lang: Language = "zh",
) -> None:
    """Print what differs between two rulebooks: rules first, then wording. Exit code 0: nothing does, 1: something does."""
    from ..differences import differences

    books = rulebook_named(old), rulebook_named(new)
    found = differences(*books)
    if not found:
        say(_say("same", lang))
        return
    say(" → ".join(_called(book, lang) for book in books))
    parts = {what: [row for row in found if row.wording is (what == "wording")] for what in ("rules", "wording")}
    for what, rows in parts.items():
        say(_say(what, lang, len(rows)) if rows or what == "wording" else _say("same but wording", lang), style="bold")
        for row in rows:
            say(f"{_SIGNS[row.kind]} {row.text(lang)}")
    raise typer.Exit(1)


def _called(book: Rulebook, lang: Lang) -> str:
    return _say("book", lang, book.id, book.outline.rulebook.version, book.digest)


def _say(what: str, lang: Lang, *facts: object) -> str:
    return _SAID[what][chinese(lang)].format(*facts)
