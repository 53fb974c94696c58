/** Screens that are downloaded when they are first asked for, and what stands there meanwhile. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLanguage } from "../context";
import { Blank, Button } from "./controls";
import { AlertIcon } from "./icons";
import { ScreenSkeleton } from "./skeletons";

type Module<P> = { default: ComponentType<P> };

/** A component that is loaded on its first use, or earlier with `preload`. */
export function lazy<P extends object>(
  load: () => Promise<Module<P>>,
  Skeleton: ComponentType = ScreenSkeleton,
) {
  let loaded: ComponentType<P> | null = null;
  const preload = async () => {
    loaded ??= (await load()).default;
  };

  function Lazy(props: P) {
    const [attempt, setAttempt] = useState(0);
    const [state, setState] = useState<"loading" | "loaded" | "failed">(
      loaded ? "loaded" : "loading",
    );
    useEffect(() => {
      if (loaded) return;
      let isCurrent = true;
      preload().then(
        () => isCurrent && setState("loaded"),
        () => isCurrent && setState("failed"),
      );
      return () => {
        isCurrent = false;
      };
    }, [attempt]);
    if (state === "failed") {
      const retry = () => {
        setState("loading");
        setAttempt(attempt + 1);
      };
      return <NotLoaded retry={retry} />;
    }
    const Screen = loaded;
    return Screen ? <Screen {...props} /> : <Skeleton />;
  }
  return Object.assign(Lazy, { preload });
}

/** No network, or a new version was published and the old files are gone: a reload serves both. */
function NotLoaded({ retry }: { retry: () => void }) {
  const { t } = useLanguage();
  return (
    <Blank
      icon={<AlertIcon class="size-7" />}
      title={t("app.notLoaded.title")}
      text={t("app.notLoaded.text")}
      action={
        <span class="flex flex-wrap justify-center gap-3">
          <Button onClick={retry}>{t("app.retry")}</Button>
          <Button quiet onClick={() => location.reload()}>
            {t("app.reload")}
          </Button>
        </span>
      }
    />
  );
}
