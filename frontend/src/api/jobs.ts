/** What is computed for the reader: projections, and what the account was worth day by day. */
import { queryOptions } from "@tanstack/preact-query";
import { type Api, unwrap } from "./client";
import type { components } from "./schema";

export type Job = components["schemas"]["Job"];
export type JobWithResult = components["schemas"]["JobWithResult"];
export type Projection = components["schemas"]["Projection"];
export type PortfolioHistory = components["schemas"]["PortfolioHistory"];
export type NewJob = {
  kind: Job["kind"];
  range?: string;
  days?: string;
  symbol?: string;
  quantity?: string;
};

const POLL_MS = 1_500;
const REFRESH_MS = 30_000;

export const isWorking = (job: Pick<Job, "state">): boolean =>
  job.state === "queued" || job.state === "running";

export function jobsQuery(api: Api) {
  return queryOptions({
    queryKey: ["jobs"],
    queryFn: async ({ signal }) =>
      unwrap(await api.GET("/jobs", { params: { query: { limit: 50 } }, signal })).items,
    refetchInterval: (query) => (query.state.data?.some(isWorking) ? POLL_MS : REFRESH_MS),
  });
}

export function jobQuery(api: Api, jobId: string) {
  return queryOptions({
    queryKey: ["job", jobId],
    queryFn: async ({ signal }) =>
      unwrap(await api.GET("/jobs/{job_id}", { params: { path: { job_id: jobId } }, signal })),
    refetchInterval: (query) => (query.state.data && isWorking(query.state.data) ? POLL_MS : false),
  });
}

/** Under the same key the same job, however often it is asked for. */
export async function askJob(api: Api, body: NewJob, key: string): Promise<Job> {
  const header = { "Idempotency-Key": key };
  return unwrap(await api.POST("/jobs", { params: { header }, body: body as never }));
}
