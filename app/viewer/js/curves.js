// The two charts of the column, drawn live: precision by recall, and the tumour's size by threshold. What does not
// depend on the threshold is drawn once for a study and its levels; a step of the threshold moves the marks.

import { STEPS } from "./decode.js";
import { nearestThreshold, pathThrough, scoreCurve, scorePoint, SIDE, sizeCurve } from "./plot.js";
import { sizePoint, verdictOn } from "./plot.js";
import { extent, percent, plainNumber, subjectOf, withUnit } from "./readout.js";
import { scrub } from "./scrub.js";
import { setThreshold } from "./state.js";
import { setText } from "./text.js";

const SPOKEN_AFTER_MS = 300; // a description that changed at every frame would be of no use to anybody
const UNKNOWN_SCORES = { recall: null, precision: null };
const chartPairs = new WeakMap(); // by root

export function showCurves(view, levels, now) {
  const { root, data, k } = view;
  if (!chartPairs.has(root)) chartPairs.set(root, { scores: chartOf(view, "scores"), sizes: chartOf(view, "sizes") });
  const pair = chartPairs.get(root);
  const identity = [data.study, data.checkpoint, data.validation?.label, data.threshold].join();
  if (pair.levels !== levels || pair.identity !== identity) {
    Object.assign(pair, { levels, identity });
    drawScores(pair.scores, data, levels);
    drawSizes(pair.sizes, data, levels);
  }
  placeAt(pair.scores.mark, pair.scores.pointAt(k));
  placeAt(pair.sizes.mark, pair.sizes.pointAt(k));
  placeAt(pair.sizes.cursor, pair.sizes.pointAt(k) && { x: (SIDE * k) / STEPS });
  showVerdict(pair.scores.aside, now.source === "reference" ? now.scan : now.validation, data.targets);
  clearTimeout(pair.timer);
  pair.timer = setTimeout(() => {
    for (const chart of [pair.scores, pair.sizes]) describeChart(chart, view.k);
  }, SPOKEN_AFTER_MS);
}

function showVerdict(aside, scores, targets) {
  const { state, text } = verdictOn(scores ?? UNKNOWN_SCORES, targets);
  setText(aside, text);
  if (aside.dataset.verdict !== state) aside.dataset.verdict = state;
}

function chartOf(view, name) {
  const figure = view.root.querySelector(`.chart.${name}`);
  const part = (of) => figure.querySelector(of);
  const chart = {
    figure,
    title: part(".chart-title"),
    aside: part(".chart-aside"),
    plot: part(".plot"),
    curve: part(".curve"),
    goals: part(".goals"),
    mark: part(".mark"),
    cursor: part(".cursor"), // the threshold's line, where the threshold runs along the chart
    pointed: part(".pointed"),
    tip: part(".tip"),
    reason: part(".reason"),
  };
  const gone = () => (chart.pointed.hidden = chart.tip.hidden = true);
  scrub(view, chart.plot, (place, pressed, size) => {
    const k = chart.nearest(place, size, view.k);
    if (k === null) return;
    pointOut(chart, k);
    if (pressed) setThreshold(view, k);
  }, gone);
  return chart;
}

function drawScores(chart, data, levels) {
  const curve = scoreCurve(data, levels);
  const { targets } = data;
  const whose = data.has_reference ? subjectOf(data) : data.validation ? "validation" : "";
  chart.pointAt = curve.reason ? () => null : (k) => scorePoint(curve, k);
  chart.nearest = (place, size, k) =>
    nearestThreshold(chart.pointAt, { x: SIDE * place.x, y: SIDE * place.y }, size, k);
  const told = (name, share) => `${name} ${share === null ? "undefined" : withUnit(percent(share))}`;
  chart.tell = (k) => ["recall", "precision"].map((name) => told(name, curve[name][k]));
  const title = ["Precision by recall", whose].filter(Boolean).join(" · ");
  chart.name = `${title}. Target: recall ${goal(targets.recall)}; floor: precision ${goal(targets.precision)}.`;
  setText(chart.title, title, data.has_reference ? "" : data.validation?.label);
  const floor = SIDE * (1 - targets.precision);
  chart.goals.setAttribute("d", `M${SIDE * targets.recall} 0V${SIDE}M0 ${floor}H${SIDE}`);
  placeTick(chart.figure.querySelector(".tick.target"), goal(targets.recall), { x: SIDE * targets.recall });
  placeTick(chart.figure.querySelector(".tick.floor"), goal(targets.precision), { y: floor });
  drawCurve(chart, 0, curve.reason ?? "");
}

const goal = (share) => `${Math.round(share * 100)} %`;

function drawSizes(chart, data, levels) {
  const curve = sizeCurve(data, levels);
  const { what, unit, sizes, reference, top } = curve;
  const inMl = unit === "ml";
  const sizeText = (size) => withUnit(extent({ voxels: size, volume_ml: inMl ? size : null }, unit));
  chart.pointAt = sizes ? (k) => sizePoint(sizes, top, k) : () => null;
  chart.nearest = (place) => (sizes ? Math.min(Math.max(Math.round(place.x * STEPS), 0), STEPS) : null);
  chart.tell = (k) => [sizeText(sizes[k])];
  chart.name = `${what} of tumour by threshold; the default is ${data.threshold.toFixed(3)}.`;
  setText(chart.title, `${what} by threshold, ${unit}`);
  setText(chart.aside, reference ? `reference ${sizeText(reference)}` : "");
  chart.goals.setAttribute("d", reference ? `M0 ${SIDE * (1 - reference / top)}H${SIDE}` : "");
  placeTick(chart.figure.querySelector(".tick.top"), sizes ? plainNumber(top) : "", { y: 0 });
  placeTick(chart.figure.querySelector(".tick.default"), "", { x: SIDE * data.threshold });
  drawCurve(chart, 1, curve.reason ?? "");
}

function drawCurve(chart, first, reason) {
  chart.curve.setAttribute("d", pathThrough(chart.pointAt, first));
  chart.figure.classList.toggle("empty", Boolean(reason));
  setText(chart.reason, reason);
}

function placeTick(tick, text, { x, y }) {
  setText(tick, text);
  if (x !== undefined) tick.style.left = `${x / 10}%`;
  if (y !== undefined) tick.style.top = `${y / 10}%`;
}

// Sizes beyond the top of a chart are marked on its edge.
function placeAt(mark, point) {
  if (mark.hidden !== !point) mark.hidden = !point;
  if (!point) return;
  mark.style.left = `${point.x / 10}%`;
  if (point.y !== undefined) mark.style.top = `${Math.max(point.y, 0) / 10}%`;
}

function pointOut(chart, k) {
  const point = chart.pointAt(k);
  placeAt(chart.pointed, point);
  placeAt(chart.tip, point);
  if (!point) return;
  setText(chart.tip, [`threshold ${(k / STEPS).toFixed(3)}`, ...chart.tell(k)].join("\n"));
  const across = point.x > SIDE / 2 ? "calc(-100% - 12px)" : "12px"; // beside the point, on the side with more room
  chart.tip.style.translate = `${across} ${-Math.max(point.y, 0) / 10}%`;
}

function describeChart(chart, k) {
  const here = chart.pointAt(k);
  const where = here && `At threshold ${(k / STEPS).toFixed(3)}: ${chart.tell(k).join(", ")}.`;
  chart.plot.setAttribute("aria-label", `${chart.name} ${where ?? chart.reason.textContent}`.trim());
}
