import { expect } from "chai";
import {
    emailSubscriptions,
    keyPolicy,
    SLACK_PERMISSIONS,
    SLACK_TRUST,
    topicArn,
    topicPolicy,
} from "../../components/alerts/plan";
import { ACCOUNT } from "../support/mocks";
import { scopeOf } from "../support/scope";

const PUBLISHERS = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "events.amazonaws.com"];
const ARN = `arn:aws:sns:us-east-1:${ACCOUNT}:bqx-ml-critical-dev`;

describe("alerts plan", () => {
    it("subscribes each address to each of its topics", () => {
        const { alerts } = scopeOf({
            alerts: {
                infoEmails: ["team@example.com"],
                criticalEmails: ["ops@example.com", "team@example.com"],
            },
        }).settings;
        expect(emailSubscriptions(alerts)).to.deep.equal([
            { severity: "critical", email: "ops@example.com" },
            { severity: "critical", email: "team@example.com" },
            { severity: "info", email: "team@example.com" },
        ]);
    });

    it("subscribes nobody unless told", () => {
        expect(emailSubscriptions(scopeOf().settings.alerts)).to.deep.equal([]);
    });

    it("builds a topic's ARN from its name", () => {
        expect(topicArn("critical", scopeOf())).to.equal(ARN);
    });

    it("lets services publish for this account alone, and nobody without TLS", () => {
        expect(topicPolicy("critical", scopeOf())).to.deep.equal({
            Version: "2012-10-17",
            Statement: [
                {
                    Sid: "PublishFromServicesOfThisAccount",
                    Effect: "Allow",
                    Principal: { Service: PUBLISHERS },
                    Action: "sns:Publish",
                    Resource: ARN,
                    Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT } },
                },
                {
                    Sid: "RefuseWithoutTls",
                    Effect: "Deny",
                    Principal: "*",
                    Action: "sns:Publish",
                    Resource: ARN,
                    Condition: { Bool: { "aws:SecureTransport": "false" } },
                },
            ],
        });
    });

    it("lets the services use the key, and this account only through SNS", () => {
        const statements = [keyPolicy(ACCOUNT, "eu-west-1").Statement].flat() as object[];
        expect(statements).to.have.length(3);
        const use = ["kms:Decrypt", "kms:GenerateDataKey*"];
        expect(statements.slice(1)).to.deep.equal([
            {
                Sid: "PublishByThisAccount",
                Effect: "Allow",
                Principal: { AWS: ACCOUNT },
                Action: use,
                Resource: "*",
                Condition: { StringEquals: { "kms:ViaService": "sns.eu-west-1.amazonaws.com" } },
            },
            {
                Sid: "PublishByServices",
                Effect: "Allow",
                Principal: { Service: PUBLISHERS },
                Action: use,
                Resource: "*",
            },
        ]);
    });

    it("lets this account manage the key, without reading by it or lending it", () => {
        const [manage] = [keyPolicy(ACCOUNT, "eu-west-1").Statement].flat() as { Action: string[] }[];
        expect(manage).to.deep.include({ Effect: "Allow", Principal: { AWS: ACCOUNT }, Resource: "*" });
        // Without the first, AWS refuses the policy: nobody could ever change it again.
        expect(manage!.Action).to.include.members(["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"]);
        expect(manage!.Action.filter((action) => /\*|Decrypt|Encrypt|DataKey|Grant/.test(action))).to.be
            .empty;
    });

    it("gives Slack nothing but the graphs of alarms", () => {
        expect(SLACK_TRUST.Statement).to.deep.equal([
            {
                Effect: "Allow",
                Principal: { Service: "chatbot.amazonaws.com" },
                Action: "sts:AssumeRole",
            },
        ]);
        expect(SLACK_PERMISSIONS.Statement).to.deep.equal([
            {
                Effect: "Allow",
                Action: [
                    "cloudwatch:DescribeAlarms",
                    "cloudwatch:GetMetricData",
                    "cloudwatch:GetMetricStatistics",
                ],
                Resource: "*",
            },
        ]);
    });
});
