/** The user pool's rules for passwords, checked while the reader types; the pool has the last word. */

export const PASSWORD_RULES = ["length", "lower", "upper", "digit", "symbol"] as const;
export type PasswordRule = (typeof PASSWORD_RULES)[number];

const CHECKS: Record<PasswordRule, RegExp> = {
  length: /^.{8,}$/su,
  lower: /[a-z]/,
  upper: /[A-Z]/,
  digit: /[0-9]/,
  // Cognito's own list of what counts as a symbol; a space counts inside, not at the ends.
  symbol: /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]|(?<=\S) (?=\S)/,
};

export function unmetRules(password: string): PasswordRule[] {
  return PASSWORD_RULES.filter((rule) => !CHECKS[rule].test(password));
}
