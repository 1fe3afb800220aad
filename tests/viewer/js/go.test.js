import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { followOnce } from "../../../app/viewer/js/go.js";
import { join, leave, setSlice } from "../../../app/viewer/js/state.js";
import { makeView } from "./made_view.js";

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.cancelAnimationFrame = () => {};
});

let ids = 0;
const goTo = (place) => ({ id: `go ${ids++}`, slice: null, threshold: null, point: null, ...place });

test("slice, threshold and point are the hand's own from then on, and told once", () => {
  const view = makeView();
  followOnce(view, goTo({ slice: 7, threshold: 0.415, point: [3.4, 12] }));
  assert.deepEqual([view.slice, view.k, view.point], [7, 83, { y: 3, x: 12 }]);
  assert.deepEqual(view.moved, { slice: true, threshold: true, point: true });
  mock.timers.tick(250);
  assert.equal(view.rested, 1);
});

test("what is not named stays, and stays Python's", () => {
  const view = makeView();
  followOnce(view, goTo({ threshold: 0.5 }));
  assert.deepEqual([view.slice, view.k, view.point, view.moved], [4, 100, { y: 7, x: 8 }, { threshold: true }]);
});

test("each id is followed once: the hand's later choice stays, in the next viewer too", () => {
  const view = makeView();
  const go = goTo({ slice: 7 });
  followOnce(view, go);
  setSlice(view, 2);
  followOnce(view, { ...go });
  assert.equal(view.slice, 2);
  const next = makeView({ study: "two" });
  followOnce(next, go);
  assert.equal(next.slice, 4);
  followOnce(view, goTo({ slice: 7 }));
  assert.equal(view.slice, 7);
});

test("nothing named is nothing followed", () => {
  const view = makeView();
  followOnce(view, null);
  mock.timers.tick(250);
  assert.deepEqual([view.painted, view.rested, view.moved], [0, 0, {}]);
});

test("where the view is there already it is told all the same", () => {
  const view = makeView();
  followOnce(view, goTo({ slice: 4 }));
  mock.timers.tick(250);
  assert.deepEqual([view.painted, view.rested, view.moved], [0, 1, { slice: true }]);
});

test("places beyond the scan are moved to its edge, before it has come too", () => {
  const view = makeView(); // 10 slices, 20 rows, 30 columns; no scan has come
  followOnce(view, goTo({ slice: 99, threshold: 3, point: [-5, 99] }));
  assert.deepEqual([view.slice, view.k, view.point], [9, 200, { y: 0, x: 29 }]);
});

test("the film stops, and zoomed pictures have the point in their middle", () => {
  const middle = { row: 1, column: 1 };
  const lenses = { axial: { zoom: 3, ...middle }, coronal: { zoom: 2, ...middle }, sagittal: undefined };
  const view = makeView({}, { lenses, film: 5 });
  followOnce(view, goTo({ slice: 6, point: [12, 25] }));
  assert.equal(view.film, 0);
  assert.deepEqual(view.lenses, {
    axial: { zoom: 3, row: 12.5, column: 25.5 },
    coronal: { zoom: 2, row: 3.5, column: 25.5 }, // the highest slice, 9, is row 0
    sagittal: undefined,
  });
});

test("the viewers of a group follow", () => {
  const [left, right] = [makeView({ group: "sent" }), makeView({ group: "sent", study: "two", slices: 19 })];
  join(left);
  join(right);
  followOnce(left, goTo({ slice: 9, threshold: 0.1 }));
  assert.deepEqual([right.slice, right.k], [18, 20]);
  leave(left);
  leave(right);
});
