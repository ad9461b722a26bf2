"""Which column of a file holds what: the headers that lists of messages usually have, and a mapping for one file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..errors import InputError, UnknownColumn, listed, nearest

# For each field the usual headers, the most telling first: a file with 留言编号 and 编号 has its number in the former.
USUAL_HEADERS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "留言编号",
        "受理编号",
        "来件编号",
        "来信编号",
        "信件编号",
        "工单编号",
        "工单号",
        "编号",
        "number",
        "case number",
        "id",
    ),
    "channel": ("渠道", "来件渠道", "来源渠道", "受理渠道", "channel"),
    "board": ("栏目", "留言栏目", "板块", "版块", "board"),
    "place": ("地点", "事发地点", "所在地", "place", "location"),
    "sender": ("留言用户", "来件人", "留言人", "来信人", "写信人", "sender", "from", "user"),
    "subject": ("留言主题", "来件主题", "来信主题", "留言标题", "主题", "标题", "subject", "title"),
    "body": ("留言详情", "留言内容", "来件内容", "来信内容", "内容", "详情", "body", "content", "text", "message"),
    "unit": ("承办单位", "主办单位", "办理单位", "责任单位", "答复单位", "部门名称", "部门", "unit", "department"),
    "received_at": ("留言时间", "来件时间", "来信时间", "提交时间", "received at", "received", "date received"),
    "reviewed_at": ("登记时间", "登记受理时间", "受理时间", "reviewed at", "registered at"),
    "assigned_at": ("交办时间", "转办时间", "assigned at"),
    "accepted_at": ("签收时间", "accepted at"),
    "contacted_at": ("联系时间", "联系群众时间", "contacted at"),
    "reply": ("答复意见", "答复内容", "回复意见", "回复内容", "答复", "回复", "reply", "answer", "response"),
    "replied_at": ("答复时间", "回复时间", "replied at", "answered at", "reply time"),
    "published_at": ("公开时间", "答复公开时间", "published at"),
    "closed_at": ("办结时间", "结案时间", "closed at"),
    "outcome": ("办结结果", "outcome"),
}

_Header = Annotated[str, Field(min_length=1)]


class Columns(BaseModel):
    """Which column of a file holds what: for each field the header, None where the file has no such column.

    ``constants`` are values that all rows share, such as ``{"channel": "mayor-hotline"}``, for fields without a column. Fields that
    end in ``_at`` hold moments; of the texts, ``body`` and ``reply`` may have several lines.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    received_at: _Header
    subject: _Header
    number: _Header | None = None
    channel: _Header | None = None
    board: _Header | None = None
    place: _Header | None = None
    sender: _Header | None = None
    body: _Header | None = None
    unit: _Header | None = None
    reviewed_at: _Header | None = None
    assigned_at: _Header | None = None
    accepted_at: _Header | None = None
    contacted_at: _Header | None = None
    reply: _Header | None = None
    replied_at: _Header | None = None
    published_at: _Header | None = None
    closed_at: _Header | None = None
    outcome: _Header | None = None
    constants: dict[str, str] = {}

    @model_validator(mode="after")
    def _constants_are_free(self) -> Self:
        for field in self.constants:
            if field not in USUAL_HEADERS:
                raise ValueError(_no_field(field))
            if self.header(field):
                raise ValueError(f"{field} has a constant value and the column {self.header(field)!r}; give one of them")
        return self

    @classmethod
    def guess(cls, columns: Sequence[str], *, override: Mapping[str, str] | None = None) -> Self:
        """Recognise the usual Chinese and English headers; *override* (field → header) comes before every guess.

        Blanks, case, hyphens and underscores of a header do not count. Raises `InputError` for a field that there is not and where
        no column is known for ``received_at`` or ``subject``, `UnknownColumn` for a header that the file has not.
        """
        found = dict(override or {})
        for field, header in found.items():
            if field not in USUAL_HEADERS:
                raise InputError(_no_field(field), value=field)
            if header not in columns:
                raise UnknownColumn(header, columns=columns, table="the file")
        free = {_folded(header): header for header in reversed(columns) if header not in found.values()}
        for field, usual in USUAL_HEADERS.items():
            known = next((free[name] for name in map(_folded, usual) if name in free), None)
            if known and field not in found:
                found[field] = known
        for field in ("received_at", "subject"):
            if field not in found:
                raise InputError(
                    f"no column is known to hold {field}; name it, as in columns={{{field!r}: {USUAL_HEADERS[field][0]!r}}} "
                    f"or --map {field}={USUAL_HEADERS[field][0]} "
                    f"(the file's columns: {listed(columns, most=30)})",
                    value=field,
                )
        return cls.model_validate(found)

    def header(self, field: str) -> str | None:
        """Return the header of a field's column, or None."""
        named: str | None = getattr(self, field)
        return named

    def headers(self) -> tuple[str, ...]:
        """Return the headers of all columns that are named."""
        return tuple(header for field in USUAL_HEADERS if (header := self.header(field)))


def _no_field(field: str) -> str:
    return f"there is no field {field!r}{nearest(field, USUAL_HEADERS)} (fields: {listed(USUAL_HEADERS, most=len(USUAL_HEADERS))})"


def _folded(header: str) -> str:
    return re.sub(r"[\s_-]+", "", unicodedata.normalize("NFKC", header)).casefold()
