/* A deck as a show: reveal.js without its scaling, so that pointers meet living charts where they
   are seen. `?print-pdf` leaves the slides one below the other, `?frame` is a speaker's small copy,
   `?speaker` the view of speaker.js. */
(() => {
  "use strict";

  const root = document.documentElement;
  const asked = new URLSearchParams(location.search);
  const { charts } = document.currentScript.dataset;
  const chartsAt = new URL(charts, document.baseURI).href;
  const mode = ["speaker", "frame", "print-pdf"].find((name) => asked.has(name)) ?? "show";
  const system = matchMedia("(prefers-color-scheme: dark)");

  root.dataset.deck = mode;
  if (asked.get("showNotes") === "true") root.dataset.notes = "";

  // Light or dark as on the pages, whose theme keeps the choice under this name.
  function settle() {
    let chosen;
    try {
      chosen = localStorage.getItem("mode");
    } catch {
      // A browser that keeps nothing follows the system.
    }
    const known = chosen === "light" || chosen === "dark";
    const theme = known ? chosen : system.matches ? "dark" : "light";
    if (mode !== "print-pdf") root.dataset.theme = theme;
  }
  settle();
  system.addEventListener("change", settle);
  addEventListener("storage", settle);

  // Windows of a folder opened by double click have no origin to compare.
  const local = location.protocol === "file:";
  const link = {
    mode,
    send: (target, message) =>
      target?.postMessage({ em: "deck", ...message }, local ? "*" : location.origin),
    heard: (take) =>
      addEventListener("message", (event) => {
        const ours = local || event.origin === location.origin;
        if (ours && event.data?.em === "deck") take(event.data, event.source);
      }),
  };
  window.emergenceDeck = link;

  function fit() {
    const slide = Reveal.getCurrentSlide();
    if (!slide || Reveal.isOverview()) return;
    const over = () =>
      slide.scrollHeight > slide.clientHeight + 1 || slide.scrollWidth > slide.clientWidth + 1;
    slide.style.removeProperty("--em-fit");
    for (let share = 0.95; share > 0.7 && over(); share -= 0.05) {
      slide.style.setProperty("--em-fit", share.toFixed(2));
    }
  }

  function translate(words) {
    const name = (selector, label) => {
      for (const element of document.querySelectorAll(selector)) element.ariaLabel = label;
    };
    name(".reveal .navigate-left", words.previous);
    name(".reveal .navigate-right", words.next);
    const resume = document.querySelector(".resume-button");
    if (resume) resume.textContent = words.resume;
  }

  function tools(words, bar) {
    const speaker = document.createElement("a");
    speaker.href = "?speaker";
    speaker.className = "em-speaker";
    speaker.textContent = words.speaker;
    speaker.addEventListener("click", (event) => {
      event.preventDefault();
      openSpeaker();
    });
    const print = document.createElement("a");
    print.href = "?print-pdf";
    print.className = "em-print";
    print.textContent = words.print;
    bar.append(speaker, print);
  }

  let speaker;

  function openSpeaker() {
    const address = new URL("?speaker", location.href).href;
    speaker = window.open(address, "em-speaker", "popup,width=1240,height=780");
  }

  function tell(target = speaker) {
    const { h } = Reveal.getIndices();
    link.send(target, { at: h, of: Reveal.getTotalSlides() });
  }

  function listen() {
    link.heard((message, source) => {
      if (message.hello) {
        speaker = source;
        tell();
      } else if (message.go !== undefined && source === speaker) {
        Reveal.slide(message.go);
      }
    });
  }

  function follow(bar) {
    for (const other of bar.querySelectorAll("a[data-lang]")) {
      for (const event of ["click", "auxclick", "contextmenu"]) {
        other.addEventListener(event, () => {
          other.hash = `/${Reveal.getIndices().h + 1}`; // the address follows a second later
          try {
            if (event !== "contextmenu") localStorage.setItem("em-lang", other.dataset.lang);
          } catch {
            // A browser that keeps nothing still switches.
          }
        });
      }
    }
  }

  // A living chart's slider and menu keep their keys; a link keeps Enter.
  function mayTurn(event) {
    const { target, key } = event;
    if (target.closest("input, select, textarea")) return false;
    return !((key === "Enter" || key === " ") && target.closest("a, button"));
  }

  async function show() {
    const words = JSON.parse(document.body.dataset.words);
    const deck = document.querySelector(".em-deck");
    const bar = document.querySelector(".em-bar");
    const framed = mode === "frame";
    deck.classList.add("reveal");
    await Reveal.initialize({
      width: "100%",
      height: "100%",
      margin: 0,
      minScale: 1,
      maxScale: 1,
      center: false,
      display: "grid",
      hash: true,
      hashOneBasedIndex: true,
      respondToHashChanges: true,
      controls: !framed,
      controlsTutorial: false,
      progress: !framed,
      slideNumber: framed ? false : "c/t",
      keyboard: framed ? false : { 83: openSpeaker },
      keyboardCondition: mayTurn,
      touch: !framed,
      help: false,
      jumpToSlide: false,
      postMessage: false,
      postMessageEvents: false,
      showNotes: false,
      scrollActivationWidth: null,
      transition: "none",
      backgroundTransition: "none",
      viewDistance: 2,
      mobileViewDistance: 2,
    });
    // The slides are read as a document, not worked as a program.
    deck.removeAttribute("role");
    translate(words);
    fit();
    Reveal.on("slidechanged", fit);
    Reveal.on("overviewhidden", fit);
    addEventListener("resize", fit);
    root.dataset.ready = "";
    if (framed) return;
    tools(words, bar);
    follow(bar);
    listen();
    Reveal.on("slidechanged", () => tell());
    // A chart that comes alive may bring controls with it.
    const grown = new MutationObserver(fit);
    for (const figure of document.querySelectorAll("figure.em-chart")) {
      grown.observe(figure, { attributeFilter: ["data-state"] });
    }
    if (document.querySelector(".em-chart:not([data-live=never])")) {
      const script = document.createElement("script");
      script.src = chartsAt;
      document.head.append(script);
    }
  }

  // Paper shows all slides, those too that have not been near yet.
  function ready() {
    for (const picture of document.querySelectorAll(".em-light img")) picture.loading = "eager";
  }

  addEventListener("beforeprint", () => {
    root.dataset.printing = root.dataset.theme ?? "light";
    root.dataset.theme = "light";
  });
  addEventListener("afterprint", () => {
    root.dataset.theme = root.dataset.printing;
    delete root.dataset.printing;
  });

  if (mode === "print-pdf") addEventListener("DOMContentLoaded", ready);
  if (mode === "show") addEventListener("load", ready);
  if (mode === "show" || mode === "frame") addEventListener("DOMContentLoaded", show);
})();
