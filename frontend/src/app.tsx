/** Which screen an address leads to, and who may see it. */
import type { ComponentChildren } from "preact";
import { useErrorBoundary } from "preact/hooks";
import { Redirect, Route, Switch } from "wouter-preact";
import { useLanguage, useSession } from "./context";
import { Market } from "./screens/market";
import { NotFound } from "./screens/not-found";
import { SignIn } from "./screens/sign-in";
import { SignUp } from "./screens/sign-up";
import { UnderReview } from "./screens/under-review";
import { Blank, Button } from "./ui/controls";
import { AlertIcon } from "./ui/icons";
import { Shell } from "./ui/shell";

export function App() {
  return <CrashGuard>{useSession().signedIn ? <Inside /> : <Outside />}</CrashGuard>;
}

function Inside() {
  return (
    <Switch>
      <Route path="/sign-in">
        <Redirect to="/" replace />
      </Route>
      <Route path="/sign-up">
        <Redirect to="/" replace />
      </Route>
      <Route path="/review">
        <Redirect to="/" replace />
      </Route>
      <Route>
        <Shell>
          <Switch>
            <Route path="/">
              <Market />
            </Route>
            <Route>
              <NotFound />
            </Route>
          </Switch>
        </Shell>
      </Route>
    </Switch>
  );
}

function Outside() {
  return (
    <Switch>
      <Route path="/sign-up">
        <SignUp />
      </Route>
      <Route path="/review">
        <UnderReview />
      </Route>
      <Route>
        <SignIn />
      </Route>
    </Switch>
  );
}

/** A bug in one screen must not leave a blank page, nor a wrong number: it says so. */
function CrashGuard({ children }: { children: ComponentChildren }) {
  const [error] = useErrorBoundary((thrown: unknown) => console.error(thrown));
  return error ? <Broken kind="crashed" /> : children;
}

export function Broken({ kind }: { kind: "broken" | "crashed" }) {
  const { t } = useLanguage();
  return (
    <main class="grid min-h-dvh place-items-center">
      <Blank
        isWhole
        icon={<AlertIcon class="size-7" />}
        title={t(`app.${kind}.title`)}
        text={t(`app.${kind}.text`)}
        action={<Button onClick={() => location.reload()}>{t("app.reload")}</Button>}
      />
    </main>
  );
}
