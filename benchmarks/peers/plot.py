"""Bars of wall seconds with their spread, and marks of CPU seconds: python plot.py FILE.svg < JSON.

The JSON has title, ours (the name to highlight) and panels: by title, by contestant, the rounds'
[wall, CPU] seconds.
"""

import json
import sys
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Texts stay texts, and the same figures give the same file.
mpl.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "benchmark", "font.size": 9}
OURS, OTHERS, CPU = "#1f6f8b", "#c3cbd2", "#d1495b"


def main() -> None:
    drawn = json.load(sys.stdin)
    panels = drawn["panels"]
    columns = min(2, len(panels))
    lines = -(-len(panels) // columns)
    figure = Figure(figsize=(6.2 * columns, 3.1 * lines), layout="constrained")
    figure.suptitle(drawn["title"])
    axes = figure.subplots(lines, columns, squeeze=False).flat
    for (title, contestants), axis in zip(panels.items(), axes, strict=False):
        draw(axis, title, contestants, drawn["ours"])
    for axis in list(axes):
        axis.remove()
    figure.savefig(sys.argv[1], format="svg", metadata={"Date": None})


def draw(axis: Axes, title: str, contestants: dict[str, Any], ours: str) -> None:
    names = list(contestants)
    walls = [[wall for wall, _ in contestants[name]] for name in names]
    middles = [median(each) for each in walls]
    spreads = [
        [middle - min(each) for middle, each in zip(middles, walls, strict=True)],
        [max(each) - middle for middle, each in zip(middles, walls, strict=True)],
    ]
    colours = [OURS if name == ours else OTHERS for name in names]
    axis.barh(names, middles, xerr=spreads, color=colours, ecolor="#444444", capsize=2)
    cpus = [median(cpu for _, cpu in contestants[name]) for name in names]
    axis.plot(cpus, names, "|", color=CPU, markersize=12, label="CPU s, client and server")
    axis.invert_yaxis()
    axis.set_title(title, fontsize=9, loc="left")
    axis.set_xlabel("wall s: median, smallest and largest")
    axis.spines[["top", "right"]].set_visible(False)
    # Above the bars: no place beside them is free for sure.
    place = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.1}
    axis.legend(frameon=False, fontsize=7, **place)


if __name__ == "__main__":
    main()
