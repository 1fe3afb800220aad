// The mouse and the pen on a picture: crosshair, window, pan, zoom. Fingers are in touch.js.

import { moveAcross, pan, pointerPixel, pointAt, voxelAt, windowBy, zoom } from "./moves.js";
import { change, restLater } from "./state.js";
import { onTouchDown, onTouchMove, onTouchUp } from "./touch.js";

const NOTCH = 40; // wheel pixels that make a slice: less than a mouse notch, several trackpad events
const WHEEL_LINE = 20; // pixels of a wheel event that counts in lines

// One slice a notch (Shift: five); a trackpad's small steps add up.
function onWheel(view, pane, event) {
  event.preventDefault();
  const along = event.deltaY || event.deltaX; // with Shift some systems turn the wheel sideways
  const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? along : along * WHEEL_LINE;
  if (event.ctrlKey) return zoom(view, pane, pointerPixel(pane, event), Math.exp(-pixels / 300));
  if (pixels * view.wheel < 0) view.wheel = 0;
  view.wheel += pixels;
  if (Math.abs(view.wheel) < NOTCH) return;
  moveAcross(view, pane.plane, -Math.sign(view.wheel) * (event.shiftKey ? 5 : 1));
  view.wheel = 0;
}

function dragOf(view, pane, event) {
  if (event.button === 2) return ([dx, dy], { width, height }) => windowBy(view, dx / width, dy / height);
  if (event.button === 1 || view.space) return ([dx, dy]) => pan(view, pane, dx, dy);
  return (_, __, pixel) => pointAt(view, pane, pixel);
}

function onDown(view, pane, event) {
  pane.element.focus({ preventScroll: true });
  if (event.pointerType === "touch") return onTouchDown(view, pane, event);
  event.preventDefault();
  pane.element.setPointerCapture(event.pointerId);
  pane.drag = { act: dragOf(view, pane, event), last: pointerPixel(pane, event) };
  pane.element.classList.toggle("grabbed", event.button === 1 || view.space === true);
  view.held = true;
  if (event.button === 0 && !view.space) pointAt(view, pane, pane.drag.last);
}

function onMove(view, pane, event) {
  if (event.pointerType === "touch") return onTouchMove(view, pane, event);
  const pixel = pointerPixel(pane, event);
  if (pane.drag) {
    const { act, last } = pane.drag;
    pane.drag.last = pixel;
    act([pixel.x - last.x, pixel.y - last.y], pane.canvas, pixel);
  }
  view.probe = voxelAt(view, pane, pixel);
  view.schedule();
}

function onUp(view, pane, event) {
  if (event.pointerType === "touch") return onTouchUp(view, pane, event);
  pane.drag = null;
  pane.element.classList.remove("grabbed");
  view.held = false;
  restLater(view);
}

export function listenToPane(view, pane) {
  const { element } = pane;
  element.addEventListener("wheel", (event) => onWheel(view, pane, event), { passive: false });
  element.addEventListener("pointerdown", (event) => onDown(view, pane, event));
  element.addEventListener("pointermove", (event) => onMove(view, pane, event));
  for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, (event) => onUp(view, pane, event));
  element.addEventListener("pointerleave", () => {
    view.probe = null;
    view.schedule();
  });
  element.addEventListener("pointerenter", () => {
    if (document.activeElement === document.body) element.focus({ preventScroll: true });
  });
  element.addEventListener("contextmenu", (event) => event.preventDefault());
  element.addEventListener("auxclick", (event) => event.preventDefault());
  element.addEventListener("dblclick", () => change(view, { lenses: { ...view.lenses, [pane.plane]: undefined } }));
}
