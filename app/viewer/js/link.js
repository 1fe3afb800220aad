// The view in the page's address, so that it can be shared and survives a reload: ?study=…&slice=84&threshold=0.3…
// Slices and voxels count from 1 there, as they do on the page.

import { STEPS } from "./decode.js";
import { LAYOUTS, offeredModes } from "./state.js";
import { compact } from "./window.js";

let asked = null;

const number = (text) => (text !== null && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : null);
const within = (value, low, high) => (value ?? null) !== null && value >= low && value <= high;
const numbers = (text) => (text ?? "").split(",").map(number);

// The entries of an address that describe this view.
export function paramsOf(view) {
  const { data, slice, k, sequence, windows, layout, mode, plainMode, overlay, point, moved } = view;
  const params = { study: data.link, slice: slice + 1, threshold: (k / STEPS).toFixed(3), sequence, layout };
  if (moved.point) params.at = `${point.x + 1},${point.y + 1}`;
  if (windows[sequence]) params.window = windows[sequence].map(compact).join(",");
  params.overlay = !overlay ? "off" : mode === "map" ? plainMode : mode; // a map is not in the address
  return params;
}

// What an address says of this study; what it says wrongly or of another study is passed over.
export function fromParams(params, data) {
  if (!data.link || params.get("study") !== data.link) return {};
  return { ...placeIn(params, data), ...lookIn(params, data) };
}

function placeIn(params, data) {
  const found = {};
  const slice = number(params.get("slice"));
  if (within(slice, 1, data.slices)) found.slice = Math.round(slice) - 1;
  const threshold = number(params.get("threshold"));
  if (within(threshold, 0, 1)) found.k = Math.round(threshold * STEPS);
  const [x, y] = numbers(params.get("at")).map((value) => value && Math.round(value));
  if (within(x, 1, data.columns) && within(y, 1, data.rows)) found.point = { x: x - 1, y: y - 1 };
  return found;
}

function lookIn(params, data) {
  const found = {};
  if (data.sequences.includes(params.get("sequence"))) found.sequence = params.get("sequence");
  if (LAYOUTS.includes(params.get("layout"))) found.layout = params.get("layout");
  const overlay = params.get("overlay");
  if (overlay === "off") found.overlay = false;
  if (offeredModes({ data: { ...data, map: null } }).includes(overlay)) found.mode = overlay;
  const [low, high] = numbers(params.get("window"));
  const sequence = found.sequence ?? data.sequences[0];
  if (within(low, -Infinity, high) && low < high) found.windows = { [sequence]: [low, high] };
  return found;
}

// What the page's address said when the page was opened, for the study that it names: once, whenever that is opened.
export function readLink(data) {
  asked ??= new URLSearchParams(window.location.search);
  if (!data.link || asked.get("study") !== data.link) return {};
  const found = fromParams(asked, data);
  asked = new URLSearchParams();
  return found;
}

export function writeLink(view) {
  if (!view.data.link) return;
  const address = new URL(window.location.href);
  const params = paramsOf(view);
  for (const name of ["window", "at"]) address.searchParams.delete(name);
  for (const [name, value] of Object.entries(params)) address.searchParams.set(name, value);
  if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address);
}
