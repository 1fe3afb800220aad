// The outline of the mask "level >= k" of a Plane, as closed loops of plane coordinates: the voxel in row r and column
// c of the plane has its centre at x = column + c + 0.5, y = row + r + 0.5. A loop is a Float32Array x0, y0, x1, y1, …
// whose last point joins the first. Walking along it, the mask is on the right (y points down), round a hole too, so
// that either fill rule gives the mask. Nothing outside the plane is in the mask; for k = 0 the whole plane is.

// From the voxel on the left of a walk to the one on its right: walking up, right, down, left.
const ACROSS_X = [1, 0, -1, 0];
const ACROSS_Y = [0, 1, 0, -1];
const stepAhead = new Int32Array(4); // from a voxel of `padded` to its neighbour up, right, down, left
let padded = new Int16Array(0); // the plane with a border of one voxel, row after row
let walkedUp = new Uint8Array(0); // 1 where a loop went up with this voxel on its left
let padWidth = 0; // columns of `padded`
let loopPoints = new Float32Array(4096); // the loop on which we are

// Marching squares: interpolated between voxel centres, each centre of the mask inside and no other. Levels above `top`
// count as `top`; a mask of labels takes k = top = 1, and its outline lies half way between voxels.
export function isoLoops(plane, k, top = 255) {
  return loopsOf(plane, k, top, true);
}

// The outer edges of the mask's voxels, on whole coordinates, with a point at each turn only. Voxels that touch at a
// corner alone are apart.
export function edgeLoops(plane, k) {
  return loopsOf(plane, k, 255, false);
}

function loopsOf(plane, k, top, smooth) {
  const size = padPlane(plane, Math.min(0, k - 1), top);
  const loops = [];
  for (let left = 0; left < size - 1; left++) {
    // Every loop goes up somewhere, with a voxel of the mask on its right.
    if (padded[left] >= k || padded[left + 1] < k || walkedUp[left]) continue;
    const length = walk(left, k, smooth);
    const loop = loopPoints.slice(0, length);
    for (let i = 0; i < loop.length; i += 2) {
      loop[i] += plane.column - 1;
      loop[i + 1] += plane.row - 1;
    }
    loops.push(loop);
  }
  return loops;
}

function padPlane({ data, rows, columns }, outside, top) {
  padWidth = columns + 2;
  const size = padWidth * (rows + 2);
  if (padded.length < size) {
    padded = new Int16Array(size);
    walkedUp = new Uint8Array(size);
  }
  stepAhead.set([-padWidth, 1, padWidth, -1]);
  walkedUp.fill(0, 0, size);
  padded.fill(outside, 0, size);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const to = (row + 1) * padWidth + 1;
    for (let column = 0; column < columns; column++) padded[to + column] = Math.min(data[from + column], top);
  }
  return size;
}

// One loop, upwards at first, into `loopPoints` in coordinates of `padded`; gives how many numbers it has.
function walk(start, k, smooth) {
  let [left, way, length] = [start, 0, 0];
  do {
    if (way === 0) walkedUp[left] = 1;
    const right = left + stepAhead[(way + 1) & 3];
    const step = stepAhead[way];
    const turn = turnAt(left, right, step, k, smooth);
    if (smooth) length = addCrossing(length, left, right, way, k);
    else if (turn) length = addCorner(length, Math.max(left, right, left + step, right + step));
    if (turn >= 0) left = (turn ? right : left) + step;
    way = (way + turn) & 3;
  } while (left !== start || way !== 0);
  return length;
}

// -1 to the left, 0 straight on, 1 to the right.
function turnAt(left, right, step, k, smooth) {
  const [farLeft, farRight] = [padded[left + step], padded[right + step]];
  if (farLeft < k) return farRight >= k ? 0 : 1;
  if (farRight >= k) return -1;
  // The mask has two opposite corners of four: the mean of the four says whether these hang together.
  return smooth && padded[left] + padded[right] + farLeft + farRight >= 4 * k - 2 ? -1 : 1;
}

function addCrossing(length, left, right, way, k) {
  const share = (k - 0.5 - padded[left]) / (padded[right] - padded[left]);
  const x = (left % padWidth) + 0.5 + share * ACROSS_X[way];
  const y = Math.floor(left / padWidth) + 0.5 + share * ACROSS_Y[way];
  return addPoint(length, x, y);
}

// The upper left corner of a voxel.
const addCorner = (length, voxel) => addPoint(length, voxel % padWidth, Math.floor(voxel / padWidth));

function addPoint(length, x, y) {
  if (length + 2 > loopPoints.length) {
    const longer = new Float32Array(2 * loopPoints.length);
    longer.set(loopPoints);
    loopPoints = longer;
  }
  loopPoints[length] = x;
  loopPoints[length + 1] = y;
  return length + 2;
}
