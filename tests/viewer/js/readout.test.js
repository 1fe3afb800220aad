import assert from "node:assert/strict";
import { test } from "node:test";

import {
  decimal, describe, extent, isSegmented, millilitres, percent, readings, sizeRange, withUnit,
  writtenInterval, writtenRange,
} from "../../../app/viewer/js/readout.js";
import { makeLevels } from "./made_levels.js";

// Three slices: one with two voxels of tumour and a false alarm, one whose tumour is never marked, one of nothing.
const SLICES = [[[150, 1], [60, 1], [100, 0], [0, 0]], [[0, 1], [0, 0]], [[40, 0], [0, 0]]];
const DATA = { slices: 3, has_reference: true, validation: null };
const UNKNOWN = { recall: null, precision: null, dice: null, volume_ml: null, voxels: null };
const flat = (value) => Array(201).fill(value);

test("scores of a slice and of the scan come from counts at or above the level", () => {
  const now = readings(DATA, makeLevels(SLICES), 0, 100);
  assert.equal(now.threshold, 0.5);
  assert.deepEqual(now.slice, { recall: 1 / 2, precision: 1 / 2, dice: 2 / 4, volume_ml: 1, voxels: 2 });
  assert.deepEqual(now.scan, { recall: 1 / 3, precision: 1 / 2, dice: 2 / 5, volume_ml: 1, voxels: 2 });
  assert.equal(readings(DATA, makeLevels(SLICES), 0, 101).scan.precision, 1);
});

test("a score without anything to divide by is null, never 0 or 1", () => {
  const now = readings(DATA, makeLevels(SLICES), 2, 180);
  assert.deepEqual(now.slice, { recall: null, precision: null, dice: null, volume_ml: 0, voxels: 0 });
  assert.deepEqual([now.scan.recall, now.scan.precision, now.scan.dice], [0, null, 0]);
});

test("without a reference there are sizes, and the scores are those of validation", () => {
  const validation = { label: "8 patients", recall: flat(0.9), precision: flat(null), dice: flat(0.8) };
  const now = readings({ ...DATA, has_reference: false, validation }, makeLevels(SLICES, { reference: false }), 0, 60);
  assert.equal(now.source, "validation");
  assert.deepEqual(now.scan, { ...UNKNOWN, volume_ml: 1.5, voxels: 3 });
  assert.deepEqual(now.validation, { label: "8 patients", recall: 0.9, precision: null, dice: 0.8 });
});

test("while slices are coming, only those that came have numbers", () => {
  const levels = makeLevels(SLICES, { complete: false });
  assert.deepEqual([0, 1, 2].map((slice) => isSegmented(levels, slice)), [true, false, true]);
  assert.equal(readings(DATA, levels, 0, 100).slice.voxels, 2);
  assert.deepEqual(readings(DATA, levels, 1, 100).slice, UNKNOWN);
  assert.deepEqual(readings(DATA, levels, 0, 100).scan, UNKNOWN);
  assert.deepEqual(readings(DATA, null, 0, 100).slice, UNKNOWN);
});

test("classes have their volume at the threshold once every slice is there", () => {
  const classTotal = new Uint32Array(3 * 201);
  classTotal[70] = 3;
  classTotal[201 + 70] = 5;
  classTotal[402 + 70] = 7;
  const volumes = (levels, k) => readings(DATA, levels, 0, k).classes;
  assert.deepEqual(volumes(makeLevels(SLICES, { classTotal }), 70), [
    { label: 1, voxels: 3, volume_ml: 1.5 },
    { label: 2, voxels: 5, volume_ml: 2.5 },
    { label: 4, voxels: 7, volume_ml: 3.5 },
  ]);
  assert.equal(volumes(makeLevels(SLICES, { classTotal, complete: false }), 70), null);
  assert.equal(volumes(makeLevels(SLICES), 70), null);
});

test("the range is the size 0.05 to either side, and says where it was cut short", () => {
  const levels = makeLevels(SLICES);
  const range = sizeRange(levels, 60); // levels 50 and 70
  assert.deepEqual([range.smallest.voxels, range.largest.voxels], [2, 3]);
  assert.equal(writtenRange(range), "1.00 to 1.50 at t ± 0.05");
  assert.equal(writtenRange(sizeRange(levels, 4)), "2.00 to 2.00 at t 0.005 to 0.070");
  assert.equal(writtenRange(sizeRange(levels, 195)), "0.00 to 0.00 at t 0.925 to 1.000");
  assert.equal(writtenRange(sizeRange(makeLevels(SLICES, { voxelMl: null }), 60)), "2 to 3 at t ± 0.05");
  assert.equal(sizeRange(levels, 0), null);
  assert.equal(sizeRange(makeLevels(SLICES, { complete: false }), 60), null);
});

test("a shown 95.0 % has reached the target", () => {
  assert.equal(withUnit(percent(0.95)), "95.0 %");
  assert.equal(withUnit(percent(0.94999)), "94.9 %");
  assert.equal(withUnit(percent(0.29)), "29.0 %"); // 0.29 * 1000 is 290 less a rounding error
  assert.equal(withUnit(decimal(0.9405)), "0.941");
});

test("an extent is in ml where there is a voxel size, or else counted", () => {
  assert.equal(withUnit(millilitres(9.994)), "9.99 ml");
  assert.equal(withUnit(millilitres(10.04)), "10.0 ml");
  assert.equal(withUnit(extent({ voxels: 12345, volume_ml: null }, "px")), "12,345 px");
  assert.equal(withUnit(extent({ voxels: 4, volume_ml: 2 }, "px")), "2.00 ml");
  assert.equal(extent(UNKNOWN, "px"), null);
});

test("a screen reader hears place, threshold, size and scores", () => {
  const now = readings(DATA, makeLevels(SLICES), 1, 150);
  assert.equal(
    describe(DATA, now, 1),
    "Slice 2 of 3, threshold 0.750. Tumour in the scan 0.50 ml. " +
      "Scan: recall 33.3 %, precision 100.0 %, dice 0.500.",
  );
  const empty = readings(DATA, makeLevels(SLICES), 1, 200);
  assert.match(describe(DATA, empty, 1), /precision undefined/);
  assert.equal(describe(DATA, readings(DATA, null, 1, 150), 1), "Slice 2 of 3, threshold 0.750. Segmenting.");
});

test("an interval is written at its own threshold, in what the card shows, its numbers on one line", () => {
  const interval = { k: 60, low: 9.994, high: 56.78, level: "90 % interval", label: "" };
  const data = { interval, has_spacing: true, slices: 20 };
  assert.equal(writtenInterval(data, 60), "90 % interval 9.99\u00a0to\u00a056.8\u00a0ml");
  assert.deepEqual([59, 61].map((k) => writtenInterval(data, k)), ["", ""]);
  assert.equal(writtenInterval({ ...data, interval: null }, 60), "");
  const voxels = { ...data, has_spacing: false, interval: { ...interval, low: 1234.4, high: 5678.6 } };
  assert.match(writtenInterval(voxels, 60), /1,234\sto\s5,679\svoxels$/);
  assert.match(writtenInterval({ ...voxels, slices: 1 }, 60), /px$/);
});
