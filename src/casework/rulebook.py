"""The rulebook: a place's rules as one checked, versioned document.

It is written in TOML, merged over its base, checked as a whole (all problems at once, each with its path) and compiled. What the
store keeps is the merged document as JSON, so a case can be read under the rules it began with long after the file has changed.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Self, TypeGuard

import msgspec

from . import mistakes, soundness, states
from .approvals import PUBLISH
from .calendars import WorkCalendar
from .conditions import Condition
from .errors import InputError, LifecycleInvalid, Problem, RulebookInvalid, UnknownRulebook, nearest
from .escalation import OrderForm, Rung
from .languages import Lang, chinese
from .outline import RECEIVE, Schedule
from .privacy import Role
from .sla import ClockRule, ConditionalLimit, Count, SlaClock, Timekeeper
from .units import Register, load_register

_REGISTERS = frozenset(Register.__struct_fields__) - {"id", "zh", "en"}
_A_REGISTER = (
    "this is a register of units, not a rulebook: it has no [rulebook]; it is read with the rulebook beside which it lies, as "
    "register.toml or NAME.register.toml, so name the rulebook"
)

__all__ = ["RECEIVE", "Rulebook", "shipped_file", "shipped_names"]


class Rulebook:
    """A checked, compiled rulebook. Equal documents have equal digests; nothing in it changes."""

    def __init__(
        self, document: Mapping[str, Any], *, name: str = "rulebook", register: Register | None = None, kept: bool = False
    ) -> None:
        """Check and compile a merged document; `RulebookInvalid` lists every problem.

        One that a store *kept* was checked when it was taken in, by the register and the checks of its time.
        """
        reading = mistakes.read(document)
        if reading.outline is None:
            raise RulebookInvalid(name, reading.problems)
        self.outline = reading.outline
        self.text = msgspec.json.encode(document).decode()  # in the author's order, which reports follow
        self.digest = rulebook_digest(self.text)
        self.register = register
        self._forms_after: dict[str, tuple[str, ...]] = {}
        problems: list[Problem] = []
        self.lifecycle = self._lifecycle([] if kept else problems)
        self.conditions: Mapping[str, Condition] = self._conditions(problems, kept=kept)
        if not kept:
            problems += reading.quoted(document)
            problems += soundness.problems(self.outline, self.lifecycle, register)
        told = reading.told(problems)
        if told:
            raise RulebookInvalid(name, told)

    # -- where rulebooks come from

    @classmethod
    def parse(cls, text: str, *, name: str = "rulebook", register: Register | None = None) -> Self:
        """Read a rulebook from TOML, merged over its base; without a *register* of its own it has its base's."""
        return cls(_merged(text, name), name=name, register=register or _base_register(text))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a rulebook from a TOML file; a file ``register.toml`` (or ``NAME.register.toml``) beside it is its register."""
        place = Path(path)
        try:
            text = place.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RulebookInvalid(str(path), [Problem(f"cannot be read: {_unreadable(error)}", str(path))]) from error
        beside = [place.with_name(f"{place.stem}.register.toml"), place.with_name("register.toml")]
        register = next((load_register(file) for file in beside if file.is_file()), None)
        return cls.parse(text, name=place.name, register=register)

    @classmethod
    def shipped(cls, name: str) -> Self:
        """Return a rulebook that comes with casework; `UnknownRulebook` names them all."""
        if name not in shipped_names():
            raise UnknownRulebook(name, choices=shipped_names())
        return cls.load(Path(str(files(__package__) / "rulebooks" / name / "rulebook.toml")))

    @classmethod
    def restore(cls, text: str, *, register: Register | None = None) -> Self:
        """Read back what `text` kept: the merged document as JSON; `RulebookInvalid` for anything else."""
        try:
            document = msgspec.json.decode(text, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise RulebookInvalid("stored rulebook", [Problem(f"is not what was stored: {error}", "document")]) from error
        return cls(document, name="stored rulebook", register=register, kept=True)

    # -- reading it

    @property
    def id(self) -> str:
        """The rulebook's name."""
        return self.outline.rulebook.id

    @property
    def zone(self) -> str:
        """The IANA name of the zone that days are counted in."""
        return self.outline.rulebook.zone

    @property
    def clocks(self) -> Mapping[str, ClockRule]:
        """The clock rules by id, in the rulebook's order, those of orders' answers last; each with its office hours."""
        return self.outline.clocks

    def rule_of(self, clock: SlaClock) -> ClockRule:
        """Return a clock's rule; of one that ended before its case moved here, under a rule that is gone, what it says itself."""
        known = self.clocks.get(clock.rule)
        if known is not None:
            return known
        limit, count = ConditionalLimit.model_validate({"is": str(clock.limit)}), Count(hours=self.outline.hours)
        return ClockRule(
            id=clock.rule, starts_on=(RECEIVE,), stops_on=("close",), limit=(limit,), count=count, on_calendar_change="keep"
        )

    @cached_property
    def orders(self) -> Mapping[str, OrderForm]:
        """The order forms by id."""
        return {form.id: form for form in self.outline.order}

    @cached_property
    def rungs(self) -> Mapping[str, Rung]:
        """The ladder's rungs by id, in the rulebook's order."""
        return {rung.id: rung for rung in self.outline.rung}

    @cached_property
    def steps(self) -> tuple[Rung, ...]:
        """The rungs of the ladder that stand on acts and counts, in the rulebook's order."""
        return tuple(rung for rung in self.outline.rung if rung.kind in ("done", "count"))

    def forms_after(self, action: str) -> tuple[str, ...]:
        """Return the forms of the orders that rungs on acts and counts may issue when an act is done."""
        if action not in self._forms_after:
            rungs = soundness.triggers(self.outline, action)
            self._forms_after[action] = tuple(form for rung in rungs for form in rung.effects("issue"))
        return self._forms_after[action]

    @property
    def gates(self) -> tuple[str, ...]:
        """The roles of every gate that may stand before a reply is published, in order."""
        return self.outline.gates(PUBLISH, lambda _: True)

    @cached_property
    def idle(self) -> frozenset[str]:
        """Actions of the lifecycle to which no rule gives a meaning, such as extending where no clock can be extended."""
        outline = self.outline
        meant = {
            ("extend",): any(rule.extend for rule in self.clocks.values()),
            ("refuse_extension",): any(rule.extend and rule.extend.approve for rule in self.clocks.values()),
            ("promise",): any(rule.promise for rule in self.clocks.values()),
            ("approve",): bool(outline.approval),
            ("refuse",): any(row.on != PUBLISH for row in outline.approval),
            ("take_up", "dismiss"): any(rung.mode == "propose" for rung in outline.rung),
            ("issue", "answer", "clear"): bool(outline.order),
            ("contribute", "return_part"): outline.assignment.assisting == "contribute",
        }
        return frozenset(action for actions, has in meant.items() if not has for action in actions)

    @property
    def roles(self) -> Mapping[str, Role]:
        """The roles by name."""
        return self.outline.roles

    def schedule(self, form: str = "bulletin") -> Schedule | None:
        """Return the first schedule of this form, or None."""
        return next((row for row in self.outline.schedule if row.form == form), None)

    def label(self, word: str, *, lang: Lang = "zh") -> str:
        """Return a word as people read it: the rulebook's own label, or the word itself."""
        return self.outline.labels.get(word, word) if chinese(lang) else word

    def calendar(self) -> WorkCalendar:
        """Return the calendar that the rulebook names."""
        return WorkCalendar.named(self.outline.rulebook.calendar)

    def timekeeper(self, *, provisional: bool = False) -> Timekeeper:
        """Return a timekeeper that counts by the rulebook's calendar in its zone."""
        return Timekeeper(self.calendar(), self.zone, provisional=provisional)

    def __repr__(self) -> str:
        return f"Rulebook({self.id!r}, version {self.outline.rulebook.version}, {self.digest})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rulebook) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    # -- compiling it

    def _lifecycle(self, problems: list[Problem]) -> states.Lifecycle:
        rows = self.outline.lifecycle
        standard = states.standard_lifecycle()
        unknown = [action for action in rows.drop_actions if action not in standard.actions]
        problems += [
            Problem(f"unknown action {action!r}{nearest(action, standard.actions)}", "lifecycle.drop_actions") for action in unknown
        ]
        try:
            return standard.extend(
                name=self.id,
                add_states=[states.State(**row.model_dump()) for row in rows.state],
                drop_states=rows.drop_states,
                add_transitions=[states.Transition(row.action, row.source, row.dest) for row in rows.transition],
                drop_transitions=[row for row in standard.transitions if row.action in rows.drop_actions],
            )
        except LifecycleInvalid as error:
            problems += [Problem(_of_rows(problem.message), _of_rows(f"lifecycle.{problem.path}")) for problem in error.problems]
            return standard

    def _conditions(self, problems: list[Problem], *, kept: bool) -> Mapping[str, Condition]:
        compiled: dict[str, Condition] = {}
        for text, path in self._condition_texts():
            if text and text not in compiled:
                try:
                    compiled[text] = Condition(text, axes=self.outline.classes)
                except InputError as error:
                    problems.append(Problem(str(error), path))
                    continue
                if not kept:
                    if not compiled[text].judges:
                        why = f"a condition is true or false, and {text!r} is a text or a number; compare it with one"
                        problems.append(Problem(why, path))
                    for name, value in compiled[text].compared():
                        why = soundness.never_true(self.outline, self.lifecycle, self.register, name, value)
                        problems += [Problem(f"{why}, so {text!r} compares in vain", path)] if why else []
        return compiled

    def _condition_texts(self) -> Iterator[tuple[str, str]]:
        outline = self.outline
        for table in ("route", "rung", "notify", "clock", "approval"):
            for number, row in enumerate(getattr(outline, table)):
                yield row.when, f"{table}[{number}].when"
        for number, rule in enumerate(outline.clock):
            for line, limit in enumerate(rule.limit):
                yield limit.when, f"clock[{number}].limit[{line}].when"
        for number, form in enumerate(outline.order):
            for line, limit in enumerate(form.answer.limit):
                yield limit.when, f"order[{number}].answer.limit[{line}].when"
        for number, check in enumerate(outline.reply.checks):
            yield getattr(check, "when", ""), f"reply.checks[{number}].when"
        yield outline.revisit.required, "revisit.required"


def rulebook_digest(text: str) -> str:
    """Return the digest of a rulebook's stored text, by which cases name the version that they keep; order does not count."""
    return hashlib.sha256(msgspec.json.encode(msgspec.json.decode(text), order="deterministic")).hexdigest()[:16]


def shipped_names() -> tuple[str, ...]:
    """Return the names of the rulebooks that come with casework; "standard" is the base that others build on."""
    folder = Path(str(files(__package__) / "rulebooks"))
    return tuple(sorted(place.parent.name for place in folder.glob("*/rulebook.toml")))


def shipped_file(name: str, file: str) -> Path:
    """Return the path of a data file of a shipped rulebook, such as ``messages-2020-07.csv`` of "yunxi"."""
    return Path(str(files(__package__) / "rulebooks" / name / file))


# --- reading and merging ----------------------------------------------------------------------------------------------


def _merged(text: str, name: str, *, seen: tuple[str, ...] = ()) -> dict[str, Any]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulebookInvalid(name, [Problem(f"not TOML: {error}", name)]) from error
    if "rulebook" not in document and _REGISTERS.intersection(document):
        raise RulebookInvalid(name, [Problem(_A_REGISTER, name)])
    head = document.get("rulebook")
    base = head.get("base") if isinstance(head, dict) else None
    if not base:
        return document
    if base in seen:
        raise RulebookInvalid(name, [Problem(f"bases go in a circle: {' -> '.join((*seen, base))}", "rulebook.base")])
    if base not in shipped_names():
        raise RulebookInvalid(name, [Problem(f"unknown base {base!r}{nearest(str(base), shipped_names())}", "rulebook.base")])
    below = _merged(shipped_file(base, "rulebook.toml").read_text("utf-8"), base, seen=(*seen, base))
    return _over(below, document)


def _base_register(text: str) -> Register | None:
    head = tomllib.loads(text).get("rulebook")
    base = head.get("base") if isinstance(head, dict) else None
    file = shipped_file(str(base), "register.toml")
    return load_register(file) if base and file.is_file() else None


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Lay one document over another: tables key by key, rows with an id by their id, everything else replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _over(old, value)
        elif _has_ids(old) and _has_ids(value):
            merged[key] = _rows_over(old, value)
        else:
            merged[key] = value
    return merged


def _rows_over(below: list[dict[str, Any]], above: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Replace rows by those above with their id, in their place; new rows follow, and an id given twice stays to be reported."""
    ids = {row["id"] for row in below}
    replacing: dict[Any, dict[str, Any]] = {}
    further = []
    for row in above:
        if row["id"] in ids and row["id"] not in replacing:
            replacing[row["id"]] = row
        else:
            further.append(row)
    return [replacing.get(row["id"], row) for row in below] + further


def _unreadable(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text; save it as UTF-8"
    return {FileNotFoundError: "there is no such file", IsADirectoryError: "it is a folder"}.get(type(error), str(error))


def _of_rows(text: str) -> str:
    """Return a text about what is added to the standard lifecycle by the rows that add it; other places of it have no path here."""
    rows = text.replace("add_states[", "state[").replace("add_transitions[", "transition[")
    return re.sub(r"(lifecycle\.)?\bstandard\.(states|transitions)\[\d+\]|lifecycle\.states$", "lifecycle", rows)


def _has_ids(rows: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(rows, list) and bool(rows) and all(isinstance(row, dict) and "id" in row for row in rows)
