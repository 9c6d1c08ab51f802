import { expect } from "chai";
import { parseSettings, SettingsError } from "../../config/load";

const OWNED = { owner: "ml-platform", costCenter: "fx-research" };

const parse = (settings: Record<string, unknown> = {}, stack = "dev") =>
    parseSettings(stack, { ...OWNED, ...settings });

/** The refusal of settings, whole. */
function refusal(settings: Record<string, unknown>): string {
    try {
        parse(settings);
    } catch (error) {
        expect(error).to.be.instanceOf(SettingsError);
        return (error as SettingsError).message;
    }
    return "accepted";
}

const oneProblem = (problem: string) => `Pulumi.dev.yaml has 1 problem:\n  - ${problem}`;

describe("the defaults", () => {
    it("are the plan's numbers", () =>
        expect(parse()).to.deep.equal({
            ...OWNED,
            network: {
                cidrBlock: "10.20.0.0/16",
                availabilityZones: 2,
                nat: "single",
                interfaceEndpoints: [],
            },
            storage: {
                noncurrentDays: 90,
                infrequentAccessDays: 30,
                predictionsDays: 400,
                forceDestroy: false,
            },
            images: { keptImages: 20, untaggedDays: 7 },
            database: {
                engineVersion: "17.5",
                databaseName: "bqx",
                instanceClass: "db.serverless",
                minCapacityAcu: 0.5,
                maxCapacityAcu: 4,
                readReplica: false,
                backupRetentionDays: 7,
                credentialRotationDays: 30,
                deletionProtection: false,
            },
            cache: {
                engineVersion: "8.0",
                nodeType: "cache.t4g.micro",
                replicas: 0,
                snapshotRetentionDays: 1,
                authTokenVersion: 1,
            },
            processing: {
                source: "bars",
                historyDays: 365,
                imageTag: "0.1.0",
                instanceType: "ml.m5.2xlarge",
                instanceCount: 1,
                volumeGb: 100,
                maxRuntimeSeconds: 7200,
            },
            refresh: { retentionDays: 10, memoryMb: 3008, timeoutSeconds: 120 },
            training: {
                ...{ target: "target_60_60", candidates: "all", seed: 1, expiresDays: 45 },
                hyperparameters: {},
                fast: { selectionRows: 5000, fitRows: 10_000, nEstimators: 25, boostingRounds: 50 },
                ...{ imageTag: "0.1.0", inferenceImageTag: "0.1.0", instanceType: "ml.m5.2xlarge" },
                ...{ threads: 8, volumeGb: 30, maxRuntimeSeconds: 3600, maxConcurrency: 28 },
            },
            registry: { readerAccounts: [] },
            alerts: { criticalEmails: [], warningEmails: [], infoEmails: [] },
            billing: {
                budgetUsd: 500,
                alarmsUsd: [450, 500, 550, 600],
                activateCostAllocationTags: false,
            },
            logs: { retentionDays: 30 },
        }));

    for (const [stack, deletionProtection, forceDestroy] of [
        ["dev", false, false],
        ["prod", true, false],
        ["local", false, true],
    ] as const) {
        it(`of ${stack} protect what it holds as it deserves`, () => {
            const { database, storage } = parse({}, stack);
            expect({ ...database, ...storage }).to.include({ deletionProtection, forceDestroy });
        });
    }

    it("give way to what is set, key by key", () => {
        const { database } = parse({ database: { maxCapacityAcu: 8, deletionProtection: true } });
        expect(database).to.include({ maxCapacityAcu: 8, deletionProtection: true, minCapacityAcu: 0.5 });
    });
});

describe("a refusal", () => {
    const ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:fx-bars-AbCdEf";
    const adopt = { clusterIdentifier: "fx-bars", credentialsSecretArn: ARN, securityGroupId: "sg-01234567" };
    const WORDS = "1 to 256 letters, digits, spaces and _.:/=+-@";
    const RANGE = "a range of /16 to /20 from its first address on, such as 10.20.0.0/16";
    const SERVICES =
        "secretsmanager, monitoring, logs, sts, sns, states, lambda, sagemaker.api, sagemaker.runtime, ecr.api, ecr.dkr";
    const PERIODS =
        "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653";

    const cases: [path: string, value: unknown, problem: string][] = [
        ["owner", undefined, "owner: got nothing, allowed: a value of type string"],
        ["owner", "", `owner: got "", allowed: ${WORDS}`],
        ["costCenter", "R&D", `costCenter: got "R&D", allowed: ${WORDS}`],
        ["network.cidrBlock", "10.0.0.0", `network.cidrBlock: got "10.0.0.0", allowed: ${RANGE}`],
        ["network.cidrBlock", "10.0.0.0/15", `network.cidrBlock: got "10.0.0.0/15", allowed: ${RANGE}`],
        ["network.cidrBlock", "10.0.0.0/21", `network.cidrBlock: got "10.0.0.0/21", allowed: ${RANGE}`],
        ["network.cidrBlock", "10.0.8.0/20", `network.cidrBlock: got "10.0.8.0/20", allowed: ${RANGE}`],
        ["network.availabilityZones", 1, "network.availabilityZones: got 1, allowed: at least 2"],
        ["network.availabilityZones", 4, "network.availabilityZones: got 4, allowed: at most 3"],
        [
            "network.availabilityZones",
            2.5,
            "network.availabilityZones: got 2.5, allowed: a value of type int",
        ],
        ["network.nat", "both", 'network.nat: got "both", allowed: none, single, onePerZone'],
        [
            "network.nat",
            "none",
            'network.nat: got "none", allowed: "none" only with interfaceEndpoints for secretsmanager, monitoring, ' +
                "logs, sagemaker.runtime too",
        ],
        [
            "network.interfaceEndpoints",
            ["sts", "s3"],
            `network.interfaceEndpoints.1: got "s3", allowed: ${SERVICES}`,
        ],
        [
            "network.interfaceEndpoints",
            ["sts", "sts"],
            'network.interfaceEndpoints: got ["sts","sts"], allowed: no entry twice',
        ],
        ["storage.kmsKeyArn", "alias/key", 'storage.kmsKeyArn: got "alias/key", allowed: an ARN of kms'],
        ["storage.noncurrentDays", 0, "storage.noncurrentDays: got 0, allowed: at least 1"],
        ["storage.infrequentAccessDays", 29, "storage.infrequentAccessDays: got 29, allowed: at least 30"],
        ["storage.predictionsDays", 3651, "storage.predictionsDays: got 3651, allowed: at most 3650"],
        ["storage.forceDestroy", "yes", 'storage.forceDestroy: got "yes", allowed: a value of type boolean'],
        ["images.keptImages", 0, "images.keptImages: got 0, allowed: at least 1"],
        ["images.untaggedDays", 366, "images.untaggedDays: got 366, allowed: at most 365"],
        [
            "database.adopt",
            { ...adopt, clusterIdentifier: "Fx" },
            'database.adopt.clusterIdentifier: got "Fx", allowed: an RDS cluster identifier',
        ],
        [
            "database.adopt",
            { ...adopt, credentialsSecretArn: "secret" },
            'database.adopt.credentialsSecretArn: got "secret", allowed: an ARN of secretsmanager',
        ],
        [
            "database.adopt",
            { ...adopt, securityGroupId: "default" },
            'database.adopt.securityGroupId: got "default", allowed: a security group id',
        ],
        ["database.engineVersion", "9.6", 'database.engineVersion: got "9.6", allowed: such as 17.5'],
        ["database.databaseName", "BQX", 'database.databaseName: got "BQX", allowed: a PostgreSQL name'],
        [
            "database.instanceClass",
            "serverless",
            'database.instanceClass: got "serverless", allowed: such as db.serverless',
        ],
        ["database.minCapacityAcu", 0.3, "database.minCapacityAcu: got 0.3, allowed: multiples of 0.5"],
        ["database.minCapacityAcu", 8, "database.minCapacityAcu: got 8, allowed: at most maxCapacityAcu, 4"],
        ["database.maxCapacityAcu", 257, "database.maxCapacityAcu: got 257, allowed: at most 256"],
        ["database.maxCapacityAcu", NaN, "database.maxCapacityAcu: got NaN, allowed: a value of type number"],
        ["database.readReplica", 1, "database.readReplica: got 1, allowed: a value of type boolean"],
        ["database.backupRetentionDays", 36, "database.backupRetentionDays: got 36, allowed: at most 35"],
        ["database.credentialRotationDays", 0, "database.credentialRotationDays: got 0, allowed: at least 1"],
        ["cache.engineVersion", "6.2", 'cache.engineVersion: got "6.2", allowed: such as 8.0'],
        ["cache.nodeType", "t4g.micro", 'cache.nodeType: got "t4g.micro", allowed: such as cache.t4g.micro'],
        ["cache.replicas", 6, "cache.replicas: got 6, allowed: at most 5"],
        ["cache.snapshotRetentionDays", 0, "cache.snapshotRetentionDays: got 0, allowed: at least 1"],
        ["cache.authTokenVersion", 0, "cache.authTokenVersion: got 0, allowed: at least 1"],
        ["processing.source", "files", 'processing.source: got "files", allowed: bars, tables'],
        ["processing.historyDays", 29, "processing.historyDays: got 29, allowed: at least 30"],
        ["processing.imageTag", "a b", 'processing.imageTag: got "a b", allowed: an image tag'],
        [
            "processing.instanceType",
            "m5.2xlarge",
            'processing.instanceType: got "m5.2xlarge", allowed: such as ml.m5.2xlarge',
        ],
        ["processing.instanceCount", 29, "processing.instanceCount: got 29, allowed: at most 28"],
        ["processing.volumeGb", 19, "processing.volumeGb: got 19, allowed: at least 20"],
        ["processing.maxRuntimeSeconds", 599, "processing.maxRuntimeSeconds: got 599, allowed: at least 600"],
        ["refresh.retentionDays", 4, "refresh.retentionDays: got 4, allowed: at least 5"],
        ["refresh.memoryMb", 3009, "refresh.memoryMb: got 3009, allowed: at most 3008"],
        ["refresh.timeoutSeconds", 59, "refresh.timeoutSeconds: got 59, allowed: at least 60"],
        [
            "registry.readerAccounts",
            ["1234"],
            'registry.readerAccounts.0: got "1234", allowed: a 12-digit account id',
        ],
        ["alerts.infoEmails", ["me"], 'alerts.infoEmails.0: got "me", allowed: an e-mail address'],
        [
            "alerts.slack",
            { workspaceId: "T01234567", channelId: "general" },
            'alerts.slack.channelId: got "general", allowed: a Slack channel id',
        ],
        [
            "alerts.slack",
            { workspaceId: "team", channelId: "C01234567" },
            'alerts.slack.workspaceId: got "team", allowed: a Slack workspace id',
        ],
        ["billing.budgetUsd", 0, "billing.budgetUsd: got 0, allowed: at least 1"],
        ["billing.alarmsUsd", [], "billing.alarmsUsd: got [], allowed: at least 1 entries"],
        [
            "billing.alarmsUsd",
            [1, 2, 3, 4, 5],
            "billing.alarmsUsd: got [1,2,3,4,5], allowed: at most 4 entries",
        ],
        [
            "billing.alarmsUsd",
            [500, 450],
            "billing.alarmsUsd: got [500,450], allowed: amounts that rise from one to the next",
        ],
        ["logs.retentionDays", 2, `logs.retentionDays: got 2, allowed: ${PERIODS}`],
        ["logs", null, "logs: got null, allowed: a value of type object"],
    ];

    for (const [path, value, problem] of cases) {
        it(`of ${path} ${value === undefined ? "left out" : JSON.stringify(value)}`, () => {
            const [section = "", key] = path.split(".");
            const settings = { [section]: key === undefined ? value : { [key]: value } };
            expect(refusal(settings)).to.equal(oneProblem(problem));
        });
    }

    for (const [where, settings] of [
        ["networks", { networks: {} }],
        ["network.natGateways", { network: { natGateways: 1 } }],
        ["database.adopt.port", { database: { adopt: { ...adopt, port: 5432 } } }],
        [
            "alerts.slack.token",
            { alerts: { slack: { workspaceId: "T01234567", channelId: "C01234567", token: "x" } } },
        ],
    ] as const) {
        it(`of the unknown key ${where}`, () =>
            expect(refusal(settings)).to.equal(oneProblem(`${where}: there is no such setting`)));
    }

    it("of an optional section that is half there", () =>
        expect(refusal({ alerts: { slack: {} } })).to.equal(
            [
                "Pulumi.dev.yaml has 2 problems:",
                "  - alerts.slack.workspaceId: got nothing, allowed: a value of type string",
                "  - alerts.slack.channelId: got nothing, allowed: a value of type string",
            ].join("\n"),
        ));

    it("names every problem at once: of types, of limits, of unknown keys and of rules between keys", () =>
        expect(
            refusal({
                owner: 7,
                network: { availabilityZones: "two", nat: "none", gateway: true },
                database: { readReplica: "no", minCapacityAcu: 8 },
                logs: { retentionDays: 31, level: "debug" },
                region: "eu-west-1",
            }),
        ).to.equal(
            [
                "Pulumi.dev.yaml has 9 problems:",
                "  - owner: got 7, allowed: a value of type string",
                '  - network.availabilityZones: got "two", allowed: a value of type number',
                "  - network.gateway: there is no such setting",
                '  - network.nat: got "none", allowed: "none" only with interfaceEndpoints for secretsmanager, ' +
                    "monitoring, logs, sagemaker.runtime too",
                '  - database.readReplica: got "no", allowed: a value of type boolean',
                "  - database.minCapacityAcu: got 8, allowed: at most maxCapacityAcu, 4",
                `  - logs.retentionDays: got 31, allowed: ${PERIODS}`,
                "  - logs.level: there is no such setting",
                "  - region: there is no such setting",
            ].join("\n"),
        ));

    it("lists its problems as data too, and knows the stack", () => {
        try {
            parse({ logs: { level: "debug" } }, "prod-eu");
        } catch (error) {
            expect((error as SettingsError).problems).to.deep.equal(["logs.level: there is no such setting"]);
            expect((error as SettingsError).message).to.match(/^Pulumi\.prod-eu\.yaml has 1 problem:/);
            return;
        }
        expect.fail("accepted");
    });
});

describe("accepted settings", () => {
    it("can do without NAT where endpoints stand in for it", () => {
        const interfaceEndpoints = ["sagemaker.runtime", "logs", "secretsmanager", "monitoring"];
        expect(parse({ network: { nat: "none", interfaceEndpoints } }).network.nat).to.equal("none");
    });

    it("can pause the database: 0 is not taken for nothing", () =>
        expect(parse({ database: { minCapacityAcu: 0 } }).database.minCapacityAcu).to.equal(0));

    it("are frozen at every depth", () => {
        const frozen = (node: unknown, path: string): void => {
            if (typeof node !== "object" || node === null) return;
            expect(Object.isFrozen(node), path).to.be.true;
            for (const [key, value] of Object.entries(node)) frozen(value, `${path}.${key}`);
        };
        const slack = { workspaceId: "T01234567", channelId: "C01234567" };
        frozen(parse({ alerts: { slack, infoEmails: ["a@example.com"] } }), "settings");
    });

    it("refuse to be written to", () => {
        const settings = parse();
        expect(() => (settings.owner = "another")).to.throw(TypeError, "read only property 'owner'");
        expect(() => (settings.network.nat = "none")).to.throw(TypeError, "read only property 'nat'");
        expect(() => settings.billing.alarmsUsd.push(700)).to.throw(TypeError, "not extensible");
    });
});
