import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { paintOverlay, sortVoxels } from "../../../app/viewer/js/overlay.js";

const LOOK = { mode: "fill", k: 100, opacity: 1, overlay: true, reference: true, smooth: false, ratio: 1 };
const MATRIX = { a: -10, d: 20, e: 300, f: 5 }; // mirrored
const planeOf = (...data) => ({ data: Uint8Array.from(data), rows: 2, columns: 3, row: 1, column: 2 });
const partOf = (others = {}) =>
  ({ levels: planeOf(0, 100, 200, 0, 99, 0), classes: null, reference: null, map: null, ...others });

// What a browser gives: a path keeps its points in device pixels, a context tells what was painted.
class FakePath {
  points = [];
  moveTo(x, y) { this.points.push([x, y]); }
  lineTo(x, y) { this.points.push([x, y]); }
  closePath() {}
  addPath({ points }, { a, d, e, f }) { this.points.push(...points.map(([x, y]) => [a * x + e, d * y + f])); }
}

const STATE = ["globalAlpha", "fillStyle", "strokeStyle", "lineWidth", "lineJoin", "imageSmoothingEnabled"];

function fakeContext(painted) {
  const saved = [];
  const note = (what, style) => (path) => painted.push({ what, style: context[style], alpha: context.globalAlpha,
    width: context.lineWidth, dashes: context.dashes, points: path.points });
  const context = {
    globalAlpha: 1, dashes: [],
    save: () => saved.push(STATE.map((name) => context[name])),
    restore: () => saved.pop().forEach((value, i) => (context[STATE[i]] = value)),
    setLineDash: (dashes) => (context.dashes = dashes),
    setTransform: (...six) => (context.transform = six),
    clip: note("clip", "fillStyle"), fill: note("fill", "fillStyle"), stroke: note("stroke", "strokeStyle"),
    drawImage: (canvas, x, y) => painted.push({ what: "layer", pixels: canvas.pixels, x, y, alpha: context.globalAlpha,
      smooth: context.imageSmoothingEnabled, transform: context.transform }),
    saved,
  };
  return context;
}

function fakeCanvas() {
  const pixelsOf = ({ data }) => Array.from({ length: data.length / 4 }, (_, i) => [...data.slice(4 * i, 4 * i + 4)]);
  const canvas = {
    getContext: () => ({
      createImageData: (width, height) => ({ data: new Uint8ClampedArray(4 * width * height) }),
      putImageData: (image) => (canvas.pixels = pixelsOf(image)),
    }),
  };
  return canvas;
}

beforeEach(() => {
  globalThis.Path2D = FakePath;
  globalThis.document = { createElement: fakeCanvas };
});

function paint(part, look = {}, cache = {}) {
  const painted = [];
  const context = fakeContext(painted);
  paintOverlay(context, MATRIX, part, { ...LOOK, ...look }, cache);
  assert.equal(context.saved.length, 0);
  assert.equal(context.globalAlpha, 1);
  return painted;
}

const strokes = (painted) => painted.filter(({ what, style }) => what === "stroke" && style.startsWith("#"));

test("a fill lies where the matrix puts the mask, at 0.4 of the opacity, below its edge", () => {
  const painted = paint(partOf(), { opacity: 0.5 });
  assert.deepEqual(painted.map(({ what }) => what), ["fill", "stroke", "stroke"]); // the halo is a stroke too
  const [fill, , edge] = painted;
  // Columns 3 and 4, row 1: x from 300 - 10 * 3 to 300 - 10 * 5, y from 5 + 20 * 1 to 5 + 20 * 2.
  assert.deepEqual(fill.points, [[270, 25], [250, 25], [250, 45], [270, 45]]);
  assert.equal(fill.style, "#ff6b57");
  assert.equal(fill.alpha, 0.2);
  assert.deepEqual([edge.style, edge.alpha, edge.width], ["#ff6b57", 0.5, 1.75]);
});

test("lines keep their width in CSS pixels", () => {
  const [halo, line] = paint(partOf(), { mode: "outline", ratio: 2 });
  assert.equal(line.width, 3.5);
  assert.ok(halo.width > line.width && halo.style.startsWith("rgb(0 0 0"));
  assert.equal(paint(partOf(), { mode: "outline" }).length, 2);
});

test("smooth contours run between voxel centres", () => {
  const [, line] = paint(partOf(), { mode: "outline", smooth: true });
  // In the top row 99.5 is crossed 0.995 of the way from 0 to 100: x = 2.5 + 0.995.
  assert.ok(line.points.some(([x, y]) => Math.abs(x - (300 - 10 * 3.495)) < 1e-3 && y === 35));
});

test("a fill paints the mask's voxels by their class, coral without one, and nothing around them", () => {
  const part = partOf({ classes: planeOf(4, 1, 0, 0, 2, 0) }); // the levels mark the second and third voxel of row 1
  const painted = paint(part);
  assert.deepEqual(painted.map(({ what }) => what), ["layer", "stroke", "stroke"]);
  const [layer] = painted;
  // The two marked voxels, in columns 3 and 4 of row 1, with an edge of one voxel: 4 columns, 3 rows.
  assert.deepEqual([layer.x, layer.y, layer.alpha, layer.smooth], [2, 0, 0.4, false]);
  assert.deepEqual(layer.transform, [-10, 0, 0, 20, 300, 5]);
  const clear = [0, 0, 0, 0];
  assert.deepEqual(layer.pixels.slice(0, 4), [clear, clear, clear, clear]);
  const row = [clear, [0x7b, 0x2f, 0xf7, 255], [0xff, 0x6b, 0x57, 255], clear];
  assert.deepEqual(layer.pixels.slice(4, 8), row);
});

test("a fill of classes without a marked voxel paints no area", () => {
  const part = partOf({ levels: planeOf(0, 0, 0, 0, 0, 0), classes: planeOf(4, 1, 0, 0, 2, 0) });
  assert.equal(paint(part).some(({ what }) => what === "layer"), false);
});

test("an outline has the boundaries of enhancing tumour and core, as far as the mask goes", () => {
  const part = partOf({ classes: planeOf(4, 1, 4, 0, 2, 0) }); // the first voxel enhances but is not marked
  const lines = strokes(paint(part, { mode: "outline" }));
  assert.deepEqual(lines.map(({ style }) => style), ["#ffd23f", "#7b2ff7", "#ff6b57"]);
  assert.deepEqual(lines[0].points, [[260, 25], [250, 25], [250, 45], [260, 45]]);
});

test("heat grows from nothing at level 0, and the threshold is a white line", () => {
  const painted = paint(partOf(), { mode: "heat", opacity: 0.5 });
  const [layer] = painted;
  assert.equal(layer.alpha, 0.5);
  assert.equal(layer.pixels[0][3], 0);
  assert.ok(layer.pixels[1][3] > 0 && layer.pixels[1][3] < layer.pixels[2][3]);
  assert.deepEqual(layer.pixels[2].slice(0, 3), [0xf7, 0xd1, 0x3d]);
  assert.deepEqual(strokes(painted).map(({ style }) => style), ["#ffffff"]);
});

test("agreement paints each voxel by what it is, and no reference line over it", () => {
  const painted = paint(partOf({ reference: planeOf(0, 4, 0, 0, 1, 0) }), { mode: "agreement", smooth: true });
  const fills = painted.filter(({ what }) => what === "fill");
  assert.deepEqual(fills.map(({ style }) => style), ["#00a9c7", "#ffe14a", "#ff6b57"]);
  assert.deepEqual(fills.map(({ alpha }) => alpha), [0.5, 0.5, 0.5]);
  assert.deepEqual(fills.map(({ points }) => points[0]), [[270, 25], [270, 45], [260, 25]]);
  assert.equal(painted.some(({ dashes }) => dashes?.length), false);
});

test("agreement without a reference is a fill", () => {
  assert.deepEqual(paint(partOf(), { mode: "agreement" }), paint(partOf()));
});

test("the reference is a dashed line over everything, whatever the opacity and its labels", () => {
  const reference = planeOf(4, 1, 0, 0, 0, 0);
  const last = paint(partOf({ reference }), { opacity: 0.25, ratio: 2 }).at(-1);
  assert.deepEqual([last.style, last.alpha, last.width, last.dashes], ["#45ecaa", 1, 3.5, [10, 6]]);
  assert.deepEqual(last.points, [[280, 25], [260, 25], [260, 45], [280, 45]]);
  for (const mode of ["fill", "agreement"])
    assert.equal(strokes(paint(partOf({ reference }), { mode, overlay: false })).length, 1);
  assert.equal(paint(partOf({ levels: null, reference })).length, 2);
  assert.deepEqual(paint(partOf({ reference }), { overlay: false, reference: false }), []);
});

test("what the threshold does not change is made once, and again for other voxels", () => {
  const made = [];
  globalThis.document = { createElement: () => (made.push("canvas"), fakeCanvas()) };
  const part = partOf({ classes: planeOf(0, 1, 4, 0, 2, 0) });
  const cache = {};
  const [before, after] = [90, 150].map((k) => paint(part, { k }, cache));
  assert.equal(made.length, 1);
  assert.notDeepEqual(before.at(-1).points, after.at(-1).points);
  assert.deepEqual(after, paint(part, { k: 150 }));
  const other = partOf({ levels: planeOf(200, 0, 0, 0, 0, 0), classes: planeOf(2, 0, 0, 0, 0, 0) });
  assert.deepEqual(paint(other, {}, cache), paint(other));
  const referred = partOf({ reference: planeOf(0, 4, 0, 0, 1, 0) });
  for (const k of [90, 150]) {
    const look = { mode: "agreement", k };
    assert.deepEqual(paint(referred, look, cache), paint(referred, look));
  }
});

test("slices of one volume are different planes, although they share a buffer", () => {
  const volume = Uint8Array.from([200, 0, 0, 0, 0, 0, 0, 0, 200, 0, 0, 0]);
  const cut = (z) => partOf({ levels: { ...planeOf(), data: volume.subarray(6 * z, 6 * z + 6) } });
  const cache = {};
  assert.deepEqual([0, 1].map((z) => paint(cut(z), {}, cache)[0].points[0]), [[280, 25], [260, 25]]);
});

test("voxels are sorted into hit, missed and false alarm at the threshold itself", () => {
  const into = { hit: new Uint8Array(4).fill(7), missed: new Uint8Array(4), falseAlarm: new Uint8Array(4) };
  sortVoxels(Uint8Array.of(50, 49, 50, 49), Uint8Array.of(2, 4, 0, 0), 50, into);
  assert.deepEqual(Object.values(into).map((marks) => [...marks]), [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]);
});

test("a map is drawn in its own colours under the mask's contour, beyond the levels too", () => {
  const map = { title: "Spread", ends: ["low", "high"] };
  const values = { ...planeOf(0, 200, 100, 0, 0, 0), column: 1 };
  const [layer, , line] = paint(partOf({ map: values }), { mode: "map", map });
  assert.deepEqual([layer.what, layer.x, layer.y, layer.pixels[0][3]], ["layer", 1, 1, 0]);
  assert.deepEqual(layer.pixels[1], [0x9d, 0xbf, 0xf7, Math.round(255 * 0.65)]);
  assert.equal(line.style, "#ffffff");
  const cache = {};
  const alone = paint(partOf({ levels: null, map: values }), { mode: "map", map }, cache);
  assert.deepEqual(alone.map(({ what }) => what), ["layer"]);
  const other = paint(partOf({ map: { ...values, data: new Uint8Array(6) } }), { mode: "map", map }, cache);
  assert.deepEqual(other[0].pixels[1].slice(3), [0]);
  assert.deepEqual(paint(partOf({ map: null }), { mode: "map", map }).map(({ what }) => what), ["stroke", "stroke"]);
  assert.deepEqual(paint(partOf({ map: values }), { mode: "map", map, overlay: false }), []);
});

test("without its map the mode is a fill", () => {
  assert.deepEqual(paint(partOf(), { mode: "map", map: null }), paint(partOf()));
});
