// Microsoft Intune, and its devices from afar: how many there are, of which platform, and where to go from here.

import { graph } from "./api.js";
import { auditRow } from "./actions.js";
import { fill, h, icon } from "./dom.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { on, settled } from "./live.js";
import { to } from "./router.js";
import { heading, place, refusal } from "./shell.js";

const tile = (path, image, key, lead) =>
  h("li", {}, h("a.tile", { href: to(path) }, icon(image), h("span", {}, h("b", {}, t(key)), lead && h("small", {}, lead))));

export function intuneView(root) {
  place([[t("allServices"), "/"], [t("intune"), "/intune"]]);
  fill(root, heading(t("intune")), h("h2", {}, t("manage")), h("ul.tiles", {}, tile("/devices", "devices", "devices")));
}

const PLATFORMS = [
  ["iosCount", "iOS / iPadOS"], ["androidCount", "Android"], ["windowsCount", "Windows"], ["macOSCount", "macOS"],
  ["linuxCount", "Linux"], ["chromeOSCount", "ChromeOS"], ["windowsMobileCount", "Windows Phone"],
];

export async function devicesOverview(root, { signal }) {
  place([[t("allServices"), "/"], [t("intune"), "/intune"], [t("devices"), "/devices"]]);
  const counts = h("div.counts", { "aria-busy": "true" });
  const recent = h("tbody");
  fill(root, heading(t("devices")),
    h("ul.tiles", {}, tile("/devices/all", "list", "allDevices"), tile("/actions", "actions", "deviceActions")),
    h("h2", {}, t("enrolledDevices")), counts,
    h("h2", {}, t("recentActions")),
    h("div.table-wrap.recent", { tabindex: "0", role: "region", "aria-label": t("recentActions") }, h("table", {}, h("caption.hidden", {}, t("recentActions")),
      h("thead", {}, h("tr", {}, ["action", "status", "device", "initiatedBy", "date"].map((key) => h("th", { scope: "col" }, t(key))))), recent)));
  const load = async () => {
    try {
      const overview = await graph("GET", "/beta/deviceManagement/managedDeviceOverview", undefined, signal);
      const summary = overview.deviceOperatingSystemSummary ?? {};
      const rows = PLATFORMS.map(([name, label]) => [label, summary[name] ?? 0]).filter(([, count]) => count > 0);
      const most = Math.max(1, ...rows.map(([, count]) => count));
      fill(counts,
        h("p.total", {}, h("b", {}, number(overview.enrolledDeviceCount)), t("enrolledDevices")),
        h("ul.bars", { "aria-label": t("byPlatform") }, rows.map(([label, count]) =>
          h("li", {}, h("span", {}, label), h("meter", { min: 0, max: most, value: count, "aria-label": label }), h("b", {}, number(count))))));
      counts.removeAttribute("aria-busy");
      const audits = await graph("GET", "/beta/deviceManagement/remoteActionAudits?$top=5", undefined, signal);
      fill(recent, audits.value.length ? audits.value.map(auditRow) : h("tr", {}, h("td.nothing", { colspan: 5 }, t("noAudits"))));
    } catch (error) {
      if (error.name !== "AbortError") fill(counts, refusal(error));
    }
  };
  on("world", settled(load, 300), signal);
  await load();
}
