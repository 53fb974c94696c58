/** Sign up. The user pool's rules for the password are live; its answer leads to 'under review'. */
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { isEmail, normalisedEmail } from "../auth/email";
import { unmetRules } from "../auth/password";
import type { Problem } from "../auth/problems";
import { useLanguage, useServices } from "../context";
import { Button, TextLink } from "../ui/controls";
import { EmailField, PasswordField } from "../ui/fields";
import { focusFirstFault } from "../ui/focus";
import { PasswordRules } from "../ui/password-rules";
import { ProblemBanner } from "../ui/problem-banner";
import { Heading, Welcome } from "../ui/welcome";

export default function SignUp() {
  const { t } = useLanguage();
  const { session } = useServices();
  const [, navigate] = useLocation();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [isTried, setTried] = useState(false);
  const [isWorking, setWorking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const isWeak = unmetRules(password).length > 0;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setTried(true);
    if (!isEmail(email) || isWeak) return focusFirstFault(form);
    setWorking(true);
    setProblem(null);
    const found = await session.signUp(email, password);
    setWorking(false);
    if (found) setProblem(found);
    else navigate("/review", { state: { email: normalisedEmail(email) } });
  };

  return (
    <Welcome title={t("signUp.title")}>
      <Heading title={t("signUp.title")} lead={t("signUp.lead")} />
      <ProblemBanner problem={problem} />
      <form noValidate onSubmit={submit} class="flex flex-col gap-1">
        <EmailField
          name="email"
          label={t("auth.email")}
          value={email}
          fault={isTried && !isEmail(email) ? t("auth.email.invalid") : null}
          onInput={setEmail}
        />
        <PasswordField
          name="password"
          label={t("auth.password")}
          value={password}
          fault={isTried && isWeak ? t("password.weak") : null}
          onInput={setPassword}
          isNew
        />
        <PasswordRules password={password} />
        <Button type="submit" isMoney class="min-h-12" disabled={isWorking}>
          {t(isWorking ? "signUp.working" : "signUp.submit")}
        </Button>
      </form>
      <p class="mt-6 text-muted">
        {t("signUp.toSignIn")} <TextLink href="/sign-in">{t("signUp.toSignIn.link")}</TextLink>
      </p>
    </Welcome>
  );
}
