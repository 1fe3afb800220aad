// Where Python sends the viewer. It is followed as if the hand had gone there, and once: Python's data come again and
// again, and a study that is opened anew is shown as it was left.

import { stopCine } from "./cine.js";
import { STEPS } from "./decode.js";
import { toPlane } from "./geometry.js";
import { change, clamp, restLater, setSlice, setThreshold } from "./state.js";

const FOLLOWED_KEPT = 64;
const followed = new Set(); // ids, of all viewers of the page

export function followOnce(view, go) {
  if (!go || followed.has(go.id)) return;
  followed.add(go.id);
  for (const oldest of [...followed].slice(0, -FOLLOWED_KEPT)) followed.delete(oldest);
  stopCine(view);
  if (go.slice !== null) setSlice(view, go.slice);
  if (go.threshold !== null) setThreshold(view, Math.round(go.threshold * STEPS));
  if (go.point) goToPoint(view, go.point);
  restLater(view); // Python hears of it where nothing had to move, too
}

// The scan may still be on its way, so its size is that of Python's data.
function goToPoint(view, [y, x]) {
  const { slices, rows, columns } = view.data;
  const point = { y: clamp(Math.round(y), 0, rows - 1), x: clamp(Math.round(x), 0, columns - 1) };
  const lenses = {};
  for (const [plane, lens] of Object.entries(view.lenses)) {
    const { row, column } = toPlane({ z: view.slice, ...point }, plane, slices);
    lenses[plane] = lens && { ...lens, row: row + 0.5, column: column + 0.5 };
  }
  view.moved.point = true;
  change(view, { point, lenses });
}
