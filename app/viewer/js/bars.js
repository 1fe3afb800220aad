// What the slice strip shows of each slice, and where: counts and shares, nothing of the page.

import { STEPS } from "./decode.js";
import { scaleTop } from "./plot.js";
import { isSegmented, plainNumber } from "./readout.js";

// Every slice at threshold k. `area`: voxels marked; `wanted`: those of the reference; `pending`: not segmented yet;
// `missed`: the reference has tumour and none of it is marked; `alarm`: something is marked, none of it is reference.
export function stripSlices(levels, k) {
  const { total, inside, header } = levels;
  return Array.from({ length: header.shape[0] }, (_, slice) => {
    const start = slice * (STEPS + 1);
    const pending = !isSegmented(levels, slice);
    const area = pending ? 0 : total[start + k];
    const hit = inside ? inside[start + k] : area;
    const wanted = inside ? inside[start] : 0;
    return { area, wanted, pending, missed: !pending && wanted > 0 && hit === 0, alarm: area > 0 && hit === 0 };
  });
}

// Voxels at the top of the strip: the same at every threshold, so that the bars show what the threshold does.
export function stripTop(levels, defaultK) {
  const sizes = new Array(STEPS + 1).fill(0);
  let reference = 0;
  for (let slice = 0; slice < levels.header.shape[0]; slice++) {
    const start = slice * (STEPS + 1);
    for (let k = 0; k <= STEPS; k++) sizes[k] = Math.max(sizes[k], levels.total[start + k]);
    reference = Math.max(reference, levels.inside?.[start] ?? 0);
  }
  return scaleTop(sizes, defaultK, reference);
}

// Neighbours for which `holds`, as [first, last].
export function runsWhere(slices, holds) {
  const runs = [];
  slices.forEach((slice, i) => {
    if (!holds(slice)) return;
    if (runs.at(-1)?.[1] === i - 1) runs.at(-1)[1] = i;
    else runs.push([i, i]);
  });
  return runs;
}

// The middle of a slice on a strip, as the slider under it has it: its thumb keeps `inset` pixels from either end.
export const stripX = (slice, slices, width, inset) => inset + ((width - 2 * inset) * slice) / Math.max(slices - 1, 1);

export function sliceUnder(x, slices, width, inset) {
  const slice = Math.round(((x - inset) / (width - 2 * inset)) * (slices - 1));
  return Math.min(Math.max(slice, 0), slices - 1);
}

// One slice in words. `pixelMm2` is null where the file has no voxel size.
export function stripWords(slice, { area, wanted, pending, missed, alarm }, pixelMm2, hasReference) {
  const size = (voxels) => (pixelMm2 === null ? `${plainNumber(voxels)} px` : squareSize(voxels * pixelMm2));
  const name = `slice ${slice + 1}`;
  const reference = hasReference ? `, ${size(wanted)} reference` : "";
  if (pending) return `${name}: not segmented yet${reference}`;
  const verdict = missed ? " · missed" : alarm ? " · false alarm" : "";
  return `${name}: ${size(area)} predicted${reference}${verdict}`;
}

const squareSize = (mm2) => (mm2 < 100 ? `${Math.round(mm2)} mm²` : `${(mm2 / 100).toFixed(1)} cm²`);

export const missedWords = (count) => (count ? `▲ ${count} missed` : "");
