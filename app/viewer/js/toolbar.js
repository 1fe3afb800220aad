// The bar above the pictures, its sheet "View", and the card of keys.

import { toggleCine } from "./cine.js";
import { copyView } from "./copy.js";
import { HANDS, KEYS, pressKey, toggleHelp } from "./keys.js";
import { change, offeredModes, reset, setMode, setSequence, setWindow, toggle } from "./state.js";
import { findLevels, findScan } from "./store.js";
import { setText } from "./text.js";
import { PRESETS, presetWindow, tumourCounts } from "./window.js";

export function listenToToolbar(view) {
  const { root } = view;
  const on = (selector, event, act) => root.querySelector(selector).addEventListener(event, act);
  on(".sequences", "click", ({ target }) => target.dataset.sequence && setSequence(view, target.dataset.sequence));
  on(".modes", "click", ({ target }) => target.dataset.mode && setMode(view, target.dataset.mode));
  on(".shown", "click", ({ target }) => target.dataset.toggle && toggle(view, target.dataset.toggle));
  on(".fit", "click", () => change(view, { lenses: {} }));
  on(".copy", "click", () => copyView(view));
  on(".keys", "click", () => toggleHelp(view));
  on(".sheet", "click", ({ target }) => target.dataset.key && pressKey(view, target.dataset.key));
  on(".reset", "click", () => reset(view));
  on(".cine", "click", () => toggleCine(view));
  on(".speed", "input", ({ target }) => change(view, { speed: Number(target.value) }));
  on(".opacity", "input", ({ target }) => change(view, { opacity: Number(target.value) }));
  on(".preset", "change", ({ target }) => choosePreset(view, target.value));
  on(".three", "change", ({ target }) => change(view, { layout: target.checked ? "three" : "one" }));
  for (const box of root.querySelectorAll("[data-check]")) {
    box.addEventListener("change", () => change(view, { [box.dataset.check]: box.checked }));
  }
  const sheet = root.querySelector("details.more");
  root.addEventListener("pointerdown", ({ target }) => !sheet.contains(target) && (sheet.open = false));
  fillHelp(view);
}

// "automatic" follows the sequence; the others are set once, for this sequence.
function choosePreset(view, name) {
  const scan = findScan(view.data);
  const levels = findLevels(view.data);
  if (!scan || !PRESETS.includes(name)) return;
  const image = scan.images.get(view.sequence);
  const marked = name === "tumour" && levels && image;
  const counts = marked ? tumourCounts(image, scan.box, levels, Math.max(view.k, 1)) : null;
  setWindow(view, name === "automatic" ? undefined : presetWindow(name, scan.header, view.sequence, counts));
}

// The preset that a window is; "hand" when it is none of those that do not depend on the threshold.
function presetOf(view, scan) {
  const window = view.windows[view.sequence];
  if (!window) return "automatic";
  const same = (name) => presetWindow(name, scan.header, view.sequence).join() === window.join();
  return ["full", "brain"].find(same) ?? "hand";
}

export function showToolbar(view, scan) {
  const { root, data } = view;
  const { sequence, mode, overlay, opacity, layout, film, speed } = view;
  const preset = scan ? presetOf(view, scan) : "automatic";
  const switches = [overlay, view.reference, view.measures, view.inverted, view.mirrored, view.smooth, Boolean(film)];
  const offered = [data.sequences, offeredModes(view), data.map?.title, Boolean(data.marks)];
  const key = [...offered, sequence, mode, opacity, layout, speed, preset, ...switches].join("|");
  if (view.toolbarKey === key) return; // nothing of it moves while a slice or the threshold does
  view.toolbarKey = key;
  const press = (selector, isPressed) => {
    root.querySelectorAll(selector).forEach((button) => (button.ariaPressed = isPressed(button.dataset)));
  };
  press("[data-sequence]", (its) => its.sequence === sequence);
  press("[data-mode]", (its) => overlay && its.mode === mode);
  press("[data-toggle]", (its) => view[its.toggle]);
  press(".cine", () => Boolean(film));
  for (const box of root.querySelectorAll("[data-check]")) box.checked = view[box.dataset.check];
  root.classList.toggle("unreferenced", !data.has_reference);
  root.classList.toggle("unmeasured", !data.marks);
  root.classList.toggle("unmapped", !offeredModes(view).includes("map"));
  root.querySelector("[data-mode=map]").title = `${data.map?.title ?? "Map"} (key m)`;
  root.querySelector(".three").checked = layout === "three";
  root.querySelector(".preset").value = preset;
  root.querySelector(".opacity").value = opacity;
  root.querySelector(".speed").value = speed;
  setText(root.querySelector(".speed-number"), `${speed} / s`);
}

export function sequenceButton(data, name) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.sequence = name;
  button.textContent = name;
  button.title = `${name} (key ${data.all_sequences.indexOf(name) + 1})`;
  return button;
}

function fillHelp({ root, help }) {
  const row = (keys, what) => {
    const line = document.createElement("div");
    const [term, text] = [document.createElement("dt"), document.createElement("dd")];
    [term.textContent, text.textContent] = [keys, what];
    line.append(term, text);
    return line;
  };
  const rows = [...KEYS.map(([, written, what]) => [written, what]), ...HANDS];
  root.querySelector(".help dl").replaceChildren(...rows.map(([written, what]) => row(written, what)));
  root.querySelector(".help .close").addEventListener("click", () => help.close());
}
