/**
 * An investor's first visit in a real browser, under the site's strict CSP: sign up, review, approval,
 * sign in by SRP against a real Cognito, the board, sign out. Only the API is a stand-in.
 */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FULL } from "./api";
import { type Cloud, startCloud } from "./cloud";
import { watch } from "./console";
import { launch } from "./launch";
import { sampleBoard } from "./samples";
import { json, type Site, startSite } from "./site";

const CLOUD_PORT = Number(process.env.CLOUD_PORT ?? 4705);
const PASSWORD = "Velero2026Sur";
/** A refusal that a test provokes is not the page's fault. */
const REFUSALS = /status of (400|401|422|500)|ERR_FAILED/;

let cloud: Cloud;
let site: Site;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let faults: string[];
let visitors = 0;

beforeAll(async () => {
  cloud = await startCloud(CLOUD_PORT);
  const config = {
    api_url: "/api",
    region: cloud.region,
    ...cloud.pool,
    cognito_endpoint: cloud.endpoint,
    stage: "local",
  };
  site = await startSite(config, { connect: [cloud.endpoint] });
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
  await cloud?.stop();
});

beforeEach(async () => {
  context = await browser.newContext({ locale: "es-CL" });
  page = await context.newPage();
  faults = [];
  watch(page, faults, REFUSALS);
  site.reset(FULL);
  site.onStocks((response, request) => {
    if (!request.headers.authorization?.startsWith("Bearer ey"))
      return json(401, {})(response, request);
    return json(200, { items: sampleBoard(Date.now()), next_cursor: null })(response, request);
  });
});

afterEach(async () => {
  await context.close();
  expect(faults).toEqual([]);
});

function newEmail(): string {
  visitors += 1;
  return `ana.${visitors}@ejemplo.cl`;
}

async function fill(email: string, password: string): Promise<void> {
  await page.getByLabel("Correo electrónico").fill(email);
  await page.getByLabel("Contraseña", { exact: true }).fill(password);
}

async function signUp(email: string): Promise<void> {
  await page.goto(`${site.origin}/sign-up`);
  await fill(email, PASSWORD);
  await page.getByRole("button", { name: "Crear cuenta" }).click();
  await page.getByRole("heading", { name: "Tu cuenta está en revisión" }).waitFor();
}

async function signIn(email: string, password = PASSWORD): Promise<void> {
  await page.goto(`${site.origin}/market`);
  await fill(email, password);
  await page.getByRole("button", { name: "Entrar" }).click();
}

async function alertText(): Promise<string> {
  return (await page.getByRole("alert").textContent()) ?? "";
}

async function signedIn(): Promise<string> {
  const email = newEmail();
  await signUp(email);
  await cloud.confirm(email);
  await cloud.unverify(email);
  await signIn(email);
  await page.getByRole("row", { name: /Apple Inc/ }).waitFor();
  return email;
}

describe("a new investor", () => {
  test("signs up, waits for approval, and then sees the market", async () => {
    const email = newEmail();
    await signUp(email);
    expect(await page.getByText(email).count()).toBe(1);

    await page.getByRole("link", { name: "Ir a entrar" }).click();
    await signIn(email.toUpperCase());
    expect(await alertText()).toContain("Tu cuenta sigue en revisión");

    await cloud.confirm(email);
    await page.getByRole("button", { name: "Entrar" }).click();
    await page
      .getByRole("row", { name: /Apple Inc.*US\$190,23.*sube \+2,41 \(\+1,28%\)/ })
      .waitFor();
  });

  test("whose e-mail has an account is told so", async () => {
    const email = newEmail();
    await signUp(email);
    await page.goto(`${site.origin}/sign-up`);
    await fill(email, PASSWORD);
    await page.getByRole("button", { name: "Crear cuenta" }).click();
    expect(await alertText()).toContain("Ese correo ya tiene una cuenta");
  });

  test("whose form is incomplete is shown where, and nothing is sent", async () => {
    await page.goto(`${site.origin}/sign-up`);
    await page.getByRole("button", { name: "Crear cuenta" }).click();
    await page.getByText("Escribe un correo como").waitFor();
    await page.getByLabel("Correo electrónico").and(page.locator(":focus")).waitFor();
  });
});

describe("whoever waits for approval", () => {
  test("is let in by the page itself, and told so", async () => {
    await page.clock.install();
    const email = newEmail();
    await signUp(email);
    await page.getByText("Esta página se actualiza sola").waitFor();
    await page.clock.runFor(16_000);
    await page.getByText("Última revisión").waitFor();
    await page.getByRole("heading", { name: "Tu cuenta está en revisión" }).waitFor();
    await cloud.confirm(email);
    await page.clock.runFor(16_000);
    await page.getByText("Tu cuenta fue aprobada").waitFor();
    expect(new URL(page.url()).pathname).toBe("/");
  });
});

describe("a password", () => {
  const NEW = "Otra2026Clave";

  test("is changed in the settings, once the old one is right", async () => {
    const email = await signedIn();
    await page.goto(`${site.origin}/settings`);
    const change = page.getByRole("button", { name: "Cambiar contraseña" });
    await change.click();
    await page.getByLabel("Contraseña actual").fill("Nunca2026fue");
    await page.getByLabel("Contraseña nueva").fill(NEW);
    await change.click();
    await page.getByText("La contraseña actual no es correcta").waitFor();
    await page.getByLabel("Contraseña actual").fill(PASSWORD);
    await change.click();
    await page.getByText("Tu contraseña cambió.").waitFor();

    await page.getByRole("button", { name: "Tu cuenta" }).click();
    await page.locator("#account").getByRole("button", { name: "Cerrar sesión" }).click();
    await page.getByRole("heading", { name: "Hola de nuevo" }).waitFor();
    await signIn(email, NEW);
    await page.getByRole("row", { name: /Apple Inc/ }).waitFor();
  });

  test("that was forgotten is replaced by a code", async () => {
    const email = newEmail();
    await signUp(email);
    await cloud.confirm(email);
    await page.goto(`${site.origin}/sign-in`);
    await page.getByRole("link", { name: "¿Olvidaste tu contraseña?" }).click();
    await page.getByLabel("Correo electrónico").fill(email);
    await page.getByRole("button", { name: "Enviar código" }).click();
    // The stand-in for Cognito sends no mail; its code is always the same.
    await page.getByLabel("Código").fill("000000");
    await page.getByLabel("Contraseña nueva").fill(NEW);
    await page.getByRole("button", { name: "Cambiar contraseña" }).click();
    expect(await alertText()).toContain("Ese código no es correcto");
    await page.getByLabel("Código").fill("654321");
    await page.getByRole("button", { name: "Cambiar contraseña" }).click();
    await page.getByRole("heading", { name: "Tu contraseña cambió" }).waitFor();
    await signIn(email, NEW);
    await page.getByRole("row", { name: /Apple Inc/ }).waitFor();
  });
});

test("an e-mail is verified by a code, which the user pool judges", async () => {
  const email = await signedIn();
  const asked: string[] = [];
  // The stand-in for Cognito does not know these two.
  await page.route(`${cloud.endpoint}/**`, (route) => {
    const target = route.request().headers()["x-amz-target"]?.split(".")[1] ?? "";
    const headers = {
      "access-control-allow-origin": "*",
      "content-type": "application/x-amz-json-1.1",
    };
    if (target === "GetUserAttributeVerificationCode") {
      asked.push(target);
      const delivery = { AttributeName: "email", DeliveryMedium: "EMAIL", Destination: "a***" };
      return route.fulfill({ headers, json: { CodeDeliveryDetails: delivery } });
    }
    if (target !== "VerifyUserAttribute") return route.continue();
    const { Code } = route.request().postDataJSON() as { Code: string };
    asked.push(Code);
    return Code === "123456"
      ? route.fulfill({ headers, json: {} })
      : route.fulfill({
          status: 400,
          headers,
          json: { __type: "CodeMismatchException", message: "Invalid verification code" },
        });
  });
  await page.goto(`${site.origin}/settings`);
  await page.getByText("sin verificar").waitFor();
  await page.getByRole("button", { name: "Verificar con un código" }).click();
  await page.getByText(`Te enviamos un código a ${email}`).waitFor();
  await page.getByLabel("Código").fill("000000");
  await page.getByRole("button", { name: "Verificar", exact: true }).click();
  expect(await alertText()).toContain("Ese código no es correcto");
  await page.getByLabel("Código").fill("123456");
  await page.getByRole("button", { name: "Verificar", exact: true }).click();
  await page.getByText("Tu correo quedó verificado.").waitFor();
  expect(asked).toEqual(["GetUserAttributeVerificationCode", "000000", "123456"]);
});

describe("signing in", () => {
  test("with a wrong password, or as nobody, is told alike", async () => {
    const email = newEmail();
    await signUp(email);
    await cloud.confirm(email);
    await signIn(email, "Otra2026clave");
    expect(await alertText()).toContain("Correo o contraseña incorrectos");
    await signIn("nadie@ejemplo.cl");
    expect(await alertText()).toContain("Correo o contraseña incorrectos");
  });

  test("too often is told apart from a wrong password", async () => {
    await page.route(`${cloud.endpoint}/**`, (route) =>
      route.fulfill({
        status: 400,
        headers: {
          "access-control-allow-origin": "*",
          "content-type": "application/x-amz-json-1.1",
        },
        body: JSON.stringify({ __type: "TooManyRequestsException", message: "Rate exceeded" }),
      }),
    );
    await signIn("ana@ejemplo.cl");
    expect(await alertText()).toContain("Demasiados intentos seguidos");
  });

  test("lasts over a reload, in another tab, and ends in both at once", async () => {
    const email = await signedIn();
    await page.reload();
    await page.getByRole("row", { name: /Apple Inc/ }).waitFor();
    const other = await context.newPage();
    watch(other, faults, REFUSALS);
    await other.goto(`${site.origin}/market`);
    await other.getByRole("button", { name: "Tu cuenta" }).click();
    await other.getByText(email).waitFor();

    await page.getByRole("button", { name: "Tu cuenta" }).click();
    await page.getByRole("button", { name: "Cerrar sesión" }).click();
    await page.getByRole("heading", { name: "Hola de nuevo" }).waitFor();
    await other.getByRole("heading", { name: "Hola de nuevo" }).waitFor();
    expect(
      await page.evaluate(() =>
        Object.keys(localStorage).filter((key) => key.startsWith("Cognito")),
      ),
    ).toEqual([]);
  });

  test("is asked for again when the API no longer accepts the session", async () => {
    await signedIn();
    site.onStocks(json(401, { code: "unauthorized", message: "", request_id: "r" }));
    await page.reload();
    await page.getByRole("heading", { name: "Hola de nuevo" }).waitFor();
    expect(await alertText()).toContain("Tu sesión terminó");
  });

  test("is not asked for again when a new token serves", async () => {
    await signedIn();
    const seen = new Set<string>();
    site.onStocks((response, request) => {
      seen.add(request.headers.authorization ?? "");
      const answer =
        seen.size === 1
          ? json(401, {})
          : json(200, { items: sampleBoard(Date.now()), next_cursor: null });
      return answer(response, request);
    });
    await page.reload();
    await page.getByRole("row", { name: /Apple Inc/ }).waitFor();
    expect(seen.size).toBe(2);
  });

  test("is not asked for again when the browser hid the refusal for want of CORS headers", async () => {
    await signedIn();
    const seen: string[] = [];
    await page.route("**/api/stocks", (route) => {
      seen.push(route.request().headers().authorization ?? "");
      return seen.length === 1 ? route.abort("failed") : route.continue();
    });
    await page.reload();
    await page.getByRole("row", { name: /Apple Inc/ }).waitFor();
    expect(new Set(seen).size).toBe(2);
  });
});
