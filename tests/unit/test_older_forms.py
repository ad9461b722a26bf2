"""Older forms of what is kept are read as they were meant, and a store of before goes on where it stood.

``form-1.jsonl`` holds the lines of the days when clocks knew no extensions and deadlines no bounds, ``assigned-v1.jsonl`` a history
from those when *assigned* had its first form, ``KIND-v1.jsonl`` the lines of five further payloads in theirs. The hashes of their
chains stand below.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from casework import Actor, Case, Rulebook, SqlStore, Timekeeper, engine, journal
from casework import events as ev
from casework.actions import AddNote, Approve, AskCitizen, Publish, ReturnReply, SubmitReply, Supplement
from casework.decisions import Known
from casework.errors import ChainBroken, ConditionUnmet, NotPermitted
from casework.events import Payload, StoredEvent
from casework.folding import evolve, fold
from tests.unit.test_events_golden import EVENTS, FOLDER, KINDS, before, event
from tests.unit.town import CLERK, FIVE_DAYS, HANDLER, LEADER, Office, small, with_gates

FORM_1 = FOLDER / "form-1.jsonl"
FORM_1_HEAD = "2c0b264b7c19910b1cbbd4725e3f98b27821f1a935196e4e176d9de2566e9905"
OLD = FOLDER / "assigned-v1.jsonl"

# --- single payloads --------------------------------------------------------------------------------------------------

OLDER: dict[str, Payload] = {
    "received": ev.Received(
        message="1.message",
        channel="portal",
        board="县长信箱",
        number="20200701-001",
        sender="1.sender",
        public=True,
        rulebook="yunxi",
        rulebook_digest="0123456789abcdef",
        classes={"track": "timely", "kind": "complaint"},
    ),
    "attached": ev.Attached(message="2.message", channel="wechat", number="wx-77"),
    "rulebook_moved": ev.RulebookMoved(old="yunxi 1", new="yunxi 2", rulebook="yunxi", rulebook_digest="fedcba9876543210"),
    "declined": ev.Declined(unit="公安局", reason="不属本单位职责", explanation="15.explanation", count=1, lead=msgspec.UNSET),
    "submitted": ev.Submitted(
        unit="夹河镇",
        reply=1,
        text="20.reply",
        outcome="solved",
        findings=(ev.Finding(check="vague", level="advise", message="must not say: 尽快"),),
        gates=("", "", ""),
        passed=1,
    ),
    "approval_requested": ev.ApprovalRequested(act="extend", gates=("office", "leader"), unit="", request="21.request"),
    "rung_fired": ev.RungFired(
        rung="late-daily", occasion="late-daily/handle/1/2", mode="auto", effects=("issue:supervision",), units=()
    ),
    "order_issued": ev.OrderIssued(
        order="o1",
        form="supervision",
        number="督〔2020〕7号",
        to=("公安局",),
        roles=(),
        cc=("leader",),
        document="35.document",
        rung="late-daily",
        answer_wanted=True,
    ),
}
"""What the lines in ``KIND-v1.jsonl`` mean today."""
OLDER_HEAD = "3d68f8505deda24f39a5163b031002115171d94bb3757db2c3505f3860277852"


def older(kind: str) -> str:
    (line,) = (FOLDER / f"{kind}-v1.jsonl").read_text("utf-8").splitlines()
    return line


@pytest.mark.parametrize("kind", OLDER)
def test_the_first_form_of_a_payload_is_read_as_the_present_one(kind: str) -> None:
    line = older(kind)
    assert f'"kind":"{kind}","v":1,' in line
    sample = event(KINDS.index(kind) + 1)
    assert journal.decode(line) == msgspec.structs.replace(sample, data=OLDER[kind])
    assert journal.encode(journal.decode(line)) != line, "only an event that is written anew takes the present form"


def test_the_lines_of_first_forms_are_the_committed_ones() -> None:
    head = ""
    for kind in OLDER:
        head = journal.chain(head, older(kind))
    assert head == OLDER_HEAD


def test_lines_of_the_first_form_are_read_as_they_were_meant() -> None:
    lines = FORM_1.read_text("utf-8").splitlines()
    head = ""
    for line in lines:
        head = journal.chain(head, line)
    assert head == FORM_1_HEAD
    then = EVENTS[: KINDS.index("erased") + 1]
    assert [journal.decode(line).data for line in lines] == [OLDER.get(sample.kind, sample.data) for sample in then]
    told = [(old.clocks, new.clocks) for old, new in zip(map(journal.decode, lines), then, strict=True) if old.clocks]
    assert [old for old, _ in told] == [new for _, new in told]
    assert all(clock.extensions == () and (clock.due is None or clock.due.latest is None) for old, _ in told for clock in old)
    assert len(told) == 4


def test_a_history_of_the_first_form_is_folded_as_it_was_meant() -> None:
    history = [journal.decode(line) for line in FORM_1.read_text("utf-8").splitlines()]
    at = {row.kind: fold(history[: row.seq]) for row in history}
    assert (at["declined"].lead, at["declined"].units) == ("夹河镇", ("夹河镇", "城管局"))
    submitted, order = at["submitted"].reply, at["order_issued"].orders[0]
    assert submitted is not None
    assert (submitted.gates, submitted.passed, submitted.status) == (("", "", ""), 1, "submitted")
    assert [(row.act, row.gates, row.unit) for row in at["approval_requested"].requests] == [("extend", ("office", "leader"), "")]
    assert (order.to, order.roles, order.unanswered) == (("公安局",), (), ("公安局",))
    assert at["order_answered"].orders[0].unanswered == ()
    assert (at["rung_fired"].occasions, at["rung_fired"].proposed) == (("late-daily/handle/1/2",), ())


def test_a_lead_that_declined_in_the_first_form_has_the_case_no_longer() -> None:
    case, _ = before("declined")
    assert case is not None
    after = evolve(case, journal.decode(older("declined").replace("公安局", "夹河镇")))
    assert (after.units, after.led_by, after.has("夹河镇")) == (("公安局", "城管局"), "夹河镇", False)


def test_what_a_rung_proposed_in_the_first_form_is_about_the_units_that_had_the_case() -> None:
    case, _ = before("rung_fired")
    line = older("rung_fired").replace('"mode":"auto"', '"mode":"propose"')
    (row,) = evolve(case, journal.decode(line)).proposed
    assert (row.rung, row.effects, row.units) == ("late-daily", ("issue:supervision",), ("公安局", "夹河镇"))


# --- a whole history with an older form in it -------------------------------------------------------------------------

OLD_CHAIN: tuple[str, ...] = (
    "c9a90ef2a55938f2f5e4b177e0663376c337fc7a29381d89b3336403adde103f",
    "57888b7bb63d3895c6fe0fc88f64023269bec7d37e786cb6bf9ca69249ea9dd5",
    "1de4fdb2fb3d00734d82d27d487f413b08075de6e2251440c0d71e27f5785f4d",
    "38db15df970d816e7b09197182e6cadac38ab499f07670629b0c0ac7b7d621f5",
)


def old_history() -> list[StoredEvent]:
    texts = OLD.read_text("utf-8").splitlines()
    return [StoredEvent("case-v1", number, text, OLD_CHAIN[number - 1]) for number, text in enumerate(texts, start=1)]


def test_the_first_form_of_an_assignment_is_read_as_the_second() -> None:
    row = old_history()[2]
    assert '"kind":"assigned","v":1,' in row.text
    assert '"data":{"unit":"住建局","rule":"heating","note":"3.note"}' in row.text
    assert journal.decode(row.text).data == ev.Assigned(lead="住建局", assisting=(), instead_of=None, rule="heating", note="3.note")


def test_the_chain_over_an_older_form_still_holds() -> None:
    stored = old_history()
    journal.verify("case-v1", stored, head=OLD_CHAIN[-1])


def test_a_case_with_an_older_form_in_its_history_is_read_back_whole() -> None:
    case = journal.replay(old_history())
    assert (case.lead, case.units, case.state, case.version) == ("住建局", ("住建局",), "assigned", 4)
    row = case.assignment("住建局")
    assert row is not None
    assert row.status == "accepted"


def test_reading_an_older_form_changes_nothing_that_is_stored() -> None:
    stored = old_history()
    texts = [row.text for row in stored]
    journal.replay(stored)
    journal.verify("case-v1", stored)
    assert [row.text for row in stored] == texts == OLD.read_text("utf-8").splitlines()
    assert journal.encode(journal.decode(texts[2])) != texts[2], "only an event that is written anew takes the present form"


def test_an_older_form_that_does_not_hold_together_is_named() -> None:
    broken = old_history()[2].text.replace('"unit":"住建局",', "")
    with pytest.raises(
        ChainBroken, match=r"^the history of case case-v1 is broken at event 3: its text is not an event that this "
    ):
        journal.decode(broken, case="case-v1", seq=3)


# --- what was being done when the form changed ------------------------------------------------------------------------

REVIEWER = Actor(id="sun", role="reviewer")
OFFICE = Actor(id="zhou", role="office")
BY = (REVIEWER, OFFICE, LEADER)
REPLY = SubmitReply(text="已安排维修人员更换路灯。", outcome="solved")


def at_gate(passed: int, *, resubmit_at: str = "first", store: SqlStore | None = None) -> Office:
    office = Office(with_gates(resubmit_at=resubmit_at), store=store)
    office.assigned()
    office.do(REPLY)
    for actor in BY[:passed]:
        office.do(Approve(), by=actor)
    return office


def aged(case: Case) -> Case:
    """Return a case whose reply knows only how many gates it has."""
    return msgspec.structs.replace(case, replies=tuple(msgspec.structs.replace(row, gates=("", "", "")) for row in case.replies))


@pytest.mark.parametrize("passed", [0, 1, 2])
def test_a_reply_of_the_first_form_passes_the_gates_that_the_rulebook_knows(passed: int) -> None:
    office = at_gate(passed)
    book, now = office.desk.rulebook, office.now()
    case = aged(office.desk.get("c1"))
    known = Known(keeper=Timekeeper(office.desk.calendar, book.zone), recorded_at=now)
    with pytest.raises(NotPermitted) as error:
        engine.decide(book, case, Approve(), BY[passed - 1], now, known)
    wanted = BY[passed].role
    assert str(error.value).endswith(f"the reply stands at gate {passed + 1} of 3, which is passed by '{wanted}'")
    for actor in BY[passed:]:
        assert "approve" in engine.open_to(book, case, actor, known)
        case = engine.decide(book, case, Approve(), actor, now, known).case
    assert case.state == "published"


CASE_OF_BEFORE = re.findall(
    r"\w+",
    """
    id version rulebook rulebook_digest state cycle received_at updated_at closed_at message sender channel channels board number
    public classes lead assignments replies clocks asks orders consultations proposals counts occasions notes outcome exit
    merged_into erased
    """,
)


def age(path: Path) -> None:
    """Write the events of case c1, and the row beside them, as casework did before replies knew the roles of their gates."""
    with closing(sqlite3.connect(path)) as database:
        head = ""
        for seq, text in database.execute("select seq, text from casework_event order by seq").fetchall():
            if '"kind":"submitted"' in text:
                text = text.replace('"v":2', '"v":1').replace('"gates":["reviewer","office","leader"]', '"gates":3')
                assert '"v":1,' in text and '"gates":3,' in text
            if '"kind":"received"' in text:
                raw = msgspec.json.decode(text, type=dict)
                del raw["data"]["findings"], raw["data"]["code"]
                raw["v"], raw["data"]["place"] = 1, "夹河镇"
                text = msgspec.json.encode(raw).decode()
            head = journal.chain(head, text)
            database.execute("update casework_event set text = ?, hash = ? where seq = ?", (text, head, seq))
        ((body,),) = database.execute("select body from casework_case").fetchall()
        row = msgspec.json.decode(body, type=dict)
        for reply in row["replies"]:
            reply["gates"] = len(reply["gates"])
        for assignment in row["assignments"]:
            del assignment["contribution"]
        assert set(CASE_OF_BEFORE) < set(row)
        body = msgspec.json.encode({**{name: row[name] for name in CASE_OF_BEFORE}, "pending": None, "place": "夹河镇"}).decode()
        database.execute("update casework_case set body = ?, head = ?", (body, head))
        for table in ("casework_find", "casework_issue"):
            database.execute(f"drop table {table}")  # they came with version 2 of the tables
        database.execute("update casework_version set version = 1")
        database.commit()


@pytest.mark.parametrize("passed", [0, 1, 2])
def test_a_database_of_before_goes_on_where_it_stood(tmp_path: Path, passed: int) -> None:
    path = tmp_path / "cases.sqlite"
    with SqlStore.at(path) as store:
        at_gate(passed, store=store)
    age(path)
    with SqlStore.at(path) as store:
        office = Office(with_gates(), store=store)
        office.desk.verify("c1")
        reply = office.desk.get("c1").reply
        assert reply is not None
        assert (len(reply.gates), reply.passed, reply.status) == (3, passed, "submitted")
        assert office.desk.view("c1", by=CLERK).state == "replied"
        with pytest.raises(ConditionUnmet, match=rf"^cannot publish case c1: the reply has passed {passed} of 3 gates$"):
            office.do(Publish())
        for actor in BY[passed:]:
            office.do(Approve(), by=actor)
        assert office.desk.get("c1").state == "published"
        office.desk.verify("c1")


def test_a_case_of_before_is_what_its_events_say(tmp_path: Path) -> None:
    path = tmp_path / "cases.sqlite"
    with SqlStore.at(path) as store:
        office = Office(with_gates(), store=store)
        office.assigned()
        was = office.do(AskCitizen(question="哪一盏？"), by=HANDLER)
    age(path)
    with SqlStore.at(path) as store:
        office = Office(with_gates(), store=store)
        office.desk.verify("c1")
        assert office.desk.get("c1") == was == fold(office.desk.history("c1"))
        office.do(Supplement(text="第二盏。"), AddNote(text="已补充。"))
        office.desk.verify("c1")


def test_a_reply_of_before_that_is_sent_back_comes_again_to_the_gate_that_sent_it(tmp_path: Path) -> None:
    path = tmp_path / "cases.sqlite"
    with SqlStore.at(path) as store:
        at_gate(1, store=store, resubmit_at="same")
    age(path)
    with SqlStore.at(path) as store:
        office = Office(with_gates(resubmit_at="same"), store=store)
        office.do(ReturnReply(reasons=("答非所问",)), by=OFFICE)
        reply = office.do(REPLY).reply
        assert reply is not None
        assert (reply.gates, reply.passed) == (("reviewer", "office", "leader"), 1)
        office.do(Approve(), by=OFFICE)
        office.do(Approve(), by=LEADER)
        assert office.desk.get("c1").state == "published"
        office.desk.verify("c1")


# --- rulebooks of before ----------------------------------------------------------------------------------------------

PROPOSES = (
    FIVE_DAYS
    + '[[order]]\nid = "o"\ndocument = { series = "督{n}" }\n'
    + '[[rung]]\nid = "r"\non = "late:handle"\nmode = "propose"\ndo = ["issue:o"]\n'
)


@pytest.mark.parametrize(
    "change",
    [
        lambda roles: roles["leader"].update(may=["note", "remind"]),  # an action that there was
        lambda roles: [role.update(may=[name for name in role["may"] if name != "take_up"]) for role in roles.values()],
    ],
    ids=["remind", "take-up"],
)
def test_a_rulebook_that_was_sound_when_it_was_kept_is_read_whatever_is_asked_of_one_today(change: object) -> None:
    document = msgspec.json.decode(small(PROPOSES).text, type=dict)
    assert callable(change)
    change(document["roles"])
    text = msgspec.json.encode(document, order="deterministic").decode()
    book = Rulebook.restore(text)
    assert (book.text, book.id, tuple(book.rungs)) == (text, "small", ("r",))
    office = Office(book)
    office.assigned()
    office.to("2020-07-09 09:00")
    office.desk.sweep()
    assert [row.rung for row in office.desk.get("c1").proposed] == ["r"]
