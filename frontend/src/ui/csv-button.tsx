/** Saves a list as CSV. */
import { useState } from "preact/hooks";
import { csvOf, type Listed, save } from "../api/spreadsheet";
import { useLanguage, useServices } from "../context";
import { Button } from "./controls";
import { DownloadIcon } from "./icons";

export function CsvButton({ path, name }: { path: Listed; name: string }) {
  const { t } = useLanguage();
  const { api } = useServices();
  const [state, setState] = useState<"ready" | "saving" | "failed">("ready");
  const download = async () => {
    setState("saving");
    try {
      const day = new Date().toISOString().slice(0, 10);
      save(await csvOf(api, path), `vela-${name}-${day}.csv`);
      setState("ready");
    } catch {
      setState("failed");
    }
  };
  return (
    <span class="flex flex-wrap items-center justify-end gap-x-3">
      {state === "failed" && (
        <span role="alert" class="text-small text-bad">
          {t("csv.failed")}
        </span>
      )}
      <Button quiet onClick={download} disabled={state === "saving"}>
        <DownloadIcon class="size-4" />
        {t(state === "saving" ? "csv.saving" : "csv.save")}
      </Button>
    </span>
  );
}
