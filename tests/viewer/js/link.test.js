import assert from "node:assert/strict";
import { test } from "node:test";

import { fromParams, paramsOf } from "../../../app/viewer/js/link.js";
import { makeView } from "./made_view.js";

const read = (text, data = {}) => fromParams(new URLSearchParams(text), makeView(data).data);

test("an address says slice and voxels as the page counts them, from 1", () => {
  const view = makeView({}, { windows: { FLAIR: [12.345, 1234.5], T2: [0, 1] }, moved: { point: true }, mode: "heat" });
  assert.deepEqual(paramsOf(view), {
    study: "s1", slice: 5, threshold: "0.300", sequence: "FLAIR", layout: "three", at: "9,8", window: "12.3,1235",
    overlay: "heat",
  });
});

test("what the hand has not chosen is left out, a hidden overlay is said", () => {
  const params = paramsOf(makeView({}, { overlay: false }));
  assert.deepEqual(Object.keys(params), ["study", "slice", "threshold", "sequence", "layout", "overlay"]);
  assert.equal(params.overlay, "off");
});

test("an address that was written is read back", () => {
  const state = { slice: 9, k: 37, sequence: "T2", layout: "one", mode: "outline", windows: { T2: [-5, 250] } };
  const view = makeView({}, { ...state, point: { y: 19, x: 29 }, moved: { point: true } });
  assert.deepEqual(read(new URLSearchParams(paramsOf(view)).toString()), { ...state, point: { y: 19, x: 29 } });
});

test("every threshold survives", () => {
  const wrong = Array.from({ length: 201 }, (_, k) => k).filter((k) => {
    const { threshold } = paramsOf(makeView({}, { k }));
    return read(`study=s1&threshold=${threshold}`).k !== k;
  });
  assert.deepEqual(wrong, []);
});

test("an address of another study, or of none, says nothing", () => {
  assert.deepEqual(read("study=s2&slice=3"), {});
  assert.deepEqual(read("slice=3"), {});
  assert.deepEqual(read("study=null&slice=3", { link: null }), {});
});

for (const wrong of [
  "slice=0", "slice=11", "slice=", "slice=x", "slice=-1", "threshold=1.005", "threshold=-0.1", "threshold=NaN",
  "threshold=Infinity", "sequence=T1", "sequence=__proto__", "layout=four", "overlay=blue", "window=9,1", "window=5",
  "window=a,b", "window=", "at=3", "at=0,3", "at=31,3", "at=3,21", "at=x,y",
]) {
  test(`${wrong} is passed over`, () => assert.deepEqual(read(`study=s1&${wrong}`), {}));
}

test("agreement needs a reference", () => {
  assert.deepEqual(read("study=s1&overlay=agreement"), { mode: "agreement" });
  assert.deepEqual(read("study=s1&overlay=agreement", { has_reference: false }), {});
});

test("a map is in no address: nobody else has it", () => {
  assert.equal(paramsOf(makeView({}, { mode: "map", plainMode: "heat" })).overlay, "heat");
  assert.equal(paramsOf(makeView({}, { mode: "map", plainMode: "heat", overlay: false })).overlay, "off");
  assert.deepEqual(read("study=s1&overlay=map"), {});
});

test("a window belongs to the sequence of the address, or else to the first", () => {
  assert.deepEqual(read("study=s1&window=1,2&sequence=T2").windows, { T2: [1, 2] });
  assert.deepEqual(read("study=s1&window=1,2").windows, { FLAIR: [1, 2] });
});
