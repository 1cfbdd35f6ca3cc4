// Everybody can use it: axe in light and dark, a narrow screen, and a keyboard alone.

import { check } from "./report.mjs";
import { withPage } from "./browser.mjs";

const PANELS = ["journal", "physical", "clock", "faults", "matrix", "quirks", "budgets", "tenants", "connect"];

async function signIn({ page }, base, address) {
  await page.goto(`${base}/`);
  await page.locator(".person", { hasText: address }).click();
  await page.locator(".service").first().waitFor();
}

/// Every view and every panel, in one of the two sets of colours.
export async function colours(browser, base, artefacts, control, dark) {
  const { value: [android] } = await control("GET", "/api/tenants/default/search?text=Android-6");
  const { value: [phone] } = await control("GET", "/api/tenants/default/search?text=Work-profile-8");
  const options = dark ? { name: "dark", dark, language: "fr-FR" } : { name: "light" };
  await withPage(browser, base, artefacts, options, async (hand) => {
    const { page, go, accessible, picture } = hand;
    await page.goto(`${base}/`);
    await page.locator(".person").first().waitFor();
    await accessible("the sign-in");
    await page.locator(".person", { hasText: "helpdesk@" }).click();
    await page.locator(".service").first().waitFor();
    await accessible("all services");
    await go("/intune");
    await page.locator(".tile").first().waitFor();
    await accessible("Microsoft Intune");
    await go("/devices");
    await page.locator(".total").waitFor();
    await accessible("the overview of devices");
    await picture("devices");
    await go("/devices/all");
    await page.locator("table.devices td a").first().waitFor();
    await accessible("the list of devices");
    await picture("all-devices");
    await go(`/device/${phone.id}`);
    await page.locator(".command.more").click();
    await page.locator("[role=menuitem]").first().waitFor();
    await accessible("a device with its menu open, not supported");
    await picture("menu");
    await go(`/device/${android.id}`);
    await page.locator(".command.more").click();
    await page.locator("[data-action=resetPasscode]").click();
    await page.locator("dialog").waitFor();
    await accessible("the question");
    await picture("question");
    await page.locator("dialog button.primary").click();
    await page.locator(".results .tag.pending").waitFor();
    await control("POST", "/api/tenants/default/clock/advance", { by: "PT10S" });
    await page.locator(".passcode output").waitFor();
    await accessible("a temporary passcode");
    await picture("passcode");
    await go("/actions");
    await page.locator(".audits td a").first().waitFor();
    await accessible("the list of actions");
    await go("/nowhere");
    await page.locator("h1").first().waitFor();
    await accessible("a place that is none");
    for (const panel of PANELS) {
      await go(`/device/${android.id}?tester=${panel}`);
      await page.locator(`.dock[data-panel=${panel}] .panel > *`).nth(1).waitFor();
      await accessible(`the panel ${panel}`);
      await picture(`panel-${panel}`);
    }
  });
}

/// A telephone: nothing is cut off at the side, and everything can be reached.
export async function narrow(browser, base, artefacts, control) {
  const { value: [android] } = await control("GET", "/api/tenants/default/search?text=Android-6");
  await withPage(browser, base, artefacts, { name: "narrow", width: 360, height: 720 }, async (hand) => {
    const { page, go, picture, accessible, steady } = hand;
    const fits = async (what) => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      check(`narrow: ${what} fits into 360 pixels`, wide <= 360, `it is ${wide} wide`);
    };
    await page.goto(`${base}/`);
    await page.locator(".person").first().waitFor();
    await fits("the sign-in");
    await picture("sign-in", { fullPage: true });
    await signIn(hand, base, "helpdesk@");
    await fits("all services");
    await page.locator(".menu-button").click();
    await page.locator(".rail a").nth(3).click();
    await page.locator("table.devices td a").first().waitFor();
    await fits("the list");
    await picture("all-devices");
    await accessible("the list");
    await go(`/device/${android.id}`);
    await page.locator(".command.more").waitFor();
    await fits("a device");
    await picture("device");
    await page.locator(".command.more").click();
    await page.locator("[role=menuitem]").first().waitFor();
    await fits("its menu");
    await picture("menu");
    await accessible("a device");
    await page.keyboard.press("Escape");
    for (const panel of PANELS) {
      await go(`/device/${android.id}?tester=${panel}`);
      await page.locator(`.dock[data-panel=${panel}] .panel > *`).nth(1).waitFor();
      await fits(`the panel ${panel}`);
      await picture(`panel-${panel}`);
    }
    await steady("all the way");
  });
}

/// The walk with a keyboard alone: what has the focus is named by what a screen reader would say.
export async function keyboard(browser, base, artefacts, control) {
  await withPage(browser, base, artefacts, { name: "keyboard" }, async ({ page }) => {
    const focused = () => page.evaluate(() => {
      const element = document.activeElement;
      return element === document.body ? "nothing" : element.getAttribute("aria-label") || element.innerText || element.tagName;
    });
    /// Goes on with the key until the focus is on what is called so.
    const reach = async (text, key = "Tab") => {
      for (let step = 0; step < 60; step += 1) {
        if (String(await focused()).includes(text)) {
          check(`keyboard: ${text} is reached`, true);
          return;
        }
        await page.keyboard.press(key);
      }
      check(`keyboard: ${text} is reached`, false, `the last focus was on ${await focused()}`);
    };
    await page.goto(`${base}/`);
    await page.locator(".person").first().waitFor();
    await page.keyboard.press("Tab");
    check("keyboard: the first stop skips to the content", (await focused()) === "Skip to content", await focused());
    await reach("helpdesk@");
    await page.keyboard.press("Enter");
    await page.locator(".service").first().waitFor();
    await reach("Microsoft Intune");
    await page.keyboard.press("Enter");
    await page.locator(".tile").waitFor();
    check("keyboard: the new view's heading has the focus", (await focused()) === "Microsoft Intune", await focused());
    await reach("Devices");
    await page.keyboard.press("Enter");
    await page.locator(".total").waitFor();
    await reach("All devices");
    await page.keyboard.press("Enter");
    await page.locator("table.devices td a").first().waitFor();
    await reach("Android-6.9");
    await page.keyboard.press("Enter");
    await page.locator(".command.more").waitFor();
    await reach("...More");
    await page.keyboard.press("Enter");
    check("keyboard: the menu has the focus", String(await focused()).includes("Remove passcode"), await focused());
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Home");
    check("keyboard: arrows walk through it", String(await focused()).includes("Remove passcode"), await focused());
    await page.keyboard.press("Escape");
    check("keyboard: Escape leads back to its button", String(await focused()).includes("More"), await focused());
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator("dialog").waitFor();
    check("keyboard: the focus is inside the question", await page.evaluate(() => document.querySelector("dialog").contains(document.activeElement)));
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    check("keyboard: Escape asks for nothing", (await page.locator(".results .tag").count()) === 0);
    await reach("More", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await reach("Yes, go on");
    await page.keyboard.press("Enter");
    await page.locator(".results .tag.pending").waitFor();
    await control("POST", "/api/tenants/default/clock/advance", { by: "PT10S" });
    await page.locator(".passcode output").waitFor();
    check("keyboard: the walk ends with a passcode", true);
    await page.locator("h1").focus();
    await reach("Tester", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.locator(".dock h2").waitFor();
    await reach("Clock");
    await page.keyboard.press("Enter");
    await page.locator(".clock-face").waitFor();
    check("keyboard: the tester's side too", true);
  });
}
