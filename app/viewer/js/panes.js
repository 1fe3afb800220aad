// The panes: one canvas for each plane, with what is kept between two paints.

import { PLANES, cut, matrixOf, planeSize, widen } from "./geometry.js";
import { resize } from "./picture.js";
import { lensOf } from "./state.js";

const MARGIN = { axial: 26, coronal: 18, sagittal: 18 }; // CSS pixels kept free around the head, for the letters

export function createPanes(root) {
  const paneOf = (plane) => {
    const element = root.querySelector(`.pane.${plane}`);
    const canvas = element.querySelector("canvas");
    const context = canvas.getContext("2d", { alpha: false });
    const texts = Object.fromEntries([...element.querySelectorAll("span")].map((span) => [span.className, span]));
    const kept = { overlay: {}, cuts: new Map(), fingers: new Map() };
    return { plane, element, canvas, context, texts, ratio: 1, index: 0, ...kept };
  };
  return PLANES.map(paneOf);
}

// Canvases at the screen's own pixels; read once after a change of layout, never while painting.
export function measurePanes(panes) {
  const ratio = window.devicePixelRatio;
  const sizes = panes.map(({ element }) => [element.clientWidth, element.clientHeight]);
  panes.forEach((pane, i) => {
    pane.ratio = ratio;
    resize(pane.canvas, ...sizes[i].map((side) => Math.round(side * ratio)));
  });
}

export function matrixFor(view, scan, pane) {
  const { width, height } = pane.canvas;
  const margin = MARGIN[pane.plane] * pane.ratio;
  return matrixOf(scan, pane.plane, lensOf(view, scan, pane.plane), { width, height, margin }, view.mirrored);
}

// Which slice a pane shows, from where the planes cross.
export const indexOf = (view, plane) => ({ axial: view.slice, coronal: view.point.y, sagittal: view.point.x })[plane];

// A pane's cut through an array over a box; kept until the slice or the array changes.
export function cutFor(pane, name, voxels, box, depth) {
  if (!voxels) return null;
  const held = pane.cuts.get(name);
  if (held?.voxels === voxels && held.index === pane.index) return held.plane;
  const plane = cut(voxels, box, depth, pane.plane, pane.index);
  pane.cuts.set(name, { voxels, index: pane.index, plane });
  return plane;
}

// The cuts of levels, classes and reference; at threshold 0 all of the slice is marked, outside the box too.
export function partFor(pane, levels, k) {
  const { box, header } = levels;
  const [depth] = header.shape;
  const planes = ["voxels", "classes", "reference"].map((name) => cutFor(pane, name, levels[name], box, depth));
  const [marked, classes, reference] = k > 0 ? planes : planes.map((plane, i) => whole(plane, i, levels, pane));
  return { levels: marked, classes, reference };
}

function whole(plane, which, levels, pane) {
  if (which === 1 ? !levels.classes : which === 2 && !levels.reference) return null;
  const held = pane.cuts.get(which);
  if (held?.levels === levels && held.index === pane.index) return held.plane;
  const wide = widen(plane, planeSize(levels.header, pane.plane));
  pane.cuts.set(which, { levels, index: pane.index, plane: wide });
  return wide;
}
