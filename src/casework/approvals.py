"""Gates before an act: who must let it pass, one after the other."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_FROZEN = ConfigDict(frozen=True, extra="forbid", defer_build=True)

PUBLISH = "publish"
"""The act at whose gates the reply itself stands; every other act waits as a request."""


class Approval(BaseModel):
    """Gates before an act: the roles in order; three names are three gates (三道关口).

    Of several rows for one act, those whose ``when`` holds add their gates in order. Before ``publish`` the reply stands at the
    gates, and may be returned to its handler or to the gate before (``returns``); submitted again, it starts at the first gate
    or at the one that returned it (``resubmit_at``). Any other act waits, and is carried out in the asker's name when the last
    gate lets it pass. Where the gate ``instructs``, whoever lets the act pass says how, and that is kept as an instruction (批示).
    """

    model_config = _FROZEN

    on: str
    by: tuple[str, ...] = Field(min_length=1)
    when: str = ""
    returns: tuple[Literal["handler", "previous"], ...] = Field(default=("handler",), min_length=1)
    resubmit_at: Literal["first", "same"] = "first"
    instructs: bool = False
    source: str = ""
    assumption: str = ""
