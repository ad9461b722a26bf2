"""The simplest worker: one process that sweeps and delivers, waits, and does it again.

Whatever it leaves undone the next round finds again, so it may be stopped at any moment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import msgspec

from ...desk import Delivery, Desk, Sweep
from ...ports import Notifier


class Round(msgspec.Struct, frozen=True):
    """What one round did."""

    sweep: Sweep
    delivery: Delivery


def run(
    desk: Desk,
    notifier: Notifier,
    *,
    every: timedelta = timedelta(seconds=30),
    stop: threading.Event | None = None,
    rounds: int | None = None,
) -> Iterator[Round]:
    """Yield one `Round` after another, *every* so often, until *stop* is set or *rounds* are done (None: no end).

    The caller iterates, and so sees each round; between rounds the worker waits and can be stopped at once.
    """
    ended = stop or threading.Event()
    wait: Callable[[float], bool] = ended.wait
    done = 0
    while not ended.is_set():
        yield Round(desk.sweep(), desk.deliver(notifier))
        done += 1
        if done == rounds or wait(every.total_seconds()):
            return
