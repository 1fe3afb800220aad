// What a viewer shows, and the only ways to change it. A change repaints at once, in the viewers of the same group too;
// Python and the page's address hear of it once, when the hand rests.

import { STEPS } from "./decode.js";
import { wholeHead } from "./geometry.js";
import { findMap, findScan } from "./store.js";

const REST_MS = 250;
export const MODES = ["fill", "outline", "heat", "agreement", "map"];
export const LAYOUTS = ["three", "one"];
const LOOK = ["inverted", "mirrored", "mode", "overlay", "reference", "measures", "opacity", "smooth"];
const FOLLOWED = ["k", "sequence", "windows", "lenses", ...LOOK];
const groups = new Map(); // name to the viewers that follow each other

export const startingLook = () => ({
  mode: "fill",
  overlay: true,
  reference: true,
  measures: true,
  opacity: 1,
  inverted: false,
  mirrored: false, // the neurological convention
  smooth: true,
  layout: "three",
});

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export function change(view, what) {
  Object.assign(view, what);
  view.schedule();
  restLater(view);
  for (const other of groups.get(view.data?.group) ?? []) if (other !== view && other.data) follow(other, view, what);
}

function follow(other, view, what) {
  const kept = Object.entries(what).filter(([name]) => FOLLOWED.includes(name));
  const followed = Object.fromEntries(kept);
  if ("sequence" in followed && !other.data.sequences.includes(followed.sequence)) delete followed.sequence;
  if ("mode" in followed && !offeredModes(other).includes(followed.mode)) delete followed.mode;
  if ("k" in followed) other.moved.threshold = true;
  if (other.data.study !== view.data.study) for (const own of ["windows", "lenses"]) delete followed[own];
  if ("slice" in what) {
    const share = view.slice / Math.max(view.data.slices - 1, 1); // of the way up: heads differ in length
    followed.slice = Math.round(share * (other.data.slices - 1));
    other.moved.slice = true;
  }
  if ("point" in what && other.data.study === view.data.study) {
    followed.point = what.point;
    other.moved.point = true;
  }
  Object.assign(other, followed);
  other.schedule();
  restLater(other);
}

export function join(view) {
  const { group } = view.data;
  if (group) groups.set(group, (groups.get(group) ?? new Set()).add(view));
}

export const leave = (view) => groups.forEach((members) => members.delete(view));

export function setSlice(view, slice) {
  const kept = clamp(slice, 0, view.data.slices - 1);
  view.moved.slice = true;
  if (kept !== view.slice) change(view, { slice: kept });
}

// Where the three planes cross, in voxels; its z is the axial slice.
export function setPoint(view, { z, y, x }) {
  const [, rows, columns] = findScan(view.data)?.header.shape ?? [0, 1, 1];
  view.moved.point = true;
  change(view, { point: { y: clamp(Math.round(y), 0, rows - 1), x: clamp(Math.round(x), 0, columns - 1) } });
  setSlice(view, Math.round(z));
}

export function setThreshold(view, k) {
  const kept = clamp(k, 0, STEPS);
  view.moved.threshold = true;
  if (kept !== view.k) change(view, { k: kept });
}

export const resetThreshold = (view) => setThreshold(view, Math.round(view.data.threshold * STEPS));

export function setSequence(view, sequence) {
  if (sequence === view.sequence || !view.data.sequences.includes(sequence)) return;
  view.moved.sequence = true;
  change(view, { sequence });
}

// Agreement needs a reference, and a map has to have come.
export const offeredModes = ({ data }) =>
  MODES.filter((mode) => (mode === "agreement" ? data.has_reference : mode !== "map" || findMap(data) !== null));

export function setMode(view, mode) {
  if (offeredModes(view).includes(mode)) change(view, { mode, overlay: true });
}

export function setWindow(view, window) {
  change(view, { windows: { ...view.windows, [view.sequence]: window } });
}

export function setLens(view, plane, lens) {
  change(view, { lenses: { ...view.lenses, [plane]: lens } });
}

// What decides how the overlay looks.
export function lookOf({ mode, k, opacity, overlay, reference, smooth, data }) {
  const map = findMap(data) && data.map;
  return { mode, k, opacity, overlay, smooth, map, reference: reference && data.has_reference };
}

export function toggle(view, name) {
  change(view, { [name]: !view[name] });
}

// Everything but slice and threshold as it was at first.
export function reset(view) {
  change(view, { ...startingLook(), windows: {}, lenses: {} });
}

export const lensOf = (view, scan, plane) => view.lenses[plane] ?? wholeHead(scan, plane);

export const windowOf = (view, scan) =>
  view.windows[view.sequence] ?? scan.header.windows[scan.header.sequences.indexOf(view.sequence)];

// One plane where the file has no voxel size, or a single slice.
export const planesOf = (view) =>
  view.layout === "three" && !view.data.compact && view.data.has_spacing && view.data.slices > 1
    ? ["axial", "coronal", "sagittal"]
    : ["axial"];

export function restLater(view) {
  clearTimeout(view.timer);
  if (view.held) return;
  view.timer = setTimeout(() => view.rest(), REST_MS);
}
