"""Programs that keep a desk going: sweeping what is due and delivering what waits."""

from .loop import Round, run

__all__ = ["Round", "run"]
