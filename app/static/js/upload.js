// Adding documents: several at once, a bar each. A file is kept when its bar is full, and the bar is full only when the portal said so.
import { named } from "./named.js";

const AT_ONCE = 2;
// No room, or no document that is taken: the same file meets the same answer however often it is sent.
const FOR_GOOD = [413, 415];
const begun = new WeakSet();
let rows = 0;

function begin(box) {
  if (begun.has(box) || !box.dataset.upload) return;
  begun.add(box);
  const words = box.dataset;
  const kinds = JSON.parse(words.refused || "[]");
  const find = (name) => box.querySelector(`[data-${name}]`);
  const picker = find("pick-files");
  const list = find("files");
  const start = find("start");
  const ask = find("ask");
  const files = new Set();
  const size = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  const measured = (bytes) => (bytes < 1e6 ? `${size.format(bytes && Math.max(1, Math.round(bytes / 1e3)))} kB` : `${size.format(bytes / 1e6)} MB`);
  const count = (...states) => [...files].filter((entry) => states.includes(entry.state)).length;

  function add(file) {
    const row = find("row").content.firstElementChild.cloneNode(true);
    const part = (name) => row.querySelector(`[data-${name}]`);
    const entry = { file, row, part, state: "waiting" };
    rows += 1;
    for (const label of row.querySelectorAll("label")) label.htmlFor = label.htmlFor.replace(/x$/, `f${rows}`);
    for (const select of row.querySelectorAll("select")) select.id = select.id.replace(/x$/, `f${rows}`);
    guess(part);
    part("name").textContent = file.name;
    part("size").textContent = measured(file.size);
    part("bar").setAttribute("aria-label", file.name);
    const wrong = refusal(file);
    files.add(entry);
    row.tabIndex = -1;
    list.append(row);
    set(entry, wrong ? "refused" : "waiting", wrong);
    part("stop").addEventListener("click", () => (entry.state === "busy" ? entry.request.abort() : set(entry, "stopped")));
    part("again").addEventListener("click", () => set(entry, "queued") && next());
    part("drop-row").addEventListener("click", () => {
      files.delete(entry);
      const near = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      (near?.querySelector("select:enabled, button:not([hidden])") ?? find("choose")).focus();
      refresh();
    });
  }

  // What the portal would say of it, in its order: there is no need to send it for that.
  function refusal(file) {
    const ending = file.name.match(/\.([0-9a-z]{1,10})[ .]*$/i)?.[1].toLowerCase() ?? "";
    if (!words.accept.split(",").includes(`.${ending}`)) return kinds.find((kind) => kind.endings.includes(ending))?.sentence ?? words.notAllowed;
    return !file.size ? words.isEmpty : file.size > Number(words.max) ? words.tooBig : "";
  }

  // While the signed request form is missing, the first file is probably that; nothing else is guessed.
  function guess(part) {
    const soort = part("soort");
    const hint = part("hint");
    if (!hint) return;
    hint.hidden = [...files].some((entry) => entry.state !== "refused");
    hint.id = `${soort.id}-hint`;
    if (hint.hidden) soort.removeAttribute("aria-describedby");
    else soort.setAttribute("aria-describedby", hint.id);
    if (!hint.hidden) soort.value = words.first;
  }

  function say(entry, sentence) {
    const wrong = entry.part("wrong");
    wrong.textContent = sentence;
    wrong.hidden = !sentence;
  }

  function set(entry, state, sentence = "") {
    entry.state = state;
    const { part, row } = entry;
    const here = row.contains(document.activeElement);
    row.classList.toggle("kept", state === "kept");
    say(entry, sentence);
    part("state").textContent = { waiting: words.waiting, queued: words.busy, busy: words.busy, sent: words.working, kept: words.kept, stopped: words.stopped }[state] ?? "";
    row.querySelector(".pair").hidden = state === "kept" || state === "refused";
    for (const select of row.querySelectorAll("select")) select.disabled = ["queued", "busy", "sent", "kept", "refused"].includes(state);
    part("bar").hidden = state === "refused";
    part("again").hidden = !["failed", "stopped"].includes(state);
    part("stop").hidden = !["queued", "busy"].includes(state);
    part("drop-row").hidden = !["waiting", "refused", "failed", "stopped"].includes(state);
    if (["kept", "failed", "refused", "stopped"].includes(state)) find("say").textContent = `${entry.file.name}: ${sentence || part("state").textContent}`;
    // What had the focus is gone from view: the keyboard goes on with what can be done now.
    if (here && !row.querySelector(":focus:not(:disabled)")?.checkVisibility()) (row.querySelector("select:enabled, button:not([hidden])") ?? row).focus();
    refresh();
    return true;
  }

  function refresh() {
    start.hidden = !count("waiting");
    ask.hidden = true;
    delete ask.dataset.asked;
  }

  function next() {
    for (const entry of files) {
      if (count("busy", "sent") >= AT_ONCE) return;
      if (entry.state === "queued") send(entry);
    }
  }

  function send(entry) {
    const { file, part } = entry;
    const url = new URL(words.upload, location.href);
    url.searchParams.set("soort", part("soort").value);
    if (part("zichtbaarheid")) url.searchParams.set("zichtbaarheid", part("zichtbaarheid").value);
    const request = (entry.request = new XMLHttpRequest());
    request.open("POST", url);
    request.responseType = "json";
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", words.token);
    request.setRequestHeader("Content-Disposition", named(file.name));
    part("bar").value = 0;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) part("bar").value = Math.min(99, (event.loaded / event.total) * 100);
    });
    // All is there: from now on it can be kept any moment, and stopping would say what isn't so.
    request.upload.addEventListener("load", () => set(entry, "sent"));
    const done = (state, sentence) => {
      if (state !== "kept") part("bar").value = 0;
      set(entry, state, sentence);
      next();
    };
    request.addEventListener("load", () => {
      const { status, response } = request;
      // Signed out meanwhile: the answer comes from the sign-in page. The next session has another token than this window.
      if (new URL(request.responseURL).pathname !== url.pathname) return done("refused", words.signedOut);
      if (status === 404) return done("refused", words.closed); // whether there is no such dossier, or not for this person
      if (status !== 201) return done(response?.reload || FOR_GOOD.includes(status) ? "refused" : "failed", response?.error ?? words.failed);
      part("bar").value = 100;
      keep(response, part("soort").selectedOptions[0].textContent, file);
      done("kept");
      if (!response?.url && response?.tag) part("state").textContent += `, ${response.tag}`;
    });
    request.addEventListener("error", () => done("failed", words.unreachable));
    request.addEventListener("abort", () => done("stopped"));
    set(entry, "busy");
    request.send(file);
  }

  function keep(bijlage, soort, file) {
    const item = document.createElement("li");
    const text = document.createElement("span");
    const name = document.createElement(bijlage?.url ? "a" : "b");
    if (bijlage?.url) name.href = bijlage.url;
    name.textContent = bijlage?.titel ?? file.name;
    text.append(name, Object.assign(document.createElement("span"), { className: "sub", textContent: bijlage?.meta ?? `${soort} · ${measured(file.size)}` }));
    if (bijlage?.tag) name.after(" ", Object.assign(document.createElement("span"), { className: `tag ${bijlage.tag_kind}`, textContent: bijlage.tag }));
    if (bijlage?.small) item.append(Object.assign(document.createElement("img"), { className: "small", src: bijlage.small, width: 48, height: 64, alt: "" }));
    item.append(text);
    find("docs").prepend(item);
    box.dataset.changed = "yes";
    find("docs").hidden = false;
    find("empty").hidden = true;
  }

  const take = (chosen) => {
    for (const file of chosen) add(file);
    list.querySelector("li:not(.kept) select:not([disabled])")?.focus();
  };
  find("choose").addEventListener("click", () => picker.click());
  const picked = () => {
    take(picker.files);
    picker.value = "";
  };
  picker.addEventListener("change", picked);
  if (picker.files.length) picked(); // chosen before this script was there
  start.addEventListener("click", () => {
    const first = [...files].find((entry) => entry.state === "waiting");
    for (const entry of files) if (entry.state === "waiting") set(entry, "queued");
    next();
    first?.part("stop").focus();
  });

  const zone = find("drop");
  for (const kind of ["dragover", "drop"]) {
    // A file dropped beside the zone must not replace the page.
    box.addEventListener(kind, (event) => event.preventDefault());
  }
  zone.addEventListener("dragover", () => zone.classList.add("over"));
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => take(event.dataTransfer.files));

  const refuse = (event) => {
    const sentence = count("busy", "sent", "queued") ? words.closeBusy : count("waiting") && !ask.dataset.asked ? words.closeWaiting : "";
    if (!sentence) return;
    event.preventDefault();
    ask.querySelector("p").textContent = sentence;
    ask.hidden = false;
    ask.dataset.asked = "yes";
    ask.scrollIntoView({ block: "nearest" });
  };
  box.addEventListener("window:close", refuse);
  if (!box.closest("dialog")) find("close").addEventListener("click", refuse);
  addEventListener("beforeunload", (event) => {
    if (box.isConnected && count("busy", "sent", "queued")) event.preventDefault();
  });
}

addEventListener("window:open", (event) => begin(event.target));
document.querySelectorAll("[data-window]").forEach(begin);
