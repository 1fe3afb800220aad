// Wheel, keys, sliders and buttons. Nothing goes to the server while a hand moves; one message follows when it rests.

const REST_MS = 250;
const NOTCH = 40; // wheel pixels that make a slice: less than a mouse notch, several trackpad events
const LINE = 20; // pixels of a wheel event that counts in lines

function setSlice(view, slice) {
  const kept = Math.min(Math.max(slice, 0), view.data.slices - 1);
  view.moved.slice = true;
  if (kept !== view.slice) change(view, { slice: kept });
}

function setThreshold(view, k) {
  const kept = Math.min(Math.max(k, 0), STEPS);
  view.moved.threshold = true;
  if (kept !== view.k) change(view, { k: kept });
}

function setSequence(view, sequence) {
  if (sequence !== view.sequence && view.data.sequences.includes(sequence)) change(view, { sequence });
}

function toggleOverlay(view) {
  view.overlay = !view.overlay;
  view.schedule();
}

function change(view, what) {
  Object.assign(view, what);
  view.schedule();
  restLater(view);
}

function restLater(view) {
  clearTimeout(view.timer);
  if (view.held) return;
  view.timer = setTimeout(() => {
    const { slice, k, sequence } = view;
    view.announce();
    view.setStateValue("view", { study: view.data.study, slice, threshold: k / STEPS, sequence });
  }, REST_MS);
}

const KEYS = {
  ArrowUp: (view) => setSlice(view, view.slice + 1),
  ArrowDown: (view) => setSlice(view, view.slice - 1),
  PageUp: (view) => setSlice(view, view.slice + 10),
  PageDown: (view) => setSlice(view, view.slice - 10),
  Home: (view) => setSlice(view, 0),
  End: (view) => setSlice(view, view.data.slices - 1),
  "[": (view) => setThreshold(view, view.k - 1),
  "]": (view) => setThreshold(view, view.k + 1),
  "{": (view) => setThreshold(view, view.k - 10),
  "}": (view) => setThreshold(view, view.k + 10),
  o: toggleOverlay,
};

function onKey(view, event) {
  event.stopPropagation(); // Streamlit's own hotkeys: r reruns, c clears caches
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const onSlider = event.target.matches("input") && /^(Arrow|Page|Home|End)/.test(event.key);
  if (onSlider) return; // a slider that was tabbed to moves by its own keys
  const numbered = view.data.all_sequences["1234".indexOf(event.key)];
  const act = numbered ? () => setSequence(view, numbered) : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act(view);
}

// One slice a notch; a trackpad's small steps add up.
function onWheel(view, event) {
  if (event.ctrlKey) return;
  event.preventDefault();
  const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * LINE;
  if (pixels * view.wheel < 0) view.wheel = 0;
  view.wheel += pixels;
  if (Math.abs(view.wheel) < NOTCH) return;
  setSlice(view, view.slice - Math.sign(view.wheel));
  view.wheel = 0;
}

// While the pointer holds a slider nothing is told; when it lets go the keys belong to the picture again.
function onHold(view) {
  view.held = true;
  const release = () => {
    window.removeEventListener("pointerup", release);
    window.removeEventListener("pointercancel", release);
    view.held = false;
    view.stage.focus({ preventScroll: true });
    restLater(view);
  };
  window.addEventListener("pointerup", release);
  window.addEventListener("pointercancel", release);
}

function listen(view) {
  const { root, stage, thresholdInput, sliceInput } = view;
  root.addEventListener("keydown", (event) => onKey(view, event));
  stage.addEventListener("wheel", (event) => onWheel(view, event), { passive: false });
  stage.addEventListener("pointerenter", () => {
    if (document.activeElement === document.body) stage.focus({ preventScroll: true });
  });
  thresholdInput.addEventListener("input", () => setThreshold(view, Math.round(thresholdInput.value * STEPS)));
  sliceInput.addEventListener("input", () => setSlice(view, sliceInput.value - 1));
  for (const input of [thresholdInput, sliceInput]) input.addEventListener("pointerdown", () => onHold(view));
  const toDefault = () => setThreshold(view, Math.round(view.data.threshold * STEPS));
  thresholdInput.addEventListener("dblclick", toDefault);
  root.querySelector(".default-threshold").addEventListener("click", toDefault);
  root.querySelector(".overlay-toggle").addEventListener("click", () => toggleOverlay(view));
  root.querySelector(".sequences").addEventListener("click", (event) => {
    if (event.target.dataset.sequence) setSequence(view, event.target.dataset.sequence);
  });
}
