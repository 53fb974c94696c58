/** How the app is built, and what stands in for CloudFront while it is being written (`npm run dev`). */
import { readFileSync } from "node:fs";
import tailwindcss from "@tailwindcss/vite";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Of a ready `make up`; OUTPUTS names another run's. */
const OUTPUTS = process.env.OUTPUTS ?? new URL("../.local/outputs.json", import.meta.url);

/** Serves config.json of the running local cloud and passes /api on, so that the API sees one origin. */
function localCloud(): Plugin {
  return {
    name: "local-cloud",
    apply: "serve",
    config: (_config, { isPreview }) => {
      if (isPreview || process.env.VITEST) return {};
      const target = new URL(readOutputs().api_url);
      const rewrite = (path: string) => path.replace(/^\/api/, target.pathname);
      return {
        server: { proxy: { "/api": { target: target.origin, changeOrigin: true, rewrite } } },
      };
    },
    configureServer(server) {
      if (process.env.VITEST) return;
      server.middlewares.use("/config.json", (_request, response) => {
        const outputs = readOutputs();
        response.setHeader("Content-Type", "application/json");
        response.end(
          JSON.stringify({
            api_url: "/api",
            region: outputs.region,
            user_pool_id: outputs.user_pool_id,
            user_pool_client_id: outputs.user_pool_client_id,
            cognito_endpoint: outputs.aws_endpoint_url,
            stage: "local",
          }),
        );
      });
    },
  };
}

/** Has the browser fetch the app itself beside `start.ts`, which asks for it only when it runs. */
function preloadApp(): Plugin {
  return {
    name: "preload-app",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (html, { bundle = {} }) => {
        const files = Object.values(bundle);
        const app = files.find(
          (file) =>
            file.type === "chunk" && file.moduleIds.some((id) => id.endsWith("/src/main.tsx")),
        );
        if (app?.type !== "chunk") throw new Error("the build has no chunk of src/main.tsx");
        return [app.fileName, ...app.imports]
          .filter((name) => !html.includes(name))
          .map((name) => ({
            tag: "link",
            attrs: { rel: "modulepreload", crossorigin: true, href: `/${name}` },
            injectTo: "head" as const,
          }));
      },
    },
  };
}

function readOutputs() {
  try {
    return JSON.parse(readFileSync(OUTPUTS, "utf8"));
  } catch {
    throw new Error(
      "There is no .local/outputs.json: start the local cloud first, with `make up`.",
    );
  }
}

export default defineConfig({
  plugins: [tailwindcss(), localCloud(), preloadApp()],
  build: {
    target: ["chrome123", "firefox120", "safari17.5"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "start", test: /\/src\/start\.ts$/, priority: 2 },
            { name: "main", test: /\/src\/main\.tsx$/, priority: 1 },
          ],
        },
      },
    },
  },
  server: { host: "127.0.0.1" },
  test: { include: ["tests/*.test.ts"] },
});
