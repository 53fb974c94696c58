/** What the groups on the exchange buy of a company. */
import { useQuery } from "@tanstack/preact-query";
import { type Stock, tradesQuery } from "../api/stocks";
import { useLanguage, useNow, useServices } from "../context";
import { shares } from "../format/numbers";
import { Loaded } from "../ui/failure";
import { CheckIcon, CrossIcon } from "../ui/icons";
import { Panel } from "../ui/panel";
import { RowsSkeleton } from "../ui/skeletons";
import { When } from "../ui/when";

const CLOCK_MS = 15_000;

export function ActivityPanel({ stock }: { stock: Stock }) {
  const { t, numbers } = useLanguage();
  const { api } = useServices();
  const nowMs = useNow(CLOCK_MS);
  const trades = useQuery(tradesQuery(api, stock.symbol));
  return (
    <Panel title={t("activity.title")}>
      <Loaded query={trades} failure={t("activity.failed")} skeleton={<RowsSkeleton rows={3} />}>
        {(found) =>
          found.length === 0 ? (
            <p class="text-muted">{t("activity.none", { symbol: stock.symbol })}</p>
          ) : (
            <ul>
              {found.map((trade) => (
                <li
                  key={`${trade.group_id}${trade.validated_at}${trade.quantity}`}
                  class="flex min-h-11 items-center gap-3 border-t border-line first:border-t-0"
                >
                  <span class={trade.valid ? "text-up" : "text-muted"}>
                    {trade.valid ? <CheckIcon class="size-4" /> : <CrossIcon class="size-4" />}
                  </span>
                  <span>
                    {t(trade.own ? "activity.own" : "activity.group", { group: trade.group_id })}
                    <span class="sr-only">
                      , {t(trade.valid ? "activity.valid" : "activity.invalid")}
                    </span>
                  </span>
                  <span class="ml-auto tabular-nums">{shares(trade.quantity, numbers)}</span>
                  <span class="w-24 text-right text-small text-muted">
                    <When at={trade.validated_at} nowMs={nowMs} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
