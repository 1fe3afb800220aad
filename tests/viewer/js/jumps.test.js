import assert from "node:assert/strict";
import { test } from "node:test";

import { areaOf, fullestSlice, nextSlice, openingPoint } from "../../../app/viewer/js/jumps.js";
import { makeLevels } from "./made_levels.js";

// At level 100: 0, 2, 0, 2, 1 voxels; at level 150 only slice 4 has one.
const LEVELS = makeLevels([[[20, 0]], [[100, 0], [140, 0]], [], [[120, 0], [110, 0]], [[160, 0]]]);

test("an area is counted at its level", () => {
  assert.deepEqual([0, 1, 2, 3, 4].map((slice) => areaOf(LEVELS, slice, 100)), [0, 2, 0, 2, 1]);
  assert.equal(areaOf(LEVELS, 1, 101), 1);
});

test("the fullest slice is the lowest of those with most tumour", () => {
  assert.equal(fullestSlice(LEVELS, 5, 100), 1);
  assert.equal(fullestSlice(LEVELS, 5, 150), 4);
  assert.equal(fullestSlice(LEVELS, 5, 161), null);
});

test("the next slice with tumour, upwards and downwards", () => {
  assert.equal(nextSlice(LEVELS, 5, 100, 1, 1), 3);
  assert.equal(nextSlice(LEVELS, 5, 100, 3, -1), 1);
  assert.equal(nextSlice(LEVELS, 5, 100, 1, -1), null);
  assert.equal(nextSlice(LEVELS, 5, 100, 4, 1), null);
});

const SCAN = {
  header: { shape: [5, 20, 30] },
  box: { z: 0, y: 4, x: 6, depth: 5, rows: 11, columns: 20 },
};

test("planes cross in the middle of the tumour's largest slice", () => {
  const voxels = new Uint8Array(2 * 3 * 4);
  voxels.set([100, 140], 1 * 12 + 1 * 4 + 2); // upper slice, second row, columns 2 and 3
  const levels = { ...makeLevels([[], [], [[100, 0], [140, 0]]]), voxels };
  levels.box = { z: 1, y: 10, x: 20, depth: 2, rows: 3, columns: 4 };
  assert.deepEqual(openingPoint(SCAN, levels, 100), { y: 11, x: 23 });
  assert.deepEqual(openingPoint(SCAN, levels, 140), { y: 11, x: 23 });
});

test("without tumour they cross in the middle of the head, without a head in that of the picture", () => {
  assert.deepEqual(openingPoint(SCAN, makeLevels([[], []]), 100), { y: 9, x: 16 });
  assert.deepEqual(openingPoint(SCAN, null, 100), { y: 9, x: 16 });
  const blank = { ...SCAN, box: { z: 0, y: 0, x: 0, depth: 0, rows: 0, columns: 0 } };
  assert.deepEqual(openingPoint(blank, null, 100), { y: 10, x: 15 });
});
