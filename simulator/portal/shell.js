// The frame around every view: the bar on top, the rail on the left, the breadcrumb, and what is said in passing.

import { fill, h, icon, write } from "./dom.js";
import { chooseLanguage, language, t, word } from "./i18n.js";
import { on } from "./live.js";
import { go, here, to, withTester } from "./router.js";
import { changeSession, remember, session } from "./state.js";
import { Refused } from "./api.js";

const RAIL = [
  ["/", "services", "allServices", ["/"]],
  ["/intune", "intune", "intune", ["/intune"]],
  ["/devices", "devices", "devices", ["/devices"]],
  ["/devices/all", "list", "allDevices", ["/devices/all", "/device/"]],
  ["/actions", "actions", "deviceActions", ["/actions"]],
];

let parts = null;
let left = new AbortController();
let announcer = null;

/** Builds the frame anew, in the language that holds; the places of view and tester's side are in it. */
export function frame() {
  left.abort();
  left = new AbortController();
  const main = h("main.view", { id: "content", tabindex: "-1" });
  const rail = h(session.user ? "nav.rail" : "nav.rail.empty", { "aria-label": t("navigation") });
  const crumbs = h("nav.crumbs", { "aria-label": t("breadcrumb") });
  const dock = h("aside.dock", { hidden: true, "aria-label": t("testerTitle") });
  const user = h("div.who");
  const tester = h("a.tester-button", { href: withTester("journal"), "aria-label": t("tester") }, icon("tester"), h("span", {}, t("tester")));
  announcer ??= h("div.said", { role: "status", "aria-live": "polite" });
  const link = h("p.link-lost", { hidden: true, role: "alert" }, t("offline"));
  parts = { main, rail, crumbs, dock, user, tester };

  const menu = h("button.plain.menu-button", { type: "button", "aria-expanded": "false", "aria-label": t("menu"), onclick: toggleRail }, icon("menu"));
  const theme = h("button.plain", { type: "button", "aria-label": t("theme"), title: t("theme"), onclick: toggleTheme }, icon(isDark() ? "sun" : "moon"));
  const other = language() === "fr" ? "en" : "fr";
  const tongue = h("button.plain.tongue", { type: "button", lang: other, title: t("languageHint"), onclick: () => speak(other) }, h("span.long", {}, t("language")), h("span.short", {}, other.toUpperCase()));
  fill(
    document.body,
    h("a.skip", { href: "#content", onclick: (event) => (event.preventDefault(), main.focus()) }, t("skip")),
    h("header.top", {}, menu, h("a.brand", { href: to("/") }, h("strong", {}, t("product")), h("span", {}, t("emulated"))), h("div.top-end", {}, tongue, theme, user, tester)),
    link,
    h("div.frame", {}, rail, h("div.middle", {}, crumbs, main), dock),
    announcer,
  );
  on("link", (up) => (link.hidden = up), left.signal);
  showUser();
  return { main, dock };
}

let speak = () => {};
export const onLanguage = (listener) => {
  speak = (name) => {
    chooseLanguage(name);
    listener();
  };
};

const isDark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

function toggleTheme(event) {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  remember("theme", theme);
  fill(event.currentTarget, icon(isDark() ? "sun" : "moon"));
}

function toggleRail(event) {
  const open = parts.rail.classList.toggle("open");
  event.currentTarget.setAttribute("aria-expanded", String(open));
}

function showUser() {
  const { user } = session;
  fill(
    parts.user,
    user && [
      h("span.who-text", {}, h("b", {}, user.displayName), h("small", {}, word("role", user.role) + (user.licensed ? "" : `, ${t("unlicensed")}`))),
      h("button.plain.sign-out", { type: "button", "aria-label": t("signOut"), onclick: signOut }, icon("leave"), h("span", {}, t("signOut"))),
    ],
  );
}

function signOut() {
  changeSession({ user: null, token: null });
  go("#/sign-in");
}

/** What changes with the place: rail, breadcrumb and title. `crumbs` are `[text, path]` pairs, the last one being here. */
export function place(crumbs) {
  const { path } = here();
  fill(
    parts.rail,
    session.user &&
      h(
        "ul",
        {},
        RAIL.map(([target, image, key, prefixes]) => {
          const current = prefixes.some((prefix) => (prefix.endsWith("/") && prefix !== "/" ? path.startsWith(prefix) : path === prefix));
          return h("li", {}, h("a", { href: to(target), "aria-current": current && "page" }, icon(image), h("span", {}, t(key))));
        }),
      ),
  );
  parts.rail.classList.toggle("empty", !session.user);
  parts.rail.classList.remove("open");
  fill(
    parts.crumbs,
    h(
      "ol",
      {},
      crumbs.map(([text, target], at) =>
        h("li", {}, at === crumbs.length - 1 ? h("span", { "aria-current": "page" }, text) : h("a", { href: to(target) }, text)),
      ),
    ),
  );
  document.title = `${crumbs.at(-1)?.[0] ?? t("product")} - Simtune`;
  showUser();
}

export function markTester(open) {
  parts.tester.setAttribute("aria-expanded", String(open));
  parts.tester.href = open ? withTester(null) : withTester("journal");
}

/** The heading of a view. */
export const heading = (text, lead) => h("header.view-head", {}, h("h1", { tabindex: "-1" }, text), lead && h("p", {}, lead));

let fading = 0;

/** Says something that goes away by itself; `more` are buttons beside it. */
export function say(text, kind = "info", more = []) {
  clearTimeout(fading);
  const close = h("button.plain", { type: "button", "aria-label": t("close"), onclick: () => fill(announcer) }, icon("close"));
  fill(announcer, h(`div.toast.${kind}`, {}, h("p", {}, text), more, close));
  fading = setTimeout(() => fill(announcer), kind === "bad" ? 20_000 : 6_000);
}

/** A link to the reason of an exchange, on the tester's side. */
export const whyLink = (requestId) => requestId && h("a.why-link", { href: withTester("journal", { why: requestId }) }, t("why"));

/** Says why a call was refused. */
export function sayRefusal(error, text) {
  if (error.name === "AbortError") return;
  const told = error instanceof Refused ? error.message : t("failed");
  say(text ? t("refusedBecause", { action: text, message: told }) : told, "bad", [whyLink(error.requestId)]);
}

/** The same where a view would have been. */
export const refusal = (error) =>
  h("div.empty", { role: "alert" }, h("h2", {}, t(error.status === 403 ? "noAccess" : "failed")), h("p", {}, error.code === "noIntuneAccess" ? t(session.user?.licensed ? "lacksRole" : "lacksLicence") : error.message),
    h("p", {}, h("button", { type: "button", onclick: () => location.reload() }, t("refresh"))), whyLink(error.requestId));

/** Copies `text`, and says so on the button. */
export function copyButton(text, label = t("copy")) {
  const words = h("span", {}, t("copy"));
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      write(words, t("copied"));
      say(t("copied"), "good");
      setTimeout(() => write(words, t("copy")), 2_000);
    } catch {
      say(t("failed"), "bad");
    }
  };
  return h("button.copy", { type: "button", "aria-label": label === t("copy") ? null : label, onclick: copy }, icon("copy"), words);
}
