import { badge, byId, empty, healthBadge, make } from "./dom.js";
import { durationText, figureText, numberText, plural, timeElement, usd } from "./format.js";

/** Everything below the map. */
export function renderPanels(status) {
    byId("services").replaceChildren(
        status.services.length > 0 ? serviceList(status.services) : empty("No services run."),
    );
    byId("deployment").replaceChildren(...deployment(status.deployment));
    byId("budget").replaceChildren(...budget(status.budget));
    byId("alarms").replaceChildren(
        status.alarms.length > 0
            ? make("ul", { class: "rows" }, ...[...status.alarms].sort(byUrgency).map(alarmRow))
            : empty("No alarms are deployed."),
    );
    byId("notifications").replaceChildren(
        status.notifications.length > 0
            ? make("ul", { class: "rows" }, ...status.notifications.map(notificationRow))
            : empty("Nothing has been sent yet."),
    );
}

/** Services with health, address and all their figures. */
export function serviceList(services) {
    return make("ul", { class: "services" }, ...services.map(serviceRow));
}

function serviceRow({ title, healthy, detail, address, figures }) {
    const about = make(
        "div",
        { class: "about" },
        make("p", { class: "row-title" }, make("span", { class: "name" }, title), healthBadge({ healthy })),
        make("p", { class: "detail" }, detail),
    );
    if (address !== undefined) about.append(make("p", { class: "address" }, make("code", {}, address)));
    const values = make("dl", { class: "figures" });
    for (const figure of figures) {
        values.append(make("div", {}, make("dt", {}, figure.label), make("dd", {}, figureText(figure))));
    }
    return make("li", { class: healthy ? "" : "unhealthy" }, about, values);
}

const DEPLOYMENT_BADGES = {
    running: ["busy", "Running"],
    succeeded: ["ok", "Succeeded"],
    failed: ["bad", "Failed"],
};

const CHANGE_WORDS = {
    create: "created",
    update: "updated",
    replace: "replaced",
    delete: "deleted",
};

function deployment({ state, at, seconds, changes, message }) {
    if (state === "never") return [empty("Nothing has been deployed yet.")];
    const when = make("p", { class: "detail" });
    if (at !== undefined) when.append("Started ", timeElement(at));
    if (seconds !== undefined) when.append(`, took ${durationText(seconds)}`);
    if (changes !== undefined) when.append(`, left ${plural(changes.same, "resource")} as they were`);
    const parts = [make("p", { class: "row-title" }, badge(...DEPLOYMENT_BADGES[state])), when];
    if (message !== undefined) parts.push(make("p", { class: "message" }, message));
    if (changes !== undefined) {
        const counts = make("dl", { class: "counts" });
        for (const [kind, word] of Object.entries(CHANGE_WORDS)) {
            const zero = changes[kind] === 0 ? "zero" : "";
            counts.append(
                make("div", { class: zero }, make("dt", {}, word), make("dd", {}, numberText(changes[kind]))),
            );
        }
        parts.push(counts);
    }
    return parts;
}

function budget(value) {
    if (value === undefined) return [empty("No budget is deployed.")];
    return [
        make("p", { class: "limit" }, make("strong", {}, usd(value.limitUsd)), " a month"),
        make("p", { class: "detail" }, "Alarms at"),
        make("ul", { class: "chips" }, ...value.alarmsUsd.map((amount) => make("li", {}, usd(amount)))),
    ];
}

const ALARM_BADGES = {
    ALARM: ["bad", "Alarm"],
    INSUFFICIENT_DATA: ["unknown", "No data yet"],
    OK: ["ok", "OK"],
};

function byUrgency(a, b) {
    const states = Object.keys(ALARM_BADGES);
    return states.indexOf(a.state) - states.indexOf(b.state) || (a.name < b.name ? -1 : 1);
}

function alarmRow({ name, state, reason, metricName, namespace, threshold, updatedAt }) {
    return make(
        "li",
        { class: state === "ALARM" ? "unhealthy" : "" },
        make(
            "p",
            { class: "row-title" },
            make("span", { class: "name" }, name),
            badge(...ALARM_BADGES[state]),
        ),
        make("p", { class: "detail" }, reason),
        make(
            "p",
            { class: "fine" },
            make("span", {}, `${namespace} ${metricName}, threshold ${numberText(threshold)}`),
            make("span", {}, "since ", timeElement(updatedAt)),
        ),
    );
}

function notificationRow({ topic, subject, at, deliveries }) {
    return make(
        "li",
        {},
        make("p", { class: "row-title" }, make("span", { class: "name" }, subject)),
        make("p", { class: "fine" }, make("span", {}, topic), timeElement(at)),
        deliveries.length > 0
            ? make("ul", { class: "deliveries" }, ...deliveries.map((text) => make("li", {}, text)))
            : make("p", { class: "detail" }, "Nobody subscribes to this topic."),
    );
}

/** One sentence on the whole stack, and its extent. */
export function renderSummary({ services, stages, alarms, deployment }) {
    const troubled = services.filter(({ healthy }) => !healthy).map(({ title }) => title);
    const alarmed = alarms.filter(({ state }) => state === "ALARM").length;
    const troubles = [
        ...(troubled.length > 0
            ? [`${troubled.join(", ")} ${troubled.length === 1 ? "needs" : "need"} attention`]
            : []),
        ...(alarmed > 0 ? [`${plural(alarmed, "alarm")} active`] : []),
        ...(deployment.state === "failed" ? ["last deployment failed"] : []),
    ].join("; ");
    const calm =
        services.length > 0 ? badge("ok", "All services are healthy") : badge("still", "No services run");
    byId("summary").replaceChildren(
        troubles === "" ? calm : badge("bad", troubles.charAt(0).toUpperCase() + troubles.slice(1)),
    );
    const resources = stages.reduce((sum, stage) => sum + stage.resources.length, 0);
    byId("extent").textContent =
        `${plural(stages.length, "stage")}, ${plural(resources, "resource")}, ${plural(services.length, "service")}`;
}
