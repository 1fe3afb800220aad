import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { KEYS, onKey, onKeyUp } from "../../../app/viewer/js/keys.js";
import { makeView } from "./made_view.js";

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

const viewOf = (data = {}, state = {}) => makeView(data, { help: { open: false }, ...state });

// Presses a key; gives the event with what was done to it. `on` is the selectors that what has the focus matches.
function press(view, key, { on = [".pane"], plane = undefined, ...modifiers } = {}) {
  const event = {
    key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers,
    target: { matches: (selector) => on.includes(selector), dataset: { plane } },
    stopped: false,
    prevented: false,
    stopPropagation: () => (event.stopped = true),
    preventDefault: () => (event.prevented = true),
  };
  onKey(view, event);
  return event;
}

test("no two entries of the table take the same key, and each key has an act", () => {
  const keys = KEYS.flatMap(([pressed]) => pressed);
  assert.equal(new Set(keys).size, keys.length);
  for (const [pressed, written, what, acts] of KEYS) {
    assert.equal(acts.length, pressed.length, written);
    assert.ok(acts.every((act) => typeof act === "function") && what, written);
  }
});

for (const [key, modifiers, wanted] of [
  ["ArrowUp", {}, { slice: 5 }],
  ["ArrowDown", {}, { slice: 3 }],
  ["ArrowUp", { shiftKey: true }, { slice: 9 }],
  ["ArrowDown", { shiftKey: true }, { slice: 0 }],
  ["PageUp", {}, { slice: 9 }],
  ["Home", {}, { slice: 0 }],
  ["End", {}, { slice: 9 }],
  ["]", {}, { k: 61 }],
  ["[", {}, { k: 59 }],
  ["}", { shiftKey: true }, { k: 70 }],
  ["{", { shiftKey: true }, { k: 50 }],
  ["]", { shiftKey: true }, { k: 70 }], // a layout where Shift makes no brace
  ["4", {}, { sequence: "T2" }],
  ["o", {}, { overlay: false }],
  ["O", {}, { overlay: false }], // caps lock
  ["g", {}, { reference: false }],
  ["e", {}, { measures: false }],
  ["i", {}, { inverted: true }],
  ["s", {}, { smooth: false }],
  ["x", {}, { mirrored: true }],
  ["l", {}, { layout: "one" }],
  ["m", {}, { mode: "outline" }],
]) {
  const chord = modifiers.shiftKey ? `Shift and ${key}` : key;
  test(`${chord} gives ${JSON.stringify(wanted)}`, () => {
    const view = viewOf();
    const event = press(view, key, modifiers);
    for (const [name, value] of Object.entries(wanted)) assert.equal(view[name], value);
    assert.ok(event.prevented);
  });
}

test("modes go round, without agreement when there is no reference", () => {
  const round = (view) => Array.from({ length: 4 }, () => (press(view, "m"), view.mode));
  assert.deepEqual(round(viewOf()), ["outline", "heat", "agreement", "fill"]);
  assert.deepEqual(round(viewOf({ has_reference: false })), ["outline", "heat", "fill", "outline"]);
});

test("d and r bring back the threshold, and the look", () => {
  const view = viewOf({}, { k: 150, inverted: true });
  press(view, "r");
  assert.deepEqual([view.k, view.inverted], [150, false]);
  press(view, "d");
  assert.equal(view.k, 60);
});

test("jumps wait for levels", () => {
  const view = viewOf();
  for (const key of ["t", "n", "p"]) press(view, key);
  assert.deepEqual([view.slice, view.painted], [4, 0]);
});

test("nothing leaves the viewer for Streamlit's own hotkeys, whatever was pressed", () => {
  for (const key of ["r", "c", "q", "ArrowUp", "F5"]) assert.ok(press(viewOf({ slices: 1 }), key).stopped);
});

test("chords of the browser, and letters with Shift, are left alone", () => {
  for (const modifiers of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { shiftKey: true }]) {
    const view = viewOf();
    const event = press(view, "c", modifiers);
    assert.deepEqual([event.prevented, view.painted], [false, 0]);
  }
});

test("a slider with the focus keeps its own keys, and leaves the others", () => {
  const view = viewOf();
  for (const key of ["ArrowUp", "PageDown", "Home", "End"]) {
    assert.equal(press(view, key, { on: ["input"] }).prevented, false);
  }
  assert.equal(view.painted, 0);
  press(view, "]", { on: ["input"] });
  assert.equal(view.k, 61);
});

test("while a list has the focus or the card of keys is open, keys do nothing here", () => {
  const view = viewOf();
  press(view, "i", { on: ["select"] });
  press({ ...view, help: { open: true } }, "i");
  assert.equal(view.inverted, false);
});

test("? opens the card of keys", () => {
  let opened = 0;
  const view = viewOf({}, { help: { open: false, showModal: () => opened++ } });
  press(view, "?", { shiftKey: true });
  assert.equal(opened, 1);
});

test("the space bar is held over a picture, and presses a button", () => {
  const view = viewOf();
  assert.equal(press(view, " ", { on: ["button"] }).prevented, false);
  assert.ok(!view.space);
  assert.ok(press(view, " ").prevented);
  assert.equal(view.space, true);
  onKeyUp(view, { key: " ", stopPropagation: () => {} });
  assert.equal(view.space, false);
});

test("arrows move the plane that has the focus", () => {
  const view = viewOf({}, { point: { y: 7, x: 8 } });
  const { slice } = view;
  press(view, "ArrowUp", { plane: "coronal" });
  assert.deepEqual([view.point, view.slice], [{ y: 0, x: 0 }, slice]); // no scan has come: one row, one column
  press(viewOf({}, { point: null }), "ArrowUp", { plane: "sagittal" }); // nor does it fail without a point
});
