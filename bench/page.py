"""What is kept, printed and written: the goals first, then a table for each part."""

import json
import os
import re
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from rich.console import Console
from rich.markdown import Markdown

mpl.use("Agg")  # no screen is needed

import matplotlib.pyplot as plt

DATA: Final = Path("docs/benchmarks")
PAGE: Final = Path("docs/benchmarks.md")
PLOT: Final = Path("docs/plots/benchmarks.png")
MARKS: Final = re.compile(r"(<!-- begin: [^\n]*-->\n).*?(<!-- end -->)", re.DOTALL)
SIDES: Final = {
    "ours": "ours",
    "fastapi": "FastAPI + Mangum + boto3",
    "powertools": "plain Powertools + boto3",
    "boto3": "bare boto3 calls",
}
PEERS: Final = ("fastapi", "powertools")
METRICS: Final = {
    "cold start CPU": (0, 0.8, PEERS),
    "cold start wall": (0, 0.8, PEERS),
    "warm CPU": (2, 1.3, ("boto3",)),
}
"""Of a function, in ms: decimals, and the goal as a multiple of the best of these sides."""

Found = Mapping[str, Any]
Row = Sequence[str]
Section = tuple[str, Row, Sequence[Row], Sequence[Row]]
"""A table's title, heads and rows, and the goals that it answers."""


def table(title: str, heads: Row, rows: Sequence[Row]) -> str:
    """In Markdown; the first column is text."""
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows]
    return "\n".join([f"### {title}", "", *(f"| {' | '.join(line)} |" for line in lines)])


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, smallest and largest, with as many digits as can be meant."""
    named = {"median": statistics.median(values), "least": min(values), "most": max(values)}
    return {name: float(f"{value:.4g}") for name, value in named.items()}


def shown(found: Found, digits: int = 0) -> str:
    """Median, then the smallest and the largest."""
    median, least, most = (f"{found[name]:,.{digits}f}" for name in ("median", "least", "most"))
    return f"{median} ({least}–{most})"


def keep(part: str, found: Any) -> None:
    """The figures of one part, with when and how busy the machine was."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    where = {"at": now, "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    text = json.dumps({"measured": where, "found": found}, indent=1, ensure_ascii=False)
    (DATA / f"{part}.json").write_text(text + "\n")


def write(console: Console) -> None:
    """Print all tables, and put them between the marks of the page."""
    goals: list[Row] = []
    tables: list[str] = []
    measured: list[Row] = []
    for part, section in SECTIONS.items():
        if (path := DATA / f"{part}.json").exists():
            data = json.loads(path.read_text())
            measured.append([part, *map(str, data["measured"].values())])
            for title, heads, rows, own_goals in section(data["found"]):
                tables.append(table(title, heads, rows))
                goals += own_goals
    tables.insert(0, table("Goals", ("", "goal", "measured", "met"), goals))
    tables.append(table("When", ("", "measured", "cores", "load afterwards"), measured))
    if PLOT.exists():
        tables.append(f"![CPU of cold starts and warm requests](plots/{PLOT.name})")
    text = "\n\n".join(tables)
    console.print(Markdown(text))
    page, times = MARKS.subn(lambda marks: f"{marks[1]}{text}\n{marks[2]}", PAGE.read_text())
    assert times == 1, f"{PAGE} has lost its marks"
    PAGE.write_text(page)


def goal(what: str, most: float, measured: float, unit: str = "") -> Row:
    """A row of the first table."""
    met = "yes" if measured <= most else "no"
    return [what, f"≤ {most:g}{unit}", f"{measured:.3g}{unit}", met]


def functions(found: Found) -> Iterator[Section]:
    """Ours beside the better peer, and beside the calls alone."""
    draw(found)
    for metric, (digits, most, beside) in METRICS.items():
        rows = {name.partition(": ")[2]: v for name, v in found.items() if name.startswith(metric)}
        sides = [side for side in SIDES if side in rows["board"]]
        cells = [[row, *(shown(v[side], digits) for side in sides)] for row, v in rows.items()]
        goals = []
        for row, figures in rows.items():
            ratio = figures["ours"]["median"] / min(figures[side]["median"] for side in beside)
            goals.append(goal(f"{metric}, {row}, beside {' or '.join(beside)}", most, ratio, "×"))
        yield f"{metric}, ms", ("", *(SIDES[side] for side in sides)), cells, goals


def bridge(found: Found) -> Iterator[Section]:
    """Ours beside the obvious one."""
    rows, goals = [], []
    for way, sides in found.items():
        rows.append([way, *(shown(side) for side in sides.values())])
        ratio = sides["ours"]["median"] / sides["obvious"]["median"]
        what, met = (
            f"bridge messages/s {way}, beside the obvious one",
            "yes" if ratio >= 10 else "no",
        )
        goals.append([what, "≥ 10×", f"{ratio:.3g}×", met])
    yield "Bridge, messages/s", ("", *sides), rows, goals


def costs(found: Found) -> Iterator[Section]:
    """One row for each operation."""
    rows = [[name, *map(str, cost.values())] for name, cost in found["operations"].items()]
    goals = [goal("write units of a filled order", 22, found["filled_order"])]
    yield "Calls and capacity units", ("", "calls", "read units", "write units"), rows, goals


def package(found: Found) -> Iterator[Section]:
    """Its size."""
    yield (
        "Package",
        ("", "MB"),
        [[n, f"{mb:.3g}"] for n, mb in found.items()],
        [goal("package, zipped", 5, found["zipped"], " MB")],
    )


def local(found: Found) -> Iterator[Section]:
    """How long people wait on a laptop."""
    ready_s, accepted_s = found["ready_s"], found["accepted_s"]
    rows = [["`make up` until ready", f"{ready_s:.3g}"], ["POST → ACCEPTED", shown(accepted_s, 2)]]
    start = goal("start of `make up`, everything installed", 30, ready_s, " s")
    accepted = goal("POST → ACCEPTED, median", 1, accepted_s["median"], " s")
    yield "Local cloud", ("", "s"), rows, [start, accepted]


SECTIONS: Final[Mapping[str, Callable[[Found], Iterator[Section]]]] = {
    "functions": functions,
    "bridge": bridge,
    "costs": costs,
    "package": package,
    "local": local,
}


def draw(found: Found) -> None:
    """Cold starts and warm requests as bars: medians, with the spread."""
    figure, panels = plt.subplots(1, 2, figsize=(12, 4.2), layout="constrained")
    for axes, metric in zip(panels, ("cold start CPU", "warm CPU"), strict=True):
        rows = {name.partition(": ")[2]: v for name, v in found.items() if name.startswith(metric)}
        for number, side in enumerate(side for side in SIDES if side in rows["board"]):
            figures = [sides[side] for sides in rows.values()]
            medians = [f["median"] for f in figures]
            reach = [[abs(f["median"] - f[end]) for f in figures] for end in ("least", "most")]
            places = [row + number * 0.2 for row in range(len(rows))]
            axes.bar(places, medians, 0.19, yerr=reach, capsize=2, label=SIDES[side])
        axes.set_xticks([row + 0.2 for row in range(len(rows))], list(rows))
        axes.set_title(f"{metric}, ms", loc="left")
        axes.legend(frameon=False, fontsize=9)
    figure.savefig(PLOT, dpi=110, metadata={"Software": None})
