// The height of the activity's frame: asked for by the tool (Canvas-like), or up to the window's edge (Moodle-like).
const frame = document.querySelector("iframe[data-fit]");

function fitWindow() {
  const top = frame.getBoundingClientRect().top + window.scrollY;
  frame.style.height = `${Math.max(window.innerHeight - top - 15, 300)}px`;
}

function speak(words) {
  document.querySelector("[data-spoken]").textContent = words;
}

// What Canvas's page answers to; it names the frame that keeps values for tools.
function capabilities() {
  const kept = ["lti.put_data", "lti.get_data"].map((subject) => ({ subject, frame: frame.dataset.keeper }));
  const heard = ["lti.capabilities", "lti.frameResize", "lti.scrollToTop", "lti.screenReaderAlert"];
  return [...heard.map((subject) => ({ subject })), ...kept];
}

function read(data) {
  if (typeof data !== "string") return data;
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

if (frame?.dataset.fit === "window") {
  fitWindow();
  window.addEventListener("resize", fitWindow);
}

if (frame?.dataset.fit === "message") {
  window.addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== frame.dataset.origin) return;
    const message = read(event.data);
    if (message?.subject === "lti.frameResize" && Number(message.height) > 0) {
      const border = frame.offsetHeight - frame.clientHeight;
      frame.style.height = `${Math.ceil(Number(message.height)) + border}px`;
    }
    if (message?.subject === "lti.scrollToTop") frame.scrollIntoView();
    if (message?.subject === "lti.getPageSettings" && frame.dataset.settings) {
      const { message_id } = message;
      const pageSettings = JSON.parse(frame.dataset.settings);
      event.source.postMessage({ subject: `${message.subject}.response`, message_id, pageSettings }, event.origin);
    }
    if (message?.subject === "lti.capabilities" && frame.dataset.settings) {
      const { subject, message_id } = message;
      const words = { subject: `${subject}.response`, message_id, supported_messages: capabilities() };
      event.source.postMessage(words, event.origin);
    }
    if (message?.subject === "lti.screenReaderAlert") speak(String(message.body));
  });
}
