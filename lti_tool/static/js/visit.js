// Leaves the page where a link alone cannot: files where this frame has no cookies, and windows of their own, which
// never see the frame's cookies. A link marked data-ticket asks for a one-time ticket and posts it; the ticket stands
// in the body, in no address. Without this script, and where the cookie is there, a file's link works as it is.

const headers = JSON.parse(document.documentElement.getAttribute("hx-headers:inherited") ?? "{}");

function say() {
  document.querySelector("[data-page-trouble]")?.remove();
  const words = document.createElement("p");
  words.className = "notice notice--care";
  words.dataset.pageTrouble = "";
  words.setAttribute("role", "alert");
  document.querySelector("main").prepend(words);
  words.textContent = document.body.dataset.trouble;
}

async function ticketFor(path) {
  const { tickets, csrf } = document.body.dataset;
  const response = await fetch(tickets, {
    method: "POST",
    credentials: "same-origin",
    headers: { ...headers, "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify({ path }),
  });
  if (!response.ok) throw new Error(response.status);
  return (await response.json()).ticket;
}

function post(action, fields, target) {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action, target, rel: "noopener" });
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
  form.remove();
}

async function leave(link) {
  const page = link.pathname + link.search;
  const inWindow = link.target === "_blank";
  const action = inWindow ? document.body.dataset.window : link.pathname;
  try {
    const ticket = await ticketFor(action);
    post(action, inWindow ? { ticket, page } : { ticket }, inWindow ? "_blank" : "_self");
  } catch {
    say();
  }
}

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.("a[data-ticket]");
    if (!link || (link.target !== "_blank" && !headers.Authorization)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    leave(link);
  },
  true,
);
document.addEventListener("page:trouble", say);
