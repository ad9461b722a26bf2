"""There are two languages and one way of refusing another; names and widths are the same wherever they are used."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.errors import InputError
from casework.languages import MONTHS_EN, WEEKDAYS_EN, WEEKDAYS_ZH, chinese, display_width


def test_a_language_is_chinese_or_it_is_english() -> None:
    assert chinese("zh")
    assert not chinese("en")


@pytest.mark.parametrize("lang", ["fr", "ZH", "", None])
def test_another_language_is_refused(lang: str | None) -> None:
    with pytest.raises(InputError, match=f"^there is no language {lang!r}; known: zh, en$") as caught:
        chinese(lang)  # type: ignore[arg-type] # the error is the point
    assert caught.value.value == lang


def test_weeks_begin_on_monday_and_years_in_january() -> None:
    monday = date(2026, 9, 28).weekday()
    assert (WEEKDAYS_ZH[monday], WEEKDAYS_EN[monday]) == ("周一", "Mon")
    assert (len(set(WEEKDAYS_ZH)), len(set(WEEKDAYS_EN)), len(set(MONTHS_EN))) == (7, 7, 12)
    assert (MONTHS_EN[0], MONTHS_EN[8], MONTHS_EN[-1]) == ("January", "September", "December")


@pytest.mark.parametrize(
    "text, width",
    [("", 0), ("day 3", 5), ("第3日", 5), ("（1）", 5), ("–", 1), ("é", 1), ("e\u0301", 1), ("a\u200bb", 2), ("ｱ", 1)],
)
def test_a_chinese_character_takes_two_columns_and_a_mark_on_a_letter_none(text: str, width: int) -> None:
    assert display_width(text) == width


@given(st.text(), st.text())
def test_texts_side_by_side_are_as_wide_as_both(left: str, right: str) -> None:
    assert display_width(left + right) == display_width(left) + display_width(right)


@given(st.text())
def test_no_character_takes_more_than_two_columns(text: str) -> None:
    assert 0 <= display_width(text) <= 2 * len(text)
