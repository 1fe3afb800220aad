// One axial slice on a canvas: row = y and column = x is the radiological view, so nothing is ever flipped.

const MARGIN = 30; // CSS pixels kept free around the head, for the letters
const GREYS = Uint32Array.from({ length: 256 }, (_, v) => (0xff000000 | (v << 16) | (v << 8) | v) >>> 0);
const TUMOUR_FILL = 0x66576bff; // alpha, blue, green, red
const TUMOUR_EDGE = 0xf0576bff;

const pads = new Map(); // one off-screen canvas for each layer

function pad(layer, columns, rows) {
  if (!pads.has(layer)) pads.set(layer, document.createElement("canvas").getContext("2d", { willReadFrequently: true }));
  const context = pads.get(layer);
  if (context.canvas.width !== columns) context.canvas.width = columns;
  if (context.canvas.height !== rows) context.canvas.height = rows;
  return context;
}

// Where native pixels land: the head's box, fitted into the canvas with square millimetres.
function fit(canvas, scan, ratio) {
  const [, height, width] = scan.header.shape;
  const box = scan.box.rows ? scan.box : { x: 0, y: 0, rows: height, columns: width };
  const [, mmY, mmX] = scan.header.spacing ?? [1, 1, 1];
  const free = 2 * MARGIN * ratio;
  const scale = Math.min((canvas.width - free) / (box.columns * mmX), (canvas.height - free) / (box.rows * mmY));
  const [sx, sy] = [scale * mmX, scale * mmY];
  const left = canvas.width / 2 - (box.x + box.columns / 2) * sx;
  const top = canvas.height / 2 - (box.y + box.rows / 2) * sy;
  return { sx, sy, left, top };
}

function place(context, source, box, view) {
  const { sx, sy, left, top } = view;
  context.drawImage(source, left + box.x * sx, top + box.y * sy, box.columns * sx, box.rows * sy);
}

function drawScan(context, scan, slice, sequence, view) {
  const plane = planeOf(scan.images.get(sequence), scan.box, slice);
  if (!plane) return;
  const { rows, columns } = scan.box;
  const layer = pad("scan", columns, rows);
  const image = layer.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < plane.length; i++) pixels[i] = GREYS[plane[i]];
  layer.putImageData(image, 0, 0);
  place(context, layer.canvas, scan.box, view);
}

function drawTumour(context, levels, slice, k, view) {
  const [, height, width] = levels.header.shape;
  const box = k === 0 ? { x: 0, y: 0, rows: height, columns: width } : levels.box;
  const plane = k === 0 ? new Uint8Array(height * width) : planeOf(levels.voxels, box, slice);
  if (!plane) return;
  const { rows, columns } = box;
  const layer = pad("tumour", columns, rows);
  const image = layer.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let y = 0, i = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, i++) {
      if (plane[i] < k) continue;
      const edge = (x > 0 && plane[i - 1] < k) || (x < columns - 1 && plane[i + 1] < k)
        || (y > 0 && plane[i - columns] < k) || (y < rows - 1 && plane[i + columns] < k);
      pixels[i] = edge ? TUMOUR_EDGE : TUMOUR_FILL;
    }
  }
  layer.putImageData(image, 0, 0);
  place(context, layer.canvas, box, view);
}

// Draws at the screen's own pixels; `levels` null leaves the overlay out, `scan` null leaves the canvas black.
function drawSlice(canvas, scan, levels, slice, k, sequence) {
  const ratio = window.devicePixelRatio;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((side) => Math.round(side * ratio));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d", { alpha: false });
  context.fillStyle = "#000";
  context.fillRect(0, 0, width, height);
  if (!scan || !width || !height) return;
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  const view = fit(canvas, scan, ratio);
  drawScan(context, scan, slice, sequence, view);
  if (levels) drawTumour(context, levels, slice, k, view);
}
