import {
    CreateScheduleCommand,
    DeleteScheduleCommand,
    GetScheduleCommand,
    GetScheduleGroupCommand,
    ListScheduleGroupsCommand,
    ListSchedulesCommand,
    type ListSchedulesCommandInput,
    ListTagsForResourceCommand,
    ResourceNotFoundException,
    TagResourceCommand,
} from "@aws-sdk/client-scheduler";
import { expect } from "chai";
import { refusal } from "../harness";
import { FUNCTION, GROUP, ROLE, SchedulerFixture } from "./fixture";

const QUEUE = "arn:aws:sqs:us-east-1:123456789012:dropped";
const ARN = "arn:aws:scheduler:us-east-1:123456789012";

describe("EventBridge Scheduler: the API", () => {
    const test = SchedulerFixture.use();

    const deployGroup = (name: string) =>
        test.harness.deploy(
            GROUP,
            name,
            { name },
            { arn: `${ARN}:schedule-group/${name}`, creationDate: "2026-01-05T00:00:00.000Z" },
        );

    it("tells all of a schedule", async () => {
        await test.deploy("a", {
            description: "Each minute",
            scheduleExpression: "cron(* * * * ? *)",
            scheduleExpressionTimezone: "America/New_York",
            startDate: "2026-01-01T00:00:00Z",
            endDate: "2027-01-01T00:00:00Z",
            flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 5 },
            target: {
                arn: FUNCTION,
                roleArn: ROLE,
                input: "{}",
                retryPolicy: { maximumRetryAttempts: 3 },
                deadLetterConfig: { arn: QUEUE },
            },
        });
        const { $metadata, ...schedule } = await test.client.send(new GetScheduleCommand({ Name: "a" }));
        expect($metadata.requestId).to.match(/^[0-9a-f-]{36}$/);
        expect(schedule).to.deep.equal({
            ActionAfterCompletion: "NONE",
            Arn: `${ARN}:schedule/default/a`,
            Description: "Each minute",
            EndDate: new Date("2027-01-01T00:00:00Z"),
            FlexibleTimeWindow: { MaximumWindowInMinutes: 5, Mode: "FLEXIBLE" },
            GroupName: "default",
            Name: "a",
            ScheduleExpression: "cron(* * * * ? *)",
            ScheduleExpressionTimezone: "America/New_York",
            StartDate: new Date("2026-01-01T00:00:00Z"),
            State: "ENABLED",
            Target: {
                Arn: FUNCTION,
                DeadLetterConfig: { Arn: QUEUE },
                Input: "{}",
                RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 3 },
                RoleArn: ROLE,
            },
        });
    });

    it("lists schedules by group, name and state, page by page", async () => {
        await deployGroup("nightly");
        await test.deploy("a1");
        await test.deploy("a2", { state: "DISABLED" });
        await test.deploy("b1");
        await test.deploy("a3", {}, "nightly");
        const names = async (input: ListSchedulesCommandInput) => {
            const { Schedules = [] } = await test.client.send(new ListSchedulesCommand(input));
            return Schedules.map(({ GroupName, Name }) => `${GroupName!}/${Name!}`);
        };
        expect(await names({})).to.deep.equal(["default/a1", "default/a2", "default/b1", "nightly/a3"]);
        expect(await names({ GroupName: "nightly" })).to.deep.equal(["nightly/a3"]);
        expect(await names({ NamePrefix: "a", State: "ENABLED" })).to.deep.equal([
            "default/a1",
            "nightly/a3",
        ]);
        const first = await test.client.send(new ListSchedulesCommand({ MaxResults: 3 }));
        expect(first.Schedules?.[1]).to.deep.equal({
            Arn: `${ARN}:schedule/default/a2`,
            GroupName: "default",
            Name: "a2",
            State: "DISABLED",
            Target: { Arn: FUNCTION },
        });
        expect(await names({ MaxResults: 3, NextToken: first.NextToken })).to.deep.equal(["nightly/a3"]);
    });

    it("tells of groups, with the one that is always there", async () => {
        await deployGroup("nightly");
        const { ScheduleGroups } = await test.client.send(new ListScheduleGroupsCommand({}));
        expect(ScheduleGroups?.map(({ Name, State }) => [Name, State])).to.deep.equal([
            ["default", "ACTIVE"],
            ["nightly", "ACTIVE"],
        ]);
        const group = await test.client.send(new GetScheduleGroupCommand({ Name: "nightly" }));
        expect(group).to.deep.include({
            Arn: `${ARN}:schedule-group/nightly`,
            CreationDate: new Date("2026-01-05T00:00:00Z"),
        });
        const { Name } = await test.client.send(new GetScheduleGroupCommand({ Name: "default" }));
        expect(Name).to.equal("default");
    });

    it("does not know what is not deployed", async () => {
        await test.deploy("a");
        const missing = [
            new GetScheduleCommand({ Name: "b" }),
            new GetScheduleCommand({ Name: "a", GroupName: "nightly" }),
        ];
        for (const command of missing) {
            const error = await test.client.send(command).catch((thrown: unknown) => thrown);
            expect(error).to.be.instanceOf(ResourceNotFoundException);
            expect((error as ResourceNotFoundException).message).to.match(/^Schedule \w does not exist\.$/);
        }
        expect(await refusal(test.client.send(new GetScheduleGroupCommand({ Name: "x" })))).to.equal(
            "ResourceNotFoundException: Schedule group x does not exist.",
        );
    });

    it("leaves changes to the Pulumi program", async () => {
        const input = {
            Name: "a",
            ScheduleExpression: "rate(1 minute)",
            FlexibleTimeWindow: { Mode: "OFF" as const },
            Target: { Arn: FUNCTION, RoleArn: ROLE },
        };
        const changes = [
            () => test.client.send(new CreateScheduleCommand(input)),
            () => test.client.send(new DeleteScheduleCommand({ Name: "a" })),
            () =>
                test.client.send(
                    new TagResourceCommand({ ResourceArn: `${ARN}:schedule-group/x`, Tags: [] }),
                ),
        ];
        for (const change of changes) {
            expect(await refusal(change())).to.match(
                /^AccessDeniedException: .* is not allowed here: schedules are made by the Pulumi program\.$/,
            );
        }
    });

    it("refuses what it does not offer, and input that does not fit", async () => {
        const tags = test.client.send(
            new ListTagsForResourceCommand({ ResourceArn: `${ARN}:schedule-group/x` }),
        );
        expect(await refusal(tags)).to.match(/^UnknownOperationException: .*It offers GetSchedule, /);
        const list = test.client.send(new ListSchedulesCommand({ MaxResults: 101, NextToken: "x" }));
        expect(await refusal(list)).to.match(/^ValidationException: MaxResults: /);
        const token = test.client.send(new ListSchedulesCommand({ NextToken: "x" }));
        expect(await refusal(token)).to.match(/^ValidationException: The token is not valid/);
    });
});
