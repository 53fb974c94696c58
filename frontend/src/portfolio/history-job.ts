/** The job that computes the account's history: it runs by itself when the screen opens. */
import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useEffect, useRef, useState } from "preact/hooks";
import {
  askJob,
  isWorking,
  type Job,
  type JobWithResult,
  jobQuery,
  jobsQuery,
  type NewJob,
  type PortfolioHistory,
} from "../api/jobs";
import { useServices } from "../context";

/** Not asked again while one is as young as this: coming back to the screen shows the same. */
const FRESH_MS = 60_000;

export interface HistoryJob {
  /** The latest one that was finished, with its age; at once, while a newer one is computed. */
  shown: JobWithResult | undefined;
  history: PortfolioHistory | null;
  isRunning: boolean;
  hasFailed: boolean;
  ask: () => Promise<void>;
}

/** The newest job of the question, and the newest one with a result. */
export function newestOf(jobs: readonly Job[], isAsked: (job: Job) => boolean) {
  const own = jobs
    .filter((job) => job.kind === "portfolio_history" && isAsked(job))
    .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
  return { newest: own[0], finished: own.find((job) => job.state === "finished") };
}

export function useHistoryJob(body: NewJob, isAsked: (job: Job) => boolean): HistoryJob {
  const { api } = useServices();
  const queries = useQueryClient();
  const jobs = useQuery(jobsQuery(api));
  const { newest, finished } = newestOf(jobs.data ?? [], isAsked);
  const shown = useQuery({
    ...jobQuery(api, finished?.job_id ?? ""),
    enabled: finished !== undefined,
  }).data;
  const asked = useRef("");
  const [state, setState] = useState<"idle" | "asking" | "failed">("idle");
  const ask = async () => {
    setState("asking");
    try {
      await askJob(api, body, crypto.randomUUID());
      await queries.invalidateQueries({ queryKey: ["jobs"] });
      setState("idle");
    } catch {
      setState("failed");
    }
  };
  const question = JSON.stringify(body);
  const isFresh =
    newest !== undefined &&
    newest.state !== "failed" &&
    Date.now() - Date.parse(newest.created_at) < FRESH_MS;
  // Once for each visit: a service that fails is not asked again and again.
  useEffect(() => {
    if (!jobs.data || isFresh || asked.current === question) return;
    asked.current = question;
    void ask();
  }, [jobs.data, isFresh, question]);
  const result = shown?.result;
  const isRunning = state === "asking" || (newest !== undefined && isWorking(newest));
  return {
    shown,
    history: result?.kind === "portfolio_history" ? result : null,
    isRunning,
    hasFailed: !isRunning && (state === "failed" || newest?.state === "failed" || jobs.isError),
    ask,
  };
}
