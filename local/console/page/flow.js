/**
 * What the map knows of the system: where each stage stands and what goes from one to the next. Only stages that the
 * status names are drawn.
 */

/** The way of the data, from bars to monitoring. */
const FLOW = [
    "featureStore",
    "storage",
    "processing",
    "training",
    "registry",
    "endpoint",
    "inference",
    "api",
    "monitor",
];

/** What the flow stands on; stages that no list names join it. */
const BASE = ["network", "images"];

/** What watches the flow, at its side. */
const WATCH = ["billing", "alerts"];

/** Who tells whom beside the flow. */
const REPORTS = [
    ["monitor", "alerts"],
    ["billing", "alerts"],
];

/** The stages by lane, in the order in which they are drawn. */
export function lanesOf(stages) {
    const byName = new Map(stages.map((stage) => [stage.name, stage]));
    const present = (names) => names.flatMap((name) => byName.get(name) ?? []);
    const listed = new Set([...FLOW, ...BASE, ...WATCH]);
    return {
        flow: present(FLOW),
        base: [...present(BASE), ...stages.filter(({ name }) => !listed.has(name))],
        watch: present(WATCH),
    };
}

/**
 * The arrows between the stages that are there. `direct` is false where the way leads through stages that are not
 * deployed.
 */
export function arrowsOf(stages) {
    const names = new Set(stages.map(({ name }) => name));
    const flow = FLOW.filter((name) => names.has(name));
    const steps = flow.slice(1).map((to, index) => {
        const from = flow[index];
        return { from, to, direct: FLOW.indexOf(to) - FLOW.indexOf(from) === 1 };
    });
    const reports = REPORTS.filter(([from, to]) => names.has(from) && names.has(to));
    return [...steps, ...reports.map(([from, to]) => ({ from, to, direct: true }))];
}
