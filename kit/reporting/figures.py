"""Plotly figures made fit for the page: the same bytes each time, small, in the page's own colours."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from kit.reporting.material import rows_of
from kit.reporting.numbers import number, tidy
from kit.reporting.tables import Cell, Table, column, table

if TYPE_CHECKING:
    from kit.plots import Plot

HEIGHT = 320


class Figures:
    """Collects the figures of a page under ids that do not change from one building to the next."""

    def __init__(
        self, prompts: Mapping[str, str], models: Sequence[str], dimensions: Mapping[str, str]
    ) -> None:
        """`prompts` and `dimensions`: titles by id. Tables follow the order of `prompts` and `models`."""
        self._prompts, self._models, self._dimensions = dict(prompts), list(models), dict(dimensions)
        self.data: dict[str, dict[str, Any]] = {}

    def add(self, plot: "Plot", key: str, *, table: Table | None = None) -> dict[str, Any]:
        """Keep the plot's figure as `plot-KEY`; returns what the template and NAME.json need of it.

        `table` stands beside it in place of one made from the plot's own.
        """
        name = f"plot-{key}"
        if name in self.data:
            raise ValueError(f"two plots of the page are called {name}")
        figure = json.loads(plot.figure.to_json())
        layout = figure.get("layout", {})
        # The template is several kB a figure and sets colours that the page sets itself; the title is a heading.
        layout.pop("template", None)
        layout.pop("title", None)
        height = int(layout.get("height") or HEIGHT)
        margin = {"l": 8, "r": 8, "t": 24, "b": 8} | {
            k: v for k, v in (layout.get("margin") or {}).items() if k != "t"
        }
        figure["layout"] = {**layout, "height": height, "autosize": True, "margin": margin}
        self.data[name] = rounded(figure)
        return {
            "id": name,
            "title": plot.title,
            "caption": plot.caption,
            "alt": plot.alt,
            "height": height,
            "table": table or self._table(plot.table),
        }

    def _table(self, frame: pd.DataFrame) -> Table | None:
        if frame.empty:
            return None
        if {"prompt_id", "model", "take"} <= set(frame.columns):
            return side_by_side(frame, self._prompts, self._models)
        return rates_table(frame, self._dimensions)


def rounded(value: Any) -> Any:
    """The same figure with every float at six significant digits."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return tidy(value) if isinstance(value, float) else value


def rates_table(frame: pd.DataFrame, titles: Mapping[str, str]) -> Table:
    """The table of `win_plot`: a win rate with its interval and count for each dimension and pair."""
    rows = rows_of(frame)
    many = len({(row.model_a, row.model_b) for row in rows}) > 1
    listed: list[list[Cell]] = []
    for row in rows:
        rate = number(row.win_rate, "rate", low=row.low, high=row.high, n=int(row.n_votes), source="votes")
        pair: list[Cell] = [f"{row.model_a} against {row.model_b}"] if many else []
        listed.append([titles.get(row.dimension, row.dimension), *pair, rate, number(row.n_votes, "count")])
    first = "the first" if many else str(rows[0].model_a)
    columns = [column("dimension", "Dimension"), *([column("pair", "Pair")] if many else [])]
    columns += [column("rate", f"Win rate of {first}", "number"), column("votes", "Votes", "number")]
    return table("Win rates with their 95% intervals", columns, listed)


def side_by_side(frame: pd.DataFrame, prompts: Mapping[str, str], order: Sequence[str]) -> Table:
    """One row a clip becomes one row a prompt and take, with a column a model."""
    value = next(name for name in ("value", "seconds", "cost_usd") if name in frame.columns)
    unit = {"seconds": "s", "cost_usd": "usd"}.get(value, "")
    if "unit" in frame.columns and frame["unit"].notna().any():
        unit = str(frame["unit"].dropna().iloc[0])
    models = [m for m in order if m in set(frame["model"])]
    takes = len(set(frame["take"])) > 1
    place = {prompt: i for i, prompt in enumerate(prompts)}
    found: dict[tuple[str, int], dict[str, list[Any]]] = {}
    for row in rows_of(frame):
        found.setdefault((row.prompt_id, int(row.take)), {}).setdefault(row.model, []).append(row)
    rows: list[list[Cell]] = []
    for prompt, take in sorted(found, key=lambda k: (place.get(k[0], len(place)), k[1])):
        cells = [_several(found[prompt, take].get(m, []), value, unit) for m in models]
        title = prompts.get(prompt, prompt)
        rows.append([f"{title}, take {take}" if takes else title, *cells])
    columns = [column("prompt", "Prompt"), *(column(f"m{i}", m, "number") for i, m in enumerate(models))]
    words = {"s": "seconds", "usd": "US dollars"}.get(unit, unit)
    return table(f"By prompt, in {words}" if words else "By prompt", columns, rows)


def _several(rows: list[Any], value: str, unit: str) -> Cell:
    if len(rows) == 1:
        clip = getattr(rows[0], "clip", None)
        return number(
            getattr(rows[0], value),
            unit,
            bare=True,
            source=f"clip {clip[:12]}" if isinstance(clip, str) else None,
        )
    return ", ".join(number(getattr(row, value), unit, bare=True)["text"] for row in rows) or None
