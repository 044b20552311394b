import { escapeHtml } from "../../../shared/kit/http/html.ts";
import { MAX_NUMBER } from "../accounts/accounts.ts";
import { AccountForms } from "./browser/account-forms.ts";
import { pageStyle } from "./page-style.ts";

const accountStyle = `
main {
  display: grid;
  gap: 1.5rem;
  padding: 1.5rem 0;
}
form,
#own {
  display: grid;
  gap: 1rem;
  padding: 1.5rem;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 0.75rem;
}
#own[hidden],
form[hidden] {
  display: none;
}
label {
  display: grid;
  gap: 0.25rem;
}
input,
button {
  min-width: 0;
  min-height: 2.75rem;
  padding: 0.5rem 0.75rem;
  color: inherit;
  background: var(--paper);
  border: 1px solid var(--muted);
  border-radius: 0.5rem;
  font: inherit;
}
button {
  cursor: pointer;
}
button[aria-disabled="true"] {
  cursor: progress;
  opacity: 0.6;
}
button[value="login"],
#next {
  color: var(--paper);
  background: var(--ink);
}
:focus-visible {
  outline: 3px solid var(--accent);
  outline-offset: 2px;
}
.actions {
  display: flex;
  flex-wrap: wrap;
  gap: 0.75rem;
}
#own form {
  padding: 0;
  border: 0;
}
#number {
  font-size: 4rem;
  line-height: 1.1;
  overflow-wrap: anywhere;
}
#message {
  min-height: 1.5rem;
}
`;

/**
 * The page on which a user registers, logs in, and raises a number.
 *
 * The email's field is of type text: one of type email changes what is typed (`bücher.example`
 * becomes `xn--bcher-kva.example`), and refuses what the API accepts.
 *
 * @param scriptNonce nonce of the page's own script
 */
export function renderAccountPage(scriptNonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Your number · Page counter</title>
<link rel="icon" href="data:,">
<style>${pageStyle}${accountStyle}</style>
</head>
<body>
<main>
<h1>Your number</h1>
<form id="credentials">
<label>Email <input id="email" type="text" inputmode="email" autocapitalize="none"
 spellcheck="false" autocomplete="username" required></label>
<label>Password <input id="password" type="password" autocomplete="current-password"
 minlength="8" maxlength="128" required></label>
<div class="actions">
<button type="submit" value="login">Log in</button>
<button type="submit" value="register">Register</button>
</div>
</form>
<section id="own" aria-label="Your number" hidden>
<p id="number" aria-live="polite">0</p>
<div class="actions">
<button id="next" type="button">Next number</button>
<button id="leave" type="button">Log out</button>
</div>
<form id="set">
<label>Set it to <input id="current" type="number" min="0" max="${MAX_NUMBER}" step="1" required></label>
<div class="actions"><button type="submit">Set</button></div>
</form>
</section>
<p id="message" role="status"></p>
<noscript>
<p>This page needs JavaScript. Without it, use the API: <a href="/counter/docs">its documentation</a>.</p>
</noscript>
</main>
<footer><a href="/counter/docs">API documentation</a> <a href="/">Counter</a></footer>
<script type="module" nonce="${escapeHtml(scriptNonce)}">new (${String(AccountForms)})().start();</script>
</body>
</html>
`;
}
