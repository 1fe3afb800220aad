import assert from "node:assert/strict";
import { test } from "node:test";

import {
  aroundTumour, compact, dragged, greys, presetWindow, scaleOf, tumourCounts,
} from "../../../app/viewer/js/window.js";

const TWICE = Array.from({ length: 256 }, (_, code) => 2 * code);
const HEADER = { sequences: ["FLAIR", "T2"], values: [[1], TWICE], windows: [[0, 1], [40, 400]] };

// Voxels by code.
function counts(entries) {
  const all = new Array(256).fill(0);
  for (const [code, n] of entries) all[code] = n;
  return all;
}

test("a sequence has its own intensities", () => assert.equal(scaleOf(HEADER, "T2"), TWICE));

test("presets: the whole range, the brain, and what is automatic", () => {
  assert.deepEqual(presetWindow("full", HEADER, "T2"), [0, 510]);
  assert.deepEqual(presetWindow("brain", HEADER, "T2"), [40, 400]);
  assert.deepEqual(presetWindow("automatic", HEADER, "T2"), [40, 400]);
});

test("the tumour's window is its middle 96 % and a quarter on either side", () => {
  // 100 voxels: the outliers on either side are left out; intensities 200 to 280, a quarter of which is 20.
  const tumour = counts([[3, 2], [100, 50], [140, 47], [250, 1]]);
  assert.deepEqual(aroundTumour(TWICE, tumour), [180, 300]);
  assert.deepEqual(presetWindow("tumour", HEADER, "T2", tumour), [180, 300]);
});

test("a tumour that says nothing of its intensities leaves the brain's window", () => {
  assert.equal(aroundTumour(TWICE, counts([[100, 10], [140, 9]])), null);
  assert.equal(aroundTumour(TWICE, counts([[100, 500]])), null);
  assert.deepEqual(presetWindow("tumour", HEADER, "T2", counts([[100, 19]])), [40, 400]);
  assert.deepEqual(presetWindow("tumour", HEADER, "T2", null), [40, 400]);
});

test("the tumour's voxels are counted where both boxes are", () => {
  const scanBox = { z: 0, y: 0, x: 1, depth: 2, rows: 1, columns: 2 };
  const image = Uint8Array.of(11, 12, 13, 14); // columns 1 and 2 of slices 0 and 1
  const box = { z: 1, y: 0, x: 0, depth: 1, rows: 1, columns: 3 };
  const levels = { box, voxels: Uint8Array.of(200, 60, 59) }; // columns 0 to 2 of slice 1
  assert.deepEqual(tumourCounts(image, scanBox, levels, 60), counts([[13, 1]]));
  assert.deepEqual(tumourCounts(image, scanBox, levels, 59), counts([[13, 1], [14, 1]]));
});

test("greys run from black to white over the window, or back", () => {
  assert.deepEqual([...greys([0, 10, 15, 20, 99], [10, 20], false)],
    [0xff000000, 0xff000000, 0xff808080, 0xffffffff, 0xffffffff]);
  assert.deepEqual([...greys([0, 20], [10, 20], true)], [0xffffffff, 0xff000000]);
});

test("a drag across widens the window, upwards it moves it", () => {
  assert.deepEqual(dragged([100, 200], 0.5, 0, [0, 400]), [0, 300]);
  assert.deepEqual(dragged([100, 200], 0, 0.25, [0, 400]), [200, 300]);
  assert.deepEqual(dragged([100, 200], -9, 0, [0, 400]), [148, 152]); // never closed
});

test("intensities are written short", () => {
  assert.deepEqual([1234.56, 12.345, 0.012345, -300.04, 0].map(compact), ["1235", "12.3", "0.0123", "-300", "0"]);
});
