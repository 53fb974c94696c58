/** A time as an age that grows while one looks, with the exact moment behind it. */
import { useLanguage } from "../context";
import { age, ageInSeconds, moment, STALE_AFTER_S } from "../format/ages";

export function When({ at, nowMs }: { at: string; nowMs: number }) {
  const { locale } = useLanguage();
  return (
    <time dateTime={at} title={moment(at, locale)} class="whitespace-nowrap">
      {age(at, nowMs, locale)}
    </time>
  );
}

/** The age of a price; one too old to trade on is told apart. */
export function PriceAge({ at, nowMs }: { at: string; nowMs: number }) {
  const { t, locale } = useLanguage();
  const isStale = ageInSeconds(at, nowMs) > STALE_AFTER_S;
  const words = age(at, nowMs, locale);
  return (
    <time
      key={words}
      dateTime={at}
      title={`${isStale ? `${t("market.stale")} · ` : ""}${moment(at, locale)}`}
      class={isStale ? "text-warn" : "text-muted"}
    >
      {isStale && <span class="sr-only">{t("market.stale")}, </span>}
      {words}
    </time>
  );
}
