import { describe, expect, test } from "vitest";
import { isEmail, normalisedEmail } from "../src/auth/email";
import { unmetRules } from "../src/auth/password";
import { problemOf, problemOfStep } from "../src/auth/problems";
import { claims, storedTokens } from "../src/auth/tokens";
import { storedSession } from "./browser/samples";

const failure = (name: string, message = "") => Object.assign(new Error(message), { name });

describe("a problem", () => {
  test.each([
    ["NotAuthorizedException", "Incorrect username or password.", "wrong_credentials"],
    ["NotAuthorizedException", "Password attempts exceeded", "throttled"],
    ["UserNotFoundException", "User does not exist.", "wrong_credentials"],
    ["UserNotConfirmedException", "User is not confirmed.", "pending_approval"],
    ["TooManyRequestsException", "Rate exceeded", "throttled"],
    ["LimitExceededException", "Attempt limit exceeded, please try after some time.", "throttled"],
    ["UsernameExistsException", "User already exists", "email_taken"],
    ["InvalidPasswordException", "Password not long enough", "weak_password"],
    ["InvalidParameterException", "Username should be an email.", "bad_input"],
    ["NetworkError", "A network error has occurred.", "offline"],
    ["InternalErrorException", "", "unknown"],
    ["constructor", "", "unknown"],
  ])("named %s (%s) is %s", (name, message, expected) => {
    expect(problemOf(failure(name, message))).toBe(expected);
  });

  test("that is no error at all is unknown", () => {
    expect(problemOf("oops")).toBe("unknown");
    expect(problemOf(undefined)).toBe("unknown");
  });

  test("of a next step is approval, or a step that this page cannot do", () => {
    expect(problemOfStep("DONE")).toBeNull();
    expect(problemOfStep("CONFIRM_SIGN_UP")).toBe("pending_approval");
    expect(problemOfStep("CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED")).toBe("more_steps");
  });
});

describe("a password", () => {
  test.each([
    ["Abcdefghi1", []],
    ["Ábc defg 1Z", []],
    ["Abcdefgh1", ["length"]],
    ["abc", ["length", "upper", "digit"]],
    ["ABCDEFGHIJ", ["lower", "digit"]],
    ["👛👛👛👛👛👛👛👛👛", ["length", "lower", "upper", "digit"]],
    ["", ["length", "lower", "upper", "digit"]],
  ])("%j misses %j", (password, unmet) => {
    expect(unmetRules(password)).toEqual(unmet);
  });
});

test("an e-mail is one, however a phone's keyboard wrote it", () => {
  expect(normalisedEmail("  Ana@Ejemplo.CL ")).toBe("ana@ejemplo.cl");
  expect(isEmail(" ana@ejemplo.cl")).toBe(true);
  for (const text of ["", "ana", "ana@", "ana@ejemplo", "a na@ejemplo.cl", "@ejemplo.cl"]) {
    expect(isEmail(text), text).toBe(false);
  }
});

describe("stored tokens", () => {
  const storage = (items: Record<string, string>) => ({
    getItem: (key: string) => items[key] ?? null,
  });

  test("are read with their end and the reader's e-mail", () => {
    const found = storedTokens(storage(storedSession("client", "ñandú@ejemplo.cl", 600)), "client");
    expect(found?.email).toBe("ñandú@ejemplo.cl");
    expect((found?.expiresAtMs ?? 0) - Date.now()).toBeGreaterThan(598_000);
  });

  test("of another client, or none, or no JWT, are no session", () => {
    const items = storedSession("client", "a@b.cl", 600);
    expect(storedTokens(storage(items), "other")).toBeNull();
    expect(storedTokens(storage({}), "client")).toBeNull();
    const prefix = "CognitoIdentityServiceProvider.client";
    expect(
      storedTokens(storage({ ...items, [`${prefix}.an-account.accessToken`]: "x.y.z" }), "client"),
    ).toBeNull();
    expect(claims("")).toBeNull();
  });

  test("end earlier by the browser's clock when the server's runs ahead", () => {
    const items = storedSession("client", "a@b.cl", 600);
    const ahead = {
      ...items,
      "CognitoIdentityServiceProvider.client.an-account.clockDrift": "120000",
    };
    const found = storedTokens(storage(ahead), "client");
    expect((found?.expiresAtMs ?? 0) - Date.now()).toBeLessThan(481_000);
  });
});
