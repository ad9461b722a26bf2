"""What holds of every move to another version: it is foreseen, done once, explained by its events, and leaves no clock out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from casework import Actor, Message, Rulebook, Sender
from casework.actions import (
    Accept,
    AskCitizen,
    Assign,
    Close,
    Command,
    Contact,
    Decline,
    Extend,
    Publish,
    Reclassify,
    Reopen,
    ReturnReply,
    Review,
    SubmitReply,
    Supplement,
)
from casework.cases import Case
from casework.errors import CommandRefused, InputError
from casework.events import RulebookMoved, RungFired
from casework.sla import SlaClock
from tests.unit.town import CLERK, HANDLER, POLICE, REGISTER, Office, sound

STEWARD = Actor(id="liu", role="steward")
OPEN = ("running", "paused", "waiting")

LIVED: Sequence[tuple[Command, Actor]] = (
    (Review(), CLERK),
    (Reclassify(axis="kind", value="help"), CLERK),
    (Assign(lead="夹河镇"), CLERK),
    (Assign(lead="公安局", assisting=("夹河镇",)), CLERK),
    (Accept(), HANDLER),
    (Accept(), POLICE),
    (Decline(reason="不属本单位职责"), POLICE),
    (Contact(how="phone"), HANDLER),
    (AskCitizen(question="在哪条路"), HANDLER),
    (Supplement(text="新华路"), CLERK),
    (SubmitReply(text="已安排维修人员更换路灯。"), HANDLER),
    (ReturnReply(reasons=("太简",)), CLERK),
    (Publish(), CLERK),
    (Close(), CLERK),
    (Reopen(reason="未解决"), CLERK),
)
"""What may happen to a case; what its state does not allow is left out."""

ROAD = [row for row in LIVED if row[0].action not in ("decline", "return", "reclassify")]
HAPPENINGS = ("receive", "review", "assign", "submit", "reopen"), ("accept", "contact", "submit", "publish", "close")
TURNS, WAYS = ("return", "reopen", "transfer", "reclassify"), ("continue", "resume", "recompute", "restart")
Life = list[tuple[int, tuple[Command, Actor]]]

hours = st.integers(1, 60)
limits = st.tuples(st.integers(1, 9), st.sampled_from(["working days", "calendar days", "hours"])).map("{0[0]} {0[1]}".format)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Draw how a case lives: some way down the usual road, and then whatever happens."""
    road = [(draw(hours), row) for row in ROAD[: draw(st.integers(0, len(ROAD)))]]
    return road + draw(st.lists(st.tuples(hours, st.sampled_from(LIVED)), max_size=8))


@st.composite
def rules(draw: st.DrawFn, name: str) -> str:
    """Draw a clock's table."""
    starts = draw(st.sets(st.sampled_from(HAPPENINGS[0]), min_size=1, max_size=2))
    stops = draw(st.sets(st.sampled_from(HAPPENINGS[1]), min_size=1, max_size=2)) - starts or {"close"}
    turns = [f"{turn} = '{draw(st.sampled_from(WAYS))}'" for turn in sorted(draw(st.sets(st.sampled_from(TURNS))))]
    rows = [
        "[[clock]]",
        f'id = "{name}"',
        f"starts_on = {sorted(starts)}",
        f"stops_on = {sorted(stops)}",
        f'per = "{draw(st.sampled_from(["case", "assignment"]))}"',
        'pauses_on = "awaiting_citizen"' if draw(st.booleans()) else "",
        f'limit = [{{ when = "kind == \'help\'", is = "{draw(limits)}" }}, {{ is = "{draw(limits)}" }}]',
        f"on = {{ {', '.join(turns)} }}",
        "extend = { times = 3 }",
    ]
    return "\n".join(rows) + "\n"


@st.composite
def ladders(draw: st.DrawFn, clocks: Sequence[str]) -> str:
    """Draw rungs on these clocks that tell somebody and change nothing else."""
    text = ""
    for name in draw(st.sets(st.sampled_from(["a", "b", "c"]))):
        kind, at = draw(st.sampled_from([("due", "-"), ("due", ""), ("late", "")])), draw(st.integers(0, 6))
        text += f'[[rung]]\nid = "{name}"\non = "{kind[0]}:{draw(st.sampled_from(clocks))}"\nat = "{kind[1]}{at} working days"\n'
        text += 'do = ["notify:clerk"]\n'
        text += f'repeat = {{ every = "1 working day", max = {draw(st.integers(2, 5))} }}\n' if draw(st.booleans()) else ""
    return text


@st.composite
def versions(draw: st.DrawFn, n: int, *, names: Sequence[str] = ("x", "y", "z"), least: Sequence[str] = ()) -> Rulebook:
    """Draw a version of a small rulebook: some clocks, and rungs on them."""
    chosen = sorted({*least, *draw(st.sets(st.sampled_from(names), min_size=1))})
    text = "".join(draw(rules(name)) for name in chosen) + draw(ladders(chosen))
    return Rulebook.parse(f'[rulebook]\nid = "small"\nversion = {n}\nbase = "standard"\n{text}', register=REGISTER)


def live(office: Office, life: Life, *, sweeps: bool) -> Case:
    """Have a case live on: so many hours, then an act."""
    for hours, (command, actor) in life:
        office.now.to(office.now() + timedelta(hours=hours))
        if sweeps:
            office.desk.sweep()
        try:
            office.desk.act("c1", command, by=actor)
        except (CommandRefused, InputError):
            continue
    return office.desk.get("c1")


def begun(book: Rulebook, life: Life, *, sweeps: bool = False) -> Office:
    """Take a message in and have its case live."""
    office = Office(book, at="2020-09-25 09:00")  # before a week of holidays, with make-up workdays
    office.desk.receive(Message(subject="路灯不亮", body="村口路灯坏了", sender=Sender(ref="u-1")))
    live(office, life, sweeps=sweeps)
    return office


def as_of(clock: SlaClock) -> tuple[object, ...]:
    """Return what a clock counts, without what it reminds of and how often it began."""
    return clock.status, clock.started_at, clock.limit, clock.due, clock.pauses, clock.left


@settings(max_examples=60, deadline=None)
@given(versions(1), versions(2), lives(), lives(), st.booleans(), st.integers(0, 300))
def test_a_move_is_foreseen_done_once_explained_by_its_events_and_followed_by_no_rung_twice(
    old: Rulebook,
    new: Rulebook,
    life: Life,
    after: Life,
    sweeps: bool,
    wait: int,
) -> None:
    office = begun(old, life, sweeps=sweeps)
    office.now.to(office.now() + timedelta(hours=wait))
    before, everything = office.desk.get("c1"), office.everything()
    foreseen = office.desk.move(new, by=STEWARD, dry_run=True)
    assert office.everything() == everything
    done = office.desk.move(new, by=STEWARD)
    assert (foreseen.moved, foreseen.refused) == (done.moved, done.refused)
    assert office.desk.move(new, by=STEWARD).moved == ()
    case, moved_at = sound(office), office.now()
    assert done.refused == ()
    assert case.rulebook_digest == new.digest
    was = {clock.key: clock for clock in before.clocks}
    for clock in case.clocks:
        if clock.status in OPEN:
            assert clock.rule in new.clocks, "no clock goes on without its rule"
        if clock.key in was and was[clock.key].status in ("stopped",):
            assert clock == was[clock.key], "what was decided stays decided"
        for alarm in clock.alarms:
            owed = any(row.rung == alarm.rung and row.at <= moved_at for row in was.get(clock.key, clock).alarms)
            assert alarm.at > moved_at or owed, "nothing is made up for"
    data = office.desk.history("c1")[-1].data
    assert isinstance(data, RulebookMoved)
    assert {row.clock for row in data.clocks} == {clock.key for clock in case.clocks if was.get(clock.key) != clock}
    live(office, after, sweeps=True)
    for _ in range(2):
        office.now.to(office.now() + timedelta(days=40))
        office.desk.sweep()
    sound(office)
    history = office.desk.history("c1")
    fired = Counter(event.data.occasion for event in history if isinstance(event.data, RungFired))
    assert not fired or max(fired.values()) == 1
    assert not set(data.passed) & set(fired), "what lay before the move never fires"


@settings(max_examples=60, deadline=None)
@given(versions(1, names=("x", "y")), versions(2, names=("y", "z"), least=("z",)), lives())
def test_a_rule_that_is_new_gives_a_case_the_clock_that_it_would_have_had(old: Rulebook, new: Rulebook, life: Life) -> None:
    office, other = begun(old, life), begun(new, life)
    office.desk.move(new, by=STEWARD)
    mine, theirs = (
        {clock.key: as_of(clock) for clock in each.desk.get("c1").clocks if clock.rule == "z" and clock.status in OPEN}
        for each in (office, other)
    )
    assert mine == theirs


@settings(max_examples=60, deadline=None)
@given(versions(1), lives(), st.lists(st.integers(1, 5), max_size=2))
def test_there_and_back_a_clock_of_a_rule_that_both_versions_have_is_as_it_was(old: Rulebook, life: Life, more: list[int]) -> None:
    """Another limit, and the first one again: start, pauses and extensions were kept in between."""
    office = begun(old, life)
    for days in more:
        try:
            office.do(Extend(limit=f"{days} working days"), by=HANDLER)
        except (CommandRefused, InputError):
            continue
    before = office.desk.get("c1")
    text = old.text.replace('"when":"kind == \'help\'"', '"when":"kind == \'consult\'"')
    other = Rulebook.restore(text.replace('"version":1', '"version":2'), register=REGISTER)
    office.desk.move(other, by=STEWARD)
    office.desk.move(old, by=STEWARD)
    after = sound(office)
    settled = {clock.key for clock in before.clocks if clock.limit == limit_now(old, before, clock)}
    assert {clock.key: as_of(clock) for clock in after.clocks if clock.key in settled} == {
        clock.key: as_of(clock) for clock in before.clocks if clock.key in settled
    }


def limit_now(book: Rulebook, case: Case, clock: SlaClock) -> object:
    """Return the limit that a rule has for a case as it is now."""
    first, other = book.clocks[clock.rule].limit
    return first.limit if case.classes.get("kind") == "help" else other.limit
