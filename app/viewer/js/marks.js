// Diameters: lines on the axial picture, each with small ends and its length beside it.

import { toPixel } from "./geometry.js";
import { PALETTE } from "./palette.js";

const END = 5; // CSS pixels of an end to either side of its line
const WIDTHS = { strong: 2.25, weak: 1.25 };
const UNDER = 2; // CSS pixels more for the dark line under each
const DARK = "rgb(0 0 0 / 0.75)";
const LETTERS = 13; // CSS pixels
const AWAY = 8; // CSS pixels between a line's end and its length
const EDGE = 3; // CSS pixels of the picture that stay free of letters

// The lines on screen: of this slice, and only where they are those of the mask on screen.
export function marksOnScreen({ data, slice, k, overlay, measures }, levels) {
  const { marks } = data;
  if (!marks || !levels || !overlay || !measures || k !== marks.k) return [];
  return marks.lines.filter((line) => line.slice === slice);
}

// Paints lines in device pixels, the strong ones on top, and gives where they are.
export function paintMarks({ context, canvas, ratio }, matrix, lines) {
  const placed = [...lines].sort((one, other) => one.strong - other.strong).map((line) => place(line, matrix));
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  for (const line of placed) strokeMark(context, line, ratio);
  const taken = [];
  for (const line of placed.toReversed()) line.written = writeLength(context, line, canvas, ratio, taken);
  context.restore();
  return placed;
}

// A point is a voxel's centre where it is whole.
function place({ start, end, label, lesion, strong }, matrix) {
  const pixel = ([row, column]) => toPixel(matrix, { row: row + 0.5, column: column + 0.5 });
  return { lesion, strong, label, from: pixel(start), to: pixel(end) };
}

// As long as one pixel and pointing from one end to the other; to the right where they fall together.
function along({ from, to }) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy);
  return length ? { x: dx / length, y: dy / length } : { x: 1, y: 0 };
}

function strokeMark(context, line, ratio) {
  const { from, to, strong } = line;
  const { x, y } = along(line);
  const half = END * ratio;
  const path = new Path2D();
  path.moveTo(from.x, from.y);
  path.lineTo(to.x, to.y);
  for (const end of [from, to]) {
    path.moveTo(end.x - y * half, end.y + x * half);
    path.lineTo(end.x + y * half, end.y - x * half);
  }
  const width = strong ? WIDTHS.strong : WIDTHS.weak;
  context.lineCap = "round";
  for (const [style, pixels] of [[DARK, width + UNDER], [PALETTE.mark.css, width]]) {
    context.strokeStyle = style;
    context.lineWidth = pixels * ratio;
    context.stroke(path);
  }
}

// Beyond one of the line's ends, where no other length is; gives whether there was room.
function writeLength(context, line, canvas, ratio, taken) {
  context.font = `${line.strong ? 700 : 500} ${LETTERS * ratio}px sans-serif`;
  const size = { width: context.measureText(line.label).width, height: LETTERS * ratio };
  const box = roomFor(line, size, canvas, ratio, taken);
  if (!box) return false;
  taken.push(box);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3.5 * ratio;
  context.strokeStyle = DARK;
  context.strokeText(line.label, box.x, box.y);
  context.fillStyle = PALETTE.mark.css;
  context.fillText(line.label, box.x, box.y);
  return true;
}

// The middle and size of a length in pixels: beyond the end on the right, or else the other; pushed into the picture.
// Null where neither end is in the picture, or where others stand.
export function roomFor(line, { width, height }, canvas, ratio, taken) {
  const { x, y } = along(line);
  const away = AWAY * ratio + (Math.abs(x) * width + Math.abs(y) * height) / 2;
  const ends = [[line.to, 1], [line.from, -1]].filter(([end]) => isOn(end, canvas));
  const edge = EDGE * ratio;
  const keep = (value, half, most) => Math.min(Math.max(value, half + edge), most - half - edge);
  const boxes = ends.map(([end, way]) => ({
    x: keep(end.x + way * x * away, width / 2, canvas.width),
    y: keep(end.y + way * y * away, height / 2, canvas.height),
    width,
    height,
  }));
  if (boxes.length > 1 && boxes[1].x > boxes[0].x) boxes.reverse();
  return boxes.find((box) => !taken.some((other) => overlap(box, other))) ?? null;
}

const isOn = ({ x, y }, { width, height }) => x >= 0 && y >= 0 && x <= width && y <= height;

const overlap = (one, other) =>
  Math.abs(one.x - other.x) < (one.width + other.width) / 2 &&
  Math.abs(one.y - other.y) < (one.height + other.height) / 2;

// For the tests of what is on screen: in CSS pixels of the picture, to a tenth.
export function toldMarks(placed, ratio) {
  const css = ({ x, y }) => [x, y].map((pixels) => Math.round((10 * pixels) / ratio) / 10);
  return placed.map(({ lesion, strong, label, written, from, to }) => ({
    lesion, strong, label, written, from: css(from), to: css(to),
  }));
}
