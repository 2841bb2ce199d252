// Forms: one press sends once, and leaving with unsaved text asks first.
for (const form of document.querySelectorAll("form:not([method=get])")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    else form.dataset.sent = "yes";
  });
}
// The browser's back button brings the page back as it was left: sendable again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

const unsaved = new Set();
for (const form of document.querySelectorAll("form[data-guard]")) {
  // What comes back with an error, or is kept to be sent once more, is typed and not yet saved.
  if (form.querySelector("[data-focus], .said.error, textarea[hidden]")) unsaved.add(form);
  for (const kind of ["input", "change"]) form.addEventListener(kind, () => unsaved.add(form));
}

addEventListener("beforeunload", (event) => {
  if ([...unsaved].some((form) => !form.dataset.sent)) event.preventDefault();
});

// Cancelling is a decision: nothing to ask.
for (const link of document.querySelectorAll("[data-leave]")) link.addEventListener("click", () => unsaved.clear());
