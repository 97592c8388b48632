// The rating panel's logic, without a browser. Run: node --test tests/node
import assert from "node:assert/strict";
import { test } from "node:test";
import { keepsKey, panelAction } from "../../kit/static/rating_keys.js";
import { Outbox, newToken } from "../../kit/static/rating_outbox.js";
import { Slots } from "../../kit/static/rating_slots.js";
import { firstOpenStep, isAnswered, stepIndex, stepName, stepsOf, whatNext } from "../../kit/static/rating_steps.js";
import { Stopwatch } from "../../kit/static/rating_watch.js";
import { addedText, counted, interval, percent, summaryLines } from "../../kit/static/rating_words.js";
import { mayPass, pauseAfter } from "../../kit/static/rating_http.js";

const dimension = (id) => ({ id, title: id, question: `${id}?`, look_at: [], anchors: {} });
const PLAN = { dimensions: [dimension("realism"), dimension("artifacts")], scores: true, checks: true };
const blank = () => ({ votes: {}, scores: { left: {}, right: {} }, checks: { left: [null], right: [null] }, note: "", skipped: false });

test("a pair asks for each dimension, then points, then checks, and only for what there is", () => {
  assert.deepEqual(stepsOf(PLAN, { checks: ["a kite"] }).map(stepName), ["vote:realism", "vote:artifacts", "scores", "checks"]);
  assert.deepEqual(stepsOf(PLAN, { checks: [] }).map(stepName), ["vote:realism", "vote:artifacts", "scores"]);
  assert.deepEqual(stepsOf({ ...PLAN, scores: false, checks: false }, { checks: ["a kite"] }).map(stepName), ["vote:realism", "vote:artifacts"]);
});

test("a pair is begun at its first open step, and at its first one when all are answered", () => {
  const steps = stepsOf(PLAN, { checks: ["a kite"] });
  assert.equal(firstOpenStep(steps, blank()), 0);
  assert.equal(firstOpenStep(steps, { ...blank(), votes: { realism: "left" } }), 1);
  const answers = { ...blank(), votes: { realism: "left", artifacts: "both_bad" }, scores: { left: { realism: 3 }, right: {} } };
  assert.equal(firstOpenStep(steps, answers), 3);
  assert.equal(firstOpenStep(steps, { ...answers, checks: { left: [null], right: ["no"] } }), 0);
});

test("a form counts as answered once anything in it is set", () => {
  assert.equal(isAnswered({ kind: "scores" }, blank()), false);
  assert.equal(isAnswered({ kind: "scores" }, { ...blank(), scores: { left: { realism: null }, right: {} } }), false);
  assert.equal(isAnswered({ kind: "checks" }, { ...blank(), checks: { left: [null], right: ["cant_tell"] } }), true);
  assert.equal(isAnswered({ kind: "scores" }, { ...blank(), scores: null }), false);
});

test("what undo names is found again, and what a pair does not have is its first step", () => {
  const steps = stepsOf(PLAN, { checks: [] });
  assert.equal(stepIndex(steps, { step: "vote", dimension: "artifacts" }), 1);
  assert.equal(stepIndex(steps, { step: "scores", dimension: null }), 2);
  assert.equal(stepIndex(steps, { step: "note" }), 0);
});

test("after the last step comes the pair that the other side names, or the end", () => {
  assert.deepEqual(whatNext({ step: 0, steps: 2, next: 5 }), { go: "step", step: 1 });
  assert.deepEqual(whatNext({ step: 1, steps: 2, next: 5 }), { go: "pair", position: 5 });
  assert.deepEqual(whatNext({ step: -1, steps: 2, next: 5 }), { go: "pair", position: 5 });
  assert.deepEqual(whatNext({ step: 1, steps: 2, next: null }), { go: "end" });
  assert.deepEqual(whatNext({ step: -1, steps: 2, next: 0 }), { go: "pair", position: 0 });
});

test("keys answer where they are asked for, in either case", () => {
  const vote = { place: "vote", scores: false };
  assert.deepEqual(panelAction("a", vote), { act: "choose", value: "left" });
  assert.deepEqual(panelAction("B", vote), { act: "choose", value: "right" });
  assert.deepEqual(panelAction("g", vote), { act: "choose", value: "both_good" });
  assert.deepEqual(panelAction("n", vote), { act: "choose", value: "both_bad" });
  const checks = { place: "checks", scores: true };
  assert.deepEqual(panelAction("n", checks), { act: "check", value: "no" });
  assert.deepEqual(panelAction("t", checks), { act: "check", value: "cant_tell" });
  const scores = { place: "scores", scores: true };
  assert.deepEqual(panelAction("5", scores), { act: "score", value: 5 });
  assert.deepEqual(panelAction("ArrowDown", scores), { act: "move", value: [0, 1] });
});

test("an answer's key does nothing where it is no answer, and is not the player's either", () => {
  assert.deepEqual(panelAction("y", { place: "vote", scores: false }), { act: "nothing" });
  assert.deepEqual(panelAction("a", { place: "scores", scores: true }), { act: "nothing" });
  assert.deepEqual(panelAction("6", { place: "scores", scores: true }), { act: "nothing" });
  assert.deepEqual(panelAction("2", { place: "vote", scores: true }), { act: "nothing" });
});

test("the player keeps its keys; digits are its speeds where nobody asks for points", () => {
  for (const key of [" ", "k", ",", ".", "ArrowLeft", "Home", "w", "f", "d", "z", "l", "[", "]"]) {
    assert.equal(panelAction(key, { place: "vote", scores: true }), null);
  }
  assert.equal(panelAction("2", { place: "vote", scores: false }), null);
  assert.equal(panelAction("6", { place: "checks", scores: false }), null);
});

test("before and after the pairs no key answers anything", () => {
  const screen = { place: "screen", scores: true };
  for (const key of ["a", "s", "u", "Enter", "1"]) assert.equal(panelAction(key, screen), null);
  assert.deepEqual(panelAction("?", screen), { act: "help" });
});

test("controls keep the keys that they need themselves", () => {
  const target = (selector) => ({ matches: (list) => list.split(", ").includes(selector) });
  assert.ok(keepsKey(target("button"), " "));
  assert.ok(!keepsKey(target("button"), "a"));
  assert.ok(keepsKey(target("textarea"), "a"));
  assert.ok(!keepsKey(target("textarea"), "Escape"));
  assert.ok(!keepsKey(target("[type=radio]"), "ArrowLeft"));
  assert.ok(keepsKey(target("[type=range]"), "ArrowLeft"));
});

// ---- the next pair ------------------------------------------------------------------------------------------------

function slotBench() {
  const bench = { asked: [], alive: new Set(), fail: null };
  bench.slots = new Slots({
    fetchItem: async (position) => {
      bench.asked.push(position);
      if (bench.fail) throw bench.fail;
      return { position };
    },
    makeStage: (item) => {
      const stage = { item, destroy: () => bench.alive.delete(stage) };
      bench.alive.add(stage);
      return stage;
    },
  });
  return bench;
}

test("a pair that was wanted is there when its turn comes, and is fetched once", async () => {
  const { slots, asked } = slotBench();
  slots.want(1);
  slots.want(1);
  assert.equal(slots.at(1), null);
  const slot = await slots.get(1);
  assert.equal(slot.item.position, 1);
  assert.equal(slots.at(1).stage, slot.stage);
  assert.deepEqual(asked, [1]);
});

test("through a thousand pairs no more than two are alive", async () => {
  const { slots, alive } = slotBench();
  let most = 0;
  for (let position = 0; position < 1000; position += 1) {
    await slots.get(position);
    slots.keep([position, position + 1]);
    slots.want(position + 1);
    most = Math.max(most, alive.size, slots.size);
  }
  assert.equal(most, 2);
  slots.close();
  assert.equal(alive.size, 0);
});

test("a pair that is let go while it comes is never made", async () => {
  const { slots, alive } = slotBench();
  slots.want(1);
  slots.keep([]);
  await new Promise(setImmediate);
  assert.equal(alive.size, 0);
});

test("a pair that failed ahead of time is fetched anew when it is wanted on screen", async () => {
  const bench = slotBench();
  bench.fail = new Error("away");
  bench.slots.want(1);
  await new Promise(setImmediate);
  bench.fail = null;
  assert.equal((await bench.slots.get(1)).item.position, 1);
  bench.fail = new Error("away");
  await assert.rejects(bench.slots.get(2), /away/);
});

test("news of a pair that is held does not load its clips again", async () => {
  const { slots, alive } = slotBench();
  const { stage } = await slots.get(3);
  slots.put({ position: 3, answers: "newer" });
  assert.equal(slots.at(3).item.answers, "newer");
  assert.equal(slots.at(3).stage, stage);
  assert.equal(alive.size, 1);
});

test("news of a pair that stands for one that is gone goes to where it was asked for", async () => {
  const { slots, alive } = slotBench();
  await slots.get(3);
  slots.put({ position: 4, answers: "newer" }, 3);
  assert.equal(slots.at(3).item.answers, "newer");
  assert.equal(alive.size, 1);
});

// ---- answers on their way -----------------------------------------------------------------------------------------

function outboxBench() {
  const bench = { sent: [], states: [], kept: null, trouble: null };
  bench.outbox = new Outbox({
    ask: async (op, data) => {
      bench.sent.push({ op, ...data });
      if (bench.trouble) throw bench.trouble;
      return { saved: true };
    },
    stash: { get: () => bench.kept, put: (letter) => (bench.kept = letter), clear: () => (bench.kept = null) },
    onstate: (state) => bench.states.push(state),
  });
  return bench;
}

test("an answer that failed is kept, and sent again under the same token", async () => {
  const bench = outboxBench();
  bench.trouble = new Error("the kernel is gone");
  const done = bench.outbox.send("save", { choice: "left" });
  await new Promise(setImmediate);
  assert.deepEqual(bench.states, ["saving", "failed"]);
  assert.ok(bench.outbox.waiting);
  assert.equal(bench.kept.data.choice, "left");
  assert.throws(() => bench.outbox.send("save", { choice: "right" }), /on its way/);
  bench.trouble = null;
  bench.outbox.retry();
  assert.deepEqual(await done, { saved: true });
  assert.equal(bench.sent.length, 2);
  assert.equal(bench.sent[0].token, bench.sent[1].token);
  assert.equal(bench.outbox.waiting, false);
  assert.equal(bench.kept, null);
});

test("an answer that was put aside keeps its token", async () => {
  const bench = outboxBench();
  await bench.outbox.send("save", { token: "from-before", choice: "left" });
  assert.equal(bench.sent[0].token, "from-before");
});

test("a refused answer stays until the rater lets it go; a refused undo does not", async () => {
  const bench = outboxBench();
  bench.trouble = Object.assign(new Error("no"), { refused: true });
  const answer = bench.outbox.send("save", {});
  await new Promise(setImmediate);
  assert.ok(bench.outbox.waiting);
  bench.outbox.drop();
  assert.equal(await answer, null);
  assert.equal(await bench.outbox.send("undo", {}), null);
  assert.equal(bench.states.at(-1), "refused");
  assert.equal(bench.kept, null);
});

test("tokens differ, with and without a secure context", () => {
  const plain = { getRandomValues: (bytes) => globalThis.crypto.getRandomValues(bytes) };
  const tokens = [newToken(), newToken(), newToken(plain), newToken(plain)];
  assert.equal(new Set(tokens).size, 4);
  for (const token of tokens) assert.match(token, /^[A-Za-z0-9_-]{8,64}$/);
});

test("pauses grow up to half a minute, and only what may pass is asked again", () => {
  assert.deepEqual([1, 2, 3, 7, 50].map(pauseAfter), [500, 1000, 2000, 30_000, 30_000]);
  assert.deepEqual([400, 404, 413, 408, 429, 500, 503].map(mayPass), [false, false, false, true, true, true, true]);
});

// ---- time and words -----------------------------------------------------------------------------------------------

test("time out of sight does not count", () => {
  let now = 0;
  const watch = new Stopwatch(() => now);
  watch.start();
  now = 2000;
  watch.hold();
  now = 60_000;
  watch.goOn();
  watch.goOn();
  now = 61_250;
  assert.equal(watch.seconds, 3.3);
});

test("pairs that came meanwhile are counted, and the sandbox's are marked where none were before", () => {
  assert.equal(addedText({ count: 1, sandbox: false }, true), "1 pair has come to the study since you began. It follows now.");
  assert.match(addedText({ count: 2, sandbox: true }, true), /^2 pairs have .* They follow now\. Sandbox clips are among them: .*not by a video model\.$/);
  assert.doesNotMatch(addedText({ count: 2, sandbox: true }, false), /Sandbox/);
});

test("figures are told with their numbers, and left out where there are none", () => {
  assert.equal(percent(0.666), "67%");
  assert.equal(counted(1, "pair"), "1 pair");
  assert.equal(interval({ low: 0.25, high: 1 }), " (95% interval 25% to 100%)");
  assert.equal(interval({ low: null, high: 1 }), "");
  const none = { same: 0, right: 0, whole: 0, of: 0, low: null, high: null };
  const kinds = { pair: 3, repeat: 0, known: 0 };
  const summary = { done: 2, total: 3, kinds, votes: 8, repeats: none, known: none, through: none, seconds_median: null, left_share: { value: null, of: 0 } };
  assert.deepEqual(summaryLines(summary).map(({ text }) => text), ["2 of 3 finished.", "8 votes on the study’s own pairs."]);
  const mixed = summaryLines({ ...summary, total: 6, kinds: { pair: 3, repeat: 1, known: 2 } });
  assert.equal(mixed[0].text, "2 of 6 finished. Of the 6, 3 are the study’s own, 1 came a second time, and 2 had a known answer.");
  const full = summaryLines({ ...summary, repeats: { same: 3, of: 4, low: 0.3, high: 0.95 }, seconds_median: 4.25 });
  assert.match(full[2].text, /same answer 3 of 4 times \(95% interval 30% to 95%\)/);
  assert.match(full[3].text, /4\.3 s or less/);
});
