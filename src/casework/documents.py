"""Numbered documents: number series without gaps, and templates that can read and never act."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from .errors import InputError, nearest

NAMES = ("number", "to", "day", "text", "what", "answer_by", "case", "message_number", "subject", "lead", "due", "counts")
"""The names that a template may use: see `decisions.Draft.document`."""

_PLACES = re.compile(r"\{(year|n(:0\d)?)\}")


class Document(BaseModel):
    """How an order's document is numbered and worded.

    ``series`` holds ``{n}`` (or ``{n:03}``) and may hold ``{year}``, which then starts the numbers anew each year. ``template``
    is a Jinja2 text, run in a sandbox.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    series: str
    template: str = ""

    @field_validator("series")
    @classmethod
    def _numbered(cls, value: str) -> str:
        rest = _PLACES.sub("", value)
        if "{n" not in value or "{" in rest or "}" in rest:
            raise ValueError(f"a series holds {{n}} and perhaps {{year}}, for example '督{{year}}-{{n:03}}'; got {value!r}")
        return value

    @field_validator("template")
    @classmethod
    def _fillable(cls, value: str) -> str:
        from jinja2 import TemplateError, meta
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        try:
            names = meta.find_undeclared_variables(ImmutableSandboxedEnvironment().parse(value))
        except TemplateError as error:
            raise ValueError(f"the template cannot be read: {error}") from error
        for name in sorted(names.difference(NAMES)):
            raise ValueError(f"the template names {name!r}, which is not known{nearest(name, NAMES)} (known: {', '.join(NAMES)})")
        return value

    def key(self, year: int) -> str:
        """Return the name under which the store counts this series in a year."""
        return re.sub(r"\{n:0\d\}", "{n}", self.series).replace("{year}", str(year))

    def number(self, year: int, n: int) -> str:
        """Return the n-th number of the series."""
        return self.series.format(year=year, n=n)


def render(template: str, context: Mapping[str, Any]) -> str:
    """Fill a template in Jinja2's sandbox; an unknown name or a forbidden act is an `InputError`."""
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    try:
        return environment.from_string(template).render(context)
    except Exception as error:  # a template may divide by nothing or add what does not add; its author must hear of it
        why = str(error) if isinstance(error, TemplateError) else type(error).__name__
        raise InputError(f"the template cannot be filled: {why}", value=template) from error
