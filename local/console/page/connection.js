/* global EventSource, setTimeout, clearTimeout */

/** The server speaks at least each 5 s; three times that in silence is a lost connection. */
const SILENCE_MILLISECONDS = 15_000;

/** How long to wait where the browser itself does not try again. */
const RETRY_MILLISECONDS = 2_000;

/**
 * Listens to the stack's status and comes back by itself.
 * @param {object} on
 * @param {(status: object) => void} on.status a new status; the connection is live
 * @param {() => void} on.unchanged what was heard last still holds, be it a status or its loss
 * @param {(message: string) => void} on.lost the connection or the status is lost; says what of the two
 */
export function connect(on) {
    let watchdog;
    let retry;

    function open() {
        const source = new EventSource("/api/events");
        const heard = () => {
            clearTimeout(watchdog);
            watchdog = setTimeout(() => reopen("The stack is silent."), SILENCE_MILLISECONDS);
        };
        const reopen = (message) => {
            on.lost(message);
            source.close();
            clearTimeout(watchdog);
            clearTimeout(retry);
            retry = setTimeout(open, RETRY_MILLISECONDS);
        };
        heard();
        source.addEventListener("heartbeat", () => {
            heard();
            on.unchanged();
        });
        source.addEventListener("status", ({ data }) => {
            heard();
            on.status(JSON.parse(data));
        });
        source.addEventListener("problem", ({ data }) => {
            heard();
            on.lost(JSON.parse(data).message);
        });
        source.addEventListener("error", () => reopen("The stack does not answer."));
    }

    open();
}
