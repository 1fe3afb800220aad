// Levels as decode.js gives them, from a few voxels: each slice is a list of [level, inside the reference].

import { STEPS, sumSlices } from "../../../app/viewer/js/decode.js";

const WIDTH = STEPS + 1;

export function makeLevels(slices, { complete = true, voxelMl = 0.5, reference = true, classTotal = null } = {}) {
  const total = new Uint32Array(slices.length * WIDTH);
  const inside = new Uint32Array(slices.length * WIDTH);
  slices.forEach((voxels, slice) => {
    for (const [level, wanted] of voxels) {
      for (let k = 0; k <= level; k++) {
        total[slice * WIDTH + k] += 1;
        inside[slice * WIDTH + k] += wanted ? 1 : 0;
      }
    }
  });
  return {
    header: { complete, voxel_ml: voxelMl, shape: [slices.length, 2, 2] },
    total,
    inside: reference ? inside : null,
    scanTotal: sumSlices(total, WIDTH),
    scanInside: reference ? sumSlices(inside, WIDTH) : null,
    classTotal,
  };
}
