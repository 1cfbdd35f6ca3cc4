// The pictures of docs/portal.md: small, and the same in every run.

import { withPage } from "./browser.mjs";

const TENANT = "/api/tenants/default";

export async function pictures(browser, base, artefacts, control) {
  const find = async (name) => (await control("GET", `${TENANT}/search?text=${name}`)).value[0].id;
  const [phone, pc] = [await find("Android-6"), await find("DESKTOP-1")];
  const options = { name: "docs", width: 980, height: 540 };
  await withPage(browser, base, artefacts, { ...options, language: "fr-FR" }, async ({ page, go, picture }) => {
    await page.goto(`${base}/`);
    await page.locator(".person", { hasText: "helpdesk@" }).click();
    await page.locator(".service").first().waitFor();
    await go(`/device/${phone}`);
    await page.locator(".command.more").click();
    await page.locator("[role=menuitem]").first().waitFor();
    await picture("plus");
  });
  await withPage(browser, base, artefacts, options, async ({ page, go, picture, expect }) => {
    expect(/status of 503/);
    await page.goto(`${base}/`);
    await page.locator(".person", { hasText: "helpdesk@" }).click();
    await page.locator(".service").first().waitFor();
    await go("/devices/all");
    await page.locator("table.devices td a").first().waitFor();
    await picture("all-devices");
    const order = async () => {
      await page.locator(".command.more").click();
      await page.locator("[data-action=resetPasscode]").click();
      await page.locator("dialog").waitFor();
    };
    await go(`/device/${phone}`);
    await order();
    await picture("question");
    await page.locator("dialog button.primary").click();
    await page.locator(".results .tag.pending").waitFor();
    await control("POST", `${TENANT}/clock/advance`, { by: "PT10S" });
    await page.locator(".passcode output").waitFor();
    await page.locator(".toast button").last().click();
    await page.locator(".passcode").scrollIntoViewIfNeeded();
    await page.mouse.move(0, 0);
    await picture("device");
    await go("/actions");
    await page.locator(".audits td a").first().waitFor();
    await page.setViewportSize({ width: 1280, height: 540 });
    await go("/actions?tester=clock");
    await page.locator(".clock-face").waitFor();
    await picture("actions-and-clock");
    await page.setViewportSize({ width: options.width, height: options.height });
    await go(`/device/${pc}`);
    await page.locator(".command.more").click();
    await page.locator("[role=menuitem]").first().waitFor();
    await picture("not-supported");
    await control("PUT", `${TENANT}/faults`, { value: [{ id: "overloaded", match: { path: "/**/resetPasscode" }, apply: "not", act: { status: { code: 503, retryAfter: 30 } } }] });
    await go(`/device/${phone}`);
    await order();
    await page.locator("dialog button.primary").click();
    await page.locator(".toast .why-link").click();
    await page.locator(".facts").waitFor();
    await page.locator(".toast button").last().click();
    await page.setViewportSize({ width: options.width, height: 460 });
    await picture("why");
  });
  await withPage(browser, base, artefacts, { ...options, height: 430, dark: true }, async ({ page, go, picture }) => {
    await page.goto(`${base}/`);
    await page.locator(".person", { hasText: "helpdesk@" }).click();
    await page.locator(".service").first().waitFor();
    await go(`/device/${phone}?tester=matrix`);
    await page.locator(".matrix-table tbody").first().waitFor();
    await page.locator("#against").selectOption("2018-03-30");
    await page.locator(".matrix-table thead th").nth(1).waitFor();
    await page.locator(".matrix-table").evaluate((table) => table.scrollIntoView());
    await picture("matrix");
  });
}
