"""Places at work: what the offices of five texts may have lived through, so that their published figures come out again.

Offices, rules and figures are those of the texts; the messages and the course of each case are made up, always in the same way.
Baiyin, Chenzhou, Jing county and Shenmu are played on a desk with a time of its own, act by act, with a sweep every morning;
Yunxi's messages are taken over from a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal

import msgspec

from ..errors import InputError, listed, nearest
from ..ports import CaseStore
from . import baiyin, chenzhou, jingxian, shenmu, yunxi
from .story import Progress, Scene, Story

__all__ = ["PLACES", "Place", "Progress", "Scene", "Story", "place"]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A place that can be played: its rulebook, the period and the day that its figures were published for, and how to play it.

    ``by`` says of what it published figures: its units, or its boards.
    """

    rulebook: str
    period: str
    as_of: date
    play: Callable[[CaseStore, Progress | None], Story]
    by: Literal["unit", "board"] = "unit"


PLACES: Mapping[str, Place] = {
    row.rulebook: row
    for row in (
        Place(rulebook="yunxi", period=yunxi.PERIOD, as_of=yunxi.AS_OF, play=yunxi.play),
        Place(rulebook="jingxian", period=jingxian.PERIOD, as_of=jingxian.AS_OF, play=jingxian.play),
        Place(rulebook="shenmu", period=shenmu.PERIOD, as_of=shenmu.AS_OF, play=shenmu.play),
        Place(rulebook="baiyin", period=baiyin.PERIOD, as_of=baiyin.AS_OF, play=baiyin.play, by="board"),
        Place(rulebook="chenzhou", period=chenzhou.PERIOD, as_of=chenzhou.AS_OF, play=chenzhou.play),
    )
}
"""The places by their rulebook's id."""


def place(name: str) -> Place:
    """Return the place of this rulebook; an `InputError` names those that there are."""
    if name not in PLACES:
        raise InputError(f"there is no demo of rulebook {name!r}{nearest(name, PLACES)} (demos: {listed(PLACES)})", value=name)
    return PLACES[name]
