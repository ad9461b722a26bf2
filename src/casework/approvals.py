"""Gates before an act: who must let it pass, one after the other."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_FROZEN = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Approval(BaseModel):
    """Gates before an act: the roles in order; three names are three gates (三道关口). A reply returns to its handler.

    ``resubmit_at``: a returned reply starts at the first gate again, or at the gate that returned it.
    """

    model_config = _FROZEN

    on: Literal["publish"]
    by: tuple[str, ...] = Field(min_length=1)
    resubmit_at: Literal["first", "same"] = "first"
    source: str = ""
    assumption: str = ""
