// Marks and film strips as numbers, without a browser. Run: node --test tests/node
import assert from "node:assert/strict";
import { test } from "node:test";
import { markKind, markText, markTime, marksInOrder, nextMark } from "../../kit/static/marks.js";
import { stripCells } from "../../kit/static/strips.js";
import { clipFrame, snapTime } from "../../kit/static/timing.js";

const timing = (fps, seconds) => ({ fps, seconds, frames: Math.round(fps * seconds) });

test("going to a mark shows the event's first frame, whatever clip keeps the time", () => {
  const clips = [timing(24, 5), timing(30, 3), timing(8, 6.125), timing(23.976, 4)];
  for (const clip of clips.slice(0, 2)) {
    for (let frame = 0; frame < clip.frames - 10; frame += 1) {
      // As stored: rounded to a millisecond, which may lie before the frame begins.
      const start = Math.round((1000 * frame) / clip.fps) / 1000;
      for (const company of [[clip], [clip, clips[3]], [clip, clips[2]]]) {
        const at = snapTime(markTime(start, clip, company), company, "longest");
        const shown = clipFrame(at, clip);
        assert.ok(shown >= frame, `frame ${frame} of ${clip.fps} fps: shows ${shown}`);
        const slowest = Math.min(...company.map(({ fps }) => fps));
        assert.ok(shown <= frame + clip.fps / slowest, `frame ${frame} of ${clip.fps} fps: shows ${shown}`);
      }
      assert.equal(clipFrame(snapTime(markTime(start, clip, [clip]), [clip], "longest"), clip), frame);
    }
  }
});

const data = {
  metrics: { cuts: { label: "Hard cuts" }, freezes: { label: "Freezes" }, odd: { label: "Odd things" } },
  clips: [
    { marks: [{ metric: "freezes", start: 1, end: 2 }, { metric: "cuts", start: 3, end: 3 }] },
    { marks: [{ metric: "odd", start: 1, end: 1 }, { metric: "constructor", start: 0, end: 0.5, count: 3 }] },
  ],
};
const clips = ["A", "B"].map((letter, index) => ({ letter, index, timing: timing(10, 5) }));

test("marks are in order of time, with their words", () => {
  const marks = marksInOrder(clips, data);
  assert.deepEqual(marks.map(markText), [
    "constructor, clip B, from 0.00 s to 0.50 s, 3 spans",
    "freeze, clip A, from 1.00 s to 2.00 s",
    "Odd things, clip B, at 1.00 s",
    "cut, clip A, at 3.00 s",
  ]);
  assert.deepEqual(marksInOrder([clips[1]], data).map(({ clip }) => clip), [1, 1]);
  assert.deepEqual(marksInOrder([{ ...clips[0], index: 7 }], data), []);
});

test("a mark's own word says more than its metric's name", () => {
  const own = { metrics: { camera_motion: { label: "Camera" } }, clips: [{ marks: [{ metric: "camera_motion", start: 0, end: 1, word: "camera pan left" }] }] };
  assert.deepEqual(marksInOrder([clips[0]], own).map(markText), ["camera pan left, clip A, from 0.00 s to 1.00 s"]);
});

test("a metric named like something of the language is no kind", () => {
  for (const name of ["constructor", "toString", "__proto__"]) {
    assert.deepEqual(markKind(name, "Label"), { kind: "other", word: "Label" });
  }
});

test("next and previous pass through marks of one moment, and go by the time after a jump", () => {
  const marks = marksInOrder(clips, data);
  const walk = (direction, from, steps) => {
    let [place, time] = [-1, from];
    return Array.from({ length: steps }, () => {
      place = nextMark(marks, place, time, direction);
      time = marks[place]?.at ?? time;
      return place;
    });
  };
  assert.deepEqual(walk(1, -1, 5), [0, 1, 2, 3, -1]);
  assert.deepEqual(walk(-1, 9, 5), [3, 2, 1, 0, -1]);
  assert.equal(nextMark(marks, 0, 2.5, 1), 3);
  assert.equal(nextMark(marks, 3, 2.5, -1), 2);
  assert.equal(nextMark([], -1, 0, 1), -1);
});

test("film strips: as many pictures as fit, none squeezed, from start to end", () => {
  for (const [strip, widths] of [
    [{ frames: 13, width: 80, height: 45 }, [20, 90, 300, 720, 1400, 4000]],
    [{ frames: 32, width: 30, height: 45 }, [20, 300, 900, 1400]],
  ]) {
    for (const width of widths) {
      for (const height of [32, 40, 80]) {
        const cells = stripCells({ width, height }, strip);
        assert.ok(cells.length >= 1 && cells.length <= strip.frames);
        for (const { sx, sy, sw, sh, dx, dw } of cells) {
          assert.ok(Math.abs(dw / sw - height / sh) < 1e-9, "one scale in both directions");
          const picture = Math.floor(sx / strip.width + 1e-9);
          assert.ok(sx >= 0 && sx + sw <= (picture + 1) * strip.width + 1e-9, "within one picture");
          assert.ok(sy >= 0 && sy + sh <= strip.height + 1e-9);
          assert.ok(dx >= -1e-9 && dx + dw <= width + 1e-9);
        }
        const pictures = cells.map(({ sx }) => Math.floor(sx / strip.width + 1e-9));
        assert.equal(new Set(pictures).size, pictures.length);
        // A picture stands where the clip is at that moment, to half a cell and half a picture.
        cells.forEach(({ dx, dw }, i) => {
          const off = Math.abs((dx + dw / 2) / width - (pictures[i] + 0.5) / strip.frames);
          assert.ok(off <= 0.5 / strip.frames + 1e-9);
        });
      }
    }
  }
});
