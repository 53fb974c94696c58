/**
 * One live connection per tab: opened with a new ticket each time, again after it closed (with
 * back-off and jitter) and before the gateway's limit of two hours.
 */

export interface Ticket {
  url: string;
  ticket: string;
}

export interface Socket {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface Wiring {
  ticket: () => Promise<Ticket>;
  open: (address: string) => Socket;
  onMessage: (text: string) => void;
  /** True once it is open, false once it is not any more. */
  onChange: (isOpen: boolean) => void;
  random?: () => number;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

export const FIRST_PAUSE_MS = SECOND_MS;
export const LONGEST_PAUSE_MS = MINUTE_MS;
/** Heartbeats come every 30 seconds: two in a row did not. */
export const SILENCE_MS = 75 * SECOND_MS;
export const PING_MS = 5 * MINUTE_MS;
/** The gateway closes after 120 minutes. */
export const RENEW_AFTER_MS = 100 * MINUTE_MS;
const RENEW_SPREAD_MS = 15 * MINUTE_MS;

export class LiveConnection {
  #wiring: Wiring;
  #socket: Socket | null = null;
  #isOpen = false;
  #isWanted = false;
  #failures = 0;
  #timers = new Set<ReturnType<typeof setTimeout>>();
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
  }

  start(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    void this.#connect();
  }

  stop(): void {
    this.#isWanted = false;
    this.#drop();
  }

  async #connect(): Promise<void> {
    try {
      const { url, ticket } = await this.#wiring.ticket();
      if (!this.#isWanted) return;
      this.#use(this.#wiring.open(`${url}?ticket=${encodeURIComponent(ticket)}`));
    } catch {
      this.#retry();
    }
  }

  #use(socket: Socket): void {
    this.#socket = socket;
    this.#listen();
    socket.onopen = () => {
      this.#failures = 0;
      this.#setOpen(true);
      this.#after(RENEW_AFTER_MS + this.#random() * RENEW_SPREAD_MS, () => this.#renew());
      this.#pingEvery();
    };
    socket.onmessage = (event) => {
      this.#listen();
      if (typeof event.data === "string") this.#wiring.onMessage(event.data);
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#drop();
      this.#retry();
    };
  }

  /** Silence is a connection that nobody closed: a laptop that slept, a network that changed. */
  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#renew(), SILENCE_MS);
  }

  #pingEvery(): void {
    this.#after(PING_MS, () => {
      this.#socket?.send(JSON.stringify({ type: "ping" }));
      this.#pingEvery();
    });
  }

  #renew(): void {
    this.#drop();
    void this.#connect();
  }

  #retry(): void {
    if (!this.#isWanted) return;
    const most = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
    this.#failures += 1;
    this.#after(this.#random() * most, () => void this.#connect());
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    clearTimeout(this.#silence);
    socket?.close();
    this.#setOpen(false);
  }

  #setOpen(isOpen: boolean): void {
    if (this.#isOpen === isOpen) return;
    this.#isOpen = isOpen;
    this.#wiring.onChange(isOpen);
  }

  #after(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }

  #random(): number {
    return (this.#wiring.random ?? Math.random)();
  }
}
