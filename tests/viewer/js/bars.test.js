import assert from "node:assert/strict";
import { test } from "node:test";

import {
  missedWords, runsWhere, sliceUnder, stripSlices, stripTop, stripWords, stripX,
} from "../../../app/viewer/js/bars.js";
import { makeLevels } from "./made_levels.js";

// Found; found only below 0.3; missed with a false alarm beside it; false alarm alone; nothing.
const SLICES = [
  [[150, 1], [140, 1], [120, 0]],
  [[50, 1], [0, 1]],
  [[0, 1], [130, 0], [5, 0]],
  [[90, 0]],
  [[1, 0], [0, 0]],
];

test("each slice says what is marked, what should be, and what became of it", () => {
  const at60 = stripSlices(makeLevels(SLICES), 60);
  assert.deepEqual(at60.map(({ area }) => area), [3, 0, 1, 1, 0]);
  assert.deepEqual(at60.map(({ wanted }) => wanted), [2, 2, 1, 0, 0]);
  assert.deepEqual(at60.map(({ missed }) => missed), [false, true, true, false, false]);
  assert.deepEqual(at60.map(({ alarm }) => alarm), [false, false, true, true, false]);
  const at50 = stripSlices(makeLevels(SLICES), 50);
  assert.deepEqual(at50.map(({ missed }) => missed), [false, false, true, false, false]);
});

test("without a reference nothing is called missed or a false alarm", () => {
  const slices = stripSlices(makeLevels(SLICES, { reference: false }), 60);
  assert.deepEqual(slices.map(({ area }) => area), [3, 0, 1, 1, 0]);
  assert.ok(slices.every(({ missed, alarm, wanted }) => !missed && !alarm && wanted === 0));
});

test("a slice that is still to come is pending, and not missed", () => {
  const [came, toCome] = stripSlices(makeLevels([[[150, 1]], [[0, 1]]], { complete: false }), 0);
  assert.deepEqual(came, { area: 1, wanted: 1, pending: false, missed: false, alarm: false });
  assert.deepEqual(toCome, { area: 0, wanted: 1, pending: true, missed: false, alarm: false });
});

test("the strip's scale is that of its largest slice", () => {
  assert.equal(stripTop(makeLevels(SLICES), 60), 3);
  const onlyLow = [[[20, 0], [20, 0], [20, 0], [150, 0]], [[150, 0], [150, 0]]];
  assert.equal(stripTop(makeLevels(onlyLow), 60), 4); // 2 at the default in one slice, 4 at 0.05 in another
});

test("neighbours that are missed make one run", () => {
  const runs = runsWhere([1, 0, 1, 1, 1, 0, 1], Boolean);
  assert.deepEqual(runs, [[0, 0], [2, 4], [6, 6]]);
  assert.deepEqual(runsWhere([0, 0], Boolean), []);
});

test("slices lie as the slider's thumb does, and a pointer finds the nearest", () => {
  assert.deepEqual([0, 1, 4].map((slice) => stripX(slice, 5, 118, 9)), [9, 34, 109]);
  assert.deepEqual([-5, 9, 21, 22, 84, 300].map((x) => sliceUnder(x, 5, 118, 9)), [0, 0, 0, 1, 3, 4]);
});

test("one slice in words", () => {
  const [found, missed, , alarm] = stripSlices(makeLevels(SLICES), 60);
  assert.equal(stripWords(0, found, 2, true), "slice 1: 6 mm² predicted, 4 mm² reference");
  assert.equal(stripWords(0, found, 410, true), "slice 1: 12.3 cm² predicted, 8.2 cm² reference");
  assert.equal(stripWords(1, missed, null, true), "slice 2: 0 px predicted, 2 px reference · missed");
  assert.equal(stripWords(3, alarm, null, true), "slice 4: 1 px predicted, 0 px reference · false alarm");
  assert.equal(stripWords(0, found, null, false), "slice 1: 3 px predicted");
  assert.equal(stripWords(0, { ...found, pending: true }, null, false), "slice 1: not segmented yet");
  assert.deepEqual([missedWords(0), missedWords(2)], ["", "▲ 2 missed"]);
});
