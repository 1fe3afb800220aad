import assert from "node:assert/strict";
import { test } from "node:test";

import { gestureOf } from "../../../app/viewer/js/touch.js";

const finger = ([clientX, clientY]) => ({ clientX, clientY });
const START = [[100, 100], [200, 100]].map(finger);
const gesture = (...now) => gestureOf(START, now.map(finger));

test("two fingers that have hardly moved want nothing yet", () => {
  assert.equal(gesture([97, 100], [204, 100]), null);
  assert.equal(gesture([106, 107], [206, 107]), null);
});

test("fingers that part or close pinch, fingers that go together move the window", () => {
  assert.equal(gesture([94, 100], [206, 100]), "pinch");
  assert.equal(gesture([108, 100], [190, 100]), "pinch");
  assert.equal(gesture([100, 112], [200, 112]), "window");
  assert.equal(gesture([115, 100], [220, 100]), "window");
});
