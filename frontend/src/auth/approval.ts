/** Waits for an operator to approve the account of who has just signed up, or tried to sign in. */
import { useEffect, useState } from "preact/hooks";
import { useServices } from "../context";

const CHECK_MS = 15_000;

/** When it was last asked, in milliseconds; null before the first time. Approved, the reader is signed in. */
export function useApproval(): number | null {
  const { session } = useServices();
  const [checkedAt, setCheckedAt] = useState<number | null>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!session.isAwaiting) return;
      void session.checkApproval().then(() => setCheckedAt(Date.now()));
    }, CHECK_MS);
    return () => clearInterval(timer);
  }, [session]);
  return checkedAt;
}
