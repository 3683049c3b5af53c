"""Colours of figures: a palette that colour-blind readers can tell apart, and mixtures with white."""

from __future__ import annotations

from matplotlib.patheffects import withStroke

# Okabe and Ito's colours.
BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY)
INK, GREY, FAINT = "#1a1a1a", "#5f5f5f", "#d9d9d9"
HALO = [withStroke(linewidth=2.2, foreground="white")]  # of words that lie on lines


def light(colour: str, part: float) -> tuple[float, float, float]:
    """A colour mixed with white. Transparent colours print badly."""
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (1 - part * (1 - channel) for channel in channels)
    return red, green, blue
