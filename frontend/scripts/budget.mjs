/**
 * Measures what a first visit downloads, as CloudFront would send it (brotli), against the budget.
 * Counts what index.html names: its scripts with everything they import at once, the words of the
 * larger language, and its style sheets; and what the chart adds when it is first shown.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const DIST = join(dirname(fileURLToPath(import.meta.url)), "..", "dist");
const LIMITS_BYTES = {
  "initial JavaScript": 35_000,
  CSS: 8_000,
  "index.html": 1_000,
  "chart chunk": 50_000,
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
const words = named(/^(es|en)-[\w-]+\.js$/).filter((name) => !name.includes("inside"));
const charts = named(/^price-chart-[\w-]+\.js$/);
if (words.length !== 2 || charts.length !== 1)
  throw new Error("Neither two languages nor one chart: has the build changed its names?");

const measured = {
  "initial JavaScript":
    sum(scripts) + Math.max(...words.map((name) => brotliBytes(`assets/${name}`))),
  CSS: sum(styles),
  "index.html": brotliBytes("index.html"),
  "chart chunk": brotliBytes(`assets/${charts[0]}`),
};

for (const [what, limit] of Object.entries(LIMITS_BYTES)) {
  const bytes = measured[what];
  console.log(`${bytes > limit ? "OVER" : "ok  "} ${what}: ${bytes} of ${limit} bytes (brotli)`);
  if (bytes > limit) process.exitCode = 1;
}
