/** The app itself, once its settings and words have come: session and client, then the screen. */
import { QueryClient, QueryClientProvider } from "@tanstack/preact-query";
import { render } from "preact";
import { createApi, isPassing } from "./api/client";
import { stocksQuery } from "./api/stocks";
import { App, Broken } from "./app";
import { Session } from "./auth/session";
import { LanguageProvider, type Services, ServicesProvider } from "./context";
import { keepLive } from "./live/live";
import type { HeadStart } from "./start";

const RETRIES = 2;
// Prices that are about to come are worth this wait: the skeleton would only be drawn to be replaced.
const SOON_MS = 100;

export async function start(head: HeadStart): Promise<void> {
  const root = document.getElementById("app");
  if (!root) throw new Error("index.html has no place for the app");
  await head.words;
  let services: Services;
  let queries: QueryClient;
  try {
    const config = await head.config;
    const session = new Session(config);
    services = { config, session, api: createApi(config.api_url, session, head.answers) };
    queries = createQueries(session);
  } catch (error) {
    console.error(error);
    render(
      <LanguageProvider>
        <Broken kind="broken" />
      </LanguageProvider>,
      root,
    );
    return;
  }
  keepLive(services.api, services.session, queries);
  if (head.answers.size > 0) {
    const prices = queries.prefetchQuery(stocksQuery(services.api));
    await Promise.race([prices, new Promise((resolve) => setTimeout(resolve, SOON_MS))]);
  }
  render(
    <LanguageProvider>
      <ServicesProvider services={services}>
        <QueryClientProvider client={queries}>
          <App />
        </QueryClientProvider>
      </ServicesProvider>
    </LanguageProvider>,
    root,
  );
}

function createQueries(session: Session): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        retry: (count, error) => count < RETRIES && isPassing(error),
        networkMode: "always",
      },
    },
  });
  // What one reader saw is not for the next.
  session.subscribe(() => {
    if (!session.state.signedIn) queries.clear();
  });
  return queries;
}
