// A notebook names the address of the site in its first cell. The build may not know it, and the
// same site may stand at several; the address of this page is right.
const usual = "http://localhost:8000/";

async function download(event) {
  event.preventDefault();
  const link = event.currentTarget;
  const text = await (await fetch(link.href)).text();
  const site = new URL("..", link.href).href;
  const file = new Blob([text.replaceAll(usual, site)], { type: "application/x-ipynb+json" });
  const offer = document.createElement("a");
  offer.href = URL.createObjectURL(file);
  offer.download = link.href.split("/").pop();
  offer.click();
  URL.revokeObjectURL(offer.href);
}

for (const link of document.querySelectorAll("a[href^='notebooks/']"))
  link.addEventListener("click", download);
