/* Questions: a choice of answers, told at once whether it is right. Nothing is stored or sent. */
(() => {
  "use strict";

  // The choices of one question, each with the note that it earns.
  function choices(box, type) {
    const notes = box.querySelectorAll(".em-feedback");
    return [...box.querySelectorAll(".em-answers > li")].map((item, index) => {
      const label = document.createElement("label");
      const input = document.createElement("input");
      const sign = document.createElement("span");
      label.className = "em-answer";
      label.append(...item.firstElementChild.childNodes);
      input.type = type;
      input.name = box.id;
      input.autocomplete = "off"; // a page that is loaded again starts anew
      sign.className = "em-answer-sign";
      sign.setAttribute("aria-hidden", "true");
      label.prepend(input);
      label.append(sign);
      item.setAttribute("role", "none");
      item.replaceChildren(label);
      const note = notes[index];
      return { input, item, note, sign, right: note.dataset.right === "true" };
    });
  }

  function mark(choice, shown) {
    if (!shown) {
      delete choice.item.dataset.right;
      choice.sign.textContent = "";
      return;
    }
    choice.item.dataset.right = choice.right;
    choice.sign.textContent = choice.note.querySelector(".em-sign").textContent;
  }

  // Say what the choices earned; `told`, a sentence about all of them, comes first.
  function say(status, all, chosen, told) {
    const summary = document.createElement("p");
    summary.className = "em-summary";
    summary.textContent = told;
    for (const choice of all) mark(choice, chosen.includes(choice));
    status.replaceChildren(...(told ? [summary] : []), ...chosen.map((choice) => choice.note));
  }

  function one(box, status) {
    const all = choices(box, "radio");
    box.setAttribute("role", "radiogroup");
    for (const choice of all) {
      choice.input.addEventListener("change", () => say(status, all, [choice], ""));
    }
  }

  function several(box, status) {
    const all = choices(box, "checkbox");
    const check = document.createElement("button");
    check.type = "button";
    check.className = "em-check";
    check.textContent = box.dataset.check;
    status.before(check);
    for (const { input } of all) {
      input.addEventListener("change", () => say(status, all, [], ""));
    }
    check.addEventListener("click", () => {
      const chosen = all.filter(({ input }) => input.checked);
      const complete = all.every(({ input, right }) => input.checked === right);
      const state = complete
        ? "all"
        : !chosen.length
          ? "none"
          : chosen.every(({ right }) => right)
            ? "missing"
            : "wrong";
      say(status, all, chosen, box.dataset[state]);
    });
  }

  for (const box of document.querySelectorAll("fieldset.em-question")) {
    const key = box.querySelector(".em-answer-key");
    const status = document.createElement("div");
    status.className = "em-status";
    status.setAttribute("role", "status");
    key.before(status);
    box.querySelector(".em-answers").setAttribute("role", "none");
    (box.dataset.kind === "one" ? one : several)(box, status);
    key.remove();
  }
})();
