import assert from "node:assert/strict";
import { test } from "node:test";

import {
  AGREEMENT, HEAT, HEAT_STOPS, MAP_RAMP, MAP_STOPS, PALETTE, TUMOUR_CLASSES,
} from "../../../app/viewer/js/palette.js";

// Machado, Oliveira and Fernandes 2009, severity 1; they act on linear RGB.
const VISIONS = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [
    [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039],
  ],
};
const XYZ = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]];
const WHITE = [0.95047, 1, 1.08883]; // D65

// CIE Lab distances (1976). 2.3 is just noticeable; lines and swatches must be told apart at a glance, thin fills on
// tissue at a second look, because each has an edge in its full colour.
const LINE_FLOOR = 24;
const FILL_FLOOR = 9;
const GREYS = [60, 128, 190];

const times = (matrix, vector) => matrix.map((row) => row.reduce((sum, part, i) => sum + part * vector[i], 0));
const linear = (part) => (part <= 10.31475 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
const grey = (value) => [value, value, value];
const over = (rgb, value, alpha) => rgb.map((part) => alpha * part + (1 - alpha) * value);

function labOf(rgb, vision = "normal") {
  const seen = times(VISIONS[vision], rgb.map(linear)).map((part) => Math.min(Math.max(part, 0), 1));
  const [x, y, z] = times(XYZ, seen)
    .map((part, i) => part / WHITE[i])
    .map((part) => (part > 216 / 24389 ? Math.cbrt(part) : ((24389 / 27) * part + 16) / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const distance = (one, other, vision) => Math.hypot(...labOf(one, vision).map((v, i) => v - labOf(other, vision)[i]));

function assertApart(colours, floor) {
  const names = Object.keys(colours);
  for (const vision of Object.keys(VISIONS))
    for (const [i, one] of names.entries())
      for (const other of names.slice(i + 1)) {
        const found = distance(colours[one], colours[other], vision);
        assert.ok(found >= floor, `${one} and ${other} with ${vision}: ${found.toFixed(1)}, floor ${floor}`);
      }
}

const rgbOf = (entries) => Object.fromEntries(entries.map(({ label, colour }) => [label, colour.rgb]));
const onTissue = (colours, value, alpha) =>
  Object.fromEntries(Object.entries(colours).map(([name, rgb]) => [name, over(rgb, value, alpha)]));
const { tumour, reference, threshold, mark } = PALETTE;

test("the measure itself: Lab of known colours, and a pair that deuteranopia hides", () => {
  const near = (found, wanted) => found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 0.02));
  near(labOf([255, 0, 0]), [53.24, 80.09, 67.2]);
  near(labOf([128, 128, 128]), [53.59, 0, 0]);
  near(labOf([128, 128, 128], "protanopia"), [53.59, 0, 0]);
  const [red, green] = [[200, 80, 60], [120, 120, 40]];
  assert.ok(distance(red, green, "normal") > 50 && distance(red, green, "deuteranopia") < 20);
});

test("classes, the tumour round them, the reference and grey tissue are told apart", () => {
  const colours = { ...rgbOf(TUMOUR_CLASSES), tumour: tumour.rgb, reference: reference.rgb, tissue: grey(128) };
  assert.equal(Object.keys(colours).length, 6);
  assertApart(colours, LINE_FLOOR);
});

test("filled classes are told apart on dark, middle and bright tissue", () => {
  for (const value of GREYS) {
    const filled = onTissue({ ...rgbOf(TUMOUR_CLASSES), tumour: tumour.rgb }, value, 0.4);
    assertApart({ ...filled, tissue: grey(value) }, FILL_FLOOR);
  }
});

test("hit, missed and false alarm are told apart, as lines and as fills", () => {
  assertApart({ ...rgbOf(AGREEMENT), tissue: grey(128) }, LINE_FLOOR);
  for (const value of GREYS) {
    const filled = onTissue(rgbOf(AGREEMENT), value, 0.5);
    assertApart({ ...filled, tissue: grey(value) }, FILL_FLOOR);
  }
});

test("the reference and the threshold stand out from every stop of both heat maps", () => {
  for (const { css, rgb } of [...HEAT_STOPS, ...MAP_STOPS]) {
    assertApart({ [css]: rgb, reference: reference.rgb }, LINE_FLOOR);
    assertApart({ [css]: rgb, threshold: threshold.rgb }, LINE_FLOOR);
  }
  assertApart({ reference: reference.rgb, threshold: threshold.rgb }, LINE_FLOOR);
});

for (const [name, ramp, stops] of [["probability", HEAT, HEAT_STOPS], ["a map", MAP_RAMP, MAP_STOPS]]) {
  test(`the heat of ${name} has a colour for each level and grows lighter by even steps for everyone`, () => {
    assert.equal(ramp.length, 201);
    assert.deepEqual([ramp[0], ramp[200]], [stops[0].rgb, stops.at(-1).rgb]);
    for (const vision of Object.keys(VISIONS)) {
      const lightness = Array.from({ length: 11 }, (_, i) => labOf(ramp[20 * i], vision)[0]);
      const steps = lightness.slice(1).map((value, i) => value - lightness[i]);
      assert.ok(Math.min(...steps) > 2, `${vision}: ${steps.map((step) => step.toFixed(1))}`);
    }
    const steps = Array.from({ length: 10 }, (_, i) => distance(ramp[20 * i], ramp[20 * i + 20], "normal"));
    assert.ok(Math.max(...steps) < 3 * Math.min(...steps), `${steps}`);
  });
}

test("levels between two stops have a colour between theirs", () => {
  assert.deepEqual(HEAT[100], [0xcf, 0x44, 0x46]); // the middle of seven stops
  assert.deepEqual(MAP_RAMP[100], [0x3d, 0x70, 0xd2]); // half way from the third of six to the fourth
});

test("a map is not taken for the probability: the upper halves of both ramps are told apart, and from tissue", () => {
  for (let level = 100; level <= 200; level += 10) {
    for (let other = 100; other <= 200; other += 10)
      assertApart({ [`map ${level}`]: MAP_RAMP[level], [`heat ${other}`]: HEAT[other] }, LINE_FLOOR);
    for (const value of GREYS)
      assertApart({ [`map ${level}`]: over(MAP_RAMP[level], value, 0.45), tissue: grey(value) }, FILL_FLOOR);
  }
});

test("diameters stand out from fills, the reference and either heat", () => {
  const others = { ...rgbOf(TUMOUR_CLASSES), tumour: tumour.rgb, reference: reference.rgb };
  for (const [name, rgb] of Object.entries(others)) assertApart({ [name]: rgb, mark: mark.rgb }, LINE_FLOOR);
  for (const { css, rgb } of [...HEAT_STOPS, ...MAP_STOPS]) assertApart({ [css]: rgb, mark: mark.rgb }, LINE_FLOOR);
});

test("every colour is one text and the same three numbers", () => {
  for (const { css, rgb } of [...Object.values(PALETTE), ...HEAT_STOPS, ...MAP_STOPS])
    assert.equal(css, `#${rgb.map((part) => part.toString(16).padStart(2, "0")).join("")}`);
  assert.equal(tumour.css, "#ff6b57");
  assert.throws(() => (PALETTE.tumour.rgb[0] = 0), TypeError);
  assert.deepEqual(TUMOUR_CLASSES.map(({ value, label }) => [value, label]),
    [[1, "necrotic core"], [2, "oedema"], [4, "enhancing"]]);
});
