import { expect } from "chai";
import type { Page } from "playwright-core";

import { recordOf, RECORDS, stackStatus } from "../local/console/fixture";
import { cardOf, ConsoleBench, DESK, focused, PHONE } from "./consoleBench";

describe("console in a browser", function () {
    this.timeout(30_000);

    const bench = ConsoleBench.install();

    const titles = (page: Page, lane: string) => page.locator(`.lane.${lane} .card h4`).allTextContents();

    it("draws the deployed stages along the flow, and nothing else", async () => {
        const page = await bench.open();
        expect(await titles(page, "flow")).to.deep.equal(["Feature store", "Storage", "Registry"]);
        expect(await titles(page, "base")).to.deep.equal(["Network", "Images"]);
        expect(await titles(page, "watch")).to.deep.equal(["Billing", "Alerts"]);
        expect(await page.locator(".card").count()).to.equal(7);
        expect(await page.locator(".arrow").count()).to.equal(3);
        expect(await page.locator(".arrow.indirect").count()).to.equal(1);
        expect(await page.locator("#legend").isVisible()).to.equal(true);
        expect(await cardOf(page, "featureStore").innerText()).to.match(
            /Healthy\s+6 resources[^]*ElastiCache\s+keys 28/,
        );
        expect(await cardOf(page, "network").innerText()).to.match(/Deployed\s+8 resources/);
        await bench.expectNoComplaints(page);
    });

    it("draws solid arrows once the stages in between are there, and moves the cards", async () => {
        const page = await bench.open();
        const later = ["Processing", "Training"].map((stage) =>
            recordOf(`bqx:stage:${stage}`, "aws:iam/role:Role", "role", stage),
        );
        bench.show(stackStatus([], [...RECORDS, ...later]));
        await cardOf(page, "training").waitFor();
        expect(await titles(page, "flow")).to.deep.equal([
            "Feature store",
            "Storage",
            "Processing",
            "Training",
            "Registry",
        ]);
        expect(await page.locator(".arrow").count()).to.equal(5);
        expect(await page.locator(".arrow.indirect").count()).to.equal(0);
        expect(await page.locator("#legend").isVisible()).to.equal(false);
        expect(await page.locator("#news").textContent()).to.contain("Training is deployed.");
        await bench.expectNoComplaints(page);
    });

    it("draws arrows from the edge of one card to the edge of the next", async () => {
        for (const options of [DESK, PHONE]) {
            const page = await bench.open(options);
            const from = (await cardOf(page, "featureStore").boundingBox())!;
            const to = (await cardOf(page, "storage").boundingBox())!;
            const arrow = (await page.locator(".arrow").first().boundingBox())!;
            const sideways = options === DESK;
            const [start, end] = sideways ? [from.x + from.width, to.x] : [from.y + from.height, to.y];
            const [tail, head] = sideways
                ? [arrow.x, arrow.x + arrow.width]
                : [arrow.y, arrow.y + arrow.height];
            expect(tail).to.be.closeTo(start, 8);
            expect(head).to.be.closeTo(end, 8);
        }
    });

    it("keeps open details up to date, and closes them where the stage is gone", async () => {
        const page = await bench.open();
        await page.getByRole("button", { name: "Alerts" }).click();
        const dialog = page.getByRole("dialog", { name: "Alerts" });
        bench.show(stackStatus(["sns"]));
        await dialog.getByText("It has stopped.").waitFor();
        bench.show(
            stackStatus(
                [],
                RECORDS.filter(({ urn }) => !urn.includes("bqx:stage:Alerts")),
            ),
        );
        await dialog.waitFor({ state: "hidden" });
        expect(await cardOf(page, "alerts").count()).to.equal(0);
    });

    it("shows trouble where it is, says so aloud, and leaves the focus alone", async () => {
        const page = await bench.open();
        await page.getByRole("button", { name: "Storage" }).focus();
        bench.show(stackStatus(["postgres"]));
        await page.getByText("Aurora PostgreSQL needs attention", { exact: true }).waitFor();
        expect(await cardOf(page, "featureStore").innerText()).to.contain("Needs attention");
        expect(await cardOf(page, "storage").innerText()).to.contain("Healthy");
        expect(await page.locator("#news").textContent()).to.equal("Aurora PostgreSQL needs attention.");
        expect(await focused(page)).to.equal("Storage");
        bench.show(stackStatus());
        await page.getByText("All services are healthy").waitFor();
        expect(await page.locator("#news").textContent()).to.equal("Aurora PostgreSQL is healthy again.");
    });

    it("counts alarms and a failed deployment as trouble", async () => {
        const good = stackStatus();
        bench.show({
            ...good,
            alarms: good.alarms.map((alarm) => ({ ...alarm, state: "ALARM" })),
            deployment: { state: "failed", message: 'Bucket "models": acl is not allowed' },
        });
        const page = await bench.open();
        expect(await page.locator("#summary").innerText()).to.equal(
            "2 alarms active; last deployment failed",
        );
        expect(await page.locator("#deployment").innerText()).to.contain(
            'Bucket "models": acl is not allowed',
        );
    });

    it("tells alarms, notifications, deployment, budget and the stack itself", async () => {
        const page = await bench.open();
        const panel = (name: string) => page.getByRole("region", { name }).innerText();
        expect(await panel("Alarms")).to.match(
            /spend-450-dev\s+No data yet[^]*AWS\/Billing EstimatedCharges, threshold 450/,
        );
        expect(await panel("Notifications")).to.match(/Deployment of dev succeeded[^]*kept here, not sent/);
        expect(await panel("Last deployment")).to.match(
            /Succeeded[^]*took 14 s, left 38 resources[^]*created\s+4/,
        );
        expect(await panel("Budget")).to.match(/\$600 a month[^]*\$450\s+\$500\s+\$550\s+\$600/);
        expect(await panel("Services")).to.match(
            /127\.0\.0\.1:4310[^]*on disk\s+48.2 MB\s+median query\s+1.8 ms/,
        );
        expect(await page.getByRole("banner").innerText()).to.match(
            /bqx-ml dev[^]*local[^]*000000000042[^]*us-east-1[^]*Up\s+3 h 1[123] min/,
        );
    });

    it("says in plain words what is not there", async () => {
        bench.show({
            ...stackStatus([], []),
            services: [],
            alarms: [],
            notifications: [],
            budget: undefined,
            deployment: { state: "never" },
        });
        const page = await bench.open();
        const text = await page.getByRole("main").innerText();
        for (const sentence of [
            "Nothing is deployed yet. ./bqx up deploys the stack.",
            "No services run.",
            "Nothing has been deployed yet.",
            "No alarms are deployed.",
            "Nothing has been sent yet.",
            "No budget is deployed.",
        ]) {
            expect(text).to.contain(sentence);
        }
        expect(text).not.to.contain("All services are healthy");
        expect(await page.locator(".card, .arrow").count()).to.equal(0);
        await bench.expectNoComplaints(page);
    });

    it("says that its data is old when the stack is gone, and resumes by itself", async () => {
        const page = await bench.open();
        await bench.stopServer();
        await page.getByText(/^Reconnecting since \d\d:\d\d:\d\d$/).waitFor();
        expect(await page.getByRole("alert").innerText()).to.match(
            /^The stack does not answer\. What you see is old: it is from \d\d:\d\d:\d\d\. Trying again\.$/,
        );
        expect(await page.locator(".card").count()).to.equal(7);
        bench.show(stackStatus(["s3"]));
        await bench.startServer();
        await page.getByText("Live", { exact: true }).waitFor();
        expect(await page.getByRole("alert").count()).to.equal(0);
        expect(await cardOf(page, "storage").innerText()).to.contain("Needs attention");
        expect(await page.locator("#news").textContent()).to.equal("Live again. S3 needs attention.");
        expect(bench.complaints.filter((text) => !text.includes("ERR_CONNECTION_REFUSED"))).to.deep.equal([]);
    });

    it("says that its data is old when the stack falls silent", async () => {
        const page = await bench.open();
        bench.status = () => new Promise(() => undefined);
        await page.clock.fastForward(20_000); // The page gives up after 15 s without a heartbeat.
        await page.getByText(/^Reconnecting since/).waitFor();
        expect(await page.getByRole("alert").innerText()).to.match(
            /^The stack is silent\. What you see is old/,
        );
    });

    it("says that its data is old when the host cannot tell", async () => {
        const page = await bench.open();
        bench.status = () => Promise.reject(new Error("disk"));
        await page.getByText(/^Reconnecting since/).waitFor();
        expect(await page.getByRole("alert").innerText()).to.match(
            /cannot tell its status[^]*What you see is old/,
        );
        bench.show(stackStatus());
        await page.getByText("Live", { exact: true }).waitFor();
        await bench.expectNoComplaints(page);
    });

    it("shows markup in the status as text", async () => {
        const markup = '<img src=x onerror="document.title=1"><b>bold</b>';
        const good = stackStatus();
        bench.show({
            ...good,
            stack: markup,
            services: good.services.map((service) => ({ ...service, title: markup, detail: markup })),
            stages: good.stages.map((stage) => ({ ...stage, title: markup })),
            notifications: good.notifications.map((sent) => ({
                ...sent,
                subject: markup,
                deliveries: [markup],
            })),
        });
        const page = await bench.open();
        await page.locator("[data-stage=storage] button").click();
        expect(await page.locator("img").count()).to.equal(1); // The page's own sign.
        expect(await page.locator("#details-title").textContent()).to.equal(markup);
        await bench.expectNoComplaints(page);
    });
});
