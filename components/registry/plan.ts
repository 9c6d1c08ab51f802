const READ_GROUP = ["sagemaker:DescribeModelPackageGroup", "sagemaker:ListModelPackages"];
const READ_PACKAGE = ["sagemaker:DescribeModelPackage"];

/**
 * The resource policy of the model package group. The own account registers packages and sets their approval, as far as
 * its roles allow; the readers look at them. Nobody may delete.
 * @param groupArn ARN of the group
 * @param account 12-digit id of the account that owns it
 * @param readerAccounts 12-digit ids of the accounts that read it
 */
export function groupPolicy(groupArn: string, account: string, readerAccounts: readonly string[]): object {
    const packages = packageArnPattern(groupArn);
    const own = { Effect: "Allow", Principal: { AWS: account } };
    const read = { Effect: "Allow", Principal: { AWS: readerAccounts } };
    const statements = [
        { Sid: "OwnGroup", ...own, Action: READ_GROUP, Resource: groupArn },
        {
            Sid: "OwnPackages",
            ...own,
            Action: [...READ_PACKAGE, "sagemaker:CreateModelPackage", "sagemaker:UpdateModelPackage"],
            Resource: packages,
        },
    ];
    const readers = [
        { Sid: "ReadersGroup", ...read, Action: READ_GROUP, Resource: groupArn },
        { Sid: "ReadersPackages", ...read, Action: READ_PACKAGE, Resource: packages },
    ];
    return {
        Version: "2012-10-17",
        Statement: [...statements, ...(readerAccounts.length > 0 ? readers : [])],
    };
}

/** Packages have ARNs beside their group's, not below it: `…:model-package/GROUP/VERSION`. */
function packageArnPattern(groupArn: string): string {
    return `${groupArn.replace(":model-package-group/", ":model-package/")}/*`;
}
