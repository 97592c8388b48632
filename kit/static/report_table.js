// Tables that sort by a heading: numbers as numbers, text as text, what is missing always last.

/**
 * How two cells stand to one another, smallest first; an empty one comes last either way round.
 * @param {string | null} a  what the cell is worth, null for nothing @param {string | null} b
 * @param {1 | -1} way
 */
export function compareCells(a, b, way) {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  const numbers = [a, b].map(Number);
  if (!numbers.some(Number.isNaN)) return way * (numbers[0] - numbers[1]);
  return way * a.localeCompare(b, undefined, { numeric: true });
}

/** @param {Element | undefined} cell */
function worth(cell) {
  if (!(cell instanceof HTMLElement)) return null;
  const text = cell.dataset.value ?? (cell.textContent ?? "").trim();
  return text === "" || text === "–" ? null : text;
}

/** Brings every table of the page that sorts to life. */
export function sortTables() {
  for (const table of document.querySelectorAll(".sorts table")) {
    const said = table.closest(".sorts")?.querySelector("[role=status]");
    const body = table.querySelector("tbody");
    if (!body) continue;
    const rows = [...body.rows];
    const heads = [...table.querySelectorAll("thead th")];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        // Three presses: smallest first, largest first, and the order of the page again.
        const next = now === "ascending" ? "descending" : now === "descending" ? null : "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        if (next) head.setAttribute("aria-sort", next);
        const way = next === "descending" ? -1 : 1;
        const keyed = rows.map((row) => ({ row, key: worth(row.cells[column]) }));
        if (next) keyed.sort((x, y) => compareCells(x.key, y.key, way));
        body.append(...keyed.map(({ row }) => row));
        if (said) said.textContent = next ? `Sorted by ${button.textContent?.trim()}, ${next}.` : "In the order of the page.";
      });
    });
  }
}
