/** What can go wrong with signing up and in, as the few cases for which the app has words. */

export const PROBLEMS = [
  "wrong_credentials",
  "pending_approval",
  "throttled",
  "email_taken",
  "weak_password",
  "bad_input",
  "wrong_code",
  "expired_code",
  "more_steps",
  "offline",
  "unknown",
  "session_expired",
] as const;
export type Problem = (typeof PROBLEMS)[number];

const BY_NAME = new Map<string, Problem>(
  Object.entries({
    NotAuthorizedException: "wrong_credentials",
    UserNotFoundException: "wrong_credentials",
    UserNotConfirmedException: "pending_approval",
    TooManyRequestsException: "throttled",
    TooManyFailedAttemptsException: "throttled",
    LimitExceededException: "throttled",
    UsernameExistsException: "email_taken",
    AliasExistsException: "email_taken",
    InvalidPasswordException: "weak_password",
    InvalidParameterException: "bad_input",
    CodeMismatchException: "wrong_code",
    ExpiredCodeException: "expired_code",
    PasswordResetRequiredException: "more_steps",
    NetworkError: "offline",
  }),
);

/**
 * The case of an error of Cognito. One exception has two meanings and only its message tells them
 * apart: NotAuthorizedException is also what a lock after too many wrong passwords says.
 */
export function problemOf(error: unknown): Problem {
  const { name, message } = error instanceof Error ? error : { name: "", message: "" };
  if (name === "NotAuthorizedException" && /attempts exceeded/i.test(message)) return "throttled";
  return BY_NAME.get(name) ?? "unknown";
}

/** The case of a sign-in that Cognito answered with a next step; null once signed in. */
export function problemOfStep(step: string): Problem | null {
  if (step === "DONE") return null;
  return step === "CONFIRM_SIGN_UP" ? "pending_approval" : "more_steps";
}
