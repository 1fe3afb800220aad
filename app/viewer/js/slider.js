// A range input that shows what it is told, on screen and to a screen reader.

// `spoken` is what a screen reader says for the value. The share of the way up is left in `--at`, for the track.
export function slideTo(input, value, { max, spoken }) {
  if (Number(input.max) !== max) input.max = max;
  if (Number(input.value) !== value) input.value = value;
  if (input.getAttribute("aria-valuetext") === spoken) return;
  input.setAttribute("aria-valuetext", spoken);
  input.style.setProperty("--at", (value - input.min) / (max - input.min || 1));
}
