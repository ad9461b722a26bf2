"""How fast days are counted, deadlines computed and calendars changed, next to a floor and to other libraries; in one run.

Everybody's answers are checked before anybody is timed: "wrong" says how many differ from the right ones, which do not come from
casework. A goal that is missed is said to be missed; it fails nothing.

    python benchmarks/bench_time.py [--only add,deadline,recalculate] [--rounds 200] [--clocks 100000]
"""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import version

import deadlines
import recalculation
import working_days
from rows import ask

PEERS = ("chinesecalendar", "holidays", "numpy", "pandas", "pendulum", "workalendar")
PARTS = ("add", "deadline", "recalculate")


def main() -> None:
    """Measure and print the parts that were asked for."""
    parser = argparse.ArgumentParser(description="How fast casework counts, next to a floor and to other libraries.")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, with commas: {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--clocks", type=int, default=100_000, help="open clocks that are recalculated")
    asked = parser.parse_args()
    parts = asked.only.split(",")
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]!r}; choose from {', '.join(PARTS)}")
    print(f"Python {sys.version.split()[0]}, {', '.join(f'{peer} {version(peer)}' for peer in PEERS)}")
    print(f"{asked.rounds} rounds; medians, ratios to the floor of the same round")
    if "add" in parts:
        for question in working_days.questions():
            ask(question, asked.rounds)
    if "deadline" in parts:
        ask(deadlines.question(), asked.rounds)
    if "recalculate" in parts:
        recalculation.run(asked.clocks)


if __name__ == "__main__":
    main()
