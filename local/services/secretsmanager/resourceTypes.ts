export const SECRET_TYPE = "aws:secretsmanager/secret:Secret";
export const VERSION_TYPE = "aws:secretsmanager/secretVersion:SecretVersion";
export const ROTATION_TYPE = "aws:secretsmanager/secretRotation:SecretRotation";
export const POLICY_TYPE = "aws:secretsmanager/secretPolicy:SecretPolicy";
