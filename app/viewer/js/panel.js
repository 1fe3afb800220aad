// Writes the read-outs into the column beside the picture.

import { showCurves } from "./curves.js";
import { STEPS } from "./decode.js";
import { TUMOUR_CLASSES } from "./palette.js";
import { decimal, extent, percent, sizeRange, subjectOf, UNDEFINED } from "./readout.js";
import { withUnit, writtenInterval, writtenRange } from "./readout.js";
import { slideTo } from "./slider.js";
import { setText } from "./text.js";

const FORMATS = { recall: percent, precision: percent, dice: decimal };
const SCORES = Object.keys(FORMATS);
const HEADINGS = {
  reference: (data, now) => ["Exact: against the reference mask", besideExact(now.validation)],
  validation: (data) => [
    `At this threshold: ${data.validation.label}`,
    "This scan has no reference mask, so its own recall, precision and Dice are unknown. The volume is this scan's.",
  ],
  none: () => ["No reference mask, no validation", "Recall, precision and Dice are unknown for this kind of scan."],
};
const columns = new WeakMap(); // by root: the elements that change, looked up once

// Shows the threshold, and what `readings` gave for it: in the cards, the list of classes and the curves.
export function showDecision(view, levels, now) {
  const { root, data } = view;
  if (!columns.has(root)) columns.set(root, columnOf(root));
  const column = columns.get(root);
  showThreshold(column, data, now.threshold);
  showGuarantee(column, data.guarantee, view.k);
  const [heading, note] = HEADINGS[now.source](data, now);
  setText(column.source, heading);
  setText(column.note, note);
  for (const name of SCORES) showScore(column[name], name, data, now);
  showExtent(column.volume, view, levels, now);
  showClasses(column, data, now);
  showCurves(view, levels, now);
}

function columnOf(root) {
  const column = {
    slider: root.querySelector("input.threshold"),
    track: root.querySelector(".track"),
    threshold: root.querySelector(".threshold-number"),
    standard: root.querySelector(".default-threshold"),
    promise: root.querySelector("button.guarantee"),
    promiseMark: root.querySelector(".guarantee-mark"),
    source: root.querySelector(".source"),
    note: root.querySelector(".note"),
  };
  for (const name of [...SCORES, "volume"]) {
    const card = root.querySelector(`.card.${name}`);
    const part = (of) => card.querySelector(of);
    column[name] = {
      card,
      label: part(".label"),
      of: part(".of"),
      value: part(".value"),
      number: part(".number"),
      unit: part(".unit"),
      target: part(".target"),
      range: part(".range"),
      interval: part(".interval"),
      slice: part(".slice-value"),
    };
  }
  column.classes = root.querySelector(".classes");
  TUMOUR_CLASSES.forEach(({ colour }, i) => column.classes.children[i].style.setProperty("--dot", colour.css));
  column.sizes = column.classes.querySelectorAll(".class-size");
  return column;
}

function showThreshold(column, data, threshold) {
  const text = threshold.toFixed(3);
  slideTo(column.slider, threshold, { max: 1, spoken: text });
  setText(column.threshold, text);
  const standard = `default ${data.threshold.toFixed(3)}`;
  if (column.standard.textContent === standard) return;
  column.standard.textContent = standard;
  column.track.style.setProperty("--default", data.threshold);
}

// The threshold with a promise: a mark on the slider, and a button that goes there.
function showGuarantee({ promise, promiseMark, track }, guarantee, k) {
  if (promise.hidden !== !guarantee) {
    promise.hidden = promiseMark.hidden = !guarantee;
    track.classList.toggle("promised", Boolean(guarantee));
  }
  if (!guarantee) return;
  const text = `t* ${(guarantee.k / STEPS).toFixed(3)}`;
  if (promise.textContent !== text) track.style.setProperty("--guarantee", guarantee.k / STEPS);
  setText(promise, text, guarantee.label);
  setText(promiseMark, "", guarantee.label);
  const chosen = String(k === guarantee.k);
  if (promise.ariaPressed !== chosen) promise.ariaPressed = chosen;
}

function besideExact(validation) {
  if (!validation) return "";
  const score = (name) => `${name} ${validation[name] === null ? "undefined" : withUnit(percent(validation[name]))}`;
  return `${validation.label}, at this threshold: ${score("recall")}, ${score("precision")}.`;
}

function showScore(card, name, data, now) {
  const exact = now.source === "reference";
  const value = exact ? now.scan[name] : (now.validation?.[name] ?? null);
  const waiting = exact && !now.complete;
  const unknown = exact ? UNDEFINED[name] : "Unknown at this threshold.";
  setText(card.of, exact ? `· ${subjectOf(data)}` : now.validation ? "· validation" : "");
  showValue(card, value === null ? null : FORMATS[name](value), waiting, unknown);
  if (card.target) showTarget(card, waiting ? null : value, data.targets[name]);
  showSliceScore(card, name, data, exact ? now.slice : null);
}

function showSliceScore(card, name, data, part) {
  if (!part) showSlice(card, data, "", ""); // nothing exact is known
  else if (part.voxels === null) showSlice(card, data, "segmenting…", "");
  else if (part[name] === null) showSlice(card, data, "–", UNDEFINED[name]);
  else showSlice(card, data, withUnit(FORMATS[name](part[name])), "");
}

function showExtent(card, { data, k }, levels, now) {
  const flat = data.slices === 1;
  setText(card.label, data.has_spacing ? "Tumour volume" : flat ? "Tumour area" : "Tumour extent");
  setText(card.of, `· ${subjectOf(data)}`);
  showValue(card, extent(now.scan, flat ? "px" : "voxels"), !now.complete, "");
  const part = extent(now.slice, "px");
  showSlice(card, data, part ? withUnit(part) : "segmenting…", "");
  const range = sizeRange(levels, k);
  setText(card.range, range ? writtenRange(range) : "");
  const interval = now.complete ? writtenInterval(data, k) : "";
  setText(card.interval, interval, interval && data.interval.label);
}

function showValue(card, number, waiting, reason) {
  const [digits, unit] = waiting ? ["segmenting…", ""] : (number ?? ["–", ""]);
  card.value.classList.toggle("waiting", waiting);
  setText(card.number, digits, waiting || number ? "" : reason);
  setText(card.unit, unit);
}

function showSlice(card, data, text, reason) {
  const shown = text && data.slices > 1; // a single picture is its only slice
  setText(card.slice, shown ? `slice ${text}` : "", reason);
}

function showTarget(card, value, target) {
  const verdict = value === null ? "" : value >= target ? "met" : "missed";
  if (card.card.dataset.verdict !== verdict) card.card.dataset.verdict = verdict;
  const goal = `${card.target.dataset.word} ${Math.round(target * 100)} %`;
  setText(card.target, verdict === "met" ? `✓ ${goal} met` : verdict === "missed" ? `✗ ${goal} missed` : goal);
}

function showClasses(column, data, now) {
  if (column.classes.hidden !== !now.classes) column.classes.hidden = !now.classes;
  const unit = data.slices === 1 ? "px" : "voxels";
  now.classes?.forEach((size, i) => setText(column.sizes[i], withUnit(extent(size, unit))));
}
