// From the bytes of payload.py to arrays. One voxel of a box lies at (z * rows + y) * columns + x.

const STEPS = 200; // levels run from 0 to STEPS; threshold k / STEPS marks every voxel of level k and above

function splitBlob(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return { header, packed: bytes.subarray(4 + length) };
}

async function gunzip(packed) {
  const opened = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(opened).arrayBuffer();
}

function boxOf(header) {
  const [start, stop] = header.box;
  const [depth, rows, columns] = stop.map((end, axis) => end - start[axis]);
  return { z: start[0], y: start[1], x: start[2], depth, rows, columns };
}

// The voxels of one slice inside the box; null where the box has none.
function planeOf(voxels, box, slice) {
  const size = box.rows * box.columns;
  const z = slice - box.z;
  return z < 0 || z >= box.depth || !size ? null : voxels.subarray(z * size, (z + 1) * size);
}

function readScan(header, buffer) {
  const box = boxOf(header);
  const size = box.depth * box.rows * box.columns;
  const images = new Map(header.sequences.map((name, i) => [name, new Uint8Array(buffer, i * size, size)]));
  return { header, box, images };
}

function readLevels(header, buffer) {
  const slices = header.shape[0];
  const width = STEPS + 1;
  const count = slices * width;
  const total = new Uint32Array(buffer, 0, count);
  const inside = header.reference === null ? null : new Uint32Array(buffer, 4 * count, count);
  const voxels = new Uint8Array(buffer, 4 * count * (inside ? 2 : 1));
  return {
    header,
    box: boxOf(header),
    voxels,
    total,
    inside,
    scanTotal: sumSlices(total, width),
    scanInside: inside && sumSlices(inside, width),
  };
}

function sumSlices(counts, width) {
  const sum = new Float64Array(width); // exact: counts are far below 2 ** 53
  counts.forEach((n, i) => (sum[i % width] += n));
  return sum;
}
