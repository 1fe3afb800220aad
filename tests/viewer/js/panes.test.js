import assert from "node:assert/strict";
import { test } from "node:test";

import { cutFor, indexOf, partFor } from "../../../app/viewer/js/panes.js";
import { makeView } from "./made_view.js";

const BOX = { z: 1, y: 1, x: 2, depth: 2, rows: 1, columns: 2 };
const levelsOf = (more = {}) => ({
  header: { shape: [3, 3, 4], spacing: null },
  box: BOX,
  voxels: Uint8Array.of(1, 2, 3, 4),
  classes: Uint8Array.of(1, 2, 4, 1),
  reference: Uint8Array.of(0, 0, 1, 1),
  ...more,
});
const paneAt = (index, plane = "axial") => ({ plane, index, cuts: new Map() });

test("a pane shows the slice where the planes cross", () => {
  const view = makeView();
  assert.deepEqual(["axial", "coronal", "sagittal"].map((plane) => indexOf(view, plane)), [4, 7, 8]);
});

test("a cut is kept until the slice or the array changes", () => {
  const pane = paneAt(1, "coronal");
  const { voxels } = levelsOf();
  const first = cutFor(pane, "voxels", voxels, BOX, 3);
  assert.deepEqual([...first.data], [3, 4, 1, 2]);
  assert.equal(cutFor(pane, "voxels", voxels, BOX, 3), first);
  assert.deepEqual([...cutFor(pane, "voxels", Uint8Array.of(9, 8, 7, 6), BOX, 3).data], [7, 6, 9, 8]);
  pane.index = 0;
  assert.equal(cutFor(pane, "voxels", voxels, BOX, 3), null);
  assert.equal(cutFor(pane, "classes", null, BOX, 3), null);
});

test("levels, classes and reference of a slice, cut alike", () => {
  const part = partFor(paneAt(2), levelsOf(), 60);
  assert.deepEqual([part.levels, part.classes, part.reference].map(({ data }) => [...data]), [[3, 4], [4, 1], [1, 1]]);
  const bare = partFor(paneAt(2), levelsOf({ classes: null, reference: null }), 60);
  assert.deepEqual([bare.classes, bare.reference], [null, null]);
});

test("at threshold 0 the whole slice is marked, outside the box too", () => {
  const pane = paneAt(2);
  const part = partFor(pane, levelsOf(), 0);
  assert.deepEqual([part.levels.rows, part.levels.columns], [3, 4]);
  assert.deepEqual([...part.levels.data], [0, 0, 0, 0, 0, 0, 3, 4, 0, 0, 0, 0]);
  assert.deepEqual([...part.reference.data], [0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0]);
  pane.index = 0; // a slice below the box
  assert.deepEqual([...partFor(pane, levelsOf(), 0).levels.data], new Array(12).fill(0));
  const bare = partFor(paneAt(0), levelsOf({ classes: null, reference: null }), 0);
  assert.deepEqual([bare.classes, bare.reference], [null, null]);
});
