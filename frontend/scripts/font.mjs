/**
 * Makes `src/fonts/inter.woff2`: Inter's variable font, cut down to the characters of Spanish and English
 * and to the weights that the app uses. Run it again after an update of @fontsource-variable/inter.
 */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import subsetFont from "subset-font";

const PACKAGE = new URL("../node_modules/@fontsource-variable/inter/", import.meta.url);
const FONTS = new URL("../src/fonts/", import.meta.url);
const WEIGHTS = { min: 400, max: 700 };

/** Every character from `first` to `last`. */
function span(first, last) {
  const codes = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return String.fromCodePoint(...codes);
}

const characters = `${span(0x20, 0x7e)}${span(0xa0, 0xff)}–—‘’“”•…−≈≤≥×·`;
const font = readFileSync(new URL("files/inter-latin-wght-normal.woff2", PACKAGE));
const subset = await subsetFont(font, characters, {
  targetFormat: "woff2",
  variationAxes: { wght: WEIGHTS },
});
writeFileSync(new URL("inter.woff2", FONTS), subset);
copyFileSync(new URL("LICENSE", PACKAGE), new URL("LICENSE", FONTS));
console.log(`inter.woff2: ${subset.length} bytes`);
