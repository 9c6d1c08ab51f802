/** One valid set of inputs for a type, what replaces it, and single changes that AWS refuses. */
export interface Fixture {
    readonly inputs: Record<string, unknown>;
    /** All arguments that cannot change in place, without `region`. */
    readonly replaceOn: readonly string[];
    /** What is changed in the inputs (undefined removes it), and a part of the reason that follows. */
    readonly refusals: readonly (readonly [change: Record<string, unknown>, reason: string])[];
}

const POLICY = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::x/*" }],
});
const RESOURCE_POLICY = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::x/*" }],
});
const TRUST_POLICY = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
        { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
    ],
});
const VPC = "vpc-0123456789abcdef0";
const SUBNETS = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];
const GROUP = "sg-0123456789abcdef0";
const TABLE = "rtb-0123456789abcdef0";
const TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts";
const ROLE = "arn:aws:iam::123456789012:role/x";
const SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf";
const KEY = "arn:aws:kms:us-east-1:123456789012:key/1";
const RULE = {
    securityGroupId: GROUP,
    cidrIpv4: "10.0.0.0/16",
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
};
const RULE_REFUSALS: Fixture["refusals"] = [
    [{ cidrIpv4: undefined }, "cidrIpv4: got none; required: exactly one of cidrIpv4"],
    [{ fromPort: 444 }, "fromPort: got 444 to 443; allowed: at most toPort"],
    [{ ipProtocol: "-1" }, 'fromPort: not allowed with ipProtocol "-1"'],
    [{ toPort: 70_000 }, "toPort: got 70000; allowed: at most 65535"],
    [{ securityGroupId: "x" }, 'securityGroupId: got "x"; allowed: an id such as sg-'],
];

/** Keyed by type token. */
export const fixtures: Readonly<Record<string, Fixture>> = {
    "aws:budgets/budget:Budget": {
        inputs: {
            budgetType: "COST",
            timeUnit: "MONTHLY",
            limitAmount: "600",
            limitUnit: "USD",
            costFilters: [{ name: "TagKeyValue", values: ["user:Project$bqx"] }],
            notifications: [
                {
                    comparisonOperator: "GREATER_THAN",
                    notificationType: "ACTUAL",
                    threshold: 450,
                    thresholdType: "ABSOLUTE_VALUE",
                    subscriberSnsTopicArns: [TOPIC],
                },
            ],
        },
        replaceOn: ["accountId", "name", "namePrefix"],
        refusals: [
            [{ limitAmount: "lots" }, 'limitAmount: got "lots"; allowed: a number as a text'],
            [{ limitUnit: "EUR" }, 'limitUnit: got "EUR"; allowed for a COST budget: "USD"'],
            [{ limitAmount: undefined }, "limitAmount: required unless plannedLimits"],
            [{ timeUnit: "WEEKLY" }, 'timeUnit: got "WEEKLY"; allowed: "DAILY", "MONTHLY"'],
            [{ name: "a:b" }, 'name: got "a:b"'],
        ],
    },
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": {
        inputs: {
            configurationName: "alerts",
            iamRoleArn: ROLE,
            slackChannelId: "C0123456789",
            slackTeamId: "T0123456789",
            snsTopicArns: [TOPIC],
        },
        replaceOn: [],
        refusals: [
            [{ slackTeamId: "acme" }, 'slackTeamId: got "acme"; allowed: a workspace id'],
            [{ configurationName: undefined }, "configurationName: required, but missing"],
        ],
    },
    "aws:cloudwatch/dashboard:Dashboard": {
        inputs: { dashboardName: "forecasts", dashboardBody: JSON.stringify({ widgets: [] }) },
        replaceOn: ["dashboardName"],
        refusals: [[{ dashboardBody: "widgets" }, 'dashboardBody: got "widgets"; allowed: a JSON object']],
    },
    "aws:cloudwatch/logGroup:LogGroup": {
        inputs: { retentionInDays: 30, kmsKeyId: KEY },
        replaceOn: ["logGroupClass", "name", "namePrefix"],
        refusals: [
            [{ retentionInDays: 31 }, "retentionInDays: got 31; allowed: 0, 1, 3, 5, 7, 14, 30"],
            [
                { name: "a", namePrefix: "b" },
                "name: got name, namePrefix; allowed: only one of name, namePrefix",
            ],
        ],
    },
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        inputs: {
            comparisonOperator: "GreaterThanThreshold",
            evaluationPeriods: 3,
            metricName: "ModelLatency",
            namespace: "AWS/SageMaker",
            period: 60,
            statistic: "Average",
            threshold: 50_000,
            dimensions: { EndpointName: "x" },
            alarmActions: [TOPIC],
        },
        replaceOn: ["name"],
        refusals: [
            [{ period: 45 }, "period: got 45; allowed: 10, 20, 30 or a multiple of 60"],
            [
                { comparisonOperator: ">" },
                'comparisonOperator: got ">"; allowed: "GreaterThanOrEqualToThreshold"',
            ],
            [{ comparisonOperator: undefined }, "comparisonOperator: required"],
            [{ statistic: undefined }, "metricName: also needs statistic or extendedStatistic"],
            [{ namespace: undefined }, "metricName: also needs namespace"],
            [
                { threshold: undefined },
                "threshold: got none; required: exactly one of threshold, thresholdMetricId",
            ],
            [{ datapointsToAlarm: 4 }, "datapointsToAlarm: got 4; allowed: at most evaluationPeriods"],
            [{ evaluationPeriods: 2000 }, "evaluationPeriods times period is too long"],
            [{ alarmActions: ["me"] }, 'alarmActions[0]: got "me"; allowed: an ARN'],
        ],
    },
    "aws:costexplorer/costAllocationTag:CostAllocationTag": {
        inputs: { tagKey: "Project", status: "Active" },
        replaceOn: ["tagKey"],
        refusals: [[{ status: "On" }, 'status: got "On"; allowed: "Active", "Inactive"']],
    },
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
        inputs: { vpcId: VPC, ingress: [{ protocol: "-1", fromPort: 0, toPort: 0, self: true }] },
        replaceOn: ["vpcId"],
        refusals: [
            [{ ingress: [{ protocol: "-1", fromPort: 0 }] }, "ingress[0].toPort: required, but missing"],
        ],
    },
    "aws:ec2/eip:Eip": {
        inputs: { domain: "vpc" },
        replaceOn: ["address", "domain", "networkBorderGroup", "publicIpv4Pool"],
        refusals: [[{ domain: "standard" }, 'domain: got "standard"; allowed: "vpc"']],
    },
    "aws:ec2/internetGateway:InternetGateway": {
        inputs: { vpcId: VPC },
        replaceOn: [],
        refusals: [[{ vpcId: "igw-1" }, 'vpcId: got "igw-1"']],
    },
    "aws:ec2/natGateway:NatGateway": {
        inputs: { subnetId: SUBNETS[0], allocationId: "eipalloc-0123456789abcdef0" },
        replaceOn: ["allocationId", "availabilityMode", "connectivityType", "privateIp", "subnetId", "vpcId"],
        refusals: [
            [{ allocationId: undefined }, "allocationId: required for a public gateway"],
            [{ connectivityType: "private" }, "allocationId: not allowed for a private gateway"],
            [{ subnetId: undefined }, "subnetId: got none; required: exactly one of subnetId, vpcId"],
        ],
    },
    "aws:ec2/route:Route": {
        inputs: {
            routeTableId: TABLE,
            destinationCidrBlock: "0.0.0.0/0",
            gatewayId: "igw-0123456789abcdef0",
        },
        replaceOn: [
            "routeTableId",
            "destinationCidrBlock",
            "destinationIpv6CidrBlock",
            "destinationPrefixListId",
        ],
        refusals: [
            [{ gatewayId: undefined }, "got none; required: exactly one of carrierGatewayId"],
            [{ destinationCidrBlock: "10.0.0.1/16" }, "with its first address"],
            [{ destinationCidrBlock: undefined }, "destinationCidrBlock: got none"],
        ],
    },
    "aws:ec2/routeTable:RouteTable": {
        inputs: { vpcId: VPC, routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: "nat-0123456789abcdef0" }] },
        replaceOn: ["vpcId"],
        refusals: [[{ routes: [{ to: "x" }] }, "routes[0].to: not an argument"]],
    },
    "aws:ec2/routeTableAssociation:RouteTableAssociation": {
        inputs: { routeTableId: TABLE, subnetId: SUBNETS[0] },
        replaceOn: ["subnetId", "gatewayId"],
        refusals: [
            [{ subnetId: undefined }, "subnetId: got none; required: exactly one of subnetId, gatewayId"],
        ],
    },
    "aws:ec2/securityGroup:SecurityGroup": {
        inputs: {
            vpcId: VPC,
            description: "Aurora",
            egress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }],
        },
        replaceOn: ["description", "name", "namePrefix", "vpcId"],
        refusals: [
            [{ name: "sg-mine" }, 'allowed: a name that does not begin with "sg-"'],
            [{ description: "Größe" }, 'description: got "Größe"; allowed: letters, digits'],
        ],
    },
    "aws:ec2/subnet:Subnet": {
        inputs: { vpcId: VPC, cidrBlock: "10.0.0.0/20", availabilityZone: "us-east-1a" },
        replaceOn: ["availabilityZone", "availabilityZoneId", "cidrBlock", "ipv6Native", "vpcId"],
        refusals: [
            [
                { cidrBlock: "10.0.0.0/29" },
                'cidrBlock: got "10.0.0.0/29"; allowed: a range between /16 and /28',
            ],
            [{ cidrBlock: undefined }, "cidrBlock: required unless ipv6Native is true"],
            [{ vpcId: undefined }, "vpcId: required, but missing"],
            [{ availabilityZoneId: "use1-az1" }, "allowed: only one of availabilityZone, availabilityZoneId"],
        ],
    },
    "aws:ec2/vpc:Vpc": {
        inputs: { cidrBlock: "10.0.0.0/16", enableDnsHostnames: true, tags: { Owner: "me" } },
        replaceOn: ["cidrBlock", "instanceTenancy", "ipv4IpamPoolId", "ipv4NetmaskLength"],
        refusals: [
            [
                { cidrBlock: "10.0.0.0/8" },
                'cidrBlock: got "10.0.0.0/8"; allowed: a range between /16 and /28',
            ],
            [{ cidrBlock: undefined }, "cidrBlock: got none"],
            [{ enableDnsHostnames: "yes" }, 'enableDnsHostnames: got "yes"; allowed: a boolean'],
            [{ tags: { "aws:x": "1" } }, 'allowed: keys that do not begin with "aws:"'],
            [{ region: "east" }, 'region: got "east"; allowed: a region such as us-east-1'],
        ],
    },
    "aws:ec2/vpcEndpoint:VpcEndpoint": {
        inputs: { vpcId: VPC, serviceName: "com.amazonaws.us-east-1.s3", routeTableIds: [TABLE] },
        replaceOn: ["serviceName", "vpcEndpointType", "vpcId"],
        refusals: [
            [{ vpcEndpointType: "Interface" }, "routeTableIds: allowed for a Gateway endpoint only"],
            [{ securityGroupIds: [GROUP] }, "securityGroupIds: not allowed for a Gateway endpoint"],
        ],
    },
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
        inputs: { repository: "images", policy: JSON.stringify({ rules: [] }) },
        replaceOn: ["policy", "repository"],
        refusals: [[{ policy: "[]" }, 'policy: got "[]"; allowed: a JSON object']],
    },
    "aws:ecr/repository:Repository": {
        inputs: { imageScanningConfiguration: { scanOnPush: true }, imageTagMutability: "IMMUTABLE" },
        replaceOn: ["encryptionConfigurations", "name"],
        refusals: [
            [{ name: "Images" }, 'name: got "Images"; allowed: 2 to 256 of lower-case letters'],
            [{ imageTagMutability: "FIXED" }, 'imageTagMutability: got "FIXED"; allowed: "MUTABLE"'],
            [{ imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" }, "required with imageTagMutability"],
            [
                { imageScanningConfiguration: {} },
                "imageScanningConfiguration.scanOnPush: required, but missing",
            ],
        ],
    },
    "aws:ecr/repositoryPolicy:RepositoryPolicy": {
        inputs: { repository: "images", policy: RESOURCE_POLICY },
        replaceOn: ["repository"],
        refusals: [[{ policy: POLICY }, "allowed: Principal or NotPrincipal in each statement"]],
    },
    "aws:elasticache/parameterGroup:ParameterGroup": {
        inputs: { family: "valkey8", parameters: [{ name: "maxmemory-policy", value: "volatile-lru" }] },
        replaceOn: ["description", "family", "name"],
        refusals: [[{ family: "valkey" }, 'family: got "valkey"; allowed: a family such as valkey8']],
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        inputs: {
            description: "Features",
            engine: "valkey",
            nodeType: "cache.t4g.micro",
            numCacheClusters: 2,
            automaticFailoverEnabled: true,
            multiAzEnabled: true,
            atRestEncryptionEnabled: true,
            transitEncryptionEnabled: true,
            authToken: "sixteen-or-more-characters",
        },
        replaceOn: [
            "atRestEncryptionEnabled",
            "dataTieringEnabled",
            "kmsKeyId",
            "networkType",
            "port",
            "replicationGroupId",
            "snapshotArns",
            "snapshotName",
            "subnetGroupName",
        ],
        refusals: [
            [
                { transitEncryptionEnabled: false },
                "authToken: allowed where transitEncryptionEnabled is true only",
            ],
            [
                { authToken: "short" },
                "authToken: got a secret value; allowed: 16 to 128 printable characters",
            ],
            [
                { automaticFailoverEnabled: false },
                "multiAzEnabled: got true; allowed where automaticFailoverEnabled",
            ],
            [{ numCacheClusters: 1 }, "at least 2 clusters"],
            [{ engine: "memcached" }, 'engine: got "memcached"; allowed: "valkey", "redis"'],
            [
                { atRestEncryptionEnabled: false, kmsKeyId: KEY },
                "kmsKeyId: allowed where atRestEncryptionEnabled",
            ],
            [{ snapshotRetentionLimit: 36 }, "snapshotRetentionLimit: got 36; allowed: at most 35"],
            [{ nodeType: undefined }, "nodeType: required"],
        ],
    },
    "aws:elasticache/subnetGroup:SubnetGroup": {
        inputs: { subnetIds: SUBNETS },
        replaceOn: ["name"],
        refusals: [[{ subnetIds: [] }, "subnetIds: got []; allowed: at least 1 entries"]],
    },
    "aws:iam/policy:Policy": {
        inputs: { policy: POLICY, path: "/bqx/" },
        replaceOn: ["description", "name", "namePrefix", "path"],
        refusals: [
            [{ policy: RESOURCE_POLICY }, "allowed: no Principal in a policy of this kind"],
            [{ path: "bqx" }, 'path: got "bqx"; allowed: a path that begins and ends with /'],
        ],
    },
    "aws:iam/role:Role": {
        inputs: { assumeRolePolicy: TRUST_POLICY },
        replaceOn: ["name", "namePrefix", "path"],
        refusals: [
            [{ assumeRolePolicy: POLICY }, "allowed: Principal or NotPrincipal in each statement"],
            [{ assumeRolePolicy: "{" }, "allowed: a policy as a JSON object"],
            [{ name: "x".repeat(65) }, "allowed: at most 64 letters"],
            [{ maxSessionDuration: 60 }, "maxSessionDuration: got 60; allowed: at least 3600"],
        ],
    },
    "aws:iam/rolePolicy:RolePolicy": {
        inputs: { role: "worker", policy: POLICY },
        replaceOn: ["name", "namePrefix", "role"],
        refusals: [
            [{ policy: POLICY.replace("Allow", "allow") }, 'allowed: an Effect of "Allow" or "Deny"'],
            [{ policy: POLICY.replace("2012", "2013") }, "allowed: a policy of Version"],
        ],
    },
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
        inputs: { role: "worker", policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" },
        replaceOn: ["policyArn", "role"],
        refusals: [[{ policyArn: "ReadOnlyAccess" }, "allowed: an ARN such as arn:aws:iam"]],
    },
    "aws:kms/alias:Alias": {
        inputs: { targetKeyId: KEY },
        replaceOn: ["name", "namePrefix"],
        refusals: [[{ name: "models" }, 'name: got "models"; allowed: alias/']],
    },
    "aws:kms/key:Key": {
        inputs: { enableKeyRotation: true, deletionWindowInDays: 7, policy: RESOURCE_POLICY },
        replaceOn: ["customerMasterKeySpec", "keyUsage", "multiRegion"],
        refusals: [
            [{ deletionWindowInDays: 5 }, "deletionWindowInDays: got 5; allowed: at least 7"],
            [
                { customerMasterKeySpec: "RSA_2048" },
                "enableKeyRotation: got true; allowed for SYMMETRIC_DEFAULT",
            ],
            [
                { enableKeyRotation: false, rotationPeriodInDays: 90 },
                "allowed where enableKeyRotation is true",
            ],
        ],
    },
    "aws:rds/cluster:Cluster": {
        inputs: {
            engine: "aurora-postgresql",
            engineVersion: "16.6",
            databaseName: "features",
            masterUsername: "bqx",
            manageMasterUserPassword: true,
            storageEncrypted: true,
            kmsKeyId: KEY,
            backupRetentionPeriod: 7,
            enabledCloudwatchLogsExports: ["postgresql"],
            serverlessv2ScalingConfiguration: { minCapacity: 0.5, maxCapacity: 2 },
            vpcSecurityGroupIds: [GROUP],
        },
        replaceOn: [
            "availabilityZones",
            "clusterIdentifier",
            "clusterIdentifierPrefix",
            "clusterScalabilityType",
            "databaseName",
            "dbSubnetGroupName",
            "engine",
            "engineMode",
            "kmsKeyId",
            "masterUsername",
            "snapshotIdentifier",
            "storageEncrypted",
        ],
        refusals: [
            [{ engine: "oracle" }, 'engine: got "oracle"; allowed: "aurora-postgresql"'],
            [{ masterUsername: undefined }, "masterUsername: required unless the cluster is restored"],
            [
                { manageMasterUserPassword: undefined },
                "masterPassword: required unless manageMasterUserPassword",
            ],
            [
                { masterPassword: "long-enough-1" },
                "allowed: only one of manageMasterUserPassword, masterPassword",
            ],
            [{ storageEncrypted: false }, "storageEncrypted: must be true where kmsKeyId is given"],
            [{ backupRetentionPeriod: 36 }, "backupRetentionPeriod: got 36; allowed: at most 35"],
            [{ enabledCloudwatchLogsExports: ["audit"] }, "got audit; allowed: postgresql"],
            [{ monitoringInterval: 7 }, "monitoringInterval: got 7; allowed: 0, 1, 5"],
            [{ monitoringInterval: 60 }, "monitoringRoleArn: required where monitoringInterval"],
            [
                { serverlessv2ScalingConfiguration: { minCapacity: 4, maxCapacity: 2 } },
                "allowed: a minCapacity of at most maxCapacity",
            ],
            [
                { serverlessv2ScalingConfiguration: { minCapacity: 0.7, maxCapacity: 2 } },
                "serverlessv2ScalingConfiguration.minCapacity: got 0.7; allowed: a multiple of 0.5",
            ],
            [{ preferredBackupWindow: "3am" }, 'preferredBackupWindow: got "3am"; allowed: a daily window'],
        ],
    },
    "aws:rds/clusterInstance:ClusterInstance": {
        inputs: {
            clusterIdentifier: "features",
            engine: "aurora-postgresql",
            instanceClass: "db.serverless",
        },
        replaceOn: [
            "availabilityZone",
            "clusterIdentifier",
            "dbSubnetGroupName",
            "engine",
            "identifier",
            "identifierPrefix",
        ],
        refusals: [
            [
                { instanceClass: "large" },
                'instanceClass: got "large"; allowed: a class such as db.serverless',
            ],
            [
                { performanceInsightsRetentionPeriod: 7 },
                "allowed where performanceInsightsEnabled is true only",
            ],
            [{ promotionTier: 16 }, "promotionTier: got 16; allowed: at most 15"],
        ],
    },
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": {
        inputs: { family: "aurora-postgresql16", parameters: [{ name: "rds.force_ssl", value: "1" }] },
        replaceOn: ["description", "family", "name", "namePrefix"],
        refusals: [[{ parameters: [{ name: "x" }] }, "parameters[0].value: required, but missing"]],
    },
    "aws:rds/subnetGroup:SubnetGroup": {
        inputs: { subnetIds: SUBNETS },
        replaceOn: ["name", "namePrefix"],
        refusals: [[{ subnetIds: SUBNETS.slice(0, 1) }, "subnetIds: got"]],
    },
    "aws:s3/bucket:Bucket": {
        inputs: { forceDestroy: false, tags: { Owner: "me" } },
        replaceOn: ["bucket", "bucketPrefix", "objectLockEnabled"],
        refusals: [
            [{ bucket: "My_Bucket" }, 'bucket: got "My_Bucket"; allowed: 3 to 63 of lower-case letters'],
            [{ bucket: "10.0.0.1" }, "allowed: a name that is not an IP address"],
            [{ bucket: "xn--bucket" }, "allowed: no prefix that S3 keeps for itself"],
            [
                { acl: "public-read" },
                "acl: not an argument of aws:s3/bucket:Bucket that this local stack knows",
            ],
        ],
    },
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
        inputs: {
            bucket: "models",
            rules: [
                {
                    id: "old",
                    status: "Enabled",
                    noncurrentVersionExpiration: { noncurrentDays: 90 },
                    transitions: [{ days: 30, storageClass: "STANDARD_IA" }],
                },
            ],
        },
        replaceOn: ["bucket", "expectedBucketOwner"],
        refusals: [
            [{ rules: [{ id: "x", status: "Enabled" }] }, "allowed: a rule with at least one action"],
            [{ rules: [{ id: "x", status: "On", expiration: { days: 1 } }] }, 'rules[0].status: got "On"'],
            [
                {
                    rules: [
                        { id: "x", status: "Enabled", expiration: { days: 1, date: "2030-01-01T00:00:00Z" } },
                    ],
                },
                "allowed: exactly one of date, days",
            ],
            [
                {
                    rules: ["x", "x"].map((id) => ({ id, status: "Enabled", expiration: { days: 1 } })),
                },
                "rules: got ids x, x; allowed: each id once",
            ],
        ],
    },
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
        inputs: { bucket: "models", rule: { objectOwnership: "BucketOwnerEnforced" } },
        replaceOn: ["bucket"],
        refusals: [
            [{ rule: { objectOwnership: "Me" } }, 'rule.objectOwnership: got "Me"; allowed: "BucketOwner'],
        ],
    },
    "aws:s3/bucketPolicy:BucketPolicy": {
        inputs: { bucket: "models", policy: RESOURCE_POLICY },
        replaceOn: ["bucket"],
        refusals: [[{ policy: POLICY }, "allowed: Principal or NotPrincipal in each statement"]],
    },
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
        inputs: { bucket: "models", blockPublicAcls: true, blockPublicPolicy: true },
        replaceOn: ["bucket"],
        refusals: [[{ bucket: undefined }, "bucket: required, but missing"]],
    },
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
        inputs: {
            bucket: "models",
            rules: [
                {
                    applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY },
                    bucketKeyEnabled: true,
                },
            ],
        },
        replaceOn: ["bucket", "expectedBucketOwner"],
        refusals: [
            [
                {
                    rules: [
                        {
                            applyServerSideEncryptionByDefault: {
                                sseAlgorithm: "AES256",
                                kmsMasterKeyId: KEY,
                            },
                        },
                    ],
                },
                "allowed: a kmsMasterKeyId with sseAlgorithm aws:kms",
            ],
            [{ rules: [] }, "rules: got []; allowed: at least 1 entries"],
        ],
    },
    "aws:s3/bucketVersioning:BucketVersioning": {
        inputs: { bucket: "models", versioningConfiguration: { status: "Enabled" } },
        replaceOn: ["bucket", "expectedBucketOwner"],
        refusals: [
            [{ versioningConfiguration: { status: "On" } }, 'versioningConfiguration.status: got "On"'],
        ],
    },
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": {
        inputs: { modelPackageGroupName: "bqx-ml-models" },
        replaceOn: ["modelPackageGroupDescription", "modelPackageGroupName"],
        refusals: [
            [{ modelPackageGroupName: "bqx_ml" }, 'modelPackageGroupName: got "bqx_ml"; allowed: at most 63'],
            [{ modelPackageGroupName: undefined }, "modelPackageGroupName: required, but missing"],
        ],
    },
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": {
        inputs: { modelPackageGroupName: "bqx-ml-models", resourcePolicy: RESOURCE_POLICY },
        replaceOn: ["modelPackageGroupName"],
        refusals: [[{ resourcePolicy: "{}" }, "allowed: a policy with a Statement"]],
    },
    "aws:secretsmanager/secret:Secret": {
        inputs: { description: "Aurora", recoveryWindowInDays: 7 },
        replaceOn: ["name", "namePrefix"],
        refusals: [
            [{ recoveryWindowInDays: 3 }, "recoveryWindowInDays: got 3; allowed: 0, or 7 to 30"],
            [{ name: "a b" }, 'name: got "a b"; allowed: 1 to 512 letters'],
        ],
    },
    "aws:secretsmanager/secretPolicy:SecretPolicy": {
        inputs: { secretArn: SECRET, policy: RESOURCE_POLICY },
        replaceOn: ["secretArn"],
        refusals: [
            [{ secretArn: "x" }, 'secretArn: got "x"; allowed: an ARN such as arn:aws:secretsmanager'],
        ],
    },
    "aws:secretsmanager/secretRotation:SecretRotation": {
        inputs: {
            secretId: SECRET,
            rotationLambdaArn: "arn:aws:lambda:us-east-1:123456789012:function:rotate",
            rotationRules: { automaticallyAfterDays: 30 },
        },
        replaceOn: ["secretId"],
        refusals: [
            [{ rotationRules: undefined }, "rotationLambdaArn: also needs rotationRules"],
            [{ rotationRules: { duration: "3h" } }, "allowed: exactly one of automaticallyAfterDays"],
        ],
    },
    "aws:secretsmanager/secretVersion:SecretVersion": {
        inputs: { secretId: SECRET, secretString: "hidden-value" },
        replaceOn: ["secretBinary", "secretId", "secretString"],
        refusals: [
            [{ secretString: undefined }, "got none; required: exactly one of secretString, secretBinary"],
            [{ secretString: 7 }, "secretString: got a secret value; allowed: a string"],
        ],
    },
    "aws:sns/topic:Topic": {
        inputs: { displayName: "Critical", kmsMasterKeyId: "alias/aws/sns" },
        replaceOn: ["fifoTopic", "name", "namePrefix"],
        refusals: [
            [{ name: "a b" }, 'name: got "a b"; allowed: at most 256 letters'],
            [{ name: "x", fifoTopic: true }, 'name: got "x"; allowed: a name that ends in .fifo'],
            [
                { contentBasedDeduplication: true },
                "contentBasedDeduplication: allowed where fifoTopic is true only",
            ],
        ],
    },
    "aws:sns/topicPolicy:TopicPolicy": {
        inputs: { arn: TOPIC, policy: RESOURCE_POLICY },
        replaceOn: ["arn"],
        refusals: [[{ arn: "x" }, 'arn: got "x"; allowed: an ARN such as arn:aws:sns']],
    },
    "aws:sns/topicSubscription:TopicSubscription": {
        inputs: { topic: TOPIC, protocol: "email", endpoint: "ops@example.com" },
        replaceOn: ["endpoint", "protocol", "topic"],
        refusals: [
            [{ endpoint: "ops" }, 'endpoint: got "ops"; allowed: an e-mail address'],
            [{ rawMessageDelivery: true }, "rawMessageDelivery: got true; allowed for sqs"],
            [{ protocol: "pigeon" }, 'protocol: got "pigeon"'],
        ],
    },
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
        inputs: RULE,
        replaceOn: ["securityGroupId"],
        refusals: RULE_REFUSALS,
    },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
        inputs: RULE,
        replaceOn: ["securityGroupId"],
        refusals: RULE_REFUSALS,
    },
    "random:index/randomId:RandomId": {
        inputs: { byteLength: 4 },
        replaceOn: ["byteLength", "keepers", "prefix"],
        refusals: [[{ byteLength: 0 }, "byteLength: got 0; allowed: at least 1"]],
    },
    "random:index/randomPassword:RandomPassword": {
        inputs: { length: 32, special: false, keepers: { rotation: "1" } },
        replaceOn: [
            "keepers",
            "length",
            "lower",
            "minLower",
            "minNumeric",
            "minSpecial",
            "minUpper",
            "number",
            "numeric",
            "overrideSpecial",
            "special",
            "upper",
        ],
        refusals: [
            [{ minUpper: 40 }, "length: got 32; allowed: at least 40"],
            [{ lower: false, upper: false, numeric: false }, "allowed: at least one true"],
        ],
    },
};
