/** Start: settings, then session and client, then the screen. */
import { QueryClient, QueryClientProvider } from "@tanstack/preact-query";
import { render } from "preact";
import { createApi, isPassing } from "./api/client";
import { stocksQuery } from "./api/stocks";
import { App, Broken } from "./app";
import { Session } from "./auth/session";
import { fetchConfig } from "./config";
import { LanguageProvider, type Services, ServicesProvider } from "./context";
import { loadWords } from "./i18n/translate";
import { applyTheme, initialLocale, initialTheme } from "./preferences";
import "./styles.css";

const RETRIES = 2;

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

async function start(root: HTMLElement): Promise<void> {
  applyTheme(initialTheme());
  let services: Services;
  let queries: QueryClient;
  const words = loadWords(initialLocale());
  try {
    const config = await fetchConfig();
    const session = new Session(config);
    services = { config, session, api: createApi(config.api_url, session) };
    queries = createQueries(session);
    // Asked for before the screen that shows it is drawn: on a slow phone, drawing takes its time.
    if (session.state.signedIn) void queries.prefetchQuery(stocksQuery(services.api));
    await words;
  } catch (error) {
    console.error(error);
    const isSpeechless = await words.then(
      () => false,
      () => true,
    );
    if (isSpeechless) {
      root.textContent =
        "Vela no pudo abrir. Recarga la página. · Vela could not open. Reload the page.";
      return;
    }
    render(
      <LanguageProvider>
        <Broken kind="broken" />
      </LanguageProvider>,
      root,
    );
    return;
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

const root = document.getElementById("app");
if (root) void start(root);
