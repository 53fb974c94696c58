/** An investor with a browser at the deployed site, in the words of one language. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { confirm, readOutputs } from "./outputs";

export const PASSWORD = "Velero2026Sur";
export const outputs = readOutputs();

export const SPANISH = {
  locale: "es-CL",
  email: "Correo electrónico",
  password: "Contraseña",
  signUp: "Crear cuenta",
  review: "Tu cuenta está en revisión",
  toSignIn: "Ir a entrar",
  signIn: "Entrar",
  worth: "Tu patrimonio",
  wallet: "Billetera",
  deposit: "Depositar",
  depositAmount: "Monto en dólares",
  depositNow: /Depositar US\$/,
  deposited: /Depositaste US\$/,
  spend: "Cuánto quieres gastar",
  reviewPurchase: "Revisar compra",
  send: "Enviar orden",
  bought: /^Compraste /,
  rejected: "La bolsa rechazó tu orden",
  returned: /Te devolvimos US\$/,
  portfolio: "Portafolio",
  orders: "Órdenes",
};

export type Words = typeof SPANISH;

export const ENGLISH: Words = {
  locale: "en-US",
  email: "E-mail",
  password: "Password",
  signUp: "Create account",
  review: "Your account is under review",
  toSignIn: "Go to sign in",
  signIn: "Sign in",
  worth: "Your net worth",
  wallet: "Wallet",
  deposit: "Deposit",
  depositAmount: "Amount in dollars",
  depositNow: /Deposit \$/,
  deposited: /You deposited \$/,
  spend: "How much you want to spend",
  reviewPurchase: "Review purchase",
  send: "Send order",
  bought: /^You bought /,
  rejected: "The exchange rejected your order",
  returned: /Your \$.* are available again/,
  portfolio: "Portfolio",
  orders: "Orders",
};

let visitors = 0;

export class Investor {
  readonly email: string;
  /** What the console said that it should not; the tests expect none. */
  readonly faults: string[] = [];
  #allowed: RegExp[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly words: Words,
  ) {
    visitors += 1;
    this.email = `vela.${Date.now()}.${visitors}@ejemplo.cl`;
    this.watch(page);
  }

  static async arrive(browser: Browser, words: Words = SPANISH): Promise<Investor> {
    const context = await browser.newContext({ locale: words.locale });
    return new Investor(context, await context.newPage(), words);
  }

  watch(page: Page): void {
    page.on("pageerror", (error) => this.faults.push(String(error)));
    page.on("console", (message) => {
      const text = message.text();
      const isAllowed = this.#allowed.some((allowed) => allowed.test(text));
      if (message.type() === "error" && !isAllowed) this.faults.push(text);
    });
  }

  /** The browser's own words about what a test brings about. */
  allow(text: RegExp): void {
    this.#allowed.push(text);
  }

  button(name: string | RegExp) {
    return this.page.getByRole("button", { name });
  }

  heading(name: string | RegExp) {
    return this.page.getByRole("heading", { name });
  }

  async go(path: string): Promise<void> {
    await this.page.goto(outputs.site_url + path);
  }

  async fillIn(): Promise<void> {
    await this.page.getByLabel(this.words.email).fill(this.email);
    await this.page.getByLabel(this.words.password, { exact: true }).fill(PASSWORD);
  }

  /** From the first visit to the board, with the operator's confirmation in between. */
  async join(): Promise<void> {
    await this.go("/sign-up");
    await this.fillIn();
    await this.button(this.words.signUp).click();
    await this.heading(this.words.review).waitFor();
    await confirm(outputs, this.email);
    await this.page.getByRole("link", { name: this.words.toSignIn }).click();
    await this.signIn();
  }

  async signIn(): Promise<void> {
    await this.fillIn();
    await this.button(this.words.signIn).click();
    await this.page.getByRole("region", { name: this.words.worth }).waitFor();
  }

  async deposit(amount: string): Promise<void> {
    await this.page.getByRole("link", { name: this.words.wallet }).click();
    await this.page.getByRole("heading", { name: this.words.wallet, exact: true }).waitFor();
    await this.button(this.words.deposit).first().click();
    await this.page.getByLabel(this.words.depositAmount).fill(amount);
    await this.button(this.words.depositNow).last().click();
    await this.page.getByRole("alert").getByText(this.words.deposited).waitFor();
  }

  /** Up to the review of a purchase for an amount. */
  async review(symbol: string, amount: string): Promise<void> {
    await this.go(`/stocks/${symbol}/buy`);
    await this.page.getByLabel(this.words.spend).fill(amount);
    await this.button(this.words.reviewPurchase).click();
    await this.page.getByRole("dialog").waitFor();
  }

  async buy(symbol: string, amount: string): Promise<void> {
    await this.review(symbol, amount);
    await this.button(this.words.send).click();
  }

  /** How many orders the API itself knows, asked with this reader's own token. */
  async orderCount(): Promise<number> {
    return this.page.evaluate(async (apiUrl) => {
      const key = Object.keys(localStorage).find((name) => name.endsWith(".accessToken")) ?? "";
      const headers = { Authorization: `Bearer ${localStorage.getItem(key)}` };
      const answer = await fetch(`${apiUrl}/orders`, { headers });
      return (await answer.json()).items.length as number;
    }, outputs.api_url);
  }
}
