/* global document, getComputedStyle, NodeFilter */

/**
 * Checks that run inside a page under test. Loaded before the page's own scripts; each returns a list of what is wrong.
 */
globalThis.pageChecks = {
    /** Refusals of the content security policy. */
    violations: [],

    /** Texts whose contrast with what is behind them is below the ratio. */
    lowContrast(ratio) {
        return visibleTexts().flatMap(({ element, text }) => {
            const found = contrast(colourOf(element, "color"), backgroundOf(element));
            return found < ratio ? [`${text}: ${found.toFixed(2)}`] : [];
        });
    },

    /** Elements that reach beyond the right edge of the page. */
    overflowing() {
        const width = document.documentElement.clientWidth;
        const wide = [...document.querySelectorAll("body *")].filter(
            (element) => isVisible(element) && element.getBoundingClientRect().right > width + 0.5,
        );
        return wide.map((element) => `${element.tagName} ${element.className}`);
    },

    /** Things to click or to fill in that have no name. */
    unnamed() {
        const interactive = [
            ...document.querySelectorAll("a[href], button, input, select, textarea, [role=button]"),
        ];
        return interactive.filter((element) => nameOf(element) === "").map((element) => element.outerHTML);
    },

    /** Headings that skip a level, and regions whose label is missing. */
    badStructure() {
        const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")];
        const skipping = headings.filter((heading, index) => {
            const before = index === 0 ? 0 : Number(headings[index - 1].tagName[1]);
            return Number(heading.tagName[1]) > before + 1;
        });
        const labelled = [...document.querySelectorAll("[aria-labelledby]")];
        return [...skipping, ...labelled.filter((element) => nameOf(element) === "")].map(
            (element) => `${element.tagName} ${element.textContent}`,
        );
    },
};

document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
    globalThis.pageChecks.violations.push(`${violatedDirective} ${blockedURI}`);
});

function isVisible(element) {
    return element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
}

function visibleTexts() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const text = walker.currentNode.textContent.trim();
        if (text !== "" && element.tagName !== "NOSCRIPT" && isVisible(element))
            texts.push({ element, text });
    }
    return texts;
}

function nameOf(element) {
    const label = element.getAttribute("aria-labelledby");
    const source = label === null ? element : document.getElementById(label);
    return (element.getAttribute("aria-label") ?? source?.textContent ?? "").trim();
}

/** Red, green, blue (0 to 255) and opacity. */
function colourOf(element, property) {
    const parts = getComputedStyle(element)
        .getPropertyValue(property)
        .match(/[\d.]+/g);
    const [red, green, blue, opacity = 1] = parts.map(Number);
    return { channels: [red, green, blue], opacity };
}

/** The nearest background that is not transparent; the page under test has none that is half so. */
function backgroundOf(element) {
    for (let at = element; at !== null; at = at.parentElement) {
        const colour = colourOf(at, "background-color");
        if (colour.opacity > 0) return colour;
    }
    throw new Error("The page has no background colour.");
}

/** The ratio of the Web Content Accessibility Guidelines 2. */
function contrast(a, b) {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
}

function luminance({ channels }) {
    const [red, green, blue] = channels.map((channel) => {
        const share = channel / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
