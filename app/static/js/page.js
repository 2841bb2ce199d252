// On every page: fold-outs close on Escape and on a click elsewhere, the current tab is in view, and the summary of errors has the focus.
document.documentElement.classList.add("js");

const folds = () => document.querySelectorAll("details[data-fold][open]");

document.addEventListener("click", (event) => {
  for (const fold of folds()) if (!fold.contains(event.target)) fold.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const fold of folds()) {
    const inside = fold.contains(document.activeElement);
    fold.open = false;
    if (inside) fold.querySelector("summary").focus();
  }
});

for (const row of document.querySelectorAll("[data-tabs]")) {
  const current = row.querySelector("[aria-current]");
  const strip = row.parentElement;
  if (current) strip.scrollLeft = current.offsetLeft - (strip.clientWidth - current.offsetWidth) / 2;
}

// A thumbnail that could not be drawn leaves no hole.
const hide = (image) => image.matches?.("img.small") && (image.hidden = true);
for (const image of document.querySelectorAll("img.small")) if (image.complete && !image.naturalWidth && image.loading !== "lazy") hide(image);
document.addEventListener("error", (event) => hide(event.target), true);

document.querySelector("[data-focus]")?.focus();
