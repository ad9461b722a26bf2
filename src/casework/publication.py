"""What leaves the desk without anybody being asked who they are: a published case, and what a query code tells.

Both are masked throughout: whoever reads a published case may be anybody, and a code can be lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from .cases import Case
from .events import Asked, Event, Published, Ref, Supplemented
from .messages import Message
from .privacy import Sight
from .rulebook import Rulebook

_FROZEN = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class PublishedReply(BaseModel):
    """A reply that was published: which unit gave it ("" where the office itself did), on which day, and what it says."""

    model_config = _FROZEN

    unit: str
    day: date
    text: str


class PublicView(BaseModel):
    """A case as anybody may read it. It names no place and no file: where somebody lives is theirs to tell.

    ``number`` is the one that its channel gave it, ``received`` the day of receipt in the rulebook's zone.
    """

    model_config = _FROZEN

    number: str | None
    board: str | None
    channel: str
    subject: str
    body: str
    received: date
    status: str
    status_zh: str
    status_en: str
    unit: str | None
    replies: tuple[PublishedReply, ...]


class QueryView(BaseModel):
    """What a citizen reads by the query code: how far their message got, and what was answered.

    ``status`` is one of the few that the rulebook names under ``[intake.status]``, or else the case's state; ``due`` the last day
    of the clock that decides lateness, while it runs; ``question`` what the citizen is asked for now ("" for nothing). A message
    that was ``merged`` tells of the case that carries on for it: its status, its due day, its published replies, and no more.
    """

    model_config = _FROZEN

    number: str | None
    received: date
    status: str
    status_zh: str
    status_en: str
    due: date | None
    question: str
    replies: tuple[PublishedReply, ...]
    merged: bool


def status_of(case: Case, rulebook: Rulebook) -> tuple[str, str, str]:
    """Return a case's status as citizens read it, with its Chinese and English labels; the state, where no table names it."""
    status = rulebook.outline.intake.status_of(case.state)
    if status is None:
        return case.state, rulebook.lifecycle.label(case.state, lang="zh"), rulebook.lifecycle.label(case.state, lang="en")
    return status, rulebook.label(status, lang="zh"), rulebook.label(status, lang="en")


def public_view(
    case: Case, message: Message, history: Iterable[Event], texts: Mapping[Ref, str], rulebook: Rulebook, sight: Sight
) -> PublicView:
    """Return a case as anybody may read it; message and texts are whole, and come out as the *sight* has them."""
    status, zh, en = status_of(case, rulebook)
    return PublicView(
        number=case.number,
        board=case.board,
        channel=case.channel,
        subject=sight.text(message.subject),
        body=sight.text(message.body),
        received=_day(case.received_at, rulebook),
        status=status,
        status_zh=zh,
        status_en=en,
        unit=case.lead,
        replies=_replies(case, history, texts, rulebook, sight),
    )


def query_view(
    asked: Case, case: Case, history: Iterable[Event], texts: Mapping[Ref, str], rulebook: Rulebook, sight: Sight
) -> QueryView:
    """Return what the code of the case *asked* tells: *case* is the one that carries on for it, or itself, and the rest is its."""
    status, zh, en = status_of(case, rulebook)
    every, merged = tuple(history), asked.id != case.id
    late_by = rulebook.outline.rulebook.late_by
    clock = next((row for row in case.clocks if row.rule == late_by and row.subject in ("", case.led_by)), None)
    return QueryView(
        number=asked.number,
        received=_day(asked.received_at, rulebook),
        status=status,
        status_zh=zh,
        status_en=en,
        due=clock.due.date if clock and clock.due and clock.status == "running" else None,
        question="" if merged else sight.text(texts.get(_open_question(case, every) or "", "")),
        replies=_replies(case, every, texts, rulebook, sight),
        merged=merged,
    )


def has_published(case: Case) -> bool:
    """Return whether a reply of the case stands published."""
    return any(reply.status == "published" for reply in case.replies)


def _replies(
    case: Case, history: Iterable[Event], texts: Mapping[Ref, str], rulebook: Rulebook, sight: Sight
) -> tuple[PublishedReply, ...]:
    days = {event.data.reply: _day(event.occurred_at, rulebook) for event in history if isinstance(event.data, Published)}
    return tuple(
        PublishedReply(unit=reply.unit, day=days[reply.number], text=sight.text(texts.get(reply.text, "")))
        for reply in case.replies
        if reply.status == "published"
    )


def _open_question(case: Case, history: Iterable[Event]) -> Ref | None:
    """Return what the sender was asked and has not answered, as long as the case waits for it."""
    question: Ref | None = None
    for event in history:
        if isinstance(event.data, Asked):
            question = event.data.question if event.state == case.state else None
        elif isinstance(event.data, Supplemented):
            question = None
    return question


def _day(at: datetime, rulebook: Rulebook) -> date:
    return at.astimezone(ZoneInfo(rulebook.zone)).date()
