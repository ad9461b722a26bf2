"""Chenzhou city, 1 January to 16 June 2023: 286 messages, a tenth of the 2,800 and more that the city says it handled.

Of those that came by Rednet's column 《问政湖南》 more than 95 % are answered. Urgent ones go the special way, common ones by 137,
complex ones to several units at once, and great and sensitive ones to the city's leaders, who instruct before they are handed over.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal

import msgspec

from ..actions import (
    Accept,
    AnswerOrder,
    Approve,
    AskCitizen,
    Assign,
    ClearOrder,
    Close,
    Command,
    Contact,
    Contribute,
    Decline,
    Dismiss,
    IssueOrder,
    Merge,
    Praise,
    Publish,
    Rate,
    ReturnReply,
    Review,
    Revisit,
    SubmitReply,
    Supplement,
    TakeUp,
)
from ..messages import Message, Sender
from ..ports import CaseStore
from ..reports.boards import by_board
from ..reports.statistics import shown
from ..rulebook import Rulebook
from .chenzhou_known import ASK_HUNAN, FOUND, KNOWN, LEADERS, THANKS, VOICED, VOICES, Known, Track, moment
from .letters import Letter, Letters
from .stage import Life, Stage
from .story import Progress, Scene, Story

FIRST, AS_OF = date(2023, 1, 1), date(2023, 6, 16)
PERIOD = f"{FIRST}..{AS_OF}"
RECEIVED = 286

_SEED = 2800137
"""The figures come out with any; with this one the story is always the same."""
_HOURS = "08:00-12:00, 14:30-17:30"
_BY_BOARD = {ASK_HUNAN: 210, VOICES: 44, LEADERS: 20, "": 12}
"""So many came to each column; what came to none was told the mayor's hotline."""
_BY_CHANNEL = {ASK_HUNAN: "rednet", VOICES: "rednet", LEADERS: "people-cn", "": "mayor-hotline"}

Fate = Literal[
    "usual",
    "returned",
    "declined",
    "passed-on",
    "asked",
    "again",
    "displeased",
    "urged",
    "late",
    "ignored",
    "stuck",
    "new",
    "voice",
]
"""What becomes of a message. Urged: reminded, then answered in time. Late: closed late after a letter, which one unit ignored.
Stuck and new stay open; stuck are late. A voice is merged into an earlier message."""

_TRACKS: dict[Track, int] = {"special": 36, "coordinated": 24, "high": 12}
"""All others are timely."""
_LAST: dict[Track, date] = {
    "special": date(2023, 6, 9),
    "timely": date(2023, 6, 2),
    "coordinated": date(2023, 5, 12),
    "high": date(2023, 5, 12),
}
"""What comes up to these days is closed by the end of the story."""
_LAST_FATE = date(2023, 5, 12)
_FATES: dict[Fate, int] = {
    "returned": 12, "declined": 9, "passed-on": 3, "asked": 8, "again": 5, "urged": 10, "late": 7, "ignored": 1,
}  # fmt: skip
"""Of timely messages."""
_DISPLEASED = 4
"""So many citizens of special messages say that they are not satisfied, and nothing more can be done."""
_TOPICS: dict[Track, tuple[str, ...]] = {
    "special": ("停水", "停电", "井盖", "惠民项目"),
    "coordinated": ("不动产证", "几个部门"),
    "high": ("欠薪", "污染"),
    "timely": ("公交", "教育", "医保", "物业", "环境", "工资", "车辆", "属地", "市场"),
}
_LOCAL = 0.3
"""This share of timely messages, at least, is for the county where the matter lies (属地), the others for a unit concerned."""
_JOINT = {
    "不动产证": ("住建局", "市场监管局"),
    "几个部门": ("市场监管局", "生态环境局"),
    "欠薪": ("住建局",),
    "污染": ("生态环境局",),
}
"""Who assists, by topic."""


_OPEN: tuple[tuple[Fate, datetime, str], ...] = (
    ("stuck", moment(5, 22, 9, 41, 17), ASK_HUNAN),
    ("stuck", moment(5, 25, 20, 5, 33), ASK_HUNAN),
    ("stuck", moment(5, 31, 15, 22, 8), LEADERS),
    ("new", moment(6, 13, 10, 14, 52), ASK_HUNAN),
    ("new", moment(6, 14, 9, 37, 45), ASK_HUNAN),
    ("new", moment(6, 14, 16, 37, 45), VOICES),
    ("new", moment(6, 15, 11, 9, 26), ASK_HUNAN),
    ("new", moment(6, 15, 21, 48, 3), ASK_HUNAN),
    ("new", moment(6, 16, 19, 50, 14), ASK_HUNAN),
)


class _Arrival(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    number: str
    track: Track
    fate: Fate
    letter: Letter
    assisting: tuple[str, ...]
    board: str
    sender: Sender
    hard: bool
    scene: str


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    unit: str
    handler: str
    clerk: str
    sender: str


def play(store: CaseStore, progress: Progress | None = None) -> Story:
    """Play the city's story into an empty store; it ends at the end of 16 June 2023."""
    stage = Stage(Rulebook.shipped("chenzhou"), store, opens=FIRST, hours=_HOURS, letters="cz", seed=_SEED)
    city = _City(stage)
    arrivals = city.arrivals()
    for arrival in arrivals:
        stage.enter(city.life(arrival))
    stage.run(stage.at(AS_OF + timedelta(days=1)) - timedelta(seconds=1), progress=progress, of=len(arrivals))
    numbers = {arrival.scene: arrival.number for arrival in reversed(arrivals)}
    scenes = tuple(Scene(number=numbers[scene], zh=zh, en=en) for scene, zh, en in _SCENES)
    table = by_board(store, stage.desk.rulebook, stage.register, period=PERIOD, as_of=AS_OF, boards=(ASK_HUNAN,))
    figures = table.row(ASK_HUNAN).figures
    came, rate = shown(figures["received"]), shown(figures["answered"])
    return Story(
        desk=stage.desk,
        scenes=scenes,
        actor="party-supervision",
        told=f"抽样{RECEIVED}件，为公布的2800余条的一成；其中红网《{ASK_HUNAN}》{came}件，回复率{rate}（公布：超过95%）。",
        told_en=f"A sample of {RECEIVED}, a tenth of the 2,800 and more that were published; of these {came} by Rednet's "
        f"《{ASK_HUNAN}》, {rate} answered (published: more than 95%).",
    )


_SCENES = (
    ("stuck", "逾期未办结：催办、交办函、督查交办单", "late and open: reminders, a letter, an order"),
    ("meters", "协调办：网民多次反映，市委督查室专项督查，5月28日电表入户", "several units, many voices, special supervision"),
    ("wages", "高位办：专报、批示、批示督办", "a special report, a leader's instruction, its own supervision"),
    ("thanks", "特别办：当天处理好，网民好评", "settled on the day it came; the citizen's thanks"),
    ("passed-on", "两次退件后协调办，多线交办", "handed back twice, then given to several units at once"),
)


class _City:
    """The city's offices, and how they deal with what comes."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.chance = stage, stage.chance
        self.letters = Letters("chenzhou", stage.register, stage.chance, home="北湖区", often=2)
        self.counties = tuple(unit.name for unit in stage.register.members("counties"))
        self.departments = tuple(unit.name for unit in stage.register.members("departments"))
        self.meters = ""

    # -- what comes

    def arrivals(self) -> list[_Arrival]:
        """Return the messages in the order of their coming."""
        zone = self.stage.zone
        timed: list[tuple[datetime, Track, Fate, Known | None, str | None]] = []
        timed += [(row.at.replace(tzinfo=zone), row.track, "usual", row, row.board) for row in KNOWN]
        timed += [(at.replace(tzinfo=zone), "timely", fate, None, board) for fate, at, board in _OPEN]
        timed += [(at.replace(tzinfo=zone), "timely", "voice", None, board) for at, board, _ in VOICED]
        rest = {track: number - sum(row.track == track for row in KNOWN) for track, number in _TRACKS.items()}
        rest["timely"] = RECEIVED - len(timed) - sum(rest.values())
        for track, number in rest.items():
            timed += [(at, track, fate, None, None) for at, fate in self._fated(track, number)]
        timed.sort(key=lambda row: row[0])
        left = [name for name, number in _BY_BOARD.items() for _ in range(number - sum(row[4] == name for row in timed))]
        self.chance.shuffle(left)
        boards = iter(left)
        voices = iter(VOICED)
        arrivals, turns = [], dict.fromkeys(_TOPICS, 0)
        for number, (at, track, fate, known, board) in enumerate(timed, start=1):
            turns[track] += 1
            letter = self._letter(at, track, known, next(voices)[2] if fate == "voice" else "")
            joint = known.assisting if known else _JOINT.get(letter.topic, ())
            ref = f"u{self.chance.randrange(16**6):06x}"
            arrivals.append(
                _Arrival(
                    at=at,
                    number=f"CZ2023-{number:03}",
                    track=track,
                    fate=fate,
                    letter=letter,
                    assisting=tuple(unit for unit in joint if unit != letter.unit),
                    board=board if board is not None else next(boards),
                    sender=Sender(ref=ref, name=f"网友{number:03}", phone=f"100-0000-{number:04}"),
                    hard=track == "high" or (track == "coordinated" and known is None and turns[track] % 2 == 0),
                    scene=known.scene if known else fate,
                )
            )
        return arrivals

    def _fated(self, track: Track, number: int) -> list[tuple[datetime, Fate]]:
        """Return moments at which messages of a track come, and what becomes of them."""
        fates: list[Fate] = []
        if track == "timely":
            fates = [fate for fate, many in _FATES.items() for _ in range(many)]
        elif track == "special":
            fates = ["displeased" for _ in range(_DISPLEASED)]
        usual: list[Fate] = ["usual" for _ in range(number - len(fates))]
        moments = self._moments(len(fates), _LAST_FATE) + self._moments(len(usual), _LAST[track])
        self.chance.shuffle(fates)
        return list(zip(moments, [*fates, *usual], strict=True))

    def _moments(self, number: int, last: date) -> list[datetime]:
        """Return moments at which people write: more on working days, most in the morning and in the evening."""
        days = [FIRST + timedelta(days=n) for n in range((last - FIRST).days + 1)]
        weights = [1.0 if self.stage.desk.calendar.is_working_day(day) else 0.3 for day in days]
        hours = [1, 0, 0, 0, 0, 1, 2, 5, 9, 11, 10, 6, 4, 5, 7, 9, 8, 6, 4, 6, 9, 8, 5, 2]
        found = []
        for day in self.chance.choices(days, weights, k=number):
            [hour] = self.chance.choices(range(24), hours)
            found.append(self.stage.at(day, time(hour, self.chance.randrange(60), self.chance.randrange(60))))
        return found

    def _letter(self, at: datetime, track: Track, known: Known | None, voiced: str) -> Letter:
        """Return what somebody writes; a further voice writes of the meters."""
        if voiced:
            known = next(row for row in KNOWN if row.scene == "meters")
            body = "我也是奥园华府的业主，小区一直是临时用电，请问正式用电什么时候能接通。"
            return self._told(known, subject=voiced, body=body)
        if known:
            return self._told(known)
        local = track == "timely" and self.stage.picks(_LOCAL)
        return self.letters.draw(at.month, topics=("属地",) if local else _TOPICS[track])

    def _told(self, known: Known, *, subject: str = "", body: str = "") -> Letter:
        return Letter(
            topic="",
            kind="complaint",
            subject=subject or known.subject,
            body=body or known.body,
            place=known.place or None,
            unit=known.unit,
            reply=known.reply,
            outcome="solved",
        )

    # -- what becomes of it

    def life(self, arrival: _Arrival) -> Life:
        """Live one message through."""
        stage, letter, fate = self.stage, arrival.letter, arrival.fate
        yield arrival.at
        message = Message(
            subject=letter.subject,
            body=letter.body,
            channel=_BY_CHANNEL[arrival.board],
            board=arrival.board or None,
            number=arrival.number,
            place=letter.place,
            sender=arrival.sender,
        )
        case = _Case(
            id=stage.receive(message).id,
            unit=letter.unit,
            handler=stage.acting_for(letter.unit, "handler"),
            clerk=self.chance.choice(("cyberspace-1", "cyberspace-2")),
            sender=arrival.sender.ref,
        )
        yield stage.after(5, 40) if arrival.track == "special" else stage.after(10, 150)
        if fate == "voice":
            stage.act(case.id, Merge(other=self.meters), by=case.clerk)
            return
        difficulty = "hard" if arrival.hard else "ordinary"
        stage.act(case.id, Review(classes={"kind": letter.kind, "track": arrival.track, "difficulty": difficulty}), by=case.clerk)
        yield stage.after(5, 40)
        if arrival.scene == "meters":
            self.meters = case.id
            yield from self._meters(case, arrival)
            return
        yield from self._hand_over(case, arrival)
        if fate == "new":
            return
        if fate in ("urged", "late", "ignored", "stuck"):
            yield from self._dawdle(case, fate)
        if fate == "stuck":
            return
        yield stage.after(10, 100)
        stage.act(case.id, Contact(how=self.chance.choice(("phone", "phone", "visit"))), by=case.handler)
        if fate == "asked":
            yield stage.after(10, 60)
            question, supplement = self.letters.exchange("question")
            stage.act(case.id, AskCitizen(question=question), by=case.handler)
            yield stage.now + timedelta(hours=self.chance.uniform(3, 50))
            self._citizen(case, Supplement(text=supplement))
        yield from self._answer(case, arrival)
        yield from self._finish(case, arrival)
        if fate == "again":
            yield from self._again(case, arrival)

    def _hand_over(self, case: _Case, arrival: _Arrival) -> Life:
        """Hand the case to its units: past a leader who instructs, or perhaps in vain at first, until each of them has accepted."""
        stage, fate = self.stage, arrival.fate
        assisting = arrival.assisting
        if fate in ("declined", "passed-on"):
            wrong = self._wrong(arrival.letter, 1 if fate == "declined" else 2)
            for unit in wrong:
                stage.act(case.id, Assign(lead=unit), by=case.clerk)
                yield stage.after(20, 80)
                reason = "不属本辖区" if unit in self.counties else "不属本单位职责"
                stage.act(case.id, Decline(reason=reason), by=stage.acting_for(unit, "handler"))
                yield stage.after(5, 40)
            assisting = wrong if fate == "passed-on" else ()
        stage.act(case.id, Assign(lead=case.unit, assisting=assisting), by=case.clerk)
        if arrival.track == "high":
            yield stage.after(60, 500)
            leader = self.chance.choice(("party-leader", "government-leader"))
            stage.act(case.id, Approve(act="assign", opinion=self.letters.said("instruction")), by=leader)
        elif arrival.hard:
            yield stage.after(20, 200)
            yield from self._chosen(case, arrival)
        yield from self._accepted(case, assisting, swift=arrival.track == "special")

    def _accepted(self, case: _Case, assisting: tuple[str, ...], *, swift: bool = False) -> Life:
        """Have each unit accept."""
        stage = self.stage
        yield stage.after(10, 60) if swift else stage.after(20, 180)
        stage.act(case.id, Accept(), by=case.handler)
        for unit in assisting:
            yield stage.after(10, 90)
            stage.act(case.id, Accept(), by=stage.acting_for(unit, "handler"))

    def _chosen(self, case: _Case, arrival: _Arrival) -> Life:
        """Have a supervision office take a hard matter up itself (直接交办), or leave it with the coordinator."""
        stage = self.stage
        office = self.chance.choice(("party-supervision", "government-supervision"))
        if stage.picks(0.6):
            stage.act(case.id, TakeUp(proposal="hard-matter", text="请主办单位逐户核实，协办单位配合。"), by=office)
            return
        yield stage.after(5, 30)
        stage.act(case.id, Dismiss(proposal="hard-matter", reason="由市委网信办统筹调度即可，暂不直接交办。"), by=office)

    def _wrong(self, letter: Letter, number: int) -> tuple[str, ...]:
        """Return units to which the letter might be handed by mistake: the county of its place, else departments."""
        local = self.stage.register.answers_for(letter.place or "")
        likely = [local.name] if local else []
        others = self.chance.sample(self.departments, len(self.departments))
        return tuple(dict.fromkeys(unit for unit in (*likely, *others) if unit != letter.unit))[:number]

    def _dawdle(self, case: _Case, fate: Fate) -> Life:
        """Let the first response be late, so that reminders come, and perhaps the case too, so that a letter comes."""
        stage = self.stage
        clock = "respond" if fate == "urged" else "handle"
        due = stage.desk.get(case.id).clock(clock).due
        if due is None:
            raise ValueError(f"the clock of case {case.id} stands still; its limit does not pass")
        if fate == "stuck":
            return
        yield stage.after(40, 200, since=due.before)
        if fate == "urged":
            return
        if fate == "ignored":
            [letter] = [row for row in stage.desk.get(case.id).orders if row.form == "handover-letter"]
            late = stage.desk.get(case.id).clock(f"answer-handover-letter:{letter.id}").due
            yield stage.after(40, 200, since=late.before if late else None)
        yield from self._answer_orders(case, self.letters.said("excuse"))

    def _answer_orders(self, case: _Case, text: str) -> Life:
        """Have the unit answer whatever orders want its answer."""
        stage = self.stage
        for order in stage.desk.get(case.id).orders:
            if order.unanswered and order.answer_wanted and order.cleared_at is None:
                stage.act(case.id, AnswerOrder(order=order.number, text=text), by=case.handler)
                yield stage.after(5, 60)

    def _answer(self, case: _Case, arrival: _Arrival) -> Life:
        """Hand in the parts, then the reply, perhaps after one that did not do, and publish it."""
        stage, letter = self.stage, arrival.letter
        for row in stage.desk.get(case.id).assignments:
            if row.part == "assisting" and row.status == "accepted":
                yield stage.after(60, 600)
                stage.act(case.id, Contribute(text=self.letters.said("part")), by=stage.acting_for(row.unit, "handler"))
        if arrival.hard and arrival.track == "coordinated" and stage.picks(0.5):
            yield stage.after(30, 200)
            stage.act(case.id, IssueOrder(form="inspection", text=self.letters.said("found")), by="party-supervision")
        yield stage.after(30, 200) if arrival.track == "special" else stage.after(60, 560)
        if arrival.fate == "returned":
            reason = self.chance.choice(self.letters.reasons)
            stage.act(case.id, SubmitReply(text=self._signed(case.unit, self.letters.poor(reason))), by=case.handler)
            yield stage.after(20, 100)
            stage.act(case.id, ReturnReply(reasons=(reason,)), by=case.clerk)
            yield stage.after(60, 240)
        stage.act(case.id, SubmitReply(text=self._signed(case.unit, letter.reply), outcome=letter.outcome), by=case.handler)
        yield from self._publish(case)

    def _publish(self, case: _Case) -> Life:
        """Publish the reply that was submitted: past the coordinator where the track has that gate."""
        stage = self.stage
        yield stage.after(10, 90)
        reply = stage.desk.get(case.id).reply
        if reply is not None and reply.gates:
            stage.act(case.id, Approve(), by="coordinator")
        else:
            stage.act(case.id, Publish(), by=case.clerk)

    def _finish(self, case: _Case, arrival: _Arrival) -> Life:
        """Answer and strike off the orders, ask the citizen where the track wants it, close."""
        stage = self.stage
        yield from self._answer_orders(case, self.letters.said("done"))
        for order in stage.desk.get(case.id).orders:
            if order.answer_wanted and order.cleared_at is None:
                yield stage.after(10, 60)
                by = case.clerk if order.form == "handover-letter" else "party-supervision"
                stage.act(case.id, ClearOrder(order=order.number), by=by)
        yield stage.after(15, 90)
        classes = stage.desk.get(case.id).classes
        if classes["track"] != "timely" or classes["difficulty"] == "hard" or arrival.fate == "again":
            yield from self._revisit(case, satisfied=arrival.fate != "displeased")
        stage.act(case.id, Close(outcome=arrival.letter.outcome), by=case.clerk)
        if arrival.scene == "thanks":
            yield stage.after(60, 240)
            self._citizen(case, Praise(text=THANKS))
        elif arrival.fate == "usual" and stage.picks(0.06):
            yield stage.after(60, 900)
            self._citizen(case, Praise(text=self.letters.said("thanks")))

    def _revisit(self, case: _Case, *, satisfied: bool) -> Life:
        """Ask the citizen whether the answer satisfies (联系回访)."""
        note = self.letters.said("revisited") if satisfied else "网民对处理结果不满意，已再次说明政策规定。"
        found = Revisit(solved=satisfied, satisfied=satisfied, note=note)
        self.stage.act(case.id, found, by=self.chance.choice((case.clerk, "hotline")))
        yield self.stage.after(10, 60)

    def _again(self, case: _Case, arrival: _Arrival) -> Life:
        """Have the citizen say that it will not do, and the unit do it again."""
        stage = self.stage
        yield stage.after(200, 1200)
        complaint, again = self.letters.exchange("complaint")
        self._citizen(case, Rate(satisfied=False, comment=complaint))
        yield stage.after(20, 200)
        stage.act(case.id, TakeUp(proposal="not-satisfied", text=complaint), by=case.clerk)
        yield stage.after(30, 200)
        stage.act(case.id, Contact(how="visit", note="上门听取意见"), by=case.handler)
        yield stage.after(200, 700)
        text = self._signed(case.unit, again)
        stage.act(case.id, SubmitReply(text=text, outcome=arrival.letter.outcome), by=case.handler)
        yield from self._publish(case)
        yield stage.after(20, 200)
        yield from self._revisit(case, satisfied=True)
        stage.act(case.id, Close(outcome=arrival.letter.outcome), by=case.clerk)

    # -- 苏仙区奥园华府

    def _meters(self, case: _Case, arrival: _Arrival) -> Life:
        """Have three units see to the meters, further voices come, and the party's supervision office step in (专项督查)."""
        stage = self.stage
        suxian, housing = (stage.acting_for(unit, "handler") for unit in arrival.assisting)
        stage.act(case.id, Assign(lead=case.unit, assisting=arrival.assisting), by=case.clerk)
        for person in (case.handler, suxian, housing):
            yield stage.after(20, 90)
            stage.act(case.id, Accept(), by=person)
        steps: tuple[tuple[datetime, Command, str], ...] = (
            (moment(5, 9, 15, 20), Contact(note="已与网民联系，说明正式用电办理进度。"), case.handler),
            (moment(5, 15, 9, 30), IssueOrder(form="direct-order", text="对该小区正式用电问题专项督查。"), "party-supervision"),
            (moment(5, 22, 16, 10), IssueOrder(form="inspection", text=FOUND), "party-supervision"),
            (moment(5, 24, 10, 45), Contribute(text="已组织开发企业、物业与供电公司对接，配电设施移交手续齐备。"), suxian),
            (moment(5, 25, 11, 5), Contribute(text="已核验小区配电房竣工资料，符合送电条件。"), housing),
        )
        for at, command, by in steps:
            yield at.replace(tzinfo=stage.zone)
            stage.act(case.id, command, by=by)
        order, inspection = (row.number for row in stage.desk.get(case.id).orders if row.answer_wanted)
        closing: tuple[tuple[datetime, Command, str], ...] = (
            (moment(5, 26, 15, 0), AnswerOrder(order=inspection, text="施工力量已增加，计划28日完成电表入户。"), case.handler),
            (moment(5, 28, 17, 20), AnswerOrder(order=order, text="奥园华府电表入户工作已于今日完成。"), case.handler),
        )
        for at, command, by in closing:
            yield at.replace(tzinfo=stage.zone)
            stage.act(case.id, command, by=by)
        yield moment(5, 29, 8, 40).replace(tzinfo=stage.zone)
        stage.act(case.id, SubmitReply(text=self._signed(case.unit, arrival.letter.reply), outcome="solved"), by=case.handler)
        end: tuple[tuple[datetime, Command, str], ...] = (
            (moment(5, 29, 9, 50), Approve(), "coordinator"),
            (moment(5, 29, 10, 30), ClearOrder(order=inspection), "party-supervision"),
            (moment(5, 29, 10, 32), ClearOrder(order=order), "party-supervision"),
            (moment(5, 29, 15, 10), Revisit(solved=True, satisfied=True, note="小区住户纷纷点赞。"), "hotline"),
            (moment(5, 29, 15, 15), Praise(text="电表装好了，小区住户都点赞，谢谢！"), "hotline"),
            (moment(5, 29, 16, 0), Close(outcome="solved"), case.clerk),
        )
        for at, command, by in end:
            yield at.replace(tzinfo=stage.zone)
            stage.act(case.id, command, by=by)

    def _citizen(self, case: _Case, command: Supplement | Rate | Praise) -> None:
        self.stage.act_as_sender(case.id, command, sender=case.sender)

    def _signed(self, unit: str, text: str) -> str:
        """Return a reply with the unit's name and the day below it."""
        day = self.stage.local(self.stage.now)
        city = "郴州市" if unit in self.departments and not unit.startswith("国网") else ""
        return f"{text}\n{city}{unit}\n{day.year}年{day.month}月{day.day}日"
