/** Jobs in every state, with their results. */
import type { JobWithResult, PortfolioHistory, Projection } from "../../src/api/jobs.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

function sampleProjection(now: number): Projection {
  const chart = Array.from({ length: 21 }, (_, index) => {
    const middle = 181 + index;
    const spread = 4 + Math.abs(index - 10) * 0.35;
    return {
      at: new Date(now + (index - 10) * 3 * DAY_MS).toISOString(),
      price: middle.toFixed(2),
      low: (middle - spread).toFixed(2),
      high: (middle + spread).toFixed(2),
    };
  });
  return {
    kind: "projection",
    symbol: "AAPL",
    currency: "USD",
    quantity: "2.5",
    days: 30,
    from_at: chart[0]?.at ?? "",
    asked_at: new Date(now).toISOString(),
    target_at: chart.at(-1)?.at ?? "",
    prices: 8640,
    per_day: "0.333333",
    raw_price: "201.00",
    raw_value: "502.50",
    raw_gain: "26.88",
    below_zero_from: null,
    coverage: {
      first_price_at: new Date(now - 30 * DAY_MS).toISOString(),
      days: 30,
      is_enough: true,
      longest_days: 30,
    },
    standard_error: "3.83",
    low: "193.50",
    high: "208.50",
    purchases: 52,
    weight: "1.14",
    weighted_price: "229.14",
    latest_price: "190.23",
    latest_price_at: new Date(now - MINUTE_MS).toISOString(),
    expected_value: "572.85",
    expected_gain: "97.27",
    chart,
  };
}

function sampleHistory(now: number): PortfolioHistory {
  return {
    kind: "portfolio_history",
    currency: "USD",
    range: "1m",
    from_at: new Date(now - 30 * DAY_MS).toISOString(),
    asked_at: new Date(now).toISOString(),
    flows: [],
    gain: { amount: "480.00", worth: "2305.25", opening: "1825.25", net_deposits: "0.00" },
    time_weighted: { period: "0.263", per_year: null, sub_periods: 1, reason: null },
    money_weighted: { period: "0.263", per_year: null, reason: null },
    benchmark: { period: "0.021", companies: 17 },
    points: Array.from({ length: 31 }, (_, index) => {
      const cash = 1325.25 + (index < 12 ? 428.13 : 0);
      const holdings = 500 + index * 16 + Math.sin(index) * 30;
      return {
        at: new Date(now - (30 - index) * DAY_MS).toISOString(),
        net_deposits: "1800.00",
        time_weighted: null,
        benchmark: null,
        cash: cash.toFixed(2),
        holdings: index === 0 ? null : holdings.toFixed(2),
        total: index === 0 ? null : (cash + holdings).toFixed(2),
      };
    }),
  };
}

/** A job of each state, and the portfolio's history. */
export function sampleJobs(now: number): JobWithResult[] {
  const job = (
    minutesOld: number,
    state: JobWithResult["state"],
    question: JobWithResult["question"],
    rest: Partial<JobWithResult> = {},
  ): JobWithResult => ({
    job_id: `2b9a7c64-1f0e-5c0e-8e0b-${String(minutesOld).padStart(12, "0")}`,
    kind: "projection",
    question,
    state,
    created_at: new Date(now - minutesOld * MINUTE_MS).toISOString(),
    started_at: null,
    ended_at: null,
    reason: null,
    result: null,
    ...rest,
  });
  return [
    job(0, "running", { symbol: "MSFT", days: 90, quantity: "1" }),
    job(
      3,
      "finished",
      { symbol: "AAPL", days: 30, quantity: "2.5" },
      { result: sampleProjection(now) },
    ),
    job(
      20,
      "failed",
      { symbol: "LTM", days: 7, quantity: "1000" },
      {
        reason: {
          code: "not_enough_history",
          message: "",
          retry_at: new Date(now + 9 * MINUTE_MS).toISOString(),
        },
      },
    ),
    job(40, "finished", { range: "1m" }, { kind: "portfolio_history", result: sampleHistory(now) }),
  ];
}
