/** Public page: whether a receipt is genuine, for whoever holds it. It shows its total and nothing else. */
import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { useLanguage, useServices } from "../context";
import { money } from "../format/numbers";
import { Banner, Button } from "../ui/controls";
import { AlertIcon, ShieldIcon } from "../ui/icons";
import { Heading, Welcome } from "../ui/welcome";
import { confirmed } from "./receipt";

const INPUT =
  "block min-h-12 w-full rounded-control border border-edge bg-surface px-3 uppercase tabular-nums";

/** The code comes in the fragment of the address, which no server's log sees. */
export default function GenuinePage({ number = "" }: { number?: string | undefined }) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const asked = { number, code: decodeURIComponent(location.hash.slice(1)) };
  const [typed, setTyped] = useState(asked);
  return (
    <Welcome title={t("genuine.title")}>
      <Heading title={t("genuine.title")} lead={t("genuine.lead")} />
      {asked.number && asked.code && <Outcome key={asked.number + asked.code} {...asked} />}
      <form
        class="mt-6 flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          go(`/receipts/${encodeURIComponent(typed.number.trim())}#${typed.code.trim()}`);
        }}
      >
        {(["number", "code"] as const).map((name) => (
          <label key={name} class="font-medium">
            <span class="mb-1.5 block">{t(`genuine.${name}`)}</span>
            <input
              name={name}
              required
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              class={INPUT}
              value={typed[name]}
              onInput={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })}
            />
          </label>
        ))}
        <Button type="submit" class="min-h-12">
          {t("genuine.check")}
        </Button>
      </form>
    </Welcome>
  );
}

function Outcome({ number, code }: { number: string; code: string }) {
  const { t, numbers } = useLanguage();
  const { config } = useServices();
  const found = useQuery({
    queryKey: ["genuine", number, code],
    queryFn: () => confirmed(config.api_url, number, code),
    retry: 1,
  });
  return (
    <div role="status">
      {found.isLoading && <p class="text-muted">{t("genuine.checking")}</p>}
      {found.isError && (
        <Banner tone="warn" icon={<AlertIcon />} title={t("genuine.failed")}>
          {t("genuine.failed.text")}
        </Banner>
      )}
      {found.data === null && (
        <Banner tone="bad" icon={<AlertIcon />} title={t("genuine.no")}>
          {t("genuine.no.text")}
        </Banner>
      )}
      {found.data && (
        <Banner tone="calm" icon={<ShieldIcon />} title={t("genuine.yes")}>
          {t("genuine.yes.text", {
            number: found.data.number,
            total: money(found.data.total, found.data.currency, numbers),
          })}
        </Banner>
      )}
    </div>
  );
}
