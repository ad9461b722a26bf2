"""Whether the tables of a rulebook fit each other: every name that one uses, another declares, and what waits can be decided."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from .actions import COMMANDS
from .approvals import PUBLISH
from .calendars import WorkCalendar
from .conditions import NAMES
from .documents import NAMES as NAMES_OF_TEMPLATES
from .documents import render
from .errors import CaseworkError, InputError, Problem, choices_of, listed, nearest
from .escalation import COUNTS, EFFECTS, NO_ROLES, OrderForm, Rung
from .facts import COUNTED, LATE_COUNTS, RATES, RESTS
from .limits import BY_THE_DAY, Limit
from .messages import Sender
from .outline import RECEIVE, Outline
from .privacy import grant_problems
from .routing import PLACE
from .sla import ClockRule, ConditionalLimit
from .states import ACTIONS, Lifecycle, standard_lifecycle
from .units import SYSTEM, Register

_NO_HOURS = "working hours, and an end at 'close', need office hours: [hours] open = '09:00-12:00, 13:30-17:30'"
_FIELDS = ("sender.*", *(f"sender.{name}" for name in Sender.model_fields))
_UNGATED = ("approve", "refuse", "submit", "return", "merge")
"""Acts before which no gate can stand: the decisions themselves, those by which a reply comes to its own gates, and the one act
that is of two cases."""

_BEFORE_UNITS = ("review", "reject", "assign")
"""Acts on a case that is with no unit yet, so that nobody of a unit could let them pass."""

_RAISED: Mapping[str, tuple[str, ...]] = {
    "return": ("returned",),
    "decline": ("declined",),
    "rate": ("dissatisfied",),
    "revisit": ("dissatisfied",),
    "absorb": ("repeated",),
    "view": ("views",),
    "instruct": ("instructed",),
}
"""Which counts an act may raise."""


def problems(outline: Outline, life: Lifecycle, register: Register | None) -> list[Problem]:
    """Return everything that does not fit; names of units and groups are checked where there is a register."""
    found: list[Problem] = []
    for check in (_classes_and_roles, _unwatched, _ids, _intake, _approvals, _tables, _orders, _ladder, _notices):
        found += check(outline, life)
    for number, clock in enumerate(outline.clock):
        found += _clock(outline, life, clock, f"clock[{number}]")
    found += _routes(outline, register)
    found += _figures(outline)
    if register:
        found += grant_problems(outline.roles, register)
        found += _scheduled_figures(outline, register)
    found += _schedules(outline, register)
    try:
        if outline.clocks or outline.schedule:
            WorkCalendar.named(outline.rulebook.calendar)
    except CaseworkError as error:
        found.append(Problem(str(error), "rulebook.calendar"))
    return found


def never_true(outline: Outline, life: Lifecycle, register: Register | None, name: str, value: object) -> str:
    """Return why what a condition compares can never be the same: *name* never has this value; "" where it may."""
    known: dict[str, Iterable[str]] = {
        **outline.classes,
        "state": life.states,
        "form": {form.id: form for form in outline.order},
        "solved": ("yes", "no"),
        "satisfied": ("yes", "no"),
    }
    if outline.channels:
        known["channel"] = outline.channels
    if register and register.board:
        known["board"] = [board.name for board in register.board]
    if register and register.unit:
        known["lead"] = register.names
    kind = "" if name in outline.classes else NAMES.get(name, "")
    if not isinstance(value, str):
        return "" if kind in ("number", "flag") else f"{name} is a text, which stands in quotes: '{value}'"
    if kind == "number":
        return f"{name} is a number, which stands without quotes"
    if kind == "flag":
        return f"{name} is true or false, without quotes"
    if name == "date" and not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", value):
        return f"a date is written like '2020-07-01', not {value!r}"
    if not value or name not in known or value in known[name]:
        return ""
    like = _meant(value, known[name], outline.labels) or nearest(value, known[name])
    there = f"{name}: {listed(known[name])}" if list(known[name]) else "there is none"
    return f"{name} is never {value!r}{like} ({there})"


def triggers(outline: Outline, action: str) -> Iterator[Rung]:
    """Yield the rungs on acts and counts that an act may set off, directly or by what such a rung does."""
    seen: set[str] = set()
    waiting = [action]
    while waiting:
        act = waiting.pop()
        if act in seen:
            continue
        seen.add(act)
        for rung in outline.rung:
            if (rung.kind == "done" and rung.name == act) or (rung.kind == "count" and rung.name in _RAISED.get(act, ())):
                yield rung
                waiting += _acts(rung)


def _acts(rung: Rung) -> list[str]:
    """Return the actions by which a rung does what it does."""
    return [act for line in rung.do if (act := EFFECTS[line.partition(":")[0]])]


def _known(name: str, choices: Iterable[str], what: str, path: str, *, or_else: Iterable[str] = ()) -> Iterator[Problem]:
    """Yield a problem for a name that is none of *choices*, nor of the words that may stand in its place.

    Where people call one of them so, that one is meant: 登记受理 is "review".
    """
    names = [*choices, *or_else]
    if name not in names:
        yield Problem(f"unknown {what} {name!r}{_meant(name, choices) or nearest(name, names) or choices_of(names)}", path)


def _meant(name: str, choices: Iterable[str], labels: Mapping[str, str] | None = None) -> str:
    """Return a suggestion of the choice that people call *name*, by its own label or one of *labels*; "" for none."""
    rows = choices if isinstance(choices, Mapping) else {choice: ACTIONS.get(choice) for choice in choices}
    for choice, row in rows.items():
        if name in (getattr(row, "zh", ""), getattr(row, "en", ""), (labels or {}).get(choice)):
            return f"; did you mean {choice!r}?"
    return ""


def _value(outline: Outline, axis: str, value: str, path: str) -> Iterator[Problem]:
    """Yield what is wrong with a value that a rule sets a class to."""
    if axis not in outline.classes:
        meant = _meant(axis, outline.classes, outline.labels) or nearest(axis, outline.classes)
        yield Problem(f"unknown class {axis!r}{meant or choices_of(outline.classes)}", path)
    elif value not in outline.classes[axis]:
        values = outline.classes[axis]
        meant = _meant(value, values, outline.labels) or nearest(value, values) or choices_of(values)
        yield Problem(f"unknown value for class {axis!r} {value!r}{meant}", path)


def _limits(limits: Sequence[ConditionalLimit], path: str) -> Iterator[Problem]:
    always = next((number for number, limit in enumerate(limits) if not limit.when), None)
    if always is None:
        yield Problem("one limit must stand without a condition, for all other cases", path)
    elif always < len(limits) - 1:
        yield Problem("what stands behind a limit without a condition never applies; put that one last", f"{path}[{always}]")


def _may(outline: Outline, action: str, path: str) -> Iterator[Problem]:
    """Yield a problem where nobody may do what a rule calls for."""
    if not any(action in role.may for role in outline.roles.values()):
        yield Problem(f"no role may {action}; give it to one under [roles.….may]", path)


def _classes_and_roles(outline: Outline, life: Lifecycle) -> Iterator[Problem]:
    for axis in outline.classes:
        if (axis in NAMES or axis == "unit") and axis != "outcome":  # a case has its outcome from that axis
            yield Problem(f"{axis!r} has a meaning in conditions already; call the class otherwise", f"classes.{axis}")
    if SYSTEM in outline.roles:
        yield Problem("'system' is the desk's own role; call it otherwise", f"roles.{SYSTEM}")
    for name, role in outline.roles.items():
        for field in role.sees:
            yield from _known(field, _FIELDS, "field of the sender", f"roles.{name}.sees")
        for action in role.may:
            # A role of the base may have been granted what went with a state that this rulebook drops.
            if action not in standard_lifecycle().actions or action in outline.lifecycle.drop_actions:
                yield from _known(action, life.actions, "action", f"roles.{name}.may")


def _unwatched(outline: Outline, life: Lifecycle) -> Iterator[Problem]:
    for name, reason in outline.lifecycle.unwatched.items():
        path = f"lifecycle.unwatched.{name}"
        yield from _known(name, life.states, "state", path)
        if name in life.states and life.states[name].kind != "open":
            yield Problem(f"state {name!r} is {life.states[name].kind}; only open states are asked for a clock", path)
        if not reason.strip():
            yield Problem("say why no clock need run there", path)


def _ids(outline: Outline, life: Lifecycle) -> Iterator[Problem]:
    for table in ("route", "clock", "order", "rung", "schedule"):
        seen: set[str] = set()
        for number, row in enumerate(getattr(outline, table)):
            if row.id in seen:
                yield Problem(f"the id {row.id!r} is used twice", f"{table}[{number}].id")
            seen.add(row.id)
    checked: set[str] = set()
    for number, check in enumerate(outline.intake.checks):
        if check.id in checked:
            yield Problem(f"the id {check.id!r} is used twice", f"intake.checks[{number}].id")
        checked.add(check.id)
    clocks = {clock.id: number for number, clock in enumerate(outline.clock)}
    for number, form in enumerate(outline.order):
        if form.clock and form.clock.id in clocks:
            why = f"the clock of this form's answer is called {form.clock.id!r}, and clock[{clocks[form.clock.id]}] is too"
            yield Problem(why, f"order[{number}].answer.limit")


def _routes(outline: Outline, register: Register | None) -> Iterator[Problem]:
    for number, rule in enumerate(outline.route):
        path = f"route[{number}]"
        if bool(rule.set) == bool(rule.call):
            yield Problem("a route has exactly one of set, call", path)
        for axis, value in rule.set.items():
            if axis != "unit":
                yield from _value(outline, axis, value, f"{path}.set.{axis}")
            elif register and value == PLACE:
                if not any(unit.places for unit in register.unit):
                    yield Problem("no unit of the register lists places that it answers for", f"{path}.set.unit")
            elif register:
                names = [name for unit in register.unit for name in (unit.name, *unit.aliases)]
                yield from _known(value, names, "unit", f"{path}.set.unit")


def _schedules(outline: Outline, register: Register | None) -> Iterator[Problem]:
    groups = [group.id for group in register.group] if register else []
    listed = {"board": register.boards, "group": groups, "unit": register.names} if register else {}
    for number, schedule in enumerate(outline.schedule):
        path = f"schedule[{number}]"
        for name in schedule.groups if register else ():
            yield from _known(name, groups, "group", f"{path}.groups")
        for name in schedule.to:
            yield from _known(name, outline.roles, "role", f"{path}.to")
        if schedule.per != "all" and not listed.get(schedule.per):
            why = f"the register lists no {schedule.per}" if register else "there is no register beside the rulebook"
            yield Problem(f"no issue can be made of each {schedule.per}: {why}", f"{path}.per")


def _clock(outline: Outline, life: Lifecycle, clock: ClockRule, path: str) -> Iterator[Problem]:
    """Yield what is wrong between a clock and the rest of its rulebook."""
    happenings = {RECEIVE: None, **{action: ACTIONS.get(action) for action in life.actions}, **life.states}
    places: list[tuple[str, Iterable[str], str, str]]
    places = [(name, happenings, "action or state", key) for key in ("starts_on", "stops_on") for name in getattr(clock, key)]
    places += [(name, life.states, "state", "pauses_on") for name in clock.pauses_on]
    if clock.extend and clock.extend.approve:
        places.append((clock.extend.approve, outline.roles, "role", "extend.approve"))
    for name, choices, what, key in places:
        yield from _known(name, choices, what, f"{path}.{key}")
    if clock.form:
        yield from _known(clock.form, {form.id: form for form in outline.order}, "order form", f"{path}.form")
        if clock.per != "order":
            yield Problem("a clock of an order form is kept per = 'order'", f"{path}.form")
    yield from _limits(clock.limit, f"{path}.limit")
    approver = clock.extend.approve if clock.extend else ""
    if approver in outline.roles and "extend" not in outline.roles[approver].may:
        yield Problem(f"role {approver!r} allows extensions and may not extend", f"{path}.extend.approve")
    by_the_day = [line.limit.unit for line in clock.limit if line.limit.unit in BY_THE_DAY]
    for key, terms in (("extend", clock.extend), ("promise", clock.promise)):
        if terms and not any(key in role.may for role in outline.roles.values()):
            yield Problem(f"no role may {key}; give it to one under [roles.….may]", f"{path}.{key}")
        unit = Limit.parse(terms.cap).unit if terms and terms.cap else ""
        if terms and terms.cap_from == "due" and by_the_day and unit and unit not in BY_THE_DAY:
            yield Problem(f"a cap of {terms.cap} cannot be added to a limit in {by_the_day[0]}", f"{path}.{key}.cap")
    if not (outline.hours or clock.count.hours):
        timed = [f"limit[{line}].is" for line, limit in enumerate(clock.limit) if limit.limit.unit == "working hours"]
        asked = clock.extend.ask_before if clock.extend else "due"
        timed += ["extend.ask_before"] if asked != "due" and Limit.parse(asked).unit == "working hours" else []
        caps = (("extend.cap", clock.extend), ("promise.cap", clock.promise))
        timed += [key for key, terms in caps if terms and terms.cap and Limit.parse(terms.cap).unit == "working hours"]
        for where in [*timed, *(["count.ends"] if clock.count.ends == "close" else [])]:
            yield Problem(_NO_HOURS, f"{path}.{where}")
    if clock.on.transfer == "restart-on-accept" and not (outline.assignment.accept and "accept" in life.actions):
        yield Problem("units do not accept under this rulebook; use 'restart'", f"{path}.on.transfer")


def _intake(outline: Outline, life: Lifecycle) -> Iterator[Problem]:
    """Yield what is wrong with channels, checks of the way in, the citizen's statuses and the rule for repeats."""
    intake, channels = outline.intake, outline.channels
    for name, channel in channels.items():
        if channel.reply:
            yield from _known(channel.reply, channels, "channel", f"channels.{name}.reply")
    for number, check in enumerate(intake.checks):
        for name in check.channels if channels else ():
            yield from _known(name, channels, "channel", f"intake.checks[{number}].channels")
    named: dict[str, str] = {}
    for status, states in intake.status.items():
        path = f"intake.status.{status}"
        for name in states:
            yield from _known(name, life.states, "state", path)
            if name in named:
                yield Problem(f"state {name!r} is {named[name]!r} already; to the citizen it is one thing", path)
            named.setdefault(name, status)
    left = [name for name in life.states if name not in named]
    if named and left:
        yield Problem(f"a citizen whose case is in one of these states has no status: {', '.join(left)}", "intake.status")
    rule = intake.duplicate
    if rule:
        if Limit.parse(rule.within).unit == "working hours" and not (outline.hours or rule.count.hours):
            yield Problem(_NO_HOURS, "intake.duplicate.within")
        for action in ("merge", "absorb"):
            yield from _known(action, life.actions, "action", "intake.duplicate.do")
        for action in ("merge", "keep_apart") if rule.do == "propose" else ():
            yield from _may(outline, action, "intake.duplicate.do")


def _approvals(outline: Outline, life: Lifecycle) -> Iterator[Problem]:
    gated = [action for action in life.actions if action in COMMANDS and action not in _UNGATED]
    for number, approval in enumerate(outline.approval):
        path = f"approval[{number}]"
        yield from _known(approval.on, gated, "act that could wait for approval", f"{path}.on")
        if approval.on == "extend" and any(clock.extend and clock.extend.approve for clock in outline.clock):
            yield Problem("extensions are allowed by the role that clock.extend.approve names; say it in one place", f"{path}.on")
        if approval.on != PUBLISH and (approval.returns != ("handler",) or approval.resubmit_at != "first"):
            yield Problem("only a reply is returned; any other act is refused", f"{path}.returns")
        if approval.on != PUBLISH and not {"request", "approve"} <= set(life.actions):
            yield Problem("nothing can wait for approval here: the lifecycle drops 'request' or 'approve'", f"{path}.on")
        if approval.on != PUBLISH and approval.on in life.actions:
            yield from _may(outline, "refuse", f"{path}.by")
        for name in approval.by:
            yield from _known(name, outline.roles, "role", f"{path}.by")
            if name in outline.roles and "approve" not in outline.roles[name].may:
                yield Problem(f"role {name!r} stands at a gate and may not approve", f"{path}.by")
            if approval.on in _BEFORE_UNITS and name in outline.roles and outline.roles[name].scope == "unit":
                yield Problem(f"{approval.on!r} is done before any unit has the case; role {name!r} acts for a unit", f"{path}.by")


def _tables(outline: Outline, life: Lifecycle) -> Iterator[Problem]:
    """Yield what is wrong with the tables of one row."""
    meeting, assignment = outline.consultation, outline.assignment
    if meeting.convener:
        yield from _known(meeting.convener, outline.roles, "role", "consultation.convener")
    for name, path in ((meeting.clock, "consultation.clock"), (outline.rulebook.late_by, "rulebook.late_by")):
        if name:
            yield from _known(name, outline.clocks, "clock", path)
    if outline.revisit.required:
        yield from _may(outline, "revisit", "revisit.required")
    if assignment.contributions == "required" and assignment.assisting != "contribute":
        yield Problem(
            "contributions are required of units that contribute; let assisting = 'contribute'", "assignment.contributions"
        )
    timed = (
        ("assignment.decline.limit", assignment.decline.limit, assignment.decline.count),
        ("reopen.within", outline.reopen.within, outline.reopen.count),
    )
    for path, limit, count in timed:
        if limit and Limit.parse(limit).unit == "working hours" and not (outline.hours or count.hours):
            yield Problem(_NO_HOURS, path)


def _orders(outline: Outline, life: Lifecycle) -> Iterator[Problem]:
    for number, form in enumerate(outline.order):
        path = f"order[{number}]"
        for name, key in (*((name, "by") for name in form.by), *((n, "cc") for n in form.cc)):
            yield from _known(name, outline.roles, "role", f"{path}.{key}")
        for name in form.roles:
            if name not in outline.roles:
                meant = _meant(name, outline.roles) or nearest(name, [*outline.roles, *NO_ROLES])
                accepted = f"{listed(map(repr, NO_ROLES))} or a role: {listed(outline.roles)}"
                why = meant or f" (accepted: {accepted}; an order goes to no unit by its name)"
                yield Problem(f"unknown role {name!r}{why}", f"{path}.to")
        for name in form.roles if form.answer.wanted else ():
            means = {"answer"} | ({"revisit"} if form.revisit == "citizen" else set())
            if name in outline.roles and not means.intersection(outline.roles[name].may):
                yield Problem(f"role {name!r} gets this form and may not answer", f"{path}.to")
        for name in form.by:
            if name in outline.roles and "issue" not in outline.roles[name].may:
                yield Problem(f"role {name!r} issues this form and may not issue", f"{path}.by")
        if form.answer.cleared_by:
            yield from _clearer(outline, form, f"{path}.answer.cleared_by")
        yield from _fillable(form, f"{path}.document.template")
        if form.clock:
            yield from _clock(outline, life, form.clock, f"{path}.answer")


def _fillable(form: OrderForm, path: str) -> Iterator[Problem]:
    """Yield what goes wrong when a template is filled, of a case that has a due date and of one that has none."""
    words = dict.fromkeys(NAMES_OF_TEMPLATES, "x")
    counts, today = dict.fromkeys(COUNTS, 0), date(2020, 7, 1)
    for due in (today, None) if form.document.template else ():
        known = {**words, "to": ["x"], "day": today, "due": due, "answer_by": today if form.clock else None, "counts": counts}
        try:
            render(form.document.template, known)
        except InputError as error:
            yield Problem(f"{error}{'' if due else ', of a case without a due date'}", path)
            return


def _clearer(outline: Outline, form: OrderForm, path: str) -> Iterator[Problem]:
    name = form.answer.cleared_by
    yield from _known(name, outline.roles, "role", path)
    if name in outline.roles and "clear" not in outline.roles[name].may:
        yield Problem(f"role {name!r} strikes this form off and may not clear", path)


def _ladder(outline: Outline, life: Lifecycle) -> Iterator[Problem]:
    forms = {form.id: form for form in outline.order}
    for number, rung in enumerate(outline.rung):
        path = f"rung[{number}]"
        if rung.kind in ("due", "late"):
            yield from _known(rung.name, outline.clocks, "clock", f"{path}.on")
        elif rung.kind == "unanswered":
            yield from _known(rung.name, forms, "order form", f"{path}.on")
            if rung.name in forms and not forms[rung.name].clock:
                yield Problem(f"answers to {rung.name!r} have no limit; give it one: answer = {{ limit = […] }}", f"{path}.on")
        elif rung.kind == "done":
            yield from _known(rung.name, [RECEIVE, *life.actions], "action", f"{path}.on")
        standing = outline.clocks.get(rung.clock)
        far = {"at": rung.distance.unit}
        if rung.repeat and isinstance(rung.repeat.every, str):
            far["repeat.every"] = Limit.parse(rung.repeat.every).unit
        if standing and standing.count.hours is None:
            for key, unit in far.items():
                if unit == "working hours":
                    yield Problem(_NO_HOURS, f"{path}.{key}")
        yield from _effects(outline, life, rung, f"{path}.do")
        if rung.mode == "propose":
            yield from _may(outline, "take_up", f"{path}.mode")
        if rung.kind == "done" and _comes_back(outline, rung):
            yield Problem("what this rung does sets it off again, for ever", f"{path}.do")


def _effects(outline: Outline, life: Lifecycle, rung: Rung, path: str) -> Iterator[Problem]:
    for line in rung.do:
        verb, _, name = line.partition(":")
        if verb == "issue":
            yield from _known(name, {form.id: form for form in outline.order}, "order form", path)
        elif verb == "notify":
            yield from _known(name, outline.roles, "role", path)
        elif verb == "set":
            yield from _value(outline, *name.partition("=")[::2], path)
        if EFFECTS[verb]:
            yield from _known(EFFECTS[verb], life.actions, "action", path)


def _comes_back(outline: Outline, rung: Rung) -> bool:
    """Return whether what a rung on an act does leads to that act again by rungs on acts alone; a count rises only so often."""
    seen: set[str] = set()
    waiting = _acts(rung)
    while waiting:
        act = waiting.pop()
        if act == rung.name:
            return True
        if act not in seen:
            seen.add(act)
            waiting += [far for other in outline.rung if other.kind == "done" and other.name == act for far in _acts(other)]
    return False


def _figures(outline: Outline) -> Iterator[Problem]:
    counts = (*COUNTED, *RESTS, *LATE_COUNTS)
    for name, rule in outline.figures.items():
        path = f"figures.{name}"
        if name in (*counts, *RATES):
            yield Problem(f"{name!r} is a figure already; call this one otherwise", path)
        elif not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            yield Problem(f"the name of a figure is of small letters, digits and hyphens; got {name!r}", path)
        for key in ("of", "base"):
            if (said := getattr(rule, key)) not in counts:
                alike = nearest(said, counts, alike=0.8)  # several counts are alike and mean different things
                why = alike or f" (counted: {listed(counts, most=len(counts))})"
                yield Problem(f"unknown count {said!r}{why}", f"{path}.{key}")
        if rule.of == rule.base:
            yield Problem(f"{rule.of!r} of {rule.base!r} is always 100%", f"{path}.of")
        if not outline.rulebook.late_by and {rule.of, rule.base} & {"late", *LATE_COUNTS}:
            yield Problem("no clock decides what is late; name one by late_by under [rulebook]", path)


def _scheduled_figures(outline: Outline, register: Register) -> Iterator[Problem]:
    """Yield figures of schedules that are neither counted nor declared, in the rulebook or the register; labels announce them."""
    known = (*COUNTED, *RESTS, *RATES, *LATE_COUNTS, *outline.figures)
    outside = dict.fromkeys([row.figure for row in register.declared] + list(outline.labels))
    for number, schedule in enumerate(outline.schedule):
        for name in schedule.figures:
            yield from _known(name, (*known, *outside), "figure", f"schedule[{number}].figures")


def _notices(outline: Outline, life: Lifecycle) -> Iterator[Problem]:
    for number, notice in enumerate(outline.notify):
        yield from _known(notice.on, [RECEIVE, *life.actions], "action", f"notify[{number}].on")
        for name in notice.to:
            yield from _known(name, outline.roles, "role", f"notify[{number}].to", or_else=("sender",))
