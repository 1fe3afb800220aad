import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { findLevels, findScan, load, unwatch, watch } from "../../../app/viewer/js/store.js";

function blob(header, ...streams) {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(Uint32Array.of(text.length).buffer);
  return Uint8Array.from([...length, ...text, ...streams.flatMap((stream) => [...stream])]);
}

function scanBlob(id, ...sequences) {
  const streams = sequences.map((_, n) => gzipSync(Uint8Array.of(n + 1, 9)));
  const header = { kind: "scan", id, box: [[0, 0, 0], [1, 1, 2]], sequences };
  return blob({ ...header, packed_bytes: streams.map(({ length }) => length) }, ...streams);
}

function levelsBlob(id, level, { checkpoint = "a", reference = null, complete = true } = {}) {
  const counts = new Uint8Array(201 * 4 * (reference === null ? 1 : 2));
  const voxels = reference === null ? [level] : [level, 1];
  const header = { kind: "levels", id, checkpoint, complete, shape: [1, 1, 1], box: [[0, 0, 0], [1, 1, 1]], level };
  return blob({ ...header, reference, classes: false }, gzipSync(Uint8Array.from([...counts, ...voxels])));
}

const levelIn = (study, { checkpoint = "a", has_reference = false } = {}) =>
  findLevels({ study, checkpoint, has_reference })?.voxels[0] ?? null;

test("a scan is found by its study, with every sequence", async () => {
  await load(scanBlob("one", "FLAIR", "T2"));
  const { images } = findScan({ study: "one" });
  assert.deepEqual([...images].map(([name, voxels]) => [name, ...voxels]), [["FLAIR", 1, 9], ["T2", 2, 9]]);
  assert.equal(findScan({ study: "none" }), null);
});

test("watchers hear of every sequence, the first one before the last has come", async () => {
  const seen = [];
  const watcher = () => seen.push(findScan({ study: "watched" }).images.size);
  watch(watcher);
  await load(scanBlob("watched", "T1", "T1ce", "T2"));
  unwatch(watcher);
  assert.deepEqual(seen, [1, 2, 3]);
  await load(scanBlob("unwatched", "T1"));
  assert.deepEqual(seen, [1, 2, 3]);
});

test("two studies are kept", async () => {
  for (const id of ["x", "y", "z"]) await load(scanBlob(id, "T1"));
  assert.deepEqual(["x", "y", "z"].map((study) => findScan({ study }) !== null), [false, true, true]);
});

test("levels belong to a study and a checkpoint, and to a study with or without a reference", async () => {
  await load(levelsBlob("s", 60));
  assert.equal(levelIn("s"), 60);
  assert.equal(levelIn("other"), null);
  assert.equal(levelIn("s", { checkpoint: "b" }), null);
  assert.equal(levelIn("s", { has_reference: true }), null);
});

test("of two that race the later wins", async () => {
  await Promise.all([load(levelsBlob("race", 10, { complete: false })), load(levelsBlob("race", 20))]);
  assert.equal(levelIn("race"), 20);
});

test("levels under way stay until their successor is unpacked", async () => {
  await load(levelsBlob("under way", 10, { complete: false }));
  const loaded = load(levelsBlob("under way", 20));
  assert.equal(levelIn("under way"), 10);
  await loaded;
  assert.equal(levelIn("under way"), 20);
});

test("levels with scores against another reference go at once", async () => {
  await load(levelsBlob("scored", 10, { reference: 1 }));
  assert.equal(levelIn("scored", { has_reference: true }), 10);
  const loaded = load(levelsBlob("scored", 20, { reference: 2 }));
  assert.equal(levelIn("scored", { has_reference: true }), null);
  await loaded;
  assert.equal(levelIn("scored", { has_reference: true }), 20);
});

test("the same content is not unpacked again", async () => {
  await load(scanBlob("same", "T1"));
  const before = findScan({ study: "same" });
  await load(scanBlob("same", "T1"));
  assert.equal(findScan({ study: "same" }), before);
});
