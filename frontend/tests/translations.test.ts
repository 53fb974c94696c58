import { describe, expect, test } from "vitest";
import { PASSWORD_RULES } from "../src/auth/password";
import { PROBLEMS } from "../src/auth/problems";
import { en } from "../src/i18n/en";
import { es, type Key } from "../src/i18n/es";
import { chooseLocale } from "../src/i18n/locale";
import { translate } from "../src/i18n/translate";

const KEYS = Object.keys(es) as Key[];
const blanksOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

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
