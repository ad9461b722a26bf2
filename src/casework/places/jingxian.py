"""Jing county, 1 January to 16 August 2015: 836 messages, of which 829 were closed, some of them late.

The seven that are open are three that are late (an order that nobody heeds, a reply that was sent back twice, a matter that was
handed back twice) and four that came in the last days.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal

import msgspec

from ..actions import (
    Accept,
    AnswerOrder,
    AskCitizen,
    Assign,
    ClearOrder,
    Close,
    Contact,
    Contribute,
    Decline,
    Dismiss,
    Instruct,
    Praise,
    Publish,
    Rate,
    Reopen,
    ReturnReply,
    Review,
    SubmitReply,
    Supplement,
    TakeUp,
)
from ..messages import Message, Sender
from ..ports import CaseStore
from ..rulebook import Rulebook
from .letters import Letter, Letters
from .stage import Life, Stage
from .story import Progress, Scene, Story

FIRST, AS_OF = date(2015, 1, 1), date(2015, 8, 16)
PERIOD = f"{FIRST}..{AS_OF}"
RECEIVED = 836

_SEED = 836829
"""The figures come out with any; with this one the story is always the same."""
_HOURS = "08:00-12:00, 14:30-17:30"
_LAST_CALM, _LAST_FATE = date(2015, 8, 7), date(2015, 7, 17)
"""What goes its usual way, and what meets with something, is closed by the end of the story if it comes up to these days."""
_LAST_DAYS, _BRIEF = (date(2015, 8, 10), date(2015, 8, 12)), 6
"""On these days so many plain matters come and are closed within two days."""
_CHANNELS = {
    "mayor-hotline": 34,
    "county-interaction": 27,
    "city-interaction": 11,
    "people-cn": 8,
    "wechat": 7,
    "app": 4,
    "forum": 14,
}
_JOINT = {"采砂": "公安局", "采矿": "公安局", "超载": "公安局", "渣土": "交通运输局"}
"""Matters for which another unit often assists."""
_PATCHED = ("市政", "污水", "垃圾", "噪声", "道路", "渣土", "停车", "违建")
"""Matters that may come back after they were seen to."""

Fate = Literal[
    "usual", "returned", "declined", "passed-on", "asked", "reopened", "late", "let-be", "ignored", "sent-back", "stuck", "new"
]
"""What becomes of a message. Late: closed late after an order, or (let-be) without one. Of those that stay open, three are late."""

_FATES: dict[Fate, int] = {"returned": 41, "declined": 33, "passed-on": 5, "asked": 15, "reopened": 9, "late": 15, "let-be": 8}


def _moment(month: int, day: int, hour: int, minute: int, second: int) -> datetime:
    return datetime(2015, month, day, hour, minute, second)  # noqa: DTZ001 - local time; the stage puts the zone to it


_OPEN: tuple[tuple[Fate, datetime], ...] = (
    ("ignored", _moment(7, 22, 9, 41, 17)),
    ("sent-back", _moment(7, 30, 20, 5, 33)),
    ("stuck", _moment(8, 4, 15, 22, 8)),
    ("new", _moment(8, 13, 10, 14, 52)),
    ("new", _moment(8, 14, 16, 37, 45)),
    ("new", _moment(8, 15, 21, 48, 3)),
    ("new", _moment(8, 16, 11, 9, 26)),
)
_STAY_OPEN = frozenset(fate for fate, _ in _OPEN)


class _Arrival(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    number: str
    fate: Fate
    letter: Letter
    channel: str
    sender: str


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    unit: str
    handler: str


def play(store: CaseStore, progress: Progress | None = None) -> Story:
    """Play the county's story into an empty store; it ends at the end of 16 August 2015."""
    stage = Stage(Rulebook.shipped("jingxian"), store, opens=FIRST, hours=_HOURS, letters="jx", seed=_SEED)
    county = _County(stage)
    arrivals = county.arrivals()
    for arrival in arrivals:
        stage.enter(county.life(arrival))
    stage.run(stage.at(AS_OF + timedelta(days=1)) - timedelta(seconds=1), progress=progress, of=len(arrivals))
    first: dict[Fate, str] = {}
    for arrival in arrivals:
        first.setdefault(arrival.fate, arrival.number)
    scenes = tuple(Scene(number=first[fate], zh=zh, en=en) for fate, zh, en in _SCENES)
    return Story(desk=stage.desk, scenes=scenes, actor="supervision")


_SCENES: tuple[tuple[Fate, str, str], ...] = (
    ("ignored", "逾期未办：督办单无人回复，已报分管领导和县领导", "open and late: nobody answered the supervision order"),
    ("passed-on", "推诿塞责：两次退件后县政府督办室下达督办单", "passed on twice, then supervised"),
    ("late", "逾期办结：督办后办结", "closed late, after an order"),
    ("let-be", "逾期办结：督办室认为不必督办", "closed late; the supervision office saw no need for an order"),
    ("reopened", "来件人不满意，重新办理", "the citizen was dissatisfied; taken up again"),
)


class _County:
    """The county's offices, and how they deal with what comes."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.chance = stage, stage.chance
        self.letters = Letters("jingxian", stage.register, stage.chance, home="泾川镇", often=4)
        self.departments = tuple(unit.name for unit in stage.register.members("departments"))

    # -- what comes

    def arrivals(self) -> list[_Arrival]:
        """Return the messages in the order of their coming."""
        stage = self.stage
        fates: list[Fate] = [fate for fate, number in _FATES.items() for _ in range(number)]
        moments = self._moments(RECEIVED - len(_OPEN) - _BRIEF, FIRST, _LAST_CALM)
        fateful = self.chance.sample([at for at in moments if stage.local(at).date() <= _LAST_FATE], len(fates))
        met = dict(zip(fateful, fates, strict=True))
        timed: list[tuple[datetime, Fate]] = [(moment, met.get(moment, "usual")) for moment in moments]
        timed += [(moment, "usual") for moment in self._moments(_BRIEF, *_LAST_DAYS)]
        timed += [(moment.replace(tzinfo=stage.zone), fate) for fate, moment in _OPEN]
        return [self._arrival(number, moment, fate) for number, (moment, fate) in enumerate(sorted(timed), start=1)]

    def _arrival(self, number: int, moment: datetime, fate: Fate) -> _Arrival:
        kind, topics = ("", ()) if fate in ("usual", "new") else ("complaint", _PATCHED if fate == "reopened" else ())
        letter = self.letters.draw(moment.month, kind=kind, topics=topics)
        # What a county leader instructs upon is no question about a form.
        channels = {name: share for name, share in _CHANNELS.items() if name != "forum" or letter.kind == "complaint"}
        return _Arrival(
            at=moment,
            number=f"JX2015-{number:04}",
            fate=fate,
            letter=letter,
            channel=self.chance.choices(list(channels), list(channels.values()))[0],
            sender=f"u{self.chance.randrange(16**6):06x}",
        )

    def _moments(self, number: int, first: date, last: date) -> list[datetime]:
        """Return moments at which people write: more on working days, most in the morning and in the evening."""
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        weights = [1.0 if self.stage.desk.calendar.is_working_day(day) else 0.3 for day in days]
        found = []
        for day in self.chance.choices(days, weights, k=number):
            hour = self.chance.choices(range(24), [1, 0, 0, 0, 0, 1, 2, 5, 9, 11, 10, 6, 4, 5, 7, 9, 8, 6, 4, 6, 9, 8, 5, 2])[0]
            found.append(self.stage.at(day, time(hour, self.chance.randrange(60), self.chance.randrange(60))))
        return found

    # -- what becomes of it

    def life(self, arrival: _Arrival) -> Life:
        """Live one message through."""
        stage, fate = self.stage, arrival.fate
        yield arrival.at
        letter = arrival.letter
        message = Message(
            subject=letter.subject,
            body=letter.body,
            channel=arrival.channel,
            number=arrival.number,
            place=letter.place,
            sender=Sender(ref=arrival.sender),
        )
        case = _Case(id=stage.receive(message).id, unit=letter.unit, handler=stage.acting_for(letter.unit, "handler"))
        clerk = self.chance.choice(("office-1", "office-2"))
        if arrival.channel == "forum":
            yield stage.after(20, 120)
            stage.act(case.id, Instruct(text=self.letters.said("instruction")), by="county-leader")
        yield stage.after(10, 120)
        stage.act(case.id, Review(classes={"kind": letter.kind}), by=clerk)
        yield from self._hand_over(case, arrival, clerk)
        if fate in ("late", "let-be", "ignored"):
            yield from self._overdue(case, fate)
        elif fate == "sent-back":
            yield from self._sent_back_twice(case, clerk)
        if fate in _STAY_OPEN:
            return
        yield from self._answer(case, arrival, clerk)
        if fate == "reopened":
            yield from self._again(case, arrival, clerk)
        elif arrival.letter.kind == "complaint" and stage.picks(0.05):
            yield stage.after(60, 900)
            self._citizen(case, arrival, Praise(text=self.letters.said("thanks")))

    def _hand_over(self, case: _Case, arrival: _Arrival, clerk: str) -> Life:
        """Hand the case to its unit, perhaps in vain at first, until it is accepted and the citizen was called."""
        stage, fate, letter = self.stage, arrival.fate, arrival.letter
        yield stage.after(5, 50)
        if fate == "declined":
            wrong = self._wrong(letter)
            stage.act(case.id, Assign(lead=wrong), by=clerk)
            yield stage.after(30, 150)
            reason = "不属本辖区" if letter.unit not in self.departments else "不属本单位职责"
            stage.act(case.id, Decline(reason=reason), by=stage.acting_for(wrong, "handler"))
            yield stage.after(10, 60)
        joint = _JOINT.get(letter.topic, letter.unit) if letter.kind == "complaint" else letter.unit
        assisting = (joint,) if joint != letter.unit else ()
        if fate in ("passed-on", "stuck"):
            yield from self._passed_on(case, clerk, answered=fate == "passed-on")
            assisting = ()
        stage.act(case.id, Assign(lead=case.unit, assisting=assisting), by=clerk)
        yield stage.after(20, 200)
        stage.act(case.id, Accept(), by=case.handler)
        for unit in assisting:
            yield stage.after(10, 120)
            helper = stage.acting_for(unit, "handler")
            stage.act(case.id, Accept(), by=helper)
            yield stage.after(30, 200)
            stage.act(case.id, Contribute(text=self.letters.said("part")), by=helper)
        if stage.picks(0.4):
            yield stage.after(10, 150)
            stage.act(case.id, Contact(how=self.chance.choice(("phone", "phone", "visit"))), by=case.handler)
        if fate == "asked":
            yield stage.after(10, 120)
            question, supplement = self.letters.exchange("question")
            stage.act(case.id, AskCitizen(question=question), by=case.handler)
            yield stage.now + timedelta(hours=self.chance.uniform(3, 50))
            self._citizen(case, arrival, Supplement(text=supplement))

    def _wrong(self, letter: Letter) -> str:
        """Return a unit to which the letter might be handed by mistake: the township of its place, else another department."""
        local = self.stage.register.answers_for(letter.place or "")
        if local and local.name != letter.unit:
            return local.name
        return self.chance.choice([name for name in self.departments if name != letter.unit])

    def _passed_on(self, case: _Case, clerk: str, *, answered: bool) -> Life:
        """Have the unit hand back what is its own, twice, until the supervision office steps in."""
        stage = self.stage
        for reason in ("需由多个单位共同办理", "不属本单位职责"):
            stage.act(case.id, Assign(lead=case.unit), by=clerk)
            yield stage.after(20, 110)
            stage.act(case.id, Decline(reason=reason), by=case.handler)
            yield stage.after(10, 50)
        text = "经查属你单位职责，请立即签收办理，不得再行推诿。"
        stage.act(case.id, TakeUp(proposal="passed-on", text=text), by="supervision")
        yield stage.after(10, 60)
        if answered:
            number = stage.desk.get(case.id).orders[-1].number
            stage.act(case.id, AnswerOrder(order=number, text="我单位已重新明确责任人，即日签收办理。"), by=case.handler)
            yield stage.after(20, 90)
            stage.act(case.id, ClearOrder(order=number), by="supervision")
            yield stage.after(5, 20)

    def _overdue(self, case: _Case, fate: Fate) -> Life:
        """Let the limit pass; the supervision office decides on what the ladder proposes (适时)."""
        stage = self.stage
        due = stage.desk.get(case.id).clock("handle").due
        if due is None:
            raise ValueError(f"the clock of case {case.id} stands still; its limit does not pass")
        yield stage.after(40, 240, since=due.before)
        if fate == "let-be":
            reason = self.letters.said("let-be")
            stage.act(case.id, Dismiss(proposal="late", reason=reason), by="supervision")
            return
        stage.act(case.id, TakeUp(proposal="late", text="该件已逾期，未见办结。"), by="supervision")
        if fate == "ignored":
            return
        yield stage.after(60, 420)
        number = stage.desk.get(case.id).orders[-1].number
        stage.act(case.id, AnswerOrder(order=number, text=self.letters.said("excuse")), by=case.handler)

    def _sent_back_twice(self, case: _Case, clerk: str) -> Life:
        """Have two replies in a row sent back, and supervision ask why."""
        stage = self.stage
        for reason in ("未说明办理结果", "答非所问"):
            yield stage.after(300, 700)
            stage.act(case.id, SubmitReply(text=self._signed(case.unit, self.letters.poor(reason))), by=case.handler)
            yield stage.after(60, 240)
            stage.act(case.id, ReturnReply(reasons=(reason,)), by=clerk)
        due = stage.desk.get(case.id).clock("handle").due
        yield stage.after(60, 240, since=due.before if due else None)
        stage.act(case.id, TakeUp(proposal="late", text="回复两次退回，至今未按规范答复。"), by="supervision")
        yield stage.after(200, 600)
        number = stage.desk.get(case.id).orders[-1].number
        stage.act(
            case.id, AnswerOrder(order=number, text="该事项须与开发企业商定方案，正在落实，落实后重新答复。"), by=case.handler
        )

    def _answer(self, case: _Case, arrival: _Arrival, clerk: str) -> Life:
        """Submit the reply, perhaps after one that did not do, publish it and close the case; strike off what orders there are."""
        stage, fate, letter = self.stage, arrival.fate, arrival.letter
        swift = fate in ("declined", "passed-on") or stage.local(stage.now).date() > _LAST_CALM
        yield stage.after(60, 300) if swift else stage.after(90, 560)
        if fate == "returned":
            reason = self.chance.choice(self.letters.reasons)
            stage.act(case.id, SubmitReply(text=self._signed(case.unit, self.letters.poor(reason))), by=case.handler)
            yield stage.after(20, 100)
            stage.act(case.id, ReturnReply(reasons=(reason,)), by=clerk)
            yield stage.after(60, 240)
        reply = self._signed(case.unit, letter.reply)
        stage.act(case.id, SubmitReply(text=reply, outcome=letter.outcome), by=case.handler)
        yield stage.after(10, 120)
        stage.act(case.id, Publish(), by=clerk)
        yield stage.after(15, 120)
        stage.act(case.id, Close(outcome=letter.outcome), by=clerk)
        for order in stage.desk.get(case.id).orders:
            if order.cleared_at is None:
                yield stage.after(20, 120)
                stage.act(case.id, ClearOrder(order=order.number), by="supervision")

    def _again(self, case: _Case, arrival: _Arrival, clerk: str) -> Life:
        """Have the citizen say that it will not do, and the unit do it again."""
        stage = self.stage
        yield stage.after(200, 1200)
        complaint, again = self.letters.exchange("complaint")
        self._citizen(case, arrival, Rate(satisfied=False, comment=complaint))
        yield stage.after(20, 200)
        stage.act(case.id, Reopen(reason="群众不满意", explanation=complaint), by=clerk)
        yield stage.after(30, 300)
        stage.act(case.id, Contact(how="visit", note="上门听取意见"), by=case.handler)
        yield stage.after(200, 700)
        outcome = arrival.letter.outcome
        stage.act(case.id, SubmitReply(text=self._signed(case.unit, again), outcome=outcome), by=case.handler)
        yield stage.after(10, 120)
        stage.act(case.id, Publish(), by=clerk)
        yield stage.after(20, 200)
        stage.act(case.id, Close(outcome=outcome), by=clerk)

    def _citizen(self, case: _Case, arrival: _Arrival, command: Supplement | Rate | Praise) -> None:
        self.stage.act_as_sender(case.id, command, sender=arrival.sender)

    def _signed(self, unit: str, text: str) -> str:
        """Return a reply with the unit's name and the day below it."""
        day = self.stage.local(self.stage.now)
        return f"{text}\n泾县{unit}\n{day.year}年{day.month}月{day.day}日"
