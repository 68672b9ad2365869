// Turns <time data-local="time|date|datetime"> from UTC into the reader's own zone and language.
// The server's text stays right without this; the zone stands in the title.

// The page's language, in the reader's own region: 10:42 in one, 10:42 AM in another.
const page = document.documentElement.lang;
const reader = new Intl.DateTimeFormat().resolvedOptions().locale;
const language = page && !reader.startsWith(page) ? page : reader;
const styles = {
  time: { timeStyle: "short" },
  date: { dateStyle: "medium" },
  datetime: { dateStyle: "medium", timeStyle: "short" },
};

function localise(root) {
  for (const element of root.querySelectorAll("time[data-local]")) {
    const at = new Date(element.dateTime);
    const options = styles[element.dataset.local];
    if (!options || Number.isNaN(at.valueOf())) continue;
    // A day without a time belongs to no zone: shifting it would show the day before.
    const day = /^\d{4}-\d{2}-\d{2}$/.test(element.dateTime);
    element.textContent = new Intl.DateTimeFormat(language, day ? { ...options, timeZone: "UTC" } : options).format(at);
    if (!day) {
      element.title = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" }).format(at);
    }
    element.removeAttribute("data-local");
  }
}

localise(document);
// The grade line arrives again by htmx.
document.addEventListener("htmx:after:swap", () => localise(document));
