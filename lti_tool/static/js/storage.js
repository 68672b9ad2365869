// Binds a browser that keeps no cookies: the platform stores a proof for us, and gives it back with the launch.
// Both ways the message goes to the origin of the platform's sign-in only, and only its own answer to this very
// message counts. Whoever else speaks, or nobody: after two seconds the page goes on without (1EdTech LTI postMessage
// Storage 0.1; Canvas's mobile apps never answer).

const PATIENCE = 2000;
const FIRST = 500; // of it for the platform's word about its frames; a later one still counts
const ASK_AGAIN = 800; // the platform's frame may still have been loading
const GOODBYE = 300; // how long tidying up may take: what is tidied is of no use to anybody any more
const INDEX = "ts"; // where the keys of sign-ins are that nobody finished, the oldest first
const MOST = 8; // of them: as many may be under way at once, and no more fill the platform's storage

const place = document.querySelector("[data-storage]");
const { origin, key } = place.dataset;
const platform = window.parent === window ? window.opener : window.parent;
let frame = place.dataset.frame; // as the sign-in said; what the platform's page says counts more

function keeper() {
  if (!platform || frame === "_parent") return platform;
  try {
    const found = platform.frames[frame];
    return found?.parent === platform ? found : null; // "top" and the like name windows, but no frame of it
  } catch {
    return null; // no such frame, in a browser that refuses to say so
  }
}

function ask(subject, fields, patience, { whom = keeper, at = origin } = {}) {
  const message = { subject, message_id: crypto.randomUUID(), ...fields };
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const { signal } = over;
    const end = (settle, value) => {
      over.abort();
      settle(value);
    };
    const hear = ({ data, origin: from, source }) => {
      if ((at !== "*" && from !== at) || source !== whom() || data?.message_id !== message.message_id) return;
      if (data.subject !== `${subject}.response`) return;
      if (data.error) end(reject, new Error(data.error.code));
      else end(resolve, data);
    };
    const send = () => signal.aborted || whom()?.postMessage(message, at);
    window.addEventListener("message", hear, { signal });
    setTimeout(() => end(reject, new Error("silence")), patience);
    send();
    setTimeout(send, ASK_AGAIN);
  });
}

async function write(name, value, patience) {
  return (await ask("lti.put_data", { key: name, value }, patience)).value;
}

async function read(name, patience) {
  return (await ask("lti.get_data", { key: name }, patience)).value ?? "";
}

// The platform's page may be at another origin than its sign-in (Canvas), so anybody may be asked and believed: the
// answer names a frame, and what is said to that frame still reaches the sign-in's origin alone.
async function findFrame() {
  const asked = ask("lti.capabilities", {}, PATIENCE, { whom: () => platform, at: "*" });
  const heard = asked.then(({ supported_messages: all }) => {
    const named = all?.find?.((each) => each?.subject === "lti.put_data")?.frame;
    if (typeof named === "string" && named) frame = named;
  });
  const silence = new Promise((resolve) => setTimeout(resolve, FIRST));
  await Promise.race([heard.catch(() => {}), silence]);
}

// A platform counts a key that is written twice twice, so the index is deleted before it is written.
async function tidy(change) {
  const before = (await read(INDEX, GOODBYE)).split(" ").filter(Boolean);
  const after = change(before);
  const gone = before.filter((each) => !after.includes(each));
  const old = before.length ? [...gone, INDEX] : gone;
  await Promise.all(old.map((name) => write(name, null, GOODBYE)));
  if (after.length) await write(INDEX, after.join(" "), GOODBYE);
}

async function put() {
  const waiting = document.querySelector("[data-waiting]");
  const show = (isWaiting) => {
    waiting.hidden = !isWaiting;
    place.hidden = isWaiting;
  };
  show(true);
  try {
    await findFrame();
    const kept = await write(key, place.dataset.value, patience());
    if (kept !== place.dataset.value) throw new Error("another value");
    await tidy((keys) => [...keys, key].slice(-MOST)).catch(() => {});
    location.replace(place.dataset.goOn);
  } catch {
    show(false);
  }
}

// Without the proof the launch is posted as well: the server refuses it and says what to do.
async function get() {
  try {
    await findFrame();
    place.elements.namedItem("proof").value = await read(key, patience());
    await write(key, null, GOODBYE);
    await tidy((keys) => keys.filter((each) => each !== key));
  } catch {
    // Silence: see above. A deletion that nobody confirms was asked for all the same.
  }
  place.submit();
}

const began = performance.now();
const patience = () => PATIENCE - (performance.now() - began);
if (place.dataset.storage === "put") put();
else get();
