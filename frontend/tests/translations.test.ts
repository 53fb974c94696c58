import { beforeAll, describe, expect, test } from "vitest";
import { PASSWORD_RULES } from "../src/auth/password";
import { PROBLEMS } from "../src/auth/problems";
import { en } from "../src/i18n/en";
import { es, type Key as Word } from "../src/i18n/es";
import { chooseLocale } from "../src/i18n/locale";
import { loadWords, translate } from "../src/i18n/translate";

const KEYS = Object.keys(es) as Word[];
const blanksOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

beforeAll(() => Promise.all([loadWords("es-CL"), loadWords("en-US")]));

describe("the two languages", () => {
  test("have the same keys, in the same order", () => {
    expect(Object.keys(en)).toEqual(KEYS);
  });

  test.each(KEYS)("have words and the same blanks for %s", (key) => {
    expect(es[key].trim()).not.toBe("");
    expect(en[key].trim()).not.toBe("");
    expect(blanksOf(en[key])).toEqual(blanksOf(es[key]));
  });

  test("have words for every problem and every password rule", () => {
    const needed = [
      ...PROBLEMS.flatMap((problem) => [`authError.${problem}.title`, `authError.${problem}.text`]),
      ...PASSWORD_RULES.map((rule) => `password.${rule}`),
    ];
    expect(KEYS).toEqual(expect.arrayContaining(needed));
  });

  test("have every plural form that their rules ask for, or the general one", () => {
    const bases = KEYS.filter((key) => key.endsWith(".one")).map((key) => key.slice(0, -4));
    expect(bases.length).toBeGreaterThan(2);
    for (const base of bases) expect(KEYS).toContain(`${base}.other`);
  });
});

describe("an order is an order, not a request", () => {
  const isOfSignUp = (key: string) => /^(review|signUp|settings\.email)\./.test(key);

  test.each(KEYS.filter((key) => !isOfSignUp(key)))("in %s", (key) => {
    expect(es[key]).not.toMatch(/solicitud/i);
    expect(en[key]).not.toMatch(/\brequests?\b/i);
  });
});

test.each([
  [0, "0 acciones", "0 shares"],
  [1, "1 acción", "1 share"],
  ["1", "1 acción", "1 share"],
  ["0.5", "0,5 acciones", "0.5 shares"],
  [2, "2 acciones", "2 shares"],
  [1_000_000, "1.000.000 acciones", "1,000,000 shares"],
] as const)("%j shares are %j and %j", (count, spanish, english) => {
  expect(translate("es-CL", "number.shares", { count })).toBe(spanish);
  expect(translate("en-US", "number.shares", { count })).toBe(english);
});

test("blanks are filled; one that is not given stays visible", () => {
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
