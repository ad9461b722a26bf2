"""Figures, bulletins, ledgers and the auditor: everything here only reads, through the port, what went through the desk."""
