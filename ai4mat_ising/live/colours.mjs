// The colours of the book: phases, temperatures, numbers with a sign, and heights of a map. `plotting.py`
// has the same, a test says.

export const PHASES = { disordered: "#0072B2", ordered: "#D55E00" };

// Of lines that stand for sizes.
export const LINES = ["#0072B2", "#D55E00", "#660066", "#669999"];

// Evenly spaced on the scale of temperatures, from cold to hot.
export const SCALE = ["#0d0887", "#3a049a", "#5b01a5", "#7b02a8", "#99159f", "#b42e8d", "#c9447a", "#db5c68", "#eb7556", "#f79143", "#fdae32"];

// The same from -1 to 1, and from low to high on a map.
export const SIGNED = ["#3b4cc0", "#5a78e4", "#7b9ff9", "#9ebeff", "#c0d4f5", "#dddcdc", "#f2cbb7", "#f7ad90", "#ee8468", "#d65244", "#b40426"];
export const HEIGHTS = ["#440154", "#482576", "#414487", "#355f8d", "#2a788e", "#21918c", "#22a884", "#42be71", "#7ad151", "#bddf26", "#fde725"];

// The colour of a number between 0, the first of a scale, and 1, the last.
export function colourOf(share, scale = SCALE) {
  const at = Math.min(Math.max(share, 0), 1) * (scale.length - 1);
  const low = Math.min(Math.floor(at), scale.length - 2);
  const part = (colour, k) => parseInt(colour.slice(2 * k + 1, 2 * k + 3), 16);
  const mixed = [0, 1, 2].map((k) => {
    const [a, b] = [part(scale[low], k), part(scale[low + 1], k)];
    return Math.round(a + (at - low) * (b - a));
  });
  return `rgb(${mixed.join(" ")})`;
}
