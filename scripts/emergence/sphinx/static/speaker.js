/* What the teacher sees, in a window of its own: this slide, the next one, notes, and the time. */
(() => {
  "use strict";

  const { mode, send, heard } = window.emergenceDeck;
  if (mode !== "speaker") return;

  const words = JSON.parse(document.body.dataset.words);
  const slides = [...document.querySelectorAll(".em-slide")];
  const lang = document.documentElement.lang;
  const base = location.href.replace(/[?#].*/, "");
  let at = 0;
  let start = Date.now();
  let connected = false;

  function element(tag, className, text = "") {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function button(text, act) {
    const made = element("button", "", text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  function view(className, title) {
    const box = element("figure", className);
    const screen = element("div", "em-screen");
    const frame = document.createElement("iframe");
    frame.title = title;
    frame.tabIndex = -1;
    screen.inert = true;
    screen.append(frame);
    const end = element("p", "em-end", words.end);
    box.append(element("figcaption", "", title), screen, end);
    return { box, screen, frame, end };
  }

  function point(part, index) {
    const beyond = index >= slides.length;
    part.end.hidden = !beyond;
    part.screen.hidden = beyond;
    if (!beyond) part.frame.src = `${base}?frame#/${index + 1}`;
  }

  const now = view("em-now", words.now);
  const next = view("em-following", words.next);
  const place = element("p", "em-at");
  const time = element("p", "em-time");
  const elapsed = element("p", "em-elapsed");
  const alone = element("p", "em-alone");
  const notes = element("section", "em-notes");
  alone.setAttribute("role", "status");
  notes.setAttribute("aria-label", words.notes);
  notes.tabIndex = 0;

  function tell() {
    place.textContent = `${at + 1} / ${slides.length}`;
    point(now, at);
    point(next, at + 1);
    const found = slides[at].querySelector("aside.notes");
    notes.replaceChildren(
      element("h1", "", slides[at].querySelector("h1, h2").textContent),
      ...(found ? [...found.cloneNode(true).childNodes] : [element("p", "em-none", words.none)]),
    );
    notes.scrollTop = 0;
  }

  function go(index) {
    const to = Math.min(Math.max(index, 0), slides.length - 1);
    send(window.opener, { go: to });
  }

  function tick() {
    const clock = { hour: "2-digit", minute: "2-digit" };
    const seconds = Math.floor((Date.now() - start) / 1000);
    const two = (value) => String(value).padStart(2, "0");
    const past = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    time.textContent = `${words.time}: ${new Date().toLocaleTimeString(lang, clock)}`;
    elapsed.textContent = `${words.elapsed}: ${past.map(two).join(":")}`;
    send(window.opener, { hello: true }); // again and again, since the slides may be loaded anew
  }

  const KEYS = {
    ArrowRight: () => go(at + 1),
    ArrowLeft: () => go(at - 1),
    PageDown: () => go(at + 1),
    PageUp: () => go(at - 1),
    " ": () => go(at + 1),
    Home: () => go(0),
    End: () => go(slides.length - 1),
  };
  addEventListener("keydown", (event) => {
    const plain = !(event.altKey || event.ctrlKey || event.metaKey || event.shiftKey);
    if (!plain || !KEYS[event.key] || event.target.closest("button")) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  heard((message, source) => {
    if (source !== window.opener || message.at === undefined) return;
    const moved = at !== message.at;
    connected = true;
    alone.textContent = "";
    at = message.at;
    if (moved) tell();
  });

  const head = element("header", "em-head");
  const turn = element("div", "em-turn");
  turn.append(
    button(`← ${words.previous}`, () => go(at - 1)),
    button(`${words.next} →`, () => go(at + 1)),
  );
  const begin = button(words.restart, () => {
    start = Date.now();
    tick();
  });
  head.append(place, turn, time, elapsed, begin);
  const main = element("main", "em-desk");
  main.append(head, alone, now.box, next.box, notes);
  document.querySelector(".em-deck").replaceWith(main);
  document.querySelector(".em-bar").remove();
  document.title = `${words.speaker}: ${document.title}`;

  // A screen of 1280 x 720 px, made small.
  const small = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      target.style.setProperty("--em-small", contentRect.width / 1280);
    }
  });
  small.observe(now.screen);
  small.observe(next.screen);

  tell();
  tick();
  setInterval(tick, 1000);
  setTimeout(() => {
    if (!connected) alone.textContent = words.alone;
  }, 1500);
  document.documentElement.dataset.ready = "";
})();
