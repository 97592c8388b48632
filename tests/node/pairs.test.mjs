// Which clips can be laid over one another, without a browser. Run: node --test tests/node
import assert from "node:assert/strict";
import { test } from "node:test";
import { fits, nextPlaying, overlayFault, sameShape, settlePair } from "../../kit/static/pairs.js";

const size = (width, height) => ({ width, height });
const clips = (...shapes) =>
  shapes.map(([width, height, broken = false], i) => ({ letter: "ABCDEF"[i], size: size(width, height), broken }));

test("shapes are equal up to a codec's padding, not up to a visible stretch", () => {
  assert.ok(sameShape(size(1920, 1080), size(1280, 720)));
  assert.ok(sameShape(size(1920, 1088), size(1280, 720)));
  assert.ok(sameShape(size(1360, 752), size(1280, 720)));
  assert.ok(!sameShape(size(832, 480), size(720, 480)));
  assert.ok(!sameShape(size(1370, 752), size(1280, 720)));
  assert.ok(!sameShape(size(480, 720), size(720, 480)));
});

test("the first two clips of one shape are the pair as long as nobody chose", () => {
  assert.deepEqual(settlePair(clips([720, 480], [256, 144], [480, 720], [512, 288]), null), [1, 3]);
  assert.equal(settlePair(clips([720, 480], [256, 144], [480, 720]), null), null);
  assert.deepEqual(settlePair(clips([16, 9, true], [16, 9], [16, 9]), null), [1, 2], "a broken clip is no partner");
});

test("a chosen pair stays where it fits; else the clip chosen last gets a partner", () => {
  const four = clips([16, 9], [2, 3], [32, 18], [4, 6]);
  assert.deepEqual(settlePair(four, [2, 0]), [2, 0]);
  assert.deepEqual(settlePair(four, [1, 2], 0), [1, 3]);
  assert.deepEqual(settlePair(four, [0, 3], 1), [1, 3]);
  assert.deepEqual(settlePair(four, [0, 0], 0), [0, 2], "no clip with itself");
  assert.ok(!fits(four, 0, 0));
});

test("the reason says what is missing, and in blind mode nothing of sizes", () => {
  assert.equal(overlayFault(clips([16, 9], [16, 9]), false), "");
  assert.equal(overlayFault(clips([16, 9]), false), "", "one clip has no such modes");
  const needs = "Wipe and difference need two clips of one shape";
  const unlike = clips([256, 144], [160, 240]);
  assert.equal(overlayFault(unlike, false), `${needs}; A (256 × 144) and B (160 × 240) differ.`);
  assert.equal(overlayFault(unlike, true), `${needs}; A and B differ.`);
  assert.equal(overlayFault(clips([16, 9], [2, 3], [3, 2]), false), `${needs}; no two of these have it.`);
  assert.equal(overlayFault(clips([16, 9], [16, 9, true]), false), "Wipe and difference need two clips that play.");
});

test("a flip goes round the clips that play, both ways", () => {
  const three = clips([16, 9], [16, 9, true], [2, 3]);
  assert.equal(nextPlaying(three, 0, 1), 2);
  assert.equal(nextPlaying(three, 2, 1), 0);
  assert.equal(nextPlaying(three, 0, -1), 2);
  assert.equal(nextPlaying(clips([1, 1, true], [1, 1, true]), 1, 1), 1, "none plays: where it was");
});
