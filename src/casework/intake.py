"""The way in: channels, checks of a message as it comes, and the rule by which one is known for a repeat of another.

Everything here is asked before there is a case, so it knows a message and nothing else.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from .errors import UnknownChannel, nearest
from .messages import Message, Sender
from .opinions import Finding
from .sla import Count, Length

_FROZEN = ConfigDict(frozen=True, extra="forbid", defer_build=True)
_ENDING = re.compile("[a-z0-9]{1,5}")  # what is longer may be no ending, but what somebody wrote
GIVEN = (*(f"sender.{name}" for name in Sender.model_fields), "body", "place", "board", "number")
"""The fields of a message that a check may ask for."""


class Channel(BaseModel):
    """A channel (渠道) that messages come by: whether what comes by it may be shown to the public, and by which way it is answered.

    ``reply`` names the channel by which its senders are told ("" for the channel itself).
    """

    model_config = _FROZEN

    zh: str = ""
    en: str = ""
    public: bool = True
    reply: str = ""
    source: str = ""
    assumption: str = ""


class IntakeCheck(BaseModel):
    """One check of a message as it comes; it has exactly one of the keys that say what is checked.

    ``subject`` and ``body`` are the least and the most characters, blanks not counted; ``contact`` asks for a telephone number or
    an e-mail address, ``given`` for fields by name; ``types`` are the endings that attachments may have, ``max_bytes`` the size of
    each, ``max_files`` their number; ``forbid`` lists phrases. ``channels`` are those that it applies to (none: all).
    """

    model_config = _FROZEN

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    subject: tuple[int, int] | None = None
    body: tuple[int, int] | None = None
    contact: Literal[True] | None = None
    given: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    max_bytes: int | None = Field(default=None, ge=1)
    max_files: int | None = Field(default=None, ge=0)
    forbid: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    level: Literal["block", "advise"] = "block"
    message: str = ""
    source: str = ""
    assumption: str = ""

    @field_validator("subject", "body")
    @classmethod
    def _least_first(cls, value: tuple[int, int] | None) -> tuple[int, int] | None:
        if value and not 0 <= value[0] <= value[1]:
            raise ValueError(f"the least number of characters comes first, then the most: [10, 200]; not {list(value)}")
        return value

    @field_validator("given")
    @classmethod
    def _fields(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in GIVEN:
                raise ValueError(f"a message has no field {name!r}{nearest(name, GIVEN)} (fields: {', '.join(GIVEN)})")
        return value

    @field_validator("types")
    @classmethod
    def _endings(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(ending.lower().lstrip(".") for ending in value)

    @model_validator(mode="after")
    def _one_key(self) -> IntakeCheck:
        keys = [key for key in _CHECKS if getattr(self, key) not in (None, ())]
        if len(keys) != 1:
            raise ValueError(
                f"a check of messages has exactly one of {', '.join(_CHECKS)}; this one has {', '.join(keys) or 'none'}"
            )
        return self

    def finding(self, message: Message) -> Finding | None:
        """Return what is wrong with a message, or None; it repeats nothing that the citizen wrote."""
        if self.channels and message.channel not in self.channels:
            return None
        for key, check in _CHECKS.items():
            if getattr(self, key) not in (None, ()) and (why := check(self, message)):
                return Finding(check=self.id, level=self.level, message=self.message or f"the message {why}")
        return None


def _span(what: str, text: str, span: tuple[int, int] | None) -> str:
    least, most = span or (0, 0)
    count = len("".join(text.split()))
    if count < least:
        return f"has a {what} of {count} characters, needs {least}"
    return f"has a {what} of {count} characters, may have {most}" if count > most else ""


def _contact(check: IntakeCheck, message: Message) -> str:
    return "" if message.sender.phone or message.sender.email else "gives neither a telephone number nor an e-mail address"


def _given(check: IntakeCheck, message: Message) -> str:
    known = {**{f"sender.{name}": value for name, value in message.sender.model_dump().items()}, **message.model_dump()}
    missing = [name for name in check.given if not known[name]]
    return f"lacks: {', '.join(missing)}" if missing else ""


def _types(check: IntakeCheck, message: Message) -> str:
    endings = {PurePath(row.name).suffix.lower().lstrip(".") for row in message.attachments}
    wrong = sorted({ending if _ENDING.fullmatch(ending) else "unknown" for ending in endings - set(check.types)})
    return f"has attachments of kind {', '.join(wrong)}; taken are: {', '.join(check.types)}" if wrong else ""


def _bytes(check: IntakeCheck, message: Message) -> str:
    most = check.max_bytes or 0
    return f"has an attachment of more than {most} bytes" if any(row.size > most for row in message.attachments) else ""


def _files(check: IntakeCheck, message: Message) -> str:
    count = len(message.attachments)
    return f"has {count} attachments, may have {check.max_files}" if count > (check.max_files or 0) else ""


def _forbidden(check: IntakeCheck, message: Message) -> str:
    text = _unspaced(message.text)
    said = [phrase for phrase in check.forbid if _unspaced(phrase) in text]
    return f"must not say: {', '.join(said)}" if said else ""


_CHECKS: Mapping[str, Callable[[IntakeCheck, Message], str]] = {
    "subject": lambda check, message: _span("subject", message.subject, check.subject),
    "body": lambda check, message: _span("body", message.body, check.body),
    "contact": _contact,
    "given": _given,
    "types": _types,
    "max_bytes": _bytes,
    "max_files": _files,
    "forbid": _forbidden,
}


_SAME: tuple[Literal["sender", "text", "subject", "place"], ...] = ("sender", "text", "subject", "place")


class DuplicateRule(BaseModel):
    """When a message repeats an earlier one (重复留言): what is the ``same`` in both, ``within`` which time, and what is done.

    Blanks, punctuation, case and full-width forms do not count. Only cases that are not done yet are repeated. ``do`` is "propose"
    (the office decides) or "merge" (at once).
    """

    model_config = _FROZEN

    same: tuple[Literal["sender", "text", "subject", "place"], ...] = Field(default=("sender", "text"), min_length=1)
    within: Length = "30 calendar days"
    count: Count = Count()
    do: Literal["propose", "merge"] = "propose"
    source: str = ""
    assumption: str = ""

    @field_validator("same")
    @classmethod
    def _says_something(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not {"text", "subject"} & set(value):
            raise ValueError("messages of one sender, or about one place, are not the same for that; add 'text' or 'subject'")
        return tuple(name for name in _SAME if name in value)  # in one order: two ways of writing a rule are one rule

    @property
    def name(self) -> str:
        """What the rule goes by, as events keep it: ``"sender+text"``."""
        return "+".join(self.same)

    def fingerprint(self, message: Message) -> str:
        """Return a digest that two messages share where they are the same by this rule; "" for one that has no such value.

        It is *not* anonymous to somebody who can guess the text, so it is erased with the message.
        """
        who = message.sender
        sender = who.ref or who.phone or who.email or who.id_number or who.name
        known = {"sender": sender, "text": message.text, "subject": message.subject, "place": message.place or ""}
        parts = [known[name] if name == "sender" else _folded(known[name]) for name in self.same]
        return hashlib.sha256("\0".join((self.name, *parts)).encode()).hexdigest()[:32] if all(parts) else ""


def _unspaced(text: str) -> str:
    """Return a text without blanks, in one width and one case."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _folded(text: str) -> str:
    """Return the letters and digits of a text alone, in one width and one case."""
    plain = _unspaced(text)
    return "".join(sign for sign in plain if unicodedata.category(sign)[0] in "LN") or plain


class Intake(BaseModel):
    """Intake and screening.

    ``exits`` maps the reasons for which a message may be refused or handed on to the class that it is counted in; ``checks`` are
    made as a message comes; ``status`` gives the citizen few names for the many states; ``duplicate`` finds repeats.
    """

    model_config = _FROZEN

    exits: dict[str, Literal["invalid", "duplicate", "transferred"]] = {}
    checks: tuple[IntakeCheck, ...] = ()
    status: dict[str, tuple[str, ...]] = {}
    duplicate: DuplicateRule | None = None
    source: str = ""
    assumption: str = ""

    def findings(self, message: Message) -> tuple[Finding, ...]:
        """Return what the checks find in a message, in their order."""
        return tuple(found for check in self.checks if (found := check.finding(message)))

    def status_of(self, state: str) -> str | None:
        """Return the citizen's status of a case in this state, or None where the rulebook names none."""
        return next((name for name, states in self.status.items() if state in states), None)


def known_channel(channels: Mapping[str, Channel], name: str) -> Channel:
    """Return a channel by name; where the rulebook declares any, `UnknownChannel` for one that it does not."""
    if channels and name not in channels:
        raise UnknownChannel(name, channels=tuple(channels))
    return channels.get(name, Channel())
