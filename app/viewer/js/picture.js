// The grey picture of a pane. It is kept on a canvas of its own, so that a step of the threshold only copies it.

import { greys, scaleOf } from "./window.js";

const spare = (pane, name) => (pane[name] ??= document.createElement("canvas").getContext("2d"));

export function resize(canvas, width, height) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

// `plane` is the cut of the sequence, null outside the head; `look` = { sequence, window, inverted, smooth }.
export function paintPicture(pane, scan, plane, matrix, look) {
  const { width, height } = pane.canvas;
  const kept = spare(pane, "grey");
  const key = [scan.header.id, look.sequence, pane.index, ...look.window, look.inverted, look.smooth, width, height,
    matrix.a, matrix.d, matrix.e, matrix.f].join();
  if (pane.greyKey !== key) {
    pane.greyKey = key;
    resize(kept.canvas, width, height);
    drawGrey(pane, kept, greys(scaleOf(scan.header, look.sequence), look.window, look.inverted), plane, matrix, look);
  }
  pane.context.setTransform(1, 0, 0, 1, 0, 0);
  pane.context.drawImage(kept.canvas, 0, 0);
}

function drawGrey(pane, kept, lut, plane, matrix, look) {
  kept.setTransform(1, 0, 0, 1, 0, 0);
  kept.fillStyle = look.inverted ? "#fff" : "#000";
  kept.fillRect(0, 0, kept.canvas.width, kept.canvas.height);
  if (!plane) return;
  const { data, rows, columns } = plane;
  const native = spare(pane, "native");
  resize(native.canvas, columns, rows);
  const image = native.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < data.length; i++) pixels[i] = lut[data[i]];
  native.putImageData(image, 0, 0);
  kept.setTransform(matrix.a, 0, 0, matrix.d, matrix.e, matrix.f);
  kept.imageSmoothingEnabled = look.smooth;
  kept.imageSmoothingQuality = "high";
  kept.drawImage(native.canvas, plane.column, plane.row);
}
