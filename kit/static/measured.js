// Measurements over time, as numbers: unpacking, reading off, scales and paths. Pure.
//
// kit/player_data.py packs them and says what each part means.

/** @typedef {{low: number, high: number, v: string}} Packed */

/**
 * @typedef {object} PackedCurve
 * @property {string} metric
 * @property {number} low
 * @property {number} high
 * @property {number} median
 * @property {string} v
 * @property {number} [start]
 * @property {number} [step]
 * @property {string} [gaps]
 * @property {Packed} [times]
 * @property {number} [version]
 * @property {number} [of]
 */

/** @typedef {{times: Float64Array, values: Float64Array, low: number, high: number, median: number}} Curve */

/** The height of a plot in the units of its paths. */
export const PLOT_HEIGHT = 100;

/** @param {Packed} packed @returns {Float64Array} */
export function unpackNumbers({ low, high, v }) {
  const text = atob(v);
  const numbers = new Float64Array(text.length >> 1);
  for (let i = 0; i < numbers.length; i += 1) {
    const share = (text.charCodeAt(2 * i) + 256 * text.charCodeAt(2 * i + 1)) / 65535;
    numbers[i] = low + share * (high - low);
  }
  return numbers;
}

/** @param {PackedCurve} packed @returns {Curve} */
export function unpackCurve(packed) {
  const { low, high, median } = packed;
  const values = unpackNumbers(packed);
  const { start = 0, step = 0 } = packed;
  const gaps = packed.gaps === undefined ? null : atob(packed.gaps);
  let place = 0;
  const placeOf = (/** @type {number} */ i) => (gaps === null ? i : (place += gaps.charCodeAt(i)));
  const times = packed.times ? unpackNumbers(packed.times) : values.map((_, i) => start + placeOf(i) * step);
  return { times, values, low, high, median };
}

/**
 * The measured value nearest to a time.
 * @param {Curve} curve
 * @param {number} time
 * @returns {number | null}  null where the curve has nothing near: before its first and after its last value
 */
export function valueAt({ times, values }, time) {
  const count = times.length;
  if (count === 0) return null;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < time) low = middle + 1;
    else high = middle;
  }
  const nearest = low > 0 && time - times[low - 1] <= times[low] - time ? low - 1 : low;
  // The first value of what is measured between two frames stands at the second.
  const reach = count > 1 ? (1.01 * (times[count - 1] - times[0])) / (count - 1) : 0.05;
  const outside = time < times[0] - reach || time > times[count - 1] + reach;
  return outside ? null : values[nearest];
}

/**
 * The scale of a plot: a range with room for all curves, never empty.
 * @param {{low: number, high: number}[]} curves
 * @returns {[number, number]}
 */
export function plotRange(curves) {
  const low = Math.min(...curves.map((curve) => curve.low));
  const high = Math.max(...curves.map((curve) => curve.high));
  const room = 0.06 * (high - low) || 0.05 * Math.abs(high) || 1;
  // A measurement that is never below zero gets no axis below zero.
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

/**
 * Round numbers inside a range, at most so many.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
export function niceTicks(low, high, most) {
  const span = high - low;
  if (!(span > 0)) return [];
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  for (const factor of [1, 2, 5, 10, 20]) {
    const step = factor * power;
    const first = Math.ceil(low / step - 1e-9);
    const last = Math.floor(high / step + 1e-9);
    if (last - first + 1 <= most) {
      return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
    }
  }
  return [];
}

/** @param {number} value @param {[number, number]} range @returns {number} from the top, of PLOT_HEIGHT */
export function plotY(value, [low, high]) {
  return PLOT_HEIGHT * (1 - (value - low) / (high - low));
}

/**
 * A curve as the path of an SVG whose x is seconds.
 * @param {Curve} curve
 * @param {[number, number]} range
 */
export function curvePath({ times, values }, range) {
  let path = "";
  times.forEach((time, i) => {
    path += `${i === 0 ? "M" : "L"}${time.toFixed(4)} ${plotY(values[i], range).toFixed(2)}`;
  });
  // A single value would be a path without length, which is not drawn.
  return times.length === 1 ? `${path}h0.02` : path;
}

/** @param {number | null} value @returns {string} three significant digits, "–" for nothing */
export function showNumber(value) {
  if (value === null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-4)) return value.toExponential(2);
  return size >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
