"""The store in a database: SQLite by default, through SQLModel's table definitions and prepared statements.

The store's classes are loaded when they are first used, so that looking at the package does not import SQLAlchemy.
"""

from .store import SqlStore

__all__ = ["SqlStore"]
