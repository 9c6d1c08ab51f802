import { expect } from "chai";
import { groupPolicy } from "../../components/registry/plan";

const GROUP = "arn:aws:sagemaker:us-east-1:111122223333:model-package-group/bqx-ml-models-dev";
const PACKAGES = "arn:aws:sagemaker:us-east-1:111122223333:model-package/bqx-ml-models-dev/*";
const READ_GROUP = ["sagemaker:DescribeModelPackageGroup", "sagemaker:ListModelPackages"];

const own = { Effect: "Allow", Principal: { AWS: "111122223333" } };
const OWN = [
    { Sid: "OwnGroup", ...own, Action: READ_GROUP, Resource: GROUP },
    {
        Sid: "OwnPackages",
        ...own,
        Action: [
            "sagemaker:DescribeModelPackage",
            "sagemaker:CreateModelPackage",
            "sagemaker:UpdateModelPackage",
        ],
        Resource: PACKAGES,
    },
];

describe("groupPolicy", () => {
    it("is for the own account alone where nobody reads", () =>
        expect(groupPolicy(GROUP, "111122223333", [])).to.deep.equal({
            Version: "2012-10-17",
            Statement: OWN,
        }));

    it("lets readers describe and list, in the group and its packages, and no more", () => {
        const readers = { Effect: "Allow", Principal: { AWS: ["444455556666", "777788889999"] } };
        expect(groupPolicy(GROUP, "111122223333", readers.Principal.AWS)).to.deep.equal({
            Version: "2012-10-17",
            Statement: [
                ...OWN,
                { Sid: "ReadersGroup", ...readers, Action: READ_GROUP, Resource: GROUP },
                {
                    Sid: "ReadersPackages",
                    ...readers,
                    Action: ["sagemaker:DescribeModelPackage"],
                    Resource: PACKAGES,
                },
            ],
        });
    });
});
