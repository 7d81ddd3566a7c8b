// The colours of the book for phases and temperatures; `plotting.py` has the same, a test says.

export const PHASES = { disordered: "#0072B2", ordered: "#D55E00" };

// Of lines that stand for sizes.
export const LINES = ["#0072B2", "#D55E00", "#660066", "#669999"];

// Evenly spaced on the scale of temperatures, from cold to hot.
export const SCALE = ["#0d0887", "#3a049a", "#5b01a5", "#7b02a8", "#99159f", "#b42e8d", "#c9447a", "#db5c68", "#eb7556", "#f79143", "#fdae32"];

// The colour of a number between 0, cold, and 1, hot.
export function colourOf(share) {
  const at = Math.min(Math.max(share, 0), 1) * (SCALE.length - 1);
  const low = Math.min(Math.floor(at), SCALE.length - 2);
  const part = (colour, k) => parseInt(colour.slice(2 * k + 1, 2 * k + 3), 16);
  const mixed = [0, 1, 2].map((k) => {
    const [a, b] = [part(SCALE[low], k), part(SCALE[low + 1], k)];
    return Math.round(a + (at - low) * (b - a));
  });
  return `rgb(${mixed.join(" ")})`;
}
