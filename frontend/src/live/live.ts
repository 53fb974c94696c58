/** The live connection of this tab: while somebody is signed in. */
import type { QueryClient } from "@tanstack/preact-query";
import { type Api, unwrap } from "../api/client";
import type { components } from "../api/schema";
import type { Session } from "../auth/session";
import { LiveConnection } from "./connection";
import { LiveCache, type LiveMessage, readMessage } from "./messages";

type Listener = (message: LiveMessage) => void;

let isOpen = false;
const listeners = new Set<Listener>();
const watchers = new Set<() => void>();

/** Whether changes come by themselves: then nothing needs to be asked for at intervals. */
export function isLive(): boolean {
  return isOpen;
}

/** Calls back after every change of `isLive`; the result ends it. */
export function watchLive(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Calls back with every message, after the cache has it; the result ends it. */
export function onLiveMessage(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A `refetchInterval`: this many milliseconds, but never while the connection is open. */
export function unlessLive(intervalMs: number): () => number | false {
  return () => (isOpen ? false : intervalMs);
}

export function keepLive(api: Api, session: Session, queries: QueryClient): void {
  const cache = new LiveCache(queries);
  const connection = new LiveConnection({
    ticket: async (): Promise<components["schemas"]["LiveTicket"]> =>
      unwrap(await api.POST("/live/tickets")),
    open: (address) => new WebSocket(address),
    onMessage: (text) => {
      const message = readMessage(text);
      if (!message) return;
      cache.apply(message);
      for (const listener of listeners) listener(message);
    },
    onChange: (open) => {
      isOpen = open;
      // Queries that were asked for at intervals stop, or begin again, with their next answer.
      cache.connected();
      for (const watcher of watchers) watcher();
    },
  });
  const follow = () => (session.state.signedIn ? connection.start() : connection.stop());
  session.subscribe(follow);
  follow();
}
