// Tells a platform that listens (Canvas) how tall this page is, and where a reader should be after a page change.
// The body's own box is measured, not the document: scrollHeight never shrinks again in a frame that grew.

const origin = document.body.dataset.frameOrigin;
const framed = Boolean(origin) && window.parent !== window;
const LEAST_CHANGE = 2; // px; below that two sides can answer each other for ever
const MOST_MESSAGES = 20; // in WINDOW; a page that needs more is in a loop with its platform
const WINDOW = 2000; // ms

function tell(message) {
  window.parent.postMessage(message, origin);
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

function placeReader() {
  const named = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  const target = named ?? document.querySelector("[data-focus]") ?? document.querySelector("h1[tabindex]");
  if (!target) return;
  if (framed) tell({ subject: "lti.scrollToTop" });
  target.focus({ preventScroll: framed });
}

document.addEventListener("submit", (event) => {
  if (event.target.target !== "_blank") remember();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const inPlace = link && !link.target && !link.hasAttribute("download") && link.origin === location.origin;
  if (inPlace && !link.hash && !event.ctrlKey && !event.metaKey && !event.shiftKey) remember();
});

if (framed) followHeight();
if (cameFromHere()) placeReader();
