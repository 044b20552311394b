import { escapeHtml } from "../../../shared/kit/http/html.ts";
import { MAX_NUMBER } from "../accounts/accounts.ts";
import { AccountForms } from "./browser/account-forms.ts";
import { stylesheet } from "../../../shared/kit/http/page/stylesheet.ts";
import { NAME, ICON } from "./counter-page.ts";

const accountStyle = `
body { max-width: 32rem; }
main, form, #own { display: grid; gap: 1.25rem; }
main { padding-top: 0.75rem; }
#own { gap: 1.5rem; }
label { display: grid; gap: 0.25rem; font-size: 0.875rem; color: var(--muted); }
label input { font-size: 1rem; color: var(--ink); }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; }
#set { grid-template-columns: 1fr auto; align-items: end; gap: 0.75rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
#number {
  font-size: clamp(2.5rem, 12vw, 4rem);
  font-weight: 600;
  line-height: 1.1;
  letter-spacing: -0.035em;
  overflow-wrap: anywhere;
}
#message { min-height: 1.5rem; }
footer { margin-top: 1rem; }
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
<link rel="icon" href="${ICON}">
<style>${stylesheet}${accountStyle}</style>
</head>
<body>
<header>${NAME}</header>
<main>
<h1>Your number</h1>
<p class="lead">A counter of your own: nobody else reads or raises it.</p>
<form id="credentials" class="card">
<label>Email <input id="email" type="text" inputmode="email" autocapitalize="none"
 spellcheck="false" autocomplete="username" required></label>
<label>Password <input id="password" type="password" autocomplete="current-password"
 minlength="8" maxlength="128" required></label>
<div class="actions">
<button type="submit" class="main" value="login">Log in</button>
<button type="submit" value="register">Register</button>
</div>
</form>
<section id="own" class="card" aria-label="Your number" hidden>
<p id="number" aria-live="polite">0</p>
<div class="actions">
<button id="next" class="main" type="button">Next number</button>
<button id="leave" type="button">Log out</button>
</div>
<form id="set">
<label>Set it to <input id="current" type="number" min="0" max="${MAX_NUMBER}" step="1" required></label>
<button type="submit">Set</button>
</form>
</section>
<p id="message" role="status"></p>
<noscript>
<p>This page needs JavaScript. Without it, use the API: <a href="/counter/docs">its documentation</a>.</p>
</noscript>
</main>
<footer><a href="/">Counter</a> <a href="/counter/docs">API documentation</a></footer>
<script type="module" nonce="${escapeHtml(scriptNonce)}">new (${String(AccountForms)})().start();</script>
</body>
</html>
`;
}
