// The keyboard: one table, for what the keys do and for the card that explains them.

import { toggleCine } from "./cine.js";
import { copyView } from "./copy.js";
import { fullestSlice, nextSlice } from "./jumps.js";
import { moveAcross, zoom } from "./moves.js";
import { change, offeredModes, reset, resetThreshold, setMode, setSequence, setSlice } from "./state.js";
import { setThreshold, toggle } from "./state.js";
import { findLevels } from "./store.js";

const ZOOM = 1.25;

const step = (by) => (view, plane = "axial") => moveAcross(view, plane, by);
const shift = (by) => (view) => setThreshold(view, view.k + by);

const sequence = (n) => (view) => setSequence(view, view.data.all_sequences[n]);

function zoomBy(factor) {
  return (view, plane = "axial") => {
    const pane = view.panes.find((one) => one.plane === plane);
    zoom(view, pane, { x: pane.canvas.width / 2, y: pane.canvas.height / 2 }, factor);
  };
}

function jump(find) {
  return (view) => {
    const levels = findLevels(view.data);
    const slice = levels && find(levels, view);
    if (slice !== null) setSlice(view, slice);
  };
}

const next = (by) => jump((levels, { data, k, slice }) => nextSlice(levels, data.slices, k, slice, by));

function nextMode(view) {
  const offered = offeredModes(view);
  setMode(view, offered[(offered.indexOf(view.mode) + 1) % offered.length]);
}

// [what is pressed, how it is written, what it does in words, what it does to the plane that has the focus]
export const KEYS = [
  [["ArrowUp", "ArrowDown"], "↑ ↓, wheel", "next, previous slice of the plane clicked last", [step(1), step(-1)]],
  [["Shift+ArrowUp", "Shift+ArrowDown"], "Shift ↑ ↓", "five slices", [step(5), step(-5)]],
  [["PageUp", "PageDown"], "PgUp PgDn", "ten slices", [step(10), step(-10)]],
  [["End", "Home"], "End Home", "highest, lowest slice", [step(Infinity), step(-Infinity)]],
  [["[", "]"], "[ ]", "threshold by 0.005", [shift(-1), shift(1)]],
  [["{", "}", "Shift+[", "Shift+]"], "Shift [ ]", "threshold by 0.05", [shift(-10), shift(10), shift(-10), shift(10)]],
  [["d"], "d", "default threshold", [resetThreshold]],
  [["t"], "t", "slice with most tumour", [jump((levels, { data, k }) => fullestSlice(levels, data.slices, k))]],
  [["n", "p"], "n p", "next, previous slice with tumour", [next(1), next(-1)]],
  [["1", "2", "3", "4"], "1 2 3 4", "FLAIR, T1, T1ce, T2", [0, 1, 2, 3].map(sequence)],
  [["o"], "o", "tumour shown or hidden", [(view) => toggle(view, "overlay")]],
  [["m"], "m", "fill, outline, heat map, agreement, map", [nextMode]],
  [["g"], "g", "reference mask", [(view) => toggle(view, "reference")]],
  [["e"], "e", "diameters shown or hidden", [(view) => toggle(view, "measures")]],
  [["i"], "i", "invert the greys", [(view) => toggle(view, "inverted")]],
  [["s"], "s", "smooth or pixel-exact", [(view) => toggle(view, "smooth")]],
  [["x"], "x", "radiological or neurological convention", [(view) => toggle(view, "mirrored")]],
  [["l"], "l", "three planes or one", [(view) => change(view, { layout: view.layout === "three" ? "one" : "three" })]],
  [["c"], "c", "cine", [toggleCine]],
  [["+", "-", "="], "+ -", "zoom", [zoomBy(ZOOM), zoomBy(1 / ZOOM), zoomBy(ZOOM)]],
  [["f"], "f, double click", "fit the head", [(view) => change(view, { lenses: {} })]],
  [["r"], "r", "reset the view", [reset]],
  [["y"], "y", "copy the view as a picture", [copyView]],
  [["?"], "?", "this card", [(view) => toggleHelp(view)]],
];

export const HANDS = [
  ["Right drag", "window (across) and level (up, down)"],
  ["Middle drag, Space drag", "pan"],
  ["Ctrl wheel", "zoom to the pointer"],
  ["Click, drag", "crosshair: the other planes jump there"],
  ["Touch", "swipe: slices · pinch: zoom · two fingers: window"],
];

const ACTS = new Map(KEYS.flatMap(([keys, , , acts]) => keys.map((key, n) => [key, acts[n]])));

export function onKey(view, event) {
  event.stopPropagation(); // Streamlit's own hotkeys: r reruns, c clears caches
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target, key } = event;
  if (target.matches("select") || view.help.open) return;
  if (target.matches("input") && /^(Arrow|Page|Home|End)/.test(key)) return; // a slider that was tabbed to
  const act = key === " " && target.matches(".pane") ? takeSpace : actOf(event);
  if (!act) return;
  event.preventDefault();
  act(view, target.dataset.plane);
}

// What a button does that stands for a key.
export const pressKey = (view, key) => ACTS.get(key)(view);

const takeSpace = (view) => (view.space = true);

// Letters with or without caps lock, but not with Shift; for signs it is the sign that counts.
function actOf({ key, shiftKey }) {
  if (/^[a-z]$/i.test(key)) return shiftKey ? null : ACTS.get(key.toLowerCase());
  return (shiftKey && ACTS.get(`Shift+${key}`)) || ACTS.get(key);
}

export function onKeyUp(view, event) {
  event.stopPropagation();
  if (event.key === " ") view.space = false;
}

export function toggleHelp(view) {
  if (view.help.open) view.help.close();
  else view.help.showModal();
}
