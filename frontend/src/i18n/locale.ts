/** Which language to speak: the reader's choice, else the browser's, else Spanish. */

export const LOCALES = ["es-CL", "en-US"] as const;
export type Locale = (typeof LOCALES)[number];

export function chooseLocale(stored: string | null, preferred: readonly string[]): Locale {
  const known = LOCALES.find((locale) => locale === stored);
  if (known) return known;
  for (const tag of preferred) {
    if (/^es\b/i.test(tag)) return "es-CL";
    if (/^en\b/i.test(tag)) return "en-US";
  }
  return "es-CL";
}
