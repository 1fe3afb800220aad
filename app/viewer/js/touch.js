// Fingers on a picture: one swipes through the slices or taps a point, two pinch to zoom or drag the window.

import { moveAcross, pointerPixel, pointAt, windowBy, zoom } from "./moves.js";
import { restLater } from "./state.js";

const SWIPE = 14; // CSS pixels of a slice
const STILL = 8; // CSS pixels that a tap may slip
const CHOICE = 10; // CSS pixels after which two fingers have said what they want

const apart = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
const middle = ([a, b]) => ({ clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 });

// What two fingers want: "pinch" when their distance has changed more than their middle has moved, else "window".
export function gestureOf(start, now) {
  const pinched = Math.abs(apart(now) - apart(start));
  const [from, to] = [middle(start), middle(now)];
  const moved = Math.hypot(to.clientX - from.clientX, to.clientY - from.clientY);
  if (Math.max(pinched, moved) < CHOICE) return null;
  return pinched > moved ? "pinch" : "window";
}

const fingerOf = ({ clientX, clientY }) => ({ clientX, clientY });

function begin(pane) {
  const fingers = [...pane.fingers.values()];
  pane.gesture = { kind: null, start: fingers, last: fingers, left: 0, way: 0 };
}

export function onTouchDown(view, pane, event) {
  pane.element.setPointerCapture(event.pointerId);
  pane.fingers.set(event.pointerId, fingerOf(event));
  view.held = true;
  begin(pane);
}

export function onTouchMove(view, pane, event) {
  if (!pane.fingers.has(event.pointerId)) return;
  pane.fingers.set(event.pointerId, fingerOf(event));
  const fingers = [...pane.fingers.values()];
  if (fingers.length === 1) swipe(view, pane, fingers[0]);
  if (fingers.length === 2) pane.turn ??= requestAnimationFrame(() => turn(view, pane));
}

// Fingers that move together are told of one after the other, so what they want shows only when the frame is drawn.
function turn(view, pane) {
  cancelAnimationFrame(pane.turn);
  pane.turn = null;
  if (pane.fingers.size === 2) twoFingers(view, pane, [...pane.fingers.values()]);
}

function swipe(view, pane, finger) {
  const { gesture } = pane;
  const moved = gesture.last[0].clientY - finger.clientY;
  gesture.left += moved;
  gesture.way += Math.abs(moved);
  gesture.last = [finger];
  const steps = Math.trunc(gesture.left / SWIPE);
  gesture.left -= steps * SWIPE;
  if (steps) moveAcross(view, pane.plane, steps);
}

function twoFingers(view, pane, fingers) {
  const { gesture } = pane;
  gesture.kind ??= gestureOf(gesture.start, fingers);
  if (!gesture.kind) return;
  const [from, to] = [middle(gesture.last), middle(fingers)];
  if (gesture.kind === "pinch") {
    zoom(view, pane, pointerPixel(pane, to), apart(fingers) / Math.max(apart(gesture.last), 1));
  } else {
    const { width, height } = pane.canvas;
    const [dx, dy] = [to.clientX - from.clientX, to.clientY - from.clientY];
    windowBy(view, (dx * pane.ratio) / width, (dy * pane.ratio) / height);
  }
  gesture.last = fingers;
}

export function onTouchUp(view, pane, event) {
  if (pane.turn) turn(view, pane);
  const { gesture } = pane;
  const tapped = event.type === "pointerup" && gesture.start.length === 1 && gesture.way < STILL;
  pane.fingers.delete(event.pointerId);
  begin(pane);
  if (pane.fingers.size) return;
  view.held = false;
  if (tapped && !gesture.kind) pointAt(view, pane, pointerPixel(pane, event));
  restLater(view);
}
