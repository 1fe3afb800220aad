import assert from "node:assert/strict";
import { test } from "node:test";

import {
  nearestThreshold, pathThrough, roundUp, scaleTop, scoreCurve, scorePoint, sizeCurve, sizePoint, verdictOn,
} from "../../../app/viewer/js/plot.js";
import { makeLevels } from "./made_levels.js";

const SLICES = [[[150, 1], [60, 1], [100, 0], [0, 0]], [[0, 1], [0, 0]]];
const DATA = { has_reference: true, has_spacing: true, slices: 2, threshold: 0.3, validation: null };
const TARGETS = { recall: 0.95, precision: 0.7 };

test("recall goes to the right and precision upwards", () => {
  const curve = scoreCurve(DATA, makeLevels(SLICES));
  assert.deepEqual(scorePoint(curve, 150), { x: 1000 / 3, y: 0 });
  assert.deepEqual(scorePoint(curve, 100), { x: 1000 / 3, y: 500 });
  assert.equal(scorePoint(curve, 151), null); // nothing is marked: no precision
});

test("what cannot be drawn is said in words", () => {
  const empty = makeLevels([[[150, 0]]]);
  assert.match(scoreCurve(DATA, empty).reason, /holds no tumour/);
  assert.match(scoreCurve(DATA, makeLevels(SLICES, { complete: false })).reason, /every slice/);
  assert.match(scoreCurve(DATA, null).reason, /every slice/);
  assert.match(scoreCurve({ ...DATA, has_reference: false }, makeLevels(SLICES)).reason, /unknown/);
  assert.match(sizeCurve(DATA, null).reason, /every slice/);
});

test("without a reference the curve is that of validation, with or without levels", () => {
  const validation = { label: "8 patients", recall: [0.9, 0.5], precision: [0.4, null] };
  const curve = scoreCurve({ ...DATA, has_reference: false, validation }, null);
  assert.deepEqual(scorePoint(curve, 0), { x: 900, y: 600 });
  assert.equal(scorePoint(curve, 1), null);
});

test("sizes are ml where there is a voxel size, or else px of a picture and voxels of a stack", () => {
  const { what, unit, sizes, reference, top } = sizeCurve(DATA, makeLevels(SLICES));
  assert.deepEqual([what, unit, sizes[60], sizes[100], sizes[151]], ["Volume", "ml", 1.5, 1, 0]);
  assert.deepEqual([reference, top], [1.5, 1.5]);
  const counted = makeLevels(SLICES, { voxelMl: null, reference: false });
  const bare = { ...DATA, has_spacing: false };
  assert.deepEqual([sizeCurve(bare, counted).unit, sizeCurve(bare, counted).sizes[60]], ["voxels", 3]);
  assert.equal(sizeCurve(bare, counted).reference, 0);
  assert.equal(sizeCurve({ ...bare, slices: 1 }, counted).unit, "px");
});

test("a size lies at its threshold, from the bottom; one above the top lies above the chart", () => {
  const sizes = [8, 3, ...Array(199).fill(1)];
  assert.deepEqual(sizePoint(sizes, 4, 1), { x: 5, y: 250 });
  assert.deepEqual(sizePoint(sizes, 4, 200), { x: 1000, y: 750 });
  assert.equal(sizePoint(sizes, 4, 0).y, -1000);
});

test("a path starts with a move and leaves out what is undefined", () => {
  const pointAt = (k) => (k === 2 || k === 4 || k === 200 ? { x: k, y: k / 8 } : null);
  assert.equal(pathThrough(pointAt, 0), "M2.0 0.3L4.0 0.5L200.0 25.0");
  assert.equal(pathThrough(pointAt, 3), "M4.0 0.5L200.0 25.0");
  assert.equal(pathThrough(() => null, 0), "");
});

test("the nearest threshold is the nearest as seen on the chart", () => {
  const points = { 10: { x: 500, y: 0 }, 20: { x: 500, y: 900 }, 30: { x: 900, y: 450 } };
  const pointAt = (k) => points[k] ?? null;
  const place = { x: 500, y: 400 };
  assert.equal(nearestThreshold(pointAt, place, { width: 100, height: 100 }, 0), 10);
  assert.equal(nearestThreshold(pointAt, place, { width: 10, height: 100 }, 0), 30);
  assert.equal(nearestThreshold(() => null, place, { width: 100, height: 100 }, 0), null);
});

test("of points that fall together the one nearest to the present threshold is taken", () => {
  const size = { width: 100, height: 100 };
  const pointAt = (k) => (k >= 40 && k <= 60 ? { x: 1000, y: 0 } : null);
  assert.equal(nearestThreshold(pointAt, { x: 990, y: 10 }, size, 55), 55);
  assert.equal(nearestThreshold(pointAt, { x: 990, y: 10 }, size, 7), 40);
  assert.equal(nearestThreshold(pointAt, { x: 990, y: 10 }, size, 150), 60);
});

test("a scale reaches what 0.05 marks, but at most twice the default's size or the reference's", () => {
  const sizes = (low, standard) => Array.from({ length: 201 }, (_, k) => (k < 60 ? low : standard));
  assert.equal(scaleTop(sizes(13, 10), 60, 0), 13);
  assert.equal(scaleTop(sizes(90, 10), 60, 0), 20);
  assert.equal(scaleTop(sizes(90, 10), 60, 30), 60);
  assert.equal(scaleTop(sizes(13, 10), 60, 30), 30);
  assert.equal(scaleTop(sizes(13, 0), 60, 0), 13); // the default marks nothing
  assert.equal(scaleTop(sizes(0, 0), 60, 0), 1);
});

test("the top of an axis is the next round number", () => {
  assert.deepEqual([93.4, 100, 101, 0.7, 6.5, 81].map(roundUp).map((n) => n.toPrecision(3)),
    ["100", "100", "150", "0.800", "8.00", "100"]);
});

test("a score that equals its goal has met it, and what is missed is named", () => {
  assert.equal(verdictOn({ recall: 0.95, precision: 0.7 }, TARGETS).state, "met");
  assert.deepEqual(verdictOn({ recall: 0.949, precision: 0.7 }, TARGETS), { state: "missed", text: "✗ recall missed" });
  assert.equal(verdictOn({ recall: 0.95, precision: 0.69 }, TARGETS).text, "✗ precision missed");
  assert.equal(verdictOn({ recall: 0, precision: 0 }, TARGETS).text, "✗ both missed");
  assert.deepEqual(verdictOn({ recall: 1, precision: null }, TARGETS), { state: "", text: "" });
});
