import assert from "node:assert/strict";
import { test } from "node:test";

import { edgeLoops, isoLoops } from "../../../app/viewer/js/contour.js";

const planeOf = (lines, row = 0, column = 0) => ({
  data: Uint8Array.from(lines.flat()), rows: lines.length, columns: lines[0].length, row, column,
});

// Pseudo-random whole numbers below `limit` (a linear congruential generator of Numerical Recipes).
function randomNumbers(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function randomPlane(seed) {
  const random = randomNumbers(seed);
  const [rows, columns] = [1 + random(12), 1 + random(12)];
  const data = Uint8Array.from({ length: rows * columns }, () => random(201));
  return { data, rows, columns, row: random(50), column: random(50) };
}

const pairs = (loop) => Array.from({ length: loop.length / 2 }, (_, i) => [loop[2 * i], loop[2 * i + 1]]);
const sides = (loop) => pairs(loop).map((point, i, all) => [point, all[(i + 1) % all.length]]);

// Positive where the mask is on the right of the walk, y pointing down; negative round a hole.
const areaOf = (loop) => sides(loop).reduce((sum, [[x0, y0], [x1, y1]]) => sum + (x0 * y1 - x1 * y0) / 2, 0);

function isInside(loops, x, y) {
  const crossed = ([[x0, y0], [x1, y1]]) => y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0);
  return loops.flatMap(sides).filter(crossed).length % 2 === 1;
}

function assertSameMask(loops, plane, k) {
  for (let row = 0; row < plane.rows; row++)
    for (let column = 0; column < plane.columns; column++)
      assert.equal(
        isInside(loops, plane.column + column + 0.5, plane.row + row + 0.5),
        plane.data[row * plane.columns + column] >= k,
        `row ${row}, column ${column}, k ${k}`,
      );
}

test("one voxel has a diamond between centres and a square of edges", () => {
  const plane = planeOf([[0, 0, 0], [0, 10, 0]], 20, 30);
  // From (31.5, 21.5) the level falls by 10 in one voxel: 4.5 is crossed after 0.55.
  const diamond = [[30.95, 21.5], [31.5, 20.95], [32.05, 21.5], [31.5, 22.05]];
  const [loop, ...others] = isoLoops(plane, 5);
  assert.equal(others.length, 0);
  loop.forEach((value, i) => assert.ok(Math.abs(value - diamond.flat()[i]) < 1e-5));
  assert.deepEqual(edgeLoops(plane, 5).map(pairs), [[[31, 21], [32, 21], [32, 22], [31, 22]]]);
});

test("edges have a point at each turn only", () => {
  const plane = planeOf([[7, 7, 7], [7, 0, 0]]);
  assert.deepEqual(edgeLoops(plane, 7).map(pairs), [[[0, 0], [3, 0], [3, 1], [1, 1], [1, 2], [0, 2]]]);
});

test("a hole is walked round the other way", () => {
  const plane = planeOf([[9, 9, 9, 9], [9, 0, 9, 9], [9, 9, 9, 9]]);
  assert.deepEqual(edgeLoops(plane, 1).map(areaOf), [12, -1]);
  assert.deepEqual(isoLoops(plane, 1).map((loop) => Math.sign(areaOf(loop))), [1, -1]);
});

test("at a saddle edges part, and the mean decides between centres", () => {
  const weak = planeOf([[10, 0], [0, 10]]);
  assert.equal(edgeLoops(weak, 6).length, 2);
  assert.equal(isoLoops(weak, 6).length, 2); // mean 5, below 5.5
  const strong = planeOf([[10, 2], [2, 10]]);
  assert.equal(edgeLoops(strong, 6).length, 2);
  assert.equal(isoLoops(strong, 6).length, 1); // mean 6
  assert.equal(isoLoops(planeOf([[2, 10], [10, 2]]), 6).length, 1);
});

test("a mask of labels is cut half way between voxels, whatever the label", () => {
  const plane = planeOf([[0, 4, 1]]);
  assert.deepEqual(isoLoops(plane, 1, 1).map(pairs), [[[1, 0.5], [1.5, 0], [2.5, 0], [3, 0.5], [2.5, 1], [1.5, 1]]]);
});

test("nothing is marked in an empty plane, and all of a full one", () => {
  for (const loopsOf of [isoLoops, edgeLoops]) {
    assert.deepEqual(loopsOf(planeOf([[0, 4], [4, 3]]), 5), []);
    assert.deepEqual(loopsOf({ data: new Uint8Array(0), rows: 0, columns: 0, row: 0, column: 0 }, 1), []);
    assert.equal(loopsOf(planeOf([[200, 200, 200], [200, 200, 200]]), 200).length, 1);
  }
  assert.deepEqual(edgeLoops(planeOf([[5, 5, 5], [5, 5, 5]]), 5).map(areaOf), [6]);
});

test("threshold 0 marks the whole plane, where it is 0 too", () => {
  const plane = planeOf([[0, 3], [0, 0], [200, 0]], 4, 5);
  assert.deepEqual(edgeLoops(plane, 0).map(areaOf), [6]);
  assertSameMask(isoLoops(plane, 0), plane, 0);
});

test("loops of random planes hold just the mask", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const plane = randomPlane(seed);
    for (const k of [1, 60, 100, 150, 200]) {
      const edges = edgeLoops(plane, k);
      const voxels = plane.data.filter((level) => level >= k).length;
      assert.equal(edges.reduce((sum, loop) => sum + areaOf(loop), 0), voxels);
      assertSameMask(edges, plane, k);
      assertSameMask(isoLoops(plane, k), plane, k);
    }
  }
});

test("every loop is closed by a step like its others", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const plane = randomPlane(seed);
    for (const loop of edgeLoops(plane, 90)) {
      const upright = sides(loop).map(([from, to]) => from[0] === to[0]);
      const level = sides(loop).map(([from, to]) => from[1] === to[1]);
      upright.forEach((up, i) => assert.ok(up !== level[i] && up !== upright[(i + 1) % upright.length]));
    }
    for (const loop of isoLoops(plane, 90))
      for (const [from, to] of sides(loop)) {
        const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
        assert.ok(length > 0 && length < 1.42); // within one cell
      }
  }
});

test("a loop that outgrows the buffer is whole, and a smaller plane after it sees nothing of it", () => {
  const size = 120;
  const levelAt = (i) => (i < size || i % 2 === 1 ? 9 : 0); // 60 teeth below a bar
  const comb = planeOf([Array.from({ length: size * size }, (_, i) => levelAt(i))]);
  Object.assign(comb, { rows: size, columns: size });
  const [loop, ...others] = isoLoops(comb, 5);
  assert.equal(others.length, 0);
  assert.ok(loop.length > 4 * 4096);
  assert.deepEqual(isoLoops(comb, 5), [loop]);
  assert.deepEqual(edgeLoops(planeOf([[0, 0], [0, 9]]), 5).map(pairs), [[[1, 1], [2, 1], [2, 2], [1, 2]]]);
});
