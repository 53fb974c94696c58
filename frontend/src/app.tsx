/** Which screen an address leads to, and who may see it. */
import type { ComponentChildren } from "preact";
import { useEffect, useErrorBoundary, useRef } from "preact/hooks";
import { Redirect, Route, Switch, useLocation } from "wouter-preact";
import { useLanguage, useSession } from "./context";
import { Front } from "./screens/front";
import { Home } from "./screens/home";
import { Market } from "./screens/market";
import { NotFound } from "./screens/not-found";
import { SignIn } from "./screens/sign-in";
import { Blank, Button } from "./ui/controls";
import { AlertIcon } from "./ui/icons";
import { lazy } from "./ui/lazy";
import { Shell } from "./ui/shell";

const SignUp = lazy(() => import("./screens/sign-up"));
const Forgot = lazy(() => import("./screens/forgot"));
const UnderReview = lazy(() => import("./screens/under-review"));
const Company = lazy(() => import("./screens/company"));
const Buy = lazy(() => import("./screens/buy"));
const Orders = lazy(() => import("./screens/orders"));
const OrderPage = lazy(() => import("./screens/order"));
const Wallet = lazy(() => import("./screens/wallet"));
const Portfolio = lazy(() => import("./screens/portfolio"));
const Projections = lazy(() => import("./screens/projections"));
const ProjectionPage = lazy(() => import("./screens/projection"));
const Genuine = lazy(() => import("./receipt/genuine"));
const Settings = lazy(() => import("./screens/settings"));

export function App() {
  const { signedIn } = useSession();
  return (
    <CrashGuard>
      <Switch>
        <Route path="/receipts/:number?">{({ number }) => <Genuine number={number} />}</Route>
        <Route>{signedIn ? <Inside /> : <Outside />}</Route>
      </Switch>
    </CrashGuard>
  );
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
      <Route path="/forgot">
        <Redirect to="/" replace />
      </Route>
      <Route>
        <Shell>
          <Screens />
        </Shell>
      </Route>
    </Switch>
  );
}

function Screens() {
  const [path] = useLocation();
  const isFirst = useRef(true);
  // A new screen is read from its top, by eye and by screen reader.
  useEffect(() => {
    if (!isFirst.current) {
      scrollTo(0, 0);
      document.getElementById("content")?.focus({ preventScroll: true });
    }
    isFirst.current = false;
  }, [path]);
  return (
    <Switch>
      <Route path="/">
        <Home />
      </Route>
      <Route path="/market">
        <Market />
      </Route>
      <Route path="/stocks/:symbol">
        {({ symbol }) => <Company key={symbol} symbol={symbol} />}
      </Route>
      <Route path="/stocks/:symbol/buy">
        {({ symbol }) => <Buy key={symbol} symbol={symbol} />}
      </Route>
      <Route path="/orders">
        <Orders filter="all" />
      </Route>
      <Route path="/orders/open">
        <Orders filter="open" />
      </Route>
      <Route path="/orders/done">
        <Orders filter="done" />
      </Route>
      <Route path="/orders/:id">{({ id }) => <OrderPage key={id} orderId={id} />}</Route>
      <Route path="/wallet">
        <Wallet />
      </Route>
      <Route path="/portfolio">
        <Portfolio />
      </Route>
      <Route path="/projections">
        <Projections />
      </Route>
      <Route path="/projections/:id">{({ id }) => <ProjectionPage key={id} jobId={id} />}</Route>
      <Route path="/settings">
        <Settings />
      </Route>
      <Route>
        <NotFound />
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
      <Route path="/forgot">
        <Forgot />
      </Route>
      <Route path="/">
        <Front />
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
