"""The test kit's own small parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from casework import Rulebook, WorkCalendar
from casework.errors import DeliveryFailed, InputError, NaiveDatetime
from casework.testing import FrozenTime, RecordingNotifier, calendars, moments
from casework.testing.contracts import CaseStoreContract, notice
from casework.testing.strategies import HARD_MOMENTS
from tests.unit.town import WEDNESDAY


def test_time_stands_still_until_it_is_told_to_move() -> None:
    now = FrozenTime(datetime.fromisoformat("2020-07-01T09:00:00+08:00"))
    assert (now(), now().tzinfo) == (WEDNESDAY, UTC)
    assert now() == now()
    assert now.advance(days=1, hours=2, minutes=3, seconds=4, microseconds=5) == now()
    assert now() - WEDNESDAY == timedelta(days=1, hours=2, minutes=3, seconds=4, microseconds=5)
    assert now.to(WEDNESDAY) == now() == WEDNESDAY
    assert repr(now) == "FrozenTime(2020-07-01T01:00:00+00:00)"


def test_time_without_an_offset_is_refused() -> None:
    with pytest.raises(NaiveDatetime, match=r"^the frozen time 2020-07-01 00:00:00 has no UTC offset"):
        FrozenTime(datetime(2020, 7, 1))
    with pytest.raises(NaiveDatetime):
        FrozenTime(WEDNESDAY).to(datetime(2020, 7, 1))


def test_time_advances_forwards() -> None:
    with pytest.raises(InputError, match=r"^cannot advance by -1 day, 0:00:00: that is backwards; use to\(\)$"):
        FrozenTime(WEDNESDAY).advance(days=-1)


def test_a_channel_fails_as_often_as_it_was_told_to() -> None:
    channel = RecordingNotifier()
    channel.fail_next(1)
    with pytest.raises(DeliveryFailed, match=r"^recording: told to fail \(code once\)$"):
        channel(notice("c1", 1))
    channel(notice("c1", 1))
    channel.down = True
    with pytest.raises(DeliveryFailed, match=r"^recording: told to fail \(code down\)$"):
        channel(notice("c1", 2))
    assert (channel.sent, channel.refused) == ([notice("c1", 1)], 2)


@given(moments())
def test_moments_lie_in_years_whose_days_off_are_announced(moment: datetime) -> None:
    calendar = Rulebook.shipped("yunxi").calendar()
    assert moment.tzinfo is UTC
    assert 2018 <= (moment + timedelta(hours=8)).year <= 2025
    assert calendar.is_working_day((moment + timedelta(hours=8)).date()) in (True, False)


@given(moments(first=2020, last=2020))
def test_moments_lie_between_the_years_that_were_asked_for(moment: datetime) -> None:
    assert (moment + timedelta(hours=8)).year == 2020


def test_weekend_days_that_are_worked_are_among_the_hard_moments() -> None:
    calendar = Rulebook.shipped("yunxi").calendar()
    days = [(moment + timedelta(hours=8)).date() for moment in HARD_MOMENTS]
    assert len([day for day in days if day.weekday() > 4 and calendar.is_working_day(day)]) >= 6


@given(moments(first=2018, last=2027), st.data())
def test_calendars_differ_from_the_shipped_one_near_the_moment_alone(moment: datetime, data: st.DataObject) -> None:
    calendar = data.draw(calendars(near=moment, days=40))
    first, last = moment.date() - timedelta(days=5), moment.date() + timedelta(days=40)
    changed = WorkCalendar.named("CN").changed(calendar)
    assert [day for day in changed if not first <= day <= last] == []
    assert calendar.announced_through >= WorkCalendar.named("CN").announced_through


def test_calendars_give_days_off_and_days_to_work() -> None:
    shipped = WorkCalendar.named("CN")

    def changes(calendar: WorkCalendar, *, worked: bool) -> bool:
        return any(calendar.is_working_day(day) == worked for day in shipped.changed(calendar))

    for worked in (True, False):
        found = find(calendars(near=WEDNESDAY), partial(changes, worked=worked))
        assert len(found.notices) == len(shipped.notices) + 1


def test_the_contract_is_not_run_by_itself() -> None:
    assert not CaseStoreContract.__name__.startswith("Test")
    fixture = CaseStoreContract.store
    with pytest.raises(NotImplementedError, match=r"^a test of a store overrides this fixture$"):
        fixture.__wrapped__(CaseStoreContract())  # type: ignore[attr-defined]  # pytest keeps the function there
