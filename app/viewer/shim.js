// What a loader or a viewer is mounted with: it hands itself to the program, which the engine brings once a page.
// Streamlit sends a mount's script again with every change of its data, so this one is short.

export default function hand(component) {
  const room = (globalThis.gliolens ??= { mount: null, waiting: new Set() });
  let unmount = null;
  const enter = () => (unmount = room.mount(component));
  if (room.mount) enter();
  else room.waiting.add(enter);
  return () => {
    room.waiting.delete(enter);
    unmount?.();
  };
}
