// Waits for the tool to say that its registration page may close, as Moodle and Canvas do.
const frame = document.querySelector("iframe[data-done]");

window.addEventListener("message", (event) => {
  if (event.source !== frame.contentWindow || event.origin !== frame.dataset.origin) return;
  if (event.data?.subject === "org.imsglobal.lti.close") window.location.assign(frame.dataset.done);
});
