/** Grey shapes where content will be: as tall as it, so that nothing moves when it comes. */
import { useLanguage } from "../context";

export function Bar({ class: size = "h-4 w-full" }: { class?: string }) {
  return <span class={`block animate-pulse rounded-small bg-raised ${size}`} />;
}

/** Before it is known which shape the screen has. */
export function ScreenSkeleton() {
  const { t } = useLanguage();
  return (
    <div role="status">
      <span class="sr-only">{t("app.loading")}</span>
      <div aria-hidden="true" class="flex flex-col gap-6">
        <Bar class="h-8 w-48" />
        <Bar class="h-40 w-full" />
        <Bar class="h-64 w-full" />
      </div>
    </div>
  );
}

/** Of a list or table within a card. */
export function RowsSkeleton({ rows = 5 }: { rows?: number }) {
  const { t } = useLanguage();
  return (
    <div role="status">
      <span class="sr-only">{t("app.loading")}</span>
      <div aria-hidden="true">
        {Array.from({ length: rows }, (_, index) => (
          <div
            key={index}
            class="flex h-16 items-center justify-between gap-6 border-t border-line px-4 first:border-t-0 sm:px-5"
          >
            <Bar class={`h-4 ${index % 2 ? "w-28" : "w-40"}`} />
            <Bar class="h-4 w-20" />
          </div>
        ))}
      </div>
    </div>
  );
}
