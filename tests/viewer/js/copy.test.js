import assert from "node:assert/strict";
import { test } from "node:test";

import { captionOf } from "../../../app/viewer/js/copy.js";
import { makeView } from "./made_view.js";

const UNKNOWN = { recall: null, precision: null };

test("a copied view says what it shows, its scores and whose they are, and the notice", () => {
  const now = { source: "reference", scan: { recall: 0.9567, precision: 0.7 }, validation: null };
  assert.deepEqual(captionOf(makeView(), now), [
    "Study 1  ·  FLAIR  ·  slice 5 of 10  ·  threshold 0.300",
    "recall 95.6 %, precision 70.0 % (against the reference mask)",
    "Not for clinical use.",
  ]);
});

test("scores of validation patients are called theirs; an unknown one is left out", () => {
  const validation = { label: "8 patients", recall: 0.5, precision: null };
  const [, scores] = captionOf(makeView(), { source: "validation", scan: UNKNOWN, validation });
  assert.equal(scores, "recall 50.0 % (8 patients)");
});

test("without scores, or with one slice, there is less to say, but always the notice", () => {
  const view = makeView({ slices: 1 });
  const lines = ["Study 1  ·  FLAIR  ·  threshold 0.300", "Not for clinical use."];
  assert.deepEqual(captionOf(view, { source: "none", scan: UNKNOWN, validation: null }), lines);
  assert.deepEqual(captionOf(view, { source: "reference", scan: UNKNOWN, validation: null }), lines);
});
