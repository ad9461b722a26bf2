"""A small town's rulebook for tests of the core: shipped rulebooks grow, and what a test counts should not grow with them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from casework import Actor, Case, Desk, MemoryStore, Message, Rulebook, Sender, WorkCalendar
from casework.actions import Accept, Assign, Command, Publish, Review, SubmitReply
from casework.events import Event
from casework.facts import facts_of
from casework.folding import evolve, fold
from casework.ports import CaseStore
from casework.sla import SlaClock
from casework.testing import FrozenTime
from casework.units import read_register

REGISTER = read_register(
    """
id = "town"

[[group]]
id = "townships"
zh = "乡镇"
en = "townships"
zero_list = true

[[group]]
id = "departments"
zh = "县直部门"
en = "departments"

[[unit]]
name = "夹河镇"
group = "townships"
aliases = ["夹河"]

[[unit]]
name = "公安局"
group = "departments"

[[unit]]
name = "住建局"
group = "departments"
"""
)

TEXT = """
[rulebook]
id = "town"
version = 1
base = "standard"
late_by = "handle"

[roles.governor]
scope = "board"
may = ["note", "review"]
sees = ["sender.name"]

[assignment]
decline_reasons = ["不属本单位职责", "重复转办"]

[[clock]]
id = "handle"
zh = "办理期限"
starts_on = ["receive", "reopen"]
stops_on = "publish"
pauses_on = "awaiting_citizen"
limit = [{ is = "5 working days" }]

[[clock]]
id = "accept"
zh = "签收期限"
per = "assignment"
starts_on = "assign"
stops_on = ["accept", "decline"]
limit = [{ is = "1 working day" }]

[reply]
return_reasons = ["敷衍塞责", "答非所问"]
checks = [
    { id = "length", min_chars = 10 },
    { id = "vague", forbid = ["尽快"], level = "advise" },
]

[[order]]
id = "supervision"
cc = ["leader"]
[order.document]
series = "督〔{year}〕{n}号"
template = "{{ number }} {{ to | join('、') }}: {{ message_number }}《{{ subject }}》{{ due }} {{ text }}"
[order.answer]
wanted = true
cleared_by = "supervisor"

[[order]]
id = "reminder"
document = { series = "催{n:03}" }
answer = { wanted = false, cleared_by = "" }

[[rung]]
id = "due-tomorrow"
on = "due:handle"
at = "-1 working day"
do = ["notify:handler"]

[[rung]]
id = "late-daily"
on = "late:handle"
do = ["issue:supervision", "notify:supervisor"]
repeat = { every = "1 working day", max = 5 }

[[notify]]
on = "assign"
to = ["handler"]
zh = "请签收"
en = "please accept"

[[notify]]
on = "publish"
to = ["sender"]
zh = "您的来件已答复"
en = "answered"
"""

GATES = """
[roles.office]
scope = "any"
may = ["approve", "return"]

[roles.leader]
may = ["approve", "return", "note"]

[[approval]]
on = "publish"
by = ["reviewer", "office", "leader"]
resubmit_at = "{resubmit_at}"
"""

CLERK = Actor(id="wang", role="clerk")
HANDLER = Actor(id="li", role="handler", unit="夹河镇")
POLICE = Actor(id="zhao", role="handler", unit="公安局")
SUPERVISOR = Actor(id="qian", role="supervisor")
LEADER = Actor(id="zhang", role="leader")
CITIZEN = Actor(id="u-1", role="citizen")
WEDNESDAY = datetime(2020, 7, 1, 1, 0, tzinfo=UTC)
"""Nine in the morning of an ordinary Wednesday in China."""


def town(more: str = "") -> Rulebook:
    """Return the town's rulebook, with more of it."""
    return Rulebook.parse(TEXT + more, name="town", register=REGISTER)


def with_gates(*, resubmit_at: str = "first") -> Rulebook:
    """Return the town's rulebook with three gates before a reply is published."""
    return town(GATES.format(resubmit_at=resubmit_at))


# --- a desk with one case, for what needs a rulebook of a few lines ---------------------------------------------------

HANDLE = """
[[clock]]
id = "handle"
starts_on = "receive"
stops_on = "publish"
pauses_on = "awaiting_citizen"
"""
"""A clock without its limit and whatever else it has: those come after it."""
FIVE_DAYS = f'{HANDLE}limit = [{{ is = "5 working days" }}]\n'


def local(text: str) -> datetime:
    """Return the moment at which clocks in China showed this."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@lru_cache(maxsize=512)
def small(text: str, *, id: str = "small", head: str = "") -> Rulebook:
    """Return a rulebook of a few lines over the standard one, whose clock "handle" decides lateness."""
    return Rulebook.parse(
        f'[rulebook]\nid = "{id}"\nversion = 1\nbase = "standard"\nlate_by = "handle"\n{head}\n{text}', name=id, register=REGISTER
    )


class Office:
    """A desk, its time, and shorthand for what is done on case c1 by whoever usually does it."""

    def __init__(
        self,
        rulebook: Rulebook | str,
        *,
        at: str = "2020-07-01 09:00",
        store: CaseStore | None = None,
        calendar: WorkCalendar | None = None,
    ) -> None:
        self.now = FrozenTime(local(at))
        ids = iter(f"c{n}" for n in range(1, 1000))
        book = small(rulebook) if isinstance(rulebook, str) else rulebook
        self.desk = Desk(
            book, store=MemoryStore() if store is None else store, now=self.now, new_id=lambda: next(ids), calendar=calendar
        )

    def receive(self, *, at: str = "") -> Case:
        """Take a message in."""
        self.to(at)
        return self.desk.receive(Message(subject="路灯不亮", body="村口路灯坏了", sender=Sender(ref="u-1")))

    def do(self, *commands: Command, by: Actor | None = None, at: str = "", case: str = "c1") -> Case:
        """Have commands carried out, by the handler of 夹河镇 what handlers do, and by the clerk what is left."""
        self.to(at)
        for command in commands:
            usual = HANDLER if command.action in ("accept", "submit", "promise", "contact", "answer") else CLERK
            self.desk.act(case, command, by=by or usual)
        return self.desk.get(case)

    def assigned(self, *, at: str = "") -> Case:
        """Take a message in and have 夹河镇 accept it."""
        self.receive(at=at)
        return self.do(Review(), Assign(lead="夹河镇"), Accept())

    def answered(self, *, at: str = "") -> Case:
        """Have the unit's reply published."""
        return self.do(SubmitReply(text="已安排维修人员更换路灯。"), Publish(), at=at)

    def to(self, at: str) -> None:
        """Go to a moment of the local time, where one is given."""
        if at:
            self.now.to(local(at))

    def clock(self, key: str = "handle", *, case: str = "c1") -> SlaClock:
        """Return a clock of a case."""
        return self.desk.get(case).clock(key)

    def due(self, key: str = "handle", *, case: str = "c1") -> str | None:
        """Return the last day of a clock."""
        due = self.clock(key, case=case).due
        return due.date.isoformat() if due else None

    def last(self, *, case: str = "c1") -> Event:
        """Return the case's latest event."""
        return self.desk.history(case)[-1]

    def facts(self, *, case: str = "c1") -> list[tuple[str, int]]:
        """Return what was counted of a case's clocks, worked out from its events, in their order."""
        found: list[tuple[str, int]] = []
        state: Case | None = None
        for event in self.desk.history(case):
            state = evolve(state, event)
            found += [(fact.kind, fact.value) for fact in facts_of(state, event) if ":" in fact.kind]
        return found

    def everything(self) -> object:
        """Return all that the store holds."""
        store = self.desk.store
        rows = [(store.read(case), store.events(case), dict(store.texts(case))) for case in store.ids()]
        far = datetime(2190, 1, 1, tzinfo=UTC)
        kept = [store.kept(kind) for kind in ("rulebook", "register", "notices:CN", "notices:GB-ENG")]
        return rows, store.due(far, limit=1000), store.outbox.pending(far, limit=1000), store.open_clocks(), kept


def sound(office: Office, case: str = "") -> Case:
    """See that every case is what its stored events say, as they are kept and as they are read again; return one, or the last."""
    for row in office.desk.store.ids():
        office.desk.verify(row)
        assert fold(office.desk.history(row)) == office.desk.get(row)
    return office.desk.get(case or office.desk.store.ids()[-1])
