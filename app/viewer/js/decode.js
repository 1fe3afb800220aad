// From the bytes of payload.py to arrays. One voxel of a box lies at (z * rows + y) * columns + x.

export const STEPS = 200; // levels run from 0 to STEPS; threshold k / STEPS marks every voxel of level k and above
const CLASSES = 3;

export function splitBlob(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return { header, packed: bytes.subarray(4 + length) };
}

export async function gunzip(packed) {
  const opened = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(opened).arrayBuffer();
}

export function boxOf(header) {
  const [start, stop] = header.box;
  const [depth, rows, columns] = stop.map((end, axis) => end - start[axis]);
  return { z: start[0], y: start[1], x: start[2], depth, rows, columns };
}

// Where each sequence's gzip stream lies in the body of a scan's blob.
export function streamsOf(header, packed) {
  let at = 0;
  return header.packed_bytes.map((length) => packed.subarray(at, (at += length)));
}

export const emptyScan = (header) => ({ header, box: boxOf(header), images: new Map() });

export function readLevels(header, buffer) {
  const slices = header.shape[0];
  const width = STEPS + 1;
  const box = boxOf(header);
  const size = box.depth * box.rows * box.columns;
  let at = 0;
  const take = (Type, count) => {
    const array = new Type(buffer, at, count);
    at += array.byteLength;
    return array;
  };
  const total = take(Uint32Array, slices * width);
  const inside = header.reference === null ? null : take(Uint32Array, slices * width);
  const classTotal = header.classes ? take(Uint32Array, CLASSES * width) : null;
  return {
    header,
    box,
    total,
    inside,
    classTotal,
    scanTotal: sumSlices(total, width),
    scanInside: inside && sumSlices(inside, width),
    voxels: take(Uint8Array, size),
    classes: header.classes ? take(Uint8Array, size) : null,
    reference: inside && take(Uint8Array, size),
  };
}

export function sumSlices(counts, width) {
  const sum = new Float64Array(width); // exact: counts are far below 2 ** 53
  counts.forEach((n, i) => (sum[i % width] += n));
  return sum;
}
