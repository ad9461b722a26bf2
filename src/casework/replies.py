"""What a reply must be before it is read by a citizen: checks as data, gates, reasons for sending it back."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .events import Finding

_FROZEN = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ReplyCheck(BaseModel):
    """One check of a reply's text: a phrase or any of several that it must hold or must not, or its least length in characters.

    ``level`` "block" refuses the reply, "advise" lets it pass and keeps the finding with it.
    """

    model_config = _FROZEN

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    min_chars: int = Field(default=0, ge=0)
    level: Literal["block", "advise"] = "block"
    message: str = ""
    source: str = ""
    assumption: str = ""

    @model_validator(mode="after")
    def _one_thing(self) -> ReplyCheck:
        if sum(map(bool, (self.require, self.forbid, self.min_chars))) != 1:
            raise ValueError("a check has exactly one of require, forbid, min_chars")
        return self

    def finding(self, text: str) -> Finding | None:
        """Return what the check finds in *text*, or None where it is content."""
        if self.require and not any(phrase in text for phrase in self.require):
            why = f"must hold one of: {', '.join(self.require)}"
        elif self.forbid and (found := [phrase for phrase in self.forbid if phrase in text]):
            why = f"must not say: {', '.join(found)}"
        elif self.min_chars and (length := len("".join(text.split()))) < self.min_chars:
            why = f"has {length} characters, needs {self.min_chars}"
        else:
            return None
        return Finding(check=self.id, level=self.level, message=self.message or f"the reply {why}")


class ReplyRules(BaseModel):
    """The rulebook's rules for replies: checks, and the reasons for which a reply may be sent back ("" allows any)."""

    model_config = _FROZEN

    checks: tuple[ReplyCheck, ...] = ()
    return_reasons: tuple[str, ...] = ()
    source: str = ""
    assumption: str = ""

    def findings(self, text: str) -> tuple[Finding, ...]:
        """Return everything that the checks find in *text*."""
        return tuple(finding for check in self.checks if (finding := check.finding(text)))
