/** A forgotten password: a code to the verified e-mail, then a new one. */
import { useState } from "preact/hooks";
import { isEmail } from "../auth/email";
import { unmetRules } from "../auth/password";
import type { Problem } from "../auth/problems";
import { useLanguage, useServices } from "../context";
import { Button, ButtonLink, TextLink } from "../ui/controls";
import { CodeField, EmailField, PasswordField } from "../ui/fields";
import { focusFirstFault } from "../ui/focus";
import { PasswordRules } from "../ui/password-rules";
import { ProblemBanner } from "../ui/problem-banner";
import { Heading, Welcome } from "../ui/welcome";

type Step = "email" | "code" | "done";

export default function Forgot() {
  const { t } = useLanguage();
  const [step, setStep] = useState<Step>("email");
  const [email, setEmail] = useState("");
  return (
    <Welcome title={t("forgot.title")}>
      {step === "email" && (
        <AskCode email={email} onInput={setEmail} onSent={() => setStep("code")} />
      )}
      {step === "code" && <NewPassword email={email} onDone={() => setStep("done")} />}
      {step === "done" && (
        <>
          <Heading title={t("forgot.done.title")} lead={t("forgot.done.lead")} />
          <ButtonLink href="/sign-in" class="min-h-12">
            {t("nav.signIn")}
          </ButtonLink>
        </>
      )}
      {step !== "done" && (
        <p class="mt-6">
          <TextLink href="/sign-in">{t("forgot.toSignIn")}</TextLink>
        </p>
      )}
    </Welcome>
  );
}

/** A form that is sent to the user pool: what went wrong, and whether it is on its way. */
function useSending(send: () => Promise<Problem | null>, isComplete: boolean, onDone: () => void) {
  const [isTried, setTried] = useState(false);
  const [isWorking, setWorking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isComplete) return focusFirstFault(event.currentTarget as HTMLFormElement);
    setWorking(true);
    setProblem(null);
    const found = await send();
    setWorking(false);
    if (found) setProblem(found);
    else onDone();
  };
  return { isTried, isWorking, problem, submit };
}

interface AskCodeProps {
  email: string;
  onInput: (email: string) => void;
  onSent: () => void;
}

function AskCode({ email, onInput, onSent }: AskCodeProps) {
  const { t } = useLanguage();
  const { session } = useServices();
  const form = useSending(() => session.askReset(email), isEmail(email), onSent);
  return (
    <>
      <Heading title={t("forgot.title")} lead={t("forgot.lead")} />
      <ProblemBanner problem={form.problem} />
      <form noValidate onSubmit={form.submit} class="flex flex-col gap-1">
        <EmailField
          name="email"
          label={t("auth.email")}
          value={email}
          fault={form.isTried && !isEmail(email) ? t("auth.email.invalid") : null}
          onInput={onInput}
        />
        <Button type="submit" class="min-h-12" disabled={form.isWorking}>
          {t(form.isWorking ? "forgot.working" : "forgot.submit")}
        </Button>
      </form>
    </>
  );
}

function NewPassword({ email, onDone }: { email: string; onDone: () => void }) {
  const { t } = useLanguage();
  const { session } = useServices();
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const isWeak = unmetRules(password).length > 0;
  const isComplete = code.trim() !== "" && !isWeak;
  const form = useSending(() => session.reset(email, code, password), isComplete, onDone);
  return (
    <>
      <Heading title={t("forgot.code.title")} lead={t("forgot.code.lead", { email })} />
      <ProblemBanner problem={form.problem} />
      <form noValidate onSubmit={form.submit} class="flex flex-col gap-1">
        <CodeField
          name="code"
          label={t("forgot.code")}
          value={code}
          fault={form.isTried && code.trim() === "" ? t("forgot.code.missing") : null}
          onInput={setCode}
        />
        <PasswordField
          name="password"
          label={t("forgot.new")}
          value={password}
          fault={form.isTried && isWeak ? t("password.weak") : null}
          onInput={setPassword}
          isNew
        />
        <PasswordRules password={password} />
        <Button type="submit" class="min-h-12" disabled={form.isWorking}>
          {t(form.isWorking ? "settings.password.working" : "forgot.confirm")}
        </Button>
      </form>
    </>
  );
}
