"""`icons`: the theme's icon font, cut down to the icons that the site shows.

The theme draws each icon twice over: with a script of half a megabyte that holds all icons there are, and with fonts
whose classes stand in its style sheet. The script is taken out, and of the fonts only the glyphs in use are kept.
"""

import re
from pathlib import Path

from fontTools.subset import main as subset

SCRIPT = re.compile(r"\s*<script[^>]*scripts/fontawesome\.js[^>]*></script>")
RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
GLYPH = re.compile(r"\\(f[0-9a-f]{3})\b|([\uf000-\uf8ff])")
"""An icon in a style sheet, by its code point or as the character itself."""

CLASS = re.compile(r"\.fa-([a-z0-9-]+)")
USED = re.compile(r"\bfa-([a-z0-9-]+)")


def trim(site: Path) -> str:
    """Takes the script out of every page and cuts the fonts; what was kept, in words."""
    pages = sorted(site.glob("*.html")) + [
        page for folder in ("book", "chapters") for page in (site / folder).rglob("*.html")
    ]
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    for page, text in texts.items():
        page.write_text(SCRIPT.sub("", text), encoding="utf-8")
    (site / "_static/scripts/fontawesome.js").unlink(missing_ok=True)
    shown = {name for text in texts.values() for name in USED.findall(text)}
    glyphs = used_glyphs(site / "_static", shown)
    for font in (site / "_static/vendor/fontawesome/webfonts").glob("*"):
        cut(font, glyphs)
    return f"{len(glyphs)} icons kept"


def used_glyphs(static: Path, shown: set[str]) -> list[str]:
    """The code points of the icons that pages name, and of those that style sheets put in by themselves."""
    found: set[str] = set()
    for sheet in static.rglob("*.css"):
        for selector, body in RULE.findall(sheet.read_text(encoding="utf-8")):
            names = set(CLASS.findall(selector))
            if not names or names & shown:
                found.update(code or f"{ord(character):x}" for code, character in GLYPH.findall(body))
    return sorted(found)


def cut(font: Path, glyphs: list[str]) -> None:
    """Leaves only these glyphs in a font; the older form of it, which no current browser asks for, goes."""
    if font.suffix != ".woff2":
        font.unlink()
        return
    smaller = font.with_suffix(".cut")
    subset([str(font), f"--unicodes={','.join(glyphs)}", "--flavor=woff2", f"--output-file={smaller}"])
    smaller.replace(font)
