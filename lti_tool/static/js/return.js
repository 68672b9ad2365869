// The same person on two pages: one whose visit has ended, with something unsaved, and one of a newer visit in the same
// browser. The older page asks and the newer one says where it is; then the older page goes on in that visit and saves
// what it has, under the usual check of versions. The channel is named after person and workshop, so nobody else on a
// shared computer hears of it; on it stands an address, never a text. Only where cookies open the visit.

const { body } = document;
const cookies = !document.documentElement.hasAttribute("hx-headers:inherited");
const here = () => location.pathname.match(/^\/v\/[^/]+/)[0];
let channel = null;
let waiting = null; // how the page goes on once a newer visit is found; its own visit is over then

function open() {
  channel = new BroadcastChannel(`three-steps ${body.dataset.person}`);
  channel.addEventListener("message", ({ data }) => (data.visit ? goOn(data.visit) : say()));
  if (waiting) channel.postMessage({});
  else say();
}

function say() {
  if (!waiting) channel.postMessage({ visit: here() });
}

// The newer visit's own page has the token that its saves need; if this link does not open it, nothing happens.
async function goOn(visit) {
  if (!waiting) return;
  const address = location.pathname.replace(here(), visit);
  const response = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  const page = new DOMParser().parseFromString(response?.ok ? await response.text() : "", "text/html");
  const token = page.querySelector("form[data-autosave] [name=csrf_token]")?.value;
  if (!token || !waiting) return;
  const resume = waiting;
  waiting = null;
  move(here(), visit, token);
  resume(token);
}

// Everything on this page that leads into the old visit leads into the new one.
function move(from, to, token) {
  for (const name of ["href", "action", "data-autosave", "data-tickets", "data-window"]) {
    for (const each of document.querySelectorAll(`[${name}^="${from}/"]`)) {
      each.setAttribute(name, to + each.getAttribute(name).slice(from.length));
    }
  }
  for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
  body.dataset.csrf = token;
  history.replaceState(history.state, "", location.href.replace(from, to));
}

if (body.dataset.person && cookies && "BroadcastChannel" in window) {
  body.dataset.returns = "";
  document.addEventListener("autosave:unsaved", ({ detail }) => {
    waiting = detail.resume;
    channel.postMessage({});
  });
  // A page with an open channel is not kept for the Back button.
  window.addEventListener("pagehide", () => channel.close());
  window.addEventListener("pageshow", ({ persisted }) => persisted && open());
  open();
}
