"""Shenmu city, 1 July to 28 November 2017: 85 messages, all answered, all closed.

Complex ones go through a consultation, answers that will not do go back by the way they came, and what needs work is asked after by
revisit orders until it is done.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal

import msgspec

from ..actions import (
    Accept,
    AnswerOrder,
    Approve,
    Assign,
    ClearOrder,
    Close,
    Conclude,
    Consult,
    Contact,
    Decline,
    GiveOpinion,
    Praise,
    ReportViews,
    ReturnReply,
    Review,
    Revisit,
    SubmitReply,
)
from ..messages import Message, Sender
from ..ports import CaseStore
from ..rulebook import Rulebook
from .letters import Letter, Letters
from .stage import Life, Stage
from .story import Progress, Scene, Story

FIRST, AS_OF = date(2017, 7, 1), date(2017, 11, 28)
PERIOD = f"{FIRST}..{AS_OF}"
RECEIVED = 85

_SEED = 8500
"""The figures come out with any; with this one the story is always the same."""
_HOURS = "08:00-12:00, 14:00-18:00"
_BEGINS, _LAST = date(2017, 7, 3), date(2017, 11, 17)
_LAST_CALM = date(2017, 10, 13)
"""What needs work and came by this day has time for more than one revisit order."""
_CHANNELS = {"portal": 70, "app": 12, "wechat": 8, "minyitong": 6, "leader-hotline": 4}

Fate = Literal["usual", "returned", "stepped-back", "declined", "ordered", "followed-up"]
"""What becomes of an answer: sent back once, or one gate; sent back twice and ordered; the order ignored, and discipline asked."""

_FATES: dict[Fate, int] = {"returned": 9, "stepped-back": 2, "declined": 4, "ordered": 2, "followed-up": 1}


class _Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """A consultation on a complex question: who is called, whether on site, what is concluded."""

    units: tuple[str, ...]
    on_site: bool
    opinions: tuple[str, ...]
    minutes: str
    limit: str = "15 working days"


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """A message of which the text tells, or that is like those: when it came, how often it was viewed, whether it was complex."""

    subject: str
    at: datetime
    views: int = 0
    meeting: _Meeting | None = None


class _Arrival(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    number: str
    fate: Fate
    letter: Letter
    channel: str
    sender: Sender
    views: int
    meeting: _Meeting | None


def _day(month: int, day: int, hour: int, minute: int, second: int) -> datetime:
    return datetime(2017, month, day, hour, minute, second)  # noqa: DTZ001 - local time; the stage puts the zone to it


_BUS, _LAKE, _SUBSIDENCE = "能否开通幸福家园小区直达滨河新区的公交", "红碱淖规划什么时候公布", "采煤沉陷区房屋裂缝谁来管"
_KNOWN = (
    _Known(
        subject=_BUS,
        at=_day(7, 18, 20, 41, 9),
        views=236,
        meeting=_Meeting(
            units=("交通运输局", "城乡规划局", "住建局", "交警大队"),
            on_site=True,
            opinions=(
                "现有两条线路可以拆分重组，增加车辆六台即可开行。",
                "新区规划的公交港湾与线路走向一致，可先设临时站。",
                "幸福家园门前道路改造年内完成，不影响通车。",
                "沿线两处路口需增设信号灯，同意设站九处。",
            ),
            minutes="现场踏勘后商定：新开直达线路，由交通运输局牵头，规划、住建、交警按各自意见配合，并及时向网民说明进度。",
        ),
    ),
    _Known(
        subject=_LAKE,
        at=_day(8, 2, 9, 26, 44),
        views=268,
        meeting=_Meeting(
            units=("红碱淖景区管委会", "林业局", "水务局", "旅游局"),
            on_site=True,
            opinions=(
                "规划文本已评审，待批复后公布。",
                "核心区不得新增经营项目。",
                "生态补水方案随规划一并说明。",
                "旅游服务区选址须避开缓冲区。",
            ),
            minutes="到湖区现场调研后商定：以保护优先统一口径，由管委会答复，批复后全文公布规划。",
        ),
    ),
    _Known(
        subject=_SUBSIDENCE,
        at=_day(8, 21, 15, 3, 27),
        meeting=_Meeting(
            units=("国土资源局", "能源局", "住建局", "安监局"),
            on_site=True,
            opinions=(
                "须委托地质队鉴定沉陷范围。",
                "涉及的两家煤矿责任可以分清。",
                "危房住户应先行撤离。",
                "同意先付过渡费后认定责任。",
            ),
            minutes="逐户查看后商定：先鉴定、先安置，由国土资源局牵头，过渡费由责任煤矿垫付。",
            limit="20 working days",
        ),
    ),
    _Known(
        subject="{c}办不了房产证",
        at=_day(9, 4, 11, 17, 50),
        meeting=_Meeting(
            units=("房产管理局", "国土资源局", "城乡规划局", "住建局"),
            on_site=False,
            opinions=("可先办首次登记。", "欠缴的出让金可分期补缴。", "规划核实能够补办。", "消防验收意见十日内出具。"),
            minutes="会商确定分步办证的办法，由房产管理局牵头，逐栋核查资料。",
        ),
    ),
    _Known(subject="公交线路能不能延伸到{c}", at=_day(9, 12, 8, 55, 12), views=207),
    _Known(subject="政府专职消防员是不是协管员", at=_day(8, 15, 22, 10, 31), views=121),
    _Known(subject="天然气补贴啥时候发放", at=_day(9, 11, 12, 32, 5), views=154),
    _Known(subject="小区供热不暖", at=_day(11, 3, 19, 48, 16), views=96),
)


def play(store: CaseStore, progress: Progress | None = None) -> Story:
    """Play the city's story into an empty store; it ends at the end of 28 November 2017."""
    stage = Stage(Rulebook.shipped("shenmu"), store, opens=FIRST, hours=_HOURS, letters="sm", seed=_SEED)
    city = _City(stage)
    arrivals = city.arrivals()
    for arrival in arrivals:
        stage.enter(city.life(arrival))
    stage.run(stage.at(AS_OF + timedelta(days=1)) - timedelta(seconds=1), progress=progress, of=len(arrivals))
    scenes = [
        Scene(number=next(row.number for row in arrivals if row.letter.subject == subject), zh=zh, en=en)
        for subject, zh, en in _SCENES
    ]
    scenes += [Scene(number=next(row.number for row in arrivals if row.fate == fate), zh=zh, en=en) for fate, zh, en in _SENT_BACK]
    return Story(desk=stage.desk, scenes=tuple(scenes), actor="officer-1")


_SCENES = (
    (_BUS, "复杂问题会商，热点问题回访关注，回访单", "a consultation, a hot topic, revisit orders"),
    (_LAKE, "热点问题：点击量达到200次以上", "a hot topic: more than 200 views"),
    (_SUBSIDENCE, "现场调研，需进一步落实", "looked into on site; needs further work"),
)
_SENT_BACK: tuple[tuple[Fate, str, str], ...] = (
    ("ordered", "两次原路退回后下达督办单", "sent back twice, then ordered"),
    ("followed-up", "督办单无人回复，协调纪检监察部门跟进", "the order was ignored; discipline inspection follows up"),
)


class _City:
    """The city's offices, and how they deal with what comes."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.chance = stage, stage.chance
        self.letters = Letters("shenmu", stage.register, stage.chance, home="神木镇")

    # -- what comes

    def arrivals(self) -> list[_Arrival]:
        """Return the messages in the order of their coming."""
        days = [_BEGINS + timedelta(days=n) for n in range((_LAST - _BEGINS).days + 1)]
        moments = []
        for day in self.chance.sample(days, RECEIVED - len(_KNOWN)):
            hour = self.chance.choices(range(24), [1, 0, 0, 0, 0, 1, 2, 5, 9, 10, 9, 6, 6, 5, 6, 8, 8, 6, 5, 7, 10, 9, 5, 3])[0]
            moments.append(self.stage.at(day, time(hour, self.chance.randrange(60), self.chance.randrange(60))))
        fates: list[Fate] = [fate for fate, number in _FATES.items() for _ in range(number)]
        calm = [moment for moment in moments if self.stage.local(moment).date() <= _LAST_CALM]
        sent_back = dict(zip(self.chance.sample(calm, len(fates)), fates, strict=True))
        coming: list[tuple[datetime, _Known | None]] = [(moment, None) for moment in moments]
        coming += [(row.at.replace(tzinfo=self.stage.zone), row) for row in _KNOWN]
        coming.sort(key=lambda row: row[0])
        letters = {known.subject: self.letters.draw(at.month, subject=known.subject) for at, known in coming if known}
        return [
            self._arrival(number, at, known, sent_back.get(at, "usual"), letters[known.subject] if known else None)
            for number, (at, known) in enumerate(coming, start=1)
        ]

    def _arrival(self, number: int, at: datetime, known: _Known | None, fate: Fate, letter: Letter | None) -> _Arrival:
        return _Arrival(
            at=at,
            number=f"SM2017-{number:03}",
            fate=fate,
            letter=letter or self.letters.draw(at.month, kind="" if fate == "usual" else "complaint"),
            channel=self.chance.choices(list(_CHANNELS), list(_CHANNELS.values()))[0],
            sender=Sender(ref=f"u{self.chance.randrange(16**6):06x}", name=f"网友{number:03}", phone=f"100-0000-{number:04}"),
            views=known.views if known and known.views else self.chance.randrange(18, 170),
            meeting=known.meeting if known else None,
        )

    # -- what becomes of it

    def life(self, arrival: _Arrival) -> Life:
        """Live one message through."""
        stage, letter = self.stage, arrival.letter
        yield arrival.at
        message = Message(
            subject=letter.subject,
            body=letter.body,
            channel=arrival.channel,
            number=arrival.number,
            place=letter.place,
            sender=arrival.sender,
        )
        case = stage.receive(message).id
        officer = self.chance.choice(("officer-1", "officer-2", "officer-3"))
        yield stage.after(10, 120)
        classes = {"kind": letter.kind, "difficulty": "complex" if arrival.meeting else "ordinary"}
        stage.act(case, Review(classes=classes), by=officer)
        if arrival.meeting:
            yield from self._consult(case, arrival.meeting, letter.unit, officer)
        else:
            yield from self._hand_over(case, arrival, officer)
        yield stage.after(20, 200)
        stage.act(case, Accept(), by=stage.acting_for(letter.unit, "handler"))
        if stage.picks(0.4):
            yield stage.after(20, 120)
            stage.act(case, Contact(), by=stage.acting_for(letter.unit, "handler"))
        yield from self._answer(case, arrival, officer)
        yield from self._aftercare(case, arrival, officer)

    def _hand_over(self, case: str, arrival: _Arrival, officer: str) -> Life:
        """Check and hand out an ordinary question (一般问题审查分发)."""
        stage, unit = self.stage, arrival.letter.unit
        yield stage.after(5, 60)
        if arrival.fate == "declined":
            wrong = "住建局" if unit != "住建局" else "城管执法局"
            stage.act(case, Assign(lead=wrong), by=officer)
            yield stage.after(30, 200)
            stage.act(case, Decline(reason="不属本单位职责"), by=stage.acting_for(wrong, "handler"))
            yield stage.after(10, 90)
        stage.act(case, Assign(lead=unit), by=officer)

    def _consult(self, case: str, meeting: _Meeting, lead: str, officer: str) -> Life:
        """Report a complex question to a leader, call the units together, conclude (复杂问题会商处理)."""
        stage = self.stage
        yield stage.after(30, 120)
        matter = "涉及单位多、事项复杂，建议会商，现场调研。" if meeting.on_site else "涉及单位多、事项复杂，建议会商。"
        stage.act(case, Consult(units=meeting.units, on_site=meeting.on_site, matter=matter), by=officer)
        yield stage.after(60, 400)
        leader = self.chance.choice(("group-head", "group-deputy"))
        stage.act(case, Approve(act="consult", opinion="同意，请问政办牵头，尽快到现场了解情况。"), by=leader)
        for unit, opinion in zip(meeting.units, meeting.opinions, strict=True):
            yield stage.after(120, 300)
            stage.act(case, GiveOpinion(text=opinion), by=stage.acting_for(unit, "handler"))
        yield stage.after(60, 300)
        assisting = tuple(unit for unit in meeting.units if unit != lead)
        stage.act(case, Conclude(minutes=meeting.minutes, lead=lead, assisting=assisting, limit=meeting.limit), by=officer)

    def _answer(self, case: str, arrival: _Arrival, officer: str) -> Life:
        """Answer through the three gates, perhaps after answers that went back by the way they came."""
        stage, unit, fate = self.stage, arrival.letter.unit, arrival.fate
        handler = stage.acting_for(unit, "handler")
        yield stage.after(120, 720)
        for reason in {
            "returned": ("敷衍了事",),
            "ordered": ("语气直接", "敷衍了事"),
            "followed-up": ("敷衍了事", "未说明情况"),
        }.get(fate, ()):
            if fate == "returned":
                reason = self.chance.choice(("语气直接", "敷衍了事", "敷衍了事", "答非所问"))
            text = self._signed(unit, self.letters.poor(reason))
            stage.act(case, SubmitReply(text=text, outcome="explained"), by=handler)
            for gate in ("deputy", "head"):
                yield stage.after(10, 60)
                stage.act(case, Approve(), by=stage.acting_for(unit, gate))
            yield stage.after(20, 120)
            stage.act(case, ReturnReply(reasons=(reason,), explanation="请重新核实，把情况说清楚。"), by="reviewer")
            yield stage.after(100, 400)
        if fate in ("ordered", "followed-up"):
            yield from self._under_order(case, unit, officer, ignored=fate == "followed-up")
        stage.act(case, SubmitReply(text=self._signed(unit, arrival.letter.reply), outcome=arrival.letter.outcome), by=handler)
        for gate in ("deputy", "head"):
            yield stage.after(10, 120)
            stage.act(case, Approve(), by=stage.acting_for(unit, gate))
        yield stage.after(10, 150)
        if fate == "stepped-back":
            back = ReturnReply(reasons=("未说明情况",), explanation="办理时限没有写明，请领导把关。", to="previous")
            stage.act(case, back, by="reviewer")
            yield stage.after(20, 120)
            stage.act(case, Approve(opinion="时限已核实，同意。"), by=stage.acting_for(unit, "head"))
            yield stage.after(10, 90)
        stage.act(case, Approve(), by="reviewer")

    def _reasons(self, fate: Fate) -> tuple[str, ...]:
        """Return for which reasons answers are sent back, one after the other."""
        if fate == "returned":
            return (self.chance.choice(("语气直接", "敷衍了事", "敷衍了事", "答非所问")),)
        return {"ordered": ("语气直接", "敷衍了事"), "followed-up": ("敷衍了事", "未说明情况")}.get(fate, ())

    def _under_order(self, case: str, unit: str, officer: str, *, ignored: bool) -> Life:
        """Answer the supervision order that the second return brought, or wait until discipline inspection comes."""
        stage = self.stage
        handler = stage.acting_for(unit, "handler")
        [order] = [row for row in stage.desk.get(case).orders if row.form == "supervision"]
        if ignored:
            due = stage.desk.get(case).clock(f"answer-supervision:{order.id}").due
            yield stage.after(120, 400, since=due.before if due else None)
        others = [row for row in stage.desk.get(case).orders if row.form == "inspection"]
        for other in others:
            stage.act(
                case,
                AnswerOrder(order=other.number, text="已约谈承办单位分管领导，责令当日回复督办单并重新答政。"),
                by="discipline",
            )
            yield stage.after(20, 120)
        stage.act(case, AnswerOrder(order=order.number, text="经办人责任心不强，已批评教育，现由分管领导直接办理。"), by=handler)
        yield stage.after(20, 120)
        stage.act(case, ClearOrder(order=order.number), by="supervision")
        for other in others:
            stage.act(case, ClearOrder(order=other.number), by=officer)
        yield stage.after(30, 200)

    def _aftercare(self, case: str, arrival: _Arrival, officer: str) -> Life:
        """Watch the views, ask after what needs work, phone the citizen, close (回访)."""
        stage, rounds = self.stage, 0
        swift = stage.local(arrival.at).date() > _LAST_CALM
        if not swift:
            yield stage.after(600, 1200)
        stage.act(case, ReportViews(views=arrival.views // 2), by="portal")
        if arrival.views > 100 or arrival.letter.outcome == "needs-work":
            yield stage.after(200, 600) if swift else stage.after(600, 1500)
        stage.act(case, ReportViews(views=arrival.views), by="portal")
        while order := next((row for row in stage.desk.get(case).orders if row.form == "revisit" and not row.cleared_at), None):
            yield stage.after(200, 900) if swift else stage.after(600, 2200)
            solved = swift or rounds > 0 or stage.picks(0.35)
            text = self.letters.said("done" if solved else "not-yet")
            handler = stage.acting_for(arrival.letter.unit, "handler")
            stage.act(case, AnswerOrder(order=order.number, text=text, solved=solved), by=handler)
            yield stage.after(20, 200)
            stage.act(case, ClearOrder(order=order.number), by=officer)
            rounds += 1
        if rounds or arrival.views >= 200:
            yield stage.after(30, 300)
            note = self.chance.choice(
                ("来件人表示问题已解决，满意。", "来件人表示理解，希望继续关注进度。", "来件人确认情况属实，表示感谢。")
            )
            stage.act(case, Revisit(solved=bool(rounds), satisfied=True, fault="nobody", note=note), by=officer)
        elif stage.picks(0.1):
            yield stage.after(30, 300)
            stage.act(case, Praise(text=self.letters.said("thanks")), by=officer)
        yield stage.after(20, 240)
        stage.act(case, Close(outcome="solved" if rounds else arrival.letter.outcome), by=officer)

    def _signed(self, unit: str, text: str) -> str:
        day = self.stage.local(self.stage.now)
        return f"{text}\n神木市{unit}\n{day.year}年{day.month}月{day.day}日"
