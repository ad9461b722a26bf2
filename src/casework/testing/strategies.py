"""What can be thrown at a desk: messages, moments, actors and commands, drawn from a rulebook and mostly sensible.

Laws are worth little where every second command is refused, so a command is drawn to fit the state of its case, its contents are
drawn from what the rulebook and its register list, and its actor from those who may do it. Now and then something is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from .. import actions as act
from ..calendars import Notice, Span, WorkCalendar
from ..cases import Case
from ..messages import Message, Sender
from ..rulebook import Rulebook
from ..units import Actor

_Drawn = TypeVar("_Drawn")

__all__ = ["HARD_MOMENTS", "actors", "calendars", "commands", "contents", "messages", "moments", "texts", "units", "usual"]

_SENDERS = ("u-1", "u-2", "u-3")
_CHANNELS = ("portal", "wechat", "mayor-hotline", "人民网")
_BOARDS = ("书记信箱", "县长信箱")
_MATTERS = ("路灯不亮，请尽快维修", "小区夜间施工噪音扰民")
_NO_REGISTER = ("甲单位", "乙单位", "丙单位")
_FEW = 4
"""So many units of a register are drawn from: with more of them, two acts would hardly ever meet on one."""

HARD_MOMENTS: tuple[datetime, ...] = tuple(
    datetime.fromisoformat(text).astimezone(UTC)
    for text in (
        "2018-12-29T10:00:00+08:00",  # a Saturday that was worked for the New Year of 2019
        "2018-12-31T23:59:59.999999+08:00",
        "2019-12-31T23:59:59+08:00",
        "2020-01-23T17:30:00+08:00",  # the last day before a Spring Festival that was prolonged while it lasted
        "2020-02-29T12:00:00+08:00",  # a Saturday in February that there is only every fourth year
        "2020-06-24T23:59:59+08:00",  # the evening before the Dragon Boat Festival
        "2020-06-28T09:00:00+08:00",  # a Sunday that was worked
        "2020-09-27T00:00:00+08:00",  # a Sunday that was worked, at its first instant
        "2020-09-30T23:59:59.999999+08:00",  # the last instant before eight days off
        "2020-12-31T16:00:00+00:00",  # the year has ended in China and not in UTC
        "2021-02-07T00:00:00.000001+08:00",  # a Sunday that was worked
        "2021-09-18T12:00:00+08:00",  # a Saturday that was worked
        "2024-02-04T08:00:00+08:00",  # a Sunday that was worked
        "2025-12-31T23:59:59+08:00",
    )
)


def moments(*, first: int = 2018, last: int = 2025) -> st.SearchStrategy[datetime]:
    """Moments (aware, UTC) of the years *first* to *last* in China, whose days off are announced; one in three is a hard one."""
    begin = datetime(first, 1, 1, tzinfo=UTC) - timedelta(hours=8)
    span = datetime(last + 1, 1, 1, tzinfo=UTC) - timedelta(hours=8, microseconds=1) - begin
    anywhere = st.timedeltas(timedelta(0), span).map(lambda step: begin + step)
    hard = [moment for moment in HARD_MOMENTS if begin <= moment <= begin + span]
    return st.one_of(anywhere, anywhere, st.sampled_from(hard)) if hard else anywhere


@st.composite
def calendars(draw: st.DrawFn, name: str = "CN", *, near: datetime, days: int = 40) -> WorkCalendar:
    """The calendar of this name, with up to two further notices about days from 5 before *near* to so many after it."""
    year, first = near.year, near.date() - timedelta(days=5)
    reach = Span(date(year - 1, 12, 1), date(year + 1, 1, 31))  # a notice names no days farther from its year
    window = [day for day in (first + timedelta(days=step) for step in range(days + 6)) if day in reach]
    notices = []
    for number in range(draw(st.integers(0, 2), label="notices")):
        named = sorted(draw(st.sets(st.sampled_from(window), min_size=1, max_size=8), label="days"))
        off = draw(st.sets(st.sampled_from(named)), label="off")
        notices.append(
            Notice(
                id=f"made-up-{number}",
                published_on=near.date(),
                year=year,
                off=tuple(Span(day, day) for day in named if day in off),
                work=tuple(day for day in named if day not in off),
            )
        )
    return WorkCalendar.named(name, notices=notices)


def texts(*, most: int = 40) -> st.SearchStrategy[str]:
    """Texts as people write them, with something visible in them: Chinese, Latin, signs, characters outside the first plane."""
    alphabet = st.sampled_from("路灯不亮三楼暖气没有水已经安排处理请尽快abc 019,。?()\n\u3000𠮷👍\u00e9") | st.characters(
        codec="utf-8"
    )
    return st.text(alphabet, min_size=1, max_size=most).filter(lambda text: bool(text.strip()))


def messages(
    *, received_at: st.SearchStrategy[datetime | None] | None = None, rulebook: Rulebook | None = None
) -> st.SearchStrategy[Message]:
    """Messages of a few senders by several channels, one in four of them about a matter that others write about in the same words.

    Without *received_at* the desk puts its own moment in. With a *rulebook* they come by its channels to its register's boards.
    """
    channels = (tuple(rulebook.outline.channels) if rulebook else ()) or _CHANNELS
    register = rulebook.register if rulebook else None
    boards = tuple(board.name for board in register.board) if register else ()
    senders = st.builds(
        Sender,
        ref=st.sampled_from(_SENDERS),
        name=st.sampled_from(("王小明", "李雷", "")),
        phone=st.sampled_from(("", "13800000000")),
    )
    return st.builds(
        Message,
        subject=st.integers(0, 3).flatmap(lambda roll: texts() if roll else st.sampled_from(_MATTERS)),
        body=st.just("") | texts(most=200),
        channel=st.sampled_from(channels),
        board=st.none() | st.sampled_from(boards or _BOARDS),
        number=st.none() | st.sampled_from(("1", "2", "3")),
        sender=st.just(Sender()) | senders,
        public=st.booleans(),
        received_at=received_at or st.none(),
    )


def units(rulebook: Rulebook) -> tuple[str, ...]:
    """Return a few units that the rulebook's register lists, or invented ones where it has none."""
    return rulebook.register.names[:_FEW] if rulebook.register else _NO_REGISTER


def actors(rulebook: Rulebook, *, action: str = "", case: Case | None = None) -> st.SearchStrategy[Actor]:
    """Actors in the rulebook's roles; given an *action* and a *case*, mostly those who may do it there."""
    every = list(rulebook.roles)
    able = [name for name, role in rulebook.roles.items() if action in role.may] or every
    if action in ("approve", "refuse") and case:
        waiting = [row.gates[row.passed] for row in case.requests]
        if action == "approve" and case.reply and case.reply.passed < len(case.reply.gates):
            waiting.append(case.reply.gates[case.reply.passed])
        able = [name for name in waiting if name in every] or able
    approvers = [rule.extend.approve for rule in rulebook.clocks.values() if rule.extend and rule.extend.approve]
    if action in ("extend", "refuse_extension") and case and case.asks:
        able = approvers or able
    elif action == "extend":
        able = [name for name in able if name not in approvers] or able
    if action == "answer" and case:  # leaders to whom an order went answer it too, among all those who might
        owing = [name for row in case.orders if not row.cleared_at for name in row.unanswered if name in row.roles]
        able = [*able, *owing * 3]
    mine = case.units if case else ()
    grants = rulebook.register.grant if rulebook.register else ()

    def with_role(role: str) -> st.SearchStrategy[Actor]:
        scope = rulebook.roles[role].scope if role in rulebook.roles else "unit"
        granted = [row for row in grants if row.role == role]
        if granted and scope != "own":
            usual = [row for row in granted if not row.unit or row.unit in mine] or granted
            return st.sampled_from(usual).map(lambda row: Actor(id=row.person, role=role, unit=row.unit or None, boards=row.boards))
        ids = ("u-1", "u-2", "u-3") if scope == "own" else ("wang", "li")
        return st.builds(
            Actor,
            id=st.sampled_from(ids),
            role=st.just(role),
            unit=_mostly(mine, units(rulebook)) if scope == "unit" else st.none(),
            boards=st.just(_BOARDS) | st.just(_BOARDS[:1]),
        )

    strange = st.just("stranger")
    return _mostly_from(st.sampled_from(able), st.sampled_from(every), strange).flatmap(with_role)


_TIMELY = (
    *("accept", "promise", "extend", "refuse_extension", "reclassify", "assign", "decline", "contribute", "return_part"),
    *("approve", "refuse", "take_up", "dismiss", "issue", "answer", "opine", "conclude", "revisit", "rate", "instruct", "view"),
)
"""Acts that move deadlines, or set off the ladder."""


def commands(rulebook: Rulebook, case: Case) -> st.SearchStrategy[act.Command]:
    """Commands for a case: mostly ones that its state has, with contents that the rulebook lists."""
    fitting = [
        action for action in rulebook.lifecycle.allowed(case.state) if action in act.COMMANDS and action not in rulebook.idle
    ]
    how = contents(rulebook, case)
    waits = {
        "refuse_extension": bool(case.asks),
        "refuse": bool(case.requests),
        "approve": bool(case.requests) or case.state == "replied",
        "take_up": bool(case.proposed),
        "dismiss": bool(case.proposed),
        "answer": any(row.cleared_at is None for row in case.orders),
        "clear": any(row.cleared_at is None for row in case.orders),
    }
    fitting = [action for action in fitting if waits.get(action, True)]
    # Remarks are possible in every state and lead nowhere, and what ends a case leaves nothing to try: the acts that move it on
    # come more often than either, and so do those by which its deadlines move.
    after = {action: rulebook.lifecycle.next(case.state, action) for action in fitting}
    ending = [
        action for action in fitting if rulebook.lifecycle.states[after[action]].kind == "final" and after[action] != case.state
    ]
    onward = [action for action in fitting if after[action] != case.state and action not in ending]
    timely = [action for action in fitting if action in _TIMELY]
    weighted = onward * 8 + timely * 3 + fitting or list(act.COMMANDS)
    return _mostly_from(st.sampled_from(weighted), st.sampled_from(sorted(act.COMMANDS))).flatmap(lambda action: how[action]())


def usual(rulebook: Rulebook, case: Case) -> str:
    """Return the act that brings a case on, as most are: towards its answer, its end, and whatever is asked about it afterwards."""
    meeting, reply = case.consultation, case.reply
    asked = any(row.status == "asked" for row in case.assignments if case.has(row.unit))
    parts = any(row.status != "replied" for row in case.assignments if case.has(row.unit) and row.unit != case.lead)
    steps = {
        "received": "review",
        "reviewed": "assign",
        "assigned": "assign" if case.lead is None else "accept" if asked else "contribute" if parts else "submit",
        "consultation": "opine" if meeting and len({unit for unit, _ in meeting.opinions}) < len(meeting.units) else "conclude",
        "awaiting_citizen": "supplement",
        "returned": "contribute" if parts else "submit",
        "replied": "approve" if reply and reply.passed < len(reply.gates) else "publish",
        "published": "revisit" if not case.revisits else "close",
        "closed": "rate" if case.satisfied is None else "answer" if case.orders else "reopen",
    }
    owed = [row.unanswered for row in case.orders if row.cleared_at is None and row.answer_wanted]
    aside = {1: case.proposed and "take_up", 2: owed and ("answer" if any(owed) else "clear")}.get(case.version % 3)
    action = "approve" if case.requests else aside or steps.get(case.state, "note")
    return action if rulebook.lifecycle.can(case.state, action) else "note"


def contents(rulebook: Rulebook, case: Case) -> Mapping[str, Callable[[], st.SearchStrategy[act.Command]]]:
    """Return how to draw each command, by its action, with contents that mostly fit the case."""
    outline = rulebook.outline
    known, said = units(rulebook), texts()
    unit = st.none() | st.none() | _mostly(case.units, (*known, "无此单位"))
    lead = _mostly(known, ("无此单位",))
    helpers = st.lists(st.sampled_from(known), max_size=2).map(tuple)
    exits = _mostly(tuple(outline.intake.exits), ("no-such-reason",))
    axes = st.sampled_from([(axis, value) for axis, values in outline.classes.items() for value in values] or [("no-axis", "x")])
    pair = _mostly_from(axes, st.just(("kind", "no-such-value")))
    outcome = st.none() | _mostly(outline.classes.get("outcome", ()), ("no-such-outcome",))
    reply = st.builds("{}。{}".format, said, st.just(_proper_end(rulebook, case))) | said
    order = _mostly(tuple(row.number for row in case.orders if not row.cleared_at), tuple(row.id for row in case.orders) or ("o9",))
    note = st.just("") | said
    clock = st.none() | st.none() | _mostly(tuple(row.key for row in case.clocks), ("no-such-clock",))
    more = _mostly(("1 working day", "3 working days", "5 calendar days", "4 hours"), ("0 working days", "40 working days", "soon"))
    helper = _mostly(case.units[1:] or case.units, known)
    reasons = st.lists(_mostly(outline.reply.return_reasons, ("不满意",)), min_size=1, max_size=2).map(tuple)
    waiting = st.none() | st.none() | _mostly(tuple(row.act for row in case.requests), ("publish", "close"))
    proposal = st.none() | _mostly(tuple(row.id for row in case.proposed), ("no-such-rung",))
    called = case.consultation.units if case.consultation else case.units
    owing = tuple(unit for row in case.orders if not row.cleared_at for unit in row.unanswered if unit not in row.roles)
    reached = case.updated_at.astimezone(ZoneInfo(rulebook.zone)).date()
    promised = st.integers(-1, 25).map(lambda days: reached + timedelta(days=days))
    return {
        "review": lambda: st.builds(act.Review, classes=st.just({}) | pair.map(lambda row: {row[0]: row[1]}), note=note),
        "reject": lambda: st.builds(act.Reject, reason=exits, explanation=note),
        "transfer": lambda: st.builds(act.Transfer, to=st.just("信访局"), reason=st.just("petition"), explanation=note),
        "withdraw": lambda: st.builds(act.Withdraw, explanation=note),
        "assign": lambda: st.builds(act.Assign, lead=lead, assisting=st.just(()) | helpers, note=note),
        "accept": lambda: st.builds(act.Accept, unit=unit),
        "decline": lambda: st.builds(
            act.Decline, reason=_mostly(outline.assignment.decline_reasons, ("不归我管",)), explanation=note, unit=unit
        ),
        "contact": lambda: st.builds(act.Contact, how=st.sampled_from(("phone", "visit")), note=note, unit=unit),
        "promise": lambda: st.builds(act.Promise, until=promised, reason=_mostly_from(said, st.just("")), clock=clock, unit=unit),
        "extend": lambda: st.builds(
            act.Extend, limit=st.just("") | more if case.asks else more, reason=note, clock=clock, unit=unit
        ),
        "refuse_extension": lambda: st.builds(act.RefuseExtension, reason=st.just("no reason for it"), clock=clock),
        "contribute": lambda: st.builds(act.Contribute, text=said, unit=helper),
        "return_part": lambda: st.builds(act.ReturnContribution, unit=helper, reasons=reasons),
        "submit": lambda: st.builds(act.SubmitReply, text=reply, outcome=outcome, unit=unit),
        "approve": lambda: st.builds(act.Approve, act=waiting, opinion=note),
        "refuse": lambda: st.builds(act.Refuse, act=waiting, opinion=said),
        "return": lambda: st.builds(
            act.ReturnReply, reasons=reasons, explanation=note, to=_mostly(("handler",) * 3 + ("previous",), ("previous",))
        ),
        "publish": lambda: st.builds(act.Publish),
        "close": lambda: st.builds(act.Close, outcome=outcome),
        "reopen": lambda: st.builds(
            act.Reopen, reason=_mostly(outline.reopen.reasons or ("not solved",), ("another reason",)), explanation=note
        ),
        "ask": lambda: st.builds(act.AskCitizen, question=said),
        "supplement": lambda: st.builds(act.Supplement, text=said),
        "reclassify": lambda: pair.flatmap(
            lambda row: st.builds(act.Reclassify, axis=st.just(row[0]), value=st.just(row[1]), reason=note)
        ),
        "note": lambda: st.builds(act.AddNote, text=said),
        "issue": lambda: st.builds(
            act.IssueOrder, form=_mostly(tuple(rulebook.orders), ("no-such-form",)), to=st.just(()) | helpers, text=note
        ),
        "answer": lambda: st.builds(
            act.AnswerOrder, order=order, text=said, unit=st.none() | _mostly(owing, known), solved=st.none() | st.booleans()
        ),
        "take_up": lambda: st.builds(act.TakeUp, proposal=proposal, text=note),
        "dismiss": lambda: st.builds(act.Dismiss, proposal=proposal, reason=said),
        "consult": lambda: st.builds(act.Consult, units=st.just(()) | helpers, on_site=st.booleans(), matter=note),
        "opine": lambda: st.builds(act.GiveOpinion, text=said, unit=_mostly(called, known)),
        "conclude": lambda: st.builds(
            act.Conclude, minutes=said, lead=st.just("") | lead, assisting=st.just(()) | helpers, limit=st.just("") | more
        ),
        "revisit": lambda: st.builds(
            act.Revisit,
            whom=st.sampled_from(("citizen", "citizen", "unit")),
            order=st.none() | st.none() | order,
            solved=st.none() | st.booleans(),
            satisfied=st.none() | st.booleans(),
            fault=st.none() | _mostly(outline.revisit.faults, ("nobody-knows",)),
            note=note,
            unit=unit,
        ),
        "rate": lambda: st.builds(act.Rate, satisfied=st.booleans(), comment=note),
        "instruct": lambda: st.builds(act.Instruct, text=said, to=st.just(()) | helpers),
        "praise": lambda: st.builds(act.Praise, text=said),
        "view": lambda: st.builds(act.ReportViews, views=st.integers(0, 400)),
        "clear": lambda: st.builds(act.ClearOrder, order=order),
        "attach": lambda: st.builds(act.Attach, message=messages(rulebook=rulebook)),
        "merge": lambda: st.builds(act.Merge, other=_mostly(case.duplicates, (case.id,))),
        "keep_apart": lambda: st.builds(act.KeepApart, other=_mostly(case.duplicates, ("no-such-case",)), reason=note),
        "disclose": lambda: st.builds(act.Disclose, public=st.booleans(), reason=note),
        "erase": lambda: st.builds(act.Erase, what=st.sampled_from(("sender", "message", "all")), ground=st.just("依申请删除")),
    }


def _proper_end(rulebook: Rulebook, case: Case) -> str:
    """Return the end of a reply that the rulebook's checks let pass: what they require, the unit's name and the day."""
    phrases = [phrase for check in rulebook.outline.reply.checks for phrase in (*check.require, *check.require_all)]
    day = case.updated_at.astimezone(ZoneInfo(rulebook.zone)).date()
    said = "，".join(("已经派人到现场处理完毕", *phrases, "特此答复"))
    return f"{said}。\n{case.lead or ''}\n{day.year}年{day.month}月{day.day}日"


def _mostly(usual: Sequence[str], odd: Sequence[str]) -> st.SearchStrategy[str]:
    """One of the usual values nine times in ten; of the odd ones where there are no usual ones."""
    return _mostly_from(st.sampled_from(usual), st.sampled_from(odd)) if usual else st.sampled_from(odd)


def _mostly_from(*choices: st.SearchStrategy[_Drawn]) -> st.SearchStrategy[_Drawn]:
    """The first choice nine times in ten, otherwise one of the others."""
    usual, odd = choices[0], st.one_of(*choices[1:])
    return st.integers(0, 9).flatmap(lambda roll: usual if roll < 9 else odd)
