// All services: where the article's walk begins.

import { fill, h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { to } from "./router.js";
import { heading, place } from "./shell.js";

// What else such a portal lists; Simtune emulates none of it, and says so.
const OTHERS = [
  "Microsoft Entra ID", "App registrations", "Billing", "Cost management", "Groups", "Key vaults", "Monitor",
  "Resource groups", "Storage accounts", "Subscriptions", "Users", "Virtual machines",
];

export function servicesView(root) {
  place([[t("allServices"), "/"]]);
  const list = h("ul.services");
  const count = h("p.count", { role: "status" });
  const field = h("input", { id: "service-filter", type: "search", autocomplete: "off", spellcheck: "false" });
  const draw = () => {
    const wanted = field.value.trim().toLowerCase();
    const fits = (name) => name.toLowerCase().includes(wanted);
    const shown = [
      fits("Microsoft Intune") && h("li", {}, h("a.service", { href: to("/intune") }, icon("intune"), h("span", {}, t("intune")))),
      ...OTHERS.filter(fits).map((name) => h("li", {}, h("span.service.off", {}, icon("services"), h("span", {}, name, h("small", {}, t("notEmulated")))))),
    ].filter(Boolean);
    fill(list, shown.length ? shown : h("li.empty", {}, t("noService")));
    fill(count, shown.length === 1 ? t("serviceFound") : t("servicesFound", { count: shown.length }));
  };
  field.addEventListener("input", draw);
  fill(root, heading(t("allServices")),
    h("div.toolbar", {}, h("label.search", {}, icon("search"), h("span.hidden", {}, t("filterServices")), field), count), list);
  field.placeholder = t("filterServices");
  draw();
}
