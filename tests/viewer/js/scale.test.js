import assert from "node:assert/strict";
import { test } from "node:test";

import { barLength } from "../../../app/viewer/js/scale.js";

test("the bar has the longest round length that fits", () => {
  assert.equal(barLength(2, 100), 50);
  assert.equal(barLength(2, 99.9), 25);
  assert.equal(barLength(1, 1000), 100);
});

test("the shortest bar is 1 mm, fitting or not", () => assert.equal(barLength(50, 20), 1));
