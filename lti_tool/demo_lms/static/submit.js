// Sends the only form of the page on its own; without JavaScript its button does.
document.forms[0].submit();
