"""Yunxi county, July 2020: 109 messages from a list, each step at the moment that the list gives for it."""

from __future__ import annotations

from datetime import date

from ..adapters.importing import import_messages
from ..desk import Desk
from ..ports import CaseStore
from ..rulebook import Rulebook, shipped_file
from .story import Progress, Scene, Story

PERIOD = "2020-07"
AS_OF = date(2020, 8, 10)


def play(store: CaseStore, progress: Progress | None = None) -> Story:
    """Take over the county's messages; an import queues no notices and fires no rungs that are past."""
    desk = Desk(Rulebook.shipped("yunxi"), store=store)
    report = import_messages(desk, shipped_file("yunxi", "messages-2020-07.csv"), progress=progress)
    scene = Scene(number="YX202007-001", zh="第一件来件，自收到至办结", en="the first message, from receipt to closing")
    return Story(desk=desk, scenes=(scene,), told=str(report))
