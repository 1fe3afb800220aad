import assert from "node:assert/strict";
import { test } from "node:test";

import { slideTo } from "../../../app/viewer/js/slider.js";

// As a browser's: values are kept as text, and what is written is counted.
function makeInput() {
  const attributes = { "aria-valuetext": null };
  return {
    min: "1", max: "1", value: "1", written: 0, attributes,
    getAttribute: (name) => attributes[name],
    setAttribute(name, value) {
      attributes[name] = value;
      this.written++;
    },
    style: { setProperty: (name, value) => (attributes[name] = value) },
  };
}

test("value, range, words and the share of the way up", () => {
  const input = makeInput();
  slideTo(input, 3, { max: 9, spoken: "slice 3 of 9" });
  assert.deepEqual([input.value, input.max], [3, 9]);
  assert.deepEqual(input.attributes, { "aria-valuetext": "slice 3 of 9", "--at": 0.25 });
});

test("what is shown already is not written again", () => {
  const input = makeInput();
  for (let i = 0; i < 3; i++) slideTo(input, 3, { max: 9, spoken: "slice 3 of 9" });
  assert.equal(input.written, 1);
});

test("a slider of one value stands at its start", () => {
  const input = makeInput();
  slideTo(input, 1, { max: 1, spoken: "slice 1 of 1" });
  assert.equal(input.attributes["--at"], 0);
});
