/** The user pool's rules for a password, ticked off while it is typed. */
import { PASSWORD_RULES, unmetRules } from "../auth/password";
import { useLanguage } from "../context";
import { CheckIcon, DotIcon } from "./icons";

export function PasswordRules({ password }: { password: string }) {
  const { t } = useLanguage();
  const unmet = unmetRules(password);
  return (
    <div class="mb-4 text-small text-muted">
      <p class="mb-1.5">{t("signUp.rules")}</p>
      <ul class="grid grid-cols-1 gap-1 min-[26rem]:grid-cols-2">
        {PASSWORD_RULES.map((rule) => {
          const isMet = !unmet.includes(rule);
          return (
            <li
              key={rule}
              class={`flex items-center gap-1.5 transition-colors ${isMet ? "text-up" : ""}`}
            >
              {isMet ? <CheckIcon class="size-4" /> : <DotIcon class="size-4" />}
              {t(`password.${rule}`)}
              <span class="sr-only">, {t(isMet ? "password.met" : "password.unmet")}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
