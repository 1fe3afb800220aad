// What lies under the pointer, or else where the planes cross.

import { STEPS } from "./decode.js";
import { valueAt, worldOf } from "./geometry.js";
import { mapValue } from "./maps.js";
import { TUMOUR_CLASSES } from "./palette.js";
import { compact, scaleOf } from "./window.js";

const DIRECTIONS = [["L", "R"], ["P", "A"], ["S", "I"]]; // of positive and negative mm

export function worldText(world) {
  return world.map((mm, axis) => `${DIRECTIONS[axis][Number(mm < 0)]} ${Math.abs(mm).toFixed(1)}`).join("  ") + " mm";
}

// Position on one line; intensity, probability (of level l: l / 200), in the mask at k the class, and what the map on
// screen has there (`shown` = { map, range }, or null) on another.
export function probeText(scan, levels, sequence, voxel, k, shown = null) {
  const world = worldOf(scan.header, voxel);
  const place = world ? worldText(world) : `column ${voxel.x + 1}, row ${voxel.y + 1}`;
  const image = scan.images.get(sequence);
  const code = image ? valueAt(image, scan.box, voxel) : null;
  const parts = code === null ? [] : [compact(scaleOf(scan.header, sequence)[code])];
  if (levels) parts.push(...tumourParts(levels, voxel, k));
  if (shown) parts.push(`map ${compact(mapValue(shown, voxel))}`);
  return `${place}\n${parts.join("  ·  ")}`;
}

function tumourParts({ voxels, classes, box }, voxel, k) {
  const level = valueAt(voxels, box, voxel) ?? 0;
  const label = classes && level >= Math.max(k, 1) ? valueAt(classes, box, voxel) : 0;
  const named = TUMOUR_CLASSES.find(({ value }) => value === label);
  return [`p ${(level / STEPS).toFixed(3)}`, ...(named ? [named.label] : [])];
}
