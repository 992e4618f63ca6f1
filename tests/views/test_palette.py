"""Colours stay apart for readers who see fewer of them, and stand out from both papers."""

from __future__ import annotations

from itertools import combinations

import pytest

from ecslite.views.palette import BLUE, GREEN, MUTED, PURPLE, VERMILION, contrast, rgb

COLOURS = {"blue": BLUE, "vermilion": VERMILION, "green": GREEN, "purple": PURPLE}
PAPERS = {"white": "#FFFFFF", "the theme's dark": "#14181E"}

# What a dichromat sees of linear red, green and blue [Viénot, Brettel and Mollon 1999].
SEEN = {
    "full sight": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.11238, 0.88762, 0), (0.11238, 0.88762, 0), (0.00401, -0.00401, 1)),
    "deuteranopia": ((0.29275, 0.70725, 0), (0.29275, 0.70725, 0), (-0.02234, 0.02234, 1)),
}

JUST_APART = 20
"""CIE76 distance; 2.3 is just noticeable side by side, and thin lines need about ten times that."""


def seen(colour, matrix):
    linear = [(part / 255) ** 2.2 for part in rgb(colour)]
    return [max(0.0, min(1.0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in matrix]


def lab(linear):
    """CIE L*a*b* of linear sRGB, white point D65."""
    red, green, blue = linear
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    f = [value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116 for value in (x, y, z)]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def distance(one, other, matrix):
    pairs = zip(lab(seen(one, matrix)), lab(seen(other, matrix)), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


@pytest.mark.parametrize("sight", SEEN)
@pytest.mark.parametrize("pair", list(combinations(COLOURS, 2)), ids="-".join)
def test_two_colours_stay_apart(pair, sight):
    assert distance(COLOURS[pair[0]], COLOURS[pair[1]], SEEN[sight]) > JUST_APART


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("colour", [*COLOURS.values(), MUTED])
def test_a_line_stands_out_from_the_paper(colour, paper):
    assert contrast(colour, PAPERS[paper]) >= 3


def test_black_on_white_is_the_greatest_contrast():
    assert round(contrast("#000000", "#FFFFFF"), 6) == 21
