"""Baiyin city, 1 January to 12 November 2019: what came to the boards of its leaders, and what its office told of it on the 13th.

The text looks at the boards by three cohorts: what came to the mayor's and the governor's boards in ten months, to the mayor's in
nine, to the portal's twelve in three quarters. One snapshot makes all of its figures true: the end of 12 November, the day before
it was published.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal

import msgspec

from ..actions import AnswerOrder, Approve, Assign, ClearOrder, Close, Praise, Reject, ReturnReply, Review, SubmitReply, Transfer
from ..cases import Case
from ..languages import Lang, chinese
from ..messages import Message, Sender
from ..moments import show_day
from ..ports import CaseStore
from ..reports.boards import BoardRow, BoardTable, by_board
from ..reports.periods import show_period
from ..reports.statistics import Figure, shown
from ..rulebook import Rulebook
from .letters import Letter, Letters
from .stage import Life, Stage
from .story import Progress, Scene, Story

FIRST, AS_OF = date(2019, 1, 1), date(2019, 11, 12)
THREE_QUARTERS, TEN_MONTHS = (FIRST, date(2019, 9, 30)), (FIRST, date(2019, 10, 31))
PERIOD = "2019-01..2019-09"
MAYOR, GOVERNOR = "市长留言", "省长留言"

_SEED = 2019
"""The figures come out with any; with this one the story is always the same."""
_HOURS = "08:30-12:00, 14:30-18:00"
_HOME = "白银区"
_TRIES = 12
"""So many letters are written that each is not weighed as long as elsewhere."""
_LAST_CALM = date(2019, 10, 18)
"""What came later is answered within a few days, so that it is closed by the end of the story."""
_LAST_LATE, _LAST_WAITING = date(2019, 9, 30), date(2019, 9, 20)
"""What comes by these days is overdue at the snapshot where it is not closed, and closed where it was closed late."""

Fate = Literal["usual", "returned", "late", "waiting", "advertisement", "empty", "unclear", "repeat", "petition", "not-ours"]
"""What becomes of a message: answered; answered after a reply that went back; closed late, after an order; overdue and still open;
or not registered, for which reason."""

_VOID: tuple[Fate, ...] = ("advertisement", "empty", "unclear", "repeat", "repeat")


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How much comes to a board.

    Of the first three quarters: what is registered, what of it stays open, what is handed on, what is void; of October: what is
    registered, the mayor's open ones not counted, and what is void.
    """

    board: str
    registered: int
    waiting: int
    void: int
    october: int
    handed_on: int = 0
    void_october: int = 3


_PLANS = (
    _Plan(board="市委书记留言", registered=178, waiting=4, void=16, october=17, handed_on=1),
    # 364 of the mayor's messages were not registered: with the governor's 61 that makes 826 screened, which the text calls 800-odd.
    _Plan(board=MAYOR, registered=263, waiting=0, void=322, october=28, handed_on=5, void_october=37),
    _Plan(board="白银区委书记留言", registered=92, waiting=2, void=7, october=9),
    _Plan(board="白银区区长留言", registered=124, waiting=3, void=11, october=13, handed_on=1),
    _Plan(board="平川区委书记留言", registered=62, waiting=1, void=4, october=6),
    _Plan(board="平川区区长留言", registered=88, waiting=2, void=6, october=9),
    _Plan(board="靖远县委书记留言", registered=70, waiting=1, void=5, october=7),
    _Plan(board="靖远县县长留言", registered=112, waiting=3, void=9, october=12, handed_on=1),
    _Plan(board="会宁县委书记留言", registered=66, waiting=1, void=5, october=6),
    _Plan(board="会宁县县长留言", registered=96, waiting=2, void=7, october=10, handed_on=1),
    _Plan(board="景泰县委书记留言", registered=48, waiting=0, void=3, october=5),
    _Plan(board="景泰县县长留言", registered=66, waiting=1, void=4, october=7),
    _Plan(board=GOVERNOR, registered=94, waiting=0, void=17, october=10, handed_on=38, void_october=6),
)
_NOVEMBER = {MAYOR: 9, GOVERNOR: 3}
"""What comes in November, which no figure counts; to every other board comes one message."""
_SLIPS = ("有病句", "有错别字", "格式不统一")
"""What the first gate sends back; what is wrong in other ways passes it, and the second one sends it back."""
_LATE, _RETURNED = 0.05, 0.08
"""Which share of what is registered is closed late, and which has a reply sent back."""


def _moment(day: int, hour: int, minute: int, second: int) -> datetime:
    return datetime(2019, 10, day, hour, minute, second)  # noqa: DTZ001 - local time; the stage puts the zone to it


_OPEN = (
    _moment(17, 9, 12, 40),
    _moment(22, 20, 31, 5),
    _moment(24, 15, 44, 58),
    _moment(29, 10, 3, 21),
    _moment(30, 16, 25, 9),
    _moment(31, 11, 50, 33),
)
"""The mayor's six that are open at the snapshot: three are overdue, and the limit of three has not passed."""


class _Arrival(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    number: str
    fate: Fate
    board: str
    subject: str
    body: str
    sender: Sender
    letter: Letter | None = None
    """What is answered; None where nothing is."""


class _People(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks after a board."""

    manager: str
    gates: tuple[str, ...]


def play(store: CaseStore, progress: Progress | None = None) -> Story:
    """Play the city's story into an empty store; it ends at the end of 12 November 2019."""
    stage = Stage(Rulebook.shipped("baiyin"), store, opens=FIRST, hours=_HOURS, letters="by", seed=_SEED)
    city = _City(stage)
    arrivals = city.arrivals()
    for arrival in arrivals:
        stage.enter(city.life(arrival))
    stage.run(stage.at(AS_OF + timedelta(days=1)) - timedelta(seconds=1), progress=progress, of=len(arrivals))
    scenes = tuple(Scene(number=_first(arrivals, fate, board), zh=zh, en=en) for fate, board, zh, en in _SCENES)
    told = stated(store, stage.desk.rulebook)
    issues = stage.desk.issues("quarterly")
    return Story(
        desk=stage.desk,
        scenes=scenes,
        actor="office-1",
        told=f"{_told(told, 'zh')}\n  分栏目通报：{len({row.period for row in issues})}季{len(issues)}次",
        told_en=f"{_told(told, 'en')}\n  bulletins: {len(issues)} in {len({row.period for row in issues})} quarters",
    )


_SCENES: tuple[tuple[Fate, str, str, str], ...] = (
    ("waiting", MAYOR, "逾期未办结：已列入清单，督办单已回复", "open and overdue: on the list, and its order was answered"),
    ("late", "靖远县县长留言", "经督促办结，已销号", "closed after an order, and struck off"),
    ("returned", MAYOR, "答复有误，退回后重报，三级审核后发布", "a reply went back, and passed three gates the second time"),
    ("petition", MAYOR, "信访事项，不予登记", "not registered: a matter of petitions"),
    ("usual", GOVERNOR, "省政府门户网站转来的省长留言", "from the governor's board, on the portal of the province"),
)


def _first(arrivals: Sequence[_Arrival], fate: Fate, board: str) -> str:
    return next(row.number for row in arrivals if (row.fate, row.board) == (fate, board))


# --- what the text states ---------------------------------------------------------------------------------------------


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of the text with its figures as they come out: of which boards, and of what was received on which days."""

    quote: str
    zh: str
    en: str
    days: tuple[date, date]
    figures: tuple[Figure, ...]

    def line(self, lang: Lang) -> str:
        """Return the figures in one line, with what they are of."""
        numbers, period = [f"{figure.label(lang)} {shown(figure)}" for figure in self.figures], show_period(*self.days, lang=lang)
        if chinese(lang):
            return f"{self.zh}（{period}）：{'，'.join(numbers)}"
        return f"{self.en}, {period}: {', '.join(numbers)}"


def stated(store: CaseStore, rulebook: Rulebook) -> tuple[Stated, ...]:
    """Return what the text states of the boards, as it stands in a store at the end of 12 November 2019.

    Who was screened is who was received: nothing lay unscreened at the snapshot.
    """
    register = rulebook.register
    own = register.boards if register else ()

    def counted(days: tuple[date, date], *boards: str) -> BoardTable:
        first, last = days
        return by_board(store, rulebook, register, period=f"{first}..{last}", as_of=AS_OF, boards=boards)

    def picked(row: BoardRow, *names: str) -> tuple[Figure, ...]:
        return tuple(row.figures[name] for name in names)

    ten, nine = counted(TEN_MONTHS, MAYOR, GOVERNOR), counted(THREE_QUARTERS, *own)
    of_board = ("registered", "closed", "completion-board")
    return (
        Stated(
            quote="今年前10个月共审核处理网上留言800多条，登记受理401条，办结395条，办结率98.5%",
            zh="市长、省长两栏目",
            en="the mayor's and the governor's boards",
            days=TEN_MONTHS,
            figures=picked(ten.total, "received", "registered", "closed", "completion-office"),
        ),
        Stated(
            quote="受理省长留言104条，全部办结",
            zh="省长留言",
            en="the governor's board",
            days=TEN_MONTHS,
            figures=picked(ten.row(GOVERNOR), *of_board),
        ),
        Stated(
            quote="受理市长留言297条，办结291条，办结率97.98%",
            zh="市长留言",
            en="the mayor's board",
            days=TEN_MONTHS,
            figures=picked(ten.row(MAYOR), *of_board),
        ),
        Stated(
            quote="前9个月的市政府门户网站市长留言的办结率均达到100%",
            zh="市长留言",
            en="the mayor's board",
            days=THREE_QUARTERS,
            figures=picked(nine.row(MAYOR), *of_board),
        ),
        Stated(
            quote="今年前三个季度网民在门户网站上提交有效留言1274件，目前已办结1245件，办结率好于往年达97.72%",
            zh=f"门户网站{len(own)}个栏目",
            en=f"the {len(own)} boards of the portal",
            days=THREE_QUARTERS,
            figures=picked(nine.total, "valid", "closed", "completion-valid"),
        ),
    )


def _told(told: Sequence[Stated], lang: Lang) -> str:
    """Return each sentence's figures in a line of its own."""
    day = show_day(AS_OF, lang=lang)
    head = f"公布的数字（截至{day}）：" if chinese(lang) else f"the figures of the text, as of {day}:"
    return "\n".join((head, *(f"  {row.line(lang)}" for row in told)))


# --- the story --------------------------------------------------------------------------------------------------------


class _City:
    """The offices that look after the boards, the units that answer, and how they deal with what comes."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.chance = stage, stage.chance
        self.letters = Letters("baiyin", stage.register, stage.chance, home=_HOME, often=3, tries=_TRIES)
        self.counties = tuple(unit.name for unit in stage.register.members("counties"))
        gates = stage.desk.rulebook.outline.gates("publish", lambda condition: True)
        self.people = {
            plan.board: _People(
                manager=self._of_board("manager", plan.board), gates=tuple(self._of_board(role, plan.board) for role in gates)
            )
            for plan in _PLANS
        }

    def _of_board(self, role: str, board: str) -> str:
        return next(row.person for row in self.stage.register.grant if row.role == role and board in row.boards)

    # -- what comes

    def arrivals(self) -> list[_Arrival]:
        """Return the messages in the order of their coming."""
        timed = sorted((row for plan in _PLANS for row in self._coming(plan)), key=lambda row: (row[0], row[2]))
        found: list[_Arrival] = []
        for number, (moment, fate, board) in enumerate(timed, start=1):
            found.append(self._arrival(f"BY2019-{number:04}", moment, fate, board, found))
        return found

    def _coming(self, plan: _Plan) -> Iterator[tuple[datetime, Fate, str]]:
        """Yield what comes to a board: when, and what becomes of it."""
        late, returned = round(plan.registered * _LATE), round(plan.registered * _RETURNED)
        usual = plan.registered - plan.waiting - late - returned
        handed_on: Fate = "not-ours" if plan.board == GOVERNOR else "petition"
        october, november = (date(2019, 10, 1), TEN_MONTHS[1]), (date(2019, 11, 1), AS_OF)
        spans: list[tuple[int, tuple[date, date], tuple[Fate, ...]]] = [
            (usual, THREE_QUARTERS, ("usual",)),
            (returned, THREE_QUARTERS, ("returned",)),
            (late, (FIRST, _LAST_LATE), ("late",)),
            (plan.waiting, (date(2019, 3, 1), _LAST_WAITING), ("waiting",)),
            (plan.handed_on, THREE_QUARTERS, (handed_on,)),
            (plan.void, THREE_QUARTERS, _VOID),
            (plan.october, october, ("usual",)),
            (plan.void_october, october, _VOID),
            (_NOVEMBER.get(plan.board, 1), november, ("usual",)),
        ]
        for number, (first, last), fates in spans:
            yield from ((moment, self.chance.choice(fates), plan.board) for moment in self._moments(number, first, last))
        if plan.board == MAYOR:
            yield from ((moment.replace(tzinfo=self.stage.zone), "waiting", MAYOR) for moment in _OPEN)

    def _arrival(self, number: str, moment: datetime, fate: Fate, board: str, before: Sequence[_Arrival]) -> _Arrival:
        sender = self._sender()
        if fate in ("advertisement", "empty", "unclear"):
            said = self.letters.said(fate)
            return _Arrival(at=moment, number=number, fate=fate, board=board, subject=said[:12], body=said, sender=sender)
        earlier = [row for row in before[-300:] if row.board == board and row.letter] if fate == "repeat" else []
        if fate == "repeat" and earlier:
            again = self.chance.choice(earlier)
            return msgspec.structs.replace(again, at=moment, number=number, fate=fate, letter=None)
        town = next((name for name in self.counties if board.startswith(name)), "")
        letter = self.letters.draw(moment.month, kind="complaint" if fate == "late" else "", town=town)
        if town:  # a county answers for its own departments
            letter = msgspec.structs.replace(letter, unit=town)
        kept = None if fate in ("repeat", "petition", "not-ours") else letter
        return _Arrival(
            at=moment, number=number, fate=fate, board=board, subject=letter.subject, body=letter.body, sender=sender, letter=kept
        )

    def _sender(self) -> Sender:
        number = self.chance.randrange(1000)
        return Sender(ref=f"u{self.chance.randrange(16**6):06x}", name=f"网友{number:03}", phone=f"100-0000-{number:04}")

    def _moments(self, number: int, first: date, last: date) -> list[datetime]:
        """Return moments at which people write: more on working days, most in the morning and in the evening."""
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        weights = [1.0 if self.stage.desk.calendar.is_working_day(day) else 0.35 for day in days]
        found = []
        for day in self.chance.choices(days, weights, k=number):
            hour = self.chance.choices(range(24), [1, 0, 0, 0, 0, 1, 2, 5, 9, 11, 10, 6, 4, 5, 7, 9, 8, 6, 4, 6, 9, 8, 5, 2])[0]
            found.append(self.stage.at(day, time(hour, self.chance.randrange(60), self.chance.randrange(60))))
        return found

    # -- what becomes of it

    def life(self, arrival: _Arrival) -> Life:
        """Live one message through."""
        stage, people = self.stage, self.people[arrival.board]
        yield arrival.at
        outside = arrival.board == GOVERNOR
        message = Message(
            subject=arrival.subject,
            body=arrival.body,
            board=arrival.board,
            channel="province" if outside else "portal",
            number=arrival.number,
            place=arrival.letter.place if arrival.letter else None,
            sender=arrival.sender,
        )
        case = stage.receive(message)
        yield self._today(case, "screen", 5, 150)
        if arrival.letter is None:
            stage.act(case.id, self._not_registered(arrival), by=people.manager)
            return
        stage.act(case.id, Review(classes={"kind": arrival.letter.kind}), by=people.manager)
        yield stage.after(5, 60)
        stage.act(case.id, Assign(lead=arrival.letter.unit), by=people.manager)
        if arrival.fate in ("late", "waiting"):
            yield from self._overdue(case.id, arrival)
        if arrival.fate != "waiting":
            yield from self._answer(case.id, arrival, people)

    def _not_registered(self, arrival: _Arrival) -> Reject | Transfer:
        if arrival.fate == "not-ours":
            return Transfer(to="省政府门户网站", reason="not-ours", explanation="不属本市管辖，退回省政府门户网站。")
        if arrival.fate == "petition" and arrival.board != MAYOR:
            return Transfer(to="市信访局", reason="petition", explanation="属信访事项，移送办理。")
        return Reject(reason=arrival.fate, explanation=self.letters.said(f"why-{arrival.fate}"))

    def _answer(self, case: str, arrival: _Arrival, people: _People) -> Life:
        """Answer through the gates, perhaps after a reply that went back; close, and strike off what orders there are."""
        stage, letter = self.stage, arrival.letter
        if letter is None:
            raise ValueError(f"nothing answers message {arrival.number}, which was not registered")
        handler = stage.acting_for(letter.unit, "handler")
        swift = stage.local(arrival.at).date() > _LAST_CALM
        if arrival.fate == "late":
            yield stage.after(120, 1600)
        else:
            yield stage.after(200, 1100) if swift else stage.after(400, 2600)
        if arrival.fate == "returned":
            reason = self.chance.choice(self.letters.reasons)
            sent = stage.act(case, SubmitReply(text=self._signed(letter.unit, self.letters.poor(reason))), by=handler)
            at = int(reason not in _SLIPS)
            for gate in people.gates[:at]:
                yield self._today(sent, "publish", 5, 40)
                stage.act(case, Approve(), by=gate)
            yield self._today(sent, "publish", 5, 40)
            stage.act(case, ReturnReply(reasons=(reason,)), by=people.gates[at])
            yield stage.after(60, 300)
        sent = stage.act(case, SubmitReply(text=self._signed(letter.unit, letter.reply), outcome=letter.outcome), by=handler)
        for gate in people.gates:
            yield self._today(sent, "publish", 5, 40)
            stage.act(case, Approve(), by=gate)
        yield stage.after(10, 240)
        closed = stage.act(case, Close(outcome=letter.outcome), by=people.manager)
        for order in closed.orders:
            yield stage.after(15, 240)
            stage.act(case, ClearOrder(order=order.number), by="office-1")
        if stage.picks(0.03):
            yield stage.after(60, 900)
            stage.act_as_sender(case, Praise(text=self.letters.said("thanks")), sender=arrival.sender.ref)

    def _overdue(self, case: str, arrival: _Arrival) -> Life:
        """Let the limit pass; the morning's sweep issues an order, and the unit says why."""
        stage = self.stage
        due = stage.desk.get(case).clock("handle").due
        if due is None or arrival.letter is None:
            raise ValueError(f"the clock of case {case} stands still; its limit does not pass")
        yield stage.after(30, 900, since=due.before)
        for order in stage.desk.get(case).orders:
            text = self.letters.said("excuse" if arrival.fate == "late" else "waiting")
            stage.act(case, AnswerOrder(order=order.number, text=text), by=stage.acting_for(arrival.letter.unit, "handler"))

    # -- the day

    def _today(self, case: Case, clock: str, least: int, most: int) -> datetime:
        """Return a moment in office hours that a same-day clock still allows; else somebody stays until it is done (日产日清)."""
        stage = self.stage
        moment, due = stage.after(least, most), case.clock(clock).due
        if due is None or moment < due.before:
            return moment
        return stage.now + timedelta(seconds=self.chance.randrange(60, 600))

    def _signed(self, unit: str, text: str) -> str:
        day, county = self.stage.local(self.stage.now), unit in self.counties
        return f"{text}\n{f'{unit}人民政府' if county else f'白银市{unit}'}\n{day.year}年{day.month}月{day.day}日"
