import assert from "node:assert/strict";
import { test } from "node:test";

import {
  cut, fromPixel, matrixOf, planeSize, sidesOf, toPixel, toPlane, toVolume, valueAt, wholeHead, widen, worldOf,
  zoomedAt,
} from "../../../app/viewer/js/geometry.js";

// A volume of 5 slices, 6 rows, 8 columns; its box has 2 x 3 x 4 voxels. A voxel's value is its slice, row and column
// in the box, as digits: 123 lies in the box's upper slice, third row, last column.
const HEADER = { shape: [5, 6, 8], spacing: [4, 2, 1] };
const BOX = { z: 1, y: 2, x: 3, depth: 2, rows: 3, columns: 4 };
const VOXELS = Uint8Array.from([
  [0, 1, 2, 3], [10, 11, 12, 13], [20, 21, 22, 23],
  [100, 101, 102, 103], [110, 111, 112, 113], [120, 121, 122, 123],
].flat());
const SCAN = { header: HEADER, box: BOX };
const rowsOf = ({ data, rows, columns }) =>
  Array.from({ length: rows }, (_, row) => [...data.subarray(row * columns, (row + 1) * columns)]);

test("an axial plane has the front above and the patient's right on the left", () => {
  const plane = cut(VOXELS, BOX, 5, "axial", 2);
  assert.deepEqual(rowsOf(plane), [[100, 101, 102, 103], [110, 111, 112, 113], [120, 121, 122, 123]]);
  assert.deepEqual([plane.row, plane.column], [2, 3]);
});

test("a coronal plane has the head above", () => {
  const plane = cut(VOXELS, BOX, 5, "coronal", 4);
  assert.deepEqual(rowsOf(plane), [[120, 121, 122, 123], [20, 21, 22, 23]]);
  assert.deepEqual([plane.row, plane.column], [2, 3]); // slice 2, the box's highest, is the third from above
});

test("a sagittal plane has the head above and the front on the left", () => {
  const plane = cut(VOXELS, BOX, 5, "sagittal", 6);
  assert.deepEqual(rowsOf(plane), [[103, 113, 123], [3, 13, 23]]);
  assert.deepEqual([plane.row, plane.column], [2, 2]);
});

test("outside the box there is no plane", () => {
  for (const [plane, first, past] of [["axial", 1, 3], ["coronal", 2, 5], ["sagittal", 3, 7]]) {
    assert.equal(cut(VOXELS, BOX, 5, plane, first - 1), null);
    assert.ok(cut(VOXELS, BOX, 5, plane, first));
    assert.ok(cut(VOXELS, BOX, 5, plane, past - 1));
    assert.equal(cut(VOXELS, BOX, 5, plane, past), null);
  }
  const empty = { z: 0, y: 0, x: 0, depth: 0, rows: 0, columns: 0 };
  for (const plane of ["axial", "coronal", "sagittal"]) assert.equal(cut(new Uint8Array(0), empty, 5, plane, 0), null);
});

test("a plane is laid into the whole slice", () => {
  const plane = { data: Uint8Array.of(1, 2, 3, 4), rows: 2, columns: 2, row: 1, column: 2 };
  const wide = widen(plane, { rows: 3, columns: 5 });
  assert.deepEqual(rowsOf(wide), [[0, 0, 0, 0, 0], [0, 0, 1, 2, 0], [0, 0, 3, 4, 0]]);
  assert.deepEqual([wide.row, wide.column], [0, 0]);
  assert.deepEqual(rowsOf(widen(null, { rows: 1, columns: 2 })), [[0, 0]]);
});

test("the size of a plane, in voxels and mm", () => {
  assert.deepEqual(planeSize(HEADER, "axial"), { rows: 6, columns: 8, count: 5, mmRow: 2, mmColumn: 1 });
  assert.deepEqual(planeSize(HEADER, "coronal"), { rows: 5, columns: 8, count: 6, mmRow: 4, mmColumn: 1 });
  assert.deepEqual(planeSize(HEADER, "sagittal"), { rows: 5, columns: 6, count: 8, mmRow: 4, mmColumn: 2 });
  const { mmRow, mmColumn } = planeSize({ ...HEADER, spacing: null }, "sagittal");
  assert.deepEqual([mmRow, mmColumn], [1, 1]);
});

test("letters change with the convention, but not on a sagittal plane", () => {
  assert.deepEqual(sidesOf("axial", false), ["R", "L", "A", "P"]);
  assert.deepEqual(sidesOf("axial", true), ["L", "R", "A", "P"]);
  assert.deepEqual(sidesOf("coronal", true), ["L", "R", "S", "I"]);
  assert.deepEqual(sidesOf("sagittal", true), ["A", "P", "S", "I"]);
});

test("a voxel lies where it is cut, and comes back", () => {
  const point = { z: 2, y: 4, x: 6 };
  const places = { axial: [4, 6], coronal: [2, 6], sagittal: [2, 4] };
  for (const [plane, [row, column]] of Object.entries(places)) {
    assert.deepEqual(toPlane(point, plane, 5), { row, column });
    assert.deepEqual(toVolume({ row, column }, plane, 5, point), point);
    const part = cut(VOXELS, BOX, 5, plane, { axial: 2, coronal: 4, sagittal: 6 }[plane]);
    assert.equal(part.data[(row - part.row) * part.columns + column - part.column], 123);
  }
  assert.deepEqual(toVolume({ row: 0, column: 1 }, "coronal", 5, point), { z: 4, y: 4, x: 1 });
  assert.deepEqual(toVolume({ row: 0, column: 1 }, "sagittal", 5, point), { z: 4, y: 1, x: 6 });
});

test("the whole head is looked at in its middle", () => {
  assert.deepEqual(wholeHead(SCAN, "axial"), { zoom: 1, row: 3.5, column: 5 });
  assert.deepEqual(wholeHead(SCAN, "coronal"), { zoom: 1, row: 3, column: 5 }); // 5 slices less the middle 2
  assert.deepEqual(wholeHead(SCAN, "sagittal"), { zoom: 1, row: 3, column: 3.5 });
  const nothing = { header: HEADER, box: { z: 0, y: 0, x: 0, depth: 0, rows: 0, columns: 0 } };
  assert.deepEqual(wholeHead(nothing, "axial"), { zoom: 1, row: 3, column: 4 });
});

test("the head fills the pane up to its margin, in square millimetres", () => {
  const pane = { width: 100, height: 80, margin: 10 };
  // 4 columns of 1 mm in 80 pixels: 20; 3 rows of 2 mm in 60 pixels: 10, which is what fits.
  const matrix = matrixOf(SCAN, "axial", wholeHead(SCAN, "axial"), pane, false);
  assert.deepEqual(matrix, { a: 10, d: 20, e: 0, f: -30, scale: 10 });
  assert.deepEqual(toPixel(matrix, { row: 3.5, column: 5 }), { x: 50, y: 40 });
  const twice = matrixOf(SCAN, "axial", { ...wholeHead(SCAN, "axial"), zoom: 2 }, pane, false);
  assert.deepEqual([twice.a, twice.d], [20, 40]);
});

test("the neurological convention mirrors columns about the middle of the pane", () => {
  const pane = { width: 100, height: 80, margin: 10 };
  const matrix = matrixOf(SCAN, "axial", wholeHead(SCAN, "axial"), pane, true);
  assert.deepEqual(toPixel(matrix, { row: 3.5, column: 5 }), { x: 50, y: 40 });
  assert.deepEqual(toPixel(matrix, { row: 2, column: 3 }), { x: 70, y: 10 });
  assert.ok(matrixOf(SCAN, "sagittal", wholeHead(SCAN, "sagittal"), pane, true).a > 0);
});

test("pixels and places are each other's inverse", () => {
  const matrix = { a: -2, d: 4, e: 10, f: 20 };
  assert.deepEqual(toPixel(matrix, { row: 3, column: 1 }), { x: 8, y: 32 });
  assert.deepEqual(fromPixel(matrix, { x: 8, y: 32 }), { row: 3, column: 1 });
});

for (const mirrored of [false, true]) {
  test(`zooming keeps what lies under the pointer${mirrored ? ", mirrored too" : ""}`, () => {
    const pane = { width: 100, height: 80, margin: 10 };
    const before = wholeHead(SCAN, "axial");
    const matrix = matrixOf(SCAN, "axial", before, pane, mirrored);
    const under = fromPixel(matrix, { x: 70, y: 20 });
    const lens = zoomedAt(before, matrix, { x: 70, y: 20 }, 4, pane);
    assert.equal(lens.zoom, 4);
    assert.deepEqual(toPixel(matrixOf(SCAN, "axial", lens, pane, mirrored), under), { x: 70, y: 20 });
  });
}

test("zoom stays between a half and 32", () => {
  const matrix = { a: 10, d: 10, e: 0, f: 0 };
  const lens = { zoom: 1, row: 1, column: 1 };
  assert.equal(zoomedAt(lens, matrix, { x: 0, y: 0 }, 1000, { width: 10, height: 10 }).zoom, 32);
  assert.equal(zoomedAt(lens, matrix, { x: 0, y: 0 }, 0.001, { width: 10, height: 10 }).zoom, 0.5);
});

test("mm come from the scan's own lines; without them there are none", () => {
  const lines = [[0, 0, 2, -50], [0, 3, 0, 10], [4, 0, 0, 1]];
  assert.deepEqual(worldOf({ to_mm: lines }, { z: 1, y: 2, x: 3 }), [-44, 16, 5]);
  assert.equal(worldOf({ to_mm: null }, { z: 1, y: 2, x: 3 }), null);
});

test("a voxel's value, and none outside the box", () => {
  assert.equal(valueAt(VOXELS, BOX, { z: 2, y: 4, x: 6 }), 123);
  assert.equal(valueAt(VOXELS, BOX, { z: 1, y: 2, x: 3 }), 0);
  for (const beyond of [{ z: 3 }, { z: 0 }, { y: 5 }, { y: 1 }, { x: 7 }, { x: 2 }]) {
    assert.equal(valueAt(VOXELS, BOX, { z: 2, y: 4, x: 6, ...beyond }), null);
  }
});
