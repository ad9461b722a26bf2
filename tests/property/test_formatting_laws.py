"""Laws of the canonical form: it says the same, keeps every comment with what it belongs to, and is its own canonical form."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from casework.errors import InputError
from casework.formatting import formatted

LINE = st.text(alphabet="路灯 ab#[]{}=,.'\"\\", max_size=12)
TEXT = st.text(alphabet="路灯 a#[]{}=,\n'\"\\", max_size=30)
BLANK = st.sampled_from(["", " ", "\t", "   "])
GROUPS: list[tuple[str, list[str]]] = [
    ("[rulebook]", []),
    ("[classes]", []),
    ("[labels]", ["[labels.deeper]"]),
    ("[roles.clerk]", []),
    ('[roles."问政 办"]', []),
    ("[roles]", []),
    ("[reply]", ["[[reply.checks]]"]),
    ("[intake]", ["[intake.duplicate]", "[intake.exits]"]),
    ("[hours]", ["[hours.weekdays]"]),
    ("[what.nobody.knows]", ["[what.nobody.knows.either]"]),
    ("[[what.rows]]", ["[what.rows.below]"]),
    *[("[[order]]", ["[order.document]", "[order.answer]", "[[order.answer.limit]]", "[order.answer.limit.x]"])] * 2,
    *[("[[clock]]", ["[clock.extend]", "[ clock . count ]", "[clock.on]"])] * 2,
    *[("[[rung]]", ["[rung.repeat]"])] * 2,
    *[("[[unit]]", [])] * 2,
]
KEYS = {  # as they may be written, and as they are in form
    **{key: key for key in ("id", "zh", "source", "assumption", "limit", "may", "answer", "x-y", '"a b"', "z.one", "z.three")},
    "'en'": "en",
    '"when"': "when",
    'z . "two"': "z.two",
}


@st.composite
def strings(draw: st.DrawFn) -> str:
    """A string in any of TOML's four ways."""
    text = draw(st.one_of(LINE, TEXT))
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    ways = [f'"{escaped}"'.replace("\n", "\\n"), f'"""{escaped}"""', f'"""\n{escaped} \\\n   \n"""']
    if "'" not in text:
        ways += [f"'''{text}'''"] + ([f"'{text}'"] if "\n" not in text else [])
    return draw(st.sampled_from(ways))


@st.composite
def values(draw: st.DrawFn, comments: list[str], *, depth: int = 2, inline: bool = False) -> str:
    kinds = ["string", "string", "plain"] + (["array", "table"] if depth else [])
    kind = draw(st.sampled_from(kinds))
    if kind == "string":
        return draw(strings())
    if kind == "plain":
        return draw(
            st.sampled_from(
                ["1", "-0x1F".replace("-", ""), "true", "1979-05-27 07:32:00", "1979-05-27T07:32:00Z", "07:32:00", "1e3"]
            )
        )
    if kind == "table":
        keys = draw(st.lists(st.sampled_from(["when", "is", "'source'", "y", "deep.er"]), unique=True, max_size=4))
        inside = [f"{key}{draw(BLANK)}={draw(BLANK)}{draw(values(comments, depth=depth - 1, inline=True))}" for key in keys]
        return "{" + draw(BLANK) + ",  ".join(inside) + draw(BLANK) + "}"
    return draw(arrays(comments, depth))


@st.composite
def arrays(draw: st.DrawFn, comments: list[str], depth: int) -> str:
    """An array, spread over lines at random, with comments wherever one may stand."""

    def between() -> str:
        parts = [draw(BLANK)]
        for _ in range(draw(st.integers(0, 2))):
            parts.append(draw(st.sampled_from(["\n", "\n\n", "  "])))
            if draw(st.booleans()):
                parts.append(f"{fresh(comments)}\n")
        return "".join(parts)

    said = "["
    for _ in range(draw(st.integers(0, 4))):
        said += between() + draw(values(comments, depth=depth - 1)) + between() + ","
    return said + between() + "]"


def fresh(comments: list[str], about: str = "") -> str:
    comments.append(f"# c{len(comments)}{about}")
    return comments[-1]


@st.composite
def bodies(draw: st.DrawFn, comments: list[str]) -> list[str]:
    """The lines of a table: keys, comments above and beside them, notes, gaps."""
    lines: list[str] = []
    for key in draw(st.lists(st.sampled_from(sorted(KEYS)), unique=True, max_size=5)):
        lines += draw(st.lists(st.just(""), max_size=2))
        if draw(st.integers(0, 3)) == 0:
            lines += [fresh(comments), *draw(st.lists(st.just(""), max_size=2))]
        if draw(st.integers(0, 3)) == 0:
            lines.append(fresh(comments, f" of key {KEYS[key]}"))
        beside = f"{draw(BLANK)}{fresh(comments)}" if draw(st.integers(0, 3)) == 0 else ""
        lines.append(f"{draw(BLANK)}{key}{draw(BLANK)}={draw(BLANK)}{draw(values(comments))}{beside}")
    return lines


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A document as nobody should write one, and its comments in their order."""
    comments: list[str] = []
    groups = draw(st.lists(st.sampled_from(GROUPS), max_size=6))
    tables: list[str] = []
    for head, below in groups:
        if head.startswith("[[") or head not in tables:
            tables += [head, *(row for row in below if draw(st.booleans()))]
    lines = draw(bodies(comments)) if draw(st.booleans()) else []
    if draw(st.booleans()):
        lines = [fresh(comments), *draw(st.lists(st.just(""), max_size=1)), *lines]
    for header in tables:
        lines += draw(st.lists(st.sampled_from(["", "", "#"]), max_size=4))
        lines = [fresh(comments) if line == "#" else line for line in lines]
        if draw(st.integers(0, 2)) == 0:
            lines.append(fresh(comments, f" of {header.replace('[ clock . count ]', '[clock.count]')}"))
        beside = f" {fresh(comments)}" if draw(st.integers(0, 3)) == 0 else ""
        lines += [f"{draw(BLANK)}{header}{beside}", *draw(bodies(comments))]
    lines += draw(st.lists(st.sampled_from(["", "# at the end"]), max_size=2))
    comments += [line for line in lines if line == "# at the end"]
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines) + draw(st.sampled_from(["", "\n"])), comments


def valid(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assume(False)
        raise


def told(text: str) -> list[str]:
    return sorted(re.findall(r"# c\d+(?: of [^\n]*)?|# at the end", text))


@given(documents())
@settings(max_examples=150)
def test_the_form_says_the_same_keeps_every_comment_where_it_belongs_and_is_its_own_form(drawn: tuple[str, list[str]]) -> None:
    text, comments = drawn
    document = valid(text)
    form = formatted(text)
    assert tomllib.loads(form) == document
    assert told(form) == sorted(comments)
    assert formatted(form) == form
    lines = form.splitlines()
    for number, line in enumerate(lines):
        if found := re.fullmatch(r"# c\d+ of (key )?(.+)", line):
            after = next(row for row in lines[number + 1 :] if not row.startswith("#"))
            header = re.match(r"\[(?:.*\.)?(.+?)\](  #|$)", after)  # a table that was written inline and is too long for that
            assert after.startswith(f"{found[2]} = " if found[1] else found[2]) or (header and header[1] == found[2])


@given(documents(), st.integers(0, 5))
@settings(max_examples=50)
def test_gaps_blanks_and_line_ends_make_no_difference_between_tables(drawn: tuple[str, list[str]], more: int) -> None:
    """More empty lines where there is one, blanks at line ends and another kind of line end lead to the same form."""
    text, _ = drawn
    valid(text)
    assume('"""' not in text and "'''" not in text)
    wider = re.sub(r"\r?\n[ \t]*\r?\n", "\r\n" * (more + 2), text)
    assert formatted(wider) == formatted(text)


@given(st.text(alphabet="[]{}=#\"'\n a1.,\\", max_size=40))
@example("a = [1, #\n]")
def test_any_text_is_formatted_or_refused_with_its_line(text: str) -> None:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        try:
            formatted(text)
        except InputError as error:
            assert re.search(r"is not TOML: .+ \(at (line \d+, column \d+|end of document)\)", str(error))  # noqa: PT017
        else:
            raise AssertionError(text) from None
    else:
        form = formatted(text)
        assert tomllib.loads(form) == document
        assert formatted(form) == form
