/* global document */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element. Text is always set as text, so nothing that a status says can become markup.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
export function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
}

/** Like `make`, for SVG. */
export function draw(tag, attributes = {}, ...children) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
}

/** The element of index.html with this id. */
export function byId(id) {
    return document.getElementById(id);
}

/** Shapes differ as well as colours: a tick in a disc, a bang in a triangle, a bar in a square, a ring, a clock. */
const SHAPES = {
    ok: ["M8 .5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15z", "M4.6 8.3l2.3 2.3 4.5-5"],
    bad: ["M8 .8L15.8 15H.2z", "M8 5.8v4.2M8 12.4v.4"],
    unknown: [
        "M2.5 1h11A1.5 1.5 0 0 1 15 2.5v11a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 1 13.5v-11A1.5 1.5 0 0 1 2.5 1z",
        "M4.8 8h6.4",
    ],
    still: ["M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z", ""],
    busy: ["M8 .5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15z", "M8 4.2V8l2.6 1.8"],
};

/** A state as shape, colour and words. */
export function badge(kind, text) {
    const [outline, sign] = SHAPES[kind];
    const shape = draw(
        "svg",
        { viewBox: "0 0 16 16", class: "shape", "aria-hidden": "true" },
        draw("path", { d: outline, class: "outline" }),
        draw("path", { d: sign, class: "sign" }),
    );
    return make("span", { class: `badge ${kind}` }, shape, make("span", {}, text));
}

/** The badge of a service. */
export function healthBadge({ healthy }) {
    return healthy ? badge("ok", "Healthy") : badge("bad", "Needs attention");
}

/** The badge of a stage. Where nothing has to run, there is no health to speak of: it is deployed. */
export function stageBadge(stage) {
    return stage.services.length > 0 ? healthBadge(stage) : badge("still", "Deployed");
}

/** What stands where there is nothing to show. */
export function empty(text) {
    return make("p", { class: "empty" }, text);
}
