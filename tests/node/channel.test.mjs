// Questions to the kernel on a model of strings and wires. Run: node --test tests/node
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { kernelChannel } from "../../kit/static/channel.js";

function fakeModel() {
  const model = {
    sent: [],
    heard: new Set(),
    on: (_, fn) => model.heard.add(fn),
    off: (_, fn) => model.heard.delete(fn),
    send: (message) => model.sent.push(message),
    say: (message, buffers) => [...model.heard].forEach((fn) => fn(message, buffers)),
  };
  return model;
}

test("an answer reaches the question that it belongs to, with its buffers", async () => {
  const model = fakeModel();
  const channel = kernelChannel(model, new AbortController().signal);
  const [first, second] = [channel.ask("a"), channel.ask("b", { x: 1 })];
  assert.deepEqual(model.sent[1].data, { x: 1 });
  model.say({ kit: "answer", id: model.sent[1].id, data: "two" }, ["bytes"]);
  model.say({ kit: "answer", id: model.sent[0].id, data: "one" });
  assert.deepEqual(await first, { data: "one", buffers: [] });
  assert.deepEqual(await second, { data: "two", buffers: ["bytes"] });
});

test("a fault rejects with the kernel's words", async () => {
  const model = fakeModel();
  const asked = kernelChannel(model, new AbortController().signal).ask("a");
  model.say({ kit: "fault", id: model.sent[0].id, message: "no such clip" });
  await assert.rejects(asked, { message: "no such clip" });
});

test("answers to other views and messages of other kinds are passed over", async () => {
  const model = fakeModel();
  const asked = kernelChannel(model, new AbortController().signal).ask("a");
  for (const message of [null, {}, "text", { kit: "answer", id: "other", data: 0 }]) model.say(message);
  model.say({ kit: "answer", id: model.sent[0].id, data: 1 });
  assert.equal((await asked).data, 1);
});

test("a kernel that stays silent is given up after 15 seconds, one that says it is busy later", async (t) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const model = fakeModel();
  const channel = kernelChannel(model, new AbortController().signal);
  const silent = assert.rejects(channel.ask("a"), /did not answer for 15 seconds/);
  const busy = channel.ask("b");
  mock.timers.tick(14_999);
  model.say({ kit: "busy", id: model.sent[1].id });
  mock.timers.tick(14_999);
  await silent;
  model.say({ kit: "answer", id: model.sent[1].id, data: "late" });
  assert.equal((await busy).data, "late");
});

test("a send that fails is a lost kernel, and the end of a view ends its questions and its listening", async () => {
  const broken = { ...fakeModel(), send: () => { throw new Error("closed"); } };
  await assert.rejects(kernelChannel(broken, new AbortController().signal).ask("a"), /did not answer/);
  const model = fakeModel();
  const ending = new AbortController();
  const asked = kernelChannel(model, ending.signal).ask("a");
  ending.abort();
  await assert.rejects(asked, /taken away/);
  assert.equal(model.heard.size, 0);
});

test("what the kernel says by itself reaches every listener", () => {
  const model = fakeModel();
  const channel = kernelChannel(model, new AbortController().signal);
  const heard = [];
  channel.listen((op, data, buffers) => heard.push([op, data, buffers]));
  model.say({ kit: "push", op: "moved", data: { x: 1 } }, ["b"]);
  assert.deepEqual(heard, [["moved", { x: 1 }, ["b"]]]);
});
