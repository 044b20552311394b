import { z } from "zod";
import { EMAIL, MAX_NUMBER, normalizeEmail, PASSWORD_CHARACTERS } from "../accounts/accounts.ts";

const { min, max } = PASSWORD_CHARACTERS;

export const Credentials = z
  .strictObject({
    email: z
      .string()
      .transform(normalizeEmail)
      .pipe(z.string().regex(EMAIL, "expected an email address such as hello@example.com"))
      .describe("Upper and lower case are the same."),
    password: z
      .string()
      .min(min, `expected ${min} to ${max} characters`)
      .max(max, `expected ${min} to ${max} characters`)
      .describe(`${min} to ${max} characters.`),
  })
  .meta({
    id: "Credentials",
    examples: [{ email: "hello@example.com", password: "correct horse battery" }],
  });

export const Registration = z.object({ email: z.string(), message: z.string() }).meta({
  id: "Registration",
  examples: [
    {
      email: "hello@example.com",
      message: "Registered. Log in to get an access token.",
    },
  ],
});

export const AccessToken = z
  .object({
    access_token: z.string().describe("Sent as `Authorization: Bearer <access_token>`."),
    token_type: z.literal("Bearer"),
    expires_in: z.int().min(1).max(3_600).describe("Seconds."),
  })
  .meta({
    id: "AccessToken",
    examples: [
      {
        access_token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJoZWxsb0BleGFtcGxlLmNvbSJ9.c2lnbmF0dXJl",
        token_type: "Bearer",
        expires_in: 3_600,
      },
    ],
  });

const Amount = z.int().min(0).max(MAX_NUMBER);

export const OwnNumber = z
  .object({ number: Amount })
  .meta({ id: "OwnNumber", examples: [{ number: 12 }] });

export const NumberSet = OwnNumber.extend({ message: z.string() }).meta({
  id: "NumberSet",
  examples: [{ number: 1_000, message: "The next number is 1001." }],
});

const expected = `expected a whole number, 0 to ${MAX_NUMBER}`;
const NewAmount = z
  .int({ error: expected, abort: true })
  .min(0, expected)
  .max(MAX_NUMBER, expected);
const WrittenAmount = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})$/, expected)
  .transform(Number);

export const NumberBody = z
  .strictObject({
    current: z
      .union([NewAmount, WrittenAmount], expected)
      .describe("The new number; the next one is one more."),
  })
  .meta({ id: "NumberBody", examples: [{ current: 1_000 }] });
