"""What a citizen is told for the query code of their message: how far it got, and what was answered."""

from __future__ import annotations

from typing import Annotated

import typer

from ..languages import chinese
from .terminal import DATABASE, Database, Language, existing, say

_SAID = {  # in English and in Chinese
    "received": ("received {}", "来件日期 {}"),
    "due": ("to be answered by {}", "办理期限 {}"),
    "merged": ("handled together with an earlier message about the same matter", "与此前反映同一问题的来件合并办理"),
    "question": ("please add: {}", "请补充：{}"),
    "reply": ("reply", "答复"),
    "none": ("no reply yet", "尚无答复"),
}


def query(
    code: Annotated[str, typer.Argument(help="The query code that the sender of a message was given.")],
    db: Database = DATABASE,
    lang: Language = "zh",
) -> None:
    """Tell what a citizen may read by their query code: the status, the due day and the published replies, masked throughout."""
    from ..desk import desk_for

    zh = chinese(lang)

    def told(what: str, *facts: object) -> str:
        return _SAID[what][zh].format(*facts)

    with existing(db) as store:
        seen = desk_for(store).query(code)
    say(" · ".join(filter(None, [seen.number, seen.status_zh if zh else seen.status_en])), style="bold")
    lines = [told("received", seen.received)]
    lines += [told("due", seen.due)] if seen.due else []
    say(" · ".join(lines))
    if seen.merged:
        say(told("merged"))
    if seen.question:
        say(f"\n{told('question', seen.question)}")
    for reply in seen.replies:
        say("\n" + " · ".join(filter(None, [told("reply"), reply.unit, str(reply.day)])), style="bold")
        say(reply.text)
    if not seen.replies:
        say(f"\n{told('none')}")
