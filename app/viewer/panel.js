// Writes the read-outs into the column beside the picture.

const HEADINGS = {
  reference: () => ["Exact: against the reference mask", ""],
  validation: (data) => [
    `At this threshold: ${data.validation.label}`,
    "This scan has no reference mask, so its own recall, precision and Dice are unknown. The volume is this scan's.",
  ],
  none: () => ["No reference mask, no validation", "Recall, precision and Dice are unknown for this kind of scan."],
};

function setText(element, text, title = "") {
  if (element.textContent !== text) element.textContent = text;
  if (element.title !== title) element.title = title;
}

function showPanel(view, now) {
  const { root, data } = view;
  const [heading, note] = HEADINGS[now.source](data);
  setText(root.querySelector(".source"), heading);
  setText(root.querySelector(".note"), note);
  for (const name of ["recall", "precision", "dice"]) showScore(root.querySelector(`.card.${name}`), name, data, now);
  showExtent(root.querySelector(".card.volume"), data, now);
}

const subject = (data) => (data.slices === 1 ? "· picture" : "· scan");

function showScore(card, name, data, now) {
  const format = name === "dice" ? decimal : percent;
  const exact = now.source === "reference";
  const value = exact ? now.scan[name] : (now.validation?.[name] ?? null);
  const waiting = exact && !now.complete;
  setText(card.querySelector(".of"), exact ? subject(data) : now.validation ? "· validation" : "");
  showValue(card, value === null ? null : format(value), waiting, exact ? UNDEFINED[name] : "Unknown at this threshold.");
  showTarget(card, waiting ? null : value, data.targets[name]);
  const part = now.slice[name];
  const known = now.slice.voxels !== null;
  const reason = known && part === null ? UNDEFINED[name] : "";
  showSlice(card, data, exact ? (known ? (part === null ? "–" : written(format(part))) : "segmenting…") : "", reason);
}

function showExtent(card, data, now) {
  const flat = data.slices === 1;
  setText(card.querySelector(".label"), data.has_spacing ? "Tumour volume" : flat ? "Tumour area" : "Tumour extent");
  setText(card.querySelector(".of"), subject(data));
  showValue(card, extent(now.scan, flat ? "px" : "voxels"), !now.complete, "");
  const part = extent(now.slice, "px");
  showSlice(card, data, part ? written(part) : "segmenting…", "");
}

function showValue(card, number, waiting, reason) {
  const [digits, unit] = waiting ? ["segmenting…", ""] : (number ?? ["–", ""]);
  card.querySelector(".value").classList.toggle("waiting", waiting);
  setText(card.querySelector(".number"), digits, waiting || number ? "" : reason);
  setText(card.querySelector(".unit"), unit);
}

function showSlice(card, data, text, reason) {
  const shown = text && data.slices > 1; // a single picture is its only slice
  setText(card.querySelector(".slice-value"), shown ? `slice ${text}` : "", reason);
}

function showTarget(card, value, target) {
  const line = card.querySelector(".target");
  if (!line) return; // Dice has none
  const verdict = value === null ? "" : value >= target ? "met" : "missed";
  card.dataset.verdict = verdict;
  const goal = `${line.dataset.word} ${Math.round(target * 100)} %`;
  setText(line, verdict === "met" ? `✓ ${goal} met` : verdict === "missed" ? `✗ ${goal} missed` : goal);
}
