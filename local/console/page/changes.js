/** More sentences than this at once help nobody who listens. */
const SENTENCES_MAX = 4;

/** What a person should hear of the way from one status to the next; "" where there is nothing to say. */
export function changesBetween(before, after) {
    const sentences = [
        ...changed(before.services, after.services, "healthy").map(
            ({ title, healthy }) => `${title} ${healthy ? "is healthy again" : "needs attention"}.`,
        ),
        ...changed(before.alarms, after.alarms, "state").map(
            ({ name, state }) => `Alarm ${name} is ${stateWord(state)}.`,
        ),
        ...added(before.stages, after.stages).map(({ title }) => `${title} is deployed.`),
        ...added(after.stages, before.stages).map(({ title }) => `${title} is gone.`),
    ];
    if (after.deployment.state !== before.deployment.state)
        sentences.push(`Deployment ${after.deployment.state}.`);
    const newest = after.notifications[0];
    if (newest !== undefined && newest.at !== before.notifications[0]?.at) {
        sentences.push(`Notification: ${newest.subject}.`);
    }
    const rest = sentences.length - SENTENCES_MAX;
    return [...sentences.slice(0, SENTENCES_MAX), ...(rest > 0 ? [`And ${rest} more changes.`] : [])].join(
        " ",
    );
}

function changed(before, after, key) {
    const old = new Map(before.map((item) => [item.name, item[key]]));
    return after.filter((item) => old.has(item.name) && old.get(item.name) !== item[key]);
}

function added(before, after) {
    const old = new Set(before.map(({ name }) => name));
    return after.filter(({ name }) => !old.has(name));
}

function stateWord(state) {
    return { OK: "OK", ALARM: "in alarm", INSUFFICIENT_DATA: "without data" }[state];
}
