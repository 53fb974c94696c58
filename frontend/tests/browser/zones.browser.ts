/** Times as the reader's zone has them, and over a daylight-saving change, in both languages. */
import { describe, expect, test } from "vitest";
import { sampleOrder } from "./account-samples";
import { FULL } from "./api";
import { json } from "./site";
import { page, show, useStage } from "./stage";

useStage();

const AAPL = { symbol: "AAPL", quantity: "0.5", price: "190.23", cost: "95.12" } as const;

/** The timeline's first time, of an order placed then. */
async function placedAt(iso: string, timezoneId: string, locale: string): Promise<string> {
  const order = sampleOrder(Date.parse(iso), 0, { ...AAPL, state: "ACCEPTED" });
  const routes = { ...FULL, "GET /orders/:id": json(200, order) };
  await show(`/orders/${order.order_id}`, routes, { timezoneId, locale });
  return (await page.locator("ol time").first().textContent()) ?? "";
}

describe("an order's time", () => {
  test.each([
    // Chile's summer time begins on 7 September 2025 at 04:00 UTC: 23:59 is followed by 01:00.
    ["2025-09-07T03:59:00Z", "America/Santiago", "06-09-2025, 23:59:00"],
    ["2025-09-07T04:00:00Z", "America/Santiago", "07-09-2025, 01:00:00"],
    // Spain's ends on 26 October 2025 at 01:00 UTC.
    ["2025-10-26T00:59:00Z", "Europe/Madrid", "26-10-2025, 02:59:00"],
    ["2025-10-26T01:00:00Z", "Europe/Madrid", "26-10-2025, 02:00:00"],
    ["2025-09-07T04:00:00Z", "UTC", "07-09-2025, 04:00:00"],
  ])("of %s in %s is %s", async (iso, zone, expected) => {
    expect(await placedAt(iso, zone, "es-CL")).toBe(expected);
  });

  test("in English is written as English writes it", async () => {
    const written = await placedAt("2025-09-07T04:00:00Z", "America/Santiago", "en-US");
    expect(written).toMatch(/^Sep 7, 2025, 1:00:00\sAM$/);
  });
});
