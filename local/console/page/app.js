/* global document, setInterval */
import { changesBetween } from "./changes.js";
import { connect } from "./connection.js";
import { createDetails } from "./details.js";
import { byId, make } from "./dom.js";
import { clockText, durationText } from "./format.js";
import { createMap } from "./map.js";
import { renderPanels, renderSummary } from "./panels.js";

/** The newest status; when it came, when it last held, and since when it is not known to, all by this machine's clock. */
let status;
let receivedAt;
let confirmedAt;
let lostAt;

const map = createMap((stage) => details.open(status, stage));
const details = createDetails((stage) => map.focus(stage));

connect({ status: show, unchanged: confirm, lost: showLost });
setInterval(renderUptime, 1_000);

function show(next) {
    const news = status === undefined ? "" : changesBetween(status, next);
    const returned = lostAt !== undefined;
    status = next;
    receivedAt = new Date();
    confirmedAt = receivedAt;
    lostAt = undefined;
    renderHeader();
    renderSummary(status);
    map.render(status);
    renderPanels(status);
    details.render(status);
    byId("panels").hidden = false;
    byId("stale").hidden = true;
    byId("main").classList.remove("old");
    renderConnection("live", "Live");
    announce([returned ? "Live again." : "", news].join(" ").trim());
}

function confirm() {
    if (lostAt === undefined) confirmedAt = new Date();
}

function showLost(message) {
    lostAt ??= new Date();
    const since = clockText(lostAt);
    renderConnection("lost", `Reconnecting since ${since}`);
    const stale = byId("stale");
    const text =
        status === undefined
            ? `${message} Nothing has been received yet; trying again.`
            : `${message} What you see is old: it is from ${clockText(confirmedAt)}. Trying again.`;
    // Setting the same text again would make a screen reader repeat it at each attempt.
    if (stale.textContent !== text) stale.textContent = text;
    stale.hidden = false;
    byId("main").classList.toggle("old", status !== undefined);
}

function renderConnection(state, text) {
    const connection = byId("connection");
    connection.dataset.state = state;
    connection.textContent = text;
}

function renderHeader() {
    document.title = `${status.stack} – bqx-ml console`;
    byId("stack").textContent = status.stack;
    const facts = { Target: status.target, Account: status.account, Region: status.region };
    byId("facts").replaceChildren(
        ...Object.entries(facts).map(([name, value]) =>
            make("div", {}, make("dt", {}, name), make("dd", {}, value)),
        ),
        make("div", {}, make("dt", {}, "Up"), make("dd", { id: "uptime" })),
    );
    renderUptime();
}

/** Counts on from the stack's own clock, and stands still while nothing is heard of it. */
function renderUptime() {
    if (status === undefined || lostAt !== undefined) return;
    const upMilliseconds = new Date(status.now) - new Date(status.startedAt) + (Date.now() - receivedAt);
    byId("uptime").textContent = durationText(upMilliseconds / 1_000);
}

function announce(text) {
    if (text !== "") byId("news").textContent = text;
}
