import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../files";
import type { ServiceContext } from "../service";
import type { AlarmState } from "./evaluateAlarm";

/** One line of an alarm's history. */
export interface HistoryItem {
    /** Milliseconds since 1970. */
    readonly at: number;
    readonly type: "ConfigurationUpdate" | "StateUpdate" | "Action";
    readonly summary: string;
    /** JSON text. */
    readonly data: string;
}

/** What an alarm has become since it was deployed. Times are milliseconds since 1970. */
export interface AlarmStatus {
    readonly state: AlarmState;
    readonly reason: string;
    /** JSON text. */
    readonly reasonData?: string;
    readonly stateUpdatedAt: number;
    readonly configurationUpdatedAt: number;
    /** Set by Enable- and DisableAlarmActions; the program's own setting holds until then. */
    readonly actionsEnabled?: boolean;
    readonly history: readonly HistoryItem[];
}

/** The oldest entries of an alarm's history go above this number. */
const MAX_HISTORY = 100;

/** The states of all alarms, by name, in one file. What is in memory is on disk. */
export class AlarmStates {
    private readonly file: string;
    private states: Readonly<Record<string, AlarmStatus>> = {};

    constructor(context: ServiceContext) {
        this.file = join(context.dataDir, "alarms.json");
    }

    /** Reads what an earlier run has left. */
    load(): void {
        try {
            this.states = JSON.parse(readFileSync(this.file, "utf8")) as Record<string, AlarmStatus>;
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        }
    }

    get(name: string): AlarmStatus | undefined {
        return Object.hasOwn(this.states, name) ? this.states[name] : undefined;
    }

    /** Changes one alarm's state and adds to its history. */
    set(name: string, status: Omit<AlarmStatus, "history">, ...news: readonly HistoryItem[]): AlarmStatus {
        const history = [...(this.get(name)?.history ?? []), ...news].slice(-MAX_HISTORY);
        const changed = { ...status, history };
        this.write({ ...this.states, [name]: changed });
        return changed;
    }

    /** Forgets all alarms but these. */
    keepOnly(names: ReadonlySet<string>): void {
        const kept = Object.entries(this.states).filter(([name]) => names.has(name));
        if (kept.length < Object.keys(this.states).length) this.write(Object.fromEntries(kept));
    }

    private write(states: Readonly<Record<string, AlarmStatus>>): void {
        writeFileAtomic(this.file, JSON.stringify(states));
        this.states = states;
    }
}
