// What is on screen, in words and colours.

import { AGREEMENT, HEAT_STOPS, MAP_STOPS, PALETTE, TUMOUR_CLASSES } from "./palette.js";

// Nested, so that each boundary inside a tumour is drawn in the colour of one class; oedema is what lies round them.
export const INNER_CLASSES = [TUMOUR_CLASSES[2], TUMOUR_CLASSES[0]];

// Agreement needs a reference, and a map has to be there.
export function shownMode({ mode, map }, hasReference) {
  const missing = (mode === "agreement" && !hasReference) || (mode === "map" && !map);
  return missing ? "fill" : mode;
}

// As { colour, label }: with `dashed` for a dashed line, with `ramp` (CSS colours from the lowest level to the highest)
// for a heat map, and with `ends` for the words at the ramp's two ends.
export function legendOf(look, hasClasses, hasReference) {
  const mode = shownMode(look, hasReference);
  const entries = look.overlay ? legendOfMode(mode, hasClasses, look.map) : [];
  if (!hasReference || !look.reference || (look.overlay && mode === "agreement")) return entries;
  return [...entries, { colour: PALETTE.reference.css, label: "reference", dashed: true }];
}

const swatch = ({ colour, label }) => ({ colour: colour.css, label });

function legendOfMode(mode, hasClasses, map) {
  if (mode === "agreement") return AGREEMENT.map(swatch);
  if (mode === "heat") return heatEntries("probability 0 to 1", HEAT_STOPS);
  if (mode === "map") return heatEntries(map.title, MAP_STOPS, map.ends);
  const shown = mode === "fill" ? TUMOUR_CLASSES : INNER_CLASSES;
  const classes = hasClasses ? TUMOUR_CLASSES.filter((one) => shown.includes(one)) : [];
  return [{ colour: PALETTE.tumour.css, label: "tumour" }, ...classes.map(swatch)];
}

function heatEntries(label, stops, ends) {
  const ramp = stops.map(({ css }) => css);
  const entry = { colour: ramp.at(-1), label, ramp };
  return [ends ? { ...entry, ends } : entry, { colour: PALETTE.threshold.css, label: "threshold" }];
}
