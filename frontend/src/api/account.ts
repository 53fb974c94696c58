/** What I own, and who I am with which limits. */
import { queryOptions } from "@tanstack/preact-query";
import { type Api, unwrap } from "./client";
import type { components } from "./schema";

export type Portfolio = components["schemas"]["Portfolio"];
export type Holding = components["schemas"]["Holding"];
export type Me = components["schemas"]["Me"];

const REFRESH_MS = 30_000;

export function portfolioQuery(api: Api) {
  return queryOptions({
    queryKey: ["portfolio"],
    queryFn: async ({ signal }) => unwrap(await api.GET("/portfolio", { signal })),
    refetchInterval: REFRESH_MS,
  });
}

export function meQuery(api: Api) {
  return queryOptions({
    queryKey: ["me"],
    queryFn: async ({ signal }) => unwrap(await api.GET("/me", { signal })),
    // Another device may have changed a setting.
    staleTime: 60_000,
  });
}
