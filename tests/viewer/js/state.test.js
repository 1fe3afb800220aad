import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import {
  change, join, leave, planesOf, reset, resetThreshold, restLater, setLens, setMode, setPoint, setSequence, setSlice,
  setThreshold, setWindow, startingLook, toggle,
} from "../../../app/viewer/js/state.js";
import { makeView } from "./made_view.js";

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

test("a change repaints at once and is told once, when the hand rests", () => {
  const view = makeView();
  setSlice(view, 5);
  mock.timers.tick(200);
  setSlice(view, 6);
  mock.timers.tick(249);
  assert.deepEqual([view.slice, view.painted, view.rested], [6, 2, 0]);
  mock.timers.tick(1);
  assert.equal(view.rested, 1);
});

test("while the hand holds on nothing is told", () => {
  const view = makeView({}, { held: true });
  setSlice(view, 5);
  mock.timers.tick(10_000);
  assert.equal(view.rested, 0);
  view.held = false;
  restLater(view);
  mock.timers.tick(250);
  assert.equal(view.rested, 1);
});

test("slice and threshold stay in their range, and are the hand's own from then on", () => {
  const view = makeView();
  setSlice(view, -3);
  setThreshold(view, 999);
  assert.deepEqual([view.slice, view.k, view.moved], [0, 200, { slice: true, threshold: true }]);
  setSlice(view, Infinity);
  setThreshold(view, -1);
  assert.deepEqual([view.slice, view.k], [9, 0]);
});

test("what does not change is not painted", () => {
  const view = makeView();
  setSlice(view, 4);
  setThreshold(view, 60);
  setSequence(view, "FLAIR");
  setSequence(view, "T1"); // the study has none
  setMode(makeView({ has_reference: false }), "agreement");
  assert.equal(view.painted, 0);
});

test("a mode shows the overlay, and agreement needs a reference", () => {
  const view = makeView({}, { overlay: false });
  setMode(view, "heat");
  assert.deepEqual([view.mode, view.overlay], ["heat", true]);
  const bare = makeView({ has_reference: false });
  setMode(bare, "agreement");
  assert.equal(bare.mode, "fill");
});

test("planes cross at whole voxels, and the point's height is the slice", () => {
  const view = makeView(); // no scan has come: rows and columns are unknown
  setPoint(view, { z: 2.6, y: 9, x: -4 });
  assert.deepEqual([view.slice, view.point, view.moved.point], [3, { y: 0, x: 0 }, true]);
});

test("windows belong to sequences, lenses to planes", () => {
  const view = makeView({}, { windows: { T2: [0, 9] }, lenses: { axial: "a" } });
  setWindow(view, [1, 5]);
  setLens(view, "coronal", "c");
  assert.deepEqual(view.windows, { T2: [0, 9], FLAIR: [1, 5] });
  assert.deepEqual(view.lenses, { axial: "a", coronal: "c" });
});

test("reset leaves slice and threshold, and nothing else", () => {
  const view = makeView({}, { windows: { T2: [0, 9] }, lenses: { axial: "a" }, slice: 2, k: 150 });
  toggle(view, "inverted");
  change(view, { mode: "heat", opacity: 0.3 });
  reset(view);
  assert.deepEqual([view.slice, view.k, view.windows, view.lenses], [2, 150, {}, {}]);
  for (const [name, value] of Object.entries(startingLook())) assert.equal(view[name], value, name);
  resetThreshold(view);
  assert.equal(view.k, 60);
});

test("one plane without spacing, in a single slice, beside another study, and on demand", () => {
  assert.deepEqual(planesOf(makeView()), ["axial", "coronal", "sagittal"]);
  const others = [makeView({ has_spacing: false }), makeView({ slices: 1 }), makeView({ compact: true }),
    makeView({}, { layout: "one" })];
  for (const view of others) assert.deepEqual(planesOf(view), ["axial"]);
});

test("a group follows, each in its own study", () => {
  const left = makeView({ group: "g" });
  const right = makeView({ group: "g", study: "two", slices: 19, sequences: ["T2"] });
  const alone = makeView();
  for (const view of [left, right, alone]) join(view);
  setSlice(left, 3); // a third of the way up from 0 to 9: 6 of 0 to 18
  setThreshold(left, 90);
  setSequence(left, "T2");
  setMode(left, "outline");
  setWindow(left, [0, 1]);
  assert.deepEqual([right.slice, right.k, right.sequence, right.mode], [6, 90, "T2", "outline"]);
  assert.deepEqual(right.moved, { threshold: true, slice: true });
  assert.deepEqual(right.windows, {}); // intensities of another study
  assert.deepEqual([alone.slice, alone.k], [4, 60]);
  setSequence(left, "FLAIR");
  assert.equal(right.sequence, "T2"); // it has no other
  leave(right);
  setThreshold(left, 10);
  assert.equal(right.k, 90);
  leave(left);
});

test("two viewers of one study share window, zoom and point", () => {
  const [left, right] = [makeView({ group: "same" }), makeView({ group: "same" })];
  join(left);
  join(right);
  setWindow(left, [0, 1]);
  setLens(left, "axial", { zoom: 2 });
  setPoint(left, { z: 4, y: 0, x: 0 });
  assert.deepEqual([right.windows, right.lenses, right.point],
    [{ FLAIR: [0, 1] }, { axial: { zoom: 2 } }, { y: 0, x: 0 }]);
  mock.timers.tick(250);
  assert.deepEqual([left.rested, right.rested], [1, 1]);
});
