"""Rulebooks and registers as documents that people write: a schema for their editor, and one form for all."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from ..errors import InputError
from .terminal import say


def schema(
    register: Annotated[bool, typer.Option("--register", help="Of a register of units in place of a rulebook.")] = False,
    output: Annotated[Path | None, typer.Option("--output", help="Write it into this file.")] = None,
) -> None:
    """Print the JSON Schema by which an editor checks and explains what is written."""
    import json

    from .. import schemas

    text = json.dumps(schemas.schema("register" if register else "rulebook"), ensure_ascii=False, indent=2) + "\n"
    if output is None:
        print(text, end="")
        return
    _write(output, text)
    say(f"written: {output}")


def fmt(
    files: Annotated[list[Path], typer.Argument(help="Rulebooks and registers.", metavar="FILE...")],
    check: Annotated[bool, typer.Option("--check", help="Change nothing; name what is not in form, and exit with 1.")] = False,
) -> None:
    """Put rulebooks and registers into their canonical form: the same rules, every comment in its place."""
    from ..formatting import formatted

    found: list[tuple[Path, str]] = []
    problems: list[str] = []
    for file in dict.fromkeys(files):
        try:
            text = _read(file)
            new = formatted(text, name=str(file))
        except InputError as error:
            problems.append(str(error))
        else:
            if new != text:
                found.append((file, new))
    if problems:
        raise InputError("\n".join([*problems, "nothing was changed"]))
    for file, new in found:
        if not check:
            _write(file, new)
        say(f"{'not in form' if check else 'put in form'}: {file}")
    if check and found:
        raise typer.Exit(1)


def _read(file: Path) -> str:
    """Return a file's text with its line ends as they are."""
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not UTF-8 text (byte {error.start}); save it as UTF-8", value=str(file)) from error
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}", value=str(file)) from error


def _write(file: Path, text: str) -> None:
    """Put a text in the place of a file's, whole or not at all; the file keeps its mode, and a link its target."""
    place = file.resolve()
    if not place.exists():
        place.write_bytes(text.encode("utf-8"))
        return
    handle, beside = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(text.encode("utf-8"))
        shutil.copymode(place, beside)
        Path(beside).replace(place)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
