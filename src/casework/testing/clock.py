"""A clock that stands still until it is told to move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ..errors import InputError, NaiveDatetime


class FrozenTime:
    """A ``now`` for a `Desk`: the same moment at every call, until it is moved on.

    Moments are aware (`NaiveDatetime` otherwise) and given back in UTC. It can be set to an earlier moment too, as the clocks of
    real machines now and then are.
    """

    def __init__(self, start: datetime) -> None:
        self._moment = _aware(start)

    def __call__(self) -> datetime:
        """Return the moment at which the time stands."""
        return self._moment

    def __repr__(self) -> str:
        return f"FrozenTime({self._moment.isoformat()})"

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0, microseconds: float = 0
    ) -> datetime:
        """Move on by this much elapsed time and return the moment reached; an `InputError` for a step backwards."""
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=microseconds)
        if step < timedelta(0):
            raise InputError(f"cannot advance by {step}: that is backwards; use to()", value=step)
        self._moment += step
        return self._moment

    def to(self, moment: datetime) -> datetime:
        """Go to a moment and return it."""
        self._moment = _aware(moment)
        return self._moment


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise NaiveDatetime(moment, what="the frozen time")
    return moment.astimezone(UTC)
