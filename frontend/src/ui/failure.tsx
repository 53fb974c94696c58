/** What could not be fetched, why, how old what is still shown is, and the way on. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLanguage, useNow } from "../context";
import { age } from "../format/ages";
import { Banner, Button } from "./controls";
import { ClockIcon, OfflineIcon } from "./icons";

const CLOCK_MS = 15_000;
const SLOW_AFTER_MS = 5_000;

/** As much of a query as these need. */
export interface Asked<T> {
  data: T | undefined;
  error: Error | null;
  isPending: boolean;
  isFetching: boolean;
  /** When the data on the screen came; 0 where there is none. */
  dataUpdatedAt: number;
  refetch: () => unknown;
}

export function Failure({ title, query }: { title: string; query: Asked<unknown> }) {
  const { t, locale } = useLanguage();
  const nowMs = useNow(CLOCK_MS);
  const { error, dataUpdatedAt } = query;
  if (!error) return null;
  const isUnreachable = error instanceof TypeError;
  const reason = t(
    !navigator.onLine
      ? "failure.offline"
      : isUnreachable
        ? "failure.unreachable"
        : error.name === "TimeoutError"
          ? "failure.slow"
          : "failure.server",
  );
  const kept = dataUpdatedAt
    ? t("failure.kept", { age: age(new Date(dataUpdatedAt).toISOString(), nowMs, locale) })
    : "";
  return (
    <div class="mb-6 in-data-flush:m-4 sm:in-data-flush:mx-5">
      <Banner
        tone="warn"
        icon={isUnreachable ? <OfflineIcon /> : undefined}
        title={title}
        action={
          <Button quiet onClick={() => void query.refetch()} disabled={query.isFetching}>
            {t("app.retry")}
          </Button>
        }
      >
        {`${reason} ${kept}`}
      </Banner>
    </div>
  );
}

interface LoadedProps<T> {
  query: Asked<T>;
  /** What is missing if it fails: 'No pudimos traer…'. */
  failure: string;
  skeleton: ComponentChildren;
  children: (data: T) => ComponentChildren;
}

/** The data once there is some, beside the news that newer data could not be had. */
export function Loaded<T>({ query, failure, skeleton, children }: LoadedProps<T>) {
  return (
    <>
      <Failure title={failure} query={query} />
      {query.data !== undefined ? (
        children(query.data)
      ) : query.isPending ? (
        <>
          <SlowNote />
          {skeleton}
        </>
      ) : null}
    </>
  );
}

/** Says after a while that it takes long; over the page, so that it moves nothing. */
export function SlowNote() {
  const { t } = useLanguage();
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isSlow) return null;
  return (
    <p
      role="status"
      class="fixed inset-x-4 bottom-20 z-10 mx-auto flex w-fit animate-arrive items-center gap-2 rounded-control bg-ink px-4 py-2.5 text-small text-page md:bottom-6"
    >
      <ClockIcon /> {t("failure.waiting")}
    </p>
  );
}
