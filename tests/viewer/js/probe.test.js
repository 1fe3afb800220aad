import assert from "node:assert/strict";
import { test } from "node:test";

import { TUMOUR_CLASSES } from "../../../app/viewer/js/palette.js";
import { probeText, worldText } from "../../../app/viewer/js/probe.js";

const BOX = { z: 0, y: 0, x: 0, depth: 1, rows: 1, columns: 3 };
const SCAN = {
  header: {
    sequences: ["T2"], values: [[0, 512.25, 7]],
    to_mm: [[0, 0, 1, -1], [0, 1, 0, 2.25], [1, 0, 0, -30]],
  },
  box: BOX,
  images: new Map([["T2", Uint8Array.of(1, 2, 0)]]),
};
const LEVELS = { box: { ...BOX, columns: 2 }, voxels: Uint8Array.of(190, 59), classes: Uint8Array.of(4, 2) };
const ENHANCING = TUMOUR_CLASSES.find(({ value }) => value === 4).label;
const linesAt = (x, k, { levels = LEVELS, scan = SCAN, sequence = "T2" } = {}) =>
  probeText(scan, levels, sequence, { z: 0, y: 0, x }, k).split("\n");

test("mm are named by their side: left, posterior and superior are positive", () => {
  assert.equal(worldText([1.04, 2.25, -30]), "L 1.0  P 2.3  I 30.0 mm");
  assert.equal(worldText([-1.06, -3, 0]), "R 1.1  A 3.0  S 0.0 mm");
});

test("position, intensity, probability and class", () => {
  assert.deepEqual(linesAt(0, 60), ["R 1.0  P 2.3  I 30.0 mm", `512.3  ·  p 0.950  ·  ${ENHANCING}`]);
});

test("a class is named inside the mask only", () => {
  assert.equal(linesAt(1, 60)[1], "7  ·  p 0.295");
  assert.match(linesAt(1, 59)[1], /p 0\.295 {2}· {2}\w/);
  assert.equal(linesAt(2, 0)[1], "0  ·  p 0.000");
});

test("the map on screen is told too, in its own numbers, outside its box as well", () => {
  const map = { box: { ...BOX, columns: 2 }, voxels: Uint8Array.of(50, 200) };
  const linesWith = (x) => probeText(SCAN, LEVELS, "T2", { z: 0, y: 0, x }, 60, { map, range: [0, 0.5] }).split("\n");
  assert.equal(linesWith(0)[1], `512.3  ·  p 0.950  ·  ${ENHANCING}  ·  map 0.125`);
  assert.equal(linesWith(1)[1], "7  ·  p 0.295  ·  map 0.5");
  assert.equal(linesWith(2)[1], "0  ·  p 0.000  ·  map 0");
});

test("without levels, classes, sequence or place there is less to say", () => {
  assert.equal(linesAt(0, 60, { levels: null })[1], "512.3");
  assert.equal(linesAt(0, 60, { levels: { ...LEVELS, classes: null } })[1], "512.3  ·  p 0.950");
  assert.equal(linesAt(0, 60, { sequence: "T1" })[1], `p 0.950  ·  ${ENHANCING}`);
  const nowhere = { ...SCAN, header: { ...SCAN.header, to_mm: null } };
  assert.equal(linesAt(1, 60, { scan: nowhere })[0], "column 2, row 1");
});
