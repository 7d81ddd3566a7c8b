// A tap, a click or Enter on a figure shows it as large as it was drawn; the same again, or Escape,
// closes it.
const dialog = document.createElement("dialog");
dialog.className = "enlarged";
dialog.setAttribute("aria-label", "Enlarged figure");
document.body.append(dialog);
dialog.addEventListener("click", () => dialog.close());

function enlarge(image) {
  const large = new Image();
  large.src = image.currentSrc;
  large.alt = image.alt;
  large.width = 1.5 * image.getAttribute("width");
  const close = document.createElement("button");
  close.textContent = "Close";
  dialog.replaceChildren(close, large);
  dialog.showModal();
}

for (const image of document.querySelectorAll("article figure img[width]")) {
  image.tabIndex = 0;
  image.setAttribute("role", "button");
  image.setAttribute("aria-haspopup", "dialog");
  image.addEventListener("click", () => enlarge(image));
  image.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    enlarge(image);
  });
}
