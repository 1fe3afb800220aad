// Window and level. A sequence holds codes 0 to 255; header.values says which intensity each code stands for.

import { valueAt } from "./geometry.js";

export const PRESETS = ["automatic", "full", "brain", "tumour"];
const ENOUGH = 20; // voxels of tumour, below which their intensities say nothing
const TUMOUR_MARGIN = 0.25; // of the tumour's range, kept on either side

export const scaleOf = (header, sequence) => header.values[header.sequences.indexOf(sequence)];

// What is drawn black and what white, in the file's intensities: [low, high].
export function presetWindow(name, header, sequence, tumour) {
  const values = scaleOf(header, sequence);
  const brain = header.windows[header.sequences.indexOf(sequence)];
  if (name === "full") return [values[0], values[255]];
  if (name === "tumour") return (tumour && aroundTumour(values, tumour)) || brain;
  return brain;
}

// The middle 96 % of the tumour's intensities, and a quarter more on either side. `counts`: its voxels by code.
export function aroundTumour(values, counts) {
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (total < ENOUGH) return null;
  const at = (share) => {
    let left = share * total;
    return counts.findIndex((n) => (left -= n) < 0);
  };
  const [low, high] = [values[at(0.02)], values[at(0.98)]];
  const more = TUMOUR_MARGIN * (high - low);
  return high > low ? [low - more, high + more] : null;
}

// Voxels of each code among those of level k and above. The scan's box and that of the levels need not be the same.
export function tumourCounts(image, scanBox, levels, k) {
  const counts = new Array(256).fill(0);
  const { box, voxels } = levels;
  const area = box.rows * box.columns;
  voxels.forEach((level, i) => {
    if (level < k) return;
    const z = Math.floor(i / area) + box.z;
    const y = Math.floor((i % area) / box.columns) + box.y;
    const code = valueAt(image, scanBox, { z, y, x: (i % box.columns) + box.x });
    if (code !== null) counts[code]++;
  });
  return counts;
}

// Code to pixel (alpha, blue, green, red in one number).
export function greys(values, [low, high], inverted) {
  const span = Math.max(high - low, 1e-12);
  return Uint32Array.from(values, (value) => {
    const share = Math.min(Math.max((value - low) / span, 0), 1);
    const grey = Math.round(255 * (inverted ? 1 - share : share));
    return ((0xff << 24) | (grey << 16) | (grey << 8) | grey) >>> 0;
  });
}

// A drag over a whole picture changes width or level by the range that the brain has.
export function dragged([low, high], dx, dy, [brainLow, brainHigh]) {
  const range = brainHigh - brainLow;
  const width = Math.max(high - low + dx * range, range / 100);
  const level = (low + high) / 2 + dy * range;
  return [level - width / 2, level + width / 2];
}

export const compact = (value) => Number(value.toPrecision(Math.abs(value) >= 100 ? 4 : 3)).toString();
