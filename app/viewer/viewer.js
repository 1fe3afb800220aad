// Mounts. Bytes belong to a loader, which shows nothing; JSON belongs to the viewer. All mounts share this module.

const views = new WeakMap(); // by parentElement: Streamlit calls again with new data, and keeps the element

export default function mount(component) {
  if (component.data instanceof Uint8Array) {
    // A loader has nothing to show: it leaves the page's layout, gap and all.
    component.parentElement.host?.closest("[data-testid=stElementContainer]")?.style.setProperty("display", "none");
    return load(component.data);
  }
  const { parentElement } = component;
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
    stage: root.querySelector(".stage"),
    canvas: root.querySelector("canvas"),
    thresholdInput: root.querySelector("input.threshold"),
    sliceInput: root.querySelector("input.slice"),
    data: null,
    slice: 0,
    k: 0,
    sequence: null,
    overlay: true,
    moved: {}, // what the hand has chosen itself; the rest follows Python
    paints: 0,
    wheel: 0,
    frame: 0,
    schedule() {
      view.frame ||= requestAnimationFrame(() => render(view));
    },
    announce() {
      const now = readings(view.data, findLevels(view.data), view.slice, view.k);
      setText(root.querySelector(".spoken"), describe(view.data, now, view.slice));
    },
  };
  view.observer = new ResizeObserver(view.schedule);
  view.observer.observe(view.stage);
  watchers.add(view.schedule);
  listen(view);
  return view;
}

function discard(view, parentElement) {
  cancelAnimationFrame(view.frame);
  clearTimeout(view.timer);
  view.observer.disconnect();
  watchers.delete(view.schedule);
  views.delete(parentElement);
}

function accept(view, data) {
  if (view.data?.study !== data.study) enterStudy(view, data);
  view.data = data;
  if (!view.moved.slice) view.slice = data.first_slice;
  if (!view.moved.threshold) view.k = Math.round(data.threshold * STEPS);
  view.root.querySelector(".sequences").replaceChildren(...data.sequences.map((name) => sequenceButton(data, name)));
}

// Another study: at its own start, or where Python was told that the hand had left it.
function enterStudy(view, data) {
  clearTimeout(view.timer); // what was chosen in the study before is not told any more
  view.wheel = 0;
  view.moved = {};
  if (data.view) {
    const { slice, threshold, sequence } = data.view;
    Object.assign(view, { slice, k: Math.round(threshold * STEPS), sequence, moved: { slice: true, threshold: true } });
  } else if (!data.sequences.includes(view.sequence)) {
    view.sequence = data.sequences[0];
  }
}

function sequenceButton(data, name) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.sequence = name;
  button.textContent = name;
  button.title = `${name} (key ${data.all_sequences.indexOf(name) + 1})`;
  return button;
}

function render(view) {
  view.frame = 0;
  const { root, data, slice, k, sequence } = view;
  const scan = findScan(data);
  const levels = findLevels(data);
  const drawn = scan && view.overlay ? levels : null;
  drawSlice(view.canvas, scan, drawn, slice, k, sequence);
  const now = readings(data, levels, slice, k);
  showPanel(view, now);
  showControls(view, scan, now);
  root.dataset.study = scan ? scan.header.id : "";
  root.dataset.overlay = drawn ? drawn.header.id : "";
  root.dataset.state = `${slice}|${now.threshold.toFixed(3)}`;
  root.dataset.readout = JSON.stringify(now);
  root.dataset.paints = ++view.paints;
}

function showControls(view, scan, now) {
  const { root, data, slice, sliceInput, thresholdInput } = view;
  const threshold = now.threshold.toFixed(3);
  const place = `slice ${slice + 1} / ${data.slices}`;
  root.classList.toggle("single", data.slices === 1);
  root.classList.toggle("loading", !scan);
  root.classList.toggle("segmenting", Boolean(scan) && !now.complete);
  root.classList.toggle("oriented", Boolean(scan?.header.oriented));
  setText(root.querySelector(".name"), data.name, data.name);
  setText(root.querySelector(".caption"), [view.sequence, data.slices > 1 && place].filter(Boolean).join(" · "));
  setText(root.querySelector("output.slice-number"), `${slice + 1} / ${data.slices}`);
  setText(root.querySelector("output.threshold-number"), threshold);
  setText(root.querySelector(".default-threshold"), `default ${data.threshold.toFixed(3)}`);
  root.style.setProperty("--default", data.threshold);
  slide(sliceInput, slice + 1, data.slices, place);
  slide(thresholdInput, now.threshold, 1, threshold);
  root.querySelector(".overlay-toggle").setAttribute("aria-pressed", view.overlay);
  for (const button of root.querySelectorAll(".sequences button")) {
    button.setAttribute("aria-pressed", button.dataset.sequence === view.sequence);
  }
}

function slide(input, value, max, spoken) {
  input.max = max;
  input.value = value;
  const span = max - input.min || 1;
  input.style.setProperty("--at", (value - input.min) / span);
  input.setAttribute("aria-valuetext", spoken);
}
