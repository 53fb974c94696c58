/** Changing one's password while signed in. */
import { useState } from "preact/hooks";
import { unmetRules } from "../auth/password";
import type { Problem } from "../auth/problems";
import { useLanguage, useServices } from "../context";
import { Button } from "../ui/controls";
import { PasswordField } from "../ui/fields";
import { focusFirstFault } from "../ui/focus";
import { Panel } from "../ui/panel";
import { PasswordRules } from "../ui/password-rules";
import { ProblemBanner } from "../ui/problem-banner";

type Phase = "closed" | "open" | "working" | "done";

export function PasswordPanel() {
  const { t } = useLanguage();
  const [phase, setPhase] = useState<Phase>("closed");
  const isOpen = phase === "open" || phase === "working";
  return (
    <Panel title={t("settings.password")}>
      {phase === "done" && (
        <p role="status" class="mb-3 text-up">
          {t("settings.password.done")}
        </p>
      )}
      {isOpen ? (
        <PasswordForm isWorking={phase === "working"} setPhase={setPhase} />
      ) : (
        <Button quiet onClick={() => setPhase("open")}>
          {t("settings.password.change")}
        </Button>
      )}
    </Panel>
  );
}

interface FormProps {
  isWorking: boolean;
  setPhase: (phase: Phase) => void;
}

function PasswordForm({ isWorking, setPhase }: FormProps) {
  const { t } = useLanguage();
  const { session } = useServices();
  const [old, setOld] = useState("");
  const [chosen, setChosen] = useState("");
  const [isTried, setTried] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isWeak = unmetRules(chosen).length > 0;
  const isWrong = problem === "wrong_credentials";
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (old === "" || isWeak) return focusFirstFault(event.currentTarget as HTMLFormElement);
    setPhase("working");
    setProblem(null);
    const found = await session.changePassword(old, chosen);
    setProblem(found);
    setPhase(found ? "open" : "done");
  };
  const oldFault = () => {
    if (isWrong) return t("settings.password.wrong");
    return isTried && old === "" ? t("auth.password.missing") : null;
  };
  return (
    <form noValidate onSubmit={submit} class="flex max-w-md flex-col gap-1">
      <ProblemBanner problem={isWrong ? null : problem} />
      <PasswordField
        name="old"
        label={t("settings.password.old")}
        value={old}
        fault={oldFault()}
        onInput={(value) => {
          setOld(value);
          if (isWrong) setProblem(null);
        }}
        isNew={false}
      />
      <PasswordField
        name="new"
        label={t("settings.password.new")}
        value={chosen}
        fault={isTried && isWeak ? t("password.weak") : null}
        onInput={setChosen}
        isNew
      />
      <PasswordRules password={chosen} />
      <Button type="submit" disabled={isWorking}>
        {t(isWorking ? "settings.password.working" : "settings.password.change")}
      </Button>
    </form>
  );
}
