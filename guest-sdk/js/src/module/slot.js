// Where a quick build puts the author's source: a reserved place in the memory of a module that is built once
// (build/quick.js). It is one long text; the build finds it in the file by how it begins, and writes there.

/** Characters of the place, each a byte in the file. */
export const SIZE = 512 * 1024;

/** What is there before anything is: not zero, because zeros are left out of the file. */
export const FILLER = "~";

/** How the place begins. It is put together here, so that it is not in the text of the module. */
export const MARK = [..."<ecruos s'rohtua eht rof ecalp edisevil>"].reverse().join("");

/** The mark, and the length of what is behind it in so many digits. */
export const HEADER = MARK.length + 8;

/** Makes the place. As one flat text: what is put together with `+` may stay in pieces. */
export function reserve() {
  return MARK.padEnd(SIZE, FILLER);
}

/** What was put there. The bytes are UTF-8, and are characters here. */
export function read(place) {
  const length = Number(place.slice(MARK.length, HEADER));
  const bytes = place.slice(HEADER, HEADER + length);
  return /^[\0-\x7f]*$/.test(bytes) ? bytes : decodeURIComponent(escape(bytes));
}
