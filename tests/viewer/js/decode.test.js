import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { boxOf, gunzip, readLevels, splitBlob, streamsOf, sumSlices } from "../../../app/viewer/js/decode.js";

const WIDTH = 201;

test("a blob is its header, of the length that it begins with, and the rest", () => {
  const text = new TextEncoder().encode('{"name":"Größe"}');
  const bytes = new Uint8Array([9, 9, text.length, 0, 0, 0, ...text, 7, 8]).subarray(2); // not at the buffer's start
  const { header, packed } = splitBlob(bytes);
  assert.deepEqual(header, { name: "Größe" });
  assert.deepEqual([...packed], [7, 8]);
});

test("the streams of a scan follow each other", () => {
  const streams = streamsOf({ packed_bytes: [2, 0, 3] }, Uint8Array.of(1, 2, 3, 4, 5));
  assert.deepEqual(streams.map((stream) => [...stream]), [[1, 2], [], [3, 4, 5]]);
});

test("a stream is unpacked", async () => {
  assert.deepEqual([...new Uint8Array(await gunzip(gzipSync(Uint8Array.of(3, 1, 4))))], [3, 1, 4]);
});

test("a box has a corner and three lengths", () => {
  assert.deepEqual(boxOf({ box: [[1, 2, 3], [2, 5, 9]] }), { z: 1, y: 2, x: 3, depth: 1, rows: 3, columns: 6 });
});

// Two slices, a box of 1 x 1 x 2. Each array is filled with a number of its own.
function body({ inside, classes }) {
  const parts = [new Uint32Array(2 * WIDTH).fill(5)];
  if (inside) parts.push(new Uint32Array(2 * WIDTH).fill(3));
  if (classes) parts.push(new Uint32Array(3 * WIDTH).fill(2));
  parts.push(Uint8Array.of(200, 60));
  if (classes) parts.push(Uint8Array.of(1, 4));
  if (inside) parts.push(Uint8Array.of(0, 2));
  const joined = parts.flatMap((part) => [...new Uint8Array(part.buffer)]);
  return Uint8Array.from(joined).buffer;
}

const HEADER = { shape: [2, 4, 4], box: [[1, 0, 2], [2, 1, 4]] };

test("levels with a reference and classes are read in the order of the stream", () => {
  const levels = readLevels({ ...HEADER, reference: 77, classes: true }, body({ inside: true, classes: true }));
  assert.deepEqual([levels.total.length, levels.total[0], levels.total.at(-1)], [402, 5, 5]);
  assert.deepEqual([levels.inside.length, levels.inside[0], levels.inside.at(-1)], [402, 3, 3]);
  assert.deepEqual([levels.classTotal.length, levels.classTotal[0], levels.classTotal.at(-1)], [603, 2, 2]);
  assert.deepEqual([levels.voxels, levels.classes, levels.reference].map((voxels) => [...voxels]),
    [[200, 60], [1, 4], [0, 2]]);
  assert.deepEqual([levels.scanTotal[200], levels.scanInside[0]], [10, 6]);
  assert.deepEqual(levels.box, { z: 1, y: 0, x: 2, depth: 1, rows: 1, columns: 2 });
});

test("levels alone have neither counts inside a reference nor classes", () => {
  const levels = readLevels({ ...HEADER, reference: null, classes: false }, body({ inside: false, classes: false }));
  assert.deepEqual([...levels.voxels], [200, 60]);
  const absent = ["inside", "scanInside", "reference", "classTotal", "classes"].map((name) => levels[name]);
  assert.deepEqual(absent, [null, null, null, null, null]);
});

test("an empty reference, whose checksum may be 0, is a reference", () => {
  const levels = readLevels({ ...HEADER, reference: 0, classes: false }, body({ inside: true, classes: false }));
  assert.deepEqual([...levels.reference], [0, 2]);
});

test("counts of slices are added step by step", () => {
  assert.deepEqual([...sumSlices(Uint32Array.of(1, 2, 3, 10, 20, 4294967295), 3)], [11, 22, 4294967298]);
});
