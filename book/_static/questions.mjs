// Questions answer at once: what is right or wrong about a choice stands below it. The folded
// answer, which works without this script, goes.
const MINUS = /[−–]/g;

function tell(form, number, right) {
  const verdict = form.querySelector(".verdict");
  const reason = form.querySelector(`.reason[data-number="${number}"]`);
  verdict.replaceChildren(...[...reason.cloneNode(true).childNodes]);
  form.classList.toggle("is-right", right);
  form.classList.toggle("is-wrong", !right);
}

function chosen(form, input) {
  tell(form, input.value, input.value === form.dataset.right);
}

function typed(form, input) {
  const number = Number(input.value.replace(MINUS, "-").replace(",", ".").trim());
  if (!input.value.trim()) return;
  const verdict = form.querySelector(".verdict");
  const right = Math.abs(number - form.dataset.right) <= form.dataset.tolerance;
  if (right) tell(form, 0, true);
  else verdict.textContent = Number.isNaN(number) ? "Please type a number." : "No, try again.";
  form.classList.toggle("is-right", right);
  form.classList.toggle("is-wrong", !right);
}

for (const form of document.querySelectorAll("form.question")) {
  const verdict = document.createElement("div"); // reasons are paragraphs
  verdict.className = "verdict";
  verdict.setAttribute("role", "status");
  form.querySelector(".verdict").replaceWith(verdict);
  form.addEventListener("submit", (event) => event.preventDefault());
  const number = form.querySelector("input[type=text]");
  if (!number) form.querySelector("details").classList.add("told");
  form.addEventListener("change", (event) =>
    event.target === number ? typed(form, number) : chosen(form, event.target),
  );
}
