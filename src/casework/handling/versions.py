"""Another version of the rulebook: what moving to it makes of a case's clocks, and what must be done first.

A move gives a case the clocks that it would have had: those of rules that both versions have go on from where they began, those of
new rules begin as of the act that starts them, and nothing of the ladder that lay before the move is made up for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from .. import escalation, events
from ..cases import Order
from ..decisions import Draft
from ..errors import listed, nearest
from ..events import ClockMoved, Event
from ..privacy import Role
from ..rulebook import Rulebook
from ..sla import Alarm, ClockRule, Limit, SlaClock
from . import replies

_SAID = {"zh", "en", "source", "assumption"}
"""Keys that say how a rule is called and where it comes from; it is the same rule under other words."""


def named(rulebook: Rulebook) -> str:
    """Return a rulebook's name with its version: ``"yunxi 2"``."""
    return f"{rulebook.id} {rulebook.outline.rulebook.version}"


def move(draft: Draft, old: Rulebook, history: Sequence[Event], reason: str) -> None:
    """Move a case from *old* to the draft's rulebook; what stands against it is said all at once."""
    against = tuple(_against(draft))
    if against:
        raise draft.refuse("move", *against)
    clocks, passed = _clocks(draft, old, history)
    before = {clock.key: clock for clock in draft.case.clocks}
    new = draft.rulebook
    moved = events.RulebookMoved(
        old=named(old),
        new=named(new),
        rulebook=new.id,
        rulebook_digest=new.digest,
        old_digest=old.digest,
        reason=draft.maybe("reason", reason),
        clocks=tuple(_told(before.get(clock.key), clock) for clock in clocks),
        passed=passed,
    )
    draft.add("move", moved, clocks=clocks)


def ruled_by(history: Sequence[Event], key: str) -> str:
    """Return the digest of the rulebook under which a clock was last decided upon; "" where no event speaks of it."""
    present = found = ""
    for event in history:
        data, before = event.data, present
        if isinstance(data, events.Received | events.RulebookMoved):
            present = data.rulebook_digest
        if any(clock.key == key for clock in event.clocks):
            gone = isinstance(data, events.RulebookMoved) and any(
                row.clock == key and row.change == "cancelled" for row in data.clocks
            )
            found = before if gone else present
    return found


# --- what must be done first ------------------------------------------------------------------------------------------


def _against(draft: Draft) -> Iterator[str]:
    """Yield what of a case the new version could not go on with, each with what would help."""
    life, case = draft.rulebook.lifecycle, draft.case
    if case.state not in life.states:
        yield f"the new version has no state {case.state!r}{nearest(case.state, life.states)}; bring the case into another first"
    elif life.states[case.state].kind == "final":
        yield f"state {case.state!r} is final in the new version; bring the case into another state first"
    for check in (_classes, _units, _requests, _reply, _asks, _orders, _proposals):
        yield from check(draft)


def _classes(draft: Draft) -> Iterator[str]:
    declared, case = draft.rulebook.outline.classes, draft.case
    classes = {axis: value for axis, value in case.classes.items() if value}
    reply = case.reply
    if "outcome" in declared and reply and reply.status == "submitted" and reply.outcome:
        classes["outcome"] = reply.outcome
    for axis, value in classes.items():
        if axis not in declared:
            yield f"the new version declares no class {axis!r}, and the case's is {value!r}; declare it there, if only to keep it"
        elif value not in declared[axis]:
            do = "return the reply" if axis == "outcome" and axis not in case.classes else "reclassify the case"
            yield f"the new version has no {axis} {value!r}{nearest(value, declared[axis])} ({listed(declared[axis])}); {do} first"


def _units(draft: Draft) -> Iterator[str]:
    register = draft.rulebook.register
    for unit in draft.case.units if register else ():
        if register and unit not in register.names:
            yield f"the new version's register has no unit {unit!r}{nearest(unit, register.names)}; assign the case anew first"


def _able(draft: Draft, action: str, *, role: str | None = None) -> bool:
    """Return whether an act can be done in the case's state, by a role (None: by any)."""
    roles: Mapping[str, Role] = draft.rulebook.roles
    who = roles.values() if role is None else [roles[role]] if role in roles else []
    return any(action in row.may for row in who) and draft.rulebook.lifecycle.can(draft.case.state, action)


def _requests(draft: Draft) -> Iterator[str]:
    for row in draft.case.requests:
        gates = [role for role in row.gates[row.passed :] if not _able(draft, "approve", role=role)]
        if gates:
            yield f"{row.act!r} waits for {listed(gates)}, who may not approve under the new version; approve or refuse it first"


def _reply(draft: Draft) -> Iterator[str]:
    reply = draft.case.reply
    if reply is None or reply.status != "submitted" or reply.passed >= len(reply.gates):
        return
    first = replies.gate_of(draft, reply)
    ahead = (first, *(role for role in reply.gates[reply.passed + 1 :] if role))
    unable = [role for role in ahead if not _able(draft, "approve", role=role)]
    if unable:
        gates = listed(role or f"gate {reply.passed + 1}" for role in unable)
        yield f"a reply stands before {gates}, who may not approve under the new version; let it pass or return it first"


def _asks(draft: Draft) -> Iterator[str]:
    for ask in draft.case.asks:
        rule = draft.rulebook.clocks.get(draft.case.clock(ask.clock).rule)
        if rule is None or rule.extend is None or not _able(draft, "extend", role=rule.extend.approve or None):
            yield f"an extension of {ask.clock!r} is asked for, and the new version allows none; allow or refuse it first"


def _orders(draft: Draft) -> Iterator[str]:
    forms, roles = draft.rulebook.orders, draft.rulebook.roles
    for order in draft.case.orders:
        if order.cleared_at is None:
            gone = [role for role in order.unanswered if role in order.roles and role not in roles] if order.answer_wanted else []
            if order.form not in forms:
                yield f"order {order.number} is of form {order.form!r}, which the new version has not; {_end_of(order)} first"
            elif gone:
                yield f"order {order.number} waits for {listed(gone)}, whom the new version has not; {_end_of(order)} first"


def _end_of(order: Order) -> str:
    return "have it answered and strike it off" if order.answer_wanted and order.unanswered else "strike it off"


def _proposals(draft: Draft) -> Iterator[str]:
    for row in draft.case.proposed:
        if not (_able(draft, "take_up") and _able(draft, "dismiss")):
            yield f"nobody may decide under the new version on what rung {row.rung!r} proposed; take it up or dismiss it first"
        elif lacking := [effect for effect in row.effects if not _has(draft.rulebook, effect)]:
            yield f"rung {row.rung!r} proposed {listed(lacking)}, which the new version has not; take it up or dismiss it first"


def _has(rulebook: Rulebook, effect: str) -> bool:
    verb, _, name = effect.partition(":")
    if verb == "issue":
        return name in rulebook.orders
    axis, _, value = name.partition("=")
    return verb != "set" or value in rulebook.outline.classes.get(axis, ())


# --- clocks -----------------------------------------------------------------------------------------------------------


class _Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What of the clocks two versions differ in, by ids of rules.

    ``gone`` are no rules any more, or of clocks kept for something else; ``counted`` count otherwise, ``limited`` have other
    limits, ``ended`` stop on something else, ``rung`` have other rungs; ``begun`` may start where no clock did.
    """

    gone: frozenset[str]
    counted: frozenset[str]
    limited: frozenset[str]
    ended: frozenset[str]
    rung: frozenset[str]
    begun: frozenset[str]


@lru_cache(maxsize=64)
def _difference(old: Rulebook, new: Rulebook) -> _Difference:
    both = {name for name, rule in new.clocks.items() if name in old.clocks and _same(old.clocks[name], rule, "per", "form")}
    of_old, of_new = old.outline.rulebook, new.outline.rulebook
    elsewhere = (of_old.zone, of_old.calendar) != (of_new.zone, of_new.calendar)

    def other(*keys: str) -> frozenset[str]:
        return frozenset(name for name in both if not _same(old.clocks[name], new.clocks[name], *keys))

    def rungs(book: Rulebook, clock: str) -> list[Any]:
        return [_bare(rung.model_dump(exclude={"do", "mode", "when"})) for rung in book.rungs.values() if rung.clock == clock]

    return _Difference(
        gone=frozenset(old.clocks) - both,
        counted=frozenset(both) if elsewhere else other(),
        limited=other("limit"),
        ended=other("stops_on"),
        rung=frozenset(name for name in both if rungs(old, name) != rungs(new, name)),
        begun=frozenset(new.clocks) - both | other("starts_on", "when"),
    )


def _same(old: ClockRule, new: ClockRule, *keys: str) -> bool:
    """Return whether two rules say the same under these keys; without any, under every one."""
    wanted = set(keys) or None
    return bool(_bare(old.model_dump(include=wanted)) == _bare(new.model_dump(include=wanted)))


def _bare(value: Any) -> Any:
    """Return what a rule says, without its names, sources and assumptions."""
    if isinstance(value, Mapping):
        return {key: _bare(inner) for key, inner in value.items() if key not in _SAID}
    return [_bare(inner) for inner in value] if isinstance(value, list | tuple) else value


def _clocks(draft: Draft, old: Rulebook, history: Sequence[Event]) -> tuple[tuple[SlaClock, ...], tuple[str, ...]]:
    """Return the clocks that a move changes, as they then are, and the occasions of the ladder that lie before it."""
    new, case, differ = draft.rulebook, draft.case, _difference(old, draft.rulebook)
    wanted = [rule for name, rule in new.clocks.items() if name in differ.begun | differ.ended]
    traced = draft.traced(history, wanted) if wanted else {}
    after: dict[str, SlaClock] = {}
    passed: list[str] = []
    for clock in case.clocks:
        if clock.status in ("stopped", "cancelled"):
            continue
        if clock.rule in differ.gone:
            fresh = draft.known.keeper.cancel(clock, draft.now)
        elif clock.rule in differ.counted:
            fresh = _counted(draft, differ, clock, traced.get(clock.key), history)
        else:
            fresh = clock
        if fresh is not clock or clock.rule in differ.rung:
            after[clock.key] = _with_rungs(draft, fresh, clock, passed)
    for key, begun in traced.items():
        was = after.get(key) or next((clock for clock in case.clocks if clock.key == key), None)
        ended = was is None or was.status == "cancelled"
        if begun.rule in differ.begun and begun.status not in ("stopped", "cancelled") and ended:
            after[key] = _with_rungs(draft, replace(begun, run=was.run + 1 if was else 1), None, passed)
    present = {clock.key: clock for clock in case.clocks}
    return tuple(clock for key, clock in after.items() if clock != present.get(key)), tuple(passed)


def _counted(draft: Draft, differ: _Difference, clock: SlaClock, traced: SlaClock | None, history: Sequence[Event]) -> SlaClock:
    """Return an open clock as its rule's new version counts it, from the same start, with its pauses and extensions."""
    rule, keeper = draft.rulebook.clocks[clock.rule], draft.known.keeper
    kept = clock.run_key in draft.case.limits_set or clock.rule not in differ.limited
    limit = clock.limit if kept and clock.status != "waiting" else _limit(draft, rule, clock, history)
    if clock.status == "waiting":  # for the next unit to accept; where the rule lets no clock wait, it begins with the move
        return clock if rule.on.transfer == "restart-on-accept" else keeper.begin(rule, limit, draft.now, clock=clock)
    over = traced.stopped_at if traced and traced.status == "stopped" else None
    if over and clock.rule in differ.ended and over >= clock.started_at:
        until = _until(clock, over)
        return keeper.stop(draft.counted(rule, until, lambda keeper: keeper.recount(until, rule, limit=limit)), over)
    return draft.recomputed(rule, clock, limit)


def _until(clock: SlaClock, at: datetime) -> SlaClock:
    """Return a clock with the pauses that it had at a moment, running: what came later did not happen to it."""
    pauses = tuple(replace(row, until=min(row.until or at, at)) for row in clock.pauses if row.since < at)
    return replace(clock, status="running", pauses=pauses, left=None)


def _limit(draft: Draft, rule: ClockRule, clock: SlaClock, history: Sequence[Event]) -> Limit:
    """Return a rule's limit for a clock; that of an order's clock may depend on the order."""
    issued = (event.data for event in history if isinstance(event.data, events.OrderIssued) and event.data.order == clock.subject)
    draft.about(next(issued, None) if rule.per == "order" else None)
    return draft.limit(rule)


def _with_rungs(draft: Draft, clock: SlaClock, before: SlaClock | None, passed: list[str]) -> SlaClock:
    """Give a clock the alarms of the new ladder that lie after the move, and note the occasions that lie before it.

    One that was due already and only not swept yet is still owed, if the new ladder has its rung.
    """
    rule, now, keeper = draft.rulebook.clocks.get(clock.rule), draft.now, draft.known.keeper
    if rule is None or clock.status not in ("running", "paused"):
        return clock
    # What lies before the move of a paused clock is what would, if it went on now.
    standing = clock if clock.status == "running" else draft.counted(rule, clock, lambda keeper: keeper.resume(clock, rule, now))
    owed = {row.rung for row in before.alarms if row.at <= now} if before and before.run == clock.run else set[str]()
    found = []
    for rung in draft.rulebook.rungs.values():
        if rung.clock != clock.rule:
            continue
        n, over = 1, list[Alarm]()
        row = escalation.alarm(rung, standing, rule, keeper)
        while row and (row.at <= now or escalation.occasion(row, clock) in draft.case.occasions):
            if escalation.occasion(row, clock) not in draft.case.occasions:
                over.append(row)
            n += 1
            row = escalation.alarm(rung, standing, rule, keeper, n=n)
        if over and rung.id in owed:
            row = over.pop()
        passed += [escalation.occasion(late, clock) for late in over]
        if row:
            found.append(row)
    alarms = tuple(sorted(found, key=lambda row: (row.at, row.rung))) if clock.status == "running" else ()
    return replace(clock, alarms=alarms)


_Change = Literal["counted", "started", "stopped", "cancelled", "rungs"]


def _told(old: SlaClock | None, new: SlaClock) -> ClockMoved:
    """Say what became of a clock."""
    change: _Change = "counted"
    if old is None or old.run != new.run:
        change = "started"
    elif new.status in ("stopped", "cancelled"):
        change = "stopped" if new.status == "stopped" else "cancelled"
    elif replace(new, alarms=old.alarms) == old:
        change = "rungs"
    before = old if old and old.status in ("running", "paused") else None
    return ClockMoved(
        clock=new.key,
        change=change,
        old=before.due if before else None,
        new=new.due if change != "cancelled" else None,
        old_left=before.left if before else None,
        new_left=new.left,
    )
