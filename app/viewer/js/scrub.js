// A pointer over a chart or the slice strip: where it is, and whether it presses.

import { restLater } from "./state.js";

// Calls `at(place, pressed, size)`, the place as shares of the element and its size in CSS pixels, and `gone()` when
// the pointer has left. A press keeps the pointer, and Python hears nothing, until it is let go. The keyboard's focus
// stays where it was: a slider beside the element is its twin for the keyboard.
export function scrub(view, element, at, gone) {
  let pressed = false;
  const tell = (event) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    at({ x: (event.clientX - left) / width, y: (event.clientY - top) / height }, pressed, { width, height });
  };
  const press = (event) => {
    if (event.button !== 0) return;
    pressed = view.held = true;
    element.setPointerCapture(event.pointerId);
    tell(event);
  };
  const letGo = () => {
    if (!pressed) return;
    pressed = view.held = false;
    restLater(view);
  };
  element.addEventListener("pointerdown", press);
  element.addEventListener("pointermove", tell);
  element.addEventListener("pointerup", letGo);
  element.addEventListener("pointercancel", letGo);
  element.addEventListener("pointerleave", gone);
  element.addEventListener("mousedown", (event) => event.preventDefault());
}
