import { byId, empty, make, stageBadge } from "./dom.js";
import { arrowsOf } from "./flow.js";
import { plural } from "./format.js";
import { serviceList } from "./panels.js";

/**
 * The details of one stage, in a dialog over the page.
 * @param {(stage: string) => void} onClose called with the stage that was shown
 */
export function createDetails(onClose) {
    const dialog = byId("details");
    let shown;
    dialog.addEventListener("close", () => {
        const stage = shown;
        shown = undefined;
        if (stage !== undefined) onClose(stage);
    });
    // A click beside the dialog reaches the dialog itself; one inside reaches what it holds.
    dialog.addEventListener("click", ({ target }) => {
        if (target === dialog) dialog.close();
    });
    return {
        open(status, stage) {
            shown = stage;
            this.render(status);
            dialog.showModal();
        },
        /** Brings an open dialog up to date; closes it where its stage is gone. */
        render(status) {
            if (shown === undefined) return;
            const stage = status.stages.find(({ name }) => name === shown);
            if (stage === undefined) {
                dialog.close();
                return;
            }
            byId("details-title").textContent = stage.title;
            byId("details-body").replaceChildren(...bodyOf(status, stage));
        },
    };
}

function bodyOf(status, stage) {
    const services = status.services.filter(({ name }) => stage.services.includes(name));
    return [
        make("p", { class: "details-state" }, stageBadge(stage)),
        neighbours(status.stages, stage.name),
        make("h3", {}, "Services"),
        services.length > 0
            ? serviceList(services)
            : empty("Nothing has to run for this stage: its resources are recorded."),
        make("h3", {}, plural(stage.resources.length, "resource")),
        ...resourceGroups(stage.resources),
    ];
}

/** What the arrows say, in words. */
function neighbours(stages, name) {
    const titles = new Map(stages.map((stage) => [stage.name, stage.title]));
    const arrows = arrowsOf(stages);
    const from = arrows.filter(({ to }) => to === name).map((arrow) => titles.get(arrow.from));
    const to = arrows.filter((arrow) => arrow.from === name).map((arrow) => titles.get(arrow.to));
    const list = make("dl", { class: "pairs" });
    if (from.length > 0) list.append(make("dt", {}, "Receives from"), make("dd", {}, from.join(", ")));
    if (to.length > 0) list.append(make("dt", {}, "Passes on to"), make("dd", {}, to.join(", ")));
    return list;
}

function resourceGroups(resources) {
    const byType = new Map();
    for (const resource of resources)
        byType.set(resource.type, [...(byType.get(resource.type) ?? []), resource]);
    return [...byType]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([type, members]) =>
            make(
                "section",
                { class: "group" },
                make("h4", {}, type.split(":").at(-1), " ", make("code", {}, type)),
                make("ul", {}, ...members.map(resourceLine)),
            ),
        );
}

function resourceLine({ name, id }) {
    return make("li", {}, make("span", { class: "name" }, name), make("code", { class: "id" }, id));
}
