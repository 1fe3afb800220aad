// Mounts. The engine brings this program; bytes belong to a loader, JSON to a viewer, and both come through shim.js.

import { stopCine } from "./cine.js";
import { STEPS } from "./decode.js";
import { followOnce } from "./go.js";
import { onKey, onKeyUp } from "./keys.js";
import { readLink, writeLink } from "./link.js";
import { createPanes } from "./panes.js";
import { listenToPane } from "./pointer.js";
import { describe, readings } from "./readout.js";
import { render } from "./render.js";
import { join, leave, resetThreshold, restLater, setSlice, setThreshold, startingLook } from "./state.js";
import { findLevels, load, unwatch, watch } from "./store.js";
import { setText } from "./text.js";
import { listenToToolbar, sequenceButton } from "./toolbar.js";

const TOAST_MS = 2500;
const LEFT_KEPT = 8;
const left = new Map(); // by study and Python's key, where viewers that are gone had been
const views = new WeakMap(); // by parentElement: Streamlit calls again with new data, and keeps the element

export default function startEngine({ parentElement }) {
  hide(parentElement);
  const room = (globalThis.gliolens ??= { mount: null, waiting: new Set() });
  if (room.mount) return; // another page has brought it
  room.mount = mount;
  for (const enter of room.waiting) enter();
  room.waiting.clear();
}

// What shows nothing leaves the page's layout, gap and all.
const hide = ({ host }) => host?.closest("[data-testid=stElementContainer]")?.style.setProperty("display", "none");

function mount(component) {
  const { parentElement } = component;
  if (component.data instanceof Uint8Array) {
    hide(parentElement);
    load(component.data);
    return null;
  }
  if (!views.has(parentElement)) views.set(parentElement, createView(parentElement));
  const view = views.get(parentElement);
  view.setStateValue = component.setStateValue;
  accept(view, component.data);
  view.schedule();
  return () => discard(view, parentElement);
}

function createView(parentElement) {
  const root = parentElement.querySelector(".gliolens");
  const view = {
    root,
    panes: createPanes(root),
    planes: [],
    help: root.querySelector("dialog.help"),
    thresholdInput: root.querySelector("input.threshold"),
    sliceInput: root.querySelector("input.slice"),
    data: null,
    slice: 0,
    k: 0,
    sequence: null,
    point: null, // row and column where the planes cross
    windows: {}, // by sequence, what the hand has chosen
    lenses: {}, // by plane, zoom and middle that the hand has chosen
    ...startingLook(),
    speed: 12, // slices a second
    probe: null,
    moved: {}, // what the hand has chosen itself; the rest follows Python
    paints: 0,
    wheel: 0,
    frame: 0,
    resized: true,
    schedule() {
      view.frame ||= requestAnimationFrame(() => render(view));
    },
    rest: () => rest(view),
    say: (text) => say(view, text),
  };
  view.observer = new ResizeObserver(() => {
    view.resized = true;
    view.schedule();
  });
  for (const { element } of view.panes) view.observer.observe(element);
  watch(view.schedule);
  listen(view);
  return view;
}

function listen(view) {
  const { root, thresholdInput, sliceInput } = view;
  root.addEventListener("keydown", (event) => onKey(view, event));
  root.addEventListener("keyup", (event) => onKeyUp(view, event));
  root.addEventListener("focusout", () => (view.space = false));
  for (const pane of view.panes) listenToPane(view, pane);
  listenToToolbar(view);
  thresholdInput.addEventListener("input", () => setThreshold(view, Math.round(thresholdInput.value * STEPS)));
  sliceInput.addEventListener("input", () => setSlice(view, sliceInput.value - 1));
  for (const input of [thresholdInput, sliceInput]) input.addEventListener("pointerdown", () => hold(view));
  thresholdInput.addEventListener("dblclick", () => resetThreshold(view));
  root.querySelector(".default-threshold").addEventListener("click", () => resetThreshold(view));
  const promised = () => view.data.guarantee && setThreshold(view, view.data.guarantee.k);
  for (const at of [".guarantee", ".guarantee-mark"]) root.querySelector(at).addEventListener("click", promised);
}

// While the pointer holds a slider nothing is told; when it lets go the keys belong to the picture again.
function hold(view) {
  view.held = true;
  const release = () => {
    window.removeEventListener("pointerup", release);
    window.removeEventListener("pointercancel", release);
    view.held = false;
    view.panes[0].element.focus({ preventScroll: true });
    restLater(view);
  };
  window.addEventListener("pointerup", release);
  window.addEventListener("pointercancel", release);
}

// The hand is at rest: Python, the page's address and screen readers hear of it.
function rest(view) {
  const { data, slice, k, sequence } = view;
  setText(view.root.querySelector(".spoken"), describe(data, readings(data, findLevels(data), slice, k), slice));
  writeLink(view);
  const now = { study: data.study, slice, threshold: k / STEPS, sequence };
  const told = JSON.stringify(now);
  const { slice: slid, threshold: pulled, sequence: switched } = view.moved;
  const untouched = !slid && !pulled && !switched; // a sequence may be that of the study before
  if (untouched || view.told === told) return; // nothing chosen, or only the look, which is the browser's own
  view.told = told;
  view.setStateValue("view", now);
}

function say(view, text) {
  const toast = view.root.querySelector(".toast");
  setText(toast, text);
  toast.classList.add("there");
  clearTimeout(view.toastTimer);
  view.toastTimer = setTimeout(() => toast.classList.remove("there"), TOAST_MS);
}

function discard(view, parentElement) {
  leaveStudy(view);
  stopCine(view);
  cancelAnimationFrame(view.frame);
  clearTimeout(view.timer);
  view.observer.disconnect();
  unwatch(view.schedule);
  leave(view);
  views.delete(parentElement);
}

function accept(view, data) {
  const before = view.data;
  view.data = data;
  if (before?.study !== data.study) enterStudy(view, data);
  if (!view.moved.slice && view.slice !== data.first_slice) {
    view.slice = data.first_slice;
    restLater(view); // the address follows
  }
  if (!view.moved.threshold) view.k = Math.round(data.threshold * STEPS);
  view.root.classList.toggle("compact", data.compact);
  if (before?.sequences.join() !== data.sequences.join()) {
    view.root.querySelector(".sequences").replaceChildren(...data.sequences.map((name) => sequenceButton(data, name)));
    view.toolbarKey = null;
  }
  join(view);
  followOnce(view, data.go);
}

const placeOf = ({ study, place }) => `${study}/${place}`;

// What the hand chose is found again when the study comes back, even if the page was left before Python heard of it.
function leaveStudy({ data, moved, slice, k, sequence, point, windows, lenses }) {
  if (!data?.link) return;
  left.delete(placeOf(data));
  left.set(placeOf(data), { moved, slice, k, sequence, point, windows, lenses });
  for (const oldest of [...left.keys()].slice(0, -LEFT_KEPT)) left.delete(oldest);
}

// Another study: at its own start, as the page's address has it, or where Python was told that the hand had left it.
function enterStudy(view, data) {
  clearTimeout(view.timer); // what was chosen in the study before is not told any more
  stopCine(view);
  Object.assign(view, { wheel: 0, moved: {}, point: null, windows: {}, lenses: {}, probe: null, told: null });
  if (!data.sequences.includes(view.sequence)) view.sequence = data.sequences[0];
  if (view.mode === "agreement" && !data.has_reference) view.mode = "fill";
  if (data.view) {
    const { slice, threshold, sequence } = data.view;
    Object.assign(view, { slice, k: Math.round(threshold * STEPS), sequence, moved: { slice: true, threshold: true } });
    view.told = JSON.stringify({ study: data.study, slice, threshold, sequence });
  }
  if (data.link && left.has(placeOf(data))) Object.assign(view, left.get(placeOf(data)));
  left.delete(placeOf(data));
  const found = readLink(data);
  Object.assign(view, found);
  if ("slice" in found) view.moved.slice = true;
  if ("k" in found) view.moved.threshold = true;
  if ("point" in found) view.moved.point = true;
  if ("sequence" in found) view.moved.sequence = true;
  restLater(view);
}
