"""Icons: the script goes, and the font keeps what pages and style sheets show."""

from __future__ import annotations

from book.icons import SCRIPT, used_glyphs
from book.paths import HTML


def test_the_script_is_found_whatever_its_address():
    page = '<p>a</p>\n  <script defer src="../_static/scripts/fontawesome.js?digest=55c26ed4"></script>\n<p>b</p>'

    assert SCRIPT.sub("", page) == "<p>a</p>\n<p>b</p>"


def test_icons_are_kept_where_a_page_names_them_or_a_style_sheet_puts_them_in(tmp_path):
    rules = '.fa-bars{--fa:"\\f0c9"}.fa-car{--fa:"\\f1b9"}.admonition{content:"\\f0eb"}.warning{content:"\uf071"}'
    (tmp_path / "theme.css").write_text(rules, encoding="utf-8")

    assert used_glyphs(tmp_path, {"bars", "lg"}) == ["f071", "f0c9", "f0eb"]


def test_the_built_site_ships_no_icon_that_it_does_not_show():
    fonts = list((HTML / "_static/vendor/fontawesome/webfonts").glob("*"))

    assert fonts
    assert sum(font.stat().st_size for font in fonts) < 20_000
    assert not (HTML / "_static/scripts/fontawesome.js").exists()
    assert "fontawesome.js" not in (HTML / "chapters/services.html").read_text(encoding="utf-8")
