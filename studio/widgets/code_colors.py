"""Colours of Python code: the tokens of Pygments, each line by itself unless a text may span lines."""

import functools

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from studio import theme

KINDS = (
    ("Comment", "comment"), ("Keyword", "keyword"), ("Literal.String", "string"), ("Literal.Number", "number"),
    ("Name.Function", "function"), ("Name.Class", "class"), ("Name.Builtin", "builtin"), ("Operator.Word", "keyword"),
    ("Name.Decorator", "function"),
)  # fmt: skip


Line = list[tuple[int, int, str]]
"""(start, length, colour) of the parts of one line."""


@functools.lru_cache(maxsize=65_536)
def _lexed_line(line: str) -> Line:
    return _lexed(line)[0]


def prepare(text: str) -> None:
    """Find the colours of a long text ahead of showing it; a thread may do this, no Qt object is touched."""
    for line in text.split("\n"):
        _lexed_line(line)


def _lexed(text: str) -> list[Line]:
    from pygments.lexers import PythonLexer

    lines: list[Line] = [[]]
    at = 0
    for kind, part in PythonLexer(stripnl=False, ensurenl=False).get_tokens(text):
        name = str(kind).removeprefix("Token.")
        color = next((c for prefix, c in KINDS if name.startswith(prefix)), "")
        for i, piece in enumerate(part.split("\n")):
            if i:
                lines.append([])
                at = 0
            if color and piece:
                lines[-1].append((at, len(piece), color))
            at += len(piece)
    return lines


class Colors(QSyntaxHighlighter):
    """Colours a document. Code that is typed is coloured line by line, whatever spans them."""

    def __init__(self, document: QTextDocument, typed: bool = False) -> None:
        super().__init__(document)
        self._lines: list[Line] = []
        self._typed = typed

    def lex(self, text: str) -> None:
        """Take a new text; call before it is put into the document."""
        whole = '"""' in text or "'''" in text or "\\\n" in text
        self._lines = _lexed(text) if whole else [_lexed_line(line) for line in text.split("\n")]

    def highlightBlock(self, text: str) -> None:
        number = self.currentBlock().blockNumber()
        known = self._lines[number] if not self._typed and number < len(self._lines) else ()
        for start, length, color in _lexed_line(text) if self._typed else known:
            shape = QTextCharFormat()
            shape.setForeground(theme.color(f"syntax.{color}"))
            shape.setFontItalic(color == "comment")
            self.setFormat(start, length, shape)
