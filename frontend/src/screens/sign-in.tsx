/** Sign in. Whatever address was asked for stays in the bar, and is shown once signed in. */
import { useState } from "preact/hooks";
import { useApproval } from "../auth/approval";
import { isEmail } from "../auth/email";
import type { Problem } from "../auth/problems";
import { useLanguage, useServices, useSession } from "../context";
import { Button, TextLink } from "../ui/controls";
import { EmailField, PasswordField } from "../ui/fields";
import { focusFirstFault } from "../ui/focus";
import { ProblemBanner } from "../ui/problem-banner";
import { Heading, Welcome } from "../ui/welcome";

export function SignIn() {
  const { t } = useLanguage();
  const { session } = useServices();
  const { notice } = useSession();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [isTried, setTried] = useState(false);
  const [isWorking, setWorking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(notice);

  useApproval();
  const isComplete = isEmail(email) && password !== "";
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setTried(true);
    if (!isComplete) return focusFirstFault(form);
    setWorking(true);
    setProblem(null);
    setProblem(await session.signIn(email, password));
    setWorking(false);
  };

  return (
    <Welcome title={t("signIn.submit")}>
      <Heading title={t("signIn.title")} lead={t("signIn.lead")} />
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
          fault={isTried && password === "" ? t("auth.password.missing") : null}
          onInput={setPassword}
          isNew={false}
        />
        <Button type="submit" class="mt-2 min-h-12" disabled={isWorking}>
          {t(isWorking ? "signIn.working" : "signIn.submit")}
        </Button>
      </form>
      {problem === "pending_approval" && (
        <p class="mt-4 text-small text-muted">{t("signIn.watching")}</p>
      )}
      <p class="mt-6">
        <TextLink href="/forgot">{t("signIn.forgot")}</TextLink>
      </p>
      <p class="mt-3 text-muted">
        {t("signIn.toSignUp")} <TextLink href="/sign-up">{t("signIn.toSignUp.link")}</TextLink>
      </p>
    </Welcome>
  );
}
