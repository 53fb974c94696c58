/**
 * Serves the built site as CloudFront does (deep links, strict CSP) beside a small API that behaves as
 * told. For tests and for looking at states that are hard to bring about with the real one.
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const DIST = new URL("../../dist/", import.meta.url).pathname;

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

export type Answer = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

export type Routes = Record<string, Answer>;

export interface Site {
  origin: string;
  /** What the API does from now on with a route: "GET /orders/:id". What is not told is 404. */
  on: (route: string, answer: Answer) => void;
  onStocks: (answer: Answer) => void;
  /** Forgets what was told, and knows only these. */
  reset: (routes?: Routes) => void;
  close: () => Promise<void>;
}

export function strictCsp(connect: string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    `connect-src 'self' ${connect.join(" ")}`.trim(),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

export function json(status: number, body: unknown): Answer {
  return (response) => {
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  };
}

/** What the prices function writes into the site's bucket. */
const BOARD_FILE = "/data/board.json";
const NOT_FOUND = json(404, { code: "not_found", message: "", request_id: "r" });
const ALIVE: Routes = {
  "GET /heartbeat": json(200, {
    alive: true,
    stage: "local",
    exchange: { link_alive: true },
    jobs: { alive: true, last_finished_at: null, last_failed_at: null },
    newest_price_at: null,
    newest_price_age_s: null,
  }),
  // Here is no live connection: its ticket never comes, and the site asks at intervals.
  "POST /live/tickets": () => {},
};

function answerOf(routes: Routes, method: string, path: string): Answer {
  const asked = `${method} ${path}`.split("/");
  for (const [route, answer] of Object.entries(routes)) {
    const parts = route.split("/");
    const isIt =
      parts.length === asked.length &&
      parts.every((part, index) => part.startsWith(":") || part === asked[index]);
    if (isIt) return answer;
  }
  return NOT_FOUND;
}

interface Options {
  /** 0: any that is free. */
  port?: number;
  /** What the page may call beside its own origin. */
  connect?: string[];
}

export async function startSite(
  config: Record<string, string>,
  { port = 0, connect = [] }: Options = {},
): Promise<Site> {
  let routes: Routes = { ...ALIVE };
  const csp = strictCsp(connect);
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path === "/config.json") return json(200, config)(response, request);
    if (path === BOARD_FILE) return answerOf(routes, "GET", path)(response, request);
    if (!path.startsWith("/api/")) return void sendFile(path, response, csp);
    if (isAllowing(request, response)) return;
    answerOf(routes, request.method ?? "GET", path.slice("/api".length))(response, request);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const { port: taken } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${taken}`,
    on: (route, answer) => {
      routes[route] = answer;
    },
    onStocks: (answer) => {
      routes["GET /stocks"] = answer;
    },
    reset: (known = {}) => {
      routes = { ...ALIVE, ...known };
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** As the gateway does for the site, where that has another origin; true where this was all that was asked. */
function isAllowing(request: IncomingMessage, response: ServerResponse): boolean {
  response.setHeader("Access-Control-Allow-Origin", request.headers.origin ?? "*");
  if (request.method !== "OPTIONS") return false;
  response
    .writeHead(204, {
      "Access-Control-Allow-Headers": "accept, authorization, content-type, idempotency-key",
      "Access-Control-Allow-Methods": "GET, POST, PATCH",
    })
    .end();
  return true;
}

// About what a distribution makes of a file when it is first asked for.
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
const compressed = new Map<string, Buffer>();

async function sendFile(path: string, response: ServerResponse, csp: string): Promise<void> {
  const file = extname(path) ? path : "/index.html";
  try {
    const body =
      compressed.get(file) ?? brotliCompressSync(await readFile(join(DIST, file)), BROTLI);
    compressed.set(file, body);
    response
      .writeHead(200, {
        "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
        "Content-Encoding": "br",
        "Content-Security-Policy": csp,
      })
      .end(body);
  } catch {
    response.writeHead(404).end();
  }
}
