// Where a file can be had from the Jupyter server, without a browser. Run: node --test tests/node
import assert from "node:assert/strict";
import { test } from "node:test";
import { linkCandidates, totalLength } from "../../kit/static/linking.js";

const place = (path, more = {}) => ({ paths: [path], home: "/home/ann", session: "", bytes: 1, ...more });

test("a file below the server's root has its address below files/", () => {
  const config = { baseUrl: "/user/ann/", serverRoot: "/srv/work" };
  assert.deepEqual(linkCandidates(place("/srv/work/s/clips/ab/c.mp4"), config, "/user/ann/lab"), [
    "/user/ann/files/s/clips/ab/c.mp4",
  ]);
});

test("blanks, percent signs, hashes and other scripts are written for an address", () => {
  const config = { baseUrl: "/", serverRoot: "/srv" };
  assert.deepEqual(linkCandidates(place("/srv/a b/50%#?/é.mp4"), config, "/lab"), [
    "/files/a%20b/50%25%23%3F/%C3%A9.mp4",
  ]);
});

test("a root in the home folder is written out", () => {
  assert.deepEqual(linkCandidates(place("/home/ann/w/c.mp4"), { baseUrl: "/", serverRoot: "~/w" }, "/lab"), ["/files/c.mp4"]);
  assert.deepEqual(linkCandidates(place("/home/ann/c.mp4"), { baseUrl: "/", serverRoot: "~" }, "/lab"), ["/files/c.mp4"]);
});

test("a file beside the root, or in a folder that only begins like it, has no address", () => {
  const config = { baseUrl: "/", serverRoot: "/srv/work" };
  for (const path of ["/srv/c.mp4", "/srv/workshop/c.mp4", "/tmp/c.mp4"]) {
    assert.deepEqual(linkCandidates(place(path), config, "/lab"), [], path);
  }
});

test("a root that is the whole disk is a root like any other", () => {
  assert.deepEqual(linkCandidates(place("/tmp/c.mp4"), { baseUrl: "/", serverRoot: "/" }, "/lab"), ["/files/tmp/c.mp4"]);
});

test("without a root the notebook's own place tells it, as in Notebook 7", () => {
  const here = place("/srv/work/clips/c.mp4", { session: "/srv/work/my notes/n.ipynb" });
  assert.deepEqual(linkCandidates(here, { baseUrl: "/x" }, "/x/notebooks/my%20notes/n.ipynb"), ["/x/files/clips/c.mp4"]);
  assert.deepEqual(linkCandidates(here, { baseUrl: "/x" }, "/x/notebooks/other.ipynb"), []);
});

test("both names of a file behind a symbolic link are tried, each address once", () => {
  const here = { ...place(""), paths: ["/work/c.mp4", "/private/work/c.mp4"] };
  const config = { baseUrl: "/", serverRoot: "/private/work", rootUri: "file:///private/work" };
  assert.deepEqual(linkCandidates(here, config, "/lab"), ["/files/c.mp4"]);
});

test("Windows paths are compared with forward strokes", () => {
  const config = { baseUrl: "/", serverRoot: "C:/Users/Ann" };
  assert.deepEqual(linkCandidates(place("C:\\Users\\Ann\\s\\c.mp4"), config, "/lab"), ["/files/s/c.mp4"]);
});

test("a page that tells of no server has no links", () => {
  assert.deepEqual(linkCandidates(place("/srv/c.mp4"), null, "/"), []);
  assert.deepEqual(linkCandidates(place("/srv/c.mp4"), {}, "/"), []);
});

test("a malformed address of a page is no error", () => {
  assert.deepEqual(linkCandidates(place("/srv/c.mp4", { session: "/srv/%" }), { baseUrl: "/" }, "/notebooks/%"), []);
});

test("the whole length is read from the one header that a range of one byte may have", () => {
  assert.equal(totalLength("bytes 0-0/1234"), 1234);
  for (const header of [null, "", "bytes 0-0/*", "bytes 0-9/1234", "bytes */1234"]) assert.equal(totalLength(header), null);
});
