// What lies over the grey picture: the mask at the threshold as fill or outline, probability or another quantity as a
// heat map, agreement with the reference, and the reference's outline. Lines are paths in device pixels, so they are
// crisp at any zoom; what does not depend on the threshold is kept from one call to the next.

import { edgeLoops, isoLoops } from "./contour.js";
import { classLayer, heatLayer } from "./layers.js";
import { INNER_CLASSES, shownMode } from "./legend.js";
import { AGREEMENT, HEAT, MAP_RAMP, PALETTE } from "./palette.js";

const FILL_ALPHA = 0.4;
const AGREEMENT_ALPHA = 0.5;
const LINE = 1.75; // CSS pixels
const THIN = 1.5;
const HALO = 1; // CSS pixels more than the line that it lies under
const DASHES = [5, 3];

// Paints over a picture drawn in device pixels; `matrix` { a, d, e, f } takes plane coordinates there (X = a x + e,
// Y = d y + f). `part` = { levels, classes, reference, map }, Planes of one slice or null, the first three with one
// box. `look` = { mode, k, opacity, overlay, reference, map, smooth, ratio }, where `map` is what Python says of it.
// `cache` is the pane's own object, {} at first. A plane is known by where its data lie, so other voxels need another
// array.
export function paintOverlay(context, matrix, part, look, cache) {
  const mode = look.overlay ? shownMode(look, Boolean(part.reference)) : "none";
  const pen = { context, matrix, part, look, cache };
  context.save();
  context.lineJoin = "round";
  if (mode === "map") paintHeat(pen, "map", part.map, MAP_RAMP);
  else if (mode !== "none" && part.levels) paintLevels(pen, mode);
  const agreed = mode === "agreement" && part.levels;
  if (look.reference && part.reference && !agreed) paintReference(pen);
  context.restore();
}

function paintLevels(pen, mode) {
  if (mode === "heat") paintHeat(pen, "heat", pen.part.levels, HEAT);
  else if (mode === "agreement") paintAgreement(pen);
  else paintMask(pen, mode === "fill");
}

// Sorts voxels into hit, missed and false alarm: 1 in the array of that name in `into`, 0 in the others.
export function sortVoxels(levels, reference, k, into) {
  for (let i = 0; i < levels.length; i++) {
    const marked = levels[i] >= k;
    const real = reference[i] > 0;
    into.hit[i] = marked && real ? 1 : 0;
    into.missed[i] = !marked && real ? 1 : 0;
    into.falseAlarm[i] = marked && !real ? 1 : 0;
  }
  return into;
}

function paintMask(pen, filled) {
  const { context, part, look } = pen;
  const outline = maskPath(pen);
  if (part.classes) paintClasses(pen, filled);
  else if (filled) {
    context.globalAlpha = FILL_ALPHA * look.opacity;
    context.fillStyle = PALETTE.tumour.css;
    context.fill(outline);
  }
  strokeLine(pen, outline, PALETTE.tumour, LINE);
}

// Areas in fill mode; in outline mode the boundaries of the inner classes, along the mask's edge where they meet it.
function paintClasses(pen, filled) {
  const { matrix, part, look, cache } = pen;
  const key = [...planeKey(part.classes), ...planeKey(part.levels), look.k];
  if (filled) {
    const layer = remembered(cache, "classes", key, () => classLayer(part, look.k, cache.classes?.value?.canvas));
    if (layer) paintLayer(pen, layer.canvas, layer, FILL_ALPHA);
    return;
  }
  for (const { value, colour } of INNER_CLASSES) {
    const loops = () => loopsOfLabels(markedClass(part, value, look.k), look.smooth);
    const path = remembered(cache, `class ${value}`, [...key, look.smooth], () => pathOf(loops()));
    strokeLine(pen, onCanvas(path, matrix), colour, THIN);
  }
}

// A map may reach beyond the box of the levels, and they beyond its own.
function paintHeat(pen, name, plane, ramp) {
  if (plane) paintLayer(pen, remembered(pen.cache, name, planeKey(plane), () => heatLayer(plane, ramp)), plane, 1);
  if (pen.part.levels) strokeLine(pen, maskPath(pen), PALETTE.threshold, THIN);
}

function paintAgreement(pen) {
  const { context, matrix, part, look, cache } = pen;
  const key = [...planeKey(part.levels), ...planeKey(part.reference), look.k];
  const paths = remembered(cache, "agreement", key, () => agreementPaths(part, look.k, cache));
  for (const [i, { colour }] of AGREEMENT.entries()) {
    const path = onCanvas(paths[i], matrix);
    context.globalAlpha = AGREEMENT_ALPHA * look.opacity;
    context.fillStyle = colour.css;
    context.fill(path);
    context.globalAlpha = look.opacity;
    context.strokeStyle = colour.css;
    context.lineWidth = THIN * look.ratio;
    context.stroke(path);
  }
}

function agreementPaths({ levels, reference }, k, cache) {
  const size = levels.data.length;
  const arrays = () => Object.fromEntries(AGREEMENT.map(({ name }) => [name, new Uint8Array(size)]));
  const sorted = sortVoxels(levels.data, reference.data, k, remembered(cache, "sorted", [size], arrays));
  return AGREEMENT.map(({ name }) => pathOf(edgeLoops({ ...levels, data: sorted[name] }, 1)));
}

function paintReference(pen) {
  const { matrix, part, look, cache } = pen;
  const key = [...planeKey(part.reference), look.smooth];
  const path = remembered(cache, "reference", key, () => pathOf(loopsOfLabels(part.reference, look.smooth)));
  const opaque = { ...pen, look: { ...look, opacity: 1 } };
  strokeLine(opaque, onCanvas(path, matrix), PALETTE.reference, LINE, DASHES);
}

// On a thin dark halo a line stays in sight on bright tissue.
function strokeLine({ context, look }, path, colour, cssPixels, dashes = []) {
  context.globalAlpha = look.opacity;
  context.setLineDash([]);
  context.strokeStyle = "rgb(0 0 0 / 0.45)";
  context.lineWidth = (cssPixels + HALO) * look.ratio;
  context.stroke(path);
  context.setLineDash(dashes.map((length) => length * look.ratio));
  context.strokeStyle = colour.css;
  context.lineWidth = cssPixels * look.ratio;
  context.stroke(path);
}

function maskPath({ matrix, part: { levels }, look, cache }) {
  const key = [...planeKey(levels), look.k, look.smooth];
  const loops = () => (look.smooth ? isoLoops(levels, look.k) : edgeLoops(levels, look.k));
  const path = remembered(cache, "mask", key, () => pathOf(loops()));
  return onCanvas(path, matrix);
}

const loopsOfLabels = (plane, smooth) => (smooth ? isoLoops(plane, 1, 1) : edgeLoops(plane, 1));

// The voxels of one class among those of level k and above: 1, the others 0.
function markedClass({ classes, levels }, value, k) {
  const data = new Uint8Array(classes.data.length);
  for (let i = 0; i < data.length; i++) data[i] = classes.data[i] === value && levels.data[i] >= k ? 1 : 0;
  return { ...classes, data };
}

// Loops as one path, in plane coordinates.
function pathOf(loops) {
  const path = new Path2D();
  for (const loop of loops) {
    path.moveTo(loop[0], loop[1]);
    for (let i = 2; i < loop.length; i += 2) path.lineTo(loop[i], loop[i + 1]);
    path.closePath();
  }
  return path;
}

function onCanvas(path, { a, d, e, f }) {
  const placed = new Path2D();
  placed.addPath(path, { a, b: 0, c: 0, d, e, f });
  return placed;
}

function paintLayer({ context, matrix, look }, layer, { row, column }, alpha) {
  context.save();
  context.setTransform(matrix.a, 0, 0, matrix.d, matrix.e, matrix.f);
  context.imageSmoothingEnabled = look.smooth;
  context.globalAlpha = alpha * look.opacity;
  context.drawImage(layer, column, row);
  context.restore();
}

const planeKey = ({ data }) => [data.buffer, data.byteOffset];

// What `make` gave the last time, as long as every part of the key is the same.
function remembered(cache, name, key, make) {
  const entry = cache[name];
  if (entry && entry.key.length === key.length && entry.key.every((part, i) => part === key[i])) return entry.value;
  cache[name] = { key, value: make() };
  return cache[name].value;
}
