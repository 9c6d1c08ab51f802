import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { LAMBDA_TRUST, rolePolicy } from "../../../components/callback";
import { refreshStatements, schedulePolicy, scheduleTrust } from "../../../components/inference/plan";
import { arnOf, idOf } from "../../support/mocks";
import { scopeOf, tagsOf } from "../../support/scope";
import { deployInference } from "./fixture";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const FUNCTION = "bqx-ml-feature-refresh-dev";
const tags = tagsOf("inference");

describe("Inference", function () {
    this.timeout(30_000); // The first one makes the bundle.

    it("makes the function, what it needs, its schedule and its alarms, all its own children", async () => {
        const { resources, outputs } = await deployInference();
        const [component, ...children] = resources;
        expect(component).to.include({ type: "bqx:stage:Inference", name: "inference" });
        expect(new Set(children.map(({ parent }) => parent))).to.deep.equal(new Set(["inference"]));
        expect(children.map(({ name }) => name)).to.have.members([
            ...["inference-refresh", "inference-refresh-log", "inference-refresh-role"],
            ...["inference-refresh-role-policy", "inference-refresh-events"],
            ...["inference-schedule", "inference-schedule-group", "inference-schedule-role"],
            ...["inference-schedule-role-policy", "inference-alarm-refresh-errors"],
            ...["inference-alarm-refresh-behind", "inference-alarm-refresh-dropped"],
        ]);
        expect(outputs).to.deep.equal({ refreshFunctionName: FUNCTION });
    });

    it("runs the function in the VPC, bounded, with secrets by ARN alone", async () => {
        const { named } = await deployInference();
        const { code, ...inputs } = named("inference-refresh").inputs;
        expect(inputs).to.deep.equal({
            name: FUNCTION,
            description: "Computes the newest features of all pairs and stores them",
            role: arnOf("inference-refresh-role"),
            runtime: "nodejs22.x",
            handler: "__index.handler",
            memorySize: 3008,
            timeout: 120,
            reservedConcurrentExecutions: 1,
            environment: {
                variables: {
                    DATABASE_HOST: "db.test",
                    DATABASE_PORT: "5432",
                    DATABASE_NAME: "bqx",
                    DATABASE_SECRET_ARN: "arn:db",
                    CACHE_HOST: "cache.test",
                    CACHE_PORT: "6379",
                    CACHE_SECRET_ARN: "arn:cache",
                    RETENTION_DAYS: "10",
                    NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem",
                },
            },
            loggingConfig: { logFormat: "Text", logGroup: `/aws/lambda/${FUNCTION}` },
            tracingConfig: { mode: "PassThrough" },
            vpcConfig: { subnetIds: ["subnet-a", "subnet-b"], securityGroupIds: ["sg-lambda"] },
            tags,
        });
        expect(code).to.be.an.instanceOf(pulumi.asset.AssetArchive);
        expect(named("inference-refresh").dependsOn).to.include("inference-refresh-role-policy");
        expect(named("inference-refresh").ignoreChanges).to.deep.equal([]);
    });

    it("follows the settings", async () => {
        const { named } = await deployInference({
            refresh: { memoryMb: 1769, timeoutSeconds: 60, retentionDays: 5 },
            logs: { retentionDays: 7 },
        });
        expect(named("inference-refresh").inputs).to.include({ memorySize: 1769, timeout: 60 });
        expect(named("inference-refresh").inputs).to.have.nested.property(
            "environment.variables.RETENTION_DAYS",
            "5",
        );
        expect(named("inference-refresh-log").inputs).to.deep.equal({
            name: `/aws/lambda/${FUNCTION}`,
            retentionInDays: 7,
            tags,
        });
    });

    it("gives the function a role for its log, its network interfaces and the two secrets", async () => {
        const { named } = await deployInference();
        expect(named("inference-refresh-role").inputs).to.deep.equal({
            assumeRolePolicy: JSON.stringify(LAMBDA_TRUST),
            tags,
        });
        const scope = scopeOf();
        const document = rolePolicy({ scope, base: "feature-refresh", statements: refreshStatements(scope) });
        expect(named("inference-refresh-role-policy").inputs).to.deep.equal({
            role: idOf("inference-refresh-role"),
            policy: JSON.stringify(document),
        });
    });

    it("drops events that the next minute has overtaken", async () => {
        const { named } = await deployInference();
        expect(named("inference-refresh-events").inputs).to.deep.equal({
            functionName: FUNCTION,
            maximumEventAgeInSeconds: 60,
            maximumRetryAttempts: 0,
        });
    });

    it("starts it each minute of trading days in New York, with the minute's time", async () => {
        const { named } = await deployInference();
        expect(named("inference-schedule").inputs).to.deep.equal({
            name: FUNCTION,
            groupName: "bqx-ml-dev",
            description: "Refreshes features each minute of trading days",
            scheduleExpression: "cron(* * ? * SUN-FRI *)",
            scheduleExpressionTimezone: "America/New_York",
            flexibleTimeWindow: { mode: "OFF" },
            target: {
                arn: arnOf("inference-refresh"),
                roleArn: arnOf("inference-schedule-role"),
                input: '{"time":"<aws.scheduler.scheduled-time>"}',
                retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 1 },
            },
        });
        expect(named("inference-schedule").dependsOn).to.include("inference-schedule-role-policy");
        expect(named("inference-schedule-group").inputs).to.deep.equal({ name: "bqx-ml-dev", tags });
        expect(named("inference-schedule-role").inputs).to.deep.equal({
            assumeRolePolicy: JSON.stringify(scheduleTrust(scopeOf())),
            tags,
        });
        expect(named("inference-schedule-role-policy").inputs).to.deep.equal({
            role: idOf("inference-schedule-role"),
            policy: JSON.stringify(schedulePolicy(scopeOf())),
        });
    });

    it("alarms when runs fail, features fall behind, or the schedule starts nothing", async () => {
        const { named, only } = await deployInference();
        expect(only(ALARM)).to.have.length(3);
        const common = {
            comparisonOperator: "GreaterThanThreshold",
            period: 60,
            treatMissingData: "notBreaching",
            tags,
        };
        const critical = { alarmActions: ["arn:critical"], okActions: ["arn:critical"] };
        const warning = { alarmActions: ["arn:warning"], okActions: ["arn:warning"] };
        const withoutText = (name: string) => {
            const { alarmDescription, ...inputs } = named(name).inputs;
            expect(alarmDescription).to.match(/\.$/);
            return inputs;
        };
        expect(withoutText("inference-alarm-refresh-errors")).to.deep.equal({
            ...{ ...common, ...critical, name: "bqx-ml-refresh-errors-dev" },
            ...{ namespace: "AWS/Lambda", metricName: "Errors", dimensions: { FunctionName: FUNCTION } },
            ...{ statistic: "Sum", threshold: 0, evaluationPeriods: 5, datapointsToAlarm: 3 },
        });
        expect(withoutText("inference-alarm-refresh-behind")).to.deep.equal({
            ...{ ...common, ...critical, name: "bqx-ml-refresh-behind-dev" },
            ...{ namespace: "BQX-ML", metricName: "behindMinutes", dimensions: { FunctionName: FUNCTION } },
            ...{ statistic: "Minimum", threshold: 10, evaluationPeriods: 5, datapointsToAlarm: 5 },
        });
        expect(withoutText("inference-alarm-refresh-dropped")).to.deep.equal({
            ...{ ...common, ...warning, name: "bqx-ml-refresh-dropped-dev" },
            ...{ namespace: "AWS/Scheduler", metricName: "InvocationDroppedCount" },
            ...{ dimensions: { ScheduleGroup: "bqx-ml-dev" } },
            ...{ statistic: "Sum", threshold: 0, evaluationPeriods: 5, datapointsToAlarm: 3 },
        });
    });
});
