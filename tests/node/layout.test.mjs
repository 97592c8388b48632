// Sizes on the stage, without a browser. Run: node --test tests/node
import assert from "node:assert/strict";
import { test } from "node:test";
import { clipHeight, rowsNeeded } from "../../kit/static/layout.js";

const WIDE = 16 / 9;
const stage = (width, tallest = 640) => ({ width, gap: 12, tallest });

test("two wide clips stand side by side where there is room, else one above the other", () => {
  for (const [width, rows] of [[1200, 1], [600, 1], [376, 2]]) {
    const height = clipHeight([WIDE, WIDE], stage(width));
    assert.equal(rowsNeeded([WIDE, WIDE], height, width, 12), rows, `at ${width}`);
  }
});

test("clips always fit the stage, in both directions", () => {
  const sets = [[WIDE], [WIDE, 2 / 3], [1.5, 0.577, WIDE, 0.667, 1.733], Array(6).fill(WIDE), Array(6).fill(0.5625)];
  for (const aspects of sets) {
    for (const width of [320, 376, 700, 1000, 1200, 1900]) {
      const height = clipHeight(aspects, stage(width));
      const rows = rowsNeeded(aspects, height, width, 12);
      assert.ok(height >= 1 && Math.max(...aspects) * height <= width, `${aspects} at ${width}: ${height}`);
      assert.ok(rows * height <= 640, `${aspects} at ${width}: ${rows} rows of ${height}`);
    }
  }
});

test("five mixed clips take two rows on a page rather than one row of stamps", () => {
  const aspects = [1.5, 0.577, WIDE, 0.667, 1.733];
  const height = clipHeight(aspects, stage(1100));
  assert.equal(rowsNeeded(aspects, height, 1100, 12), 2);
  assert.ok(height >= 250);
});
