// A link that names a window opens that page in a <dialog>; without this it is a page of its own.
for (const link of document.querySelectorAll("a[data-dialog]")) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: link.className });
  button.append(...link.childNodes);
  button.setAttribute("aria-haspopup", "dialog");
  link.replaceWith(button);
  button.addEventListener("click", () => open(link.href, button));
}

let opening = false;

async function open(href, button) {
  if (opening) return;
  opening = true;
  try {
    const answer = await fetch(href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = page.querySelector("[data-window]");
    // Signed out, or refused: the page itself says it better.
    if (!answer.ok || !content) return location.assign(href);
    show(document.importNode(content, true), button);
  } catch {
    location.assign(href);
  } finally {
    opening = false;
  }
}

function show(content, button) {
  const dialog = Object.assign(document.createElement("dialog"), { className: "window" });
  const heading = document.createElement("h2");
  const title = content.querySelector("h1");
  heading.append(...title.childNodes);
  heading.className = title.className;
  heading.id = "window-title";
  heading.tabIndex = -1;
  title.replaceWith(heading);
  content.classList.remove("card");
  dialog.setAttribute("aria-labelledby", heading.id);
  dialog.append(content);
  document.body.append(dialog);
  content.dispatchEvent(new CustomEvent("window:open", { bubbles: true }));

  // Whoever fills the window may refuse to close it (files under way).
  const mayClose = () => content.dispatchEvent(new CustomEvent("window:close", { bubbles: true, cancelable: true }));
  const close = () => mayClose() && dialog.close();
  const instead = (event) => {
    event.preventDefault();
    close();
  };
  dialog.addEventListener("cancel", instead);
  dialog.addEventListener("keydown", (event) => event.key === "Escape" && instead(event));
  content.querySelector("[data-close]")?.addEventListener("click", instead);
  dialog.addEventListener("close", () => {
    // A browser may close it whatever was said ("back" twice on a phone): it stays until it may, and says why.
    dialog.showModal();
    if (!mayClose()) return;
    count(button, content.querySelectorAll("[data-docs] > li").length);
    dialog.remove();
    button.focus();
    // Elsewhere on the page it shows too (tabs, next step); with a form on it the count has to do, so that no typed text is lost.
    if (content.dataset.changed && !document.querySelector("form[data-guard]")) location.reload();
  });
  dialog.showModal();
  heading.focus();
}

function count(button, number) {
  let badge = button.querySelector(".count");
  if (!badge && number) {
    badge = Object.assign(document.createElement("span"), { className: "count" });
    button.append(" ", badge);
  }
  if (badge) badge.textContent = number || "";
  if (badge) badge.hidden = !number;
}
