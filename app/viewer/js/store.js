// What has arrived, shared by every mount on the page: scans by study, levels by study and checkpoint.
// A blob is announced the moment it comes and delivered when it is unpacked. Of two that race, the later wins.

import { emptyScan, gunzip, readLevels, splitBlob, streamsOf } from "./decode.js";

const KEPT = 2;
const scans = new Map();
const segmentations = new Map();
const watchers = new Set(); // functions to call when something has been delivered

export const watch = (watcher) => watchers.add(watcher);
export const unwatch = (watcher) => watchers.delete(watcher);
const deliver = () => watchers.forEach((watcher) => watcher());

const levelsKey = (study, checkpoint) => `${study}/${checkpoint}`;

export async function load(bytes) {
  const { header, packed } = splitBlob(bytes);
  return header.kind === "scan" ? loadScan(header, packed) : loadLevels(header, packed);
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
  const key = levelsKey(header.id, header.checkpoint);
  const entry = announce(segmentations, key, header);
  if (!entry) return;
  const buffer = await gunzip(packed);
  if (segmentations.get(key) !== entry) return;
  entry.value = readLevels(header, buffer);
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
  const levels = segmentations.get(levelsKey(data.study, data.checkpoint))?.value ?? null;
  return levels && (levels.inside !== null) === data.has_reference ? levels : null;
}
