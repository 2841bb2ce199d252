// A new version goes as one raw body with a bar, so that no form holds it; without this the form itself is sent.
import { named } from "./named.js";

const form = document.querySelector("[data-replace]");
const find = (name) => form.querySelector(`[data-${name}]`);
const words = form.dataset;
const picker = form.querySelector("input[type=file]");
const submit = form.querySelector("[type=submit]");
let request;

function say(sentence, more) {
  find("wrong").textContent = sentence;
  find("wrong").hidden = !sentence;
  if (!more) return;
  const link = document.createElement("a");
  link.href = more.url;
  link.textContent = more.label;
  find("wrong").append(" ", link);
}

function rest(sentence, more) {
  const here = find("busy").contains(document.activeElement);
  request = undefined;
  find("busy").hidden = true;
  submit.disabled = picker.disabled = false;
  say(sentence, more);
  if (here) submit.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const [file] = picker.files;
  const wrong = !file ? words.none : !file.size ? words.isEmpty : file.size > Number(words.max) ? words.tooBig : "";
  say(wrong);
  if (wrong) return picker.focus();
  const url = new URL(location.href);
  url.search = "";
  request = new XMLHttpRequest();
  request.open("POST", url);
  request.responseType = "json";
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", words.token);
  request.setRequestHeader("Content-Disposition", named(file.name));
  request.upload.addEventListener("progress", (progress) => {
    if (progress.lengthComputable) find("bar").value = Math.min(99, (progress.loaded / progress.total) * 100);
  });
  // All is there: from now on it can be kept any moment, and stopping would say what isn't so.
  request.upload.addEventListener("load", () => {
    const here = document.activeElement === find("stop");
    find("stop").hidden = true;
    find("state").textContent = words.working;
    if (here) find("state").focus();
  });
  request.addEventListener("load", () => {
    const { responseURL, status, response } = request;
    if (new URL(responseURL).pathname !== url.pathname) return rest(words.signedOut);
    if (status === 404) return rest(words.closed);
    if (status !== 201) return rest(response?.error ?? words.failed, response?.button);
    find("bar").value = 100;
    request = undefined;
    location.assign(response.url);
  });
  request.addEventListener("error", () => rest(words.unreachable));
  request.addEventListener("abort", () => rest(words.stopped));
  find("bar").value = 0;
  find("state").textContent = "";
  find("busy").hidden = find("stop").hidden = false;
  submit.disabled = picker.disabled = true;
  find("stop").focus();
  request.send(file);
});
find("stop").addEventListener("click", () => request?.abort());
addEventListener("beforeunload", (event) => {
  if (request) event.preventDefault();
});
