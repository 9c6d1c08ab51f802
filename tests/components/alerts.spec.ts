import { expect } from "chai";
import { Alerts } from "../../components/alerts";
import { keyPolicy, SLACK_PERMISSIONS, SLACK_TRUST, topicPolicy } from "../../components/alerts/plan";
import { ACCOUNT, arnOf, deploy, idOf, REGION } from "../support/mocks";
import { scopeOf, tagsOf } from "../support/scope";

const KEY = "aws:kms/key:Key";
const TOPIC = "aws:sns/topic:Topic";
const TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy";
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";
const SLACK = "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration";
const SEVERITIES = ["critical", "warning", "info"] as const;

const slack = { workspaceId: "T01234567", channelId: "C01234567" };
const tags = tagsOf("alerts");

const alerts = (settings: Record<string, unknown> = {}) =>
    deploy(() => new Alerts("alerts", { scope: scopeOf({ alerts: settings }) }).topicArns);

describe("Alerts", () => {
    it("makes a key, three topics and their policies, all its own children", async () => {
        const { resources, only } = await alerts();
        const [component, ...children] = resources;
        expect(component).to.include({ type: "bqx:stage:Alerts", name: "alerts" });
        expect(new Set(children.map(({ parent }) => parent))).to.deep.equal(new Set(["alerts"]));
        expect(only(KEY)).to.have.length(1);
        expect(only(TOPIC)).to.have.length(3);
        expect(only(TOPIC_POLICY)).to.have.length(3);
        expect(children).to.have.length(7);
    });

    it("encrypts by a key of its own that changes each year", async () => {
        const { named } = await alerts();
        const { policy, ...inputs } = named("alerts-key").inputs;
        expect(inputs).to.deep.equal({
            description: "Messages of the alert topics of dev",
            enableKeyRotation: true,
            tags,
        });
        expect(JSON.parse(policy as string)).to.deep.equal(keyPolicy(ACCOUNT, REGION));
    });

    for (const severity of SEVERITIES) {
        it(`makes the ${severity} topic with its policy`, async () => {
            const { named } = await alerts();
            expect(named(`alerts-${severity}`).inputs).to.deep.equal({
                name: `bqx-ml-${severity}-dev`,
                displayName: `BQX-ML dev ${severity}`,
                kmsMasterKeyId: arnOf("alerts-key"),
                tags,
            });
            const { arn, policy, ...others } = named(`alerts-${severity}-policy`).inputs;
            expect(others).to.deep.equal({});
            expect(arn).to.equal(arnOf(`alerts-${severity}`));
            expect(JSON.parse(policy as string)).to.deep.equal(topicPolicy(severity, scopeOf()));
        });
    }

    it("gives the topics out by severity", async () => {
        const { outputs } = await alerts();
        expect(outputs).to.deep.equal({
            critical: arnOf("alerts-critical"),
            warning: arnOf("alerts-warning"),
            info: arnOf("alerts-info"),
        });
    });

    it("subscribes addresses once the topic's policy is in force", async () => {
        const { named, only } = await alerts({ warningEmails: ["ops@example.com"] });
        expect(only(SUBSCRIPTION)).to.have.length(1);
        const subscription = named("alerts-warning-ops@example.com");
        expect(subscription.inputs).to.deep.equal({
            topic: arnOf("alerts-warning"),
            protocol: "email",
            endpoint: "ops@example.com",
        });
        expect(subscription.dependsOn).to.include("alerts-warning-policy");
    });

    it("posts into Slack with a role that only reads metrics", async () => {
        const { named, only } = await alerts({ slack });
        expect(only(SLACK)).to.have.length(1);
        expect(named("alerts-slack").inputs).to.deep.equal({
            configurationName: "bqx-ml-dev",
            slackTeamId: slack.workspaceId,
            slackChannelId: slack.channelId,
            iamRoleArn: arnOf("alerts-slack-role"),
            guardrailPolicyArns: ["arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"],
            userAuthorizationRequired: true,
            snsTopicArns: SEVERITIES.map((severity) => arnOf(`alerts-${severity}`)),
            tags,
        });
        expect(named("alerts-slack-role").inputs).to.deep.equal({
            assumeRolePolicy: JSON.stringify(SLACK_TRUST),
            tags,
        });
        const { policy, ...others } = named("alerts-slack-role-policy").inputs;
        expect(others).to.deep.equal({ role: idOf("alerts-slack-role") });
        expect(JSON.parse(policy as string)).to.deep.equal(SLACK_PERMISSIONS);
    });

    it("makes no role and no channel without Slack", async () => {
        const { resources } = await alerts({ criticalEmails: ["ops@example.com"] });
        expect(resources.filter(({ name }) => name.includes("slack"))).to.deep.equal([]);
    });
});
