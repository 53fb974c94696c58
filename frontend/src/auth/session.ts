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
  /** The account was approved while the reader waited for it on this page. */
  isWelcome: boolean;
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
  /** Of who waits for approval; in memory only, gone with the page. */
  #awaiting: { email: string; password: string } | null = null;

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
      return this.#entered(problem, email, password);
    } catch (error) {
      return this.#entered(problemOf(error), email, password);
    }
  }

  #entered(problem: Problem | null, email: string, password: string): Problem | null {
    const wasAwaiting = this.#awaiting !== null;
    if (problem === "pending_approval") this.#awaiting = { email, password };
    if (problem !== null) return problem;
    this.#awaiting = null;
    this.#set({ ...this.#read(null), isWelcome: wasAwaiting });
    return null;
  }

  /** Whether somebody on this page has an account that is not approved yet. */
  get isAwaiting(): boolean {
    return this.#awaiting !== null;
  }

  /** Tries to sign in whoever waits for approval; null once that worked, or where nobody waits. */
  async checkApproval(): Promise<Problem | null> {
    if (!this.#awaiting) return null;
    return this.signIn(this.#awaiting.email, this.#awaiting.password);
  }

  /** Does something with the user pool; what kept it from being done, or null. */
  async #try(act: (cognito: typeof import("./cognito")) => Promise<void>): Promise<Problem | null> {
    try {
      await act(await this.#load());
      return null;
    } catch (error) {
      return problemOf(error);
    }
  }

  askReset(email: string): Promise<Problem | null> {
    return this.#try((cognito) => cognito.askReset(normalisedEmail(email)));
  }

  reset(email: string, code: string, newPassword: string): Promise<Problem | null> {
    return this.#try((cognito) => cognito.reset(normalisedEmail(email), code.trim(), newPassword));
  }

  changePassword(oldPassword: string, newPassword: string): Promise<Problem | null> {
    return this.#try((cognito) => cognito.changePassword(oldPassword, newPassword));
  }

  /** As the latest id token says. */
  get isEmailVerified(): boolean {
    const stored = storedTokens(localStorage, this.#config.user_pool_client_id);
    return stored?.isEmailVerified ?? false;
  }

  askEmailCode(): Promise<Problem | null> {
    return this.#try((cognito) => cognito.askEmailCode());
  }

  verifyEmail(code: string): Promise<Problem | null> {
    return this.#try(async (cognito) => {
      await cognito.verifyEmail(code.trim());
      await cognito.freshToken(true); // the tokens say so from now on
    });
  }

  async signUp(email: string, password: string): Promise<Problem | null> {
    const problem = await this.#try((cognito) =>
      cognito.register(normalisedEmail(email), password),
    );
    if (problem === null) this.#awaiting = { email, password };
    return problem;
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
      isWelcome: false,
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
