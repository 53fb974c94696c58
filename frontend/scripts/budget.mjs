/**
 * Measures what a first visit downloads, as CloudFront would send it (brotli), against the budget.
 * Counts what index.html names: its scripts with everything they import at once, the words of the
 * larger language, its style sheets and its font; and what the chart adds when it is first shown.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const DIST = join(dirname(fileURLToPath(import.meta.url)), "..", "dist");
const LIMITS_BYTES = {
  "initial JavaScript": 60_000,
  CSS: 12_000,
  "index.html": 1_000,
  "chart chunk": 60_000,
  font: 45_000,
};

const brotliBytes = (path) => brotliCompressSync(readFileSync(join(DIST, path))).length;

/** A script and every script it imports statically, each once. */
function withImports(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  const code = readFileSync(join(DIST, path), "utf8");
  for (const [, target] of code.matchAll(/\b(?:from|import)\s*"(\.[^"]+\.js)"/g)) {
    withImports(normalize(join(dirname(path), target)), found);
  }
  return found;
}

function namedIn(html, pattern) {
  return [...html.matchAll(pattern)].map(([, path]) => path.replace(/^\//, ""));
}

const html = readFileSync(join(DIST, "index.html"), "utf8");
const scripts = new Set();
for (const path of namedIn(html, /(?:src|href)="([^"]+\.js)"/g)) withImports(path, scripts);
const styles = namedIn(html, /href="([^"]+\.css)"/g);
if (scripts.size === 0 || styles.length === 0)
  throw new Error("index.html names no script or style sheet");

const sum = (paths) => [...paths].reduce((total, path) => total + brotliBytes(path), 0);
const named = (pattern) => readdirSync(join(DIST, "assets")).filter((name) => pattern.test(name));
const words = named(/^(es|en)-[\w-]+\.js$/);
const charts = named(/^price-chart-[\w-]+\.js$/);
const fonts = named(/^inter-[\w-]+\.woff2$/);
if (words.length !== 2 || charts.length !== 1 || fonts.length !== 1)
  throw new Error("Not two languages, one chart and one font: has the build changed its names?");

const measured = {
  "initial JavaScript":
    sum(scripts) + Math.max(...words.map((name) => brotliBytes(`assets/${name}`))),
  CSS: sum(styles),
  "index.html": brotliBytes("index.html"),
  "chart chunk": brotliBytes(`assets/${charts[0]}`),
  // Compressed by its format already.
  font: statSync(join(DIST, "assets", fonts[0])).size,
};

for (const [what, limit] of Object.entries(LIMITS_BYTES)) {
  const bytes = measured[what];
  console.log(`${bytes > limit ? "OVER" : "ok  "} ${what}: ${bytes} of ${limit} bytes (brotli)`);
  if (bytes > limit) process.exitCode = 1;
}
