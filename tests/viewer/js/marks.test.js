import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { marksOnScreen, paintMarks, roomFor, toldMarks } from "../../../app/viewer/js/marks.js";
import { makeView } from "./made_view.js";

const LINE = { slice: 4, start: [1, 2], end: [1, 7], label: "5.0 mm", lesion: 1, strong: false };
const LEVELS = {};
const MATRIX = { a: -10, d: 20, e: 300, f: 5 }; // mirrored, pixels twice as high as wide
const CANVAS = { width: 400, height: 200 };

beforeEach(() => {
  globalThis.Path2D = class {
    points = [];
    moveTo(x, y) { this.points.push([x, y]); }
    lineTo(x, y) { this.points.push([x, y]); }
  };
});

function paneOf(ratio = 1) {
  const done = [];
  const context = {
    save() {}, restore() {},
    setTransform: (...six) => assert.deepEqual(six, [1, 0, 0, 1, 0, 0]),
    stroke: ({ points }) => done.push({ points, width: context.lineWidth, style: context.strokeStyle }),
    measureText: (text) => ({ width: 6 * text.length * ratio }),
    strokeText: (text, x, y) => done.push({ halo: text, x, y, style: context.strokeStyle, width: context.lineWidth }),
    fillText: (text, x, y) => done.push({ text, x, y, style: context.fillStyle, font: context.font }),
  };
  return { pane: { context, canvas: CANVAS, ratio }, done };
}

const shown = (state = {}, data = {}) =>
  marksOnScreen(makeView({ marks: { k: 60, lines: [LINE, { ...LINE, slice: 5 }] }, ...data }, state), LEVELS);

test("lines are those of the slice, at the threshold at which they were measured, while the tumour is shown", () => {
  assert.deepEqual(shown(), [LINE]);
  assert.deepEqual(shown({ slice: 5 }).map(({ slice }) => slice), [5]);
  for (const other of [{ slice: 3 }, { k: 59 }, { k: 61 }, { overlay: false }, { measures: false }])
    assert.deepEqual(shown(other), []);
  assert.deepEqual(shown({}, { marks: null }), []);
  assert.deepEqual(marksOnScreen(makeView({ marks: { k: 60, lines: [LINE] } }), null), []);
});

test("a line joins the centres of voxels, with an end across it, on a dark line", () => {
  const { pane, done } = paneOf(2);
  paintMarks(pane, MATRIX, [LINE]);
  const [under, line] = done;
  // Row 1.5 is at y = 5 + 30, columns 2.5 and 7.5 at x = 300 - 25 and 300 - 75; ends of 5 CSS pixels to either side.
  const points = [[275, 35], [225, 35], [275, 25], [275, 45], [225, 25], [225, 45]];
  assert.deepEqual(line.points.map((point) => point.map(Math.round)), points);
  assert.deepEqual([line.style, line.width, under.style], ["#ffffff", 2.5, "rgb(0 0 0 / 0.75)"]);
  assert.ok(under.width > line.width);
  assert.deepEqual(under.points, line.points);
});

test("ends stand at right angles to a slanted line as it is seen, whatever the shape of the voxels", () => {
  const { pane, done } = paneOf();
  paintMarks(pane, MATRIX, [{ ...LINE, end: [3, 6] }]); // by 40 pixels down and 40 to the left
  const [from, to, left, right] = done[0].points;
  const [along, across] = [[to[0] - from[0], to[1] - from[1]], [right[0] - left[0], right[1] - left[1]]];
  assert.ok(Math.abs(along[0] * across[0] + along[1] * across[1]) < 1e-9);
  assert.ok(Math.abs(Math.hypot(...across) - 10) < 1e-9);
});

test("a length is written on a dark halo beyond the end on the right, the strong one bold", () => {
  const { pane, done } = paneOf();
  const [placed] = paintMarks(pane, MATRIX, [{ ...LINE, strong: true }]);
  const [, line, halo, text] = done;
  assert.deepEqual([halo.halo, halo.style], ["5.0 mm", "rgb(0 0 0 / 0.75)"]);
  assert.deepEqual([text.text, text.style], ["5.0 mm", "#ffffff"]);
  assert.deepEqual([text.x, text.y], [275 + 8 + 18, 35]);
  assert.match(text.font, /^700 13px/);
  assert.ok(line.width > 2);
  assert.equal(placed.written, true);
});

test("strong lines are drawn last, and their lengths find room first", () => {
  const { pane, done } = paneOf();
  const placed = paintMarks(pane, MATRIX, [{ ...LINE, strong: true, lesion: 7 }, { ...LINE, lesion: 8 }]);
  assert.deepEqual(placed.map(({ lesion }) => lesion), [8, 7]);
  const [strong, weak] = done.filter(({ text }) => text);
  assert.ok(strong.x > 275 && weak.x < 225); // the other end of the same line
});

test("a length that has no room is left out, as that of a line whose ends are out of sight", () => {
  const size = { width: 40, height: 12 };
  const line = { from: { x: 100, y: 50 }, to: { x: 200, y: 50 } };
  assert.deepEqual(roomFor(line, size, CANVAS, 1, []), { x: 228, y: 50, ...size });
  const right = { x: 228, y: 50, ...size };
  assert.equal(roomFor(line, size, CANVAS, 1, [right]).x, 72);
  assert.equal(roomFor(line, size, CANVAS, 1, [right, { ...right, x: 72 }]), null);
  assert.equal(roomFor({ from: { x: -9, y: 50 }, to: { x: 500, y: 50 } }, size, CANVAS, 1, []), null);
  assert.equal(roomFor({ from: { x: 100, y: 50 }, to: { x: 500, y: 50 } }, size, CANVAS, 1, []).x, 72);
});

test("a length at the picture's edge is pushed into it; a line without length is marked to the right", () => {
  const size = { width: 40, height: 12 };
  const edge = roomFor({ from: { x: 300, y: 198 }, to: { x: 395, y: 198 } }, size, CANVAS, 1, []);
  assert.deepEqual([edge.x, edge.y], [377, 191]);
  const dot = roomFor({ from: { x: 100, y: 50 }, to: { x: 100, y: 50 } }, size, CANVAS, 1, []);
  assert.deepEqual([dot.x, dot.y], [128, 50]);
});

test("what is on screen is told in CSS pixels", () => {
  const { pane } = paneOf(2);
  assert.deepEqual(toldMarks(paintMarks(pane, MATRIX, [LINE]), 2), [
    { lesion: 1, strong: false, label: "5.0 mm", written: true, from: [137.5, 17.5], to: [112.5, 17.5] },
  ]);
});
