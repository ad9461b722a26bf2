"""The channel that writes: one JSON line a notice, to a file or stream that a host reads."""

from __future__ import annotations

from typing import TextIO

import msgspec

from ...errors import DeliveryFailed
from ...ports import Notification


class LogNotifier:
    """Writes each notice as a line of JSON with its id, so that a reader can tell a repeated one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, notification: Notification) -> None:
        """Write one notice; a stream that cannot be written to is `DeliveryFailed`."""
        line = {"id": notification.id, **msgspec.to_builtins(notification)}
        try:
            self._stream.write(msgspec.json.encode(line).decode() + "\n")
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise DeliveryFailed(f"cannot be written: {error}", channel="log") from error
