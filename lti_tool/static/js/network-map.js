// The picture follows the menus of its table, and a person may be dragged, or moved with the arrow keys. The menus stay
// the real control: a move only sets them and says so; autosave and the post hear it from there.
// Where people stand is worked out as mentoring/drawing.py does it; once a move is saved, the picture is the server's own
// again, with every name in its place.

const CENTRE = { x: 470, y: 390 };
const RINGS = { close: 105, moderate: 186, distant: 264 }; // as drawing.py has them
const EDGES = [145.5, 225]; // between the rings
const SPREAD = 0.8;
const BEND = 0.18;
const CLEAR_OF_YOU = 70;
const START_AFTER = 5; // px; less is a click

class NetworkMap {
  constructor(figure) {
    this.figure = figure;
    this.svg = figure.querySelector("svg");
    this.form = figure.closest("form");
    this.status = figure.querySelector("[data-map-status]");
    this.end = new AbortController(); // another drawing has come in its place
    this.dragged = null;
    this.people = [...this.svg.querySelectorAll("[data-figure]")].map((shape) => this.person(shape)).filter(Boolean);
    if (!this.people.length) return;
    this.areas = [...this.people[0].main.options].map((option) => option.value).filter(Boolean);
    this.rings = Object.keys(RINGS);
    this.svg.setAttribute("role", "group"); // a picture with things to move in it
    figure.querySelector("[data-map-hint]").hidden = false;
    for (const person of this.people) this.listen(person);
  }

  person(shape) {
    const id = shape.dataset.figure;
    const main = this.form.elements.namedItem(`${id}-main`);
    const closeness = this.form.elements.namedItem(`${id}-closeness`);
    const label = this.form.querySelector(`[data-person="${id}"] [data-label]`);
    if (!main || !closeness || !label) return null;
    const home = { x: Number(shape.dataset.x), y: Number(shape.dataset.y) };
    return { id, shape, main, closeness, home, at: home, name: label.textContent };
  }

  listen(person) {
    const { shape } = person;
    shape.setAttribute("tabindex", "0");
    shape.setAttribute("role", "button");
    this.name(person);
    shape.addEventListener("keydown", (event) => this.key(person, event));
    shape.addEventListener("pointerdown", (event) => this.drag(person, event));
    const { signal } = this.end;
    for (const menu of [person.main, person.closeness]) menu.addEventListener("change", () => this.moved(person), { signal });
  }

  words(person) {
    const said = (menu) => menu.selectedOptions[0].text.trim();
    return this.figure.dataset.moved
      .replace("{name}", person.name)
      .replace("{closeness}", said(person.closeness))
      .replace("{area}", said(person.main));
  }

  name(person) {
    person.shape.setAttribute("aria-label", `${this.words(person)} ${this.figure.dataset.how}`);
  }

  moved(person) {
    this.name(person);
    this.settle();
    this.status.textContent = this.words(person);
  }

  set(person, area, ring) {
    if (person.main.value === area && person.closeness.value === ring) return this.settle();
    person.main.value = area;
    person.closeness.value = ring;
    return person.closeness.dispatchEvent(new Event("change", { bubbles: true }));
  }

  key(person, event) {
    const area = this.areas.indexOf(person.main.value);
    const ring = this.rings.indexOf(person.closeness.value);
    const turn = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (turn) this.set(person, this.areas.at((area + turn) % this.areas.length), this.rings[ring]);
    else if (step) this.set(person, this.areas[area], this.rings[ring + step] ?? this.rings[ring]);
    else return;
    event.preventDefault();
  }

  // Everybody to their place: the same rule as on the server, with one lane.
  settle() {
    const groups = new Map();
    for (const person of this.people) {
      const place = `${person.main.value} ${person.closeness.value}`;
      groups.set(place, [...(groups.get(place) ?? []), person]);
    }
    for (const group of groups.values()) group.forEach((person, place) => this.put(person, place, group.length));
    for (const line of this.svg.querySelectorAll("[data-tie]")) this.tie(line);
  }

  put(person, place, together) {
    const area = this.areas.indexOf(person.main.value);
    const ring = RINGS[person.closeness.value];
    if (area < 0 || !ring) return;
    const sector = 360 / this.areas.length;
    const degrees = area * sector + ((place + 1) / (together + 1) - 0.5) * sector * SPREAD;
    const turn = (degrees * Math.PI) / 180;
    const step = ((sector * SPREAD) / (together + 1)) * (Math.PI / 180) * ring;
    const lane = together > 1 && step < 34 ? (place % 2 ? 18 : -18) : 0;
    this.at(person, CENTRE.x + (ring + lane) * Math.sin(turn), CENTRE.y - (ring + lane) * Math.cos(turn));
  }

  at(person, x, y) {
    person.at = { x, y };
    person.shape.setAttribute("transform", `translate(${x - person.home.x} ${y - person.home.y})`);
  }

  tie(line) {
    const [one, two] = line.dataset.tie.split(" ").map((id) => this.people.find((person) => person.id === id)?.at);
    if (!one || !two) return;
    const bend = this.bend(one, two);
    line.setAttribute("d", `M${one.x} ${one.y}Q${bend.x} ${bend.y} ${two.x} ${two.y}`);
  }

  bend(one, two) {
    const [across, down] = [(one.x + two.x) / 2 - CENTRE.x, (one.y + two.y) / 2 - CENTRE.y];
    const [right, below] = [two.x - one.x, two.y - one.y];
    if (Math.hypot(across, down) >= CLEAR_OF_YOU) {
      return { x: CENTRE.x + across * (1 + BEND), y: CENTRE.y + down * (1 + BEND) };
    }
    const side = across * below - down * right >= 0 ? 1 : -1;
    const reach = (2 * CLEAR_OF_YOU * side) / (Math.hypot(right, below) || 1);
    return { x: CENTRE.x + across + below * reach, y: CENTRE.y + down - right * reach };
  }

  // Where on the picture a pointer is, in the picture's own measure.
  point(event) {
    const matrix = this.svg.getScreenCTM().inverse();
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
  }

  place({ x, y }) {
    const [across, down] = [x - CENTRE.x, y - CENTRE.y];
    const sector = 360 / this.areas.length;
    const degrees = ((Math.atan2(across, -down) * 180) / Math.PI + 360 + sector / 2) % 360;
    const distance = Math.hypot(across, down);
    return [this.areas[Math.floor(degrees / sector)], this.rings[EDGES.filter((edge) => distance > edge).length]];
  }

  drag(person, down) {
    if (down.button !== 0) return;
    down.preventDefault();
    person.shape.focus();
    person.shape.setPointerCapture(down.pointerId);
    let dragged = false;
    this.dragged = person;
    const move = (event) => {
      dragged ||= Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) >= START_AFTER;
      if (!dragged) return;
      const { x, y } = this.point(event);
      this.at(person, x, y);
      for (const line of this.svg.querySelectorAll("[data-tie]")) this.tie(line);
    };
    const stop = new AbortController();
    const { signal } = stop;
    const end = (event) => {
      stop.abort();
      this.dragged = null;
      if (dragged && event.type === "pointerup") this.set(person, ...this.place(this.point(event)));
      else if (dragged) this.settle();
    };
    person.shape.addEventListener("pointermove", move, { signal });
    person.shape.addEventListener("pointerup", end, { signal });
    person.shape.addEventListener("pointercancel", end, { signal });
    document.addEventListener("keydown", (event) => event.key === "Escape" && end(event), { signal });
  }
}

// The server's drawing of what was saved, unless somebody has moved on meanwhile: then the next save brings another one.
async function redraw(map) {
  const { figure, form } = map;
  const page = await fetch(location.pathname + location.search, { headers, credentials: "same-origin" }).catch(() => null);
  const next = new DOMParser().parseFromString(page?.ok ? await page.text() : "", "text/html");
  const drawing = next.querySelector("[data-map] svg");
  const menus = [...form.querySelectorAll("select")];
  const same = menus.every(({ name, value }) => next.querySelector(`select[name="${CSS.escape(name)}"]`)?.value === value);
  if (!drawing || !same || map.dragged || maps.get(figure) !== map || !figure.isConnected) return;
  const held = map.svg.contains(document.activeElement) ? document.activeElement.dataset.figure : null;
  map.end.abort();
  map.svg.replaceWith(drawing);
  maps.set(figure, new NetworkMap(figure));
  if (held) figure.querySelector(`[data-figure="${held}"]`)?.focus({ preventScroll: true });
}

const headers = JSON.parse(document.documentElement.getAttribute("hx-headers:inherited") ?? "{}");
// A page may arrive by htmx, in a document where this script runs already.
const maps = new WeakMap();

function start() {
  for (const figure of document.querySelectorAll("[data-map]")) {
    if (!maps.has(figure)) maps.set(figure, new NetworkMap(figure));
  }
}

start();
document.addEventListener("htmx:after:swap", start);
document.addEventListener("autosave:saved", () => {
  for (const figure of document.querySelectorAll("[data-map]")) redraw(maps.get(figure));
});
