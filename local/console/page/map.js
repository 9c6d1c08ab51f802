/* global ResizeObserver */
import { drawArrows } from "./arrows.js";
import { byId, empty, make, stageBadge } from "./dom.js";
import { arrowsOf, lanesOf } from "./flow.js";
import { figureText, plural } from "./format.js";

const LANE_TITLES = { flow: "Data flow", base: "Foundation", watch: "Watch" };

/** How many figures of a service a card has room for; the details show all. */
const FIGURES_MAX = 2;

/**
 * The map of stages. Cards are kept across updates, so that focus and position stay where they are.
 * @param {(stage: string) => void} onOpen called when a person opens a card
 */
export function createMap(onOpen) {
    const cards = new Map();
    let arrows = [];
    let drawn;
    const redraw = () => drawArrows(byId("arrows"), arrows, cards);
    new ResizeObserver(redraw).observe(byId("map"));

    function cardOf({ name, title }) {
        const known = cards.get(name);
        if (known !== undefined) return known;
        const button = make("button", { class: "open", type: "button" }, title);
        button.addEventListener("click", () => onOpen(name));
        const card = make("li", { class: "card", "data-stage": name }, make("h4", {}, button), make("div"));
        cards.set(name, card);
        return card;
    }

    function laneOf(name, stages) {
        return make(
            "section",
            { class: `lane ${name}` },
            make("h3", { class: "lane-title" }, LANE_TITLES[name]),
            make("ul", {}, ...stages.map(cardOf)),
        );
    }

    /** Lays the cards out anew. Moving a focused element drops its focus, so this is done only when it must be. */
    function layOut(stages) {
        const focused = [...cards.values()].find((card) => card.contains(card.ownerDocument.activeElement));
        const present = new Set(stages.map(({ name }) => name));
        for (const name of cards.keys()) if (!present.has(name)) cards.delete(name);
        const lanes = Object.entries(lanesOf(stages)).filter(([, members]) => members.length > 0);
        const nothing = empty("Nothing is deployed yet. ./bqx up deploys the stack.");
        byId("lanes").replaceChildren(
            ...(lanes.length > 0 ? lanes.map(([name, members]) => laneOf(name, members)) : [nothing]),
        );
        focused?.querySelector("button").focus({ preventScroll: true });
        arrows = arrowsOf(stages);
        byId("legend").hidden = arrows.every(({ direct }) => direct);
    }

    return {
        render({ stages, services }) {
            const names = stages.map(({ name }) => name).join();
            if (names !== drawn) layOut(stages);
            drawn = names;
            for (const stage of stages) {
                const card = cardOf(stage);
                card.classList.toggle("unhealthy", !stage.healthy);
                card.lastElementChild.replaceChildren(...cardBody(stage, services));
            }
            redraw();
        },
        /** Puts the focus on a stage's card, where it is still there. */
        focus: (stage) => cards.get(stage)?.querySelector("button").focus(),
    };
}

function cardBody(stage, services) {
    const own = services.filter(({ name }) => stage.services.includes(name));
    return [
        make(
            "p",
            { class: "card-state" },
            stageBadge(stage),
            make("span", { class: "count" }, plural(stage.resources.length, "resource")),
        ),
        make("ul", { class: "card-services" }, ...own.map(serviceLine)),
    ];
}

function serviceLine({ title, healthy, figures }) {
    const line = make("li", {}, make("span", { class: "name" }, title));
    if (!healthy) line.append(make("span", { class: "trouble" }, "needs attention"));
    for (const figure of healthy ? figures.slice(0, FIGURES_MAX) : []) {
        line.append(make("span", { class: "figure" }, `${figure.label} `, make("b", {}, figureText(figure))));
    }
    return line;
}
