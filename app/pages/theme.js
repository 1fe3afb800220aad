// Dark at the first visit, whatever the system prefers; then what was last chosen in the menu, on every page.
//
// Streamlit keeps a choice in the browser for each path apart, reads it once, when the page is loaded, and knows no
// default. So the last choice is kept here too, and a page that shows another theme is loaded again.

const OWN_KEY = "gliolens-theme";
const streamlitKey = (path) => `stActiveTheme-${path}-v2`;

function shown(choice) {
  if (choice === '"Dark"' || choice === '"Light"') return choice;
  return matchMedia("(prefers-color-scheme: dark)").matches ? '"Dark"' : '"Light"';
}

function settle(key) {
  const wanted = localStorage.getItem(OWN_KEY) ?? '"Dark"';
  const found = localStorage.getItem(key);
  localStorage.setItem(key, wanted);
  addEventListener("pagehide", () => {
    const chosen = localStorage.getItem(key);
    if (chosen && chosen !== wanted) localStorage.setItem(OWN_KEY, chosen);
  });
  if (shown(found) !== shown(wanted)) location.reload();
}

if (!window.gliolensTheme) {
  window.gliolensTheme = true; // once a load: Streamlit goes from page to page without another
  settle(streamlitKey(location.pathname));
}
