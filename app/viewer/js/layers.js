// Overlays with one pixel for each voxel of a Plane, as small canvases to be drawn at any size.

import { STEPS } from "./decode.js";
import { PALETTE, TUMOUR_CLASSES } from "./palette.js";

const HEAT_ALPHA = 0.65; // at the highest level

// `pixelAt` gives 0xAABBGGRR by the voxel's index. A canvas that was used before may be used again.
function layerOf({ rows, columns }, pixelAt, canvas = document.createElement("canvas")) {
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = pixelAt(i);
  context.putImageData(image, 0, 0);
  return canvas;
}

const pixelOf = ([red, green, blue], alpha) => ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;

const CLASS_PIXELS = new Uint32Array(256).fill(pixelOf(PALETTE.tumour.rgb, 255));
for (const { value, colour } of TUMOUR_CLASSES) CLASS_PIXELS[value] = pixelOf(colour.rgb, 255);

// In the colours of a ramp. Alpha grows from 0 with the square root of the level: faint beginnings are seen.
export function heatLayer(levels, ramp) {
  const table = ramp.map((rgb, level) => pixelOf(rgb, Math.round(255 * HEAT_ALPHA * Math.sqrt(level / STEPS))));
  return layerOf(levels, (i) => table[levels.data[i]]);
}

// The part of the plane that has voxels of level k and above, each in the colour of its class, in coral where it has
// none; with a clear edge of one voxel, so that smoothing fades it out. { canvas, row, column }, or null without any.
export function classLayer({ classes, levels }, k, canvas) {
  const around = boundsOf(levels, k);
  if (!around) return null;
  const { top, left, rows, columns } = around;
  const layer = layerOf({ rows, columns }, (i) => {
    const [row, column] = [top + Math.floor(i / columns), left + (i % columns)];
    const at = row * levels.columns + column;
    const inside = row >= 0 && column >= 0 && row < levels.rows && column < levels.columns;
    return inside && levels.data[at] >= k ? CLASS_PIXELS[classes.data[at]] : 0;
  }, canvas);
  return { canvas: layer, row: levels.row + top, column: levels.column + left };
}

// The rectangle around the voxels of level k and above, one voxel wider on every side.
function boundsOf({ data, rows, columns }, k) {
  let [top, bottom, left, right] = [rows, -1, columns, -1];
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      if (data[i] < k) continue;
      if (row < top) top = row;
      bottom = row;
      if (column < left) left = column;
      if (column > right) right = column;
    }
  }
  return bottom < 0 ? null : { top: top - 1, left: left - 1, rows: bottom - top + 3, columns: right - left + 3 };
}
