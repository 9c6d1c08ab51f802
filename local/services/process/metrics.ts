import { messageOf } from "../../errors";

/** One figure of a service, before it has a namespace and dimensions. */
export interface Measurement {
    readonly name: string;
    readonly value: number;
    readonly unit: "Count" | "Bytes" | "Percent" | "Count/Second" | "None";
}

/** How often the database and the cache publish. CloudWatch's own services do so each minute; a person waits less. */
const PUBLISH_MILLISECONDS = 15_000;

/** Publishes now and then at a steady pace until the returned function is called. A failure is logged, not thrown. */
export function publishRegularly(publish: () => Promise<void>, log: (message: string) => void): () => void {
    const attempt = () =>
        void publish().catch((error: unknown) => {
            log(`The metrics could not be published: ${messageOf(error)}`);
        });
    attempt();
    const timer = setInterval(attempt, PUBLISH_MILLISECONDS);
    timer.unref();
    return () => clearInterval(timer);
}
