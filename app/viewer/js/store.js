// What has arrived, shared by every mount on the page: scans by study, levels by study and checkpoint, maps by study
// and id. A blob is announced the moment it comes and delivered when it is unpacked. Of two that race, the later wins.

import { boxOf, emptyScan, gunzip, readLevels, splitBlob, streamsOf } from "./decode.js";

const KEPT = 2;
const scans = new Map();
const segmentations = new Map();
const maps = new Map();
const watchers = new Set(); // functions to call when something has been delivered

export const watch = (watcher) => watchers.add(watcher);
export const unwatch = (watcher) => watchers.delete(watcher);
const deliver = () => watchers.forEach((watcher) => watcher());

const pairKey = (study, of) => `${study}/${of}`;

export async function load(bytes) {
  const { header, packed } = splitBlob(bytes);
  if (header.kind === "scan") return loadScan(header, packed);
  return header.kind === "map" ? loadMap(header, packed) : loadLevels(header, packed);
}

// The first sequence is shown while the others are still being unpacked.
async function loadScan(header, packed) {
  const entry = announce(scans, header.id, header);
  if (!entry) return;
  const value = emptyScan(header);
  for (const [i, stream] of streamsOf(header, packed).entries()) {
    value.images.set(header.sequences[i], new Uint8Array(await gunzip(stream)));
    if (scans.get(header.id) !== entry) return;
    entry.value = value;
    deliver();
  }
}

async function loadLevels(header, packed) {
  const unpacked = (buffer) => readLevels(header, buffer);
  await loadWhole(segmentations, pairKey(header.id, header.checkpoint), header, packed, unpacked);
}

async function loadMap(header, packed) {
  const unpacked = (buffer) => ({ header, box: boxOf(header), voxels: new Uint8Array(buffer) });
  await loadWhole(maps, pairKey(header.id, header.map), header, packed, unpacked);
}

async function loadWhole(store, key, header, packed, unpacked) {
  const entry = announce(store, key, header);
  if (!entry) return;
  const buffer = await gunzip(packed);
  if (store.get(key) !== entry) return;
  entry.value = unpacked(buffer);
  deliver();
}

// The place for a new blob, or null when the same content is there already. Levels under way stay on screen until their
// successor is unpacked, but not when the reference mask has changed: their scores would be against another one.
function announce(store, key, header) {
  const held = store.get(key);
  const known = held && header.complete !== false && JSON.stringify(held.header) === JSON.stringify(header);
  const keep = held && held.header.reference === header.reference;
  const entry = known ? held : { header, value: keep ? held.value : null };
  store.delete(key);
  store.set(key, entry);
  for (const oldest of [...store.keys()].slice(0, -KEPT)) store.delete(oldest);
  return known ? null : entry;
}

export const findScan = (data) => scans.get(data.study)?.value ?? null;

export function findLevels(data) {
  const levels = segmentations.get(pairKey(data.study, data.checkpoint))?.value ?? null;
  return levels && (levels.inside !== null) === data.has_reference ? levels : null;
}

// Of this study, and the one that Python names.
export const findMap = (data) => (data.map && maps.get(pairKey(data.study, data.map.id))?.value) ?? null;
