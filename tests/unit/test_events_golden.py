"""The form in which events are kept for good: committed bytes of every kind.

``golden.jsonl`` holds one line for each payload, exactly as `journal.encode` writes it; the samples stand below, in the same order.
Rows in somebody's database look like that, so a form changes only together with its version (see test_older_forms).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casework import events as ev
from casework import journal
from casework.cases import Ask, Case, Consultation, Proposed, Request, Revisit
from casework.errors import ChainBroken
from casework.events import PAYLOADS, Event, Payload
from casework.folding import evolve, fold
from casework.sla import Alarm, Deadline, Extension, Limit, Pause, SlaClock

FOLDER = Path(__file__).resolve().parents[1] / "data" / "events"
GOLDEN = FOLDER / "golden.jsonl"
GOLDEN_HEAD = "0d0d0cb7c961574cf5021c51d70d04d28187d36026e89c80b379eaf71ea63b67"

START = datetime(2020, 7, 1, 1, 30, 0, 123456, tzinfo=UTC)
CALENDAR = "CN@3f2c9a"


def deadline(day: int, *, provisional: bool = False) -> Deadline:
    return Deadline(date=date(2020, 7, day), before=datetime(2020, 7, day, 16, 0, tzinfo=UTC), provisional=provisional)


RUNNING = SlaClock(
    rule="accept",
    subject="夹河镇",
    run=2,
    started_at=START,
    day_zero=date(2020, 7, 1),
    limit=Limit(1, "working days"),
    due=deadline(2, provisional=True),
    calendar=CALENDAR,
    alarms=(
        Alarm(datetime(2020, 7, 1, 16, 0, tzinfo=UTC), "due-tomorrow"),
        Alarm(datetime(2020, 7, 3, 16, 0, tzinfo=UTC), "late", 2),
    ),
)
PAUSED = SlaClock(
    rule="handle",
    status="paused",
    started_at=START,
    day_zero=date(2020, 7, 1),
    limit=Limit(36, "hours"),
    due=None,
    pauses=(Pause(START, START + timedelta(hours=3)), Pause(START + timedelta(days=1))),
    left=17,
    calendar=CALENDAR,
)
STOPPED = SlaClock(
    rule="handle",
    status="stopped",
    started_at=START,
    day_zero=date(2020, 7, 1),
    limit=Limit(5, "working days"),
    due=deadline(8),
    stopped_at=START + timedelta(days=12),
    met=False,
    late=3,
    calendar=CALENDAR,
)
EXTENDED = SlaClock(
    rule="handle",
    started_at=START,
    day_zero=date(2020, 7, 1),
    limit=Limit(5, "working days"),
    due=Deadline(
        date=date(2020, 7, 15),
        before=datetime(2020, 7, 15, 16, 0, tzinfo=UTC),
        provisional=True,
        earliest=date(2020, 7, 14),
        latest=date(2020, 7, 17),
    ),
    extensions=(
        Extension(since="today", at=START, limit=Limit(3, "working days")),
        Extension(since="promise", at=START + timedelta(hours=1), until=date(2020, 7, 15)),
    ),
    calendar=CALENDAR,
)
WAITING = SlaClock(
    rule="handle",
    status="waiting",
    started_at=START,
    day_zero=date(2020, 7, 1),
    limit=Limit(4, "working hours"),
    due=None,
    calendar=CALENDAR,
)

# In the order in which the lines stand in golden.jsonl; a new payload goes to the end, because the position is the event's number.
SAMPLES: tuple[tuple[str, Payload, tuple[SlaClock, ...]], ...] = (
    (
        "received",
        ev.Received(
            message="1.message",
            channel="portal",
            board="县长信箱",
            number="20200701-001",
            sender="1.sender",
            public=True,
            rulebook="yunxi",
            rulebook_digest="0123456789abcdef",
            classes={"track": "timely", "kind": "complaint"},
            findings=(ev.Finding(check="contact", level="advise", message="the message gives no telephone number"),),
            code="1.code",
        ),
        (RUNNING,),
    ),
    ("received", ev.Attached(message="2.message", sender="2.sender", channel="wechat", number="wx-77"), ()),
    (
        "received",
        ev.Routed(proposals=(ev.Proposal(rule="heating", unit="住建局", classes={"track": "special"}, reason="供热季"),)),
        (),
    ),
    ("received", ev.Overruled(rule="heating", proposed="住建局", chosen="城管局", reason="4.reason"), ()),
    ("reviewed", ev.Reviewed(classes={"kind": "help"}, note="5.note"), ()),
    ("rejected", ev.Rejected(reason="spam", exit="invalid", explanation="6.explanation"), ()),
    ("transferred", ev.Transferred(to="信访局", reason="petition", explanation="7.explanation"), ()),
    ("withdrawn", ev.Withdrawn(reason="withdrawn-by-sender", explanation="8.explanation"), ()),
    ("merged", ev.Merged(into="case-0", rule="same-text"), ()),
    ("reviewed", ev.Absorbed(other="case-9", channel="hotline", repeats=2), ()),
    ("reviewed", ev.Reclassified(axis="kind", old="help", new="consult", reason="11.reason"), ()),
    ("reviewed", ev.Disclosed(public=False, reason="12.reason"), ()),
    (
        "assigned",
        ev.Assigned(lead="夹河镇", assisting=("公安局", "城管局"), instead_of="住建局", rule="heating", note="13.note"),
        (RUNNING,),
    ),
    ("assigned", ev.Accepted(unit="夹河镇"), ()),
    ("assigned", ev.Declined(unit="公安局", reason="不属本单位职责", explanation="15.explanation", count=1, lead="城管局"), ()),
    ("assigned", ev.Contacted(unit="夹河镇", how="phone", note="16.note"), ()),
    (
        "assigned",
        ev.Promised(unit="夹河镇", clock="handle", until=date(2020, 7, 15), old=deadline(8), new=deadline(15), reason="17.reason"),
        (EXTENDED,),
    ),
    ("awaiting_citizen", ev.Asked(question="18.question"), (PAUSED,)),
    ("assigned", ev.Supplemented(message="19.supplement"), ()),
    (
        "replied",
        ev.Submitted(
            unit="夹河镇",
            reply=1,
            text="20.reply",
            outcome="solved",
            findings=(ev.Finding(check="vague", level="advise", message="must not say: 尽快"),),
            gates=("reviewer", "office", "leader"),
            passed=1,
        ),
        (),
    ),
    ("replied", ev.ApprovalRequested(act="extend", gates=("office", "leader"), unit="夹河镇", request="21.request"), ()),
    ("replied", ev.Approved(act="publish", gate=2, gates=3, opinion="22.opinion"), ()),
    ("replied", ev.ApprovalRefused(act="extend", gate=1, reasons=("理由不足",), opinion="23.opinion"), ()),
    (
        "returned",
        ev.Returned(reply=1, reasons=("敷衍塞责", "答非所问"), explanation="24.explanation", to="handler", resubmit_at=2, count=1),
        (),
    ),
    ("published", ev.Published(reply=1, public=True), (STOPPED,)),
    ("closed", ev.Closed(outcome="solved"), ()),
    ("assigned", ev.Reopened(reason="dissatisfied", explanation="27.explanation", cycle=1), ()),
    ("assigned", ev.ExtensionAsked(unit="夹河镇", clock="handle", limit="5 working days", reason="28.reason"), ()),
    (
        "assigned",
        ev.Extended(
            clock="handle", limit="5 working days", old=deadline(8), new=deadline(15), allowed_by="wang", reason="29.reason"
        ),
        (WAITING,),
    ),
    (
        "assigned",
        ev.Recalculated(
            clock="handle", old=deadline(8, provisional=True), new=deadline(9), old_calendar=CALENDAR, new_calendar="CN@77aa01"
        ),
        (),
    ),
    (
        "consultation",
        ev.ConsultationCalled(
            number=1,
            asked_by="li",
            allowed_by="zhang",
            convener="问政办",
            units=("夹河镇", "公安局"),
            on_site=True,
            matter="31.matter",
        ),
        (),
    ),
    ("consultation", ev.OpinionGiven(number=1, unit="公安局", opinion="32.opinion"), ()),
    (
        "assigned",
        ev.ConsultationConcluded(number=1, minutes="33.minutes", lead="公安局", assisting=("夹河镇",), limit="15 working days"),
        (),
    ),
    (
        "assigned",
        ev.RungFired(
            rung="late-daily",
            occasion="late-daily/handle/1/2",
            mode="propose",
            effects=("issue:supervision", "notify:leader"),
            units=("公安局",),
        ),
        (),
    ),
    (
        "assigned",
        ev.OrderIssued(
            order="o1",
            form="supervision",
            number="督〔2020〕7号",
            to=("公安局",),
            roles=("supervisor",),
            cc=("leader",),
            document="35.document",
            rung="late-daily",
            answer_wanted=True,
        ),
        (),
    ),
    ("assigned", ev.OrderAnswered(order="o1", unit="公安局", answer="36.answer"), ()),
    ("assigned", ev.OrderCleared(order="o1"), ()),
    (
        "published",
        ev.Revisited(whom="sender", how="phone", order="o1", solved=True, satisfied=False, fault="unit", note="38.note"),
        (),
    ),
    ("published", ev.Rated(satisfied=False, comment="39.comment", count=1), ()),
    ("published", ev.Instructed(leader="zhang", instruction="40.instruction", to=("公安局",)), ()),
    ("published", ev.Praised(praise="41.praise"), ()),
    ("published", ev.Viewed(views=10491), ()),
    ("published", ev.Noted(note="43.note"), ()),
    (
        "published",
        ev.RulebookMoved(
            old="yunxi 1",
            new="yunxi 2",
            rulebook="yunxi",
            rulebook_digest="fedcba9876543210",
            old_digest="0123456789abcdef",
            reason="44.reason",
            clocks=(ev.ClockMoved(clock="handle", change="counted", old=deadline(8), new=deadline(10), old_left=3, new_left=5),),
            passed=("due-tomorrow/handle/1/1",),
        ),
        (),
    ),
    ("published", ev.Erased(texts=("1.message", "1.sender"), ground="at the sender's request"), ()),
    ("received", ev.DuplicateFound(of="case-7", rule="sender+text"), ()),
    ("assigned", ev.Contributed(unit="夹河镇", text="47.contribution"), ()),
    (
        "assigned",
        ev.ContributionReturned(unit="夹河镇", reasons=("答非所问",), explanation="48.explanation", count=1),
        (),
    ),
    ("replied", ev.SteppedBack(reply=1, reasons=("敷衍塞责",), explanation="49.explanation", gate=2, count=1), ()),
    ("assigned", ev.LimitSet(clock="handle", limit="10 working days", old=deadline(8), new=deadline(15)), (EXTENDED,)),
    ("assigned", ev.RungTakenUp(occasion="late-daily/handle/1/2", effects=("issue:supervision",)), ()),
    ("assigned", ev.RungDismissed(occasion="late-daily/handle/1/3", reason="52.reason"), ()),
    ("assigned", ev.KeptApart(other="case-7", reason="53.reason"), ()),
)


def event(number: int) -> Event:
    """The sample of this number (from 1) as an event of one long history."""
    state, data, clocks = SAMPLES[number - 1]
    at = START + timedelta(hours=number)
    return Event(
        case="case-1",
        seq=number,
        occurred_at=at,
        recorded_at=at + timedelta(seconds=1),
        actor="王",
        role="clerk",
        action=f"act-{number}",
        state=state,
        data=data,
        clocks=clocks,
    )


EVENTS = tuple(event(number) for number in range(1, len(SAMPLES) + 1))
KINDS = [sample.kind for sample in EVENTS]


def golden() -> dict[str, str]:
    """The committed lines by their kind."""
    return {msgspec.json.decode(line)["kind"]: line for line in GOLDEN.read_text("utf-8").splitlines()}


def advice(sample: Event, line: str) -> str:
    kind, now, then = sample.kind, sample.data.v, msgspec.json.decode(line)["v"]
    if now == then:
        return (
            f"the stored form of {kind!r} changed and its version {now} did not: databases hold the committed form. Raise the "
            "payload's v and add an upcast to journal.UPCASTS. (Clocks have no version of their own: a field added to SlaClock "
            "needs a default, a test that the committed line is still read, and then the new lines here.)"
        )
    return (
        f"{kind!r} is at version {now}: move the committed line of version {then} to {kind}-v{then}.jsonl and put the new one here"
    )


# --- every kind, byte for byte ----------------------------------------------------------------------------------------


def test_every_payload_has_one_sample_and_one_golden_line() -> None:
    assert sorted(KINDS) == sorted(PAYLOADS), "a new payload needs a sample at the end of SAMPLES, and its line in golden.jsonl"
    assert list(golden()) == KINDS


@pytest.mark.parametrize("sample", EVENTS, ids=KINDS)
def test_every_field_of_a_sample_says_something(sample: Event) -> None:
    fields = msgspec.structs.asdict(sample.data)
    assert [name for name, value in fields.items() if value in (None, msgspec.UNSET, "", (), {})] == []


@pytest.mark.parametrize("sample", EVENTS, ids=KINDS)
def test_an_event_is_written_as_the_committed_bytes(sample: Event) -> None:
    line = golden()[sample.kind]
    assert journal.encode(sample) == line, advice(sample, line)


@pytest.mark.parametrize("sample", EVENTS, ids=KINDS)
def test_the_committed_bytes_are_read_as_the_event_that_was_written(sample: Event) -> None:
    line = golden()[sample.kind]
    assert journal.decode(line) == sample
    assert journal.encode(journal.decode(line)) == line


def test_the_hash_chain_over_the_committed_bytes_is_the_committed_one() -> None:
    head = ""
    for line in golden().values():
        head = journal.chain(head, line)
    assert head == GOLDEN_HEAD


def test_no_version_stands_without_a_way_up_to_it() -> None:
    older = [(kind, v) for kind, payload in PAYLOADS.items() for v in range(1, payload.v)]
    assert [step for step in older if step not in journal.UPCASTS] == [], "an older form without an upcast cannot be read"
    assert [f"{kind}-v{v}.jsonl" for kind, v in older if not (FOLDER / f"{kind}-v{v}.jsonl").is_file()] == []


# --- every kind, folded -----------------------------------------------------------------------------------------------


def before(kind: str) -> tuple[Case | None, Event]:
    at = KINDS.index(kind)
    return (fold(EVENTS[:at]) if at else None), EVENTS[at]


@pytest.mark.parametrize("kind", KINDS)
def test_every_payload_can_happen_to_a_case(kind: str) -> None:
    case, sample = before(kind)
    after = evolve(case, sample)
    assert (after.version, after.state, after.updated_at) == (sample.seq, sample.state, sample.occurred_at)
    assert {clock.key: clock for clock in after.clocks}.items() >= {clock.key: clock for clock in sample.clocks}.items()


COUNTED: dict[str, int] = {"repeated": 2, "declined": 1, "returned": 1, "dissatisfied": 1}

# What each payload changes in the case beyond version, state, moment and clocks.
CHANGES: dict[str, dict[str, Any]] = {
    "attached": {"channels": ("portal", "wechat")},
    "routed": {"proposals": (ev.Proposal(rule="heating", unit="住建局", classes={"track": "special"}, reason="供热季"),)},
    "reviewed": {"classes": {"track": "timely", "kind": "help"}},
    "rejected": {"exit": "spam", "closed_at": EVENTS[5].occurred_at},
    "transferred": {"exit": "petition", "closed_at": EVENTS[6].occurred_at},
    "withdrawn": {"exit": "withdrawn-by-sender", "closed_at": EVENTS[7].occurred_at},
    "merged": {"exit": "merged", "merged_into": "case-0", "closed_at": EVENTS[8].occurred_at},
    "absorbed": {
        "counts": {"repeated": 2},
        "channels": ("portal", "wechat", "hotline"),
        "absorbed": (("case-9", "hotline"),),
    },
    "reclassified": {"classes": {"track": "timely", "kind": "consult"}},
    "disclosed": {"public": False},
    "assigned": {"lead": "夹河镇", "units": ("夹河镇", "公安局", "城管局")},
    "declined": {"units": ("夹河镇", "城管局"), "lead": "城管局", "counts": {"repeated": 2, "declined": 1}},
    "asked": {"asked": 1},
    "approval_requested": {
        "requests": (
            Request(
                act="extend",
                gates=("office", "leader"),
                by="王",
                role="clerk",
                unit="夹河镇",
                at=EVENTS[20].occurred_at,
                text="21.request",
            ),
        )
    },
    "approval_refused": {"requests": ()},
    "returned": {"counts": {"repeated": 2, "declined": 1, "returned": 1}},
    "published": {"outcome": "solved"},
    "closed": {"outcome": "solved", "closed_at": EVENTS[25].occurred_at},
    "reopened": {"cycle": 1, "closed_at": None, "outcome": None, "asked": 0},
    "extension_asked": {"asks": (Ask(clock="handle", unit="夹河镇", limit="5 working days", by="王", at=EVENTS[27].occurred_at),)},
    "extended": {"asks": ()},
    "consultation_called": {
        "consultations": (
            Consultation(
                number=1,
                asked_by="li",
                allowed_by="zhang",
                convener="问政办",
                units=("夹河镇", "公安局"),
                on_site=True,
                called_at=EVENTS[30].occurred_at,
            ),
        )
    },
    "consultation_concluded": {"lead": "公安局", "units": ("公安局", "夹河镇")},
    "rung_fired": {
        "occasions": ("late-daily/handle/1/2",),
        "proposed": (
            Proposed(
                id="late-daily/handle/1/2",
                rung="late-daily",
                effects=("issue:supervision",),
                units=("公安局",),
                at=EVENTS[33].occurred_at,
            ),
        ),
    },
    "revisited": {
        "counts": COUNTED,
        "satisfied": False,
        "revisits": (
            Revisit(
                whom="sender",
                how="phone",
                at=EVENTS[37].occurred_at,
                order="o1",
                solved=True,
                satisfied=False,
                fault="unit",
            ),
        ),
    },
    "rated": {"counts": COUNTED, "satisfied": False},
    "instructed": {"notes": (("instruction", "40.instruction"),), "counts": {**COUNTED, "instructed": 1}},
    "praised": {"notes": (("instruction", "40.instruction"), ("praise", "41.praise"))},
    "viewed": {"counts": {**COUNTED, "instructed": 1, "views": 10491}},
    "noted": {"notes": (("instruction", "40.instruction"), ("praise", "41.praise"), ("note", "43.note"))},
    "rulebook_moved": {"rulebook_digest": "fedcba9876543210", "occasions": ("late-daily/handle/1/2", "due-tomorrow/handle/1/1")},
    "erased": {"erased": ("1.message", "1.sender")},
    "contribution_returned": {"counts": {**COUNTED, "instructed": 1, "views": 10491, "contribution_returned": 1}},
    "stepped_back": {
        "counts": {**COUNTED, "instructed": 1, "views": 10491, "contribution_returned": 1, "stepped_back": 1},
    },
    "limit_set": {"limits_set": ("handle/1",)},
    "rung_taken_up": {"proposed": ()},
    "duplicate_found": {"duplicates": ("case-7",)},
    "kept_apart": {"duplicates": ()},
}

FOLLOWED = ("accepted", "contacted", "submitted", "approved", "opinion_given", "contributed", "rung_dismissed")
FOLLOWED += ("order_issued", "order_answered", "order_cleared")
"""What these change in assignments, replies, orders and consultations is followed further down."""


@pytest.mark.parametrize("kind", CHANGES)
def test_a_payload_changes_in_the_case_what_it_says(kind: str) -> None:
    after = evolve(*before(kind))
    assert {name: getattr(after, name) for name in CHANGES[kind]} == CHANGES[kind]


@pytest.mark.parametrize("kind", [kind for kind in KINDS[1:] if kind not in (*CHANGES, *FOLLOWED)])
def test_what_only_bears_clocks_or_stands_for_the_record_changes_nothing_else(kind: str) -> None:
    case, sample = before(kind)
    after = evolve(case, sample)
    assert case is not None
    kept = {name: getattr(case, name) for name in ("version", "state", "updated_at", "clocks")}
    assert msgspec.structs.replace(after, **kept) == case


def test_the_first_event_of_a_case_is_its_receipt() -> None:
    with pytest.raises(ValueError, match=r"^the first event of case case-1 is 'accepted', not 'received'$"):
        evolve(None, event(14))
    with pytest.raises(ValueError, match=r"^no events: there is no case$"):
        fold(())


def test_a_reply_is_followed_through_its_gates_and_back() -> None:
    replies = {kind: evolve(*before(kind)).reply for kind in ("submitted", "approved", "returned", "published", "stepped_back")}
    told = {kind: (row.status, row.passed, row.resubmit_at) for kind, row in replies.items() if row}
    assert told == {
        "submitted": ("submitted", 1, 1),
        "approved": ("submitted", 2, 1),
        "returned": ("returned", 2, 2),
        "published": ("published", 2, 2),
        "stepped_back": ("published", 1, 2),
    }
    assert {row.gates for row in replies.values() if row} == {("reviewer", "office", "leader")}
    assert {row.findings[0].check for row in replies.values() if row} == {"vague"}


def test_a_unit_s_part_is_followed_from_asking_to_its_contribution_and_back() -> None:
    def part(kind: str, unit: str) -> tuple[str, str, str | None]:
        row = evolve(*before(kind)).assignment(unit)
        assert row is not None
        return row.part, row.status, row.contribution

    assert part("assigned", "夹河镇") == ("lead", "asked", None)
    assert part("accepted", "夹河镇") == ("lead", "accepted", None)
    contacted = evolve(*before("contacted")).assignment("夹河镇")
    assert contacted is not None
    assert (contacted.asked_at, contacted.accepted_at, contacted.contacted_at) == tuple(
        EVENTS[at].occurred_at for at in (12, 13, 15)
    )
    assert part("declined", "公安局") == ("assisting", "declined", None)
    assert part("submitted", "夹河镇") == ("lead", "replied", None)
    assert part("returned", "夹河镇") == ("lead", "returned", None)
    assert part("reopened", "夹河镇") == ("lead", "accepted", None)
    assert part("consultation_concluded", "公安局") == ("lead", "asked", None)
    assert part("contributed", "夹河镇") == ("assisting", "replied", "47.contribution")
    assert part("contribution_returned", "夹河镇") == ("assisting", "returned", "47.contribution")


def test_orders_and_consultations_are_followed_to_their_end() -> None:
    case = fold(EVENTS)
    order, consultation = case.orders[0], case.consultations[0]
    assert (order.number, order.answers, order.cleared_at) == ("督〔2020〕7号", (("公安局", "36.answer"),), EVENTS[36].occurred_at)
    assert (order.to, order.roles, order.cc, order.unanswered) == (("公安局",), ("supervisor",), ("leader",), ("supervisor",))
    assert case.order("o1") == case.order("督〔2020〕7号") == order
    assert (consultation.opinions, consultation.minutes) == ((("公安局", "32.opinion"),), "33.minutes")
    assert (consultation.concluded_at, case.consultation) == (EVENTS[32].occurred_at, None)


@pytest.mark.parametrize("kind", ["rung_taken_up", "rung_dismissed"])
def test_what_is_decided_is_proposed_no_longer_and_what_else_is_proposed_still_is(kind: str) -> None:
    case, fired = before("rung_fired")
    case = evolve(case, fired)
    again = msgspec.structs.replace(fired.data, occasion="late-daily/handle/1/3")
    case = evolve(case, msgspec.structs.replace(fired, seq=fired.seq + 1, data=again))
    sample = event(KINDS.index(kind) + 1)
    decided = msgspec.structs.replace(sample.data, occasion="late-daily/handle/1/3")
    case = evolve(case, msgspec.structs.replace(sample, data=decided))
    assert [row.id for row in case.proposed] == ["late-daily/handle/1/2"]


@pytest.mark.parametrize("lead", [None, "城管局", msgspec.UNSET])
def test_a_decline_says_who_leads_after_it_or_that_nobody_does_or_leaves_it_as_it_was(lead: str | msgspec.UnsetType | None) -> None:
    case, sample = before("declined")
    declined = msgspec.structs.replace(sample, data=msgspec.structs.replace(sample.data, lead=lead))
    text = journal.encode(declined)
    assert journal.decode(text) == declined
    assert ('"lead":' in text) is (lead is not msgspec.UNSET)
    assert evolve(case, declined).lead == ("夹河镇" if lead is msgspec.UNSET else lead)


def test_a_form_from_the_future_is_refused_by_name() -> None:
    for number, kind in ((13, "assigned"), (20, "submitted")):
        later = journal.encode(event(number)).replace('"v":2,', '"v":3,')
        with pytest.raises(ChainBroken, match=rf"its text is not an event that this casework can read: '{kind} version 3'$"):
            journal.decode(later)
