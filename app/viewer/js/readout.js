// The numbers beside the picture. Counts in, scores out, exactly as Python's ThresholdCurve has them.

import { STEPS } from "./decode.js";
import { TUMOUR_CLASSES } from "./palette.js";

export const UNDEFINED = {
  recall: "Undefined: the reference mask is empty here.",
  precision: "Undefined: nothing is marked as tumour here at this threshold.",
  dice: "Undefined: the reference mask is empty here.",
};
export const RANGE = 10; // steps to either side of the threshold: 0.05
const NOTHING_YET = { recall: null, precision: null, dice: null, volume_ml: null, voxels: null };

const portion = (part, all) => (all > 0 ? part / all : null);
const inMillilitres = (voxels, voxelMl) => (voxelMl === null ? null : voxels * voxelMl);

function scoresAt(total, inside, start, k, voxelMl) {
  const voxels = total[start + k];
  const size = { volume_ml: inMillilitres(voxels, voxelMl), voxels };
  if (!inside) return { ...NOTHING_YET, ...size };
  const hit = inside[start + k];
  const positives = inside[start];
  return {
    recall: portion(hit, positives),
    precision: portion(hit, voxels),
    dice: positives > 0 ? (2 * hit) / (voxels + positives) : null,
    ...size,
  };
}

// Whether a slice has been segmented: while others are still coming, as soon as any voxel of it is above level 0.
export const isSegmented = (levels, slice) => levels.header.complete || levels.total[slice * (STEPS + 1) + 1] > 0;

// Everything that the page says at threshold k; while slices are still coming the scan has no numbers.
export function readings(data, levels, slice, k) {
  const { validation } = data;
  return {
    threshold: k / STEPS,
    source: data.has_reference ? "reference" : validation ? "validation" : "none",
    complete: levels?.header.complete ?? false,
    ...(levels ? counted(levels, slice, k) : { slice: NOTHING_YET, scan: NOTHING_YET, classes: null }),
    validation: validation && {
      label: validation.label,
      recall: validation.recall[k],
      precision: validation.precision[k],
      dice: validation.dice[k],
    },
  };
}

function counted(levels, slice, k) {
  const { header, total, inside, scanTotal, scanInside, classTotal } = levels;
  const { complete, voxel_ml: voxelMl } = header;
  return {
    slice: isSegmented(levels, slice) ? scoresAt(total, inside, slice * (STEPS + 1), k, voxelMl) : NOTHING_YET,
    scan: complete ? scoresAt(scanTotal, scanInside, 0, k, voxelMl) : NOTHING_YET,
    classes: complete && classTotal ? classSizes(classTotal, k, voxelMl) : null,
  };
}

function classSizes(classTotal, k, voxelMl) {
  return TUMOUR_CLASSES.map(({ value: label }, i) => {
    const voxels = classTotal[i * (STEPS + 1) + k];
    return { label, voxels, volume_ml: inMillilitres(voxels, voxelMl) };
  });
}

// What the scan's size would be up to 0.05 above and below the threshold: { from, to } in steps, and the { smallest,
// largest } size. Threshold 0 marks everything and says nothing, so the range stops short of it; at 0 there is none.
export function sizeRange(levels, k) {
  if (!levels?.header.complete || k === 0) return null;
  const from = Math.max(k - RANGE, 1);
  const to = Math.min(k + RANGE, STEPS);
  const size = (at) => {
    const voxels = levels.scanTotal[at];
    return { voxels, volume_ml: inMillilitres(voxels, levels.header.voxel_ml) };
  };
  return { from, to, smallest: size(to), largest: size(from) };
}

// Each gives a number and its unit. Shares are rounded down, so that a shown 95.0 % has reached the target.
export const percent = (share) => [(Math.floor(share * 1000 + 1e-9) / 10).toFixed(1), "%"];
export const decimal = (share) => [share.toFixed(3), ""];
export const millilitres = (ml) => [ml.toFixed(ml < 10 ? 2 : 1), "ml"];
export const plainNumber = new Intl.NumberFormat("en-GB").format;

export const subjectOf = (data) => (data.slices === 1 ? "picture" : "scan");

// Without a voxel size an extent is counted in what the file has: pixels of a picture, voxels of a stack.
export function extent(part, unit) {
  if (part.voxels === null) return null;
  return part.volume_ml === null ? [plainNumber(part.voxels), unit] : millilitres(part.volume_ml);
}

export const withUnit = (number) => number.join(" ").trim();

export function writtenRange({ from, to, smallest, largest }) {
  const numbers = [smallest, largest].map((size) => extent(size, "")[0]).join(" to ");
  if (to - from === 2 * RANGE) return `${numbers} at t ± ${(RANGE / STEPS).toFixed(2)}`;
  return `${numbers} at t ${(from / STEPS).toFixed(3)} to ${(to / STEPS).toFixed(3)}`;
}

// Where the size lies by Python's own account, at the threshold for which it was found; "" at others and without one.
export function writtenInterval({ interval, has_spacing: hasSpacing, slices }, k) {
  if (!interval || interval.k !== k) return "";
  const size = (value) => extent({ voxels: Math.round(value), volume_ml: hasSpacing ? value : null }, "");
  const unit = hasSpacing ? "ml" : slices === 1 ? "px" : "voxels";
  const numbers = `${size(interval.low)[0]} to ${size(interval.high)[0]} ${unit}`;
  return `${interval.level} ${numbers.replaceAll(" ", "\u00a0")}`; // a card is narrow, and numbers stay on one line
}

// What a screen reader says when the hand has come to rest.
export function describe(data, now, slice) {
  const where = `Slice ${slice + 1} of ${data.slices}, threshold ${now.threshold.toFixed(3)}.`;
  if (!now.complete) return `${where} Segmenting.`;
  const scores = now.source === "reference" ? now.scan : now.validation;
  const size = `Tumour in the scan ${withUnit(extent(now.scan, "voxels"))}.`;
  if (!scores) return `${where} ${size}`;
  const name = (key, format) => `${key} ${scores[key] === null ? "undefined" : withUnit(format(scores[key]))}`;
  const whose = now.source === "reference" ? "Scan" : now.validation.label;
  const told = [name("recall", percent), name("precision", percent), name("dice", decimal)];
  return `${where} ${size} ${whose}: ${told.join(", ")}.`;
}
