/** The tests in a real browser: they need Chromium, .venv-cloud and a built site. `npm run test:browser`. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/browser/**/*.browser.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Each file has a browser of its own, which is busy by itself.
    maxWorkers: 2,
    maxConcurrency: 3,
  },
});
