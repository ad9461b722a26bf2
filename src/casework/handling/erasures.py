"""Erasing personal data: the texts go, the events stay, and what is left is rid of what it says of the sender."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from .. import actions as act
from .. import events
from ..decisions import Draft
from ..messages import Sender
from ..redaction import redactor

_WRITTEN_BY_THE_CITIZEN = ("message", "sender", "supplement", "comment", "praise")
_STRUCTURED = ("message", "request")
"""Texts that hold a document of their own, of which only the words are rewritten."""

_GONE = "（已删除）"
_TELLING = 4  # a shorter subject may be any word of the document's own


def erase(draft: Draft, command: act.Erase) -> None:
    """Erase texts: the sender's particulars, all that the citizen wrote, or everything but the query code.

    Replies, notes and orders that stay may name the sender too, and once the sender is erased nobody knows what to mask there; so
    they are rewritten, with what they say of the sender masked for good.
    """
    names = {"sender": ("sender",), "message": _WRITTEN_BY_THE_CITIZEN}.get(command.what)
    known = {ref: draft.known.texts[ref] for ref in sorted(draft.known.texts, key=_place) if _name(ref) != "code"}
    refs = tuple(
        ref
        for ref, text in known.items()
        if names is None or _name(ref) in names or (command.what == "message" and _by_the_citizen(draft, ref, text))
    )
    if not refs:
        raise draft.refuse("erase", f"there is nothing left to erase ({command.what})")
    subject = draft.known.message.subject if draft.known.message and command.what == "message" else ""
    left = {ref: text for ref, text in known.items() if ref not in refs}
    senders = senders_of(known)
    rest = _rewritten(left, redactor(senders) if senders else str, subject)
    draft.add("erase", events.Erased(texts=refs, ground=draft.bare(command.ground)))
    draft.erase(refs, instead=rest)


def cleanse(draft: Draft, senders: Sequence[Sender], *, whole: bool, ground: str) -> None:
    """Rid the texts of a case of what they say of these people, who were erased from a case that was merged with it.

    What the same people sent here too goes as it went there: their particulars, or the *whole* of what they wrote.
    """
    known = {ref: draft.known.texts[ref] for ref in sorted(draft.known.texts, key=_place) if _name(ref) != "code"}
    theirs = {sender.ref for sender in senders if sender.ref}
    wrote = {_place(ref)[0]: Sender.model_validate_json(text).ref for ref, text in known.items() if _name(ref) == "sender"}
    same = {place for place, who in wrote.items() if who in theirs}
    if _place(draft.case.message)[0] in same:  # the case is theirs, and all in it but what others sent
        same = {_place(ref)[0] for ref in known} - (wrote.keys() - same)
    names = _WRITTEN_BY_THE_CITIZEN if whole else ("sender",)
    refs = tuple(ref for ref in known if _place(ref)[0] in same and _name(ref) in names)
    texts = {ref: text for ref, text in known.items() if _name(ref) != "sender" and ref not in refs}
    rest = _rewritten(texts, redactor(senders, by_form=False), "")  # what others say of themselves is theirs
    if refs or rest:
        draft.add("erase", events.Erased(texts=refs, ground=ground))
        draft.erase(refs, instead=rest)


def senders_of(texts: Mapping[str, str]) -> list[Sender]:
    """Return whoever wrote, by the texts of a case; those too whose message waits to be attached."""
    found = [Sender.model_validate_json(text) for ref, text in texts.items() if _name(ref) == "sender"]
    waiting = [msgspec.json.decode(text)["command"].get("message") for ref, text in texts.items() if _name(ref) == "request"]
    return [*found, *(Sender.model_validate(message["sender"]) for message in waiting if message)]


def _by_the_citizen(draft: Draft, ref: str, text: str) -> bool:
    """Return whether a request that waits, or waited, holds what a citizen wrote: a message to be attached, or an own act."""
    if _name(ref) != "request":
        return False
    asked = msgspec.json.decode(text)
    role = draft.rulebook.roles.get(asked["actor"]["role"])
    return "message" in asked["command"] or (role is not None and role.scope == "own")


def _rewritten(texts: Mapping[str, str], clean: Callable[[str], str], subject: str) -> dict[str, str]:
    """Return the texts that say something of people, or whose document names the subject, without it."""
    found = dict(texts)
    if len(subject) >= _TELLING:
        found = {ref: text.replace(subject, _GONE) if _name(ref) == "document" else text for ref, text in found.items()}
    found = {ref: _cleaned(ref, text, clean) for ref, text in found.items()}
    return {ref: text for ref, text in found.items() if text != texts[ref]}


def whole_message(texts: Sequence[str]) -> bool:
    """Return whether what was erased is the message itself, and not its sender's particulars alone."""
    return "message" in map(_name, texts)


def _place(ref: str) -> tuple[int, str]:
    """Return by what references are put in order: stores hand texts over in orders of their own."""
    number, _, name = ref.partition(".")
    return int(number), name


def _name(ref: str) -> str:
    return ref.partition(".")[2]


def _cleaned(ref: str, text: str, clean: Callable[[str], str]) -> str:
    if _name(ref) not in _STRUCTURED:
        return clean(text)
    return msgspec.json.encode(_each_word(msgspec.json.decode(text), clean)).decode()


def _each_word(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_each_word(each, clean) for each in value]
    return {name: _each_word(each, clean) for name, each in value.items()} if isinstance(value, dict) else value
