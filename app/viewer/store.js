// What has arrived, shared by every mount on the page: scans by study, levels by study and checkpoint.
// A blob is announced the moment it comes and delivered when it is unpacked. Of two that race, the later wins.

const KEPT = 2;
const scans = new Map();
const segmentations = new Map();
const watchers = new Set(); // functions to call when something has been delivered

const levelsKey = (study, checkpoint) => `${study}/${checkpoint}`;

async function load(bytes) {
  const { header, packed } = splitBlob(bytes);
  const isScan = header.kind === "scan";
  const store = isScan ? scans : segmentations;
  const key = isScan ? header.id : levelsKey(header.id, header.checkpoint);
  const entry = announce(store, key, header);
  if (!entry) return;
  const buffer = await gunzip(packed);
  if (store.get(key) !== entry) return;
  entry.value = isScan ? readScan(header, buffer) : readLevels(header, buffer);
  watchers.forEach((watcher) => watcher());
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

const findScan = (data) => scans.get(data.study)?.value ?? null;

function findLevels(data) {
  const levels = segmentations.get(levelsKey(data.study, data.checkpoint))?.value ?? null;
  return levels && (levels.inside !== null) === data.has_reference ? levels : null;
}
