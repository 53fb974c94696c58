/** Goes on in a list that comes in pages. */
import { useLanguage } from "../context";
import { Button } from "./controls";

interface Paged {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

export function MoreButton({ list }: { list: Paged }) {
  const { t } = useLanguage();
  if (!list.hasNextPage) return null;
  return (
    <div class="flex justify-center border-t border-line p-3">
      <Button quiet onClick={() => void list.fetchNextPage()} disabled={list.isFetchingNextPage}>
        {t(list.isFetchingNextPage ? "list.loadingMore" : "list.more")}
      </Button>
    </div>
  );
}
