/** Every price that was published, newest first. */
import { useInfiniteQuery } from "@tanstack/preact-query";
import { pricesQuery, type Stock } from "../api/stocks";
import { useLanguage, useServices } from "../context";
import { moment } from "../format/ages";
import { money } from "../format/numbers";
import { Loaded } from "../ui/failure";
import { MoreButton } from "../ui/more-button";
import { Panel } from "../ui/panel";
import { RowsSkeleton } from "../ui/skeletons";
import { Cell, Name, Table } from "../ui/table";

export function HistoryPanel({ stock }: { stock: Stock }) {
  const { t, locale, numbers } = useLanguage();
  const { api } = useServices();
  const history = useInfiniteQuery(pricesQuery(api, stock.symbol));
  const columns = [
    { name: t("company.history.time") },
    { name: t("company.history.source"), isWide: true },
    { name: t("company.history.price"), isNumber: true },
  ];
  return (
    <Panel title={t("company.history")} isFlush>
      <Loaded
        query={history}
        failure={t("company.history.failed")}
        skeleton={<RowsSkeleton rows={8} />}
      >
        {({ pages }) => (
          <>
            <Table columns={columns} isDense>
              {pages
                .flatMap((page) => page.items)
                .map((price) => (
                  <tr key={price.observed_at}>
                    <Name>{moment(price.observed_at, locale)}</Name>
                    <Cell isWide class="text-muted">
                      {price.source ?? "—"}
                    </Cell>
                    <Cell isNumber class="font-medium">
                      {money(price.price, price.currency, numbers)}
                    </Cell>
                  </tr>
                ))}
            </Table>
            <MoreButton list={history} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}
