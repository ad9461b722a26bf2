"""Pictures of diagrams, made by mermaid's own renderer (``mmdc``) where it is installed: the same text that sites show, as SVG.

It draws mermaid as sites do, so there is one drawing of a rulebook and not two. It has a time limit and a folder of its own.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from ..errors import InputError

PROGRAM = "mmdc"
_TOLD = 2000
"""So many characters of what the renderer said are told, the last ones."""


def svg(diagram: str, *, seconds: float = 60) -> str:
    """Return a mermaid text as an SVG picture; an InputError says why there is none, and what would work."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise InputError(
            f"cannot draw the picture: there is no {PROGRAM} on PATH; install it with 'npm install -g @mermaid-js/mermaid-cli', "
            "or let the text be written to a file that ends in .mmd"
        )
    with tempfile.TemporaryDirectory(prefix="casework-") as folder:
        source, target = Path(folder, "diagram.mmd"), Path(folder, "diagram.svg")
        source.write_text(diagram, "utf-8")
        command = [program, "--quiet", "--input", str(source), "--output", str(target)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL, check=False)  # noqa: S603 - the program found on PATH, with files of our own
        except subprocess.TimeoutExpired as error:
            raise InputError(f"cannot draw the picture: {program} was not done after {seconds:g} seconds") from error
        except OSError as error:
            raise InputError(f"cannot draw the picture: {program} cannot be run: {error.strerror or error}") from error
        said = done.stderr.decode("utf-8", "replace").strip()[-_TOLD:]
        if done.returncode:
            raise InputError(
                f"cannot draw the picture: {program} failed (exit code {done.returncode}): {said or 'it said nothing'}"
            )
        if not target.is_file():
            raise InputError(f"cannot draw the picture: {program} made none{f': {said}' if said else ''}")
        return target.read_text("utf-8")
