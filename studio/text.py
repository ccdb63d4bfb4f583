"""Every string a person reads goes through `tr`, so that a translation needs one place only."""

from PySide6.QtCore import QCoreApplication

CONTEXT = "Layerwright"


def tr(text: str, /, **values: object) -> str:
    """Return the text in the person's language, with {names} filled in: tr("{n} rows", n=150)."""
    shown = QCoreApplication.translate(CONTEXT, text)
    return shown.format(**values) if values else shown


def plural(count: int, one: str, many: str) -> str:
    """Return "1 row" or "150 rows": the count with the fitting word."""
    return f"{count:,} {tr(one) if count == 1 else tr(many)}"
