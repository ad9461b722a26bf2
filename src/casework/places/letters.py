"""Letters: what people write and what units answer, drawn from a place's file of matters.

The file (TOML beside this module) holds matters with their threads; its head says how they are put together. Messages are made up:
nobody wrote them, and nobody in them is real.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from random import Random

import msgspec

from ..units import Register

_LOCAL = "属地"
_TRIES = 60
_ONCE = 1000
_IN_TOWN = re.compile(r"\{[rc]\}")
"""Streets and compounds are the county town's."""


class _Thread(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    subject: tuple[str, ...]
    body: str
    reply: str
    more: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    months: tuple[int, ...] = ()
    kind: str = ""
    unit: str = ""
    outcome: str = ""
    away: bool = False


class _Matter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    topic: str
    kind: str
    unit: str
    thread: tuple[_Thread, ...]
    outcome: str = "solved"
    more: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    months: tuple[int, ...] = ()


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    slots: Mapping[str, tuple[str, ...]]
    frame: Mapping[str, tuple[str, ...]]
    poor: Mapping[str, tuple[str, ...]]
    said: Mapping[str, tuple[str, ...]]
    matter: tuple[_Matter, ...]


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One message with its place, the unit whose matter it is, and the answer that it gets in the end, unsigned."""

    topic: str
    kind: str
    subject: str
    body: str
    place: str | None
    unit: str
    reply: str
    outcome: str


class Letters:
    """Draws letters: every thread once before any comes again, no letter twice, places by the register.

    *home* is the unit that answers for streets and compounds, *often* how many times as likely as any other it is for a village.
    Of so many *tries* to fill a thread the one is taken of which least came before.
    """

    def __init__(self, place: str, register: Register, chance: Random, *, home: str, often: int = 1, tries: int = _TRIES) -> None:
        text = (files(__package__) / f"{place}.toml").read_text("utf-8")
        self._file = msgspec.toml.decode(text, type=_File)
        self._chance, self._tries = chance, tries
        villages = {unit.name: tuple(name for name in unit.places if name.endswith("村")) for unit in register.unit if unit.places}
        self._villages = {unit: names for unit, names in villages.items() if names}
        self._home = home
        self._units = [unit for unit in self._villages for _ in range(often if unit == home else 1)]
        self._threads = [(matter, thread) for matter in self._file.matter for thread in matter.thread]
        self._used: Counter[str] = Counter()
        self._turns: Counter[int] = Counter()

    def draw(self, month: int, *, kind: str = "", topics: Sequence[str] = (), subject: str = "", town: str = "") -> Letter:
        """Draw a letter that fits a month, of a *kind*, of certain *topics* and from one *town* where they are given.

        A thread that is drawn by one of its subjects does not come again.
        """
        fitting = [
            at
            for at, (matter, thread) in enumerate(self._threads)
            if subject in ("", *thread.subject)
            and kind in ("", thread.kind or matter.kind)
            and (not topics or matter.topic in topics)
            and month in (thread.months or matter.months or (month,))
            and (town in ("", self._home) or not _IN_TOWN.search("".join((*thread.subject, thread.body))))
        ]
        if not fitting:
            raise LookupError(f"no thread fits month {month}{f' and has the subject {subject!r}' if subject else ''}")
        least = min(self._turns[at] for at in fitting)
        at = self._chance.choice([at for at in fitting if self._turns[at] == least])
        self._turns[at] += _ONCE if subject else 1
        drawn = [self._filled(*self._threads[at], subject, town) for _ in range(self._tries)]
        best = min(drawn, key=lambda letter: (self._used[letter.body], self._used[letter.subject], self._used[letter.reply]))
        self._used.update((best.body, best.subject, best.reply))
        return best

    def poor(self, reason: str) -> str:
        """Return an answer that will not do for a reason, unsigned; those used least first."""
        return self._least_used(self._file.poor[reason])

    def said(self, what: str) -> str:
        """Return something else that is said on the way; what was said least first."""
        return self._least_used(self._file.said[what])

    def exchange(self, what: str) -> tuple[str, str]:
        """Return something that is said on the way, and what follows upon it."""
        said, _, then = self.said(what).partition("|")
        return said, then

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons for which there are answers that will not do."""
        return tuple(self._file.poor)

    def _least_used(self, texts: Sequence[str]) -> str:
        least = min(self._used[text] for text in texts)
        text = self._chance.choice([text for text in texts if self._used[text] == least])
        self._used[text] += 1
        return text

    def _filled(self, matter: _Matter, thread: _Thread, subject: str, of_town: str) -> Letter:
        pick, frame = self._pick, self._file.frame
        kind = thread.kind or matter.kind
        title, body = subject or pick(thread.subject), thread.body
        in_town = bool(_IN_TOWN.search(title + body))
        somewhere = in_town or bool(re.search(r"\{[vt]\}", title + body))
        towns = [unit for unit in self._units if unit != self._home] if thread.away else self._units
        town = self._home if in_town else of_town or pick(towns)
        slots = {name: pick(values) for name, values in self._file.slots.items()}
        slots |= {"t": town, "v": pick(self._villages[town])}
        message = pick(frame["open"]) + body + pick(thread.more or matter.more) + pick(frame[kind])
        reply = pick(frame["greet"]) + thread.reply + pick(thread.after or matter.after) + pick(frame["close"])
        where = next((slots[name] for name in ("v", "r", "c") if f"{{{name}}}" in title + body), "")
        return Letter(
            topic=matter.topic,
            kind=kind,
            subject=title.format_map(slots),
            body=message.format_map(slots),
            place=f"{town}{where}" if somewhere else None,
            unit=town if (thread.unit or matter.unit) == _LOCAL else thread.unit or matter.unit,
            reply=reply.format_map(slots),
            outcome=thread.outcome or matter.outcome,
        )

    def _pick(self, choices: Sequence[str]) -> str:
        return self._chance.choice(choices) if choices else ""
