/** A local cloud of the tests' own: its Cognito is the real counterpart of signing up and in. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const BIN = new URL("../../../.venv-cloud/bin/", import.meta.url).pathname;
const OPERATOR = new URL("./user_pool.py", import.meta.url).pathname;
const REGION = "us-east-1";
const START_MS = 30_000;

const run = promisify(execFile);

export interface Pool {
  user_pool_id: string;
  user_pool_client_id: string;
}

export interface Cloud {
  endpoint: string;
  region: string;
  pool: Pool;
  confirm: (email: string) => Promise<void>;
  unverify: (email: string) => Promise<void>;
  stop: () => Promise<void>;
}

export async function startCloud(port: number): Promise<Cloud> {
  const endpoint = `http://localhost:${port}`;
  const home = await mkdtemp(join(tmpdir(), "browser-tests-"));
  const server = spawn(join(BIN, "ministack"), {
    env: {
      PATH: process.env.PATH,
      HOME: home,
      AUTH: "true",
      BIND_HOST: "127.0.0.1",
      GATEWAY_PORT: String(port),
      IOT_MTLS_ENABLED: "0",
      SFTP_ENABLED: "0",
    },
    stdio: "ignore",
  });
  await untilReady(server, endpoint);
  const operate = async (...args: string[]) => {
    const { stdout } = await run(join(BIN, "python"), [OPERATOR, ...args], {
      env: operatorEnv(home, port),
    });
    return JSON.parse(stdout);
  };
  const pool: Pool = await operate("create");
  return {
    endpoint,
    region: REGION,
    pool,
    confirm: (email) => operate("confirm", pool.user_pool_id, email),
    unverify: (email) => operate("unverify", pool.user_pool_id, email),
    stop: async () => {
      await stopped(server);
      await rm(home, { recursive: true, force: true });
    },
  };
}

function operatorEnv(home: string, port: number) {
  return {
    PATH: process.env.PATH,
    HOME: home,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
}

async function untilReady(server: ChildProcess, endpoint: string): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const answer = await fetch(`${endpoint}/_ministack/ready`).catch(() => null);
    if (answer?.ok) return;
    if (server.exitCode !== null || Date.now() > deadline)
      throw new Error("the local cloud did not start");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function stopped(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null) return resolve();
    server.once("exit", () => resolve());
    server.kill("SIGTERM");
  });
}
