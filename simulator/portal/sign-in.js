// Who one is: the people of the tenant with their roles, and a name for everybody else.

import { control, pick, read, signIn, tenant } from "./api.js";
import { breakable, fill, h } from "./dom.js";
import { t, word } from "./i18n.js";
import { listen } from "./live.js";
import { go, to } from "./router.js";
import { heading, place, sayRefusal } from "./shell.js";
import { changeSession, session } from "./state.js";

/** People shown as cards; everybody else can be named. Those with a role come first, and the owners of devices then. */
const SHOWN = 9;
/** Of a large fleet only those with a role: finding out who owns what takes a while there. */
const LARGE = 50_000;
const WITH_ROLE = 6;

export async function signInView(root, { signal }) {
  place([[t("signIn"), "/sign-in"]]);
  const people = h("ul.people");
  const name = h("input", { id: "sign-in-name", type: "text", autocomplete: "off", spellcheck: "false", required: true });
  const other = h("form.other", { onsubmit: (event) => (event.preventDefault(), enterNamed(name.value.trim())) },
    h("label", { for: "sign-in-name" }, t("signInOther")),
    h("div.field-row", {}, name, h("button.primary", { type: "submit" }, t("signIn"))));
  name.placeholder = t("signInName");
  const tenants = h("div.tenant-choice");
  fill(root, h("section.sign-in", {}, heading(t("signIn"), t("signInLead")), tenants, people, other));

  const { value: known } = await control("GET", "/api/tenants", undefined, signal);
  if (known.length > 1) {
    const chosen = session.tenant === "default" ? known[0].tenantId : session.tenant;
    const choose = (event) => {
      changeSession({ tenant: event.target.value, user: null, token: null });
      listen();
      signInView(root, { signal });
    };
    fill(tenants, h("label", { for: "tenant" }, t("pickTenant")),
      h("select", { id: "tenant", onchange: choose }, known.map(({ tenantId, domain }) => h("option", { value: tenantId, selected: tenantId === chosen }, domain))));
  }
  const { value: users } = await read("/users", { top: isLarge(known) ? WITH_ROLE : SHOWN }, signal);
  fill(people, users.map((user) =>
    h("li", {}, h("button.person", { type: "button", onclick: () => enter(user) },
      h("span.avatar", { "aria-hidden": "true" }, initials(user.displayName)),
      h("span.person-text", {},
        h("b", {}, user.displayName),
        h("span", {}, breakable(user.userPrincipalName)),
        h(`span.role-tag.${user.role}`, {}, word("role", user.role) + (user.licensed ? "" : `, ${t("unlicensed")}`)))))));
}

const isLarge = (tenants) => (tenants.find(({ tenantId }) => tenantId === session.tenant) ?? tenants[0]).devices > LARGE;

const initials = (name) => name.split(/\s+/).slice(0, 2).map((part) => part[0] ?? "").join("").toUpperCase();

async function enterNamed(name) {
  try {
    await enter(await tenant("GET", `/users/${encodeURIComponent(name)}`));
  } catch (error) {
    sayRefusal(error);
  }
}

async function enter(user) {
  try {
    await signIn(pick(user));
    go(to("/"));
  } catch (error) {
    sayRefusal(error);
  }
}
