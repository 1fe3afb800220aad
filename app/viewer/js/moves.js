// What a hand does to a pane, whichever way it does it: mouse, pen or fingers. Pixels are those of the canvas.

import { fromPixel, planeSize, toVolume, zoomedAt } from "./geometry.js";
import { matrixFor } from "./panes.js";
import { lensOf, setLens, setPoint, setSlice, setWindow, windowOf } from "./state.js";
import { findScan } from "./store.js";
import { dragged, presetWindow } from "./window.js";

// A pixel of the canvas, from a point of the window.
export function pointerPixel(pane, { clientX, clientY }) {
  const box = pane.element.getBoundingClientRect();
  return { x: (clientX - box.left) * pane.ratio, y: (clientY - box.top) * pane.ratio };
}

// The voxel under a pixel of a pane, with what the pane does not show taken from where the planes cross.
export function voxelAt(view, pane, pixel) {
  const scan = findScan(view.data);
  if (!scan || !pane.canvas.width) return null;
  const { row, column } = fromPixel(matrixFor(view, scan, pane), pixel);
  const { rows, columns } = planeSize(scan.header, pane.plane);
  const [r, c] = [Math.floor(row), Math.floor(column)];
  if (r < 0 || c < 0 || r >= rows || c >= columns) return null;
  return toVolume({ row: r, column: c }, pane.plane, scan.header.shape[0], { z: view.slice, ...view.point });
}

export function moveAcross(view, plane, steps) {
  if (plane === "axial" || !view.point) return setSlice(view, view.slice + steps);
  const axis = plane === "coronal" ? "y" : "x";
  return setPoint(view, { z: view.slice, ...view.point, [axis]: view.point[axis] + steps });
}

export function zoom(view, pane, pixel, factor) {
  const scan = findScan(view.data);
  if (!scan || !pane.canvas.width) return;
  const lens = lensOf(view, scan, pane.plane);
  setLens(view, pane.plane, zoomedAt(lens, matrixFor(view, scan, pane), pixel, factor, pane.canvas));
}

export function pan(view, pane, dx, dy) {
  const scan = findScan(view.data);
  if (!scan || !pane.canvas.width) return;
  const lens = lensOf(view, scan, pane.plane);
  const { a, d } = matrixFor(view, scan, pane);
  setLens(view, pane.plane, { ...lens, row: lens.row - dy / d, column: lens.column - dx / a });
}

// `dx`, `dy` as shares of the picture.
export function windowBy(view, dx, dy) {
  const scan = findScan(view.data);
  if (!scan) return;
  const brain = presetWindow("brain", scan.header, view.sequence);
  setWindow(view, dragged(windowOf(view, scan), dx, dy, brain));
}

export function pointAt(view, pane, pixel) {
  const voxel = voxelAt(view, pane, pixel);
  if (voxel) setPoint(view, voxel);
}
