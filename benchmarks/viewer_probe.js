// Put into every page before its own scripts: what benchmarks/viewer.py measures by the browser's own clock.
// A picture is named by `shown()`: study and state for the viewer, the address of the image for st.image.

const nextFrame = window.requestAnimationFrame.bind(window);
let spent = 0; // ms in the page's animation callbacks: the viewer draws in one
window.requestAnimationFrame = (callback) => nextFrame((time) => {
  const from = performance.now();
  callback(time);
  spent += performance.now() - from;
});

let asked = null; // when the page first spoke to the server
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (...data) {
  asked ??= performance.now();
  return send.apply(this, data);
};

const roots = () => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
  .map((host) => host.shadowRoot?.querySelector(".gliolens"));

function shown(overlay = false) {
  const root = roots().find(Boolean);
  const { study, overlay: drawn, state } = root?.dataset ?? {};
  if (root) return (overlay ? drawn : study) && `${study}|${state}`;
  const image = document.querySelector("[data-testid=stImage] img");
  return image?.complete && image.naturalWidth ? image.currentSrc : "";
}

// Once per frame, after its callbacks and its painting, until `test` gives something.
const settled = (test) => new Promise((resolve) => {
  const look = () => nextFrame(() => setTimeout(() => {
    const found = test();
    if (found) resolve(found);
    else look();
  }));
  look();
});

// `opening` is null until the first picture and the first with an overlay have come.
const bench = { shown, opening: null };
Promise.all([false, true].map((overlay) => settled(() => shown(overlay) && performance.now()))).then(
  ([picture, overlay]) => (bench.opening = { picture: picture - asked, overlay: overlay - asked }),
);

// From the next key to the end of the frame with another picture, in ms.
bench.latency = () => new Promise((resolve) => {
  const before = shown();
  window.addEventListener("keydown", async () => {
    const pressed = performance.now();
    await settled(() => shown() && shown() !== before);
    resolve(performance.now() - pressed);
  }, { once: true, capture: true });
});

// Counts pictures from now on: `{ pictures, ms }` between the first and the last of them.
bench.count = () => {
  const times = [];
  let last = shown();
  let on = true;
  const look = () => nextFrame(() => setTimeout(() => {
    const now = shown();
    if (now && now !== last) times.push(performance.now());
    last = now || last;
    if (on) look();
  }));
  look();
  return () => {
    on = false;
    return { pictures: times.length, ms: times.length > 1 ? times.at(-1) - times[0] : 0 };
  };
};

// Own work of each step of a range input of the viewer, in ms: its event's handlers and the animation callbacks up to
// the new picture. `draw` is what the viewer says of its last render itself.
bench.work = async (selector, values) => {
  const root = roots().find(Boolean);
  const input = root.querySelector(selector);
  const steps = [];
  for (const value of values) {
    if (Number(input.value) === value) continue;
    const before = root.dataset.paints;
    spent = 0;
    const from = performance.now();
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    const handled = performance.now() - from;
    await settled(() => root.dataset.paints !== before);
    steps.push({ work: handled + spent, draw: Number(root.dataset.work ?? NaN) });
  }
  return steps;
};

window.bench = bench;
