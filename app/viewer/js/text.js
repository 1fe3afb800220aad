// Text in the page: written only where it differs, because a hand that drags asks for sixty frames a second.

export function setText(element, text, title = "") {
  if (element.textContent !== text) element.textContent = text;
  if (element.title !== title) element.title = title;
}
