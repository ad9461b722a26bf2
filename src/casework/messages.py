"""What citizens send: the message, its sender, its attachments.

These are values from outside, so they are checked here, once. The texts and the sender's particulars are personal data: they
are stored apart from the events and can be erased (see `privacy`).
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from .errors import NaiveDatetime

_FROZEN = ConfigDict(frozen=True, extra="forbid", defer_build=True, str_strip_whitespace=True)


class Sender(BaseModel):
    """Who wrote. ``ref`` is the portal's own opaque key for the person; everything else is personal data."""

    model_config = _FROZEN

    ref: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    id_number: str = ""
    address: str = ""


class Attachment(BaseModel):
    """A file that came with the message; the host keeps its bytes, casework its name, kind, size (bytes) and digest."""

    model_config = _FROZEN

    name: str = Field(min_length=1)
    media_type: str = "application/octet-stream"
    size: int = Field(default=0, ge=0)
    digest: str = ""


class Message(BaseModel):
    """A citizen's message (来件) as it arrived.

    ``channel`` is the way it came (portal, wechat, mayor-hotline …), ``board`` the column it was addressed to (栏目), ``number``
    the channel's own number for it, ``place`` where the matter lies. ``received_at`` is when the portal took it; it must carry
    a UTC offset (`NaiveDatetime` otherwise); left out, the desk puts in the moment of `Desk.receive`. ``sender`` may be given as
    the bare reference.
    """

    model_config = _FROZEN

    subject: str = Field(min_length=1, max_length=500)
    body: str = Field(default="", max_length=100_000)
    channel: str = Field(default="portal", min_length=1, max_length=100)
    board: str | None = Field(default=None, max_length=100)
    number: str | None = Field(default=None, max_length=100)
    place: str | None = Field(default=None, max_length=200)
    sender: Sender = Sender()
    attachments: tuple[Attachment, ...] = ()
    public: bool = True
    received_at: AwareDatetime | None = None

    if TYPE_CHECKING:
        # What a type checker must know beyond the fields: a sender may be given as the bare reference.
        def __init__(
            self,
            *,
            subject: str,
            body: str = "",
            channel: str = "portal",
            board: str | None = None,
            number: str | None = None,
            place: str | None = None,
            sender: Sender | str = "",
            attachments: tuple[Attachment, ...] = (),
            public: bool = True,
            received_at: datetime | None = None,
        ) -> None: ...

    @field_validator("sender", mode="before")
    @classmethod
    def _bare_reference(cls, value: Any) -> Any:
        return {"ref": value} if isinstance(value, str) else value

    @field_validator("received_at", mode="before")
    @classmethod
    def _aware(cls, value: Any) -> Any:
        if isinstance(value, datetime) and value.utcoffset() is None:
            raise NaiveDatetime(value, what="received_at")
        return value

    @field_validator("received_at")
    @classmethod
    def _in_utc(cls, value: datetime | None) -> datetime | None:
        return value.astimezone(UTC) if value else None

    @property
    def text(self) -> str:
        """Subject and body together, as routing rules read them."""
        return f"{self.subject}\n{self.body}" if self.body else self.subject

    def fingerprint(self) -> str:
        """Return a digest of sender and text, equal for the same text from the same sender.

        Blanks, punctuation, case and full-width forms do not count. It finds repeats without keeping the text; it is *not*
        anonymous to somebody who can guess the text; a key that an import makes of it stays when the message is erased.
        """
        folded = unicodedata.normalize("NFKC", self.text).casefold()
        letters = "".join(ch for ch in folded if unicodedata.category(ch)[0] in "LN")
        return hashlib.sha256(f"{self.sender.ref}\0{letters}".encode()).hexdigest()[:32]
