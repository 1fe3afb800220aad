// A map over the picture: an uncertainty, an explanation. Python names it, and it is shown once it has come.

import { STEPS } from "./decode.js";
import { valueAt } from "./geometry.js";
import { offeredModes } from "./state.js";
import { findMap } from "./store.js";

const mapName = ({ header }) => `${header.id}/${header.map}`;

// A map that has newly come is shown; when it has gone, what was shown before it.
export function settleMap(view) {
  if (view.mode !== "map") view.plainMode = view.mode;
  const map = findMap(view.data);
  const name = map && mapName(map);
  if (name === view.mapName) return;
  view.mapName = name;
  if (map) Object.assign(view, { mode: "map", overlay: true });
  else if (view.mode === "map") view.mode = offeredModes(view).includes(view.plainMode) ? view.plainMode : "fill";
}

// What is drawn as heat instead of the probability, as { name, map, range }; null without.
export function mapOnScreen({ data, mode, overlay }) {
  const map = mode === "map" && overlay ? findMap(data) : null;
  return map && { name: mapName(map), map, range: data.map.range };
}

// In the quantity's own numbers.
export function mapValue({ map, range: [low, high] }, voxel) {
  return low + ((high - low) * (valueAt(map.voxels, map.box, voxel) ?? 0)) / STEPS;
}
