"""The board's colours are the figures' colours."""

from __future__ import annotations

import re

from ecslite.views import palette
from ecslite.widgets import assets


def test_the_style_sheet_has_the_palettes_colours():
    said = dict(re.findall(r"--ecs-(blue|vermilion|green|purple): (#\w{6});", assets.css()))
    assert said == {name: getattr(palette, name.upper()).lower() for name in ("blue", "vermilion", "green", "purple")}
