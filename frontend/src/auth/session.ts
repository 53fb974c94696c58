/** Who is signed in, in every tab; the source of tokens for the API's client. */
import type { Config } from "../config";
import { normalisedEmail } from "./email";
import { type Problem, problemOf, problemOfStep } from "./problems";
import { isTokenKey, isUsable, storedTokens } from "./tokens";

export interface SessionState {
  signedIn: boolean;
  email: string | null;
  /** Why the reader sees the sign-in again, if not by their own doing. */
  notice: Problem | null;
}

/** A call to the API that nobody is signed in for. */
export class SessionEnded extends Error {
  override name = "SessionEnded";
}

// A refused token that is newer than this will not get better by another one.
const RENEW_EVERY_MS = 60_000;

export class Session {
  #config: Config;
  #state: SessionState;
  #listeners = new Set<() => void>();
  #cognito: Promise<typeof import("./cognito")> | null = null;
  #renewedAtMs = 0;

  constructor(config: Config) {
    this.#config = config;
    this.#state = this.#read(null);
    // Another tab signed in or out (a null key: all storage was cleared).
    addEventListener("storage", (event) => {
      if (isTokenKey(event.key)) this.#set(this.#read(this.#state.notice));
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Starts loading what signing in needs, so that it is there when the form is filled in. */
  warmUp(): void {
    this.#load().catch(() => undefined); // the form will load it again, and tell
  }

  async signIn(email: string, password: string): Promise<Problem | null> {
    try {
      const step = await (await this.#load()).enter(normalisedEmail(email), password);
      const problem = problemOfStep(step);
      if (problem === null) this.#set(this.#read(null));
      return problem;
    } catch (error) {
      return problemOf(error);
    }
  }

  async signUp(email: string, password: string): Promise<Problem | null> {
    try {
      await (await this.#load()).register(normalisedEmail(email), password);
      return null;
    } catch (error) {
      return problemOf(error);
    }
  }

  async signOut(notice: Problem | null = null): Promise<void> {
    try {
      await (await this.#load()).leave(false);
    } finally {
      this.#set({ ...this.#read(null), notice });
    }
  }

  /** On every device; whether that worked. If not, nothing has changed. */
  async signOutEverywhere(): Promise<boolean> {
    try {
      const cognito = await this.#load();
      await this.token(); // one that is good for a while: an old one could end no session
      await cognito.leave(true);
    } catch {
      return false;
    }
    this.#set(this.#read(null));
    return true;
  }

  /**
   * An access token for the API, another one than `refused` where that can be had. Throws SessionEnded,
   * or what kept it from asking Cognito.
   */
  async token(refused: string | null = null): Promise<string> {
    const stored = storedTokens(localStorage, this.#config.user_pool_client_id);
    const isRenewed = Date.now() - this.#renewedAtMs < RENEW_EVERY_MS;
    if (isUsable(stored, Date.now()) && (stored.accessToken !== refused || isRenewed))
      return stored.accessToken;
    const fresh = stored && (await (await this.#load()).freshToken(stored.accessToken === refused));
    if (!fresh) {
      this.expire();
      throw new SessionEnded();
    }
    this.#renewedAtMs = Date.now();
    return fresh;
  }

  /** The API or Cognito no longer accepts this session. */
  expire(): void {
    if (this.#state.signedIn) this.signOut("session_expired").catch(() => undefined);
  }

  #read(notice: Problem | null): SessionState {
    const stored = storedTokens(localStorage, this.#config.user_pool_client_id);
    return {
      signedIn: stored !== null,
      email: stored?.email ?? null,
      notice: stored ? null : notice,
    };
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  #load(): Promise<typeof import("./cognito")> {
    this.#cognito ??= import("./cognito").then(
      (module) => {
        module.configure(this.#config);
        return module;
      },
      (error: unknown) => {
        this.#cognito = null;
        throw Object.assign(new Error(String(error)), { name: "NetworkError" });
      },
    );
    return this.#cognito;
  }
}
