// The colours of what lies over the grey picture, each once, as CSS text and as red, green, blue (0..255).
// All that can be on screen at once can be told apart with protanopia, deuteranopia and tritanopia too: the test of
// this file measures it. So a new colour is chosen by that test, not by eye alone.

import { STEPS } from "./decode.js";

const tripleOf = (css) => [1, 3, 5].map((at) => parseInt(css.slice(at, at + 2), 16));
const colourOf = (css) => Object.freeze({ css, rgb: Object.freeze(tripleOf(css)) });

export const PALETTE = Object.freeze({
  tumour: colourOf("#ff6b57"), // where the network gives no classes, and round the whole of them
  core: colourOf("#7b2ff7"),
  oedema: colourOf("#5a9dff"),
  enhancing: colourOf("#ffd23f"),
  reference: colourOf("#45ecaa"),
  hit: colourOf("#00a9c7"),
  missed: colourOf("#ffe14a"),
  falseAlarm: colourOf("#ff6b57"), // marked as tumour, as elsewhere
  threshold: colourOf("#ffffff"), // the mask's contour over a heat map
  mark: colourOf("#ffffff"), // diameters, each on a dark halo
});

// The classes of a tumour by their value in levels.classes.
export const TUMOUR_CLASSES = Object.freeze([
  Object.freeze({ value: 1, label: "necrotic core", colour: PALETTE.core }),
  Object.freeze({ value: 2, label: "oedema", colour: PALETTE.oedema }),
  Object.freeze({ value: 4, label: "enhancing", colour: PALETTE.enhancing }),
]);

// What prediction and reference make of a voxel.
export const AGREEMENT = Object.freeze([
  Object.freeze({ name: "hit", label: "hit", colour: PALETTE.hit }),
  Object.freeze({ name: "missed", label: "missed", colour: PALETTE.missed }),
  Object.freeze({ name: "falseAlarm", label: "false alarm", colour: PALETTE.falseAlarm }),
]);

// Stops of matplotlib's inferno, whose lightness grows evenly, without its ends: black would hide in the picture and
// near-white in bright tissue.
export const HEAT_STOPS = Object.freeze(
  ["#4a0c6b", "#781c6d", "#a52c60", "#cf4446", "#ed6925", "#fb9b06", "#f7d13d"].map(colourOf),
);

// Of other quantities than the probability: blues, so that nobody takes one for the other.
export const MAP_STOPS = Object.freeze(
  ["#10246b", "#1d3f9b", "#2f5fc4", "#4b80e0", "#74a0ee", "#9dbff7"].map(colourOf),
);

function colourAt(stops, level) {
  const place = (level / STEPS) * (stops.length - 1);
  const below = Math.min(Math.floor(place), stops.length - 2);
  const [from, to] = [stops[below].rgb, stops[below + 1].rgb];
  return Object.freeze(from.map((part, i) => Math.round(part + (to[i] - part) * (place - below))));
}

const rampOf = (stops) => Object.freeze(Array.from({ length: STEPS + 1 }, (_, level) => colourAt(stops, level)));

// Red, green, blue of every level 0..STEPS.
export const HEAT = rampOf(HEAT_STOPS);
export const MAP_RAMP = rampOf(MAP_STOPS);
