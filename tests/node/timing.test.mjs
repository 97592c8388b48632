// The arithmetic of the shared time line, without a browser. Run: node --test tests/node
import assert from "node:assert/strict";
import { test } from "node:test";
import * as timing from "../../kit/static/timing.js";

const clip = (fps, frames) => timing.timingOf({ fps, frames, seconds: frames / fps });
const fast = clip(24, 120); // 5 s
const slow = clip(8, 16); // 2 s
const RATES = [6, 8, 10, 12, 15, 16.129, 23.976, 24, 25, 29.97, 30, 50, 59.94, 60];

test("a frame's middle belongs to that frame at every usual rate", () => {
  for (const fps of RATES) {
    for (let i = 0; i < 2000; i += 1) assert.equal(timing.frameAt(timing.frameCentre(i, fps), fps), i, `${fps} ${i}`);
  }
});

test("a frame begins at its own edge in spite of binary fractions", () => {
  for (const fps of RATES) {
    for (let i = 0; i < 2000; i += 1) assert.equal(timing.frameAt(i / fps, fps), i, `${fps} ${i}`);
  }
});

test("what is not known of a clip is filled in", () => {
  assert.deepEqual(timing.timingOf({ fps: 10, seconds: 1.5 }), { fps: 10, seconds: 1.5, frames: 15 });
  assert.deepEqual(timing.timingOf({ fps: 10, frames: 15 }), { fps: 10, seconds: 1.5, frames: 15 });
  assert.deepEqual(timing.timingOf({ fps: NaN, seconds: 2 }), { fps: 25, seconds: 2, frames: 50 });
  assert.deepEqual(timing.timingOf({}), { fps: 25, seconds: 0, frames: 1 });
});

test("only finite numbers above zero count as known", () => {
  for (const bad of [0, -1, NaN, Infinity, "", " ", "x", null, undefined]) assert.equal(timing.positive(bad), null);
  assert.equal(timing.positive("16.129"), 16.129);
});

test("the time line is as long as the rule says", () => {
  assert.equal(timing.sharedDuration([fast, slow], "longest"), 5);
  assert.equal(timing.sharedDuration([fast, slow], "off"), 5);
  assert.equal(timing.sharedDuration([fast, slow], "shortest"), 2);
  assert.equal(timing.sharedDuration([], "longest"), 0);
});

test("the longest clip keeps the time, the first of equals", () => {
  assert.equal(timing.masterIndex([slow, fast]), 1);
  assert.equal(timing.masterIndex([fast, { ...fast }]), 0);
  assert.equal(timing.masterIndex([]), -1);
});

test("a clip that is over stands in the middle of its last frame", () => {
  assert.equal(timing.targetTime(4, slow), 15.5 / 8);
  assert.ok(timing.isHeld(2.01, slow));
  assert.ok(!timing.isHeld(1.99, slow));
});

test("a target lies in the frame of the shared time, off its edges, and no further from it than that needs", () => {
  for (const fps of RATES) {
    const other = clip(fps, Math.round(5 * fps));
    for (let i = 0; i < 119; i += 1) {
      const time = timing.frameCentre(i, 24);
      const target = timing.targetTime(time, other);
      const within = target * fps - timing.frameAt(time, fps);
      assert.ok(within > 0.149 && within < 0.851, `${fps} ${i}: ${within}`);
      assert.ok(Math.abs(target - time) <= 0.1501 / fps, `${fps} ${i}`);
    }
  }
});

test("one step is one frame of the slowest clip, there and back", () => {
  let time = timing.frameCentre(0, 8);
  for (let i = 1; i < 16; i += 1) {
    time = timing.stepTime(time, 1, [fast, slow], "longest");
    assert.equal(timing.clipFrame(time, slow), i);
    assert.equal(timing.clipFrame(time, fast), 3 * i + 1);
  }
  for (let i = 14; i >= 0; i -= 1) {
    time = timing.stepTime(time, -1, [fast, slow], "longest");
    assert.equal(timing.clipFrame(time, slow), i);
  }
  assert.equal(timing.stepTime(time, -1, [fast, slow], "longest"), time, "the first frame is the first");
});

test("stepping reaches the last frame of the time line and stays there", () => {
  let time = 0;
  for (let i = 0; i < 100; i += 1) time = timing.stepTime(time, 1, [fast, slow], "longest");
  assert.equal(timing.clipFrame(time, fast), 119);
  for (let i = 0; i < 100; i += 1) time = timing.stepTime(time, 1, [fast, slow], "shortest");
  assert.ok(time < 2 && timing.clipFrame(time, slow) === 15);
});

test("the end is the last frame whose middle lies on the time line", () => {
  assert.equal(timing.endTime([fast, slow], "longest"), 119.5 / 24);
  assert.equal(timing.endTime([fast, slow], "shortest"), 47.5 / 24);
  assert.equal(timing.endTime([clip(30, 181), clip(8, 49)], "longest"), 48.5 / 8, "6.033 s and 6.125 s");
  assert.equal(timing.endTime([], "longest"), 0);
});

test("any time snaps to the middle of a frame on the time line", () => {
  assert.equal(timing.snapTime(1.0, [fast, slow], "longest"), 24.5 / 24);
  assert.equal(timing.snapTime(-3, [fast, slow], "longest"), 0.5 / 24);
  assert.equal(timing.snapTime(99, [fast, slow], "longest"), 119.5 / 24);
  assert.equal(timing.snapTime(99, [fast, slow], "shortest"), 47.5 / 24);
});

test("drift is left alone, nudged or sought by its size", () => {
  assert.deepEqual(timing.correction(0.004, 1), { seek: false, rate: 1 });
  assert.deepEqual(timing.correction(-0.008, 2), { seek: false, rate: 2 });
  assert.ok(timing.correction(0.05, 1).rate < 1, "ahead: slower");
  assert.ok(timing.correction(-0.05, 1).rate > 1, "behind: faster");
  for (const drift of [-0.24, -0.1, -0.079, 0.079, 0.1, 0.24]) {
    const { seek, rate } = timing.correction(drift, 1);
    assert.ok(!seek && rate >= 0.5 && rate <= 1.5, "never a leap");
  }
  for (const drift of [-0.079, -0.02, 0.02, 0.079]) {
    assert.ok(Math.abs(timing.correction(drift, 1).rate - 1) < 0.25, "small drift: unseen");
  }
  assert.deepEqual(timing.correction(0.251, 1), { seek: true, rate: 1 });
  assert.deepEqual(timing.correction(-3, 0.5), { seek: true, rate: 0.5 });
  assert.deepEqual(timing.correction(NaN, 1), { seek: false, rate: 1 });
});

test("nudging closes every drift below a seek, without overshooting", () => {
  for (const start of [-0.24, -0.1, -0.05, -0.01, 0.01, 0.05, 0.1, 0.24]) {
    for (const speed of timing.SPEEDS) {
      let drift = start;
      for (let look = 0; look < 40; look += 1) {
        const { seek, rate } = timing.correction(drift, speed);
        assert.equal(seek, false);
        const next = drift + (rate - speed) * 0.25;
        assert.ok(Math.abs(next) <= Math.abs(drift), `${start} at ${speed}`);
        drift = next;
      }
      assert.ok(Math.abs(drift) <= 0.008, `${start} at ${speed}: ${drift}`);
    }
  }
});

test("texts of times", () => {
  assert.equal(timing.formatSeconds(1.25), "1.25");
  assert.equal(timing.formatSeconds(-0.001), "0.00");
  assert.equal(timing.timeText(1.25, 5.0417), "1.25 s of 5.04 s");
});

test("loop rules go round", () => {
  let rule = "off";
  const seen = [1, 2, 3, 4].map(() => (rule = timing.nextOf(timing.LOOP_RULES, rule)));
  assert.deepEqual(seen, ["longest", "shortest", "stretch", "off"]);
});

test("the start of the time line is asked for as it is, for nothing lies before it", () => {
  for (const fps of RATES) assert.equal(timing.targetTime(0, clip(fps, 20)), 0);
});

test("a stretch takes in the frames of the slowest clip at both of its ends", () => {
  const both = [fast, slow]; // 24 fps for 5 s, 8 fps for 2 s
  const middle = (frame) => timing.frameCentre(frame, 8);
  assert.deepEqual(timing.markStretch(null, "from", middle(4), both), [0.5, 5]);
  assert.deepEqual(timing.markStretch([0.5, 5], "to", middle(7), both), [0.5, 1]);
  assert.deepEqual(timing.markStretch([0.5, 1], "to", middle(4), both), [0.5, 0.625], "one frame is a stretch");
  assert.deepEqual(timing.markStretch([0.5, 1], "from", middle(12), both), [1.5, 5], "the end gives way");
  assert.deepEqual(timing.markStretch([0.5, 1], "to", middle(2), both), [0, 0.375], "the beginning gives way");
  assert.deepEqual(timing.markStretch(null, "to", timing.endTime(both, "longest"), both), [0, 5]);
});

test("a stretch drawn by hand is widened to whole frames and kept on the time line", () => {
  const both = [fast, slow];
  assert.deepEqual(timing.fitStretch([0.51, 0.99], both), [0.5, 1]);
  assert.deepEqual(timing.fitStretch([0.99, 0.51], both), [0.5, 1], "drawn backwards");
  assert.deepEqual(timing.fitStretch([-3, 0.1], both), [0, 0.125]);
  assert.deepEqual(timing.fitStretch([4.9, 9], both), [4.875, 5]);
  assert.deepEqual(timing.fitStretch([1, 1], both), [1, 1.125]);
  assert.equal(timing.fitStretch([6, 7], both), null);
  assert.equal(timing.fitStretch([-2, -1], both), null);
  assert.equal(timing.fitStretch([NaN, 1], both), null);
});

test("a round inside a stretch begins and ends with frames that lie in it", () => {
  for (const [rateA, rateB] of [[24, 8], [30, 24], [30, 8], [29.97, 16.129], [25, 25], [60, 6]]) {
    const clips = [clip(rateA, Math.round(5 * rateA)), clip(rateB, Math.round(4 * rateB))];
    for (let first = 0; first < 20; first += 1) {
      for (let length = 1; length < 8; length += 1) {
        const stretch = [first / rateB, (first + length) / rateB];
        const { from, last, to, inner } = timing.playedSpan(clips, "stretch", stretch);
        const name = `${rateA} ${rateB} ${first} ${length}`;
        assert.ok(inner && to === stretch[1], name);
        assert.equal(timing.frameAt(from, rateB), first, name);
        assert.equal(timing.frameAt(last, rateB), first + length - 1, name);
        assert.ok(from <= last && from >= (first === 0 ? 0 : stretch[0] - 1e-9) && last < to, name);
        assert.ok(from - stretch[0] < 1 / rateA && to - last < 1 / rateA + 1e-9, `${name}: no frame is left out`);
        for (const speed of timing.SPEEDS) {
          const stop = timing.stopTime({ from, last, to, inner }, speed);
          assert.ok(stop < to && stop >= (from + to) / 2 - 1e-9, `${name} at ${speed}`);
        }
      }
    }
  }
});

test("without a stretch a round is the whole time line, and only an inner end is stopped early", () => {
  const whole = timing.playedSpan([fast, slow], "longest", null);
  assert.deepEqual(whole, { from: 0, last: 119.5 / 24, to: 5, inner: false });
  assert.equal(timing.stopTime(whole, 1), 5);
  const short = timing.playedSpan([fast, slow], "shortest", [1, 2]);
  assert.deepEqual(short, { from: 0, last: 47.5 / 24, to: 2, inner: true });
  assert.equal(timing.playedSpan([fast], "shortest", null).inner, false, "a single clip ends by itself");
  assert.equal(timing.playedSpan([fast, slow], "stretch", [4, 5]).inner, false, "up to the end of the longest");
  assert.deepEqual(timing.playedSpan([], "stretch", [0, 1]), { from: 0, last: 0, to: 0, inner: false });
});

test("typed times are seconds or frames of the slowest clip, counted from one", () => {
  const typed = (text, rule = "longest") => timing.typedTime(text, [fast, slow], rule);
  for (const text of ["1.5", " 1,5 ", "1.5s", "1.50 s"]) assert.deepEqual(typed(text), { time: 1.5 }, text);
  assert.deepEqual(typed(".25"), { time: 0.25 });
  assert.deepEqual(typed("0"), { time: 0 });
  assert.deepEqual(typed("f1"), { time: 0.5 / 8 });
  assert.deepEqual(typed("F 12"), { time: 11.5 / 8 });
  assert.deepEqual(typed("f40"), { time: 39.5 / 8 });
  for (const text of ["x", "", "-1", "f", "f1.5", "1:30", "1e3", "f12f", "NaN"]) {
    assert.match(typed(text).fault, /is not a time/, text);
  }
  assert.match(typed("5.01").fault, /5\.01 s is beyond the end: the time line is 5\.00 s long/);
  assert.match(typed("3", "shortest").fault, /2\.00 s long/);
  assert.match(typed("f41").fault, /frames 1 to 40/);
  assert.match(typed("f0").fault, /no frame 0/);
});
