"""How events are kept: canonical text, a chain of hashes, and what is no event says so."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from casework import journal
from casework.errors import ChainBroken
from casework.events import Accepted, Event, Reviewed, StoredEvent
from casework.testing.contracts import assigned, change, received
from tests.unit.town import WEDNESDAY

HISTORY = change(None, received(), Reviewed(classes={"b": "2", "a": "1"}, note=None), assigned("甲"), Accepted(unit="甲")).events
EVENT = Event(
    case="c1",
    seq=2,
    occurred_at=WEDNESDAY,
    recorded_at=WEDNESDAY,
    actor="wang",
    role="clerk",
    action="review",
    state="reviewed",
    data=Reviewed(classes={"b": "2", "a": "1"}, note=None),
)


def test_the_text_does_not_depend_on_the_order_in_which_classes_were_given() -> None:
    other = msgspec.structs.replace(EVENT, data=Reviewed(classes={"a": "1", "b": "2"}, note=None))
    assert journal.encode(EVENT) == journal.encode(other)


def test_the_text_is_readable_json_without_escapes_and_in_utc() -> None:
    text = HISTORY[2].text
    assert '"lead":"甲"' in text
    assert '"occurred_at":"2020-07-01T04:02:00Z"' in text


def test_the_chain_hangs_on_every_text_before() -> None:
    assert journal.chain("", "a") != journal.chain("", "b")
    assert journal.chain(journal.chain("", "a"), "c") != journal.chain(journal.chain("", "b"), "c")
    assert len(journal.chain("", "")) == 64
    head = ""
    for row in HISTORY:
        head = journal.chain(head, row.text)
        assert row.hash == head


def test_a_history_that_holds_together_is_let_be() -> None:
    journal.verify("c1", HISTORY)
    journal.verify("c1", HISTORY, head=HISTORY[-1].hash)
    journal.verify("c1", (), head="")


def rehashed(rows: list[StoredEvent]) -> list[StoredEvent]:
    """A history whose hashes were made to fit, as somebody might who can rewrite everything."""
    head, fitted = "", []
    for row in rows:
        head = journal.chain(head, row.text)
        fitted.append(StoredEvent(row.case, row.seq, row.text, head))
    return fitted


def test_a_text_that_belongs_to_another_event_is_found_though_its_hash_fits() -> None:
    rows = [*HISTORY[:1], StoredEvent("c1", 2, HISTORY[2].text, ""), *HISTORY[2:]]
    with pytest.raises(ChainBroken) as error:
        journal.verify("c1", rehashed(rows))
    assert str(error.value) == "the history of case c1 is broken at event 2: its text belongs to event 3 of case c1"
    other = change(None, received(), case="c2").events[0]
    with pytest.raises(ChainBroken, match=r"broken at event 1: its text belongs to event 1 of case c2$"):
        journal.verify("c1", rehashed([StoredEvent("c1", 1, other.text, "")]))


def test_a_history_cut_short_is_found_by_its_head() -> None:
    with pytest.raises(
        ChainBroken, match=r"broken at event 3: the case row's head is not the last event's hash: events are missing"
    ):
        journal.verify("c1", HISTORY[:3], head=HISTORY[-1].hash)
    with pytest.raises(ChainBroken, match=r"broken at event 0: the case row's head"):
        journal.verify("c1", (), head=HISTORY[-1].hash)


@pytest.mark.parametrize(
    "old, new",
    [
        ('"kind":"reviewed"', '"kind":"invented"'),
        ('"v":1', '"v":0'),
        ('"v":1', '"v":2'),
        ('"state"', '"stat"'),
        ('"note":null', '"note":null,"more":1'),
        ('"note":null', '"note":3'),
        ("2020-07-01", "2020-07-32"),
        ("{", ""),
        ('"clocks":[]', '"clocks":[{}]'),
    ],
)
def test_a_text_that_is_no_event_is_named_by_its_place(old: str, new: str) -> None:
    text = journal.encode(EVENT).replace(old, new, 1)
    with pytest.raises(ChainBroken) as error:
        journal.decode(text, case="c1", seq=2)
    assert str(error.value).startswith(
        "the history of case c1 is broken at event 2: its text is not an event that this casework can read: "
    )


def test_an_older_form_that_is_no_table_is_named_too() -> None:
    row = HISTORY[2].text.replace('"v":2', '"v":1')
    start = row.index('"data":')
    broken = f'{row[:start]}"data":[],"clocks":[]}}'
    with pytest.raises(ChainBroken, match=r"^the history of case c1 is broken at event 3: its text is not an event"):
        journal.decode(broken, case="c1", seq=3)


def test_replaying_gives_the_case() -> None:
    case = journal.replay(HISTORY)
    assert (case.version, case.lead, case.classes, case.updated_at - case.received_at) == (
        4,
        "甲",
        {"a": "1", "b": "2"},
        timedelta(minutes=3),
    )


def test_an_envelope_of_a_later_form_is_named_and_not_misread() -> None:
    assert HISTORY[0].text.startswith('{"form":2,'), "what is written says its form"
    later = HISTORY[0].text.replace('{"form":2,', '{"form":3,')
    with pytest.raises(ChainBroken) as error:
        journal.decode(later, case="c1", seq=1)
    assert error.value.why == "it is of form 3, this casework reads forms 1 to 2; install a newer casework"
