/** One's e-mail, whether it is verified, and verifying it by a code. */
import { useState } from "preact/hooks";
import type { Problem } from "../auth/problems";
import { useLanguage, useServices } from "../context";
import { Button } from "../ui/controls";
import { CodeField } from "../ui/fields";
import { focusFirstFault } from "../ui/focus";
import { CheckIcon } from "../ui/icons";
import { ProblemBanner } from "../ui/problem-banner";

type Phase = "known" | "sending" | "asking" | "verifying";

export function EmailVerification({ email }: { email: string }) {
  const { t } = useLanguage();
  const { session } = useServices();
  const [isVerified, setVerified] = useState(session.isEmailVerified);
  const [phase, setPhase] = useState<Phase>("known");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isDone, setDone] = useState(false);
  const send = async () => {
    setPhase("sending");
    setProblem(null);
    const found = await session.askEmailCode();
    setProblem(found);
    setPhase(found ? "known" : "asking");
  };
  const verify = async (code: string) => {
    setPhase("verifying");
    setProblem(null);
    const found = await session.verifyEmail(code);
    setProblem(found);
    setVerified(found === null);
    setDone(found === null);
    setPhase(found ? "asking" : "known");
  };
  if (isVerified) {
    return (
      <p class="flex items-center gap-1.5 text-small text-up" role="status">
        <CheckIcon class="size-4" />
        {t(isDone ? "settings.email.done" : "settings.email.verified")}
      </p>
    );
  }
  return (
    <div class="mt-1 max-w-md">
      <ProblemBanner problem={problem} />
      {phase === "asking" || phase === "verifying" ? (
        <CodeForm email={email} isWorking={phase === "verifying"} onSubmit={verify} />
      ) : (
        <>
          <p class="mb-3 text-muted">
            {t("settings.email.unverified")} · {t("settings.email.why")}
          </p>
          <Button quiet onClick={send} disabled={phase === "sending"}>
            {t(phase === "sending" ? "forgot.working" : "settings.email.verify")}
          </Button>
        </>
      )}
    </div>
  );
}

interface CodeFormProps {
  email: string;
  isWorking: boolean;
  onSubmit: (code: string) => void;
}

function CodeForm({ email, isWorking, onSubmit }: CodeFormProps) {
  const { t } = useLanguage();
  const [code, setCode] = useState("");
  const [isTried, setTried] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (code.trim() === "") return focusFirstFault(event.currentTarget as HTMLFormElement);
    onSubmit(code);
  };
  return (
    <form noValidate onSubmit={submit}>
      <p class="mb-3 text-muted" role="status">
        {t("settings.email.sent", { email })}
      </p>
      <CodeField
        name="code"
        label={t("forgot.code")}
        value={code}
        fault={isTried && code.trim() === "" ? t("forgot.code.missing") : null}
        onInput={setCode}
      />
      <Button type="submit" disabled={isWorking}>
        {t("settings.email.confirm")}
      </Button>
    </form>
  );
}
