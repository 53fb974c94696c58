import { describe, expect, test } from "vitest";
import { PASSWORD_RULES } from "../src/auth/password";
import { PROBLEMS } from "../src/auth/problems";
import { en } from "../src/i18n/en";
import { enInside } from "../src/i18n/en-inside";
import { enJobs } from "../src/i18n/en-jobs";
import { enOrders } from "../src/i18n/en-orders";
import { es } from "../src/i18n/es";
import { esInside } from "../src/i18n/es-inside";
import { esJobs } from "../src/i18n/es-jobs";
import { esOrders } from "../src/i18n/es-orders";
import { chooseLocale } from "../src/i18n/locale";
import "../src/i18n/inside";
import { type Key, loadWords, translate } from "../src/i18n/translate";

const SPANISH: Record<Key, string> = { ...es, ...esInside, ...esJobs, ...esOrders };
const ENGLISH: Record<Key, string> = { ...en, ...enInside, ...enJobs, ...enOrders };
const KEYS = Object.keys(SPANISH) as Key[];
const blanksOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe("the two languages", () => {
  test("have the same keys, in the same order", () => {
    expect(Object.keys(en)).toEqual(Object.keys(es));
    expect(Object.keys(enInside)).toEqual(Object.keys(esInside));
    expect(Object.keys(enJobs)).toEqual(Object.keys(esJobs));
    expect(Object.keys(enOrders)).toEqual(Object.keys(esOrders));
    const counts = [es, esInside, esJobs, esOrders].map((words) => Object.keys(words).length);
    expect(KEYS).toHaveLength(counts.reduce((sum, count) => sum + count, 0));
  });

  test.each(KEYS)("have words and the same blanks for %s", (key) => {
    expect(SPANISH[key].trim()).not.toBe("");
    expect(ENGLISH[key].trim()).not.toBe("");
    expect(blanksOf(ENGLISH[key])).toEqual(blanksOf(SPANISH[key]));
  });

  test("have words for every problem and every password rule", () => {
    const needed = [
      ...PROBLEMS.flatMap((problem) => [`authError.${problem}.title`, `authError.${problem}.text`]),
      ...PASSWORD_RULES.map((rule) => `password.${rule}`),
    ];
    expect(KEYS).toEqual(expect.arrayContaining(needed));
  });
});

test("blanks are filled; one that is not given stays visible", async () => {
  await Promise.all([loadWords("es-CL"), loadWords("en-US")]);
  expect(translate("es-CL", "review.lead", { email: "a@b.cl" })).toBe(
    "Recibimos tu solicitud para a@b.cl.",
  );
  expect(translate("en-US", "review.lead")).toContain("{email}");
});

test.each([
  [null, ["en-GB", "es"], "en-US"],
  [null, ["fr", "es-MX", "en"], "es-CL"],
  [null, ["fr"], "es-CL"],
  [null, [], "es-CL"],
  ["en-US", ["es-CL"], "en-US"],
  ["klingon", ["en"], "en-US"],
] as const)("stored %j and browser %j speak %s", (stored, preferred, expected) => {
  expect(chooseLocale(stored, preferred)).toBe(expected);
});
