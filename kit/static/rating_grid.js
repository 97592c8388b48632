// A form of radio buttons in rows, for A and for B: the scores of a pair, or its checks. Keys set and go on; the place
// where they set is where the focus is, and nothing else remembers it.

import { make } from "./elements.js";

/** @typedef {"left" | "right"} PairSide */
/** @typedef {{id: string, label: string, hint?: string}} GridRow */
/** @typedef {{value: string | number, text: string, key: string}} GridOption */

/** The sides in the order in which they stand, with the letters that raters see. */
const GRID_SIDES = /** @type {[PairSide, string][]} */ ([["left", "A"], ["right", "B"]]);

let gridCount = 0;

export class RatingGrid {
  /**
   * @param {object} given
   * @param {GridRow[]} given.rows
   * @param {GridOption[]} given.options
   * @param {(side: PairSide, row: GridRow, index: number) => string | number | null | undefined} given.value  at first
   */
  constructor({ rows, options, value }) {
    gridCount += 1;
    this.options = options;
    /** One cell for each row and side, in reading order. @type {{row: GridRow, side: PairSide, inputs: HTMLInputElement[]}[]} */
    this.cells = [];
    const head = make("div", { class: "kit-grid-row kit-grid-head", "aria-hidden": "true" }, [
      make("span"),
      ...GRID_SIDES.map(([, letter]) => make("span", {}, [letter])),
    ]);
    this.root = make("div", { class: "kit-grid" }, [head]);
    rows.forEach((row, index) => {
      const label = make("p", { class: "kit-grid-label" }, [row.label]);
      if (row.hint) label.append(make("small", {}, [row.hint]));
      const cells = GRID_SIDES.map(([side, letter]) => this.cell(row, index, side, letter, value(side, row, index)));
      this.root.append(make("div", { class: "kit-grid-row" }, [label, ...cells]));
    });
  }

  /** @param {GridRow} row @param {number} index @param {PairSide} side @param {string} letter */
  cell(row, index, side, letter, /** @type {string | number | null | undefined} */ value) {
    const inputs = this.options.map((option) => {
      const input = make("input", {
        type: "radio",
        name: `kit-grid-${gridCount}-${index}-${side}`,
        value: String(option.value),
      });
      input.checked = option.value === value;
      return input;
    });
    this.cells.push({ row, side, inputs });
    const labels = this.options.map((option, i) =>
      make("label", { class: "kit-grid-option" }, [inputs[i], make("span", {}, [option.text])]),
    );
    return make("div", { class: "kit-grid-cell", role: "radiogroup", "aria-label": `${row.label}: clip ${letter}` }, [
      make("span", { class: "kit-grid-letter", "aria-hidden": "true" }, [letter]),
      ...labels,
    ]);
  }

  /** The index of the cell that has the focus; of the first open one, or the first, if none has it. */
  get here() {
    const root = /** @type {Document | ShadowRoot} */ (this.root.getRootNode());
    const found = this.cells.findIndex(({ inputs }) => inputs.some((input) => input === root.activeElement));
    return found >= 0 ? found : Math.max(this.firstOpen, 0);
  }

  /** The index of the first cell without a value; -1 if there is none. */
  get firstOpen() {
    return this.cells.findIndex(({ inputs }) => !inputs.some((input) => input.checked));
  }

  /** How many cells have no value. */
  get open() {
    return this.cells.filter(({ inputs }) => !inputs.some((input) => input.checked)).length;
  }

  /** @param {number} index */
  focus(index) {
    const cell = this.cells[Math.min(Math.max(index, 0), this.cells.length - 1)];
    (cell?.inputs.find((input) => input.checked) ?? cell?.inputs[0])?.focus();
  }

  /** Sets the value where the focus is, and goes on to the next cell. @param {string | number} value */
  set(value) {
    const { here } = this;
    const input = this.cells[here]?.inputs[this.options.findIndex((option) => option.value === value)];
    if (!input) return;
    input.checked = true;
    this.focus(here + 1);
  }

  /** @param {[number, number]} by  sides, rows */
  move([sides, rows]) {
    const goal = this.here + sides + GRID_SIDES.length * rows;
    if (goal >= 0 && goal < this.cells.length) this.focus(goal);
  }

  /** What is set. @returns {{row: GridRow, side: PairSide, value: string | number | null}[]} */
  read() {
    return this.cells.map(({ row, side, inputs }) => {
      const at = inputs.findIndex((input) => input.checked);
      return { row, side, value: at < 0 ? null : this.options[at].value };
    });
  }
}
