// Opens the browser's print window. In a frame that may be refused without a word: the line says what else to do.

function start() {
  for (const row of document.querySelectorAll("[data-print-row]")) row.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-print]");
  if (!button) return;
  window.print();
  const status = button.parentElement.querySelector("[role=status]");
  status.textContent = status.dataset.refused;
});
document.addEventListener("htmx:after:swap", start);
start();
