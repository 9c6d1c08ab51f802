import { expect } from "chai";
import { definitionProblems } from "../../../../local/services/stepfunctions/definition";
import { refusal } from "../harness";
import { SageMakerFixture } from "../sagemaker/fixture";
import { FUNCTION, single, StepFunctionsFixture } from "./fixture";

const problemsOf = (definition: unknown) => definitionProblems(JSON.stringify(definition));
const map = (more: object, item: object = { Type: "Pass" }) =>
    single({
        Type: "Map",
        ItemProcessor: { StartAt: "Item", States: { Item: { ...item, End: true } } },
        ...more,
    });

describe("Step Functions: definitions", function () {
    this.timeout(20_000);

    describe("are refused", () => {
        const refusals: { title: string; definition: unknown; expected: string[] }[] = [
            {
                title: "that lead nowhere",
                definition: {
                    StartAt: "A",
                    States: { A: { Type: "Pass", Next: "C" }, B: { Type: "Succeed" } },
                },
                expected: [
                    "MISSING_TRANSITION_TARGET: State B is not reachable",
                    "MISSING_TRANSITION_TARGET: Missing 'StartAt'|'Next'|'Default' target: C",
                ],
            },
            {
                title: "with one name for two states",
                definition: single({ Type: "Parallel", Branches: [single({ Type: "Pass" })] }),
                expected: ["DUPLICATE_STATE_NAMES: A state with this name already exists: Only"],
            },
            {
                title: "in JSONata",
                definition: { QueryLanguage: "JSONata", ...single({ Type: "Pass" }) },
                expected: ['QueryLanguage: "JSONPath" alone runs here'],
            },
            {
                title: "with a state in JSONata",
                definition: single({ Type: "Pass", QueryLanguage: "JSONata" }),
                expected: ['State "Only": QueryLanguage: "JSONPath" alone runs here'],
            },
            {
                title: "with variables",
                definition: single({ Type: "Pass", Assign: { x: 1 } }),
                expected: ['State "Only": Assign: variables are not kept here; hand values on by ResultPath'],
            },
            {
                title: "with distributed maps",
                definition: map({
                    ItemProcessor: {
                        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
                        StartAt: "Item",
                        States: { Item: { Type: "Pass", End: true } },
                    },
                }),
                expected: [
                    'State "Only": ProcessorConfig.Mode: distributed maps do not run here; Mode INLINE does',
                ],
            },
            {
                title: "with tasks that nothing runs",
                definition: single({
                    Type: "Task",
                    Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
                    TimeoutSecondsPath: "$.limit",
                }),
                expected: [
                    'State "Only": Resource: arn:aws:states:::lambda:invoke.waitForTaskToken does not run here',
                    'State "Only": TimeoutSecondsPath: give TimeoutSeconds here',
                ],
            },
            {
                title: "with a result that would be passed over",
                definition: single({ Type: "Pass", Result: false }),
                expected: ['State "Only": Result: false is passed over here; put it into an object'],
            },
        ];
        for (const { title, definition, expected } of refusals) {
            it(title, () => expect(problemsOf(definition)).to.deep.equal(expected));
        }

        it("that are no JSON objects", () => {
            for (const text of ["", "[]", "null", "{"]) {
                expect(definitionProblems(text)).to.deep.equal(["it is not a JSON object"]);
            }
        });

        it("with values of the context object that differ here", () => {
            const state = (path: string) => ({ Type: "Pass", Parameters: { "x.$": path } });
            const bad = (definition: object) =>
                problemsOf(definition).map((problem) => problem.split(":")[1]);
            expect(bad(single(state("$$.Execution.Input.a")))).to.deep.equal([]);
            expect(bad(single(state("States.Format('{}', $$.Execution.Name)")))).to.deep.equal([]);
            expect(bad(single(state("$$.State.Name")))).to.deep.equal([" $$.State.Name"]);
            expect(bad(map({}, state("$$.Execution.Input.a")))).to.deep.equal([" $$.Execution.Input.a"]);
            expect(bad(map({}, state("$$.Map.Item.Value")))).to.deep.equal([" $$.Map.Item.Value"]);
            expect(bad(map({ ItemSelector: { "x.$": "$$.Map.Item.Value" } }))).to.deep.equal([]);
        });
    });

    describe("run as on AWS", () => {
        const test = StepFunctionsFixture.use(SageMakerFixture.use());

        it("with tests for what is not present", async () => {
            const definition = {
                StartAt: "Has",
                States: {
                    Has: {
                        Type: "Choice",
                        Choices: [{ Variable: "$.failed", IsPresent: false, Next: "Without" }],
                        Default: "With",
                    },
                    With: { Type: "Pass", Result: "with", End: true },
                    Without: { Type: "Pass", Result: "without", End: true },
                },
            };
            expect(await test.outputOf(definition, {})).to.equal("without");
            expect(await test.outputOf(definition, { failed: 0 })).to.equal("with");
        });

        it("with limits longer than a timer can hold", async () => {
            test.handler(() => "in time");
            const definition = {
                TimeoutSeconds: 31_536_000,
                ...single({ Type: "Task", Resource: FUNCTION, TimeoutSeconds: 99_999_999 }),
            };
            expect(await test.outputOf(definition)).to.equal("in time");
        });

        it("or their deployment is refused with every problem", async () => {
            const deployment = test.deploy("machine", {
                StartAt: "A",
                States: { A: { Type: "Pass", Assign: { x: 1 }, Result: 0, End: true } },
            });
            expect(await refusal(deployment)).to.match(
                /aws:sfn\/stateMachine:StateMachine ".*machine": State "A": Assign: .*; State "A": Result: 0/,
            );
        });
    });
});
