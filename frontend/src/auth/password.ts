/** The user pool's rules for passwords, checked while the reader types; the pool has the last word. */

export const PASSWORD_RULES = ["length", "lower", "upper", "digit"] as const;
export type PasswordRule = (typeof PASSWORD_RULES)[number];

const CHECKS: Record<PasswordRule, RegExp> = {
  length: /^.{10,}$/su,
  lower: /[a-z]/,
  upper: /[A-Z]/,
  digit: /[0-9]/,
};

export function unmetRules(password: string): PasswordRule[] {
  return PASSWORD_RULES.filter((rule) => !CHECKS[rule].test(password));
}
