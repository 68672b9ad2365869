// The piles follow the menus, and a mouse or finger may drag a card by its grip. The menus stay the real control:
// a drop only sets one and says so, and everything else (autosave, the post) hears it from there.

const START_AFTER = 5; // px; less is a click
const EDGE = 48; // px from the window's edge, where it scrolls along

class Sort {
  constructor(root) {
    this.root = root;
    this.status = root.querySelector("[data-sort-status]");
    this.counts = JSON.parse(root.dataset.counts); // in words: a language may have many plurals
    this.cards = [...root.querySelectorAll("[data-card]")];
    this.piles = [...root.querySelectorAll("[data-pile]")];
    this.lain = new Map(this.cards.map((card) => [card, this.choice(card).value])); // where each card lay before
    root.addEventListener("change", (event) => this.moved(event.target.closest("[data-card]")));
    const grip = document.querySelector("[data-grip]").content.firstElementChild;
    for (const card of this.cards) {
      const handle = grip.cloneNode(true);
      card.prepend(handle);
      handle.addEventListener("pointerdown", (event) => this.drag(card, handle, event));
    }
    this.show();
  }

  choice(card) {
    return card.querySelector("select");
  }

  show() {
    for (const pile of this.piles) {
      const inside = this.cards.filter((card) => this.choice(card).value === pile.dataset.pile);
      const list = pile.querySelector("[data-pile-cards]");
      list.replaceChildren(
        ...inside.map((card) => {
          const item = document.createElement("li");
          item.textContent = card.querySelector(".card-text").textContent;
          return item;
        }),
      );
      pile.querySelector("[data-pile-count]").textContent = this.counts[inside.length];
    }
  }

  moved(card) {
    if (!card) return;
    const choice = this.choice(card);
    const pile = this.piles.find((each) => each.dataset.pile === choice.value);
    const count = this.cards.filter((each) => this.choice(each).value === choice.value).length;
    card.querySelector("[data-full-note]")?.remove();
    if (pile?.dataset.max && count > Number(pile.dataset.max)) return this.refuse(card, choice, pile);
    this.lain.set(card, choice.value);
    card.querySelector(".verdict")?.remove(); // it judged the pile of before
    this.show();
    if (pile) this.status.textContent = this.said(card, pile, count);
  }

  said(card, pile, count) {
    const { counted, moved } = this.root.dataset;
    return (pile.dataset.max ? counted : moved)
      .replace("{card}", card.querySelector(".card-text").textContent)
      .replace("{pile}", this.choice(card).selectedOptions[0].text)
      .replace("{count}", count)
      .replace("{max}", pile.dataset.max)
      .replace("{placed}", this.cards.filter((each) => this.choice(each).value).length)
      .replace("{total}", this.cards.length);
  }

  // A full pile takes no more: the card stays where it lay, and the page says why.
  refuse(card, choice, pile) {
    choice.value = this.lain.get(card);
    const words = document.createElement("p");
    words.className = "error";
    words.dataset.fullNote = "";
    words.textContent = pile.dataset.full;
    card.append(words);
    this.status.textContent = pile.dataset.full;
  }

  drop(card, pile) {
    const choice = this.choice(card);
    if (!pile || choice.value === pile.dataset.pile) return;
    choice.value = pile.dataset.pile;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
  }

  pileAt(x, y) {
    return document.elementsFromPoint(x, y).map((element) => element.closest("[data-pile]")).find(Boolean) ?? null;
  }

  drag(card, handle, down) {
    if (down.button !== 0) return;
    down.preventDefault();
    handle.setPointerCapture(down.pointerId);
    const from = { x: down.pageX, y: down.pageY };
    let over = null;

    const move = (event) => {
      const [x, y] = [event.pageX - from.x, event.pageY - from.y];
      if (!card.classList.contains("is-dragged") && Math.hypot(x, y) < START_AFTER) return;
      card.classList.add("is-dragged");
      card.style.translate = `${x}px ${y}px`;
      const pile = this.pileAt(event.clientX, event.clientY);
      if (pile !== over) {
        over?.classList.remove("is-over");
        pile?.classList.add("is-over");
        over = pile;
      }
      if (event.clientY < EDGE) window.scrollBy(0, -EDGE / 4);
      if (event.clientY > window.innerHeight - EDGE) window.scrollBy(0, EDGE / 4);
    };

    const stop = new AbortController();
    const end = (event) => {
      stop.abort();
      card.classList.remove("is-dragged");
      card.style.removeProperty("translate");
      over?.classList.remove("is-over");
      if (event.type === "pointerup") this.drop(card, over);
    };

    const { signal } = stop;
    handle.addEventListener("pointermove", move, { signal });
    handle.addEventListener("pointerup", end, { signal });
    handle.addEventListener("pointercancel", end, { signal });
    document.addEventListener("keydown", (event) => event.key === "Escape" && end(event), { signal });
  }
}

// A page may arrive by htmx, in a document where this script runs already.
const started = new WeakSet();

function start() {
  for (const root of document.querySelectorAll("[data-sort]")) {
    if (started.has(root)) continue;
    started.add(root);
    new Sort(root);
  }
}

start();
document.addEventListener("htmx:after:swap", start);
