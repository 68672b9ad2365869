// What a page says about the draft follows the draft: after each save, the part marked data-live is fetched anew. The
// rules stand on the server alone. Without this script the page says it when it is saved with its button.

const headers = JSON.parse(document.documentElement.getAttribute("hx-headers:inherited") ?? "{}");
const PATIENCE = 1000; // ms; later a frame grows for another reason
let latest = 0;

document.addEventListener("autosave:saved", async () => {
  const here = document.querySelector("[data-live]");
  if (!here) return;
  const mine = ++latest;
  try {
    const page = await fetch(location.pathname + location.search, { headers, credentials: "same-origin" });
    const next = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[data-live]");
    // A newer save, or somebody is copying from here just now: leave it as it is.
    if (!page.ok || !next || mine !== latest || here.contains(document.activeElement)) return;
    const stop = document.activeElement;
    const stood = stop.getBoundingClientRect();
    here.replaceChildren(...next.childNodes);
    document.dispatchEvent(new CustomEvent("live:changed"));
    keepInSight(stop, stood);
  } catch {
    // The next save tries again.
  }
});

// Whoever is at a button below must not lose it from sight because the part above has grown. Where the platform makes
// the frame as tall as its page, there is nothing to scroll here: the window around it scrolls, once the frame has grown.
function keepInSight(stop, stood) {
  const moved = stop.getBoundingClientRect().top - stood.top;
  const seen = stood.bottom > 0 && stood.top < innerHeight; // else the reader has gone elsewhere
  if (!moved || !seen || stop === document.body) return;
  scrollBy({ top: moved, behavior: "instant" });
  const grown = { once: true, signal: AbortSignal.timeout(PATIENCE) };
  addEventListener("resize", () => stop === document.activeElement && stop.scrollIntoView({ block: "nearest" }), grown);
}
