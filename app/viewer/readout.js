// The numbers beside the picture. Counts in, scores out, exactly as Python's ThresholdCurve has them.

const UNDEFINED = {
  recall: "Undefined: the reference mask is empty here.",
  precision: "Undefined: nothing is marked as tumour here at this threshold.",
  dice: "Undefined: the reference mask is empty here.",
};
const NOTHING_YET = { recall: null, precision: null, dice: null, volume_ml: null, voxels: null };

const ratio = (part, whole) => (whole > 0 ? part / whole : null);

function measure(total, inside, start, k, voxelMl) {
  const voxels = total[start + k];
  const size = { volume_ml: voxelMl === null ? null : voxels * voxelMl, voxels };
  if (!inside) return { ...NOTHING_YET, ...size };
  const hit = inside[start + k];
  const positives = inside[start];
  return {
    recall: ratio(hit, positives),
    precision: ratio(hit, voxels),
    dice: positives > 0 ? (2 * hit) / (voxels + positives) : null,
    ...size,
  };
}

// While slices are still coming the scan has no numbers; a slice has them as soon as any voxel of it is above level 0.
function readings(data, levels, slice, k) {
  const start = slice * (STEPS + 1);
  const complete = levels?.header.complete ?? false;
  const sliceDone = levels && (complete || levels.total[start + 1] > 0);
  const voxelMl = levels?.header.voxel_ml ?? null;
  const validation = data.validation;
  return {
    threshold: k / STEPS,
    source: data.has_reference ? "reference" : validation ? "validation" : "none",
    complete,
    slice: sliceDone ? measure(levels.total, levels.inside, start, k, voxelMl) : NOTHING_YET,
    scan: complete ? measure(levels.scanTotal, levels.scanInside, 0, k, voxelMl) : NOTHING_YET,
    validation: validation && {
      label: validation.label,
      recall: validation.recall[k],
      precision: validation.precision[k],
      dice: validation.dice[k],
    },
  };
}

// Each gives a number and its unit. Shares are rounded down, so that a shown 95.0 % has reached the target.
const percent = (share) => [(Math.floor(share * 1000 + 1e-9) / 10).toFixed(1), "%"];
const decimal = (share) => [share.toFixed(3), ""];
const millilitres = (ml) => [ml.toFixed(ml < 10 ? 2 : 1), "ml"];
const whole = new Intl.NumberFormat("en-GB").format;

// Without a voxel size an extent is counted in what the file has: pixels of a picture, voxels of a stack.
function extent(part, unit) {
  if (part.voxels === null) return null;
  return part.volume_ml === null ? [whole(part.voxels), unit] : millilitres(part.volume_ml);
}

const written = (number) => number.join(" ").trim();

function describe(data, now, slice) {
  const where = `Slice ${slice + 1} of ${data.slices}, threshold ${now.threshold.toFixed(3)}.`;
  if (!now.complete) return `${where} Segmenting.`;
  const scores = now.source === "reference" ? now.scan : now.validation;
  const size = `Tumour in the scan ${written(extent(now.scan, "voxels"))}.`;
  if (!scores) return `${where} ${size}`;
  const name = (key, format) => `${key} ${scores[key] === null ? "undefined" : written(format(scores[key]))}`;
  const whose = now.source === "reference" ? "Scan" : now.validation.label;
  return `${where} ${size} ${whose}: ${name("recall", percent)}, ${name("precision", percent)}, ${name("dice", decimal)}.`;
}
