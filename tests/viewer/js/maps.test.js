import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { gzipSync } from "node:zlib";

import { paramsOf } from "../../../app/viewer/js/link.js";
import { mapOnScreen, mapValue, settleMap } from "../../../app/viewer/js/maps.js";
import { join, leave, offeredModes, setMode } from "../../../app/viewer/js/state.js";
import { load } from "../../../app/viewer/js/store.js";
import { makeView } from "./made_view.js";

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

async function bring(study, map, ...values) {
  const header = { kind: "map", id: study, map, shape: [2, 2, 2], box: [[0, 1, 0], [1, 2, 2]], checksum: values[0] };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(Uint32Array.of(text.length).buffer);
  await load(Uint8Array.from([...length, ...text, ...gzipSync(Uint8Array.from(values))]));
}

const named = (id, study = "one") => ({ study, map: { id, title: "Spread", ends: ["low", "high"], range: [0, 0.5] } });

test("a map is shown when it comes, and once: the hand may leave it", async () => {
  const view = makeView(named("comes"), { overlay: false, mode: "outline" });
  settleMap(view);
  assert.deepEqual([view.mode, mapOnScreen(view), offeredModes(view).includes("map")], ["outline", null, false]);
  await bring("one", "comes", 10, 20);
  settleMap(view);
  assert.deepEqual([view.mode, view.overlay, mapOnScreen(view).name], ["map", true, "one/comes"]);
  setMode(view, "heat");
  settleMap(view);
  assert.deepEqual([view.mode, mapOnScreen(view)], ["heat", null]);
  setMode(view, "map");
  assert.equal(view.mode, "map");
});

test("when the map has gone the mode before it is back, and its name is in no address", async () => {
  await bring("one", "goes", 10, 20);
  const view = makeView(named("goes"), { mode: "agreement" });
  settleMap(view);
  assert.deepEqual([view.mode, paramsOf(view).overlay], ["map", "agreement"]);
  view.data = { ...view.data, map: null };
  settleMap(view);
  assert.equal(view.mode, "agreement");
  Object.assign(view.data, named("goes"));
  settleMap(view);
  view.data = { ...view.data, map: null, has_reference: false };
  settleMap(view);
  assert.equal(view.mode, "fill"); // agreement needs a reference
});

test("another map takes the place of the first as soon as it is there, and not before", async () => {
  await bring("one", "a", 10, 20);
  const view = makeView(named("a"));
  settleMap(view);
  view.data = { ...view.data, ...named("b") };
  settleMap(view);
  assert.deepEqual([view.mode, mapOnScreen(view)], ["fill", null]);
  await bring("one", "b", 30, 40);
  settleMap(view);
  assert.deepEqual([view.mode, mapOnScreen(view).name], ["map", "one/b"]);
});

test("the map of another study is never the one on screen", async () => {
  await bring("other", "shared", 10, 20);
  const view = makeView(named("shared"), { mode: "map" });
  settleMap(view);
  assert.equal(mapOnScreen(view), null);
  await bring("one", "shared", 30, 40);
  settleMap(view);
  assert.deepEqual([...mapOnScreen(view).map.voxels], [30, 40]);
  view.data = { ...view.data, study: "other" };
  assert.deepEqual([...mapOnScreen(view).map.voxels], [10, 20]);
});

test("two maps are kept", async () => {
  for (const id of ["x", "y", "z"]) await bring("kept", id, 1, 2);
  const there = (id) => offeredModes(makeView(named(id, "kept"))).includes("map");
  assert.deepEqual(["x", "y", "z"].map(there), [false, true, true]);
});

test("other values under the same name are taken, and the same ones not unpacked again", async () => {
  await bring("again", "m", 10, 20);
  const view = makeView(named("m", "again"), { mode: "map" });
  const first = mapOnScreen(view).map;
  await bring("again", "m", 10, 20);
  assert.equal(mapOnScreen(view).map, first);
  await bring("again", "m", 30, 40);
  assert.deepEqual([...mapOnScreen(view).map.voxels], [30, 40]);
});

test("a map is told in its own numbers, and outside its box as the lowest", async () => {
  await bring("numbers", "m", 100, 200);
  const data = named("m", "numbers");
  data.map.range = [-1, 3];
  const shown = mapOnScreen(makeView(data, { mode: "map" }));
  const values = [[0, 1, 0], [0, 1, 1], [1, 1, 1]].map(([z, y, x]) => mapValue(shown, { z, y, x }));
  assert.deepEqual(values, [1, 3, -1]);
});

test("a viewer of the same group without the map keeps its mode", async () => {
  await bring("one", "group", 1, 2);
  const [left, right] = [makeView({ ...named("group"), group: "maps" }), makeView({ study: "two", group: "maps" })];
  join(left);
  join(right);
  setMode(left, "map");
  assert.deepEqual([left.mode, right.mode], ["map", "fill"]);
  leave(left);
  leave(right);
});
