// Tells a platform that listens (Canvas) how tall this page is, where a reader should be after a page change and
// how the page is called; asks it for contrast and time zone. The page is right without an answer: its mobile apps give none.
// The body's own box is measured, not the document: scrollHeight never shrinks again in a frame that grew.

const { frameOrigin: origin, frameToken: token } = document.body.dataset;
const framed = Boolean(origin) && window.parent !== window;
const LEAST_CHANGE = 2; // px; below that two sides can answer each other for ever
const MOST_MESSAGES = 20; // in WINDOW; a page that needs more is in a loop with its platform
const WINDOW = 2000; // ms
const PATIENCE = 1000; // ms; later settings would change a page that somebody reads

function tell(message) {
  window.parent.postMessage(token ? { ...message, token } : message, origin);
}

function followHeight() {
  let told = 0;
  let sent = [];
  let waiting = false;

  function send() {
    waiting = false;
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    const now = performance.now();
    sent = sent.filter((at) => now - at < WINDOW);
    if (Math.abs(height - told) < LEAST_CHANGE || sent.length >= MOST_MESSAGES) return;
    told = height;
    sent.push(now);
    tell({ subject: "lti.frameResize", height });
  }

  new ResizeObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(send);
  }).observe(document.body);
}

function askForSettings() {
  const subject = "lti.getPageSettings";
  const asked = crypto.randomUUID();
  const signal = AbortSignal.timeout(PATIENCE);
  const hear = ({ data, origin: from, source }) => {
    if (from !== origin || source !== window.parent || data?.message_id !== asked) return;
    if (data.subject === `${subject}.response`) follow(data.pageSettings ?? {});
  };
  window.addEventListener("message", hear, { signal });
  tell({ subject, message_id: asked });
}

function follow({ use_high_contrast: highContrast, time_zone: zone }) {
  const { dataset } = document.documentElement;
  if (highContrast === true) dataset.contrast = "more";
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
  } catch {
    return; // a zone that this browser does not know
  }
  if (!zone) return;
  dataset.zone = zone;
  document.dispatchEvent(new CustomEvent("platform:zone"));
}

// One word in sessionStorage says "the last page of this frame led here". It may be refused in a frame: then nothing
// is focused, and the page is still right.
function cameFromHere() {
  try {
    const came = sessionStorage.getItem("moved") === "yes";
    sessionStorage.removeItem("moved");
    return came;
  } catch {
    return false;
  }
}

function remember() {
  try {
    sessionStorage.setItem("moved", "yes");
  } catch {
    // See cameFromHere().
  }
}

function placeReader(place = null) {
  const added = named(document.querySelector("[data-at]")?.dataset.at); // a new line, below what the reader just did
  const target = added ?? document.querySelector("[data-focus]") ?? place ?? document.querySelector("h1[tabindex]");
  if (!target) return;
  if (framed && !added) tell({ subject: "lti.scrollToTop" });
  if (framed && target.matches("h1:not([data-unspoken])")) announce(target);
  target.focus({ preventScroll: framed && !added });
}

// The heading of a page alone: what else a page is about may be somebody's answers, and those are not the platform's.
function announce(heading) {
  tell({ subject: "lti.screenReaderAlert", body: heading.textContent.replace(/\s+/g, " ").trim() });
}

document.addEventListener("submit", (event) => {
  if (event.target.target !== "_blank") remember();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const inPlace = link && !link.target && !link.hasAttribute("download") && link.origin === location.origin;
  if (inPlace && !link.hash && !event.ctrlKey && !event.metaKey && !event.shiftKey) remember();
});

function named(id) {
  return id ? document.getElementById(id) : null;
}

// A page that htmx fetched. The address of the answer has lost its fragment; after a form it can only be this one.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  cameFromHere(); // the word is for a page of its own
  if (ctx.target !== document.body || ctx.replace) return; // a part of the page, or the first page of the visit
  placeReader(named(ctx.request?.method === "POST" ? "outcome" : ctx.request?.anchor));
});

if (framed) {
  followHeight();
  askForSettings();
}
if (cameFromHere()) placeReader(named(location.hash.slice(1)));
