// What a learner sees when saving needs a decision: both texts side by side, or what is not saved yet, to copy.
// Panels appear after the status line, which announces them; focus stays where the learner is typing.

function open(form, selector) {
  form.querySelector("[data-save-panel]")?.remove();
  const panel = form.querySelector(selector).content.firstElementChild.cloneNode(true);
  panel.dataset.savePanel = "";
  form.querySelector("[data-save-status]").after(panel);
  return panel;
}

function fill(list, rows) {
  for (const [label, text] of rows ?? []) {
    const term = document.createElement("dt");
    const said = document.createElement("dd");
    const words = document.createElement("bdi");
    term.textContent = label;
    words.textContent = text;
    said.append(words);
    list.append(term, said);
  }
}

function showConflict(form, { current, yours, choose }) {
  const panel = open(form, "[data-conflict-panel]");
  fill(panel.querySelector("[data-current]"), current);
  fill(panel.querySelector("[data-yours]"), yours);
  for (const button of panel.querySelectorAll("[data-keep]")) {
    button.addEventListener("click", () => {
      panel.remove();
      choose(button.dataset.keep);
    });
  }
}

// What a person reads beside a control, and what they chose or wrote there.
function inWords(form, name, value) {
  const control = form.elements.namedItem(name);
  const one = control instanceof RadioNodeList ? control[0] : control;
  const label = one.closest("fieldset")?.querySelector("legend") ?? one.labels?.[0];
  const chosen = control instanceof RadioNodeList ? [...control].find((radio) => radio.value === value)?.labels[0] : null;
  const text = one instanceof HTMLSelectElement ? one.selectedOptions[0]?.text : (chosen?.textContent ?? value);
  return `${label?.textContent.trim().replace(/\s+/g, " ") ?? name}\n${text.trim().replace(/[ \t]+/g, " ")}\n`;
}

// Copying may be refused in a frame: the text is selected first, and the page says what to press.
function showUnsaved(form, { fields }) {
  const panel = open(form, "[data-copy-panel]");
  const area = panel.querySelector("textarea");
  const status = panel.querySelector("[role=status]");
  panel.querySelector("[data-saves-itself]").hidden = !("returns" in document.body.dataset);
  area.value = Object.entries(fields)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => inWords(form, name, value))
    .join("\n");
  panel.querySelector("[data-copy]").addEventListener("click", async () => {
    area.focus();
    area.select();
    try {
      await navigator.clipboard.writeText(area.value);
      status.textContent = status.dataset.copied;
    } catch {
      status.textContent = status.dataset.refused;
    }
  });
}

// On the document: a page may arrive by htmx, in a document where this script runs already.
document.addEventListener("autosave:conflict", (event) => showConflict(event.target, event.detail));
document.addEventListener("autosave:unsaved", (event) => showUnsaved(event.target, event.detail));
