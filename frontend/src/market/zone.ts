/** The zone whose midnights part the market's days. */
import { useQuery } from "@tanstack/preact-query";
import { type Me, meQuery } from "../api/account";
import { DEFAULT_MARKET_ZONE } from "../chart/days";
import { useServices } from "../context";

type Zoned = Me & { market_zone?: string };

export function useMarketZone(): string {
  const { api } = useServices();
  const me: Zoned | undefined = useQuery(meQuery(api)).data;
  return me?.market_zone ?? DEFAULT_MARKET_ZONE;
}
