// What a page says about the draft follows the draft: after each save, the part marked data-live is fetched anew. The
// rules stand on the server alone. Without this script the page says it when it is saved with its button.

const headers = JSON.parse(document.documentElement.getAttribute("hx-headers:inherited") ?? "{}");
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
    here.replaceChildren(...next.childNodes);
    document.dispatchEvent(new CustomEvent("live:changed"));
  } catch {
    // The next save tries again.
  }
});
