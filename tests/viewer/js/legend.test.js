import assert from "node:assert/strict";
import { test } from "node:test";

import { legendOf } from "../../../app/viewer/js/legend.js";

const LOOK = { mode: "fill", overlay: true, reference: true, map: null };
const MAP = { title: "Spread", ends: ["sure", "unsure"] };

test("the legend names what is on screen", () => {
  const labels = (look, ...has) => legendOf({ ...LOOK, ...look }, ...has).map(({ label }) => label);
  assert.deepEqual(legendOf(LOOK, false, false), [{ colour: "#ff6b57", label: "tumour" }]);
  assert.deepEqual(labels({}, true, true), ["tumour", "necrotic core", "oedema", "enhancing", "reference"]);
  assert.deepEqual(labels({ mode: "outline" }, true, false), ["tumour", "necrotic core", "enhancing"]);
  assert.deepEqual(labels({ mode: "agreement" }, true, true), ["hit", "missed", "false alarm"]);
  assert.deepEqual(labels({ mode: "agreement" }, false, false), ["tumour"]);
  assert.deepEqual(labels({ mode: "agreement", overlay: false }, true, true), ["reference"]);
  assert.deepEqual(labels({ overlay: false, reference: false }, true, true), []);
  assert.deepEqual(legendOf({ ...LOOK, overlay: false }, true, true),
    [{ colour: "#45ecaa", label: "reference", dashed: true }]);
  const [heat, line] = legendOf({ ...LOOK, mode: "heat" }, true, false);
  assert.deepEqual([heat.ramp[0], heat.ramp.at(-1), heat.ramp.length], ["#4a0c6b", "#f7d13d", 7]);
  assert.equal(line.label, "threshold");
  const [spread, contour] = legendOf({ ...LOOK, mode: "map", map: MAP }, true, false);
  assert.deepEqual([spread.label, spread.ends, spread.ramp.length], ["Spread", ["sure", "unsure"], 6]);
  assert.equal(spread.ramp.includes(heat.ramp[0]), false);
  assert.equal(contour.label, "threshold");
  assert.deepEqual(labels({ mode: "map" }, false, false), ["tumour"]);
});
