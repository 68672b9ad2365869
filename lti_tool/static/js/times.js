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

function localise() {
  // The platform's own setting for this person, if it told one (frame.js); else the browser's zone.
  const { zone: timeZone } = document.documentElement.dataset;
  for (const element of document.querySelectorAll("time[data-local]")) {
    const at = new Date(element.dateTime);
    const options = styles[element.dataset.local];
    if (!options || Number.isNaN(at.valueOf())) continue;
    // A day without a time belongs to no zone: shifting it would show the day before.
    const day = /^\d{4}-\d{2}-\d{2}$/.test(element.dateTime);
    const words = new Intl.DateTimeFormat(language, { ...options, timeZone: day ? "UTC" : timeZone }).format(at);
    if (element.textContent !== words) element.textContent = words;
    if (!day) {
      element.title = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long", timeZone }).format(at);
    }
  }
}

localise();
document.addEventListener("platform:zone", localise);
// The grade line, or a whole page, arrives by htmx.
document.addEventListener("htmx:after:swap", localise);
