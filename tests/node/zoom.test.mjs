// Pictures pixel by pixel, without a browser. Run: node --test tests/node
import assert from "node:assert/strict";
import { test } from "node:test";
import * as zoom from "../../kit/static/zoom.js";

const near = (a, b, name) => assert.ok(Math.abs(a - b) < 1e-9, `${name ?? ""} ${a} is not ${b}`);
const FRAME = { left: 20.3, top: 55.7, width: 480.5, height: 270.25 };
const RATIOS = [1, 1.25, 1.5, 2, 3];

test("a picture pixel takes as many device pixels as the zoom says", () => {
  for (const ratio of RATIOS) {
    for (const factor of [1, 2, 4]) {
      const drawn = zoom.drawnSize({ width: 1920, height: 1080 }, factor, ratio);
      near(drawn.width * ratio, 1920 * factor);
      near(drawn.height * ratio, 1080 * factor);
    }
  }
});

test("pictures stand on whole device pixels of the window, wherever the frame stands", () => {
  for (const ratio of RATIOS) {
    const drawn = zoom.drawnSize({ width: 1920, height: 1080 }, 1, ratio);
    for (let x = 0; x <= 1; x += 0.037) {
      const { left, top } = zoom.placePicture({ x, y: 1 - x }, FRAME, drawn, ratio);
      for (const edge of [(FRAME.left + left) * ratio, (FRAME.top + top) * ratio]) near(edge, Math.round(edge));
    }
  }
});

test("the point in view is in the middle of the frame, but never with an empty strip beside the picture", () => {
  const drawn = { width: 1920, height: 1080 };
  const middle = zoom.placePicture({ x: 0.5, y: 0.5 }, FRAME, drawn, 1);
  assert.ok(Math.abs(middle.left + 960 - FRAME.width / 2) <= 0.5);
  const corner = zoom.placePicture({ x: 0, y: 0 }, FRAME, drawn, 1);
  assert.ok(Math.abs(corner.left) <= 0.5 && Math.abs(corner.top) <= 0.5);
  const other = zoom.placePicture({ x: 1, y: 1 }, FRAME, drawn, 1);
  assert.ok(Math.abs(other.left + 1920 - FRAME.width) <= 0.5 && Math.abs(other.top + 1080 - FRAME.height) <= 0.5);
});

test("a picture smaller than its frame stands in the middle, wherever the view is", () => {
  for (const x of [0, 0.3, 1]) {
    const { left, top } = zoom.placePicture({ x, y: x }, FRAME, { width: 256, height: 144 }, 1);
    assert.ok(Math.abs(left + 128 - FRAME.width / 2) <= 0.5 && Math.abs(top + 72 - FRAME.height / 2) <= 0.5);
  }
});

test("the view stops where no clip can follow, so that a drag back answers at once", () => {
  const frame = { width: 400, height: 400 };
  const large = { frame, drawn: { width: 1600, height: 800 } };
  const small = { frame, drawn: { width: 800, height: 200 } };
  assert.deepEqual(zoom.keepInReach({ x: -5, y: 9 }, [small, large]), { x: 0.125, y: 0.75 });
  assert.deepEqual(zoom.keepInReach({ x: -5, y: 9 }, [small]), { x: 0.25, y: 0.5 });
  assert.deepEqual(zoom.keepInReach({ x: 0.4, y: 0.6 }, [small, large]), { x: 0.4, y: 0.6 });
});

test("a drag moves the picture under the pointer by as much as the pointer", () => {
  const drawn = { width: 1920, height: 1080 };
  const before = zoom.placePicture({ x: 0.5, y: 0.5 }, FRAME, drawn, 1);
  const after = zoom.placePicture(zoom.dragged({ x: 0.5, y: 0.5 }, { x: 37, y: -12 }, drawn), FRAME, drawn, 1);
  near(after.left - before.left, 37);
  near(after.top - before.top, -12);
});

test("what lies at a place comes to the middle, and other clips show the same relative place there", () => {
  const sizes = [{ width: 1920, height: 1080 }, { width: 1280, height: 720 }];
  const corner = zoom.placePicture(zoom.MIDDLE, FRAME, sizes[0], 1);
  const point = zoom.pointAt({ x: 100, y: 100 }, corner, sizes[0]);
  for (const drawn of sizes) {
    const { left, top } = zoom.placePicture(point, FRAME, drawn, 1);
    assert.ok(Math.abs(FRAME.width / 2 - left - point.x * drawn.width) <= 0.5, "x");
    assert.ok(Math.abs(FRAME.height / 2 - top - point.y * drawn.height) <= 0.5, "y");
  }
  near(100 - corner.left, point.x * 1920);
});

test("names of zooms", () => {
  assert.deepEqual(zoom.ZOOMS.map(zoom.zoomName), ["fit", "1:1", "2:1", "4:1"]);
});
