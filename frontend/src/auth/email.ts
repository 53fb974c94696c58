/** E-mail addresses as the user pool keys them. */

/** Cognito compares user names exactly: one spelling per person, or a phone's capital locks them out. */
export function normalisedEmail(text: string): string {
  return text.trim().toLowerCase();
}

export function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(normalisedEmail(text));
}
