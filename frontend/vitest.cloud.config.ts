/** The deployed site in a real browser: needs Chromium and a ready `make up`. `npm run test:cloud`. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/cloud/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
