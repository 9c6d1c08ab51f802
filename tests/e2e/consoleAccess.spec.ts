import { expect } from "chai";

import { recordOf, RECORDS, stackStatus } from "../local/console/fixture";
import { check, ConsoleBench, DESK, focused, PHONE } from "./consoleBench";

describe("console for everybody", function () {
    this.timeout(30_000);

    const bench = ConsoleBench.install();

    it("opens and closes details by keyboard, and gives the focus back", async () => {
        const page = await bench.open();
        const dialog = page.getByRole("dialog", { name: "Storage" });
        await page.keyboard.press("Tab");
        expect(await focused(page)).to.equal("Skip to the map");
        await page.keyboard.press("Enter");
        await page.keyboard.press("Tab");
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        await dialog.waitFor();
        const text = await dialog.innerText();
        expect(text).to.match(/Receives from\s+Feature store\s+Passes on to\s+Registry/);
        expect(text).to.contain("3 buckets in a folder of this stack.");
        expect(text).to.contain("12 resources");
        expect(text).to.contain("aws:s3/bucketPolicy:BucketPolicy");
        expect(text).to.contain("bqx-ml-predictions-000000000042-dev");
        await page.keyboard.press("Escape");
        await dialog.waitFor({ state: "hidden" });
        expect(await focused(page)).to.equal("Storage");
        await page.keyboard.press("Space");
        await dialog.getByRole("button", { name: "Close" }).click();
        await dialog.waitFor({ state: "hidden" });
        await bench.expectNoComplaints(page);
    });

    it("shows where the focus is", async () => {
        const page = await bench.open();
        await page.keyboard.press("Tab");
        await page.keyboard.press("Tab");
        const outline = "getComputedStyle(document.activeElement, '::after').outlineWidth";
        expect(await page.evaluate(outline)).to.equal("3px");
    });

    for (const colorScheme of ["light", "dark"] as const) {
        it(`is readable in ${colorScheme} colours, in trouble too`, async () => {
            bench.show(stackStatus(["postgres", "sns"]));
            const page = await bench.open({ ...DESK, colorScheme });
            const ground = "getComputedStyle(document.body).backgroundColor";
            expect(await page.evaluate(ground)).to.equal(
                colorScheme === "light" ? "rgb(244, 246, 248)" : "rgb(13, 19, 25)",
            );
            expect(await check(page, "lowContrast(4.5)")).to.deep.equal([]);
            expect(await check(page, "lowContrast(22)")).not.to.be.empty; // No text can pass: the check does look.
            await page.getByRole("button", { name: "Feature store" }).click();
            expect(await check(page, "lowContrast(4.5)")).to.deep.equal([]);
            await page.keyboard.press("Escape");
            bench.status = () => Promise.reject(new Error("disk"));
            await page.getByRole("alert").waitFor();
            expect(await check(page, "lowContrast(4.5)")).to.deep.equal([]);
        });
    }

    it("fits a phone without scrolling sideways, with long names too", async () => {
        const long = recordOf("bqx:stage:Storage", "aws:s3/bucket:Bucket", "x".repeat(120), "y".repeat(200));
        const good = stackStatus(["postgres", "cache", "s3"], [...RECORDS, long]);
        bench.show({ ...good, alarms: good.alarms.map((alarm) => ({ ...alarm, name: "z".repeat(120) })) });
        const page = await bench.open({ ...PHONE, reducedMotion: "reduce" });
        expect(await page.evaluate("document.documentElement.scrollWidth")).to.equal(360);
        expect(await check(page, "overflowing()")).to.deep.equal([]);
        const lefts = new Set<number>();
        for (const each of await page.locator(".card").all()) lefts.add((await each.boundingBox())!.x);
        expect(lefts.size).to.equal(1);
        await page.getByRole("button", { name: "Storage" }).click();
        expect(await check(page, "overflowing()")).to.deep.equal([]);
    });

    it("has names, one first heading, landmarks and a sound outline", async () => {
        const page = await bench.open();
        await page.getByRole("button", { name: "Storage" }).click();
        expect(await check(page, "unnamed()")).to.deep.equal([]);
        expect(await check(page, "badStructure()")).to.deep.equal([]);
        await page.keyboard.press("Escape");
        for (const role of ["banner", "main", "contentinfo"] as const) {
            expect(await page.getByRole(role).count(), role).to.equal(1);
        }
        expect(await page.getByRole("heading", { level: 1 }).count()).to.equal(1);
        expect(await page.locator("html").getAttribute("lang")).to.equal("en");
        expect(await page.title()).to.equal("dev – bqx-ml console");
    });

    it("does not move where less motion is wanted", async () => {
        for (const [reducedMotion, animation] of [
            ["no-preference", "enter"],
            ["reduce", "none"],
        ] as const) {
            const page = await bench.open({ ...DESK, reducedMotion });
            await page.getByRole("button", { name: "Storage" }).click();
            const name = "getComputedStyle(document.querySelector('dialog')).animationName";
            expect(await page.evaluate(name)).to.equal(animation);
        }
    });
});
