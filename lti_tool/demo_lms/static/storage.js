// Keeps values for tools, as Canvas does: parted by the tool's origin, in the browser's storage, within a budget of
// characters and keys that is counted on this page. A key that is written again is counted again.
const { manner, most, keys } = document.body.dataset;
const used = { characters: 0, keys: 0 };
const counted = new Map();

function place(origin, key) {
  return `lti|platform_storage|${origin}|${key}`;
}

function forget(name) {
  localStorage.removeItem(name);
  const count = counted.get(name) ?? { characters: 0, keys: 0 };
  used.characters -= count.characters;
  used.keys -= count.keys;
  counted.delete(name);
}

function put(origin, { key, value }) {
  const name = place(origin, key);
  if (value === null || value === undefined) {
    forget(name);
    return { key, value: null };
  }
  const text = String(value);
  const characters = key.length + text.length;
  if (used.characters + characters > Number(most) || used.keys + 1 > Number(keys)) {
    return { error: { code: "storage_exhaustion", message: "The storage for this tool is full" } };
  }
  used.characters += characters;
  used.keys += 1;
  const before = counted.get(name) ?? { characters: 0, keys: 0 };
  counted.set(name, { characters: before.characters + characters, keys: before.keys + 1 });
  localStorage.setItem(name, text);
  return { key, value: text };
}

const SUBJECTS = {
  "lti.put_data": put,
  "lti.get_data": (origin, { key }) => ({ key, value: localStorage.getItem(place(origin, key)) }),
};

function answer({ data, origin, source }) {
  const subject = data?.subject;
  if (manner === "forgets" && subject === "lti.get_data") return;
  const bad = !data.message_id || typeof data.key !== "string";
  const found = bad
    ? { error: { code: "bad_request", message: "message_id or key is missing" } }
    : SUBJECTS[subject](origin, data);
  const words = {
    subject: `${subject}.response`,
    message_id: manner === "misnumbered" ? crypto.randomUUID() : data.message_id,
    ...found,
  };
  if (manner === "impostor" || manner === "sibling") window.frames[0].postMessage(words, "*");
  else source.postMessage(words, origin);
  document.body.dataset.characters = used.characters;
  document.body.dataset.keysUsed = used.keys;
}

if (manner !== "silent") {
  window.addEventListener("message", (event) => {
    if (Object.hasOwn(SUBJECTS, event.data?.subject)) answer(event);
  });
}
