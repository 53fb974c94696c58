/** The zone whose midnights part the market's days. */
import { useQuery } from "@tanstack/preact-query";
import { meQuery } from "../api/account";
import { DEFAULT_MARKET_ZONE } from "../chart/days";
import { useServices } from "../context";

export function useMarketZone(): string {
  const { api } = useServices();
  return useQuery(meQuery(api)).data?.market_zone ?? DEFAULT_MARKET_ZONE;
}
