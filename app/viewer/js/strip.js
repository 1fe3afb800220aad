// The strip over all slices, under the picture: what is marked at this threshold, the reference, what is missed.
// It is as dark as the picture in every theme, so its colours are fixed.

import { missedWords, runsWhere, sliceUnder, stripSlices, stripTop, stripWords, stripX } from "./bars.js";
import { STEPS } from "./decode.js";
import { PALETTE } from "./palette.js";
import { scrub } from "./scrub.js";
import { slideTo } from "./slider.js";
import { setSlice } from "./state.js";
import { findLevels, findScan } from "./store.js";
import { setText } from "./text.js";

const INSET = 9; // CSS pixels: half the thumb of the slider under it
const FOOT = 10; // CSS pixels under the bars, for the marks of missed slices
const ROOF = 3;
const GROUND = "#39424f";
const FALSE_ALARM = 0.45; // of the tumour's colour, where nothing that is marked in a slice is reference
const strips = new WeakMap(); // by root

// Shows where the view is, on the strip and on the slider under it, and every slice at the view's threshold.
export function paintStrip(view, levels) {
  const { root, data } = view;
  if (!strips.has(root)) strips.set(root, stripOf(view));
  const strip = strips.get(root);
  if (data.slices === 1) return;
  showPlace(strip, view);
  recount(strip, view, levels);
  if (!strip.width) return; // not laid out yet: its observer asks for another paint
  const { context, ratio, width, height } = strip;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const xs = (slice) => stripX(slice, data.slices, width, INSET);
  const step = xs(1) - xs(0);
  drawBars(strip, xs, step);
  if (levels?.inside) drawReference(strip, xs);
  drawMissed(strip, xs, step);
  context.fillStyle = "#fff";
  context.fillRect(xs(view.slice) - 1, 0, 2, height);
}

function stripOf(view) {
  const element = view.root.querySelector(".strip");
  const canvas = element.querySelector("canvas");
  const context = canvas.getContext("2d");
  const strip = {
    canvas,
    context,
    hatch: hatching(context),
    tip: element.querySelector(".strip-tip"),
    slider: view.root.querySelector("input.slice"),
    number: view.root.querySelector(".slice-number"),
    missed: view.root.querySelector(".missed-slices"),
    slices: [],
    width: 0,
  };
  new ResizeObserver(([{ contentRect: { width, height } }]) => {
    const ratio = window.devicePixelRatio;
    Object.assign(strip, { width, height, ratio });
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    view.schedule();
  }).observe(canvas);
  scrub(view, element, ({ x }, pressed) => {
    const slice = sliceUnder(x * strip.width, view.data.slices, strip.width, INSET);
    pointOutSlice(strip, view, slice, x);
    if (pressed) setSlice(view, slice);
  }, () => (strip.tip.hidden = true));
  return strip;
}

function showPlace({ slider, number }, { data, slice }) {
  const place = `${slice + 1} / ${data.slices}`;
  slideTo(slider, slice + 1, { max: data.slices, spoken: `slice ${place}` });
  setText(number, place);
}

// Counts again only when the threshold or the levels are others: scrolling changes neither.
function recount(strip, { data, k }, levels) {
  const identity = [data.threshold, k].join();
  if (strip.levels === levels && strip.identity === identity) return;
  Object.assign(strip, { levels, identity });
  strip.slices = levels ? stripSlices(levels, k) : [];
  strip.top = levels ? stripTop(levels, Math.round(data.threshold * STEPS)) : 1;
  setText(strip.missed, missedWords(strip.slices.filter(({ missed }) => missed).length));
}

function hatching(context) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const pen = tile.getContext("2d");
  pen.strokeStyle = GROUND;
  pen.beginPath();
  for (const shift of [-6, 0, 6]) {
    pen.moveTo(shift, 6);
    pen.lineTo(shift + 6, 0);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat");
}

function drawBars(strip, xs, step) {
  const { context, height, width } = strip;
  context.fillStyle = GROUND;
  context.fillRect(INSET, height - FOOT, width - 2 * INSET, 1);
  context.fillStyle = strip.hatch;
  fillBars(strip, xs, step, ({ pending }) => (pending ? 1 : 0));
  context.fillStyle = PALETTE.tumour.css;
  fillBars(strip, xs, step, ({ area, alarm }) => (alarm ? 0 : area / strip.top));
  context.globalAlpha = FALSE_ALARM;
  fillBars(strip, xs, step, ({ area, alarm }) => (alarm ? area / strip.top : 0));
  context.globalAlpha = 1;
}

// A bar for every slice whose share of the strip's height is above 0; at least one pixel of it shows.
function fillBars({ context, slices, height }, xs, step, shareOf) {
  const ground = height - FOOT;
  const wide = Math.max(step * 0.8, 1);
  slices.forEach((slice, i) => {
    const share = Math.min(shareOf(slice), 1);
    if (!share) return;
    const tall = Math.max(share * (ground - ROOF), 1);
    context.fillRect(xs(i) - wide / 2, ground - tall, wide, tall);
  });
}

function drawReference({ context, slices, top, height }, xs) {
  const ground = height - FOOT;
  context.strokeStyle = PALETTE.reference.css;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.beginPath();
  slices.forEach(({ wanted }, i) => context.lineTo(xs(i), ground - Math.min(wanted / top, 1) * (ground - ROOF)));
  context.stroke();
}

// Under each run of missed slices a band, and a triangle that points at it: a shape too, not colour alone.
function drawMissed({ context, slices, height }, xs, step) {
  const ground = height - FOOT + 2;
  const wide = Math.max(step, 2);
  context.fillStyle = PALETTE.missed.css;
  for (const [first, last] of runsWhere(slices, ({ missed }) => missed)) {
    const middle = (xs(first) + xs(last)) / 2;
    context.fillRect(xs(first) - wide / 2, ground, xs(last) - xs(first) + wide, 2);
    context.beginPath();
    context.moveTo(middle, ground);
    context.lineTo(middle + 5, ground + 8);
    context.lineTo(middle - 5, ground + 8);
    context.fill();
  }
}

function pointOutSlice(strip, { data }, slice, share) {
  const levels = findLevels(data);
  const spacing = findScan(data)?.header.spacing ?? null;
  const known = levels && levels === strip.levels && strip.slices[slice];
  const pixelMm2 = spacing && spacing[1] * spacing[2];
  setText(strip.tip, known ? stripWords(slice, known, pixelMm2, data.has_reference) : `slice ${slice + 1}`);
  strip.tip.hidden = false;
  strip.tip.style.left = `${100 * share}%`;
  strip.tip.style.translate = `${-100 * share}%`;
}
