// The three orientations of a volume (z, y, x) in LPS, and where their voxels land on a canvas.
// Axial: row = y, column = x. Coronal: row = z from the head down, column = x. Sagittal: row = z from the head down,
// column = y, so that the front is on the left. Seen so, axial and coronal are the radiological view.

export const PLANES = ["axial", "coronal", "sagittal"];
const AXES = { axial: [1, 2, 0], coronal: [0, 2, 1], sagittal: [0, 1, 2] }; // rows, columns, across
const SIDES = { axial: ["R", "L", "A", "P"], coronal: ["R", "L", "S", "I"], sagittal: ["A", "P", "S", "I"] };

// Voxels along rows and columns of a whole plane, their size in mm (1 without spacing), and how many planes there are.
export function planeSize({ shape, spacing }, plane) {
  const [row, column, across] = AXES[plane];
  const mm = spacing ?? [1, 1, 1];
  return { rows: shape[row], columns: shape[column], count: shape[across], mmRow: mm[row], mmColumn: mm[column] };
}

// Left, right, top and bottom of a plane; `mirrored` is the neurological convention.
export function sidesOf(plane, mirrored) {
  const [left, right, top, bottom] = SIDES[plane];
  return mirrored && plane !== "sagittal" ? [right, left, top, bottom] : [left, right, top, bottom];
}

// Row and column of a plane's voxel, from a point of the volume, and back. Points lie at voxel centres.
export const toPlane = ({ z, y, x }, plane, depth) =>
  plane === "axial" ? { row: y, column: x } : { row: depth - 1 - z, column: plane === "coronal" ? x : y };

export function toVolume({ row, column }, plane, depth, point) {
  if (plane === "axial") return { ...point, y: row, x: column };
  return { ...point, z: depth - 1 - row, [plane === "coronal" ? "x" : "y"]: column };
}

// The voxels of one slice inside the box, as { data, rows, columns, row, column }; null where the box has none.
export function cut(voxels, box, depth, plane, index) {
  const at = index - { axial: box.z, coronal: box.y, sagittal: box.x }[plane];
  const count = { axial: box.depth, coronal: box.rows, sagittal: box.columns }[plane];
  if (at < 0 || at >= count || !voxels.length) return null;
  const { z, y: row, x: column, depth: rows } = box;
  const area = box.rows * box.columns;
  if (plane === "axial") {
    return { data: voxels.subarray(at * area, (at + 1) * area), rows: box.rows, columns: box.columns, row, column };
  }
  const upright = { rows, row: depth - z - rows };
  if (plane === "coronal") {
    const data = stand(voxels, rows, area, { from: at * box.columns, step: 1, columns: box.columns });
    return { data, ...upright, columns: box.columns, column };
  }
  const data = stand(voxels, rows, area, { from: at, step: box.columns, columns: box.rows });
  return { data, ...upright, columns: box.rows, column: row };
}

// An upright plane, the highest slice first; in each slice, of `area` voxels, it begins at `from`.
function stand(voxels, rows, area, { from, step, columns }) {
  const data = new Uint8Array(rows * columns);
  for (let row = 0, i = 0; row < rows; row++) {
    let at = (rows - 1 - row) * area + from;
    for (let column = 0; column < columns; column++, i++, at += step) data[i] = voxels[at];
  }
  return data;
}

// A plane as it lies in the whole slice, the rest of it 0.
export function widen(plane, { rows, columns }) {
  const data = new Uint8Array(rows * columns);
  for (let row = 0; plane && row < plane.rows; row++) {
    const line = plane.data.subarray(row * plane.columns, (row + 1) * plane.columns);
    data.set(line, (plane.row + row) * columns + plane.column);
  }
  return { data, rows, columns, row: 0, column: 0 };
}

// The lens that shows the whole head: its middle, in voxels, and zoom 1.
export function wholeHead({ header, box }, plane) {
  const [row, column] = AXES[plane];
  const lower = [box.z, box.y, box.x];
  const length = [box.depth, box.rows, box.columns];
  if (!length[0]) return { zoom: 1, row: header.shape[row] / 2, column: header.shape[column] / 2 };
  const middle = lower.map((start, axis) => start + length[axis] / 2);
  middle[0] = plane === "axial" ? middle[0] : header.shape[0] - middle[0];
  return { zoom: 1, row: middle[row], column: middle[column] };
}

// Plane coordinates (voxel r covers r to r + 1) to pixels, X = a * column + e, Y = d * row + f, in square millimetres.
export function matrixOf({ header, box }, plane, lens, { width, height, margin }, mirrored) {
  const [row, column] = AXES[plane];
  const { mmRow, mmColumn } = planeSize(header, plane);
  const length = box.depth ? [box.depth, box.rows, box.columns] : header.shape;
  const across = (width - 2 * margin) / (length[column] * mmColumn);
  const scale = Math.max(Math.min(across, (height - 2 * margin) / (length[row] * mmRow)), 0.01) * lens.zoom;
  const a = scale * mmColumn * (mirrored && plane !== "sagittal" ? -1 : 1);
  const d = scale * mmRow;
  return { a, d, e: width / 2 - a * lens.column, f: height / 2 - d * lens.row, scale };
}

export const toPixel = ({ a, d, e, f }, { row, column }) => ({ x: a * column + e, y: d * row + f });
export const fromPixel = ({ a, d, e, f }, { x, y }) => ({ column: (x - e) / a, row: (y - f) / d });

// A lens zoomed so that what lies under a pixel stays there.
export function zoomedAt(lens, matrix, pixel, factor, { width, height }) {
  const zoom = Math.min(Math.max(lens.zoom * factor, 0.5), 32);
  const grown = zoom / lens.zoom;
  const under = fromPixel(matrix, pixel);
  return {
    zoom,
    row: under.row + (height / 2 - pixel.y) / (matrix.d * grown),
    column: under.column + (width / 2 - pixel.x) / (matrix.a * grown),
  };
}

// mm towards left, back and head of a point of the volume, by the scan's own coordinates.
export const worldOf = (header, { z, y, x }) =>
  header.to_mm && header.to_mm.map((line) => line[0] * z + line[1] * y + line[2] * x + line[3]);

// The value of a voxel of the volume in an array over a box; null outside the box.
export function valueAt(voxels, box, { z, y, x }) {
  const [dz, dy, dx] = [z - box.z, y - box.y, x - box.x];
  if (dz < 0 || dy < 0 || dx < 0 || dz >= box.depth || dy >= box.rows || dx >= box.columns) return null;
  return voxels[(dz * box.rows + dy) * box.columns + dx];
}
