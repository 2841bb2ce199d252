// The search-as-you-type select: an ARIA combobox over a text field and a hidden id; the page works without it.
const PAUSE = 150; // milliseconds of quiet before asking

function enhance(box, number) {
  const input = box.querySelector("input[type=text]");
  const found = box.querySelector(".found");
  let hidden = box.querySelector("input[type=hidden]");
  let chosen = { id: hidden?.value ?? "", label: input.value };

  if (found) {
    const radio = found.querySelector("input:checked");
    hidden = Object.assign(document.createElement("input"), { type: "hidden", name: found.querySelector("input").name });
    chosen = radio ? { id: radio.value, label: radio.dataset.label } : { id: "", label: "" };
    found.replaceWith(hidden);
    hidden.value = chosen.id;
    if (radio) input.value = chosen.label;
  }
  if (!chosen.id) chosen.label = "";

  const list = Object.assign(document.createElement("ul"), { className: "options", id: `options-${number}`, hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.querySelector("label").textContent.trim());
  const say = Object.assign(document.createElement("p"), { className: "visually-hidden" });
  say.setAttribute("role", "status");
  input.after(list, say);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) {
    input.setAttribute(name, value);
  }

  let options = [];
  let active = -1;
  let timer;
  let asking;

  const close = () => {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const point = (index) => {
    active = index;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    if (index < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index].scrollIntoView({ block: "nearest" });
  };

  const choose = (option) => {
    chosen = option;
    hidden.value = option.id;
    input.value = option.label;
    close();
    hidden.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const draw = () => {
    list.replaceChildren(
      ...options.map((option, at) => {
        const item = Object.assign(document.createElement("li"), { id: `${list.id}-${at}`, textContent: option.label });
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        if (option.sub) item.append(Object.assign(document.createElement("span"), { className: "sub", textContent: option.sub }));
        // mousedown, not click: the field would lose the focus first
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(option);
        });
        return item;
      }),
    );
    active = -1;
    say.textContent = options.length ? box.dataset.found : box.dataset.none;
    if (!options.length) {
      const none = Object.assign(document.createElement("li"), { className: "none", textContent: box.dataset.none });
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      list.append(none);
    }
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  };

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const url = new URL(box.dataset.pick, location.href);
    url.searchParams.set("q", input.value === chosen.label ? "" : input.value);
    try {
      const answer = await fetch(url, { signal: asking.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) return close();
      options = await answer.json();
      if (document.activeElement === input) draw();
    } catch {
      // superseded by the next question, or no connection: the text stays
    }
  };

  const settle = () => {
    close();
    const text = input.value.trim();
    if (!text && chosen.id) return choose({ id: "", label: "" });
    const same = options.filter((option) => option.label.toLowerCase() === text.toLowerCase());
    if (text && text !== chosen.label && same.length === 1) return choose(same[0]);
    input.value = chosen.label;
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("click", () => list.hidden && ask());
  input.addEventListener("blur", settle);
  input.addEventListener("keydown", (event) => {
    const open = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return ask();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (options.length) point((active + step + options.length + (active < 0 && step < 0 ? 1 : 0)) % options.length);
    } else if (event.key === "Enter" && (open || input.value !== chosen.label)) {
      event.preventDefault();
      if (open && options.length) choose(options[Math.max(active, 0)]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      input.value = chosen.label;
      close();
    }
  });
}

document.querySelectorAll("[data-pick]").forEach(enhance);
