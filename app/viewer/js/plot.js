// The shapes of the two curves, in a square of 1,000 by 1,000 that is stretched over a chart; y points downwards.

import { STEPS } from "./decode.js";

export const SIDE = 1000;
const NOT_YET = "The curve comes when every slice is segmented.";
const LOW = 10; // threshold 0.05: below it almost every voxel is marked, and a scale that shows that shows nothing else

// Recall and precision at each of the 201 thresholds, null where undefined: of the scan against its reference mask, or
// else of validation patients. In place of a curve that cannot be drawn, the reason in words.
export function scoreCurve(data, levels) {
  if (!data.has_reference) {
    const { validation } = data;
    if (!validation) return { reason: "No reference mask and no validation: recall and precision are unknown." };
    return { recall: validation.recall, precision: validation.precision };
  }
  if (!levels?.header.complete) return { reason: NOT_YET };
  const { scanInside, scanTotal } = levels;
  if (!scanInside[0]) return { reason: "The reference holds no tumour, so recall is not defined." };
  return {
    recall: Array.from(scanInside, (hit) => hit / scanInside[0]),
    precision: Array.from(scanInside, (hit, k) => (scanTotal[k] > 0 ? hit / scanTotal[k] : null)),
  };
}

// Where threshold k lies on the precision-recall chart; null where precision or recall is undefined there.
export function scorePoint({ recall, precision }, k) {
  if (recall[k] === null || precision[k] === null) return null;
  return { x: SIDE * recall[k], y: SIDE * (1 - precision[k]) };
}

// The tumour's size at each of the 201 thresholds, in ml, or without a voxel size in px or voxels; the reference's
// (0 without one), and the size at the top of the chart. `sizes` null with a `reason` until every slice is there.
export function sizeCurve(data, levels) {
  const kind = sizeKind(data);
  if (!levels?.header.complete) return { ...kind, sizes: null, reference: 0, top: 1, reason: NOT_YET };
  const each = levels.header.voxel_ml ?? 1;
  const sizes = levels.scanTotal.map((voxels) => voxels * each);
  const reference = levels.scanInside ? levels.scanInside[0] * each : 0;
  return { ...kind, sizes, reference, top: roundUp(scaleTop(sizes, Math.round(data.threshold * STEPS), reference)) };
}

function sizeKind({ has_spacing: hasSpacing, slices }) {
  if (hasSpacing) return { what: "Volume", unit: "ml" };
  return slices === 1 ? { what: "Area", unit: "px" } : { what: "Extent", unit: "voxels" };
}

// Where threshold k lies on a chart of sizes, the tallest of which is `top`; larger ones lie above the chart.
export const sizePoint = (sizes, top, k) => ({ x: (SIDE * k) / STEPS, y: SIDE * (1 - sizes[k] / top) });

// An SVG path through the points of all thresholds from the first, in steps; undefined ones are left out.
export function pathThrough(pointAt, first) {
  let path = "";
  for (let k = first; k <= STEPS; k++) {
    const point = pointAt(k);
    if (point) path += `${path ? "L" : "M"}${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
  }
  return path;
}

// The threshold whose point lies nearest to (x, y), as it is seen on a chart of width by height pixels; of points that
// fall together, the one nearest to threshold k. Null when no threshold has a point.
export function nearestThreshold(pointAt, { x, y }, { width, height }, k) {
  let [nearest, least] = [null, Infinity];
  for (let i = 0; i <= STEPS; i++) {
    const point = pointAt(i);
    if (!point) continue;
    const distance = Math.hypot((point.x - x) * width, (point.y - y) * height);
    if (distance < least || (distance === least && Math.abs(i - k) < Math.abs(nearest - k))) {
      [nearest, least] = [i, distance];
    }
  }
  return nearest;
}

// The size at the top of a chart or of the strip, so that the default and the reference fill about half of it or more,
// whatever the threshold is now: a scale that moved with the threshold would hide what the threshold does.
export function scaleTop(sizes, defaultK, reference) {
  const wanted = Math.max(sizes[defaultK], reference);
  return (wanted ? Math.min(Math.max(wanted, sizes[LOW]), 2 * wanted) : sizes[LOW]) || 1;
}

// The next number of the form 1, 1.5, 2, 3, 4, 5, 6 or 8 times a power of ten: the label at the top of an axis.
export function roundUp(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  return power * ([1, 1.5, 2, 3, 4, 5, 6, 8].find((digit) => digit * power >= size * (1 - 1e-9)) ?? 10);
}

// Which goals a threshold misses, as a word for a chart's title; unknown scores give none.
export function verdictOn({ recall, precision }, targets) {
  if (recall === null || precision === null) return { state: "", text: "" };
  const missed = [recall < targets.recall && "recall", precision < targets.precision && "precision"].filter(Boolean);
  if (!missed.length) return { state: "met", text: "✓ target and floor met" };
  return { state: "missed", text: missed.length > 1 ? "✗ both missed" : `✗ ${missed[0]} missed` };
}
