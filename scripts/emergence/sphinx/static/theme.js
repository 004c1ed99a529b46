/* Settled before anything is painted: light or dark, for which the theme's own script comes late,
   and the faces of the text, which would come late, too, and move it. */
(() => {
  "use strict";
  const root = document.documentElement;
  let mode = root.dataset.mode;
  try {
    mode = localStorage.getItem("mode");
  } catch {
    // A browser that keeps nothing follows the system.
  }
  const chosen = mode === "light" || mode === "dark";
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.mode = chosen ? mode : "auto";
  root.dataset.theme = chosen ? mode : system;

  const ranges = { latin: "U+0-b1, U+b4-b8, U+ba-3ff, U+2000-206f, U+20ac, U+2122, U+2212" };
  if (/^(?:be|bg|kk|mk|ru|sr|uk)\b/.test(root.lang)) ranges.cyrillic = "U+301, U+400-4ff, U+2116";
  const folder = `${root.dataset.content_root ?? ""}_static/vendor/fonts`;
  for (const [script, unicodeRange] of Object.entries(ranges)) {
    const url = `url("${folder}/literata-${script}-400-normal-subset.woff2")`;
    new FontFace("Literata", url, { unicodeRange }).load().then(
      (face) => {
        if (!performance.getEntriesByType("paint").length) document.fonts.add(face);
      },
      () => {}, // the next best face is as wide
    );
  }
})();
