// Numbers and spins that travel as text: base64 of the bytes that `export.py` wrote.

export function bytesOf(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

// The number that 16 bits stand for (IEEE 754).
function half(bits) {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24);
}

// Numbers of the type "float16", "float32" or "int8", little-endian.
export function numbersOf(text, type = "float16") {
  const bytes = bytesOf(text);
  if (type === "int8") return new Int8Array(bytes.buffer);
  const view = new DataView(bytes.buffer);
  if (type === "float16")
    return Float32Array.from({ length: bytes.length / 2 }, (_, i) => half(view.getUint16(2 * i, true)));
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

// Configurations of 0 and 1 whose bits are packed as in `ai4mat_ising.packing`: an array for each.
export function imagesOf(text, sites) {
  const bytes = bytesOf(text);
  const length = Math.ceil(sites / 8);
  const image = (_, n) =>
    Uint8Array.from({ length: sites }, (_, i) => (bytes[n * length + (i >> 3)] >> (7 - (i & 7))) & 1);
  return Array.from({ length: bytes.length / length }, image);
}

// Numbers from 0 to 1 of which each is a digit of base64.
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export const levelsOf = (text) => Float32Array.from(text, (digit) => DIGITS.indexOf(digit) / (DIGITS.length - 1));
