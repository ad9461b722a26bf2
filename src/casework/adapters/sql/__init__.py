"""The store in a database: SQLite by default, through SQLModel's table definitions and prepared statements."""

from .store import SqlStore

__all__ = ["SqlStore"]
