// Device actions: everything that was asked of any device, newest first, as it goes on.

import { graph } from "./api.js";
import { stateTag } from "./device.js";
import { breakable, fill, h } from "./dom.js";
import { date } from "./format.js";
import { t, word } from "./i18n.js";
import { on, settled } from "./live.js";
import { to } from "./router.js";
import { heading, place, refusal, sayRefusal } from "./shell.js";

const PAGE = 50;

export const auditRow = (audit) =>
  h("tr", { dataset: { id: audit.id } },
    h("td", {}, word("action", audit.action)),
    h("td", {}, stateTag(audit.actionState)),
    h("td", {}, audit.managedDeviceId ? h("a", { href: to(`/device/${audit.managedDeviceId}`) }, audit.deviceDisplayName || audit.managedDeviceId) : audit.deviceDisplayName),
    h("td", {}, audit.initiatedByUserPrincipalName ? breakable(audit.initiatedByUserPrincipalName) : t("app")),
    h("td", {}, date(audit.requestDateTime)));

export async function actionsView(root, { signal }) {
  place([[t("allServices"), "/"], [t("intune"), "/intune"], [t("devices"), "/devices"], [t("deviceActions"), "/actions"]]);
  const body = h("tbody", { "aria-live": "polite" });
  // Hidden as a whole: an empty row below a list that grows by itself would only be pushed about.
  const older = h("div.pager", { hidden: true }, h("button", { type: "button", onclick: () => ((top += PAGE), load()) }, t("olderActions")));
  fill(root, heading(t("deviceActions"), t("actionsLead")),
    h("div.table-wrap.live", { tabindex: "0", role: "region", "aria-label": t("deviceActions") }, h("table.audits", {}, h("caption.hidden", {}, t("deviceActions")),
      h("thead", {}, h("tr", {}, ["action", "status", "device", "initiatedBy", "date"].map((key) => h("th", { scope: "col" }, t(key))))), body)),
    older);
  let top = PAGE;
  const load = async () => {
    try {
      const audits = await graph("GET", `/beta/deviceManagement/remoteActionAudits?$top=${top}`, undefined, signal);
      fill(body, audits.value.length ? audits.value.map(auditRow) : h("tr", {}, h("td.nothing", { colspan: 5 }, t("noAudits"))));
      older.hidden = !audits["@odata.nextLink"];
    } catch (error) {
      if (error.name === "AbortError") return;
      if (body.childElementCount && error.status !== 403) sayRefusal(error);
      else fill(root, heading(t("deviceActions")), refusal(error));
    }
  };
  on("world", settled(load), signal);
  await load();
}
