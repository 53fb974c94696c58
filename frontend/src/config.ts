/** The stage's settings, fetched at start: one build serves every stage. */

export interface Config {
  /** No trailing slash. */
  api_url: string;
  region: string;
  user_pool_id: string;
  user_pool_client_id: string;
  /** Only where Cognito is not AWS's own: the local cloud. */
  cognito_endpoint?: string;
  stage: string;
}

const REQUIRED = ["api_url", "region", "user_pool_id", "user_pool_client_id", "stage"] as const;

export class BadConfig extends Error {}

export function readConfig(value: unknown): Config {
  if (typeof value !== "object" || value === null) throw new BadConfig("config.json is no object");
  const fields = value as Record<string, unknown>;
  for (const name of REQUIRED) {
    if (typeof fields[name] !== "string" || fields[name] === "") {
      throw new BadConfig(`config.json lacks ${name}`);
    }
  }
  const config = { ...fields } as unknown as Config;
  if (!config.cognito_endpoint) delete config.cognito_endpoint;
  return { ...config, api_url: config.api_url.replace(/\/+$/, "") };
}

export async function fetchConfig(): Promise<Config> {
  // As index.html preloads it; the server says that it is not to be cached.
  const response = await fetch("/config.json");
  if (!response.ok) throw new BadConfig(`config.json answered ${response.status}`);
  return readConfig(await response.json());
}
