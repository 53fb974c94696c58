/** What went wrong with an account, each case in its own words and tone. */
import type { Problem } from "../auth/problems";
import { useLanguage } from "../context";
import { Banner } from "./controls";
import { ClockIcon, HourglassIcon, OfflineIcon } from "./icons";

const CALM: Partial<Record<Problem, () => preact.JSX.Element>> = {
  pending_approval: () => <HourglassIcon />,
  session_expired: () => <ClockIcon />,
};
const WARN: Partial<Record<Problem, () => preact.JSX.Element>> = {
  throttled: () => <ClockIcon />,
  offline: () => <OfflineIcon />,
};

export function ProblemBanner({ problem }: { problem: Problem | null }) {
  const { t } = useLanguage();
  if (!problem) return null;
  const tone = CALM[problem] ? "calm" : WARN[problem] ? "warn" : "bad";
  const icon = (CALM[problem] ?? WARN[problem])?.();
  return (
    <div class="mb-6" key={problem}>
      <Banner tone={tone} icon={icon} title={t(`authError.${problem}.title`)}>
        {t(`authError.${problem}.text`)}
      </Banner>
    </div>
  );
}
