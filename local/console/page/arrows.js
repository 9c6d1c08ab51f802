import { draw } from "./dom.js";

const CORNER = 8;
/** Arrows enter and leave cards at the height of their titles, so that cards of different heights still line up. */
const TITLE_HEIGHT = 34;

/**
 * Draws arrows between cards over the map.
 * @param {SVGElement} svg covers the map
 * @param {{ from: string, to: string, direct: boolean }[]} arrows
 * @param {Map<string, Element>} cards by stage
 */
export function drawArrows(svg, arrows, cards) {
    const origin = svg.getBoundingClientRect();
    const head = draw(
        "marker",
        {
            id: "head",
            viewBox: "0 0 8 8",
            refX: "7",
            refY: "4",
            markerWidth: "6.5",
            markerHeight: "6.5",
            orient: "auto",
        },
        draw("path", { d: "M0 0L8 4L0 8z", class: "head" }),
    );
    const paths = arrows.map(({ from, to, direct }) => {
        const d = route(boxOf(cards.get(from), origin), boxOf(cards.get(to), origin));
        return draw("path", { d, class: direct ? "arrow" : "arrow indirect", "marker-end": "url(#head)" });
    });
    svg.replaceChildren(draw("defs", {}, head), ...paths);
}

function boxOf(card, origin) {
    const { left, right, top, bottom } = card.getBoundingClientRect();
    return {
        left: left - origin.left,
        right: right - origin.left,
        top: top - origin.top,
        bottom: bottom - origin.top,
    };
}

/** Sideways where the target is at the side, else downwards (or up) through the gap between the rows. */
function route(from, to) {
    const gap = 3;
    if (to.left >= from.right) {
        const start = from.top + TITLE_HEIGHT;
        const end = to.top + TITLE_HEIGHT;
        const turn = to.left - (to.left - from.right) / 2;
        return elbow([from.right + gap, start], [turn, start], [turn, end], [to.left - gap, end]);
    }
    const startX = (from.left + from.right) / 2;
    const endX = (to.left + to.right) / 2;
    const down = to.top >= from.bottom;
    const start = down ? from.bottom + gap : from.top - gap;
    const end = down ? to.top - gap : to.bottom + gap;
    // The turn is near the target: rows may have cards of different heights, but their tops are in line.
    const turn = down ? end - 18 : end + 18;
    return elbow([startX, start], [startX, turn], [endX, turn], [endX, end]);
}

/** A path of straight lines along four points, with round corners at the two in the middle. */
function elbow(a, b, c, d) {
    const round = Math.min(CORNER, distance(b, c) / 2);
    if (round < 1) return `M${a}L${d}`;
    const corner = (before, at, after) => `L${towards(at, before, round)}Q${at} ${towards(at, after, round)}`;
    return `M${a}${corner(a, b, c)}${corner(b, c, d)}L${d}`;
}

const distance = ([x1, y1], [x2, y2]) => Math.hypot(x2 - x1, y2 - y1);

function towards(from, to, length) {
    const share = length / Math.max(length, distance(from, to));
    return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
}
