// Dates: shown and typed in the reader's own time, sent in UTC. Without this script the page says UTC, and means it.

const DATES = '.picker input[type="datetime-local"]';

function read(text) {
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

function localValue(moment) {
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

function start() {
  for (const field of document.querySelectorAll(`${DATES}:not([data-local])`)) {
    const given = field.getAttribute("value");
    const moment = given && read(given.endsWith("Z") ? given : `${given}Z`);
    if (moment) field.value = localValue(moment);
    field.dataset.local = "";
  }
  for (const note of document.querySelectorAll(".picker [data-zone]")) {
    note.textContent = `(${Intl.DateTimeFormat().resolvedOptions().timeZone})`;
  }
}

document.addEventListener("formdata", ({ formData }) => {
  for (const field of document.querySelectorAll(DATES)) {
    const moment = field.value && read(field.value);
    if (moment && formData.has(field.name)) formData.set(field.name, moment.toISOString());
  }
});
document.addEventListener("htmx:after:swap", start);
start();
