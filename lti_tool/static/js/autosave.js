// Saves a form while a learner works: one second after the last key, at most two behind, at once on a choice.
// What is not saved stays in the page and is tried again; nothing is ever kept in the browser's storage.
// Two tabs: the server answers 409 with both texts, and the learner chooses (autosave-panels.js shows both).

const AFTER_LAST_KEY = 1000;
const AT_MOST_BEHIND = 2000;
const AFTER_A_CHOICE = 200;
const FIRST_RETRY = 2000;
const LAST_RETRY = 30000;
const GIVE_UP_WAITING = 15000;
const KEEPALIVE_LIMIT = 60000; // bytes; browsers refuse a longer body that must outlive its page
const PATIENCE_ON_LEAVING = 3000;
const NOT_ANSWERS = new Set(["csrf_token", "version", "do", "screen"]);

// The page's language, in the reader's own region: 10:42 in one, 10:42 AM in another.
const page = document.documentElement.lang;
const reader = new Intl.DateTimeFormat().resolvedOptions().locale;
const language = page && !reader.startsWith(page) ? page : reader;
const clock = new Intl.DateTimeFormat(language, { timeStyle: "short" });

// Where this frame has no cookies, the page carries the visit's token for its requests.
const visitHeaders = JSON.parse(document.documentElement.getAttribute("hx-headers:inherited") ?? "{}");

class Autosave {
  constructor(form) {
    this.form = form;
    this.end = new AbortController(); // its form has left the document: a page came by htmx
    this.status = form.querySelector("[data-save-status]");
    this.versionField = form.elements.namedItem("version");
    this.token = form.elements.namedItem("csrf_token").value;
    this.saved = JSON.stringify(this.fields());
    this.savedAt = this.status.querySelector("time")?.dateTime ?? null;
    this.changedSince = null; // when the oldest unsaved change was made
    this.retry = FIRST_RETRY;
    this.timer = null;
    this.underWay = null; // the promise of a save in flight
    this.paused = false; // two versions, or the visit has ended: a person must act first
    this.leaving = false;
    this.warned = false; // "not saved" was said once to somebody who wants to leave
    this.free = null; // the link that may be followed: everything is saved
    this.guard = (event) => this.dirty && !this.leaving && event.preventDefault();
    this.listen();
  }

  listen() {
    const { form } = this;
    const { signal } = this.end;
    const first = { signal, capture: true }; // before htmx, which listens on the links and the form themselves
    for (const button of form.querySelectorAll("[data-without-script]")) button.hidden = true;
    form.addEventListener("input", () => this.changed(AFTER_LAST_KEY));
    form.addEventListener("change", () => this.changed(AFTER_A_CHOICE));
    document.addEventListener("submit", (event) => event.target === form && this.submit(event), first);
    document.addEventListener("click", (event) => this.leave(event), first);
    window.addEventListener("online", () => this.save(), { signal });
    const hidden = () => document.visibilityState === "hidden" && this.save();
    document.addEventListener("visibilitychange", hidden, { signal });
    window.addEventListener("pagehide", () => this.flush(), { signal });
    window.addEventListener("pageshow", (event) => this.shownAgain(event), { signal });
    const swapped = ({ detail }) => detail.ctx.target === document.body && this.flush();
    document.addEventListener("htmx:before:swap", swapped, { signal });
    document.addEventListener("htmx:finally:request", () => this.stayed(), { signal });
  }

  // After an exchange of htmx: the form is gone, or it is still here because nothing came.
  stayed() {
    if (this.form.isConnected) {
      this.leaving = false;
      return;
    }
    clearTimeout(this.timer);
    this.end.abort();
  }

  // The same flat mapping that the form itself would post.
  fields() {
    const all = [...new FormData(this.form)].filter(([name]) => !NOT_ANSWERS.has(name));
    return Object.fromEntries(all);
  }

  get dirty() {
    return JSON.stringify(this.fields()) !== this.saved;
  }

  changed(delay) {
    if (this.paused) return;
    if (!this.dirty) {
      // Typed and taken back: nothing is behind any more, unless an older text is on its way.
      if (!this.underWay) this.settled();
      return;
    }
    this.changedSince ??= Date.now();
    if (this.retry > FIRST_RETRY) return; // in trouble: the next try is set already, keys do not hasten it
    this.say("unsaved");
    const latest = this.changedSince + AT_MOST_BEHIND - Date.now();
    this.schedule(Math.max(0, Math.min(delay, latest)));
  }

  schedule(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), delay);
  }

  settled() {
    clearTimeout(this.timer);
    this.changedSince = null;
    if (this.savedAt) this.say("saved", this.savedAt);
    else this.show("empty", "");
  }

  // Save what is there now. One at a time: a change during a save goes with the next one.
  save() {
    clearTimeout(this.timer);
    if (this.paused || this.leaving || !this.dirty) return this.underWay ?? Promise.resolve();
    this.underWay ??= this.put(this.fields()).finally(() => {
      this.underWay = null;
      if (this.dirty && !this.paused && this.retry === FIRST_RETRY) this.changed(AFTER_A_CHOICE);
    });
    return this.underWay;
  }

  request(value) {
    const body = JSON.stringify({ version: Number(this.versionField.value), value });
    return fetch(this.form.dataset.autosave, {
      method: "PUT",
      credentials: "same-origin",
      headers: {
        ...visitHeaders,
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRF-Token": this.token,
      },
      keepalive: new Blob([body]).size < KEEPALIVE_LIMIT,
      redirect: "error",
      signal: AbortSignal.timeout(GIVE_UP_WAITING),
      body,
    });
  }

  async put(value) {
    let response;
    let answer;
    try {
      response = await this.request(value);
      answer = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
    } catch {
      return this.again();
    }
    if (response.ok) return this.accepted(value, answer.version, answer.saved_at);
    if (response.status === 409) return this.conflict(value, answer);
    if (response.status === 422) return this.refused(value, answer.errors ?? {});
    if ([401, 403, 404, 410].includes(response.status)) return this.ended();
    return this.again();
  }

  accepted(value, version, savedAt) {
    window.removeEventListener("beforeunload", this.guard);
    this.retry = FIRST_RETRY;
    this.warned = false;
    this.versionField.value = version;
    this.saved = JSON.stringify(value);
    this.savedAt = savedAt;
    this.changedSince = null;
    if (!this.dirty) this.say("saved", savedAt);
    this.tell("saved", {});
  }

  // What cannot be saved now is gone with the page: the browser asks before it leaves, or is loaded again.
  hold() {
    window.addEventListener("beforeunload", this.guard, { signal: this.end.signal });
  }

  again() {
    this.hold();
    this.say("trouble");
    this.schedule(this.retry * (0.75 + Math.random() / 2));
    this.retry = Math.min(this.retry * 2, LAST_RETRY);
  }

  refused(value, errors) {
    this.saved = JSON.stringify(value); // trying the same again would be refused again
    const messages = Object.values(errors).join(" ");
    this.show("trouble", `${this.status.dataset.refused} ${messages}`);
  }

  conflict(value, { current, yours }) {
    // Our own save whose answer got lost comes back as "somebody changed it", to the very same text.
    if (same(current, yours)) return this.accepted(value, current.version, current.saved_at);
    this.paused = true;
    this.hold();
    this.say("conflict", current.saved_at);
    const choose = (choice) => (choice === "mine" ? this.keepMine(current.version) : this.keepOther());
    return this.tell("conflict", { current: current.rows, yours: yours.rows, choose });
  }

  keepMine(version) {
    this.paused = false;
    this.versionField.value = version;
    this.saved = "";
    this.save();
  }

  keepOther() {
    this.leaving = true; // nothing of this page is sent any more
    reload();
  }

  ended() {
    this.paused = true;
    this.hold();
    this.say(this.savedAt ? "ended" : "endedUnsaved", this.savedAt);
    this.tell("unsaved", { fields: this.fields(), resume: (token) => this.resume(token) });
  }

  // The form leads into a newer visit of the same person now (return.js).
  resume(token) {
    this.token = token;
    this.paused = false;
    this.form.querySelector("[data-save-panel]")?.remove();
    this.save();
  }

  tell(what, detail) {
    this.form.dispatchEvent(new CustomEvent(`autosave:${what}`, { bubbles: true, detail }));
  }

  // The form itself is sent only when nothing is behind: a lost network is noticed here, not on an error page, and
  // the version in the form is the newest.
  submit(event) {
    if (this.leaving) return hold(event); // a second click on the same button
    if (!this.behind || this.warned) {
      clearTimeout(this.timer);
      this.leaving = true;
      return undefined;
    }
    hold(event);
    return this.afterSaving(() => this.form.requestSubmit(event.submitter));
  }

  leave(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || link === this.free || link.target || link.origin !== location.origin || link.pathname === location.pathname) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || this.paused || this.warned || !this.behind) return;
    hold(event);
    this.afterSaving(() => {
      this.free = link;
      link.click();
    });
  }

  get behind() {
    return this.dirty || this.underWay !== null;
  }

  // Go on once everything is saved. If it cannot be, stay: the status line says so, and the second click goes anyway.
  async afterSaving(goOn) {
    await Promise.race([this.save(), new Promise((resolve) => setTimeout(resolve, PATIENCE_ON_LEAVING))]);
    await Promise.race([this.save(), new Promise((resolve) => setTimeout(resolve, PATIENCE_ON_LEAVING))]);
    if (this.paused) return;
    if (!this.behind) return void goOn();
    this.warned = true;
    this.say("trouble");
  }

  flush() {
    if (this.leaving || this.paused || this.underWay || !this.dirty) return;
    this.request(this.fields()).catch(() => {});
  }

  // Out of the back/forward cache: another tab may have saved since.
  shownAgain(event) {
    this.leaving = false;
    this.warned = false;
    if (!event.persisted) return;
    if (this.dirty) this.save();
    else reload();
  }

  say(state, at = null) {
    const words = this.status.dataset[state].replace("{time}", at ? clock.format(new Date(at)) : "");
    this.show(state, words);
  }

  show(state, words) {
    this.status.dataset.state = state;
    if (this.status.textContent.trim() !== words) this.status.textContent = words;
  }
}

function same(current, yours) {
  const ordered = (value) => JSON.stringify(Object.entries(value ?? {}).sort());
  return ordered(current.value) === ordered(yours.value);
}

function hold(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

// A frame without cookies has its own way to load a page again (boost.js).
function reload() {
  const goes = document.dispatchEvent(new CustomEvent("page:reload", { cancelable: true }));
  if (goes) location.reload();
}

const started = new WeakSet();

function start() {
  for (const form of document.querySelectorAll("form[data-autosave]")) {
    if (started.has(form)) continue;
    started.add(form);
    new Autosave(form);
  }
}

start();
document.addEventListener("htmx:after:swap", start);
