import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { LogSink } from "../logs";
import { AwsError } from "../service";
import { ExecutionEnvironment, type EnvironmentPlan } from "./environment";
import { InvocationLog } from "./invocationLog";

/** How many of a function without a share of its own run at once on this machine. */
const UNRESERVED_CONCURRENCY = 10;

/** An execution environment with its log, claimed for one invocation. */
export interface Claimed {
    readonly environment: ExecutionEnvironment;
    readonly log: InvocationLog;
    /** Whether it was started for this invocation. */
    readonly isNew: boolean;
    /** Gives it back: it is used again, unless its function has changed meanwhile. */
    release(): void;
}

interface Live {
    readonly environment: ExecutionEnvironment;
    readonly log: InvocationLog;
    readonly plan: EnvironmentPlan;
    idleTimer?: NodeJS.Timeout;
}

/** The execution environments of all functions: started when needed, used again while warm, ended when idle or out of date. */
export class Environments {
    private readonly live = new Set<Live>();

    /** @param planOf the plan by which a function would be started now; nothing where it is no longer deployed */
    constructor(
        private readonly logs: LogSink,
        private readonly planOf: (functionName: string) => EnvironmentPlan | undefined,
        private readonly idleMilliseconds: number,
    ) {}

    get count(): number {
        return this.live.size;
    }

    /** How many of a function answer an event now. */
    busyCount(functionName: string): number {
        return this.of(functionName).filter(({ environment }) => environment.isBusy).length;
    }

    /**
     * Takes a warm environment, or starts one.
     * @param reserved the function's own share of concurrency; -1 where it has none
     * @throws AwsError `TooManyRequestsException` where as many as are allowed are busy
     */
    claim(plan: EnvironmentPlan, reserved: number): Claimed {
        this.retireOutdated(plan.functionName);
        const limit = reserved < 0 ? UNRESERVED_CONCURRENCY : reserved;
        if (this.busyCount(plan.functionName) >= limit)
            throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
        const warm = this.of(plan.functionName).find(({ environment }) => environment.isIdle);
        const live = warm ?? this.start(plan);
        clearTimeout(live.idleTimer);
        live.environment.claim();
        const { environment, log } = live;
        return { environment, log, isNew: warm === undefined, release: () => this.release(live) };
    }

    /** Ends the idle environments of a function that is about to change or go. One that is busy ends after its invocation. */
    retireIdle(functionName: string): void {
        for (const { environment } of this.of(functionName)) if (environment.isIdle) environment.kill();
    }

    /** Ends them all. */
    async stop(): Promise<void> {
        const all = [...this.live];
        for (const { environment, idleTimer } of all) {
            clearTimeout(idleTimer);
            environment.kill();
        }
        await Promise.all(all.map(({ environment }) => environment.gone()));
    }

    /** Ends the idle environments of a function that would be started by another plan now. */
    private retireOutdated(functionName: string): void {
        const idle = this.of(functionName).filter(({ environment }) => environment.isIdle);
        const plan = idle.length > 0 ? this.planOf(functionName) : undefined;
        for (const { environment, plan: old } of idle) {
            if (!isDeepStrictEqual(old, plan)) environment.kill();
        }
    }

    private start(plan: EnvironmentPlan): Live {
        const day = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
        const stream = `${day}/[$LATEST]${randomBytes(16).toString("hex")}`;
        const log = new InvocationLog(this.logs, plan.log, stream);
        const environment = new ExecutionEnvironment(plan, stream, (line) => log.write(line));
        const live = { environment, log, plan };
        this.live.add(live);
        void environment.gone().then(() => this.live.delete(live));
        return live;
    }

    private release(live: Live): void {
        const { environment, plan } = live;
        environment.release();
        this.retireOutdated(plan.functionName);
        if (environment.isIdle)
            live.idleTimer = setTimeout(() => environment.kill(), this.idleMilliseconds).unref();
    }

    private of(functionName: string): Live[] {
        return [...this.live].filter(({ plan }) => plan.functionName === functionName);
    }
}
