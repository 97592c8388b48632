// The sentences about clips that differ, and what counts as seen, without a browser. Run: node --test tests/node
import assert from "node:assert/strict";
import { test } from "node:test";
import { Coverage, extendSeen, seenWhole } from "../../kit/static/coverage.js";
import { ruleText, widest } from "../../kit/static/rules.js";

const clip = (letter, fps, seconds, width = 1280, height = 720, proxy = false) => ({
  letter, fps, seconds, proxy, size: { width, height },
});
const how = (more = {}) => ({ mode: "side", zoom: 0, loop: "longest", blind: false, ...more });

test("nothing is said of clips that do not differ, nor of one clip", () => {
  assert.equal(ruleText([clip("A", 24, 5), clip("B", 24, 5.01)], how()), "", "half a frame is no difference");
  assert.equal(ruleText([clip("A", 24, 5)], how()), "");
  assert.equal(ruleText([], how()), "");
});

test("each difference is told with its rule", () => {
  const two = [clip("A", 8, 6.125, 720, 480), clip("B", 30, 5, 1920, 1080)];
  assert.equal(
    ruleText(two, how()),
    "Different lengths: the shorter one holds its last frame. " +
      "Different rates: one step is a frame of the slower clip (8 fps). Different sizes: drawn equally high.",
  );
  const three = [...two, clip("C", 16.129, 2)];
  assert.match(ruleText(three, how()), /shorter ones hold their last frame.*slowest clip \(8 fps\)/);
  assert.match(ruleText(two, how({ loop: "shortest" })), /the loop turns where the shortest ends/);
  assert.match(ruleText([clip("A", 23.976, 5), clip("B", 24, 5)], how()), /\(23\.98 fps\)/);
});

test("zoomed pictures are told with their pixels", () => {
  const two = [clip("A", 24, 5, 1280, 720), clip("B", 24, 5, 1920, 1080, true)];
  assert.match(ruleText(two, how({ zoom: 1 })), /^1:1 pixels.*not the original pixels: B\..*each drawn in its own pixels/);
  assert.match(ruleText(two, how({ zoom: 2, mode: "wipe" })), /^2:1 pixels.*both drawn in the pixels of B\.$/);
  assert.equal(widest(two).letter, "B");
});

test("a blind player says nothing of sizes, rates and copies", () => {
  const two = [clip("A", 24, 5, 1280, 720), clip("B", 24, 5, 1920, 1080, true)];
  assert.equal(ruleText(two, how({ blind: true })), "");
  assert.doesNotMatch(ruleText(two, how({ blind: true, zoom: 1, mode: "wipe" })), /A|B|size|cop/);
  const rates = ruleText([clip("A", 8, 5), clip("B", 30, 5)], how({ blind: true }));
  assert.equal(rates, "Different rates: one step is a frame of the slower clip.");
});

test("what is not known is not compared", () => {
  assert.equal(ruleText([clip("A", null, null), clip("B", 24, 5)], how()), "");
});

test("a clip is seen as far as it ran on screen without a jump ahead", () => {
  const slack = 0.1;
  let seen = extendSeen(0, 0, 0.5, slack);
  seen = extendSeen(seen, 0.55, 1, slack);
  assert.equal(seen, 1, "a pause moves to the middle of a frame");
  assert.equal(extendSeen(seen, 0.2, 0.4, slack), 1, "seeing something again takes nothing away");
  assert.equal(extendSeen(seen, 1.5, 2, slack), 1, "a jump ahead leaves a gap");
  assert.equal(extendSeen(seen, 1, 4, slack), 1, "nobody looked for three seconds");
  const timing = { fps: 24, frames: 120, seconds: 5.1 };
  assert.ok(seenWhole(4.95, timing, slack));
  assert.ok(!seenWhole(4.8, timing, slack));
});

test("a round is whole when every clip was seen whole, and the next one begins at nothing", () => {
  const timing = { fps: 24, frames: 24, seconds: 1 };
  const clips = [{ timing, broken: false }, { timing, broken: false }];
  const coverage = new Coverage();
  const run = (visible, from = 0) => {
    coverage.begin(from);
    coverage.note(1, visible, 0.1);
    return coverage.close(clips, 0.1);
  };
  assert.deepEqual(run([0, 1]), { whole: true, clips: [0, 1] });
  assert.deepEqual(run([1]), { whole: false, clips: [1] });
  assert.deepEqual(run([0, 1], 0.5), { whole: false, clips: [] });
  clips[0].broken = true;
  assert.deepEqual(run([0, 1]), { whole: false, clips: [1] }, "what does not play was not seen");
});
