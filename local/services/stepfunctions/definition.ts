import { StateMachine, type StateMachineDefinition } from "aws-local-stepfunctions";
import { messageOf } from "../../errors";
import { isTaskResource } from "./resources";

type JsonObject = Readonly<Record<string, unknown>>;

/** A Task state, wherever in the machine it is. */
export interface TaskState {
    readonly name: string;
    readonly resource: string;
    readonly timeoutSeconds: number | undefined;
    /** The Parallel and Map states around it, outermost first. */
    readonly within: readonly string[];
}

/** A state machine that the interpreter can run. */
export interface Definition {
    readonly machine: StateMachineDefinition;
    /** By name: state names are unique within a machine, at whatever depth. */
    readonly tasks: ReadonlyMap<string, TaskState>;
    /** Parallel and Map states of which no more than one run is under way at a time: those that are in no Map. */
    readonly scopes: ReadonlySet<string>;
}

/** A state, with the names and the types of those around it. */
interface Located {
    readonly name: string;
    readonly state: JsonObject;
    readonly around: readonly { readonly name: string; readonly type: unknown }[];
}

/** A timer takes no more milliseconds than 31 bits hold, which is 24 days; AWS's own limit is a year. */
const SECONDS_MAX = 2_147_483;

/** Fields of a Map that only AWS's distributed mode has, and those that the interpreter passes over in silence. */
const DISTRIBUTED_FIELDS = [
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
];

/** Tests of a Choice rule that are true or false; the interpreter knows their true form only. */
const TYPE_TESTS = ["IsPresent", "IsNull", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp"];

/** What of the context object the interpreter has, by its beginning. */
const CONTEXT_ANYWHERE = [
    "Execution.Id",
    "Execution.Name",
    "Execution.RoleArn",
    "StateMachine.Id",
    "StateMachine.Name",
];
/** Within Map and Parallel states the interpreter has other values for these than AWS. */
const CONTEXT_AT_THE_TOP = ["Execution.Input", "Execution.StartTime"];
const CONTEXT_OF_MAP = ["Map.Item.Index", "Map.Item.Value"];

/** What was found before, by text: a check compiles the validator's schemas anew, and a deployment asks several times. */
const checked = new Map<string, readonly string[]>();

/** All that keeps a definition from being run here: what AWS refuses, and what the interpreter would do otherwise. */
export function definitionProblems(text: string): readonly string[] {
    const known = checked.get(text);
    if (known !== undefined) return known;
    const problems = findProblems(text);
    checked.set(text, problems);
    return problems;
}

function findProblems(text: string): string[] {
    const parsed = parseObject(text);
    if (parsed === undefined) return ["it is not a JSON object"];
    const languages = parsed.QueryLanguage === undefined || parsed.QueryLanguage === "JSONPath";
    const problems = languages ? [] : ['QueryLanguage: "JSONPath" alone runs here'];
    try {
        // The validator writes into what it checks.
        new StateMachine(JSON.parse(text) as StateMachineDefinition);
    } catch (error) {
        const [, ...lines] = messageOf(error).split("\n");
        return [...problems, ...lines.map((line) => line.trim())];
    }
    return [...problems, ...statesOf(parsed).flatMap(stateProblems)];
}

/** Reads a definition in which `definitionProblems` finds none. */
export function readDefinition(text: string): Definition {
    const machine = parseObject(text) ?? {};
    const states = statesOf(machine);
    const tasks = states
        .filter(({ state }) => state.Type === "Task")
        .map(({ name, state, around }) => ({
            name,
            resource: String(state.Resource),
            timeoutSeconds:
                typeof state.TimeoutSeconds === "number"
                    ? Math.min(state.TimeoutSeconds, SECONDS_MAX)
                    : undefined,
            within: around.map((each) => each.name),
        }));
    const scopes = states.filter(
        ({ state, around }) =>
            (state.Type === "Map" || state.Type === "Parallel") && around.every(({ type }) => type !== "Map"),
    );
    return {
        machine: interpretable(machine) as StateMachineDefinition,
        tasks: new Map(tasks.map((task) => [task.name, task])),
        scopes: new Set(scopes.map(({ name }) => name)),
    };
}

function statesOf(machine: JsonObject, around: Located["around"] = []): Located[] {
    return Object.entries(objectOf(machine.States)).flatMap(([name, value]) => {
        const state = objectOf(value);
        const inner = [...around, { name, type: state.Type }];
        return [{ name, state, around }, ...machinesIn(state).flatMap((each) => statesOf(each, inner))];
    });
}

/** The machines within a Parallel or Map state. */
function machinesIn(state: JsonObject): JsonObject[] {
    const branches: unknown[] = Array.isArray(state.Branches) ? state.Branches : [];
    return [...branches, state.ItemProcessor, state.Iterator].filter(isObject);
}

function stateProblems({ name, state, around }: Located): string[] {
    const catchers: unknown[] = Array.isArray(state.Catch) ? state.Catch : [];
    const choices: unknown[] = Array.isArray(state.Choices) ? state.Choices : [];
    const problems = [
        ...contextProblems(state, around.length > 0),
        ...(state.QueryLanguage === undefined || state.QueryLanguage === "JSONPath"
            ? []
            : ['QueryLanguage: "JSONPath" alone runs here']),
        ...([state, ...catchers, ...choices].some((each) => objectOf(each).Assign !== undefined)
            ? ["Assign: variables are not kept here; hand values on by ResultPath"]
            : []),
        ...(state.Type === "Task" ? taskProblems(state) : []),
        ...(state.Type === "Map" ? mapProblems(state) : []),
    ];
    if (state.Type === "Pass" && "Result" in state && !state.Result) {
        problems.push(`Result: ${JSON.stringify(state.Result)} is passed over here; put it into an object`);
    }
    if (state.Type === "Wait" && typeof state.Seconds === "number" && state.Seconds > SECONDS_MAX) {
        problems.push(`Seconds: at most ${SECONDS_MAX} (24 days) here`);
    }
    return problems.map((problem) => `State "${name}": ${problem}`);
}

function taskProblems(state: JsonObject): string[] {
    const problems: string[] = [];
    const resource = String(state.Resource);
    if (!isTaskResource(resource)) problems.push(`Resource: ${resource} does not run here`);
    if (state.TimeoutSecondsPath !== undefined) problems.push("TimeoutSecondsPath: give TimeoutSeconds here");
    if (state.Credentials !== undefined) problems.push("Credentials: tasks run in this account alone here");
    return problems;
}

function mapProblems(state: JsonObject): string[] {
    const found = DISTRIBUTED_FIELDS.filter((field) => field in state);
    const { Mode: mode } = objectOf(objectOf(state.ItemProcessor).ProcessorConfig);
    if (mode !== undefined && mode !== "INLINE") found.unshift("ProcessorConfig.Mode");
    return found.map((field) => `${field}: distributed maps do not run here; Mode INLINE does`);
}

function contextProblems(state: JsonObject, isNested: boolean): string[] {
    const own = without(state, "Comment", "Branches", "ItemProcessor", "Iterator");
    const allowed = [
        ...CONTEXT_ANYWHERE,
        ...(isNested ? [] : CONTEXT_AT_THE_TOP),
        ...(state.Type === "Map" ? CONTEXT_OF_MAP : []),
    ];
    const used = JSON.stringify(own).match(/\$\$[.\w]*/g) ?? [];
    const isAllowed = (path: string) => allowed.some((known) => `${path}.`.startsWith(`$$.${known}.`));
    return [...new Set(used)]
        .filter((path) => !isAllowed(path))
        .map((path) => `${path}: of the context object ${allowed.join(", ")} are known here`);
}

/** The definition in the words that the interpreter understands as AWS does. */
function interpretable(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(interpretable);
    if (!isObject(value)) return value;
    const inner = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, interpretable(each)]));
    if (isObject(value.States)) return withoutLongTimeout(inner);
    // The interpreter gives a Task a minute, AWS a year.
    if (value.Type === "Task" && typeof value.Resource === "string") {
        return withoutLongTimeout({ TimeoutSeconds: SECONDS_MAX, ...inner });
    }
    return withoutFalseTest(inner);
}

function withoutLongTimeout(value: JsonObject): JsonObject {
    return typeof value.TimeoutSeconds === "number" && value.TimeoutSeconds > SECONDS_MAX
        ? { ...value, TimeoutSeconds: SECONDS_MAX }
        : value;
}

/** `IsPresent: false` as `Not: { IsPresent: true }`. */
function withoutFalseTest(rule: JsonObject): JsonObject {
    const test = TYPE_TESTS.find((name) => rule[name] === false);
    if (test === undefined || typeof rule.Variable !== "string") return rule;
    return { ...without(rule, test, "Variable"), Not: { Variable: rule.Variable, [test]: true } };
}

function without(value: JsonObject, ...names: readonly string[]): JsonObject {
    return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

function parseObject(text: string): JsonObject | undefined {
    try {
        const value: unknown = JSON.parse(text);
        return isObject(value) ? value : undefined;
    } catch {
        return undefined;
    }
}

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

function isObject(value: unknown): value is JsonObject {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
