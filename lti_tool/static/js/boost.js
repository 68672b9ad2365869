// Only where this frame has no cookies: pages are fetched with a header and swapped into this document by htmx.
// What a swap leaves out is done here: the scripts that the new page needs, a reload, a word when nothing comes.

const root = document.documentElement;

function take(text) {
  const next = new DOMParser().parseFromString(text, "text/html");
  root.lang = next.documentElement.lang || root.lang;
  root.dir = next.documentElement.dir || root.dir;
  const here = new Set([...document.scripts].map((script) => script.getAttribute("src")));
  for (const script of next.head.querySelectorAll("script[src]")) {
    if (here.has(script.getAttribute("src"))) continue;
    const copy = document.createElement("script");
    copy.type = script.type;
    copy.src = script.getAttribute("src");
    document.head.append(copy);
  }
}

document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  if (ctx.target === document.body && ctx.text) take(ctx.text);
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (!ctx || ctx.target === document.body) document.dispatchEvent(new CustomEvent("page:trouble"));
});

// A real reload would come without the header.
document.addEventListener("page:reload", (event) => {
  event.preventDefault();
  htmx.ajax("GET", location.pathname + location.search, { target: document.body, swap: "outerSync" });
});
