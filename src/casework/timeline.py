"""A case's history as one actor may read it: what happened, when, in whose hands, and what was written, masked where it must be.

`Desk.history` is for the trusted host and whole. This is for people: a role reads every event of a case in its scope, with the
texts as it sees them; the sender reads what is addressed to them, and neither who in an office acted nor what offices wrote each
other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec
from pydantic import BaseModel, ConfigDict

from . import events
from .cases import Case
from .events import Event, Payload, Ref
from .messages import Message
from .privacy import Sight
from .rulebook import Rulebook
from .states import ACTIONS, action_label


class HistoryText(BaseModel):
    """One text that belongs to an event; ``name`` says what it is: "reply", "note", "opinion", "document", "question" and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str
    text: str


class HistoryLine(BaseModel):
    """One thing that happened to a case, as somebody may read it.

    ``at`` is an aware UTC moment, ``zh`` and ``en`` what the act is called; ``role`` is that of whoever acted, with its labels.
    ``actor`` is their id, and None for the sender of the case, who is told which office acted and not which person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    seq: int
    at: datetime
    action: str
    zh: str
    en: str
    state: str
    role: str
    role_zh: str
    role_en: str
    actor: str | None
    texts: tuple[HistoryText, ...] = ()


_ADDRESSED: Mapping[type[Payload], tuple[str, ...]] = {
    events.Received: ("message",),
    events.Attached: ("message",),
    events.Reviewed: (),
    events.Rejected: ("explanation",),
    events.Transferred: ("explanation",),
    events.Withdrawn: ("explanation",),
    events.Merged: (),
    events.Disclosed: (),
    events.Assigned: (),
    events.Accepted: (),
    events.Contacted: (),
    events.Promised: ("reason",),
    events.Asked: ("question",),
    events.Supplemented: ("message",),
    events.Published: (),
    events.Closed: (),
    events.Reopened: (),
    events.Extended: (),
    events.Rated: ("comment",),
    events.Praised: ("praise",),
    events.Erased: (),
}
"""What the sender of a case reads of its history: these events, and these of the texts. All else is an office's own."""

_BY_ITSELF: Mapping[type[Payload], tuple[str, str]] = {
    events.Received: ("来件", "Received"),
    events.DuplicateFound: ("疑似重复", "Possible duplicate"),
    events.Routed: ("规则建议", "Proposed by rules"),
    events.Overruled: ("未按规则建议办理", "Decided otherwise than proposed"),
    events.RungFired: ("阶梯触发", "A rung was due"),
}
"""What no command names."""


def timeline(
    history: Iterable[Event], case: Case, texts: Mapping[Ref, str], rulebook: Rulebook, sight: Sight
) -> tuple[HistoryLine, ...]:
    """Return a case's events as they are seen; *texts* are whole, and come out as the *sight* has them."""
    return tuple(_line(event, case, texts, rulebook, sight) for event in readable(history, texts, sight))


def readable(history: Iterable[Event], texts: Mapping[Ref, str], sight: Sight) -> tuple[Event, ...]:
    """Return the events that may be read of: all, and by the sender those that are addressed to them, without who acted."""
    if not sight.own:
        return tuple(history)
    return tuple(_without_people(event) for event in history if _addressed(event.data, texts, sight))


def readable_texts(history: Iterable[Event], case: Case, texts: Mapping[Ref, str], sight: Sight) -> dict[Ref, str]:
    """Return the texts that go with `readable` events, by reference, as they are seen."""
    seen = sight.texts(texts)
    if not sight.own:
        return seen
    refs = {case.message, *(reply.text for reply in case.replies if reply.status == "published")}
    for event in readable(history, texts, sight):
        refs.update(ref for field, ref in event.data.refs if field in _ADDRESSED[type(event.data)])
    return {ref: text for ref, text in seen.items() if ref in refs}


def _without_people(event: Event) -> Event:
    data = event.data
    if isinstance(data, events.Extended):
        data = msgspec.structs.replace(data, allowed_by=None)
    return msgspec.structs.replace(event, actor="", data=data)


def _addressed(data: Payload, texts: Mapping[Ref, str], sight: Sight) -> bool:
    """Return whether the sender reads an event; a message of somebody else about the same matter they do not."""
    if isinstance(data, events.Attached):
        return sight.wrote(texts.get(data.sender or "", ""))
    return type(data) in _ADDRESSED


def _line(event: Event, case: Case, texts: Mapping[Ref, str], rulebook: Rulebook, sight: Sight) -> HistoryLine:
    role = rulebook.roles.get(event.role)
    zh, en = _called(event)
    return HistoryLine(
        seq=event.seq,
        at=event.occurred_at,
        action=event.action,
        zh=zh,
        en=en,
        state=event.state,
        role=event.role,
        role_zh=(role.zh if role else "") or event.role,
        role_en=(role.en if role else "") or event.role,
        actor=None if sight.own else sight.person(event.actor),
        texts=tuple(_texts(event.data, case, texts, sight)),
    )


def _called(event: Event) -> tuple[str, str]:
    """Return what an event is called in Chinese and in English: the act, or what came about by itself."""
    if found := _BY_ITSELF.get(type(event.data)):
        return found
    if event.action not in ACTIONS:
        return event.action, event.action
    return action_label(event.action, lang="zh"), action_label(event.action, lang="en")


def _texts(data: Payload, case: Case, texts: Mapping[Ref, str], sight: Sight) -> Iterator[HistoryText]:
    for field, ref in data.refs:
        shown = not sight.own or field in _ADDRESSED[type(data)]
        if shown and field not in ("sender", "code") and ref in texts:
            yield HistoryText(name=_named(field, ref), text=_readable(ref, texts[ref], sight))
    if sight.own and isinstance(data, events.Published):
        reply = next((row for row in case.replies if row.number == data.reply and row.status == "published"), None)
        if reply and reply.text in texts:
            yield HistoryText(name="reply", text=sight.text(texts[reply.text]))


def _named(field: str, ref: Ref) -> str:
    """Return what a text is: by its field, or by its own name where the field says only that it is a text."""
    return ref.partition(".")[2] if field in ("text", "message") else field


def _readable(ref: Ref, text: str, sight: Sight) -> str:
    """Return a text as people read it: a message is its subject and body, a command that waits its fields, one to a line."""
    name = ref.partition(".")[2]
    seen = sight.kept(name, text)
    if name == "message":
        return Message.model_validate_json(seen).text
    if name == "request":
        asked = msgspec.json.decode(seen, type=dict[str, object]).get("command")
        rows = asked.items() if isinstance(asked, dict) else ()
        return "\n".join(f"{key}={value if isinstance(value, str) else msgspec.json.encode(value).decode()}" for key, value in rows)
    return seen
