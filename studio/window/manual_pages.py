"""The help pages: one per layer, made from its record, and one per stage. All are files of the program."""

from dataclasses import dataclass
from functools import cache

import resources
from studio.text import tr

STAGES = ("start", "data", "define", "compile", "fit", "evaluate", "predict", "export")
FIRST = "stage/start"


@dataclass(frozen=True, slots=True)
class HelpPage:
    """One page. topic: "layer/dense" or "stage/fit". words: other names it is found by. text: Markdown."""

    topic: str
    title: str
    about: str
    words: str
    text: str

    @property
    def kind(self) -> str:
        """What it is a page of: "stage" or "layer"."""
        return self.topic.partition("/")[0]


@cache
def pages() -> dict[str, HelpPage]:
    """Return topic -> page: the stages in their order, then the layers by name."""
    found = [
        _page(f"stage/{name}", resources.file("help", "stages", f"{name}.md").read_text("utf-8")) for name in STAGES
    ]
    files = [f for f in resources.file("help", "layers").iterdir() if f.name.endswith(".md")]
    layers = [_page(f"layer/{f.name.removesuffix('.md')}", f.read_text("utf-8")) for f in files]
    return {p.topic: p for p in (*found, *sorted(layers, key=lambda p: p.title.lower()))}


def found(query: str) -> list[HelpPage]:
    """Return the pages that have all words of a query: by title first, then by other names, then by their text."""
    words = query.lower().split()
    ranked = [(rank, i, p) for i, p in enumerate(pages().values()) if (rank := _rank(p, words)) is not None]
    return [p for _, _, p in sorted(ranked, key=lambda item: item[:2])]


def _rank(page: HelpPage, words: list[str]) -> int | None:
    title, names, text = page.title.lower(), page.words.lower(), page.text.lower()
    if not all(w in text for w in words):
        return None
    if not words:
        return 0
    if title.startswith("".join(words)):
        return 0
    return 1 if all(w in title for w in words) else 2 if all(w in title or w in names for w in words) else 3


def _page(topic: str, text: str) -> HelpPage:
    lines = [line for line in text.splitlines() if line.strip()]
    names = next((line for line in lines if line.startswith(ALSO)), "")
    return HelpPage(topic, lines[0].removeprefix("# "), lines[1], names.removeprefix(ALSO), text)


ALSO = "Also found as:"


def nearest(topic: str) -> str:
    """Return the topic of a page that exists: the asked one, else the first."""
    return topic if topic in pages() else FIRST


def heading(kind: str) -> str:
    """Return the heading of a kind of page in the list."""
    return tr("Stages") if kind == "stage" else tr("Layers")
