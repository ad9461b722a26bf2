"""Stand-ins for the world outside: a channel that keeps what it was given, and fails when told to."""

from __future__ import annotations

from ..errors import DeliveryFailed
from ..ports import Notification


class RecordingNotifier:
    """A `Notifier` that keeps the notices it took in ``sent``, in order.

    While ``down`` is set it takes none, and after `fail_next` the next few: each is a `DeliveryFailed` and counted in ``refused``.
    """

    def __init__(self) -> None:
        self.sent: list[Notification] = []
        self.refused = 0
        self.down = False
        self._failing = 0

    def fail_next(self, count: int) -> None:
        """Refuse the next *count* notices."""
        self._failing = count

    def __call__(self, notification: Notification) -> None:
        """Take a notice."""
        if self.down or self._failing:
            self._failing = max(0, self._failing - 1)
            self.refused += 1
            raise DeliveryFailed("told to fail", channel="recording", code="down" if self.down else "once")
        self.sent.append(notification)
