"""The tables, all prefixed ``casework_`` and in a registry of their own, so a host's metadata never sees them.

Moments are 64-bit integers: microseconds since 1970 in UTC, the same in every database.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

VERSION = 2
"""The version of these tables; it goes up with every change of them. Version 2 has further tables, and those of version 1 as they
were."""

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(SQLModel, registry=registry(metadata=MetaData(naming_convention=_NAMES))):
    """Base of casework's tables."""


class CaseRow(Base, table=True):
    """A case as it stands, with the columns that queries need."""

    __tablename__ = "casework_case"
    __table_args__ = (Index("ix_casework_case_due", "next_at"), Index("ix_casework_case_number", "number"))

    id: str = Field(primary_key=True)
    version: int
    head: str
    state: str = Field(index=True)
    rulebook_digest: str
    lead: str | None
    board: str | None
    channel: str
    number: str | None
    received_at: int = Field(sa_type=BigInteger, index=True)
    closed_at: int | None = Field(sa_type=BigInteger)
    next_at: int | None = Field(sa_type=BigInteger)
    body: str


class EventRow(Base, table=True):
    """An event: exactly the text that was hashed. ``key`` and ``digest`` stand on the last event of a command with a key."""

    __tablename__ = "casework_event"

    case_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    text: str
    hash: str
    key: str | None = Field(unique=True)
    digest: str | None


class FactRow(Base, table=True):
    """A countable fact."""

    __tablename__ = "casework_fact"
    __table_args__ = (Index("ix_casework_fact_kind_at", "kind", "at", "case_id"),)

    case_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    n: int = Field(primary_key=True)
    kind: str
    at: int = Field(sa_type=BigInteger)
    unit: str
    cycle: int
    value: int


class ClockRow(Base, table=True):
    """A clock as it stands, for queries; the case row holds it whole."""

    __tablename__ = "casework_clock"
    __table_args__ = (Index("ix_casework_clock_status_due", "status", "due_before"),)

    case_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    rule: str
    subject: str
    run: int
    status: str
    due_before: int | None = Field(sa_type=BigInteger)
    late: int


class TextRow(Base, table=True):
    """A free text: personal data, erasable."""

    __tablename__ = "casework_text"

    case_id: str = Field(primary_key=True)
    ref: str = Field(primary_key=True)
    body: str


class FindRow(Base, table=True):
    """A value by which a case is found: the digest of its query code, the fingerprint of its message."""

    __tablename__ = "casework_find"
    __table_args__ = (Index("ix_casework_find_case", "case_id"),)

    kind: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    case_id: str = Field(primary_key=True)


class OutboxRow(Base, table=True):
    """A notice to be sent. ``next_at`` is None once it was sent or given up; ``seq`` and ``n`` order those of one moment."""

    __tablename__ = "casework_outbox"
    __table_args__ = (Index("ix_casework_outbox_next", "next_at"),)

    id: str = Field(primary_key=True)
    body: str
    queued_at: int = Field(sa_type=BigInteger)
    seq: int
    n: int
    attempts: int
    next_at: int | None = Field(sa_type=BigInteger)
    sent_at: int | None = Field(sa_type=BigInteger)
    error: str


class IssueRow(Base, table=True):
    """An issue of a schedule: once made, it is there, so that nobody makes it again. ``n`` is the order in which they were made."""

    __tablename__ = "casework_issue"
    __table_args__ = (Index("ix_casework_issue_n", "n"),)

    rulebook: str = Field(primary_key=True)
    schedule: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    n: int
    made_at: int = Field(sa_type=BigInteger)
    body: str


class NumberRow(Base, table=True):
    """The last number taken of a series."""

    __tablename__ = "casework_number"

    series: str = Field(primary_key=True)
    last: int


class KeptRow(Base, table=True):
    """A definition that cases refer to: rulebooks and registers, under their digests, in the order in which they were kept."""

    __tablename__ = "casework_kept"

    kind: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    n: int
    text: str


class VersionRow(Base, table=True):
    """The version of the tables; one row."""

    __tablename__ = "casework_version"

    version: int = Field(primary_key=True)
