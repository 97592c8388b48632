// Charts of what was measured of each frame, with a cursor that follows the time. Drawn when they are opened and when
// the clips in view change; while clips play only cursors move, and a few numbers a second are written.

import { make, makeSvg } from "./elements.js";
import { PLOT_HEIGHT, curvePath, niceTicks, plotRange, plotY, showNumber, unpackCurve, valueAt } from "./measured.js";
import { timeText } from "./timing.js";
import { buildOverlay } from "./track.js";

/** Milliseconds between two writings of the numbers at the cursor. */
const READ_EVERY = 120;

/** @typedef {import("./measured.js").PackedCurve} PackedCurve */
/** @typedef {{letter: string, name: string, index: number}} ChartClip  `index`: place in `data.clips` */
/** @typedef {{label: string, unit?: string, version?: number}} About */
/** @typedef {import("./timeline.js").Moment} Moment */

/**
 * @param {object} options
 * @param {{metrics: Record<string, About>, clips: {curves: PackedCurve[]}[]}} options.data
 * @param {string} options.id  unique in the page
 * @param {(area: HTMLElement) => void} options.canSeek  makes an area go to the moment that is pointed at
 * @param {() => Moment} options.now
 * @returns {null | ReturnType<typeof chartPanel>}  null where nothing was measured over time
 */
export function buildCharts({ data, id, canSeek, now }) {
  // In the order of the curves, which is the registry's.
  const metrics = new Set(data.clips.flatMap(({ curves }) => curves.map(({ metric }) => metric)));
  return metrics.size === 0 ? null : chartPanel({ data, metrics: [...metrics], id, canSeek, now });
}

/** @param {About} about */
const titleOf = ({ label, unit }) => (unit ? `${label}, ${unit}` : label);

/**
 * @param {object} options
 * @param {{metrics: Record<string, About>, clips: {curves: PackedCurve[]}[]}} options.data
 * @param {string[]} options.metrics  those with curves
 * @param {string} options.id
 * @param {(area: HTMLElement) => void} options.canSeek
 * @param {() => Moment} options.now
 */
function chartPanel({ data, metrics, id, canSeek, now }) {
  const chosen = new Set([metrics[0]]);
  /** @type {ChartClip[]} */
  let clips = [];
  /** @type {ReturnType<typeof drawPlot>[]} */
  let plots = [];
  let drawnFor = 0;
  let writtenAt = 0;
  let waiting = 0;

  const buttons = metrics.map((metric) => {
    const button = make("button", { type: "button", "aria-pressed": String(chosen.has(metric)) }, [
      data.metrics[metric].label,
    ]);
    button.addEventListener("click", () => {
      if (!chosen.delete(metric)) chosen.add(metric);
      button.setAttribute("aria-pressed", String(chosen.has(metric)));
      draw();
    });
    return button;
  });
  const body = make("div", { class: "kit-plots" });
  const root = make("details", { class: "kit-charts" }, [
    make("summary", {}, ["Measurements over time"]),
    make("div", { class: "kit-metrics", role: "group", "aria-label": "Measurements shown" }, buttons),
    body,
  ]);
  root.addEventListener("toggle", () => draw());

  function draw() {
    plots = [];
    body.replaceChildren();
    if (!root.open) return;
    const { duration } = now();
    drawnFor = duration;
    plots = metrics.filter((metric) => chosen.has(metric)).flatMap((metric) => {
      const curves = clips.flatMap((clip) => {
        const packed = data.clips[clip.index]?.curves.find((curve) => curve.metric === metric);
        return packed ? [{ clip, packed, curve: unpackCurve(packed) }] : [];
      });
      return curves.length > 0 ? [drawPlot(data.metrics[metric], curves, duration, canSeek)] : [];
    });
    body.append(...plots.map((plot) => plot.root));
    if (plots.length > 0) body.append(timeAxis(duration), numberTable(plots, `${id}-numbers`));
    else body.append(make("p", { class: "kit-none" }, ["Nothing chosen, or nothing measured of these clips."]));
    move();
    write();
  }

  function move() {
    const { time, duration, stretch = null } = now();
    for (const { overlay } of plots) {
      overlay.move(duration ? Math.min(1, time / duration) : 0);
      overlay.mark(stretch);
    }
  }

  function write() {
    clearTimeout(waiting);
    waiting = 0;
    writtenAt = performance.now();
    for (const plot of plots) plot.write(now());
  }

  return {
    root,
    /** @param {ChartClip[]} list  those in view */
    setClips(list) {
      clips = list;
      draw();
    },
    /** @param {Moment} moment  the one that `now` gives */
    render({ duration }) {
      if (!root.open) return;
      if (duration !== drawnFor) {
        draw();
        return;
      }
      move();
      const rest = READ_EVERY - (performance.now() - writtenAt);
      if (rest <= 0) write();
      else if (!waiting) waiting = window.setTimeout(write, rest);
    },
    remove() {
      clearTimeout(waiting);
    },
  };
}

/** @typedef {{clip: ChartClip, packed: PackedCurve, curve: import("./measured.js").Curve}} Drawn */

/**
 * One metric: its title with the values at the cursor, and the plot.
 * @param {About} about
 * @param {Drawn[]} drawn
 * @param {number} duration
 * @param {(area: HTMLElement) => void} canSeek
 */
function drawPlot(about, drawn, duration, canSeek) {
  const range = plotRange(drawn.map(({ curve }) => curve));
  const ticks = niceTicks(...range, 3);
  const wide = duration || 1;
  const grid = ticks.map((tick) => {
    const y = plotY(tick, range).toFixed(2);
    return makeSvg("path", { class: "kit-grid", d: `M0 ${y}H${wide}` });
  });
  const lines = drawn.map(({ clip, curve }) =>
    makeSvg("path", { class: `kit-curve kit-curve-${clip.index}`, d: curvePath(curve, range) }),
  );
  const picture = makeSvg(
    "svg",
    { viewBox: `0 0 ${wide} ${PLOT_HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    [...grid, ...lines],
  );
  const scale = ticks.map((tick) => {
    const label = make("span", { class: "kit-tick", "aria-hidden": "true" }, [showNumber(tick)]);
    label.style.top = `${plotY(tick, range)}%`;
    return label;
  });
  const readings = drawn.map(({ clip, packed }) => {
    const value = make("b");
    const differs = packed.version === undefined ? "" : ` (version ${packed.version})`;
    const root = make("span", { class: "kit-reading" }, [swatch(clip.index), `${clip.letter}${differs} `, value]);
    root.title = clip.name;
    return { root, value };
  });
  const overlay = buildOverlay();
  const area = make("div", { class: "kit-plot kit-track", tabindex: "0", role: "slider" }, [
    picture,
    overlay.root,
  ]);
  canSeek(area);
  area.setAttribute("aria-label", `Time, on ${about.label}`);
  area.setAttribute("aria-valuemin", "0");
  area.setAttribute("aria-valuemax", String(Number(wide.toFixed(3))));
  const title = make("p", { class: "kit-plot-title" }, [make("span", {}, [titleOf(about)]), ...readings.map((r) => r.root)]);
  return {
    root: make("div", { class: "kit-chart" }, [title, make("div", { class: "kit-row" }, [make("div", { class: "kit-scale" }, scale), area])]),
    about,
    drawn,
    overlay,
    /** Writes the values at the cursor. @param {Moment} moment */
    write({ time, shown, duration }) {
      const said = drawn.map(({ clip, curve }, i) => {
        const text = showNumber(valueAt(curve, time));
        readings[i].value.textContent = text;
        return `${clip.letter} ${text === "–" ? "nothing" : text}`;
      });
      area.setAttribute("aria-valuenow", String(Number(time.toFixed(3))));
      area.setAttribute("aria-valuetext", `${timeText(shown, duration)}: ${said.join(", ")}`);
    },
  };
}

/** A clip's line in small, so that the letter says which line is its. @param {number} index */
function swatch(index) {
  return makeSvg("svg", { class: "kit-swatch", viewBox: "0 0 26 8", "aria-hidden": "true" }, [
    makeSvg("path", { class: `kit-curve kit-curve-${index}`, d: "M0 4H26" }),
  ]);
}

/** @param {number} duration */
function timeAxis(duration) {
  const ticks = niceTicks(0, duration, 7).map((tick, i) => {
    const label = make("span", {}, [`${Number(tick.toPrecision(6))}${i === 0 ? " s" : ""}`]);
    label.style.left = `${(100 * tick) / (duration || 1)}%`;
    return label;
  });
  return make("div", { class: "kit-row", "aria-hidden": "true" }, [
    make("span"),
    make("div", { class: "kit-axis" }, ticks),
  ]);
}

/**
 * What the plots say, for those who do not see them.
 * @param {{about: About, drawn: Drawn[]}[]} plots
 * @param {string} id
 */
function numberTable(plots, id) {
  const head = ["Clip", "Lowest", "Median", "Highest", "Values"];
  const bodies = plots.map(({ about, drawn }) =>
    make("tbody", {}, [
      make("tr", {}, [make("th", { colspan: String(head.length), scope: "rowgroup" }, [titleOf(about)])]),
      ...drawn.map(({ clip, packed, curve }) => {
        const cells = [curve.low, curve.median, curve.high].map(showNumber);
        const count = String(packed.of ?? curve.values.length);
        return make("tr", {}, [
          make("th", { scope: "row" }, [clip.letter]),
          ...[...cells, count].map((text) => make("td", {}, [text])),
        ]);
      }),
    ]),
  );
  const cut = plots.some(({ drawn }) => drawn.some(({ packed }) => packed.of !== undefined));
  const caption = `Over the whole clip${cut ? "; long lines are drawn by their lowest and highest values" : ""}`;
  return make("div", { class: "kit-numbers", id, role: "region", "aria-label": "Measurements as a table", tabindex: "0" }, [
    make("table", {}, [
      make("caption", {}, [caption]),
      make("thead", {}, [make("tr", {}, head.map((text) => make("th", { scope: "col" }, [text])))]),
      ...bodies,
    ]),
  ]);
}
