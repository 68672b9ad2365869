// Sends the form that goes to the platform, once. Without a script, or where a browser holds it back, its button does.

function send() {
  const form = document.querySelector("form[data-send]");
  if (!form) return;
  form.removeAttribute("data-send");
  form.submit();
}

document.addEventListener("htmx:after:swap", send);
send();
