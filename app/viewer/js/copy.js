// The view as a picture: the panes with letters, scale bars and marks, and under them what was shown and the notice.

import { STEPS } from "./decode.js";
import { sidesOf } from "./geometry.js";
import { legendOf } from "./legend.js";
import { percent } from "./readout.js";
import { lookOf } from "./state.js";
import { findLevels } from "./store.js";

const TEXT_LINE = 24; // CSS pixels of a line of text
const COPY_FONT = "14px sans-serif";
const PALE = "#c9d4e3";

// The lines under the pictures.
export function captionOf(view, now) {
  const { data, sequence, slice, k } = view;
  const place = data.slices > 1 ? `slice ${slice + 1} of ${data.slices}` : "";
  const scores = now.source === "reference" ? now.scan : now.validation;
  const whose = now.source === "reference" ? "against the reference mask" : now.validation ? now.validation.label : "";
  const share = (name) => ((scores?.[name] ?? null) === null ? "" : `${name} ${percent(scores[name]).join(" ")}`);
  const known = [share("recall"), share("precision")].filter(Boolean);
  return [
    [data.name, sequence, place, `threshold ${(k / STEPS).toFixed(3)}`].filter(Boolean).join("  ·  "),
    known.length ? `${known.join(", ")} (${whose})` : "",
    data.notice,
  ].filter(Boolean);
}

function compose(view) {
  const panes = view.panes.filter(({ plane }) => view.planes.includes(plane));
  const { ratio } = panes[0];
  const first = panes[0].element.getBoundingClientRect();
  const boxes = panes.map(({ element }) => element.getBoundingClientRect());
  const width = Math.max(...boxes.map(({ right }) => right)) - first.left;
  const height = Math.max(...boxes.map(({ bottom }) => bottom)) - first.top;
  const lines = captionOf(view, JSON.parse(view.root.dataset.readout));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round((height + TEXT_LINE * (lines.length + 0.6)) * ratio);
  const context = canvas.getContext("2d");
  context.fillStyle = "#05070a";
  context.fillRect(0, 0, canvas.width, canvas.height);
  panes.forEach((pane, i) => {
    context.setTransform(1, 0, 0, 1, (boxes[i].left - first.left) * ratio, (boxes[i].top - first.top) * ratio);
    drawPane(view, pane, context);
  });
  context.setTransform(ratio, 0, 0, ratio, 0, height * ratio);
  context.font = COPY_FONT;
  context.fillStyle = PALE;
  context.textAlign = "left";
  lines.forEach((line, i) => context.fillText(line, 12, TEXT_LINE * (i + 0.9), width - 24));
  return canvas;
}

function drawPane(view, pane, context) {
  const { canvas, ratio, plane, texts } = pane;
  context.drawImage(canvas, 0, 0);
  context.scale(ratio, ratio);
  const [width, height] = [canvas.width / ratio, canvas.height / ratio];
  context.font = `600 ${COPY_FONT}`;
  context.fillStyle = "#8fb8ee";
  context.textAlign = "center";
  context.textBaseline = "middle";
  if (texts["side left"].textContent) {
    const [left, right, top, bottom] = sidesOf(plane, view.mirrored);
    context.fillText(left, 14, height / 2);
    context.fillText(right, width - 14, height / 2);
    context.fillText(top, width / 2, 14);
    context.fillText(bottom, width / 2, height - 14);
  }
  const millimetres = texts.scale.textContent;
  if (millimetres) drawBar(context, millimetres, parseFloat(pane.barWidth), width, height);
  if (plane === "axial") drawLegend(view, context);
}

function drawBar(context, text, length, width, height) {
  context.fillStyle = "#fff";
  context.fillRect(width - 14 - length, height - 16, length, 2);
  context.font = "12px sans-serif";
  context.fillText(text, width - 14 - length / 2, height - 26);
}

function drawLegend(view, context) {
  const levels = findLevels(view.data);
  if (!levels) return;
  context.font = "12px sans-serif";
  context.textAlign = "left";
  let top = 14;
  for (const entry of legendOf(lookOf(view), Boolean(levels.classes), Boolean(levels.reference))) {
    if (entry.ends) top = drawText(context, entry.label, 12, top);
    const left = entry.ends ? 20 + context.measureText(entry.ends[0]).width : 12;
    if (entry.ends) drawText(context, entry.ends[0], 12, top);
    const right = drawSwatch(context, entry, left, top);
    top = drawText(context, entry.ends?.[1] ?? entry.label, right + 8, top);
  }
}

// Gives the top of the next line.
function drawText(context, text, left, top) {
  context.fillStyle = PALE;
  context.fillText(text, left, top + 6);
  return top + 18;
}

function drawSwatch(context, { colour, dashed, ramp }, left, top) {
  const width = ramp ? 60 : 14;
  const shades = context.createLinearGradient(left, 0, left + width, 0);
  (ramp ?? [colour, colour]).forEach((shade, i, all) => shades.addColorStop(i / (all.length - 1), shade));
  context.fillStyle = shades;
  if (dashed) for (const dash of [0, 6, 12]) context.fillRect(left + dash, top + 5, 4, 2);
  else context.fillRect(left, top + 1, width, 10);
  return left + width;
}

// To the clipboard, or where the browser has none to give (a page that is not on https or this machine), as a file.
export async function copyView(view) {
  const blob = await new Promise((resolve) => compose(view).toBlob(resolve, "image/png"));
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    view.say("The view is on the clipboard, as a picture.");
  } catch {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `gliolens-slice-${view.slice + 1}.png`;
    link.click();
    URL.revokeObjectURL(link.href);
    view.say("The clipboard is closed to this page, so the view was saved as a file.");
  }
}
