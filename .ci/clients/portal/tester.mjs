// The tester's side: every panel does what it says.

import { check } from "./report.mjs";
import { withPage } from "./browser.mjs";

const TENANT = "/api/tenants/default";

export async function tester(browser, base, artefacts, control) {
  await withPage(browser, base, artefacts, { name: "tester" }, async ({ page, go, picture, expect, accessible }) => {
    expect(/status of 4\d\d/, /status of 50\d/);
    await page.goto(`${base}/`);
    await page.locator(".person", { hasText: "intune.admin@" }).click();
    await page.locator(".service").first().waitFor();
    const { value: [device] } = await control("GET", `${TENANT}/search?text=Android-6.9`);
    const panel = async (name) => {
      await page.locator(".tabs a", { hasText: new RegExp(`^${name}$`) }).click();
      await page.locator(".tabs a[aria-current]", { hasText: name }).waitFor();
    };

    // Journal: live, and each answer's reason.
    await page.locator(".tester-button").click();
    await page.locator(".dock h2").waitFor();
    await go(`/device/${device.id}?tester=journal`);
    await page.locator(".exchange", { hasText: device.id }).first().waitFor();
    check("journal: the portal's own request is there", true);
    const { access_token } = await control("POST", `${TENANT}/tokens`, { defect: "expired" });
    const { graphUrl } = await control("GET", "/api/ready");
    await fetch(`${graphUrl}/deviceManagement/managedDevices?$filter=deviceName eq 'seen-live'`, { headers: { authorization: `Bearer ${access_token}` } });
    await page.locator(".exchange", { hasText: "seen-live" }).waitFor();
    check("journal: a client's request appears by itself", true);
    await page.getByLabel("Hide this portal’s own").check();
    await page.waitForFunction((id) => ![...document.querySelectorAll(".exchange")].some((row) => row.textContent.includes(id)), device.id);
    check("journal: the portal's own can be hidden", true);
    await picture("journal");
    await page.locator(".exchange", { hasText: "seen-live" }).click();
    await page.locator(".facts").waitFor();
    check("journal: why says who decided", (await page.locator(".facts").innerText()).includes("token"));
    await picture("why");
    await accessible("the reason of an exchange");

    // Faults: chosen, armed, met, counted, disarmed.
    await panel("Faults");
    await page.locator("#fault-act").selectOption({ label: "503, Retry-After 30" });
    await page.locator("#fault-match").selectOption({ label: "resetPasscode" });
    await page.locator("#fault-times").selectOption("1");
    await page.locator("form", { has: page.locator("#fault-act") }).getByRole("button", { name: "Arm" }).click();
    await page.locator(".dock .box", { hasText: "0 hits" }).waitFor();
    await page.locator(".command.more").click();
    await page.getByRole("menuitem", { name: "Remove passcode" }).click();
    await page.getByRole("button", { name: "Yes, go on" }).click();
    await page.locator(".toast.bad").waitFor();
    check("faults: the portal meets it", (await page.locator(".toast.bad").innerText()).includes("refused"));
    await page.locator(".dock .box", { hasText: "1 hit" }).waitFor();
    check("faults: the hit is counted while one looks", true);
    await picture("faults");
    await page.locator(".toast .why-link").click();
    await page.locator(".facts").waitFor();
    check("faults: why names the fault", (await page.locator(".panel").innerText()).includes("portal-503-retry-after-30"));
    await panel("Faults");
    await page.getByRole("button", { name: "Disarm all" }).click();
    await page.getByText("Nothing goes wrong.").waitFor();
    check("faults: none is left", (await control("GET", `${TENANT}/faults`)).value.length === 0);
    await page.locator("#fault-profile").selectOption({ index: 1 });
    await page.locator("form", { has: page.locator("#fault-profile") }).getByRole("button", { name: "Arm" }).click();
    await page.getByRole("button", { name: "Disarm all" }).waitFor();
    check("faults: a profile arms", (await control("GET", `${TENANT}/faults`)).value.length > 0);
    await page.getByRole("button", { name: "Disarm all" }).click();
    await page.getByText("Nothing goes wrong.").waitFor();

    // The physical side: an offline device stays pending, however far the clock moves.
    await panel("Device");
    await page.locator("#p-online").uncheck();
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".toast.good", { hasText: "Saved" }).waitFor();
    check("device: it is offline now", (await control("GET", `${TENANT}/devices/${device.id}`)).physical.online === false);
    await page.locator(".command.more").click();
    await page.getByRole("menuitem", { name: "Remove passcode" }).click();
    await page.getByRole("button", { name: "Yes, go on" }).click();
    await page.locator(".results .tag.pending").waitFor();

    // Clock: frozen already; advanced; and it runs.
    await panel("Clock");
    await page.locator(".dock .tag", { hasText: "frozen" }).waitFor();
    const before = Date.parse((await control("GET", `${TENANT}/clock`)).now);
    await page.getByRole("button", { name: "+ 8 h" }).click();
    await page.locator(".toast.good").waitFor();
    const after = Date.parse((await control("GET", `${TENANT}/clock`)).now);
    check("clock: it was moved by eight hours", after - before === 8 * 3_600_000, after - before);
    check("clock: an offline device is still pending", await page.locator(".results .tag.pending").isVisible());
    await page.locator("#advance-by").fill("soon");
    await page.locator(".dock form").getByRole("button", { name: "Advance" }).click();
    await page.locator(".toast.bad").waitFor();
    check("clock: what is no duration is refused", true);
    await picture("clock");

    await panel("Device");
    await page.locator("#p-token").selectOption("wrong");
    await page.locator("#p-online").check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".toast.good", { hasText: "Saved" }).waitFor();
    await page.getByRole("button", { name: "Check in now" }).click();
    await page.locator(".results .tag.done").waitFor();
    check("device: online again, it answers at its check-in", true);
    check("device: the unlock token is wrong now", (await control("GET", `${TENANT}/devices/${device.id}`)).physical.unlockToken === "wrong");
    await picture("device");

    await panel("Clock");
    await page.getByRole("button", { name: "Settle" }).click();
    await page.locator(".toast.good").waitFor();
    check("clock: it settles", true);
    await page.getByRole("button", { name: "Let it run" }).click();
    await page.locator(".dock .tag", { hasText: "running" }).waitFor();
    await page.getByRole("button", { name: "Freeze" }).click();
    await page.locator(".dock .tag", { hasText: "frozen" }).waitFor();
    check("clock: it runs and is frozen again", (await control("GET", `${TENANT}/clock`)).mode === "manual");

    // Matrix: one edition, and two side by side.
    await panel("Matrix");
    await page.locator(".matrix-table tbody").first().waitFor();
    const rows = await page.locator(".matrix-table tbody").count();
    await page.locator("#against").selectOption("2026-08-19");
    await page.locator(".matrix-table .changed").first().waitFor();
    check("matrix: two editions side by side", (await page.locator(".matrix-table thead th").allInnerTexts()).join() === "2018-03-08,2026-08-19");
    await picture("matrix");
    await page.getByLabel("Only differences").check();
    await page.waitForFunction(() => document.querySelectorAll(".matrix-table tbody:not(:last-child) tr:not(.changed)").length === 0);
    check("matrix: rows are there", rows > 5, rows);

    // Quirks.
    await panel("Quirks");
    await page.locator("#quirk-orderby").waitFor();
    await page.locator("#quirk-orderby").selectOption("honour");
    await page.locator(".toast.good").waitFor();
    const orderby = (await control("GET", `${TENANT}/quirks`)).value.find(({ name }) => name === "orderby");
    check("quirks: one is decided otherwise", orderby.value === "honour");
    await page.locator("#quirk-profile").selectOption("realistic");
    await page.waitForFunction(() => document.querySelector("#quirk-orderby").value === "ignore");
    check("quirks: a profile decides them all", true);
    check("quirks: sources are shown", (await page.locator(".quirk small").first().innerText()).includes("Source: "));
    await picture("quirks");

    // Budgets.
    await panel("Budgets");
    await page.locator(".budget").first().waitFor();
    await page.locator("#budget-mode").selectOption("0.01");
    await page.locator(".toast.good").waitFor();
    const view = await control("GET", `${TENANT}/throttle`);
    check("budgets: a factor is enforced", view.mode === "enforce" && view.factor === 0.01, view.mode, view.factor);
    await picture("budgets");
    await page.locator("#budget-mode").selectOption("report");
    await page.waitForFunction(() => document.querySelector("#budget-mode").value === "report");

    // Connect: the snippet for the shell works as it stands.
    await panel("Connect");
    await page.locator(".snippet pre").first().waitFor();
    const snippets = await page.locator(".snippet pre").allInnerTexts();
    check("connect: the snippets have this run's values", snippets.length === 4 && snippets.every((text) => text.includes(new URL(graphUrl).port)));
    await page.locator(".snippet .copy").nth(3).click();
    await page.locator(".toast.good").waitFor();
    const node = await page.evaluate(() => navigator.clipboard.readText());
    const { execFileSync } = await import("node:child_process");
    const said = execFileSync("node", ["--input-type=module", "-e", node], { encoding: "utf8" });
    check("connect: the snippet for Node lists devices as it stands", said.includes("Android-6"), said.slice(0, 200));
    const shell = execFileSync("sh", ["-c", snippets[1]], { encoding: "utf8" });
    check("connect: the one for curl as well", JSON.parse(shell).value.length === 5);
    await picture("connect");

    // Tenants: made, used, and nothing of the other one is in it.
    await panel("Tenants");
    await page.locator("#t-fleet").fill("7");
    await page.getByRole("button", { name: "Create" }).click();
    await page.locator(".dock .box .fine", { hasText: "7 devices" }).waitFor();
    await picture("tenants");
    await page.locator(".dock .box", { hasText: "7 devices" }).getByRole("button", { name: /^Use/ }).click();
    await page.locator(".person").first().click();
    await page.locator(".service").first().waitFor();
    await go("/devices/all");
    await page.locator(".count", { hasText: "of 7" }).waitFor();
    check("tenants: another world is another fleet", true);
    await go("/devices/all?tester=tenants");
    await page.locator(".dock .box", { hasText: "79 devices" }).getByRole("button", { name: /^Use/ }).click();
    await page.locator(".person").first().waitFor();
    await page.locator(".dock .box", { hasText: "7 devices" }).getByRole("button", { name: /^Drop/ }).click();
    await page.waitForFunction(() => ![...document.querySelectorAll(".dock .fine")].some((line) => line.textContent.includes(" 7 devices")));
    check("tenants: one is dropped", (await control("GET", "/api/tenants")).value.length === 1);

    // A tab that remembers a world that is gone.
    await page.evaluate(() => sessionStorage.setItem("simtune.session", JSON.stringify({ tenant: "00000000-0000-4000-8000-000000000000", user: { userPrincipalName: "nobody" }, token: "x" })));
    await page.goto("about:blank");
    await go("/devices/all");
    await page.locator(".person").first().waitFor();
    check("what a tab remembers of another run leads to the sign-in", true);
  });
}
