/** The ticket by itself: where the board's 'buy' leads, and a phone's. */
import { useQuery } from "@tanstack/preact-query";
import { ApiError } from "../api/client";
import { stockQuery } from "../api/stocks";
import { useLanguage, useServices, useTitle } from "../context";
import { companyPath } from "../market/path";
import { Ticket } from "../purchase/ticket";
import { BackLink } from "../ui/controls";
import { Loaded } from "../ui/failure";
import { CARD } from "../ui/panel";
import { ScreenSkeleton } from "../ui/skeletons";
import { UnknownCompany } from "./company";

export default function Buy({ symbol }: { symbol: string }) {
  const { t } = useLanguage();
  const { api } = useServices();
  const stock = useQuery(stockQuery(api, symbol));
  useTitle(t("ticket.title", { symbol }));
  if (stock.error instanceof ApiError && stock.error.status === 404)
    return <UnknownCompany symbol={symbol} />;
  return (
    <div class="mx-auto max-w-md">
      <BackLink href={companyPath(symbol)}>{stock.data?.name ?? symbol}</BackLink>
      <Loaded query={stock} failure={t("company.failed")} skeleton={<ScreenSkeleton />}>
        {(found) => (
          <div class={`${CARD} p-5`}>
            <Ticket stock={found} isWhole />
          </div>
        )}
      </Loaded>
    </div>
  );
}
