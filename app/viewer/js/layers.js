// Overlays with one pixel for each voxel of a Plane, as small canvases to be drawn at any size.

import { STEPS } from "./decode.js";
import { HEAT, PALETTE, TUMOUR_CLASSES } from "./palette.js";

const HEAT_ALPHA = 0.65; // at probability 1

// `pixelAt` gives 0xAABBGGRR by the voxel's index.
function layerOf({ rows, columns }, pixelAt) {
  const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = pixelAt(i);
  context.putImageData(image, 0, 0);
  return canvas;
}

const pixelOf = ([red, green, blue], alpha) => ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;

// Alpha grows from 0 with the square root of the probability: faint beginnings are seen.
export function heatLayer(levels) {
  const table = HEAT.map((rgb, level) => pixelOf(rgb, Math.round(255 * HEAT_ALPHA * Math.sqrt(level / STEPS))));
  return layerOf(levels, (i) => table[levels.data[i]]);
}

// Every voxel in the colour of its class. Where level and class are 0 the class of a neighbour is taken, so that the
// tumour's outermost voxels keep their colour up to the mask's interpolated edge.
export function classLayer({ classes, levels }) {
  const { data, columns } = classes;
  const near = [1, -1, columns, -columns, columns + 1, columns - 1, -columns + 1, -columns - 1];
  const colours = { 0: pixelOf(PALETTE.tumour.rgb, 255) };
  for (const { value, colour } of TUMOUR_CLASSES) colours[value] = pixelOf(colour.rgb, 255);
  return layerOf(classes, (i) => {
    const step = data[i] || levels.data[i] ? 0 : (near.find((one) => data[i + one]) ?? 0);
    return colours[data[i + step]] ?? colours[0];
  });
}
