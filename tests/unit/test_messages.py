"""A message as it comes in from outside: checked once, in UTC, and recognised when it comes again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from casework import Attachment, Message, Sender
from casework.errors import NaiveDatetime
from casework.testing import messages

letters = st.text(st.sampled_from("路灯不亮abcXYZ12３"), min_size=1)
blanks = st.text(st.sampled_from(" \u3000\t,.,。!?、-—"), max_size=3)


def test_a_sender_may_be_given_as_the_bare_reference() -> None:
    assert Message(subject="x", sender="u-42").sender == Sender(ref="u-42")  # type: ignore[arg-type]  # a validator reads it
    assert Message(subject="x").sender == Sender()


def test_the_moment_of_receipt_is_kept_in_utc() -> None:
    message = Message(subject="x", received_at=datetime.fromisoformat("2020-07-01T09:00:00+08:00"))
    assert message.received_at == datetime(2020, 7, 1, 1, 0, tzinfo=UTC)
    assert message.received_at is not None
    assert message.received_at.tzinfo is UTC


def test_blanks_around_a_text_are_no_part_of_it() -> None:
    message = Message(subject="  路灯不亮\n", body="\u3000村口 ")
    assert (message.subject, message.body, message.text) == ("路灯不亮", "村口", "路灯不亮\n村口")
    assert Message(subject="路灯不亮").text == "路灯不亮"


@pytest.mark.parametrize(
    "wrong, says",
    [
        ({"subject": "  "}, "at least 1 character"),
        ({"subject": "x" * 501}, "at most 500 characters"),
        ({"subject": "x", "body": "x" * 100_001}, "at most 100000 characters"),
        ({"subject": "x", "received_at": "2020-07-01T00:00:00"}, "should have timezone info"),
        ({"subject": "x", "subjct": "y"}, "Extra inputs are not permitted"),
        ({"subject": "x", "channel": ""}, "at least 1 character"),
        ({"subject": "x", "attachments": [{"name": "a.jpg", "size": -1}]}, "greater than or equal to 0"),
        ({}, "Field required"),
    ],
)
def test_what_is_no_message_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Message.model_validate(wrong)


def test_a_message_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Message(subject="x").subject = "y"


@given(messages())
def test_a_message_comes_back_from_its_json(message: Message) -> None:
    assert Message.model_validate_json(message.model_dump_json()) == message


@given(st.lists(letters, min_size=1, max_size=4), st.lists(blanks, min_size=8, max_size=8))
def test_blanks_signs_case_and_width_do_not_make_another_message(words: list[str], between: list[str]) -> None:
    plain = Message(subject="".join(words), sender=Sender(ref="u"))
    spaced = "".join(between[n % 8] + word.upper().replace("1", "\N{FULLWIDTH DIGIT ONE}") for n, word in enumerate(words))
    assert Message(subject=f"{spaced}。", sender=Sender(ref="u", name="王")).fingerprint() == plain.fingerprint()


def test_another_sender_or_text_is_another_message() -> None:
    one = Message(subject="路灯不亮", sender=Sender(ref="u-1"))
    assert one.fingerprint() != Message(subject="路灯不亮", sender=Sender(ref="u-2")).fingerprint()
    assert one.fingerprint() != Message(subject="路灯亮", sender=Sender(ref="u-1")).fingerprint()
    assert one.fingerprint() == Message(subject="路灯", body="不亮", sender=Sender(ref="u-1")).fingerprint()


def test_an_attachment_is_known_by_name_kind_size_and_digest() -> None:
    row = Attachment(name="现场.jpg", media_type="image/jpeg", size=1024, digest="sha256:00")
    assert Message(subject="x", attachments=(row,)).attachments == (row,)


def test_a_moment_of_receipt_without_an_offset_is_refused_by_its_name() -> None:
    with pytest.raises(NaiveDatetime, match=r"^received_at 2020-07-01 00:00:00 has no UTC offset; give an aware datetime"):
        Message(subject="x", received_at=datetime(2020, 7, 1))
