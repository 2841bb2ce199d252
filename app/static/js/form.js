// Forms: one press sends once, and leaving with unsaved text asks first.
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
  });
}
// The browser's back button brings the page back as it was left: sendable again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

const written = (form) =>
  JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value]));

const guarded = [...document.querySelectorAll("form[data-guard]")].map((form) => ({ form, before: written(form) }));

addEventListener("beforeunload", (event) => {
  const unsaved = guarded.some(({ form, before }) => !form.dataset.sent && written(form) !== before);
  if (unsaved) event.preventDefault();
});

for (const link of document.querySelectorAll("[data-leave]")) {
  // Cancelling is a decision: nothing to ask.
  link.addEventListener("click", () => guarded.splice(0));
}
