// One frame: the panes with all that lies on them, and the texts around them.

import { showDecision } from "./panel.js";
import { sidesOf, toPixel, toPlane } from "./geometry.js";
import { legendOf } from "./legend.js";
import { mapOnScreen, settleMap } from "./maps.js";
import { marksOnScreen, paintMarks, toldMarks } from "./marks.js";
import { paintOverlay } from "./overlay.js";
import { openingPoint } from "./jumps.js";
import { cutFor, indexOf, matrixFor, measurePanes, partFor } from "./panes.js";
import { paintPicture } from "./picture.js";
import { probeText } from "./probe.js";
import { readings } from "./readout.js";
import { barLength } from "./scale.js";
import { lookOf, planesOf, windowOf } from "./state.js";
import { findLevels, findScan } from "./store.js";
import { paintStrip } from "./strip.js";
import { setText } from "./text.js";
import { showToolbar } from "./toolbar.js";
import { compact } from "./window.js";

const GAP = 14; // CSS pixels around the crosshair's middle that stay free
const BAR = 0.22; // of a pane's width, at most, for the scale bar
const CROSSHAIR = "rgba(121, 192, 255, 0.55)";

export function render(view) {
  const started = performance.now();
  view.frame = 0;
  const { root, data } = view;
  const scan = findScan(data);
  const levels = findLevels(data);
  const shown = scan?.images.has(view.sequence) ? scan : null; // its sequence may still be on its way
  settleMap(view);
  view.drawn = [];
  arrange(view, shown);
  const visible = view.panes.filter((pane) => view.planes.includes(pane.plane));
  for (const pane of visible) paintPane(view, pane, shown, levels);
  const now = readings(data, levels, view.slice, view.k);
  showTexts(view, shown, levels, now);
  showToolbar(view, shown);
  showDecision(view, levels, now);
  paintStrip(view, levels);
  root.dataset.study = shown ? shown.header.id : "";
  root.dataset.overlay = shown && levels && view.overlay ? levels.header.id : "";
  tell(root, "map", (shown && levels && mapOnScreen(view)?.name) || "");
  tell(root, "marks", JSON.stringify(view.drawn));
  root.dataset.state = `${view.slice}|${now.threshold.toFixed(3)}`;
  root.dataset.readout = JSON.stringify(now);
  root.dataset.paints = ++view.paints;
  root.dataset.work = (performance.now() - started).toFixed(2);
}

// For the tests; mostly the same from one frame to the next.
function tell(root, name, text) {
  if (root.dataset[name] !== text) root.dataset[name] = text;
}

// Which panes there are, how large they are, and where they cross before the hand has chosen: in the head's middle.
function arrange(view, scan) {
  const planes = planesOf(view);
  if (planes.join() !== view.planes.join()) {
    view.planes = planes;
    view.root.classList.toggle("three-planes", planes.length > 1);
    view.resized = true;
  }
  if (view.resized) measurePanes(view.panes);
  view.resized = false;
  const levels = findLevels(view.data);
  if (!scan || view.moved.point || (view.point && view.opening === levels)) return;
  view.point = openingPoint(scan, levels, view.k);
  view.opening = levels;
}

function paintPane(view, pane, scan, levels) {
  const { context, canvas } = pane;
  if (!scan || !canvas.width) {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    return;
  }
  pane.index = indexOf(view, pane.plane);
  const matrix = matrixFor(view, scan, pane);
  const { sequence, inverted, smooth } = view;
  const image = cutFor(pane, sequence, scan.images.get(sequence), scan.box, scan.header.shape[0]);
  paintPicture(pane, scan, image, matrix, { sequence, window: windowOf(view, scan), inverted, smooth });
  if (levels && (view.overlay || view.reference)) {
    const part = { ...partFor(pane, levels, view.k), map: mapFor(view, pane, scan) };
    paintOverlay(context, matrix, part, { ...lookOf(view), ratio: pane.ratio }, pane.overlay);
  }
  if (pane.plane === "axial") paintMeasures(view, pane, levels, matrix);
  if (view.planes.length > 1) paintCrosshair(view, pane, scan, matrix);
  showPaneTexts(view, pane, scan, matrix);
}

function mapFor(view, pane, scan) {
  const shown = mapOnScreen(view);
  return shown && cutFor(pane, "map", shown.map.voxels, shown.map.box, scan.header.shape[0]);
}

function paintMeasures(view, pane, levels, matrix) {
  const lines = marksOnScreen(view, levels);
  if (lines.length) view.drawn = toldMarks(paintMarks(pane, matrix, lines), pane.ratio);
}

function paintCrosshair(view, pane, scan, matrix) {
  const { context, canvas, ratio } = pane;
  const { row, column } = toPlane({ z: view.slice, ...view.point }, pane.plane, scan.header.shape[0]);
  const { x, y } = toPixel(matrix, { row: row + 0.5, column: column + 0.5 });
  const gap = GAP * ratio;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.strokeStyle = CROSSHAIR;
  context.lineWidth = ratio;
  context.beginPath();
  for (const [from, to] of [[0, x - gap], [x + gap, canvas.width]]) {
    context.moveTo(from, y);
    context.lineTo(to, y);
  }
  for (const [from, to] of [[0, y - gap], [y + gap, canvas.height]]) {
    context.moveTo(x, from);
    context.lineTo(x, to);
  }
  context.stroke();
}

function showPaneTexts(view, pane, scan, matrix) {
  const { header } = scan;
  const sides = header.oriented ? sidesOf(pane.plane, view.mirrored) : ["", "", "", ""];
  ["left", "right", "top", "bottom"].forEach((name, i) => setText(pane.texts[`side ${name}`], sides[i]));
  const millimetres = header.spacing && barLength(matrix.scale / pane.ratio, BAR * (pane.canvas.width / pane.ratio));
  setText(pane.texts.scale, millimetres ? `${millimetres} mm` : "");
  const width = millimetres ? `${((millimetres * matrix.scale) / pane.ratio).toFixed(1)}px` : "0";
  if (pane.barWidth !== width) pane.texts.scale.style.width = pane.barWidth = width;
}

function showTexts(view, scan, levels, now) {
  const { root, data, slice, sequence } = view;
  const { texts } = view.panes[0];
  root.classList.toggle("single", data.slices === 1);
  root.classList.toggle("loading", !scan);
  root.classList.toggle("segmenting", Boolean(scan) && !now.complete);
  root.classList.toggle("oriented", Boolean(scan?.header.oriented));
  root.classList.toggle("inverted", view.inverted);
  setText(texts.name, data.name, data.name);
  const place = data.slices > 1 && `slice ${slice + 1} / ${data.slices}`;
  setText(texts.caption, [sequence, place, scan && windowText(windowOf(view, scan))].filter(Boolean).join("  ·  "));
  if (scan) {
    const voxel = view.probe ?? { z: slice, ...view.point };
    const told = view.probe || view.planes.length > 1;
    setText(texts.probe, told ? probeText(scan, levels, sequence, voxel, view.k, mapOnScreen(view)) : "");
  }
  showLegend(view, texts.legend, levels);
}

const windowText = ([low, high]) => `W ${compact(high - low)}  L ${compact((low + high) / 2)}`;

function showLegend(view, element, levels) {
  const entries = levels ? legendOf(lookOf(view), Boolean(levels.classes), Boolean(levels.reference)) : [];
  const key = JSON.stringify(entries);
  if (view.legend === key) return;
  view.legend = key;
  element.replaceChildren(...entries.map(legendEntry));
}

function legendEntry({ colour, label, dashed, ramp, ends }) {
  const entry = document.createElement("i");
  const swatch = document.createElement("b");
  swatch.className = ramp ? "ramp" : dashed ? "dashed" : "";
  swatch.style.setProperty("--colour", ramp ? `linear-gradient(to right, ${ramp.join()})` : colour);
  if (ends) entry.className = "titled";
  entry.append(...(ends ? [titleOf(label), ends[0], swatch, ends[1]] : [swatch, label]));
  return entry;
}

function titleOf(label) {
  const title = document.createElement("em");
  title.textContent = label;
  return title;
}
