// Slices worth a jump, from the counts of every slice.

import { STEPS } from "./decode.js";

export const areaOf = (levels, slice, k) => levels.total[slice * (STEPS + 1) + k];

// The slice with most tumour at level k; null where none has any.
export function fullestSlice(levels, slices, k) {
  let best = null;
  for (let slice = 0; slice < slices; slice++) {
    const area = areaOf(levels, slice, k);
    if (area > 0 && (best === null || area > areaOf(levels, best, k))) best = slice;
  }
  return best;
}

// The next slice with tumour above (`step` 1) or below (-1) this one; null where there is none.
export function nextSlice(levels, slices, k, from, step) {
  for (let slice = from + step; slice >= 0 && slice < slices; slice += step) {
    if (areaOf(levels, slice, k) > 0) return slice;
  }
  return null;
}

// Where the planes cross until the hand has chosen: in the middle of the tumour's largest slice, or else of the head.
export function openingPoint(scan, levels, k) {
  const marked = Math.max(k, 1);
  const slice = levels && fullestSlice(levels, levels.header.shape[0], marked);
  return slice === null ? middleOfHead(scan) : middleOfTumour(levels, slice, marked);
}

function middleOfHead({ box, header }) {
  const [, rows, columns] = header.shape;
  if (!box.depth) return { y: Math.floor(rows / 2), x: Math.floor(columns / 2) };
  return { y: Math.floor(box.y + box.rows / 2), x: Math.floor(box.x + box.columns / 2) };
}

function middleOfTumour({ voxels, box }, slice, k) {
  let [count, sumY, sumX] = [0, 0, 0];
  for (let y = 0, i = (slice - box.z) * box.rows * box.columns; y < box.rows; y++) {
    for (let x = 0; x < box.columns; x++, i++) {
      if (voxels[i] < k) continue;
      count++;
      sumY += y;
      sumX += x;
    }
  }
  return { y: box.y + Math.round(sumY / count), x: box.x + Math.round(sumX / count) };
}
