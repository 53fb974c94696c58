"""What all plots look like."""

from typing import Final

import matplotlib

matplotlib.use("Agg")  # no screen is needed

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

GRID, TEXT = "#e4e7ee", "#2b3245"
SIDES: Final = {
    "ours": ("#12836f", "this system"),
    "fastapi": ("#3b4a6b", "FastAPI, Mangum, boto3's resource"),
    "powertools": ("#b4532a", "Powertools, every utility on"),
    "obvious": ("#3b4a6b", "the obvious bridge"),
}


def canvas(width: float, height: float, title: str) -> tuple[Figure, Axes]:
    """One plot with a title."""
    figure, axes = plt.subplots(figsize=(width, height), layout="constrained")
    axes.set_title(title, loc="left", color=TEXT, fontsize=12, pad=12)
    tidy(axes)
    return figure, axes


def tidy(axes: Axes) -> None:
    """Without what says nothing."""
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0, colors=TEXT)
    axes.set_axisbelow(True)
