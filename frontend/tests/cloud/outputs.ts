/** Where a ready `make up` is, and what an operator does there. OUTPUTS names another run's file. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const FILE =
  process.env.OUTPUTS ?? fileURLToPath(new URL("../../../.local/outputs.json", import.meta.url));
const PYTHON = fileURLToPath(new URL("../../../.venv/bin/python", import.meta.url));
const OPERATOR = fileURLToPath(new URL("../browser/user_pool.py", import.meta.url));

export interface Outputs {
  site_url: string;
  api_url: string;
  aws_endpoint_url: string;
  region: string;
  user_pool_id: string;
}

export function readOutputs(): Outputs {
  return JSON.parse(readFileSync(FILE, "utf8"));
}

/** Users → the user → Actions → Confirm account. */
export async function confirm(outputs: Outputs, email: string): Promise<void> {
  const env = {
    PATH: process.env.PATH,
    AWS_ENDPOINT_URL: outputs.aws_endpoint_url,
    AWS_DEFAULT_REGION: outputs.region,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
  await promisify(execFile)(PYTHON, [OPERATOR, "confirm", outputs.user_pool_id, email], { env });
}
