import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { stopCine, toggleCine } from "../../../app/viewer/js/cine.js";
import { makeView } from "./made_view.js";

let frames; // callbacks that wait for the next frame

beforeEach(() => {
  frames = new Map();
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(performance, "now", () => 0);
  globalThis.requestAnimationFrame = (callback) => frames.set(frames.size + 1, callback).size;
  globalThis.cancelAnimationFrame = (id) => frames.delete(id);
});

afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
  delete globalThis.requestAnimationFrame;
  delete globalThis.cancelAnimationFrame;
});

// Each frame in turn; gives the slice after it.
function play(view, ...times) {
  return times.map((time) => {
    const waiting = [...frames.values()];
    frames.clear();
    for (const callback of waiting) callback(time);
    return view.slice;
  });
}

test("the film keeps its speed and goes round", () => {
  const view = makeView({ slices: 6 }, { speed: 10 });
  toggleCine(view);
  assert.deepEqual(play(view, 0, 50, 99, 100, 150, 200), [5, 5, 5, 0, 0, 1]);
});

test("after a long frame the film goes on from there, without catching up", () => {
  const view = makeView({}, { slice: 0, speed: 10 });
  toggleCine(view);
  assert.deepEqual(play(view, 0, 1000, 1001, 1099), [1, 2, 3, 3]);
});

test("it stops, and one slice is no film", () => {
  const view = makeView({}, { speed: 10 });
  toggleCine(view);
  assert.ok(view.film);
  toggleCine(view);
  assert.deepEqual([view.film, frames.size], [0, 0]);
  const single = makeView({ slices: 1 });
  toggleCine(single);
  assert.equal(frames.size, 0);
  stopCine(single);
});
