// Copies a text that stands in the page. In a frame that may be refused: then it is selected, and the line says what to do.

function start() {
  for (const row of document.querySelectorAll("[data-copy-row]")) row.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy-from]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copyFrom);
  const status = button.parentElement.querySelector("[role=status]");
  text.focus();
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
    status.textContent = status.dataset.copied;
  } catch {
    status.textContent = status.dataset.refused;
  }
});
document.addEventListener("htmx:after:swap", start);
document.addEventListener("live:changed", start);
start();
