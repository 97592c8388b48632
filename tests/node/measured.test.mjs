// Numbers of the charts, without a browser. Run: node --test tests/node
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  PLOT_HEIGHT,
  curvePath,
  niceTicks,
  plotRange,
  plotY,
  showNumber,
  unpackCurve,
  unpackNumbers,
  valueAt,
} from "../../kit/static/measured.js";

const pack = (...steps) => Buffer.from(new Uint8Array(new Uint16Array(steps).buffer)).toString("base64");
const curve = (times, values) => ({
  times: Float64Array.from(times),
  values: Float64Array.from(values),
  low: Math.min(...values),
  high: Math.max(...values),
  median: 0,
});

test("packed numbers lie between their ends", () => {
  assert.deepEqual([...unpackNumbers({ low: -1, high: 1, v: pack(0, 65535) })], [-1, 1]);
  const [middle] = unpackNumbers({ low: 0, high: 65535, v: pack(258) });
  assert.equal(middle, 258);
  assert.equal(unpackNumbers({ low: 0, high: 1, v: "" }).length, 0);
});

test("a curve has its times from one distance, or given", () => {
  const even = unpackCurve({ metric: "m", low: 0, high: 2, median: 1, v: pack(0, 0, 65535), start: 0.5, step: 0.25 });
  assert.deepEqual([...even.times], [0.5, 0.75, 1]);
  assert.deepEqual([...even.values], [0, 0, 2]);
  const gaps = Buffer.from([1, 4, 200]).toString("base64");
  const cut = unpackCurve({ metric: "m", low: 0, high: 2, median: 1, v: pack(0, 0, 65535), start: 0.5, step: 0.25, gaps });
  assert.deepEqual([...cut.times], [0.75, 1.75, 51.75]);
  const times = { low: 1, high: 3, v: pack(0, 65535) };
  const given = unpackCurve({ metric: "m", low: 0, high: 2, median: 1, v: pack(65535, 0), times });
  assert.deepEqual([...given.times], [1, 3]);
});

test("the value at a moment is the nearest, and none far outside", () => {
  const line = curve([1, 2, 3, 4], [10, 20, 30, 40]);
  for (const [time, value] of [[1, 10], [1.4, 10], [1.6, 20], [3.9, 40], [0.5, 10], [4.9, 40], [-0.1, null], [5.2, null]]) {
    assert.equal(valueAt(line, time), value, `at ${time}`);
  }
  assert.equal(valueAt(curve([0.2], [7]), 0.21), 7);
  assert.equal(valueAt(curve([0.2], [7]), 0.4), null);
  assert.equal(valueAt(curve([], []), 0), null);
});

test("a range holds all curves, is never empty, and adds nothing below zero", () => {
  const [low, high] = plotRange([{ low: 2, high: 4 }, { low: 1, high: 3 }]);
  assert.ok(low < 1 && low >= 0 && high > 4);
  for (const flat of [0, 5, -3, 1e-9]) {
    const [from, to] = plotRange([{ low: flat, high: flat }]);
    assert.ok(from <= flat && to > flat && to > from, `flat at ${flat}`);
  }
  assert.equal(plotRange([{ low: 0, high: 1 }])[0], 0);
  assert.ok(plotRange([{ low: -1, high: 1 }])[0] < -1);
});

test("ticks are round, inside the range and few", () => {
  assert.deepEqual(niceTicks(0, 5.04, 7), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(niceTicks(0.1, 0.35, 3), [0.1, 0.2, 0.3]);
  for (const [low, high] of [[0, 1e-6], [320, 515], [-0.4, 0.9], [0.97, 0.9999], [1e6, 3e7]]) {
    const ticks = niceTicks(low, high, 3);
    assert.ok(ticks.length >= 1 && ticks.length <= 3, `${low} to ${high}: ${ticks}`);
    assert.ok(ticks.every((tick) => tick >= low - 1e-9 && tick <= high + 1e-9));
  }
  assert.deepEqual(niceTicks(1, 1, 3), []);
});

test("a path goes from top to bottom as values fall", () => {
  assert.equal(plotY(4, [0, 4]), 0);
  assert.equal(plotY(0, [0, 4]), PLOT_HEIGHT);
  assert.equal(curvePath(curve([0, 0.5], [4, 0]), [0, 4]), "M0.0000 0.00L0.5000 100.00");
  assert.match(curvePath(curve([1], [2]), [0, 4]), /^M1\.0000 50\.00h/);
});

test("numbers are short", () => {
  const shown = [[0, "0"], [0.02444, "0.0244"], [387.4, "387"], [1.5, "1.5"], [2e7, "2.00e+7"], [1.82e-6, "1.82e-6"], [null, "–"], [NaN, "–"]];
  for (const [value, text] of shown) assert.equal(showNumber(value), text);
});
