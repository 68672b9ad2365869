// Tells the platform that its registration frame may close, at once and again when the button is pressed.
// The message goes to the origin of the platform's description only (LTI Dynamic Registration 1.0, 3.7).
const place = document.querySelector("[data-close]");
const platform = window.opener ?? (window.parent === window ? null : window.parent);

function close() {
  platform.postMessage({ subject: "org.imsglobal.lti.close" }, place.dataset.close);
}

if (platform && place?.dataset.close) {
  const button = place.querySelector("button");
  button.hidden = false;
  button.addEventListener("click", close);
  close();
}
