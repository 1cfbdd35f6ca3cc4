// The walk of the article, step by step, in one language: a supported device of each kind, one that is not, and somebody
// whose role does not allow it.

import { check } from "./report.mjs";
import { withPage } from "./browser.mjs";
import { WORDS } from "./words.mjs";

const person = (page, address) => page.locator(".person", { hasText: address });
const has = async (name, locator, text) => {
  await locator.filter({ hasText: text }).first().waitFor();
  check(name, true);
};

/// Signs in and goes from All services to the list by the links a person would use.
async function enter({ page, picture, steady }, words, address, language) {
  await page.goto(`${page.base}/`);
  await person(page, address).waitFor();
  check(`${language}: the page is in the browser's language`, (await page.getAttribute("html", "lang")) === language);
  if (address.startsWith("helpdesk")) await picture("01-sign-in");
  await person(page, address).click();
  await page.getByRole("heading", { name: words.services }).waitFor();
  await page.getByPlaceholder(words.filter).fill("Intune");
  await page.locator(".service").first().waitFor();
  check(`${language}: the filter leaves Microsoft Intune`, (await page.locator(".service").allInnerTexts()).join() === words.intune);
  if (address.startsWith("helpdesk")) await picture("02-all-services");
  await page.locator("a.service", { hasText: words.intune }).click();
  await page.getByRole("heading", { name: words.intune, exact: true }).waitFor();
  await page.locator(".tile", { hasText: words.devices }).click();
  await page.locator(".total").waitFor();
  if (address.startsWith("helpdesk")) await picture("03-devices");
  await page.locator(".tile", { hasText: words.all }).click();
  await page.locator("table.devices td a").first().waitFor();
  await steady("up to the list of devices");
}

async function find(page, name) {
  await page.locator("#device-search").fill(name);
  const row = page.locator("table.devices td a").filter({ hasText: new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`) });
  await row.waitFor();
  await row.click();
  await page.getByRole("heading", { name, exact: true, level: 1 }).waitFor();
  await page.locator(".command.more").waitFor();
}

const openMore = async (page, words) => {
  const more = page.locator(".command.more");
  check(`the menu is called ${words.more}`, (await more.innerText()) === words.more);
  await more.click();
  return page.getByRole("menuitem", { name: words.remove });
};

export async function walk(browser, base, artefacts, control, language) {
  const words = WORDS[language];
  await withPage(browser, base, artefacts, { language: words.language, name: language }, async (hand) => {
    const { page, picture, steady, expect } = hand;
    // A token that ran out while the clock was moved is asked for anew.
    expect(/status of 401/);
    page.base = base;
    await enter(hand, words, "helpdesk@", language);
    await has(`${language}: the role is shown`, page.locator(".who"), words.helpDesk);
    await picture("04-all-devices");

    // Android before 7: a temporary passcode replaces the old one.
    await find(page, "Android-6");
    await (await openMore(page, words)).waitFor();
    await picture("05-more");
    await page.getByRole("menuitem", { name: words.remove }).click();
    await has(`${language}: it says what will happen`, page.locator("dialog"), words.willReplace);
    await picture("06-confirm");
    await page.getByRole("button", { name: words.cancel }).click();
    check(`${language}: nothing is asked for without a yes`, (await page.locator(".results .nothing").count()) === 1);
    await (await openMore(page, words)).click();
    await page.getByRole("button", { name: words.confirm }).click();
    await has(`${language}: it says that it was initiated`, page.locator(".toast"), words.initiated);
    await has(`${language}: it is pending at first`, page.locator(".results"), words.pending);
    await control("POST", "/api/tenants/default/clock/advance", { by: "PT10S" });
    await has(`${language}: it is done when the device has answered, without a reload`, page.locator(".results"), words.done);
    await has(`${language}: the temporary passcode is there`, page.locator(".passcode"), words.temporary);
    const code = await page.locator(".passcode output").innerText();
    check(`${language}: it is of letters and digits`, /^[A-Za-z0-9]{6,16}$/.test(code), code);
    await page.locator(".passcode .copy").click();
    await page.locator(".toast.good").waitFor();
    check(`${language}: the button copies it`, (await page.evaluate(() => navigator.clipboard.readText())) === code);
    await picture("07-temporary-passcode");
    await steady("on the page of a device");

    // iOS: removed, and nothing to show.
    await page.locator(".rail a", { hasText: words.all }).click();
    await find(page, "iPhone-1");
    await (await openMore(page, words)).click();
    await has(`${language}: on iOS it will be removed`, page.locator("dialog"), words.willRemove);
    await page.getByRole("button", { name: words.confirm }).click();
    await page.locator(".results .tag").waitFor();
    await control("POST", "/api/tenants/default/clock/advance", { by: "PT10S" });
    await has(`${language}: it is done on iOS`, page.locator(".results"), words.done);
    check(`${language}: there is no passcode to show`, await page.locator(".passcode").isHidden());

    // Devices → Device actions: live while one looks.
    await page.locator(".crumbs a", { hasText: words.devices }).first().click();
    await page.locator(".tile", { hasText: words.actions }).click();
    await page.locator(".audits td a").first().waitFor();
    const names = await page.locator(".audits td a").allInnerTexts();
    check(`${language}: the newest action comes first`, names[0] === "iPhone-1" && names[1] === "Android-6", names.join());
    const before = await page.locator(".audits tbody tr").count();
    await anotherAction(control, base);
    await page.waitForFunction((count) => document.querySelectorAll(".audits tbody tr").length > count, before);
    check(`${language}: what somebody else does appears by itself`, true);
    await picture("08-device-actions");
    await steady("on the list of actions");

    // The seven days are over.
    await control("POST", "/api/tenants/default/clock/advance", { by: "P8D" });
    await page.locator(".audits td a", { hasText: "Android-6" }).first().click();
    await page.locator(".results .tag").waitFor();
    check(`${language}: after seven days the passcode is no longer shown`, await page.locator(".passcode").isHidden());

    // Not supported: the row that decides, and its source.
    await page.locator(".rail a", { hasText: words.all }).click();
    await find(page, "DESKTOP-1");
    const item = await openMore(page, words);
    check(`${language}: on a PC it is disabled`, (await item.getAttribute("aria-disabled")) === "true");
    const reason = page.locator(`#${await item.getAttribute("aria-describedby")}`);
    await has(`${language}: the row that decides is named`, reason, words.unsupportedRow);
    await has(`${language}: and its source`, reason, words.source);
    await item.click({ force: true });
    check(`${language}: and nothing happens`, (await page.locator("dialog").count()) === 0);
    await picture("09-not-supported");

    // The switch.
    await page.getByRole("button", { name: words.other }).click();
    const other = WORDS[language === "fr" ? "en" : "fr"];
    await page.locator(".rail a", { hasText: other.all }).waitFor();
    await page.reload();
    await page.locator(".rail a", { hasText: other.all }).waitFor();
    check(`${language}: the language can be switched, and stays`, true);
  });

  await withPage(browser, base, artefacts, { language: words.language, name: `${language}-read-only` }, async (hand) => {
    const { page, picture } = hand;
    page.base = base;
    await enter(hand, words, "read.only@", language);
    await find(page, "Android-6");
    const item = await openMore(page, words);
    check(`${language}: a role without the right finds it disabled`, (await item.getAttribute("aria-disabled")) === "true");
    await has(`${language}: and sees why`, page.locator(`#${await item.getAttribute("aria-describedby")}`), words.lacks);
    await picture("10-no-right");
  });

  await withPage(browser, base, artefacts, { language: words.language, name: `${language}-no-role` }, async (hand) => {
    const { page, picture, expect } = hand;
    expect(/status of 403/);
    await page.goto(`${base}/`);
    await person(page, "unlicensed@").click();
    await page.locator(".service").first().waitFor();
    await page.goto(`${base}/#/devices/all`);
    await has(`${language}: who has no licence is told so`, page.locator(".empty"), words.refused);
    await picture("11-no-licence");
  });
}

/// Somebody else asks for something, with a client of their own.
async function anotherAction(control, base) {
  const found = await control("GET", "/api/tenants/default/search?text=iPad-1");
  const { access_token } = await control("POST", "/api/tenants/default/tokens", {});
  const { graphUrl } = await (await fetch(`${base}/api/ready`)).json();
  const answer = await fetch(`${graphUrl}/deviceManagement/managedDevices/${found.value[0].id}/syncDevice`, {
    method: "POST",
    headers: { authorization: `Bearer ${access_token}`, "content-length": "0" },
  });
  check("a client's own action is accepted", answer.status === 204, answer.status);
}
