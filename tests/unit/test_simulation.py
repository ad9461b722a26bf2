from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from casework import Actor, Desk, Limit, MemoryStore, Message, Rulebook, Timekeeper, WorkCalendar
from casework.actions import Publish, SubmitReply
from casework.simulation import what_if
from casework.sla import Count

ZONE = "Asia/Shanghai"
CLERK = Actor(id="wang", role="clerk")


def answered(*spans: tuple[datetime, datetime | None]) -> MemoryStore:
    store = MemoryStore()
    desk = Desk(Rulebook.shipped("letterbox"), store=store, now=lambda: datetime(2021, 1, 1, tzinfo=UTC))
    with desk.importing() as importer:
        for received, replied in spans:
            case = importer.receive(Message(subject="来件", received_at=received))
            if replied:
                importer.act(case.id, SubmitReply(text="答复"), by=CLERK, at=replied)
                importer.act(case.id, Publish(), by=CLERK, at=replied)
    return store


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T10:00:00+08:00")


def test_what_if_counts_the_cases_that_each_limit_would_have_met() -> None:
    store = answered(
        (day("2020-07-01"), day("2020-07-02")),
        (day("2020-07-01"), day("2020-07-08")),
        (day("2020-07-03"), day("2020-07-13")),
        (day("2020-07-03"), None),
    )
    limits = {f"{n}": (Limit(n, "working days"), Count()) for n in (1, 5, 6)}
    rows = what_if(store, Timekeeper(WorkCalendar.named("CN"), ZONE), limits)
    assert [(row.name, row.cases, row.answered, row.met) for row in rows] == [("1", 4, 3, 1), ("5", 4, 3, 2), ("6", 4, 3, 3)]


def test_days_that_were_not_announced_are_counted_apart_and_not_guessed() -> None:
    keeper = Timekeeper(WorkCalendar.named("CN", as_of=datetime(2019, 12, 1, tzinfo=UTC).date()), ZONE)
    store = answered((day("2020-12-30"), day("2020-12-31")))
    rows = what_if(store, keeper, {"1": (Limit(1, "working days"), Count()), "9": (Limit(9, "working days"), Count())})
    assert [(row.met, row.unknown) for row in rows] == [(1, 0), (0, 1)]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=5))
def test_a_longer_limit_is_never_met_less_often(waits: list[int]) -> None:
    start = day("2020-06-01")
    store = answered(*((start, datetime.fromtimestamp(start.timestamp() + wait * 43_200, tz=UTC)) for wait in waits))
    limits = {f"{n}": (Limit(n, "working days"), Count()) for n in (0, 1, 3, 5, 15, 60)}
    met = [row.met for row in what_if(store, Timekeeper(WorkCalendar.named("CN"), ZONE), limits)]
    assert met == sorted(met) and met[-1] == len(waits)
