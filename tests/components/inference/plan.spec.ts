import type { iam } from "@pulumi/aws";
import { expect } from "chai";
import { functionArn, functionLogGroup, rolePolicy } from "../../../components/callback";
import {
    REFRESH,
    refreshStatements,
    schedulePolicy,
    scheduleTrust,
} from "../../../components/inference/plan";
import { ACCOUNT, REGION } from "../../support/mocks";
import { scopeOf } from "../../support/scope";

const FUNCTION = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:bqx-ml-feature-refresh-prod`;

describe("what the inference stage may do", () => {
    const scope = scopeOf({}, "prod");

    it("names function and log by the stack, known before they exist", () => {
        expect(functionArn(REFRESH, scope)).to.equal(FUNCTION);
        expect(functionLogGroup(REFRESH, scope)).to.equal("/aws/lambda/bqx-ml-feature-refresh-prod");
    });

    it("lets the function read the two stores' secrets, found by their tags, and none besides", () => {
        expect(refreshStatements(scope)).to.deep.equal([
            {
                Sid: "ReadDatabaseSecret",
                Effect: "Allow",
                Action: "secretsmanager:GetSecretValue",
                Resource: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:rds!cluster-*`,
                Condition: {
                    StringEquals: {
                        "aws:ResourceTag/aws:rds:primaryDBClusterArn": `arn:aws:rds:${REGION}:${ACCOUNT}:cluster:bqx-ml-prod`,
                    },
                },
            },
            {
                Sid: "ReadCacheSecret",
                Effect: "Allow",
                Action: "secretsmanager:GetSecretValue",
                Resource: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:*`,
                Condition: {
                    StringEquals: {
                        "aws:ResourceTag/Project": "bqx-ml",
                        "aws:ResourceTag/Environment": "prod",
                        "aws:ResourceTag/Stage": "featureStore",
                    },
                },
            },
        ]);
    });

    it("names an adopted cluster's secret itself", () => {
        const credentialsSecretArn = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:legacy-abc123`;
        const adopt = { clusterIdentifier: "legacy", credentialsSecretArn, securityGroupId: "sg-0123abcd" };
        const [database] = refreshStatements(scopeOf({ database: { adopt } }));
        expect(database).to.deep.equal({
            Sid: "ReadDatabaseSecret",
            Effect: "Allow",
            Action: "secretsmanager:GetSecretValue",
            Resource: credentialsSecretArn,
        });
    });

    it("lets a function write its own log, and keeps its code from the network interfaces that Lambda makes for it", () => {
        const { Statement } = rolePolicy({ scope, base: REFRESH, statements: [] });
        const [log, allowed, denied, ...others] = Statement as iam.PolicyStatement[];
        expect(others).to.deep.equal([]);
        expect(log).to.deep.equal({
            Sid: "WriteOwnLog",
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/lambda/bqx-ml-feature-refresh-prod:*`,
        });
        expect(allowed).to.include({ Effect: "Allow", Resource: "*" });
        expect(allowed).not.to.have.property("Condition");
        expect(denied).to.deep.include({
            Effect: "Deny",
            Action: allowed?.Action,
            Condition: { ArnEquals: { "lambda:SourceFunctionArn": FUNCTION } },
        });
    });

    it("lets schedules of this stack's group alone start the function alone", () => {
        expect(scheduleTrust(scope).Statement).to.deep.equal([
            {
                Effect: "Allow",
                Principal: { Service: "scheduler.amazonaws.com" },
                Action: "sts:AssumeRole",
                Condition: {
                    StringEquals: {
                        "aws:SourceAccount": ACCOUNT,
                        "aws:SourceArn": `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule-group/bqx-ml-prod`,
                    },
                },
            },
        ]);
        expect(schedulePolicy(scope).Statement).to.deep.equal([
            { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: FUNCTION },
        ]);
    });
});
