"""Help pages as rich text: the little Markdown that they are written in, in the colours of the theme."""

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape

from studio import theme

Inline = Callable[[str], str]
CODE = re.compile(r"`([^`]+)`")


def rich(text: str, links: Mapping[str, str]) -> str:
    """Return a page as rich text. links: names that lead to another page -> its topic."""
    names = "|".join(sorted(map(re.escape, links), key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w`])({names})(?![\w`])") if names else None

    def inline(words: str) -> str:
        shown = escape(words, quote=False)
        if pattern is not None:
            shown = pattern.sub(lambda m: f'<a href="{links[m[1]]}">{m[1]}</a>', shown)
        return CODE.sub(r"<code>\1</code>", shown)

    parts = [_block(block, inline) for block in re.split(r"\n\s*\n", text.strip("\n"))]
    return f"<style>{_css()}</style>{''.join(parts)}"


def _block(block: str, inline: Inline) -> str:
    if block.startswith("# "):
        return f"<h1>{escape(block[2:])}</h1>"
    if block.startswith("    "):
        fill = theme.color("bg.subtle").name()
        frame = f'<table width="100%" bgcolor="{fill}" cellpadding="10">'
        return f"{frame}<tr><td class='formula'><code>{escape(block.strip())}</code></td></tr></table>"
    if block.startswith("|"):
        return f'<table cellspacing="0" cellpadding="0">{"".join(_rows(block, inline))}</table>'
    return f"<p>{inline(' '.join(block.split()))}</p>"


def _rows(block: str, inline: Inline) -> Iterator[str]:
    for i, line in enumerate(block.splitlines()):
        if i == 1:
            continue  # the rule under the head
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        kind = "th" if i == 0 else "td"
        yield "<tr>" + "".join(f"<{kind}>{inline(c)}</{kind}>" for c in cells) + "</tr>"


def _css() -> str:
    text, soft, link, line = (
        theme.color(t).name() for t in ("text.primary", "text.secondary", "accent.text", "border.soft")
    )
    body, mono = theme.font(13).family(), theme.font(12, mono=True).family()
    rule = f"border-bottom-width: 1px; border-bottom-style: solid; border-bottom-color: {line};"
    plain = f"font-family: '{body}'; font-weight: 400; color: {text};"
    rules = {
        "p": f"{plain} font-size: 13px; line-height: 135%; margin: 10px 0 10px 0;",
        "h1": f"{plain} font-size: 20px; font-weight: 600; margin: 6px 0 6px 0;",
        "a": f"color: {link}; text-decoration: none;",
        "code": f"font-family: '{mono}'; font-size: 12px; color: {text};",
        "th": f"{plain} font-size: 11px; color: {soft}; text-align: left; padding: 5px 18px 5px 0; {rule}",
        "td": f"{plain} font-size: 12px; padding: 6px 18px 6px 0; {rule}",
        "td.formula": "border-bottom-width: 0px; padding: 10px;",
    }
    return "".join(f"{name} {{ {rule} }}" for name, rule in rules.items())
