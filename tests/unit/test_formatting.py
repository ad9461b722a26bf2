"""The canonical form of rulebooks and registers: what goes where, what stays as it is, and what the command does to files."""

from __future__ import annotations

import stat
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from casework import Rulebook, formatting
from casework.errors import InputError
from casework.formatting import WIDTH, document_kind, formatted
from casework.languages import display_width
from casework.manuscripts import comments
from tests.unit.commands import Casework, calling, one_line

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "src/casework/rulebooks").glob("*/r*.toml"))
WRITTEN = sorted((ROOT / "examples").rglob("*.toml"))

casework = pytest.fixture(calling)


def form(text: str) -> list[str]:
    """Return the canonical form line by line; it must be its own form, too."""
    said = formatted(text)
    assert formatted(said) == said
    assert tomllib.loads(said) == tomllib.loads(text)
    assert sorted(comments(said)) == sorted(comments(text))
    assert said == "" or (said.endswith("\n") and not said.endswith("\n\n") and not said.startswith("\n"))
    return said.splitlines()


@pytest.mark.parametrize("file", [*SHIPPED, *WRITTEN], ids=lambda file: f"{file.parent.name}/{file.name}")
def test_what_is_shipped_is_in_form(file: Path) -> None:
    text = file.read_text("utf-8")
    assert formatted(text) == text


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_line_that_is_too_long_is_a_text_or_a_table_in_a_list(file: Path) -> None:
    text = formatted(file.read_text("utf-8"))
    outside = [line for number, line in enumerate(text.split('"""')) if number % 2 == 0]  # the lines of templates are texts
    for line in "".join(outside).splitlines():
        if display_width(line) > WIDTH and not line.startswith("#"):
            assert line.lstrip().startswith("{") or " = [" not in line.partition('"')[0], line


# --- order ------------------------------------------------------------------------------------------------------------


def test_tables_stand_in_the_order_of_the_reference_and_keys_in_that_of_the_models() -> None:
    assert form(
        """
odd = 1
[[rung]]
do = ["notify:clerk"]
when = "views > 3"
on = "late:handle"
id = "late"
[unheard-of]
b = 1
a = 2
[[clock]]
limit = [{ is = "5 working days", when = "" }]
stops_on = "publish"
starts_on = "receive"
id = "handle"
[rulebook]
version = 1
id = "our-town"
"""
    ) == [
        "odd = 1",
        "",
        "[rulebook]",
        'id = "our-town"',
        "version = 1",
        "",
        "[[clock]]",
        'id = "handle"',
        'starts_on = "receive"',
        'stops_on = "publish"',
        'limit = [{ when = "", is = "5 working days" }]',
        "",
        "[[rung]]",
        'id = "late"',
        'on = "late:handle"',
        'when = "views > 3"',
        'do = ["notify:clerk"]',
        "",
        "[unheard-of]",
        "b = 1",
        "a = 2",
    ]


def test_names_that_the_rulebook_chooses_keep_their_order_and_their_gaps() -> None:
    text = '[labels]\nzebra = "斑马"\n\n\n\nape = "猿"\n[roles.zoe]\nscope = "any"\n[roles.adam]\nscope = "any"\n'
    assert form(text) == [
        "[labels]",
        'zebra = "斑马"',
        "",
        'ape = "猿"',
        "",
        "[roles.zoe]",
        'scope = "any"',
        "",
        "[roles.adam]",
        'scope = "any"',
    ]


def test_rows_keep_their_order_and_what_is_theirs() -> None:
    text = '[[order]]\nid = "b"\n[order.answer]\nwhat = "x"\n[order.document]\nseries = "b{n}"\n'
    text += '[[rung]]\nid = "r"\n[[order]]\nid = "a"\n[order.document]\nseries = "a{n}"\n'
    assert form(text) == [
        "[[order]]",
        'id = "b"',
        "[order.document]",
        'series = "b{n}"',
        "[order.answer]",
        'what = "x"',
        "",
        "[[order]]",
        'id = "a"',
        "[order.document]",
        'series = "a{n}"',
        "",
        "[[rung]]",
        'id = "r"',
    ]


def test_a_heading_is_a_wall_and_a_comment_goes_with_what_it_is_about() -> None:
    text = """
# --- what comes first

# of the clock
# and more of it
[[clock]]  # beside it
id = "handle"

# of the book
[rulebook]
# of the version
version = 1 # raised
id = "our-town"

# --- what comes later

[labels]
# at its end
"""
    assert form(text) == [
        "# --- what comes first",
        "",
        "# of the book",
        "[rulebook]",
        'id = "our-town"',
        "# of the version",
        "version = 1  # raised",
        "",
        "# of the clock",
        "# and more of it",
        "[[clock]]  # beside it",
        'id = "handle"',
        "",
        "# --- what comes later",
        "",
        "[labels]",
        "# at its end",
    ]


def test_a_note_inside_a_table_is_a_wall_for_its_keys() -> None:
    text = '[rulebook]\nversion = 1\n\n# what it is called\n\nen = "Our town"\nzh = "本镇"\nid = "our-town"\n'
    text += '# zone = "Asia/Urumqi"\n\n[labels]\n'
    assert form(text) == [
        "[rulebook]",
        "version = 1",
        "",
        "# what it is called",
        "",
        'id = "our-town"',
        'zh = "本镇"',
        'en = "Our town"',
        '# zone = "Asia/Urumqi"',
        "",
        "[labels]",
    ]


@pytest.mark.parametrize("gap", ["", "\n", "\n\n"])
@pytest.mark.parametrize(
    "rest", ["[[rung]]\nid = 'r'\n[rulebook]\nid = 'x'\n", "# a heading\n\n[rulebook]\n", "odd = 1\n", "", "# at the end"]
)
def test_what_is_meant_for_the_editor_stays_at_the_top(gap: str, rest: str) -> None:
    assert form(f"#:schema ./rulebook.schema.json\n{gap}{rest}")[:2] == ["#:schema ./rulebook.schema.json", ""][: 2 if rest else 1]


def test_a_register_has_an_order_of_its_own() -> None:
    text = '[[grant]]\nrole = "clerk"\nperson = "li"\n[[unit]]\ngroup = "g"\nname = "夹河镇"\n[[group]]\nid = "g"\n'
    lines = form(text)
    assert [line for line in lines if line.startswith("[[")] == ["[[group]]", "[[unit]]", "[[grant]]"]
    assert lines[3:6] == ["[[unit]]", 'name = "夹河镇"', 'group = "g"']
    long = form('en = "x"\nunit = [{ name = "a" }, { name = "b" }]\nid = "x"\ngroup = []\n')
    assert long == ['id = "x"', 'en = "x"', "group = []", "", "unit = [", '    { name = "a" },', '    { name = "b" },', "]"]


@pytest.mark.parametrize(
    "text, kind",
    [
        ("[rulebook]\n[[unit]]\n", "rulebook"),
        ("[[unit]]\n", "register"),
        ('id = "x"\n', "rulebook"),
        ("[roles.x]\n", "rulebook"),
        ("", "rulebook"),
    ],
)
def test_which_document_it_is_is_seen_from_its_tables(text: str, kind: str) -> None:
    assert document_kind(tomllib.loads(text)) == kind


def test_a_note_at_the_end_of_a_row_stays_with_the_row() -> None:
    text = '[[order]]\nid = "x"\n# more of them later\n\n[order.document]\nseries = "{n}"\n'
    assert formatted(text) == text


def test_a_table_of_chosen_names_has_a_gap_below_its_own_header() -> None:
    assert form('[roles]\n[roles.a]\nscope = "any"\n') == ["[roles]", "", "[roles.a]", 'scope = "any"']


def test_quotes_around_a_name_do_not_hide_what_it_names() -> None:
    text = "[rulebook]\n[['order']]\n'id' = 1\n[\"order\".answer]\n[order.'document']\n"
    assert form(text) == ["[rulebook]", "", "[[order]]", "id = 1", "[order.document]", "[order.answer]"]


# --- lines ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written, told",
    [
        ("'plain'", '"plain"'),
        ('"plain"', '"plain"'),
        ("""'say "so"'""", """'say "so"'"""),
        (r"'back\slash'", r"'back\slash'"),
        (r'"a\u3000b\tc"', r'"a\u3000b\tc"'),
        ('"""one line"""', '"one line"'),
        ('"""say "so" """', '"""say "so" """'),
        ("'''one line'''", '"one line"'),
        ("'''a\\b'''", "'''a\\b'''"),
        ("''", '""'),
        ("''''''", '""'),
        ("{a=1,'b'=[ 1,2 ],c={}}", "{ a = 1, b = [1, 2], c = {} }"),
        ("[ ]", "[]"),
        ("[1,2,]", "[1, 2]"),
        ("1979-05-27 07:32:00", "1979-05-27 07:32:00"),
        ("17:30:00", "17:30:00"),
        ("+1_000", "+1_000"),
        ("6.50e1", "6.50e1"),
        ("-inf", "-inf"),
    ],
)
def test_values_are_written_in_one_way(written: str, told: str) -> None:
    assert form(f"[labels]\nx={written}") == ["[labels]", f"x = {told}"]


@pytest.mark.parametrize(
    "written, told",
    [
        ("'a'", "a"),
        ('"a-b"', "a-b"),
        ('"问政"', '"问政"'),
        ("'a b'", '"a b"'),
        ("a . 'b'.c", "a.b.c"),
        ("'a\"b'", "'a\"b'"),
        ('""', '""'),
    ],
)
def test_keys_are_bare_where_they_can_be(written: str, told: str) -> None:
    assert form(f"[labels]\n{written} = 1") == ["[labels]", f"{told} = 1"]
    assert form(f"[labels.{written}]\n") == [f"[labels.{told}]"]


def test_texts_of_several_lines_are_left_alone() -> None:
    text = "[order]\ntemplate = '''\n  a  \n\n\n# no comment\n'''\n"
    assert formatted(text) == text


def test_a_list_that_does_not_fit_is_broken_and_filled_up() -> None:
    words = [f"word{number:02}" for number in range(20)]
    lines = form(f"[roles.x]\nmay = {words}  # granted\n".replace("'", '"'))
    assert lines[:2] == ["[roles.x]", "may = ["]
    assert lines[-1] == "]  # granted"
    assert [line.strip().split(", ")[0] for line in lines[2:-1]] == ['"word00"', '"word11"']
    assert all(display_width(line) <= WIDTH and line.startswith('    "') and line.endswith(",") for line in lines[2:-1])
    assert form("\n".join(lines)) == lines


def test_a_chinese_character_takes_two_columns() -> None:
    words = ["督办" * 5] * 5
    inside = ", ".join(f'"{word}"' for word in words)
    assert len(f"faults = [{inside}]") < WIDTH < display_width(f"faults = [{inside}]")
    assert form(f"[revisit]\nfaults = [{inside}]")[1] == "faults = ["


def test_several_tables_of_a_list_stand_one_to_a_line_and_one_alone_on_it() -> None:
    assert form('[[clock]]\nlimit = [{is="1 hour"}]')[1:] == ['limit = [{ is = "1 hour" }]']
    assert form('[[clock]]\nlimit = [{is="1 hour",when="a"},{is="2 hours"}]')[1:] == [
        "limit = [",
        '    { when = "a", is = "1 hour" },',
        '    { is = "2 hours" },',
        "]",
    ]


def test_keys_of_inline_tables_are_in_order_too_unless_the_document_chooses_them() -> None:
    assert form(
        '[[clock]]\ncount = { hours = { dates = { 2026-10-10 = "", 2026-01-05 = "" }, open = "9:00-17:00" }, cutoff = "12:00" }'
    ) == [
        "[[clock]]",
        'count = { cutoff = "12:00", hours = { open = "9:00-17:00", dates = { 2026-10-10 = "", 2026-01-05 = "" } } }',
    ]


def test_comments_inside_a_list_stay_with_their_element() -> None:
    text = "[roles.x]\nmay = [ # what it may\n'a', # first\n\n# of b\n'b'\n, # second\n[ 'c', # deep\n ],\n# nothing more\n]\n"
    assert form(text) == [
        "[roles.x]",
        "may = [",
        "    # what it may",
        '    "a",  # first',
        "    # of b",
        '    "b",  # second',
        "    [",
        '        "c",  # deep',
        "    ],",
        "    # nothing more",
        "]",
    ]


def test_a_comment_in_a_list_without_elements_is_kept() -> None:
    assert form("[roles.x]\nmay=[ # nothing yet\n]") == ["[roles.x]", "may = [", "    # nothing yet", "]"]


def test_an_inline_table_that_does_not_fit_has_a_header_of_its_own() -> None:
    what, count = "情况说明" * 8, '{ day_zero = "as-is", ends = "24:00" }'
    answer = f'{{ cleared_by = "supervisor", what = "{what}", count = {count} }}'
    text = f'# of the form\n[[order]]\n# of the answer\nanswer = {answer} # it\nid = "x"\n'
    assert form(text) == [
        "# of the form",
        "[[order]]",
        'id = "x"',
        "# of the answer",
        "[order.answer]  # it",
        f'what = "{what}"',
        f"count = {count}",
        'cleared_by = "supervisor"',
    ]


def test_what_a_note_headed_is_headed_by_it_still_when_it_moves_below_a_header() -> None:
    long = "x" * 120
    assert form(f'[[order]]\nid = "x"\n\n# how it is answered\n\nanswer = {{ what = "{long}" }}\n') == [
        "[[order]]",
        'id = "x"',
        "# how it is answered",
        "[order.answer]",
        f'what = "{long}"',
    ]


def test_line_ends_are_those_of_one_kind_and_gaps_are_one_line() -> None:
    assert (
        formatted('\r\n\r\n[rulebook]  \r\nid = "x"   \r\n\r\n\r\n\r\n[labels]\t\r\n\r\n') == '[rulebook]\nid = "x"\n\n[labels]\n'
    )
    assert formatted("# a heading \t\n\n[labels]  # beside  \n") == "# a heading\n\n[labels]  # beside\n"
    assert formatted("") == "" == formatted("\n\n")


# --- what cannot be put in form ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, place",
    [
        ("a = \n", "line 1, column 5"),
        ("[a]\nb = 1\nb = 2\n", "line 3, column 6"),
        ("a = [1,\n", "end of document"),
        ("#:schema ./x\n# about it\na = \n", "line 3, column 5"),
        ("\ufeffa = 1", "line 1, column 1"),
    ],
)
def test_what_is_no_toml_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(InputError, match=rf"town\.toml is not TOML: .*\(at {place}\)$"):
        formatted(text, name="town.toml")


def test_what_is_no_number_is_left_as_it_is() -> None:
    assert formatted("x=nan") == "x = nan\n"


@pytest.mark.parametrize("slip", ["key = 2\n# kept\n", "key = 1\n"])
def test_a_form_that_would_say_something_else_is_never_given_out(slip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatting, "_lines", lambda *_: slip.splitlines())
    with pytest.raises(InputError, match="cannot be put in form without changing what it says"):
        formatted("key = 1 # kept")


# --- from the terminal ------------------------------------------------------------------------------------------------

RAGGED, NEAT = (
    "[rulebook]\nversion=1\nid='our-town'\nbase='standard'\n",
    '[rulebook]\nid = "our-town"\nversion = 1\nbase = "standard"\n',
)


def test_the_command_puts_files_in_form_and_leaves_the_others_alone(casework: Casework, tmp_path: Path) -> None:
    ragged, neat = tmp_path / "ragged.toml", tmp_path / "neat.toml"
    ragged.write_text(RAGGED, "utf-8")
    neat.write_text(NEAT, "utf-8")
    ragged.chmod(0o640)
    before = neat.stat()
    said = casework("rulebook", "fmt", "ragged.toml", "neat.toml")
    assert (said.code, said.out, said.err) == (0, "put in form: ragged.toml\n", "")
    assert ragged.read_bytes() == NEAT.encode() == neat.read_bytes()
    assert stat.S_IMODE(ragged.stat().st_mode) == 0o640
    assert (neat.stat().st_mtime_ns, neat.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["neat.toml", "ragged.toml"]
    assert Rulebook.load(ragged).id == "our-town"


def test_a_check_names_the_files_and_changes_nothing(casework: Casework, tmp_path: Path) -> None:
    for name, text in (("a.toml", RAGGED), ("b.toml", NEAT), ("c.toml", NEAT.replace("\n", "\r\n"))):
        (tmp_path / name).write_bytes(text.encode())
    said = casework("rulebook", "fmt", "--check", "a.toml", "b.toml", "c.toml")
    assert (said.code, said.out, said.err) == (1, "not in form: a.toml\nnot in form: c.toml\n", "")
    assert (tmp_path / "a.toml").read_text("utf-8") == RAGGED
    assert casework("rulebook", "fmt", "--check", "b.toml") == (0, "", "")


def test_where_one_file_is_no_toml_none_is_written_and_each_is_told(casework: Casework, tmp_path: Path) -> None:
    (tmp_path / "ragged.toml").write_text(RAGGED, "utf-8")
    (tmp_path / "bad.toml").write_text("[rulebook\n", "utf-8")
    (tmp_path / "latin.toml").write_bytes(b"zh = '\xe9'")
    said = casework("rulebook", "fmt", "ragged.toml", "bad.toml", "latin.toml", "missing.toml", ".")
    assert said.code == 1
    assert said.err.splitlines() == [
        "error: bad.toml is not TOML: Expected ']' at the end of a table declaration (at line 1, column 10)",
        "latin.toml is not UTF-8 text (byte 6); save it as UTF-8",
        "missing.toml cannot be read: No such file or directory",
        ". cannot be read: Is a directory",
        "nothing was changed",
    ]
    assert (tmp_path / "ragged.toml").read_text("utf-8") == RAGGED


def test_a_file_behind_a_link_is_put_in_form_and_the_link_stays(casework: Casework, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "town.toml").write_text(RAGGED, "utf-8")
    (tmp_path / "town.toml").symlink_to("deep/town.toml")
    assert casework("rulebook", "fmt", "town.toml").code == 0
    assert (tmp_path / "town.toml").is_symlink()
    assert (tmp_path / "deep" / "town.toml").read_text("utf-8") == NEAT


def test_a_disk_that_is_full_leaves_the_file_as_it_was(casework: Casework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "town.toml").write_text(RAGGED, "utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copymode", full)
    assert one_line(casework("rulebook", "fmt", "town.toml")) == "No space left on device"
    assert [(file.name, file.read_text("utf-8")) for file in tmp_path.iterdir()] == [("town.toml", RAGGED)]


def test_every_heading_of_a_shipped_rulebook_still_heads_what_it_headed() -> None:
    text = (ROOT / "src/casework/rulebooks/shenmu/rulebook.toml").read_text("utf-8")
    heads = [line for line in text.splitlines() if line.startswith("# --- ")]
    assert len(heads) > 5
    assert [line for line in formatted(text).splitlines() if line.startswith("# --- ")] == heads
    assert all(after == "" for line, after in pairwise(formatted(text).splitlines()) if line in heads)
