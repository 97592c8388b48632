// What the report page's filter and tables decide, without a browser. Run: node --test tests/node
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { passes } from "../../kit/static/report_filter.js";
import { unpacked } from "../../kit/static/report_packed.js";
import { compareCells } from "../../kit/static/report_table.js";

const article = { words: "a paper boat\non the river", marks: new Set(["s-1", "v-0-disputed"]) };

test("an article has to have every word and every mark", () => {
  assert.equal(passes(article, { words: [], marks: [] }), true);
  assert.equal(passes(article, { words: ["river", "boat"], marks: ["s-1"] }), true);
  assert.equal(passes(article, { words: ["river", "sea"], marks: [] }), false);
  assert.equal(passes(article, { words: [], marks: ["s-1", "c-0"] }), false);
});

test("numbers sort as numbers, texts as texts, and what is missing stays last either way", () => {
  const sorted = (cells, way) => [...cells].sort((a, b) => compareCells(a, b, way));
  assert.deepEqual(sorted(["10", null, "-2", "9.5"], 1), ["-2", "9.5", "10", null]);
  assert.deepEqual(sorted(["10", null, "-2", "9.5"], -1), ["10", "9.5", "-2", null]);
  assert.deepEqual(sorted(["Boat 10", "Boat 9", "anchor"], 1), ["anchor", "Boat 9", "Boat 10"]);
});

test("what Python packs is what the page reads", async () => {
  assert.equal(await unpacked(gzipSync("<td>é 東京</td>").toString("base64")), "<td>é 東京</td>");
});
