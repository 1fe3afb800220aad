// The film: slice after slice, round and round, at a speed of the hand's choice.

import { setSlice } from "./state.js";

export function toggleCine(view) {
  if (view.film) stopCine(view);
  else startCine(view);
  view.schedule();
}

function startCine(view) {
  if (view.data.slices < 2) return;
  let due = performance.now();
  const play = (now) => {
    if (now >= due) {
      due = Math.max(due + 1000 / view.speed, now);
      setSlice(view, view.slice + 1 < view.data.slices ? view.slice + 1 : 0);
    }
    view.film = requestAnimationFrame(play);
  };
  view.film = requestAnimationFrame(play);
}

export function stopCine(view) {
  cancelAnimationFrame(view.film);
  view.film = 0;
}
