"""What is suggested for a misspelt name: first what one slip of the hand makes of it, then what is most like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.errors import nearest

WORDS = st.text("abcdefg", min_size=4, max_size=9)


@pytest.mark.parametrize(
    "name, choices, meant",
    [
        ("repld", ("replied", "reply"), "reply"),  # replied is the longer match, reply the one slip
        ("publsih", ("published", "publish"), "publish"),
        ("handel", ("handler", "handle"), "handle"),
        ("assgn", ("assigned", "assign", "reassign"), "assign"),
        ("assiign", ("assign",), "assign"),
        ("awaiting", ("awaiting_citizen", "received"), "awaiting_citizen"),  # no slip, and yet alike
    ],
)
def test_one_slip_is_suggested_before_what_is_only_alike(name: str, choices: tuple[str, ...], meant: str) -> None:
    for order in (choices, choices[::-1]):
        assert nearest(name, order) == f"; did you mean {meant!r}?"


def test_nothing_is_suggested_where_nothing_is_alike() -> None:
    assert nearest("xyz", ("publish", "close")) == ""
    assert nearest("xyz", ()) == ""


@given(WORDS, st.lists(WORDS, max_size=4), st.data())
def test_after_one_slip_a_name_that_one_slip_makes_is_suggested(word: str, others: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    slip = data.draw(
        st.sampled_from([word[:at] + word[at + 1 :], word[:at] + "z" + word[at:], word[:at] + "z" + word[at + 1 :]])
        | st.just(word[:at] + word[at : at + 2][::-1] + word[at + 2 :])
    )
    assert nearest(slip, [word]) == f"; did you mean {word!r}?"
    suggested = nearest(slip, [*others, word]).split("'")[1]
    assert suggested == word or suggested in others
