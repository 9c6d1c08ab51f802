import { z } from "zod";
import { checked } from "../checked";
import { Connections, storeVariables } from "../connections";
import { FeatureRefresh, type RefreshAnswer } from "./refresh";

/** Namespace of the metrics that this system's own code publishes. */
const NAMESPACE = "BQX-ML";

const variablesSchema = storeVariables.extend({
    AWS_LAMBDA_FUNCTION_NAME: z.string().min(1),
    RETENTION_DAYS: z.coerce.number().int().min(1).max(365),
});

/** What EventBridge Scheduler sends: its scheduled time, which is the market's. */
const eventSchema = z.object({ time: z.iso.datetime() });

/** What of Lambda's context is used. */
export interface InvocationContext {
    getRemainingTimeInMillis(): number;
}

/** What is kept from one invocation to the next. */
interface Warm {
    readonly variables: z.output<typeof variablesSchema>;
    readonly connections: Connections;
    readonly refresh: FeatureRefresh;
}

let warm: Warm | undefined;

/** Stores the features of every minute up to the event's time. Logs one line of JSON; its errors hold no secret. */
export async function handler(event: unknown, context: InvocationContext): Promise<RefreshAnswer> {
    const { time } = checked("event", eventSchema, event);
    const { variables, connections, refresh } = (warm ??= start());
    const request = {
        nowMs: Date.parse(time),
        retentionDays: variables.RETENTION_DAYS,
        remainingMilliseconds: () => context.getRemainingTimeInMillis(),
    };
    const answer = await connections.use((stores) => refresh.run(stores, request));
    console.log(JSON.stringify({ time, ...answer, ...metrics(answer, variables.AWS_LAMBDA_FUNCTION_NAME) }));
    return answer;
}

function start(): Warm {
    const variables = checked("environment", variablesSchema, process.env);
    return { variables, connections: new Connections(variables), refresh: new FeatureRefresh() };
}

/** CloudWatch's embedded metric format: the log line itself is the metric, so it takes no call and no right. */
function metrics({ behindMinutes }: RefreshAnswer, FunctionName: string): object {
    if (behindMinutes === undefined) return {};
    const metric = { Name: "behindMinutes", Unit: "Count" };
    const directive = { Namespace: NAMESPACE, Dimensions: [["FunctionName"]], Metrics: [metric] };
    return { FunctionName, _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] } };
}
