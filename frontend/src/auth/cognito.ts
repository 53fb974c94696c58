/** The only file that loads Amplify, which is heavy: import it lazily, through `session.ts`. */
import { Amplify } from "aws-amplify";
import {
  confirmResetPassword,
  confirmUserAttribute,
  fetchAuthSession,
  resetPassword,
  sendUserAttributeVerificationCode,
  signIn,
  signOut,
  signUp,
  updatePassword,
} from "aws-amplify/auth";
import type { Config } from "../config";

export function configure(config: Config): void {
  Amplify.configure({
    Auth: {
      Cognito: {
        userPoolId: config.user_pool_id,
        userPoolClientId: config.user_pool_client_id,
        ...(config.cognito_endpoint ? { userPoolEndpoint: config.cognito_endpoint } : {}),
      },
    },
  });
}

/** The next step that Cognito asks for; "DONE" once signed in. The password never leaves (SRP). */
export async function enter(email: string, password: string): Promise<string> {
  const input = { username: email, password, options: { authFlowType: "USER_SRP_AUTH" as const } };
  try {
    return (await signIn(input)).nextStep.signInStep;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "UserAlreadyAuthenticatedException")
      throw error;
    await signOut(); // what another tab left behind; whoever types a password means to enter anew
    return (await signIn(input)).nextStep.signInStep;
  }
}

export async function register(email: string, password: string): Promise<void> {
  await signUp({ username: email, password, options: { userAttributes: { email } } });
}

/** A valid access token, refreshed where needed; null when the session is over. */
export async function freshToken(forceRefresh: boolean): Promise<string | null> {
  const session = await fetchAuthSession({ forceRefresh });
  return session.tokens?.accessToken.toString() ?? null;
}

/** In this browser, or for every device that has a session; throws where that could not be told. */
export async function leave(isEverywhere: boolean): Promise<void> {
  await signOut({ global: isEverywhere });
}

/** Mails a code, if the address of that account is verified; says nothing about whether there is one. */
export async function askReset(email: string): Promise<void> {
  await resetPassword({ username: email });
}

export async function reset(email: string, code: string, newPassword: string): Promise<void> {
  await confirmResetPassword({ username: email, confirmationCode: code, newPassword });
}

export async function changePassword(oldPassword: string, newPassword: string): Promise<void> {
  await updatePassword({ oldPassword, newPassword });
}

export async function askEmailCode(): Promise<void> {
  await sendUserAttributeVerificationCode({ userAttributeKey: "email" });
}

export async function verifyEmail(code: string): Promise<void> {
  await confirmUserAttribute({ userAttributeKey: "email", confirmationCode: code });
}
