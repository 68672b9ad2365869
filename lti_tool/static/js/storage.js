// Binds a browser that keeps no cookies: the platform stores a proof for us, and gives it back with the launch.
// Both ways the message goes to the origin of the platform's sign-in only, and only its own answer to this very
// message counts. Whoever else speaks, or nobody: after two seconds the page goes on without (1EdTech LTI postMessage
// Storage 0.1; Canvas's mobile apps never answer).

const PATIENCE = 2000;
const ASK_AGAIN = 800; // the platform's frame may still have been loading
const GOODBYE = 300; // how long a deletion may take: the proof is of no use to anybody any more

const place = document.querySelector("[data-storage]");
const { origin, key } = place.dataset;

function keeper() {
  const platform = window.parent === window ? window.opener : window.parent;
  if (!platform || place.dataset.frame === "_parent") return platform;
  try {
    return platform.frames[place.dataset.frame] ?? null;
  } catch {
    return null; // no such frame, in a browser that refuses to say so
  }
}

function ask(subject, fields, patience) {
  const platform = keeper();
  const message = { subject, message_id: crypto.randomUUID(), key, ...fields };
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const { signal } = over;
    const end = (settle, value) => {
      over.abort();
      settle(value);
    };
    const hear = ({ data, origin: from, source }) => {
      if (from !== origin || source !== keeper() || data?.message_id !== message.message_id) return;
      if (data.subject !== `${subject}.response`) return;
      if (data.error) end(reject, new Error(data.error.code));
      else end(resolve, data.value);
    };
    const send = () => signal.aborted || keeper()?.postMessage(message, origin);
    window.addEventListener("message", hear, { signal });
    setTimeout(() => end(reject, new Error("silence")), patience);
    if (platform) send();
    setTimeout(send, ASK_AGAIN);
  });
}

async function put() {
  const waiting = document.querySelector("[data-waiting]");
  const show = (isWaiting) => {
    waiting.hidden = !isWaiting;
    place.hidden = isWaiting;
  };
  show(true);
  try {
    const kept = await ask("lti.put_data", { value: place.dataset.value }, PATIENCE);
    if (kept !== place.dataset.value) throw new Error("another value");
    location.replace(place.dataset.goOn);
  } catch {
    show(false);
  }
}

// Without the proof the launch is posted as well: the server refuses it and says what to do.
async function get() {
  try {
    place.elements.namedItem("proof").value = (await ask("lti.get_data", {}, PATIENCE)) ?? "";
    await ask("lti.put_data", { value: null }, GOODBYE);
  } catch {
    // Silence: see above. A deletion that nobody confirms was asked for all the same.
  }
  place.submit();
}

if (place.dataset.storage === "put") put();
else get();
